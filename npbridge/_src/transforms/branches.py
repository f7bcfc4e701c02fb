"""``while_loop``, ``cond`` and ``switch``: Python's statements as functions."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..array import core
from ..convert import context as contexts
from ..convert import operators
from ..convert.pipeline import convert
from ..ground import debugging
from ..ground.errors import TransformError
from . import lift
from .compiled import apply, require_jax
from .progress import Count
from .scans import Step, let_bar_finish

OURS = core.OURS


def _loop(test, body, state):
    # converted: the test decides at run time
    while test(state):
        state = body(state)
    return state


def while_loop(test, body, init, *, progress=False):
    """Run ``value = body(value)`` for as long as ``test(value)`` holds, as one compiled loop.

    Parameters
    ----------
    test, body : callable
        Functions, bound methods or objects.  Arrays that they reach may be written.
    init : array, number or pytree of them
        The first value.
    progress : bool
        Show a bar that counts the iterations (needs tqdm).

    Returns
    -------
    array or pytree of arrays
        The last value.

    Raises
    ------
    TransformError
        The value changes its structure.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.while_loop(lambda x: x < 100, lambda x: x * 2, 3)
    192
    """
    if contexts.current() is None and debugging.jit_disabled():
        return _plain_while(test, body, init, progress)

    def run(test, body, args, kwargs):
        leaves, tree = lift.leaves_of(args[0])
        count = Count("while_loop") if progress else None
        runnable_test, runnable_body = lift.runnable(test), lift.runnable(body)

        def go_on(state):
            return runnable_test(jax.tree.unflatten(tree, state[1]))

        def step(state):
            done, leaves = state
            value = runnable_body(jax.tree.unflatten(tree, leaves))
            after = lift.aligned(tree, value)
            if after is None:
                raise TransformError(
                    f"what while_loop carries has the structure {tree} at first and {lift.leaves_of(value)[1]} after "
                    "an iteration. It must stay the same."
                )
            if count is not None:
                done = done + 1
                count.trace(core.value_of(done))
            return done, after

        first = core.of_device(jnp.int32(0)) if progress else None
        done, leaves = convert(_loop)(Step(test, go_on), Step(body, step), (first, leaves))
        if count is not None:
            count.trace_end(core.value_of(done))
        return jax.tree.unflatten(tree, leaves)

    result = apply("while_loop", (test, body), run, (progress,), (), (init,), {})
    let_bar_finish(progress)
    return result


def _plain_while(test, body, value, progress):
    """As Python would run it."""
    count, done = Count("while_loop") if progress else None, 0
    while test(value):
        value = body(value)
        done += 1
        if count is not None:
            count.move(done)
    if count is not None:
        count.finish(done)
    return value


class First:
    """The structure that the first branch returned; no state of the user's."""

    __slots__ = ("tree",)

    def __init__(self) -> None:
        self.tree = None


def _chosen(predicate, first, second, operands):
    """Inside a trace: one of two functions, both of which give the same structure."""
    known = First()

    def side(function):
        def leaves():
            value = lift.runnable(function)(*operands)
            if known.tree is None:
                known.tree = lift.leaves_of(value)[1]
            flat = lift.aligned(known.tree, value)
            if flat is None:
                raise TransformError(
                    f"the branches return different structures, {known.tree} and {lift.leaves_of(value)[1]}, and "
                    "which one is taken is known only at run time. Return the same structure from each."
                )
            return flat

        return leaves

    flat = operators.if_exp(predicate, side(first), side(second))
    return jax.tree.unflatten(known.tree, flat)


def cond(predicate, true, false, *operands):
    """``true(*operands) if predicate else false(*operands)``, also where that is known only at run time.

    Parameters
    ----------
    predicate : bool, or array of one element
    true, false : callable
        Functions, bound methods or objects.  Arrays that they reach may be written.
    *operands : object
        Their arguments.

    Returns
    -------
    object
        What the function that is chosen returns.

    Raises
    ------
    TransformError
        The two return different structures, and the choice is known only at run time.

    Examples
    --------
    >>> import npbridge
    >>> f = npbridge.jit(lambda x: npbridge.cond(x.sum() > 0, lambda x: x, lambda x: -x, x))
    >>> f(npbridge.array([-1.0, -2.0]))
    JaxArray([1., 2.], dtype=float32)
    """
    if contexts.current() is not None:
        return _chosen(predicate, true, false, operands)
    if not debugging.jit_disabled():
        require_jax("cond")
    if not operators.is_traced(predicate):
        return (true if predicate else false)(*operands)

    def run(true, false, args, kwargs):
        return _chosen(args[0], true, false, args[1:])

    return apply("cond", (true, false), run, (), (), (predicate, *operands), {})


def switch(index, branches, *operands):
    """``branches[index](*operands)``, also where the index is known only at run time.

    Parameters
    ----------
    index : int, or array of one integer
        An index outside of the branches means the first or the last one.
    branches : sequence of callable
        Functions, bound methods or objects.  Arrays that they reach may be written.
    *operands : object
        Their arguments.

    Returns
    -------
    object
        What the function that is chosen returns.

    Raises
    ------
    ValueError
        There are no branches.
    TypeError
        The index is no integer.
    TransformError, ControlFlowError
        The index is known only at run time, and the branches return or assign what cannot be
        one value: other structures, other shapes.
    UnsupportedError
        The backend has no such branches.

    Examples
    --------
    >>> import numpy as np, npbridge
    >>> wave = npbridge.jit(lambda i, x: npbridge.switch(i, [np.zeros_like, np.sin, np.abs], x))
    >>> wave(npbridge.array(2), npbridge.array([-3.0, 4.0]))
    JaxArray([3., 4.], dtype=float32)
    """
    branches = tuple(branches)
    if not branches:
        raise ValueError("switch needs at least one branch")
    if getattr(index, "dtype", np.dtype(type(index))).kind not in "iub":
        raise TypeError(f"the index of switch must be an integer, not {getattr(index, 'dtype', type(index).__name__)}")
    if contexts.current() is None and not debugging.jit_disabled():
        require_jax("switch")
    if not operators.is_traced(index):
        index = min(max(int(index), 0), len(branches) - 1)
        function = branches[index] if contexts.current() is None else lift.runnable(branches[index])
        return function(*operands)

    def run(*given):
        *functions, args, _ = given
        return _halved(args[0], functions, 0, args[1:])

    if contexts.current() is not None:
        return run(*branches, (index, *operands), {})
    return apply("switch", branches, run, (), (), (index, *operands), {})


def _halved(index, branches, first, operands):
    """Choose by halves: the lower branches where ``index < first + n``."""
    if len(branches) == 1:
        return lift.runnable(branches[0])(*operands)
    n = len(branches) // 2
    low, high = branches[:n], branches[n:]
    lower = Step(tuple(low), lambda *args: _halved(index, low, first, args))
    upper = Step(tuple(high), lambda *args: _halved(index, high, first + n, args))
    return _chosen(np.less(index, first + n), lower, upper, operands)
