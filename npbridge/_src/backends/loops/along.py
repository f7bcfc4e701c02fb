"""What goes along an axis step by step: places of the largest, running sums."""

from __future__ import annotations

import numpy as np

from ...program.builder import NotHeld
from ...program.nodes import Node
from . import runs
from .code import literal, type_of
from .elements import element
from .reductions import combine, place_in
from .trees import INDEX, Turn


def position(emitter, node: Node) -> None:
    """Where the largest or smallest is: the first of equal ones, and the first NaN before all."""
    code = emitter.code
    (x,), (out,) = node.args, node.outs
    axis, op, dtype = node.params["axis"], node.params["op"], x.dtype
    if dtype.kind == "c":
        raise NotHeld("positions of complex numbers")
    left = [i for i in range(len(x.shape)) if i != axis]
    target = emitter.take(out) if out.shape else None
    best, place = code.slot("i8" if dtype.kind == "b" else type_of(dtype)), code.slot("i64")
    start = runs.start_of(x.shape)
    index = ["0"] * len(x.shape)

    def one() -> None:
        code.do(f"store i64 0, ptr {place}")
        code.store(Turn(emitter, list(index)).at(x, start), best, "0", dtype)
        with code.loop(str(x.shape[axis]), start="1") as i:
            index[axis] = i
            new = Turn(emitter, list(index)).at(x, start)
            old = code.load(best, "0", dtype)
            better = _better(code, op, dtype, new, old)
            code.store(element(code, "select", dtype, [better, old, new], []), best, "0", dtype)
            was = code.new(f"load i64, ptr {place}")
            code.do(f"store i64 {code.new(f'select i1 {better}, i64 {i}, i64 {was}')}, ptr {place}")
        index[axis] = "0"
        found = code.new(f"load i64, ptr {place}")
        found = element(code, "convert", out.dtype, [found], [INDEX])
        if target is None:
            emitter.scalars[out] = found
        else:
            code.store(found, target.pointer(), place_in(code, out.shape, [index[i] for i in left]), out.dtype)

    def outer(k: int) -> None:
        if k == len(left):
            one()
            return
        with code.loop(str(x.shape[left[k]])) as i:
            index[left[k]] = i
            outer(k + 1)
        index[left[k]] = "0"

    outer(0)
    if target is not None:
        emitter.put(out, target)


def _better(code, op, dtype, new, old) -> str:
    if dtype.kind == "b":
        first, second = (new, old) if op == "max" else (old, new)
        return code.new(f"and i1 {first}, {code.new(f'xor i1 {second}, true')}")
    better = element(code, "gt" if op == "max" else "lt", np.dtype(bool), [new, old], [dtype, dtype])
    if dtype.kind != "f":
        return better
    kind = type_of(dtype)
    is_nan, was_nan = (code.new(f"fcmp uno {kind} {x}, {literal(0, dtype)}") for x in (new, old))
    fresh = code.new(f"and i1 {is_nan}, {code.new(f'xor i1 {was_nan}, true')}")
    return code.new(f"or i1 {better}, {fresh}")


def running(emitter, node: Node) -> None:
    """Sums, products, largest up to each place of an axis."""
    code = emitter.code
    (x,), (out,) = node.args, node.outs
    axis, op, reverse = node.params["axis"], node.params["op"], node.params["reverse"]
    n = x.shape[axis]
    target = emitter.take(out)
    start = runs.start_of(x.shape)
    index = ["0"] * len(x.shape)
    order = [i for i in range(len(x.shape)) if i < axis], [i for i in range(len(x.shape)) if i > axis]

    def at_place(i: str) -> str:
        return code.new(f"sub nsw i64 {n - 1}, {i}") if reverse else i

    def loops(axes, k, body) -> None:
        if k == len(axes):
            body()
            return
        with code.loop(str(x.shape[axes[k]])) as i:
            index[axes[k]] = i
            loops(axes, k + 1, body)
        index[axes[k]] = "0"

    def first() -> None:
        index[axis] = at_place("0")
        value = Turn(emitter, list(index)).at(x, start)
        code.store(value, target.pointer(), place_in(code, out.shape, index), out.dtype)

    def rest() -> None:
        value = Turn(emitter, list(index)).at(x, start)
        pointer = target.pointer()
        here = place_in(code, out.shape, index)
        before = list(index)
        before[axis] = code.new(f"{'add' if reverse else 'sub'} nsw i64 {index[axis]}, 1")
        old = code.load(pointer, place_in(code, out.shape, before), out.dtype)
        code.store(combine(code, op, out.dtype, old, value, False), pointer, here, out.dtype)

    def along() -> None:
        loops(order[1], 0, first)
        with code.loop(str(n), start="1") as i:
            index[axis] = at_place(i)
            loops(order[1], 0, rest)

    if out.size:
        loops(order[0], 0, along)
    emitter.put(out, target)
