"""``checkpoint``, ``custom_jvp``, ``custom_vjp`` and ``stop_gradient``: how derivatives are taken."""

from __future__ import annotations

import functools
import inspect

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..array import core
from ..convert import context as contexts
from ..ground.errors import TransformError
from ..storage.recording import Recorder
from . import lift
from .compiled import Transformed

OURS = core.OURS


class Checkpointed(Transformed):
    """A function whose intermediate values are computed again for the backward pass."""

    def __init__(self, function, policy, prevent_cse) -> None:
        self.policy, self.prevent_cse = policy, prevent_cse
        super().__init__("checkpoint", function, (policy, prevent_cse))

    def run(self, function, args, kwargs):
        leaves, tree = lift.flatten(args, kwargs)
        inputs = [lift.Argument(i, x) for i, x in enumerate(leaves) if _is_array(x)]
        lifted = lift.Lifted(function, leaves, tree, inputs)
        run = jax.checkpoint(lambda *values: lifted.run(*values), policy=self.policy, prevent_cse=self.prevent_cse)
        return lifted.finish(run(*lifted.values()))


def checkpoint(function=None, *, policy=None, prevent_cse=True):
    """Compute intermediate values again in the backward pass, in place of keeping them.

    Parameters
    ----------
    function : callable
        A function, bound method or object.  Without it, a decorator.
    policy : callable, optional
        Which values are kept all the same: one of ``jax.checkpoint_policies``.
    prevent_cse : bool
        Keep XLA from undoing it; False where the function is the body of a loop.

    Returns
    -------
    callable

    Raises
    ------
    TypeError
        `function` cannot be called.
    UnsupportedError
        When called on a backend without derivatives.

    Examples
    --------
    >>> import numpy as np, npbridge
    >>> layer = npbridge.checkpoint(lambda x: np.sin(np.sin(x)))
    >>> npbridge.grad(lambda x: layer(x).sum())(npbridge.zeros(2))
    JaxArray([1., 1.], dtype=float32)
    """
    if function is None:
        return lambda decorated: Checkpointed(decorated, policy, prevent_cse)
    return Checkpointed(function, policy, prevent_cse)


def _is_array(x) -> bool:
    return type(x) in OURS or isinstance(x, (np.ndarray, jax.Array))


# -- rules of one's own


class Packed:
    """A function of ours as a function of raw values; what is no array stays as it is."""

    def __init__(self, function, name: str, what: str = "has a derivative of its own") -> None:
        self.function, self.name, self.what = function, name, what

    def call(self, *args):
        """Call with our arrays, without writes to what is outside; the result is raw."""
        with traced() as trace:
            recorder = Recorder()
            checks, trace.checks = trace.checks, []
            try:
                with recorder:
                    result = lift.runnable(self.function)(*args)
                    if recorder.saved:
                        recorder.restore()
                        raise TransformError(
                            f"{self.name}: a function that {self.what} writes an array that was made "
                            "outside of it. Return the new values, and write them where it is called."
                        )
                    for flag, error in trace.checks:
                        jax.debug.callback(functools.partial(_fail, error), flag)
                    return jax.tree.map(_raw, result, is_leaf=lift.is_ours)
            finally:
                trace.checks = checks


def _fail(error, flag) -> None:
    if np.any(flag):
        raise error


class traced:
    """The trace under way, or one of its own."""

    def __enter__(self):
        self.own = None if contexts.current() is not None else contexts.tracing()
        return contexts.current() if self.own is None else self.own.__enter__()

    def __exit__(self, *exc):
        if self.own is not None:
            self.own.__exit__(*exc)


def _raw(x):
    return lift.raw(x) if type(x) in OURS or type(x) in (int, float, complex) else x


def ours(tree):
    """Raw values in a pytree as our arrays."""

    def one(value):
        if not hasattr(value, "shape"):
            return value  # static
        return core.array_of_device(value) if value.shape else core.of_device(jnp.asarray(value))

    return jax.tree.map(one, tree)


class Custom(Transformed):
    """A function with a derivative of its own."""

    what = ""

    def __init__(self, function, nondiff_argnums=()) -> None:
        self.nondiff_argnums = tuple(nondiff_argnums)
        self.rules: tuple = ()
        super().__init__(self.what, function, (self.nondiff_argnums,))

    def __npbridge_reaches__(self):
        return (self.function, *self.rules)

    def __call__(self, *args, **kwargs):
        if contexts.current() is not None:
            return self.run(self.function, args, kwargs)
        if not self.rules:
            return self.function(*args, **kwargs)
        self.state = self.rules
        return super().__call__(*args, **kwargs)

    def run(self, function, args, kwargs):
        if not self.rules:
            raise TransformError(f"npbridge.{self.what}: {self.__name__} has no rule yet; give it with {self.definer}")
        if kwargs:
            bound = inspect.signature(function).bind(*args, **kwargs)
            bound.apply_defaults()
            args = bound.args
        skip = self.nondiff_argnums
        arrays = [jax.tree.map(_raw, x, is_leaf=lift.is_ours) for i, x in enumerate(args) if i not in skip]

        def merged(values):
            rest = iter(values)
            return [args[i] if i in skip else ours(next(rest)) for i in range(len(args))]

        def primal(*values):
            return Packed(function, self.__name__).call(*merged(values))

        return ours(self.attach(primal, merged, [args[i] for i in skip])(*arrays))

    definer = ""

    def attach(self, primal, merged, skipped):
        raise NotImplementedError


class CustomJvp(Custom):
    """A function whose derivative in a direction is given."""

    what = "custom_jvp"
    definer = "defjvp"

    def defjvp(self, rule):
        """Give the rule: ``rule(primals, tangents)`` returns ``(value, change)``.

        Arguments named in `nondiff_argnums` come first.
        """
        self.rules = (rule,)
        return rule

    def attach(self, primal, merged, skipped):
        (rule,) = self.rules
        function = jax.custom_jvp(primal)

        def jvp(primals, tangents):
            return Packed(rule, self.__name__).call(*skipped, ours(tuple(primals)), ours(tuple(tangents)))

        function.defjvp(jvp)
        return function


class CustomVjp(Custom):
    """A function whose derivatives are given by a forward and a backward pass."""

    what = "custom_vjp"
    definer = "defvjp"

    def defvjp(self, forward, backward):
        """Give the rules: ``forward(*args)`` returns ``(value, kept)``, ``backward(kept, weights)`` derivatives.

        Arguments named in `nondiff_argnums` come first in ``backward``.
        """
        self.rules = (forward, backward)

    def attach(self, primal, merged, skipped):
        forward, backward = self.rules
        function = jax.custom_vjp(primal)

        def fwd(*values):
            return Packed(forward, self.__name__).call(*merged(values))

        def bwd(kept, weights):
            out = Packed(backward, self.__name__).call(*skipped, ours(kept), ours(weights))
            return tuple(out) if isinstance(out, (tuple, list)) else (out,)

        function.defvjp(fwd, bwd)
        return function


def custom_jvp(function=None, nondiff_argnums=()):
    """Give a function a derivative of its own, for a direction.

    Parameters
    ----------
    function : callable
        Without it, a decorator.
    nondiff_argnums : sequence of int
        Arguments of which there is no derivative, such as functions.

    Returns
    -------
    callable
        With ``defjvp(rule)``; ``rule(primals, tangents)`` returns ``(value, change)``.

    Raises
    ------
    TransformError
        When called: no rule was given, or the function writes an array from outside of it.

    Examples
    --------
    >>> import numpy as np, npbridge
    >>> @npbridge.custom_jvp
    ... def clipped(x):
    ...     return np.clip(x, 0, 1)
    >>> @clipped.defjvp
    ... def straight_through(primals, tangents):
    ...     return clipped(*primals), tangents[0]
    >>> npbridge.grad(lambda x: clipped(x).sum())(npbridge.array([-1.0, 0.5]))
    JaxArray([1., 1.], dtype=float32)
    """
    if function is None:
        return lambda decorated: CustomJvp(decorated, nondiff_argnums)
    return CustomJvp(function, nondiff_argnums)


def custom_vjp(function=None, nondiff_argnums=()):
    """Give a function a derivative of its own, by a forward and a backward pass.

    Parameters
    ----------
    function, nondiff_argnums
        As :func:`custom_jvp` has them.

    Returns
    -------
    callable
        With ``defvjp(forward, backward)``; ``forward(*args)`` returns ``(value, kept)``,
        ``backward(kept, weights)`` a derivative for each argument.

    Raises
    ------
    TransformError
        When called: no rule was given, or the function writes an array from outside of it.

    Examples
    --------
    >>> import numpy as np, npbridge
    >>> @npbridge.custom_vjp
    ... def spike(v):
    ...     return (v > 0).astype(v.dtype)
    >>> def forward(v):
    ...     return spike(v), v
    >>> def backward(v, weights):
    ...     return (weights / (1 + abs(v)) ** 2,)
    >>> spike.defvjp(forward, backward)
    >>> npbridge.grad(lambda v: spike(v).sum())(npbridge.array([0.0, 1.0]))
    JaxArray([1.  , 0.25], dtype=float32)
    """
    if function is None:
        return lambda decorated: CustomVjp(decorated, nondiff_argnums)
    return CustomVjp(function, nondiff_argnums)


def stop_gradient(x):
    """The same values, of which no derivative is taken.

    Parameters
    ----------
    x : array or pytree of arrays

    Returns
    -------
    array or pytree of arrays

    Examples
    --------
    >>> import npbridge
    >>> npbridge.grad(lambda x: x * npbridge.stop_gradient(x))(3.0)
    JaxArray(3., dtype=float32)
    """

    def stopped(leaf):
        if type(leaf) in OURS:
            value = lax.stop_gradient(leaf._value())
            if isinstance(value, np.ndarray):
                return leaf.copy()
            return core.of_device(value) if isinstance(leaf, core.JaxScalar) else core.array_of_device(value)
        return lax.stop_gradient(leaf) if isinstance(leaf, jax.Array) else leaf

    return jax.tree.map(stopped, x, is_leaf=lift.is_ours)
