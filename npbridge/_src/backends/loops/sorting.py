"""Short rows in order: each number moves to its place among those before it, and equal ones stay in their order."""

from __future__ import annotations

import numpy as np

from ...program import views
from ...program.nodes import Node
from .code import literal, type_of
from .elements import element
from .runs import start_of
from .trees import Turn

BOOL = np.dtype(bool)


def sort(emitter, node: Node) -> None:
    """Several arrays, by what the first one has along an axis; NaN comes last."""
    code = emitter.code
    shape, axis = node.args[0].shape, node.params["axis"]
    targets = [emitter.take(out) for out in node.outs]
    start = start_of(shape)
    steps = views.steps_in_memory(shape)
    index = ["0"] * len(shape)
    slot = code.slot("i64")

    def place(base: str, j: str) -> str:
        return code.plus(base, code.times(j, steps[axis]))

    def one(base: str, i: str) -> None:
        """Put the i-th where it belongs."""
        index[axis] = i
        turn = Turn(emitter, list(index))
        given = [turn.at(arg, start) for arg in node.args]
        head, look, move, found = (code.fresh_label(x) for x in ("head", "look", "move", "found"))
        code.do(f"store i64 {i}, ptr {slot}")
        code.jump(head)
        code.label(head)
        j = code.new(f"load i64, ptr {slot}")
        code.jump_if(code.new(f"icmp sgt i64 {j}, 0"), look, found)
        code.label(look)
        before = code.new(f"sub nsw i64 {j}, 1")
        key = code.load(targets[0].pointer(), place(base, before), node.args[0].dtype)
        code.jump_if(_comes_first(code, node.args[0].dtype, given[0], key), move, found)
        code.label(move)
        for arg, target in zip(node.args, targets, strict=True):
            moved = code.load(target.pointer(), place(base, before), arg.dtype)
            code.store(moved, target.pointer(), place(base, j), arg.dtype)
        code.do(f"store i64 {before}, ptr {slot}")
        code.jump(head)
        code.label(found)
        for arg, target, x in zip(node.args, targets, given, strict=True):
            code.store(x, target.pointer(), place(base, j), arg.dtype)

    def outer(k: int, base: str) -> None:
        if k == len(shape):
            with code.loop(str(shape[axis])) as i:
                one(base, i)
            index[axis] = "0"
            return
        if k == axis or shape[k] == 1:
            outer(k + 1, base)
            return
        with code.loop(str(shape[k])) as i:
            index[k] = i
            outer(k + 1, code.plus(base, code.times(i, steps[k])))
        index[k] = "0"

    outer(0, "0")
    for out, target in zip(node.outs, targets, strict=True):
        emitter.put(out, target)


def _comes_first(code, dtype: np.dtype, x, y) -> str:
    """Whether one number is to stand before another that came earlier."""
    if dtype.kind == "b":
        is_false = code.new(f"xor i1 {x}, true")
        return code.new(f"and i1 {is_false}, {y}")
    less = element(code, "lt", BOOL, [x, y], [dtype, dtype])
    if dtype.kind != "f":
        return less
    kind = type_of(dtype)
    is_nan, was_nan = (code.new(f"fcmp uno {kind} {v}, {literal(0, dtype)}") for v in (x, y))
    is_number = code.new(f"xor i1 {is_nan}, true")
    return code.new(f"or i1 {less}, {code.new(f'and i1 {was_nan}, {is_number}')}")
