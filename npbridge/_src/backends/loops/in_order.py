"""Sums and products of floats in NumPy's own order, by its own loops: to the last digit."""

from __future__ import annotations

import math

import numpy as np

from ...program import spans, views
from ...program.builder import NotHeld
from ...program.nodes import Node
from . import boxes, nests, threads
from .code import literal
from .inner_loops import inner_loop
from .reductions import across, neutral, place_in, work_of


def reduce(emitter, node: Node) -> None:
    """A sum or product of floats in NumPy's own order, of an array that lies in C order.

    The innermost axes, where they are among those that are reduced, are one row for NumPy's own loop; rows, and what
    is not reduced along the innermost axis, are added up one after the other.
    """
    code, (x,), (out,) = emitter.code, node.args, node.outs
    shape, axes = x.shape, [i for i in node.params["axes"] if x.shape[i] != 1]
    long = [i for i, n in enumerate(shape) if n != 1]
    if long and axes and long[-1] not in axes:
        across(emitter, [node], shape, node.params["axes"], {})
        return
    row: list[int] = []
    while long and long[-1] in axes:
        row.insert(0, long.pop())
    part = spans.within(x).spans if "parts" in node.params else {}
    ends = boxes.registers(emitter, part, shape).get(0)
    if emitter.is_lazy(x) or x in emitter.scalars:
        x = nests.set_apart(emitter, x)
    whole, steps, size = emitter.place(x), views.steps_in_memory(shape), x.dtype.itemsize
    target = emitter.take(out) if out.shape else None
    ufunc = np.add if node.params["op"] == "sum" else np.multiply
    found = inner_loop(ufunc, x.dtype.char * 3)
    if found is None or x.dtype != out.dtype:
        raise NotHeld(f"sums of {x.dtype} in NumPy's order")
    left, above = [i for i in long if i not in axes], [i for i in long if i in axes]
    index = ["0"] * len(shape)

    def gone_over(k: int, total: str, part: threads.Part) -> None:
        order = [*left, *above]
        if k == len(left):
            code.store(literal(neutral(node.params["op"], x.dtype), x.dtype), total, "0", x.dtype)
        if k < len(order):
            with (part if k == 0 and left else threads.Part("0", str(shape[order[k]]))).loop(code) as i:
                index[order[k]] = i
                gone_over(k + 1, total, part)
                if k == len(left) - 1:
                    value = code.load(total, "0", x.dtype)
                    at = place_in(
                        code, out.shape, [index[i] for i in range(len(shape)) if i not in node.params["axes"]]
                    )
                    code.store(value, target.pointer(), at, out.dtype)
            index[order[k]] = "0"
            return
        at = "0"
        for i, step in zip(index, steps, strict=True):
            at = code.plus(at, code.times(i, step))
        count = str(math.prod(shape[i] for i in row))
        if ends is not None:
            left_over = code.new(f"sub nsw i64 {ends[1]}, {ends[0]}")
            at, count = ends[0], code.call("i64", "llvm.smax.i64", ("i64", left_over), ("i64", "0"))
        first = code.new(f"getelementptr inbounds i8, ptr {whole.pointer()}, i64 {code.times(at, size)}")
        name = f"{ufunc.__name__}_{x.dtype.char}"
        emitter.loops.call(code, name, found, [total, first, total], [count], [0, size, 0])

    if x.size == 0:
        raise NotHeld("sums of nothing in NumPy's order")
    if left:
        work = work_of(emitter, [node], shape)
        with threads.shared(emitter, shape[left[0]], work) as part:
            gone_over(0, code.slot(f"[{size} x i8]"), part)
        emitter.put(out, target)
        return
    total = code.slot(f"[{size} x i8]")
    gone_over(0, total, threads.Part("0", "1"))
    if target is None:
        emitter.scalars[out] = code.load(total, "0", x.dtype)
    else:
        code.store(code.load(total, "0", x.dtype), target.pointer(), "0", out.dtype)
        emitter.put(out, target)
