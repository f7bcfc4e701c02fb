"""``vjp``, ``jvp`` and ``linearize``: derivatives as functions of a direction."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import vjp as _vjp

from ..array import core
from ..ground.errors import TransformError
from . import lift
from .compiled import apply
from .results import Value, backward
from .variables import Selection

OURS = core.OURS


class Linear:
    """A linear map that a derivative is, with what it needs of the point where it was taken.

    It is a pytree: it can leave a compiled function, and be an argument of one.
    """

    def __init__(self, function, tree, given) -> None:
        self.function = function  # JAX's, from a list of raw values to a list of raw values
        self.tree = tree  # of the argument
        self.given = given  # (tree, kinds) of the result

    def __call__(self, *direction):
        return apply("linear map", (), self._run, (), (), (self, *direction), {})

    @staticmethod
    def _run(args, kwargs):
        self, *direction = args
        return self.apply(direction)

    def apply(self, direction):
        raise NotImplementedError


class Forward(Linear):
    """From a change of the inputs to that of the results."""

    def apply(self, direction):
        values = matched(tuple(direction), self.tree, self.given[2], "the inputs")
        return built(self.function(values), self.given)


class Backward(Linear):
    """From a weight for each result to the derivatives of the weighted sum."""

    def apply(self, direction):
        (weights,) = direction
        values = matched(weights, self.tree, self.given[2], "the results")
        with backward("vjp"):
            (derivatives,) = self.function(values)
        return built(derivatives, self.given)


for _class in (Forward, Backward):
    jax.tree_util.register_pytree_node(
        _class,
        lambda m: ((m.function,), (m.tree, m.given)),
        lambda aux, children, cls=_class: cls(children[0], *aux),
    )


def built(values, given):
    tree, kinds = given[:2]
    return jax.tree.unflatten(tree, [_like(v, kind) for v, kind in zip(values, kinds, strict=True)])


def _like(value, kind):
    if value.dtype == jax.dtypes.float0:
        value = jnp.zeros(value.shape)  # of an integer
    if kind == "raw":
        return value
    return core.of_device(value) if kind == "scalar" else core.array_of_device(value)


def kind_of(x) -> str:
    if type(x) in OURS and type(x) is not core.JaxScalar and not x.weak:
        return "array"
    if isinstance(x, jax.Array) and type(x) not in OURS:
        return "raw"
    return "array" if getattr(x, "shape", ()) else "scalar"


def matched(direction, tree, shapes, what) -> list:
    """The raw values of a direction, which must have the structure and shapes of `what`."""
    leaves = lift.aligned(tree, direction)
    if leaves is None:
        own = lift.leaves_of(direction)[1]
        raise TransformError(f"the direction has the structure {own}, and {what} have {tree}: give one value each")
    values = []
    for x, (shape, dtype) in zip(leaves, shapes, strict=True):
        if dtype is None:  # of an integer nothing changes
            values.append(np.zeros(shape, jax.dtypes.float0))
            continue
        value = lift.raw(x)
        if value.shape != shape:
            raise TransformError(f"a direction of shape {value.shape} for one of {what}, of shape {shape}")
        values.append(value.astype(dtype))
    return values


def _tangent_dtype(dtype):
    return dtype if dtype.kind in "fc" else None


def _shapes(values) -> tuple:
    return tuple((tuple(v.shape), _tangent_dtype(v.dtype)) for v in values)


def _result_kinds(value) -> tuple:
    kinds = tuple({"number": "scalar"}.get(leaf.kind, leaf.kind) for leaf in value.leaves)
    return tuple("array" if k == "scalar" and leaf.shape else k for k, leaf in zip(kinds, value.leaves, strict=True))


def _lift(function, args, name, has_aux):
    selection = Selection(None, tuple(range(len(args))), args, {})
    lifted = lift.Lifted(function, selection.leaves, selection.tree, selection.inputs)
    value = Value(lifted, has_aux, name)
    value.check_real()

    def of(values):
        outs = lifted.run(*values)
        return value.of(outs), outs

    tree = lift.leaves_of(args)[1]
    kinds = tuple(map(kind_of, selection.given()))
    return lifted, value, of, (tree, kinds)


def vjp(function, *primals, has_aux=False):
    """The result of a function, and the map from weights of results to derivatives.

    Parameters
    ----------
    function : callable
        Returns arrays, or lists, tuples and dictionaries of arrays.
    *primals : array or pytree of arrays
        Its arguments.
    has_aux : bool
        It returns ``(value, aux)``.

    Returns
    -------
    tuple
        ``(value, pull)`` or ``(value, pull, aux)``; ``pull(weights)`` is a tuple with
        the derivatives of the weighted sum with respect to each argument.

    Raises
    ------
    TransformError
        When `pull` is called: the weights are of another structure or shape.
    UnsupportedError
        The backend has no derivatives.

    Examples
    --------
    >>> import npbridge
    >>> value, pull = npbridge.vjp(lambda x: x ** 2, npbridge.array([1.0, 2.0]))
    >>> pull(npbridge.array([1.0, 10.0]))
    (JaxArray([ 2., 40.], dtype=float32),)
    """

    def run(function, args, kwargs):
        lifted, value, of, inputs = _lift(function, args, "vjp", has_aux)
        primal, pull, outs = _vjp(of, lifted.values(), has_aux=True)
        result = lifted.finish(outs)
        map_ = Backward(pull, value.tree, (*inputs, _shapes(primal)))
        return (result[0], map_, result[1]) if has_aux else (result, map_)

    return apply("vjp", (function,), run, (has_aux,), (), primals, {})


def linearize(function, *primals, has_aux=False):
    """The result of a function, and the map from changes of the arguments to changes of it.

    As :func:`jvp` for many directions: the function runs once.

    Parameters
    ----------
    function : callable
        Returns arrays, or lists, tuples and dictionaries of arrays.
    *primals : array or pytree of arrays
        Its arguments.
    has_aux : bool
        It returns ``(value, aux)``.

    Returns
    -------
    tuple
        ``(value, push)`` or ``(value, push, aux)``; ``push(*directions)`` is the change of
        the value, of its structure and shapes.

    Raises
    ------
    TransformError
        When `push` is called: a direction is of another structure or shape.
    UnsupportedError
        The backend has no derivatives.

    Examples
    --------
    >>> import npbridge
    >>> value, push = npbridge.linearize(lambda x: x ** 2, npbridge.array([1.0, 2.0]))
    >>> push(npbridge.array([1.0, 10.0]))
    JaxArray([ 2., 40.], dtype=float32)
    """

    def run(function, args, kwargs):
        lifted, value, of, (tree, _) = _lift(function, args, "linearize", has_aux)
        _, push, outs = jax.linearize(of, lifted.values(), has_aux=True)
        result = lifted.finish(outs)
        map_ = Forward(push, tree, (value.tree, _result_kinds(value), _shapes(lifted.values())))
        return (result[0], map_, result[1]) if has_aux else (result, map_)

    return apply("linearize", (function,), run, (has_aux,), (), primals, {})


def jvp(function, primals, tangents, *, has_aux=False):
    """The result of a function, and how it changes where its arguments change.

    Parameters
    ----------
    function : callable
    primals, tangents : sequence
        The arguments, and a direction for each, of its structure and shape.
    has_aux : bool
        The function returns ``(value, aux)``.

    Returns
    -------
    tuple
        ``(value, change)`` or ``(value, change, aux)``.

    Raises
    ------
    TransformError
        A direction is of another structure or shape than its argument.
    UnsupportedError
        The backend has no derivatives.

    Examples
    --------
    >>> import npbridge
    >>> x = npbridge.array([1.0, 2.0])
    >>> npbridge.jvp(lambda x: x ** 2, (x,), (npbridge.array([1.0, 10.0]),))
    (JaxArray([1., 4.], dtype=float32), JaxArray([ 2., 40.], dtype=float32))
    """

    def run(function, args, kwargs):
        primals, tangents = map(tuple, args)
        lifted, value, of, (tree, _) = _lift(function, primals, "jvp", has_aux)
        directions = matched(tangents, tree, _shapes(lifted.values()), "the arguments")
        _, change, outs = jax.jvp(of, (lifted.values(),), (directions,), has_aux=True)
        result = lifted.finish(outs)
        change = built([jnp.asarray(c) for c in change], (value.tree, _result_kinds(value)))
        return (result[0], change, result[1]) if has_aux else (result, change)

    return apply("jvp", (function,), run, (has_aux,), (), (primals, tangents), {})
