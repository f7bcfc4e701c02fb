"""Sums and the like, over some axes."""

from __future__ import annotations

import math

import numpy as np

from ...program import spans, views
from ...program.builder import NotHeld
from ...program.nodes import Node, Value
from . import boxes, nests, runs, threads
from .code import FEW, FLOAT, HALF, Code, Register, literal, part_of, type_of
from .elements import element
from .trees import Turn, flat, heavy, parts

LONG = 1024  # a sum over more is made of sums over parts, which keeps its digits
_STEP = {"sum": "add", "prod": "mul"}


def neutral(op: str, dtype: np.dtype):
    """What a reduction starts from."""
    if op in ("sum", "or", "xor"):
        return 0
    if op == "prod":
        return 1
    if op == "and":
        return True if dtype.kind == "b" else -1
    if dtype.kind == "f":
        return -np.inf if op == "max" else np.inf
    limits = np.iinfo(dtype)
    return limits.min if op == "max" else limits.max


def combine(code: Code, op: str, dtype: np.dtype, a: Register, b: Register, reorder: bool = True) -> Register:
    """One more element; sums of floats may be made in another order."""
    if dtype == HALF:
        a, b = (element(code, "convert", FLOAT, [x], [HALF]) for x in (a, b))
        return element(code, "convert", HALF, [combine(code, op, FLOAT, a, b, reorder)], [FLOAT])
    if dtype.kind == "f":
        kind = type_of(dtype)
        if op in _STEP:
            return code.new(f"f{_STEP[op]} {'reassoc ' if reorder else ''}{kind} {a}, {b}")
        if op in ("max", "min"):
            return code.call(kind, f"llvm.{op}imum.f{8 * dtype.itemsize}", (kind, a), (kind, b))
    if dtype.kind == "c" and op == "sum":
        part = part_of(dtype)
        return tuple(combine(code, op, part, x, y, reorder) for x, y in zip(a, b, strict=True))
    if dtype.kind == "c" and op != "prod":
        raise NotHeld(f"{op} of complex numbers")
    return element(code, _STEP.get(op, op), dtype, [a, b], [dtype, dtype])


class Accumulator:
    """A number on the stack that grows: of float16 as a float32, which is cut in the end."""

    def __init__(self, code: Code, op: str, dtype: np.dtype, count: int = 1) -> None:
        self.code, self.op, self.asked = code, op, dtype
        self.dtype = FLOAT if dtype == HALF else dtype
        part = part_of(self.dtype)
        kind = f"[{2 if dtype.kind == 'c' else 1} x {'i8' if dtype.kind == 'b' else type_of(part)}]"
        self.slot = code.slot(kind, count)

    def start(self) -> None:
        self.code.store(literal(neutral(self.op, self.dtype), self.dtype), self.slot, "0", self.dtype)

    def add(self, x: Register) -> None:
        before, self.code.group = self.code.group, None
        old = self.code.load(self.slot, "0", self.dtype)
        self.code.store(combine(self.code, self.op, self.dtype, old, x), self.slot, "0", self.dtype)
        self.code.group = before

    def value(self) -> Register:
        return self.code.load(self.slot, "0", self.dtype)

    def result(self) -> Register:
        """The number, of the dtype that was asked for."""
        return element(self.code, "convert", self.asked, [self.value()], [self.dtype])


def neighbours(emitter, node: Node) -> list[Node]:
    """The reductions after this one that go over the same axes and do not need it."""
    frame = emitter.frames[-1]
    block, at = frame.block, frame.at
    shape, axes = node.args[0].shape, node.params["axes"]
    found = [node]
    for other in block.nodes[at + 1 : at + 8]:
        if other.kind in ("number", "array"):
            continue
        if other.kind != "reduce":
            if other.kind in nests.LAZY and other.outs[0].shape and emitter.is_lazy(other.outs[0]):
                continue
            break
        if other.args[0].shape != shape or other.params["axes"] != axes or other.params.get("exact"):
            break
        if any(n in found for n in _needs(emitter, other.args[0])):
            break
        found.append(other)
    return found


def _needs(emitter, value: Value):
    """The nodes that a lazy value is computed from."""
    if value.node is None:
        return
    if not emitter.is_lazy(value):
        yield value.node
        return
    for arg in value.node.args:
        yield from _needs(emitter, arg)


def reduce(emitter, node: Node) -> None:
    """All of one place, over some axes; those after it that go over the same elements too."""
    if node.outs[0] in emitter.places or node.outs[0] in emitter.scalars:
        return  # together with one before
    nodes = neighbours(emitter, node)
    frame = emitter.frames[-1]
    before, frame.at = frame.at, frame.block.nodes.index(nodes[-1])
    nodes = _in_order_of_memory(emitter, nodes)
    shape, axes = nodes[0].args[0].shape, nodes[0].params["axes"]
    box = boxes.registers(emitter, spans.hull([_box(n) for n in nodes], len(shape)), shape)
    if len(shape) - 1 in axes:
        _inside(emitter, nodes, shape, axes, {axis: span for axis, span in box.items() if axis in axes})
    else:
        across(emitter, nodes, shape, axes, box)
    frame.at = before


def _in_order_of_memory(emitter, nodes: list[Node]) -> list[Node]:
    """The same over arrays that are turned, where that lets the innermost loop go over neighbours in memory."""
    shape, axes = nodes[0].args[0].shape, nodes[0].params["axes"]
    last = len(shape) - 1
    left = [i for i in range(len(shape)) if i not in axes]
    weights = [0] * len(shape)
    for node in nodes:
        for value, to in parts(emitter, node.args[0], runs.start_of(shape)):
            terms = () if to is None else flat(value.shape, to).terms
            read = math.prod(shape[axis] for axis, step in terms if step)
            for axis, step in terms:
                weights[axis] += read if step == 1 else 0
    best = max(range(len(shape)), key=lambda i: (weights[i], i))
    if weights[best] <= 2 * weights[last] or shape[best] < FEW or (best not in axes and best != left[-1]):
        return nodes
    order = (*(i for i in range(len(shape)) if i != best), best)
    turned = []
    for node in nodes:
        (x,) = node.args
        view = Node("view", [x], {"map": views.transpose(order)}).out([shape[i] for i in order], x.dtype)
        where = tuple(k for k, i in enumerate(order) if i in axes)
        turned.append(Node("reduce", [view], {**node.params, "axes": where}))
        turned[-1].outs = node.outs
    return turned


def _box(node: Node) -> spans.Within | None:
    """Where there is more than what changes nothing."""
    (x,) = node.args
    found = spans.within(x)
    return found if found is not None and found.fill == neutral(node.params["op"], x.dtype) else None


def _inside(emitter, nodes, shape, axes, box) -> None:
    """The last axis is among them: one number at a time."""
    code = emitter.code
    left = [i for i in range(len(shape)) if i not in axes]
    targets = [None if not n.outs[0].shape else emitter.take(n.outs[0]) for n in nodes]
    index = ["0"] * len(shape)
    share = runs.outermost(shape, left)

    def outer(k: int, part: threads.Part) -> None:
        if k < len(left):
            axis = left[k]
            if shape[axis] == 1:
                outer(k + 1, part)
                return
            with (part if axis == share else threads.Part("0", str(shape[axis]))).loop(code) as i:
                index[axis] = i
                outer(k + 1, part)
            index[axis] = "0"
            return
        sums = [Accumulator(code, n.params["op"], n.outs[0].dtype) for n in nodes]
        for one in sums:
            one.start()
        if share is None:
            _in_parts(emitter, nodes, shape, axes, sums, box)
        else:
            _one(emitter, nodes, shape, axes, index, sums, {}, box)
        for node, one, target in zip(nodes, sums, targets, strict=True):
            if target is None:
                emitter.scalars[node.outs[0]] = one.result()
            else:
                at = place_in(code, node.outs[0].shape, [index[i] for i in left])
                code.store(one.result(), target.pointer(), at, node.outs[0].dtype)

    if share is None:
        outer(0, threads.Part("0", "1"))
    elif math.prod(shape[i] for i in left):
        with threads.shared(emitter, shape[share], work_of(emitter, nodes, shape)) as part:
            outer(0, part)
    for node, target in zip(nodes, targets, strict=True):
        if target is not None:
            emitter.put(node.outs[0], target)


def work_of(emitter, nodes, shape) -> float:
    return math.prod(shape) * threads.weight(emitter, [n.args[0] for n in nodes], {}, False)


def _in_parts(emitter, nodes, shape, axes, sums, box) -> None:
    """One number of all: where threads share the work, each part has a number, and these are put together in order."""
    code = emitter.code
    share = runs.outermost(shape, axes)
    index = ["0"] * len(shape)
    if share is None or share in box or not math.prod(shape):
        _one(emitter, nodes, shape, axes, index, sums, {}, box)
        return
    in_runs = share == len(shape) - 1 and _in_runs(nodes, shape, axes, _steps(emitter, nodes, shape))
    turns, grain = runs.share_of(shape, share, runs.RUN if in_runs else 0)
    work = work_of(emitter, nodes, shape)
    count, _ = threads.parts_of(emitter, turns, work, grain)
    if count < 2:
        _one(emitter, nodes, shape, axes, index, sums, {}, box)
        return
    found = [Accumulator(code, one.op, one.dtype, count) for one in sums]
    with threads.shared(emitter, turns, work, grain) as part:
        own = [Accumulator(code, one.op, one.dtype) for one in sums]
        for one in own:
            one.start()
        _one(emitter, nodes, shape, axes, index, own, {share: part}, box)
        for one, place in zip(own, found, strict=True):
            code.store(one.value(), place.slot, part.number, one.dtype)
    with code.loop(str(count)) as k:
        for one, place in zip(sums, found, strict=True):
            one.add(code.load(place.slot, k, one.dtype))


def _steps(emitter, nodes, shape) -> list:
    """The heavy steps that are done for runs of elements."""
    found: dict = {}
    for node in nodes:
        heavy(emitter, node.args[0], runs.start_of(shape), {}, found)
    return runs.chosen(found)


def _in_runs(nodes, shape, axes, steps) -> bool:
    """Whether the last axis is gone over in runs, which keeps the digits of a sum too."""
    n = shape[axes[-1]]
    floats = any(m.outs[0].dtype.kind in "fc" and m.params["op"] == "sum" for m in nodes)
    return (floats and n > LONG) or (bool(steps) and n >= runs.SHORT) or (floats and len(axes) > 1 and n > 1)


def _one(emitter, nodes, shape, axes, index, sums, parts, box) -> None:
    """Add up the elements along the axes, or those in a part of one axis."""
    code = emitter.code
    start = runs.start_of(shape)
    steps = _steps(emitter, nodes, shape)
    inner = axes[-1]
    n = shape[inner]

    def body(turn: Turn, into) -> None:
        for node, one in zip(nodes, into, strict=True):
            x = turn.at(node.args[0], start)
            one.add(element(code, "convert", one.dtype, [x], [node.args[0].dtype]))

    def gone_over(k: int) -> None:
        if k < len(axes) - 1:
            whole = "0", str(shape[axes[k]])
            with (parts.get(axes[k]) or threads.Part(*box.get(axes[k], whole))).loop(code) as i:
                index[axes[k]] = i
                gone_over(k + 1)
            index[axes[k]] = "0"
            return
        if _in_runs(nodes, shape, axes, steps):
            partial = [Accumulator(code, s.op, s.dtype) for s in sums]
            for first, size in runs.runs(code, n, parts.get(inner), box.get(inner)):
                for part in partial:
                    part.start()
                run = runs.Run(code, index, len(shape) - 1, shape, first, size)
                staged = runs.all_staged(emitter, steps if n >= runs.SHORT else [], run, {})
                with run.each(False) as (place, j):
                    body(runs.turn_in(emitter, place, j, staged), partial)
                emitter.runs.all_back(staged)
                for one, part in zip(sums, partial, strict=True):
                    one.add(part.value())
            return
        if n == 1:
            body(Turn(emitter, list(index)), sums)
            return
        with (parts.get(inner) or threads.Part(*box.get(inner, ("0", str(n))))).loop(code) as j:
            body(Turn(emitter, [*index[:-1], j]), sums)

    if math.prod(shape[i] for i in axes):
        gone_over(0)


def place_in(code: Code, shape: tuple, index: list[str]) -> str:
    at = "0"
    for i, step in zip(index, views.steps_in_memory(shape), strict=True):
        at = code.plus(at, code.times(i, step))
    return at


def across(emitter, nodes, shape, axes, box) -> None:
    """The last axis is not among them: row upon row."""
    code = emitter.code
    left = [i for i in range(len(shape)) if i not in axes]
    targets = [emitter.take(n.outs[0]) for n in nodes]
    for node, target in zip(nodes, targets, strict=True):
        out = node.outs[0]
        with code.loop(str(out.size), True) as i:
            code.store(literal(neutral(node.params["op"], out.dtype), out.dtype), target.pointer(), i, out.dtype)
    start = runs.start_of(shape)

    def body(turn: Turn) -> None:
        for node, target in zip(nodes, targets, strict=True):
            out, op = node.outs[0], node.params["op"]
            x = element(code, "convert", out.dtype, [turn.at(node.args[0], start)], [node.args[0].dtype])
            at = place_in(code, out.shape, [turn.index[i] for i in left])
            pointer = target.pointer()
            old = code.load(pointer, at, out.dtype)
            code.store(combine(code, op, out.dtype, old, x, False), pointer, at, out.dtype)

    # in the order of memory: threads have rows of their own where these are not added up, or else columns
    share = runs.outermost(shape)
    if share in axes:
        share = len(shape) - 1 if shape[-1] > runs.COLUMNS else None
    values = [n.args[0] for n in nodes]
    runs.run(emitter, shape, values, {}, body, independent=True, share=share, stored=False, box=box)
    for node, target in zip(nodes, targets, strict=True):
        emitter.put(node.outs[0], target)
