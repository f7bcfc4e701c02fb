"""A function with state as a pure function of values, traced once.

The function runs on the user's own arrays while they hold tracers.  What it returns,
writes, assigns and has to check becomes the outputs of a jaxpr; then everything is put
back.  A transformation is applied to the jaxpr, and :meth:`Lifted.finish` does to the
surroundings what the function would have done.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..array import core, traced_number
from ..array.ragged import REFUSED, Ragged
from ..backends.jax.control_flow_trace import trace_block
from ..backends.jax.control_flow_values import UNDEFINED, Leaf, put_together, wants_value
from ..convert import calls
from ..convert import context as contexts
from ..convert import status as statuses
from ..convert.pipeline import convert
from ..convert.places import UNBOUND, StructureChanged
from ..ground.errors import TransformError, UnsupportedError
from ..jit.order import in_order
from ..storage.holding import keep
from ..storage.recording import contents, give_back

OURS = core.OURS
NUMBERS = (int, float, complex)


# -- functions


def runnable(function):
    """What to call in place of `function`: with its control flow converted."""
    if isinstance(function, (types.FunctionType, types.MethodType, functools.partial)):
        return convert(function)
    return calls.call(function)


def reached(function) -> list:
    """The plain functions and objects behind compiled and transformed functions."""
    inner = getattr(type(function), "__npbridge_reaches__", None)
    if inner is not None:
        return [plain for item in inner(function) for plain in reached(item)]
    if isinstance(function, functools.partial):
        return [*reached(function.func), *function.args, *function.keywords.values()]
    call = getattr(type(function), "__call__", None)  # noqa: B004
    if not isinstance(function, (types.FunctionType, types.MethodType)) and type(call) is types.FunctionType:
        return [function, call]
    return [function]


# -- inputs


class Argument:
    """An argument that becomes an input: the function gets an array of its own in its place.

    What the function writes into it is written into the argument afterwards.
    """

    def __init__(self, index: int, given, value=None) -> None:
        self.index, self.given = index, given
        self.value = raw(given) if value is None else value
        self.buffer = None

    def enter(self, tracer, leaves) -> None:
        given = self.given
        if isinstance(given, jax.Array):
            leaves[self.index] = tracer
        elif type(given) in NUMBERS and not tracer.shape or type(given) in OURS and given.weak:
            kind = type(given) if type(given) in NUMBERS else given.weak
            leaves[self.index] = traced_number.of_value(tracer, kind)
        elif isinstance(given, np.generic):
            leaves[self.index] = core.of_device(tracer)
        else:
            array: Any = core.array_of_device(tracer)
            leaves[self.index] = array
            self.buffer = array._buffer
            if type(given) in OURS and tracer.shape == given.shape and not given._window().flags.writeable:
                array._window().flags.writeable = False

    def leave(self) -> None:
        return

    def write(self, value) -> None:
        """Give the argument what the function wrote into its stand-in."""
        if type(self.given) not in OURS:
            raise UnsupportedError(
                "a transformed function writes into an ndarray that was made outside of it, while another function is "
                "being compiled. Make the array with npbridge.asarray, or write to a copy."
            )
        self.given[...] = core.array_of_device(value)


class Held:
    """An array that the function reaches and that becomes an input, wherever it is met."""

    def __init__(self, array) -> None:
        self.array = array
        self.value = raw(array)
        self.before: tuple | None = None
        self.buffer = None  # what is written into it is found like any other write

    def enter(self, tracer, leaves) -> None:
        array: Any = self.array
        if not array._whole:
            self.pending = tracer
            return
        buffer = array._buffer
        buffer.stand_in()
        keep(buffer)
        self.before = contents(buffer)
        buffer.device, buffer.current, buffer.snapshot = tracer, False, None
        buffer.version += 1

    def enter_view(self) -> None:
        """Write through the window, where the writes are noted."""
        if self.before is None:
            self.array[...] = core.array_of_device(self.pending)

    def leave(self) -> None:
        if self.before is not None:
            give_back(self.array._buffer, self.before)
            self.before = None


def raw(x) -> Any:
    """An array or number as JAX takes it."""
    if type(x) in OURS:
        return jnp.asarray(x._value())
    return jnp.asarray(core.from_object(x, copy=False)._value() if isinstance(x, np.ndarray) else x)


# -- tracing


class Lifted:
    """A function that was traced once on given arguments.

    Attributes
    ----------
    inputs : list
        What its values are taken from, in the order in which :attr:`run` takes them.
    run : callable
        From the values of the inputs to a flat list of outputs; pure.
    """

    def __init__(self, function, leaves: Sequence, tree, inputs: Sequence) -> None:
        self.inputs = list(inputs)
        self.leaves = list(leaves)
        self.tree = tree
        self.given = tuple(leaves)
        callee = runnable(function)
        avals = [Leaf("array", x.value.shape, x.value.dtype) for x in self.inputs]
        self.block: Any = None
        try:
            self.block = trace_block(lambda: self._call(callee), [], reached(function), avals, self._enter)
        except StructureChanged as error:
            raise TransformError(
                f"{error} inside of a transformed function, and what is put there exists only while the function is "
                "traced. Return the values: as aux (has_aux=True), or as results of a loop."
            ) from None
        finally:
            for item in reversed(self.inputs):
                item.leave()
        if self.block.error is not None:
            raise self.block.error
        self.at = {id(leaf): i for i, leaf in enumerate(self.block.outputs)}
        self.run = self.block.run

    def _enter(self, *tracers) -> None:
        for item, tracer in zip(self.inputs, tracers, strict=True):
            item.enter(tracer, self.leaves)

    def _call(self, callee):
        for item in self.inputs:
            if isinstance(item, Held):
                item.enter_view()
        args, kwargs = jax.tree.unflatten(self.tree, self.leaves)
        result = callee(*args, **kwargs)
        leaves, self.result_tree = jax.tree.flatten(in_order(result), is_leaf=is_ours)
        for x in leaves:
            if type(x) is Ragged:
                raise UnsupportedError(REFUSED.format(what="a result of a transformed function that is a part"))
        return statuses.Return(leaves)

    def values(self) -> list:
        return [x.value for x in self.inputs]

    # -- results

    @property
    def result(self) -> list:
        """The leaves of the result as trees of one leaf each: arrays, numbers, and what is neither."""
        return self.block.value.children

    def output(self, leaf, outs):
        """The value of a leaf in the outputs, or the constant that it is."""
        at = self.at.get(id(leaf))
        if at is not None:
            return outs[at]
        return leaf.constant if isinstance(leaf, Leaf) else leaf.value

    def written(self) -> list:
        """``(buffer, leaf)`` of the arrays that were there before and were written."""
        return list(self.block.buffers.values())

    def finish(self, outs):
        """Write, assign and check as the function does; give its result."""
        self.add_checks(outs)
        own = {id(x.buffer): x for x in self.inputs if x.buffer is not None}
        for buffer, leaf in self.written():
            if id(buffer) in own:
                own[id(buffer)].write(self.output(leaf, outs))
                continue
            with buffer.lock:
                buffer.replace(self.output(leaf, outs))
        self._assign(outs)
        leaves = [self._returned(x, tree, own, outs) for x, tree in zip(self.block.returned, self.result, strict=True)]
        return jax.tree.unflatten(self.result_tree, leaves)

    def add_checks(self, outs) -> None:
        checks = current_checks()
        for leaf, error in self.block.checks:
            checks.append((jnp.any(jnp.asarray(self.output(leaf, outs))), error))

    def _assign(self, outs) -> None:
        for key, place in self.block.places.items():
            tree, now = self.block.trees[key], self.block.objects[key]
            if tree is UNDEFINED:
                place.set(UNBOUND)
            else:
                place.set(now if self._is_older(now) else self._put_together(tree, outs))

    def _put_together(self, tree, outs):
        return put_together(tree, iter([self.output(leaf, outs) for leaf in wants_value(tree)]))

    def _is_older(self, x) -> bool:
        """Whether an array was there before: then it is itself what is returned."""
        if type(x) not in OURS or type(x) is core.JaxScalar or isinstance(x, core.JaxScalar) or x.weak:
            return False
        return not self.block.recorder.is_own(x._buffer)

    def _returned(self, x, tree, own, outs):
        if self._is_older(x):
            stand_in = own.get(id(x._buffer))
            if stand_in is None:
                return x
            if x is self.leaves[stand_in.index] and type(stand_in.given) in OURS:
                return stand_in.given
        return self._put_together(tree, outs)


def is_ours(x) -> bool:
    return type(x) in OURS


def flatten(args, kwargs):
    """Leaves and structure; our arrays are leaves, and so is None."""
    return jax.tree.flatten(in_order((args, kwargs)), is_leaf=is_leaf)


def leaves_of(x):
    """Leaves and structure of a pytree; our arrays are leaves, dictionaries keep their order."""
    return jax.tree.flatten(in_order(x), is_leaf=is_ours)


def aligned(tree, value) -> list | None:
    """The leaves of `value` in the order of `tree`; None where it has another structure."""
    order, plain = jax.tree.flatten(jax.tree.unflatten(tree, range(tree.num_leaves)))
    leaves, own = jax.tree.flatten(value, is_leaf=is_ours)
    if own != plain:
        return None
    found: list = [None] * len(leaves)
    for i, x in zip(order, leaves, strict=True):
        found[i] = x
    return found


def is_leaf(x) -> bool:
    return type(x) in OURS or isinstance(x, (np.ndarray, jax.Array)) or x is None


def current_checks() -> list:
    """The checks of the trace under way."""
    trace = contexts.current()
    assert trace is not None
    return trace.checks
