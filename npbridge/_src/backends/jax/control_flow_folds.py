"""``sum(f(x) for x in items)`` and its like, as the loops that they are."""

from __future__ import annotations

import builtins

import jax.numpy as jnp
import numpy as np

from ...array import core, creation, either, traced_number
from ...convert import context as contexts
from ...convert.calls import call
from ...convert.operators import if_exp, is_traced
from ...ground.errors import ControlFlowError
from ...storage.buffer import canonical
from . import control_flow_loops as loops
from .control_flow_builtins import builtin, larger_of, truth
from .control_flow_iterables import Iteration, Range, enumerated, iteration_over

OURS = core.OURS


class Rest(Iteration):
    """All items but the first."""

    def __init__(self, over) -> None:
        self.over, self.length = over.by_number(), over.length - 1

    def item(self, index):
        return self.over.item(index + 1)


def folded(function, iterable, element, condition):
    """``function(element(x) for x in iterable if condition(x))``."""
    over = iteration_over(iterable)
    long = over is not None and (is_traced(over.length) or over.length > loops.SHORT)
    extreme = function in (builtins.max, builtins.min)
    if (not long and condition is None) or (extreme and condition is not None):
        return builtin(function)([element(x) for x in iterable if condition is None or condition(x)])
    # an iteration whose length is known only at run time is neither true nor false
    source = iterable if over is None else over
    if function is builtins.sum:
        return _total(source, element, condition)
    if function in (builtins.any, builtins.all):
        return _decided(source, element, condition, function is builtins.any)
    return _extreme(over, element, np.maximum if function is builtins.max else np.minimum)


def _total(items, element, condition):
    total = 0

    def body(item):
        nonlocal total
        if condition is None:
            total = total + element(item)
        else:
            total = if_exp(condition(item), lambda: total + element(item), lambda: total)

    loops.for_stmt(items, body, None, ("total",), ("total",), ("total",), ())
    return total


def _decided(items, element, condition, until):
    """``any`` (`until` True) or ``all``."""
    found = not until

    def body(item):
        nonlocal found
        now = truth(element(item))
        if condition is not None:
            now = if_exp(condition(item), lambda: now, lambda: not until)
        found = found | now if until else found & now

    loops.for_stmt(items, body, None, ("found",), ("found",), ("found",), ())
    return found


def _extreme(over, element, ufunc):
    best = element(over.item(0))

    def body(item):
        nonlocal best
        best = larger_of(ufunc, best, element(item))

    loops.for_stmt(Rest(over), body, None, ("best",), ("best",), ("best",), ())
    return best


def collected(function, iterable, element):
    """``function([element(x) for x in iterable])``: a long list that becomes an array is filled by a loop."""
    over = iteration_over(iterable)
    known = over is not None and not is_traced(over.length)
    if not known or over.length <= loops.SHORT or getattr(function, "__wrapped__", function) not in _MAKING:
        return call(function)([element(x) for x in items(iterable)])
    first = call(function)(element(over.item(0)))
    if not is_traced(first):
        rest = Rest(over)
        return call(function)([first, *[element(rest.item(i)) for i in range(rest.length)]])
    length = over.length
    out = either.distribute(lambda x: _put(creation.zeros((length, *x.shape), x.dtype), 0, x), first)

    def body(entry):
        nonlocal out
        index, item = entry
        out = either.distribute(_put, out, index, call(function)(element(item)))

    # `out` is bound anew by each item, so that its dtype can settle: integers may be followed by floats
    loops.for_stmt(enumerated(Rest(over), 1), body, None, ("out",), ("out",), ("out",), ())
    return out


def _put(array, index, value):
    """`array` with `value` at `index`, in the dtype that a list of both would give."""
    if value.shape != array.shape[1:]:
        raise ValueError(
            "setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 "
            f"dimensions: items of shape {array.shape[1:]} are followed by one of shape {value.shape}"
        )
    dtype = canonical(np.result_type(array.dtype, value.dtype))
    values = jnp.asarray(array._value()).astype(dtype)
    return core.array_of_device(values.at[core.value_of(index)].set(jnp.asarray(core.value_of(value)).astype(dtype)))


_MAKING = (np.array, np.asarray, creation.array, creation.asarray)


def of_many(f, values):
    """``f(values)`` for a list with items of one kind or another: they meet one after the other."""
    if getattr(f, "__wrapped__", f) not in _MAKING or any(type(x) in (list, tuple) for x in values):
        raise ControlFlowError(
            "a list of more than three items of which the kinds depend on conditions that are known only at run time "
            "cannot be given to this function. Give them the same kind on every path, or make an array of them first."
        )
    made = None
    for x in values:
        one = either.distribute(lambda v: creation.array([v]), x)
        made = one if made is None else either.distribute(lambda a, b: np.concatenate([a, b]), made, one)
    return made


def items(iterable):
    """What a comprehension runs over: it is written out, item by item."""
    over = iteration_over(iterable)
    if over is None:
        return iterable
    length = over.length
    if is_traced(length):
        if getattr(length, "origins", None):
            raise traced_number.NeedsValue(length.origins)
        raise ControlFlowError(
            "a comprehension over a number of items that is known only at run time makes a list of such a length. "
            "Write the values into an array of fixed size, or run the function on the 'numpy' backend."
        )
    trace = contexts.current()
    if length > loops.SHORT:
        trace.note_here(f"a comprehension, written out {length} times")
    if trace.strict and length > (loops.PURE if isinstance(over, Range) else loops.BOUND):
        raise ControlFlowError(
            f"strict: a comprehension would be written out {length} times. Write a loop that fills an array."
        )
    return iterable
