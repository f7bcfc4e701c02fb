"""Computing one element of a value inside a loop nest, from what lies in memory and what is computed on the way."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...program import views
from ...program.nodes import Value
from .code import Code, Register, literal
from .elements import element
from .plan import is_heavy

INDEX = np.dtype("int64")


class Turn:
    """One turn of a loop nest.

    Attributes
    ----------
    index : list of str
        Of the element, along each axis of the nest.
    staged : dict of (Value, Map) to (str, str)
        What was computed for a run of turns before: memory on the stack, and the place in it.
    new : dict of Value to (Value, Map)
        What the same nest computes and stores: read where it is stored, it is what was computed.
    """

    def __init__(self, emitter, index: list[str]) -> None:
        self.emitter = emitter
        self.code: Code = emitter.code
        self.index = index
        self.staged: dict = {}
        self.new: dict = {}
        self.known: dict = {}

    def at(self, value: Value, to: views.Map) -> Register:
        """The register with the element that `to` gives for this turn."""
        key = value, to
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._at(value, to)
        return found

    def _at(self, value, to):
        emitter, code = self.emitter, self.code
        if not value.shape:
            return emitter.scalar(value)
        staged = self.staged.get((value, to))
        if staged is not None:
            return code.load(*staged, value.dtype)
        if value in self.new:
            return self.at(*self.new[value])
        if not emitter.is_lazy(value):
            place = emitter.place(value)
            return code.load(place.pointer(), self.linear(value.shape, to), value.dtype)
        node = value.node
        if node.kind == "map":
            args = [self.at(a, to) for a in node.args]
            return element(code, node.params["op"], value.dtype, args, [a.dtype for a in node.args])
        if node.kind == "view":
            return self.at(node.args[0], to.after(node.params["map"]))
        if node.kind == "iota":
            index = self.along(to.axes[node.params["axis"]])
            return element(code, "convert", value.dtype, [index], [INDEX])
        return self.gathered(value, to)

    def along(self, axis: views.Axis) -> str:
        """An index of the source, in this turn."""
        key = "axis", axis
        found = self.known.get(key)
        if found is None:
            code, found = self.code, str(axis.offset)
            for start, times in axis.starts:
                found = code.plus(found, code.times(self.emitter.scalar(start), times))
            for at, step in axis.terms:
                found = code.plus(found, code.times(self.index[at], step))
            self.known[key] = found
        return found

    def linear(self, shape: tuple, to: views.Map) -> str:
        """The place of an element in memory, in elements."""
        return self.along(flat(shape, to))

    def gathered(self, value: Value, to: views.Map) -> Register:
        """The element of an array that indices, read in this turn, tell."""
        node = value.node
        source, indices = node.args
        numbers = node.params["numbers"]
        sizes, mode = node.params["sizes"], node.params["mode"]
        batch_axes = [i for i in range(len(value.shape)) if i not in numbers.offset_dims]
        inside, index = "true", ["0"] * len(source.shape)
        code = self.code
        for k, axis in enumerate(numbers.start_index_map):
            start = self.start(indices, to, batch_axes, k)
            high = source.shape[axis] - sizes[axis]
            safe = _between(code, start, high)
            if mode == "fill":
                inside = code.new(f"and i1 {inside}, {code.new(f'icmp eq i64 {safe}, {start}')}")
            index[axis] = safe
        for axis, at in zip(numbers.operand_batching_dims, numbers.start_indices_batching_dims, strict=True):
            index[axis] = self.along(to.axes[batch_axes[at]])
        left = [
            i
            for i in range(len(source.shape))
            if i not in numbers.collapsed_slice_dims and i not in numbers.operand_batching_dims
        ]
        for axis, at in zip(left, numbers.offset_dims, strict=True):
            index[axis] = code.plus(index[axis], self.along(to.axes[at]))
        linear = "0"
        for i, step in zip(index, views.steps_in_memory(source.shape), strict=True):
            linear = code.plus(linear, code.times(i, step))
        if source.size == 0:
            return literal(node.params["fill"], value.dtype)
        found = code.load(self.emitter.place(source).pointer(), linear, source.dtype)
        if mode == "fill":
            found = element(code, "select", value.dtype, [inside, literal(node.params["fill"], value.dtype), found], [])
        return found

    def start(self, indices: Value, to: views.Map, batch_axes: list[int], k: int) -> str:
        """One index that is read from an array of indices, whose last axis has one for each axis of the source."""
        axes = [to.axes[i] for i in batch_axes]
        register = self.at(indices, views.Map((*axes, views.Axis(k))).trimmed_to(indices.shape))
        return element(self.code, "convert", INDEX, [register], [indices.dtype])


def _between(code, start, high):
    low = code.call("i64", "llvm.smax.i64", ("i64", start), ("i64", "0"))
    return code.call("i64", "llvm.smin.i64", ("i64", low), ("i64", str(max(high, 0))))


def flat(shape: tuple, to: views.Map) -> views.Axis:
    """The place in memory as one sum."""
    whole = views.Axis(0, (), tuple((i, step) for i, step in enumerate(views.steps_in_memory(shape))))
    return to.after(views.Map((whole,))).axes[0]


def parts(emitter, value: Value, to: views.Map) -> Iterator[tuple[Value, views.Map | None]]:
    """What is read of memory when an element is computed: ``(value, map)``, no map where only the run tells."""
    if not value.shape:
        return
    if not emitter.is_lazy(value):
        yield value, to
        return
    node = value.node
    assert node is not None
    if node.kind == "view":
        yield from parts(emitter, node.args[0], to.after(node.params["map"]))
    elif node.kind == "map":
        for arg in node.args:
            yield from parts(emitter, arg, to)
    elif node.kind == "gather":
        yield node.args[0], None
        for x, _ in parts(emitter, node.args[1], views.identity(len(node.args[1].shape))):
            yield x, None


def heavy(emitter, value: Value, to: views.Map, new: dict, found: dict) -> None:
    """Collect, in order, the steps that are worth doing for a run of elements at once: ``(value, map)``."""
    key = value, to
    if not value.shape or key in found.setdefault("seen", set()):
        return
    found["seen"].add(key)
    if value in new:
        heavy(emitter, *new[value], new, found)
        return
    if not emitter.is_lazy(value):
        return
    node = value.node
    assert node is not None
    if node.kind == "view":
        heavy(emitter, node.args[0], to.after(node.params["map"]), new, found)
    elif node.kind == "map":
        for arg in node.args:
            heavy(emitter, arg, to, new, found)
        if is_heavy(node.params["op"]) and value.dtype.kind in "fc":
            found.setdefault("steps", []).append(key)
