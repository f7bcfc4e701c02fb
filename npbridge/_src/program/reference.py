"""Running a program with NumPy, one node after the other: what engines are compared with.

Nothing is fused, nothing is written in place, and every value has its own memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import floors, folding, views
from .nodes import Block, Node, Value

_DIRECT: dict[str, Callable] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "neg": np.negative, "abs": np.abs, "sign": np.sign,
    "max": np.maximum, "min": np.minimum, "pow": np.power, "sqrt": np.sqrt, "cbrt": np.cbrt, "exp": np.exp,
    "exp2": np.exp2, "log": np.log, "log1p": np.log1p, "expm1": np.expm1, "sin": np.sin, "cos": np.cos, "tan": np.tan,
    "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "atan2": np.arctan2, "sinh": np.sinh, "cosh": np.cosh,
    "tanh": np.tanh, "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh, "floor": np.floor, "ceil": np.ceil,
    "nextafter": np.nextafter, "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal,
    "gt": np.greater, "ge": np.greater_equal, "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor,
    "not": np.invert, "is_finite": np.isfinite, "real": np.real, "imag": np.imag, "conj": np.conj,
    "round_even": np.rint, "trunc": np.trunc, "population_count": np.bitwise_count,
    "select": lambda w, no, yes: np.where(w, yes, no), "complex": folding.complex_of,
}  # fmt: skip
_REDUCE = {
    "sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum, "and": np.bitwise_and,
    "or": np.bitwise_or, "xor": np.bitwise_xor,
}  # fmt: skip


class NotRun(Exception):
    """A node that has no form here."""


class _Left(Exception):
    """The program is left, with a number that says what has failed."""

    def __init__(self, code: int) -> None:
        self.code = code


def run(block: Block, inputs) -> list[np.ndarray]:
    """The results of a program, for inputs of the shapes and dtypes that it takes."""
    known: dict[Value, np.ndarray] = {}
    with np.errstate(all="ignore"):
        try:
            return _block(block, [np.asarray(x, v.dtype) for x, v in zip(inputs, block.inputs, strict=True)], known)
        except _Left as left:
            *others, told = block.results
            return [*(np.zeros(v.shape, v.dtype) for v in others), np.asarray(left.code, told.dtype)]


def _block(block: Block, inputs, known) -> list[np.ndarray]:
    known.update(zip(block.inputs, inputs, strict=True))
    for node in block.nodes:
        outs = _NODES[node.kind](node, [known[a] for a in node.args], known)
        for value, found in zip(node.outs, outs, strict=True):
            known[value] = np.asarray(found, value.dtype).reshape(value.shape)
    return [known[r] for r in block.results]


def _number(node: Node, args, known):
    return [node.params["value"]]


def _empty(node: Node, args, known):
    (out,) = node.outs
    return [np.zeros(out.shape, out.dtype)]


def _map(node: Node, args, known):
    op, (out,) = node.params["op"], node.outs
    if op in _DIRECT:
        found = _DIRECT[op](*args)
    elif op in ("convert", "whole"):
        found = _converted(args[0], out.dtype)
    elif op == "bitcast":
        found = args[0].view(out.dtype)
    elif op in ("div", "rem"):
        found = _divided(op, *args)
    elif op in ("floor_div", "floor_rem"):
        found = floors.rounded_down(op, *args)
    elif op.startswith("shift"):
        found = _shifted(op, *args)
    else:
        raise NotRun(f"the step {op}")
    return [np.broadcast_to(found, out.shape)]


def _converted(x, dtype):
    x = folding.looked_at(x, dtype)
    if x.dtype.kind == "f" and dtype.kind in "iu":  # XLA's: to the nearest that fits, of a NaN 0
        limits = np.iinfo(dtype)
        inside = np.where(np.isnan(x), 0, np.clip(x, float(limits.min), float(limits.max)))
        whole = np.where(inside >= float(limits.max), 0, inside).astype(dtype)
        return np.where(inside >= float(limits.max), limits.max, whole)
    return x.astype(dtype)


def _divided(op, x, y):
    if x.dtype.kind not in "iu":
        return x / y if op == "div" else np.fmod(x, y)
    odd = (y == 0) | (y == -1) if x.dtype.kind == "i" else y == 0
    safe = np.where(odd, 1, y).astype(x.dtype)
    if op == "div":
        found = np.where(y == 0, -1, np.where(odd, -x, _toward_zero(x, safe)))
    else:
        found = np.where(y == 0, x, np.where(odd, 0, np.fmod(x, safe)))
    return found.astype(x.dtype)


def _toward_zero(x, y):
    return (x - np.fmod(x, y)) // y


def _shifted(op, x, by):
    bits = 8 * x.dtype.itemsize
    far = (by < 0) | (by >= bits)
    by = np.where(far, bits - 1, by).astype(x.dtype)
    if op == "shift_left":
        return np.where(far, 0, x << by)
    if op == "shift_right_arithmetic":
        return x >> by
    unsigned = np.dtype(f"u{x.dtype.itemsize}")
    return np.where(far, 0, x.view(unsigned) >> by.view(unsigned)).astype(unsigned).view(x.dtype)


def _places(to: views.Map, shape: tuple, known) -> tuple:
    """The indices of the source for all elements of a view."""
    index = np.indices(shape, sparse=True) if shape else []
    found = []
    for axis in to.axes:
        at: Any = np.int64(axis.offset)
        for start, times in axis.starts:
            at = at + times * known[start].astype(np.int64)
        for k, step in axis.terms:
            at = at + step * index[k]
        found.append(np.broadcast_to(at, shape))
    return tuple(found)


def _view(node: Node, args, known):
    (out,) = node.outs
    return (
        [np.broadcast_to(args[0], out.shape)]
        if not args[0].shape
        else [args[0][_places(node.params["map"], out.shape, known)]]
    )


def _write(node: Node, args, known):
    new = np.array(args[0])
    new[_places(node.params["map"], args[1].shape, known)] = args[1]
    return [new]


def _iota(node: Node, args, known):
    (out,) = node.outs
    axis = node.params["axis"]
    shape = [n if i == axis else 1 for i, n in enumerate(out.shape)]
    return [np.broadcast_to(np.arange(out.shape[axis]).reshape(shape), out.shape)]


def _reshape(node: Node, args, known):
    return [args[0].reshape(node.outs[0].shape)]


def _reduce(node: Node, args, known):
    (out,) = node.outs
    op, axes = node.params["op"], node.params["axes"]
    if op in ("max", "min") and math.prod(args[0].shape[i] for i in axes) == 0:
        raise NotRun("the largest of nothing")
    return [_REDUCE[op].reduce(args[0].astype(out.dtype), axis=axes)]


def _position(node: Node, args, known):
    return [(np.argmax if node.params["op"] == "max" else np.argmin)(args[0], axis=node.params["axis"])]


def _running(node: Node, args, known):
    axis, x = node.params["axis"], args[0]
    if node.params["reverse"]:
        x = np.flip(x, axis)
    found = _REDUCE[node.params["op"]].accumulate(x, axis=axis)
    return [np.flip(found, axis) if node.params["reverse"] else found]


def _sort(node: Node, args, known):
    order = np.argsort(args[0], axis=node.params["axis"], kind="stable")
    return [np.take_along_axis(x, order, node.params["axis"]) for x in args]


def _product(node: Node, args, known):
    (cx, cy), (bx, by) = node.params["contract"], node.params["batch"]
    x, y = args
    letters = iter("abcdefghijklmnopqrstuvwxyz")
    left = [""] * x.ndim
    right = [""] * y.ndim
    for i, j in (*zip(bx, by, strict=True), *zip(cx, cy, strict=True)):
        left[i] = right[j] = next(letters)
    left = [a or next(letters) for a in left]
    right = [a or next(letters) for a in right]
    out = [left[i] for i in bx] + [left[i] for i in range(x.ndim) if i not in bx and i not in cx]
    out += [right[j] for j in range(y.ndim) if j not in by and j not in cy]
    return [np.einsum(f"{''.join(left)},{''.join(right)}->{''.join(out)}", x, y)]


def _gather(node: Node, args, known):
    (out,) = node.outs
    source, indices = args
    numbers, sizes = node.params["numbers"], node.params["sizes"]
    found = np.full(out.shape, node.params["fill"], out.dtype)
    batch = [i for i in range(len(out.shape)) if i not in numbers.offset_dims]
    left = [i for i in range(source.ndim) if i not in (*numbers.collapsed_slice_dims, *numbers.operand_batching_dims)]
    for at in np.ndindex(out.shape):
        rows = [at[i] for i in batch]
        place, inside = [0] * source.ndim, True
        for k, axis in enumerate(numbers.start_index_map):
            start, high = int(indices[(*rows, k)]), source.shape[axis] - sizes[axis]
            inside &= 0 <= start <= high
            place[axis] = min(max(start, 0), high)
        for axis, i in zip(numbers.operand_batching_dims, numbers.start_indices_batching_dims, strict=True):
            place[axis] = rows[i]
        for axis, i in zip(left, numbers.offset_dims, strict=True):
            place[axis] += at[i]
        if inside or node.params["mode"] == "clip":
            found[at] = source[tuple(place)]
    return [found]


def _scatter(node: Node, args, known):
    old, indices, updates = args
    numbers, op = node.params["numbers"], node.params["op"]
    new = np.array(old)
    windows = numbers.update_window_dims
    batch = [i for i in range(updates.ndim) if i not in windows]
    left = [i for i in range(old.ndim) if i not in (*numbers.inserted_window_dims, *numbers.operand_batching_dims)]
    sizes = {axis: updates.shape[i] for axis, i in zip(left, windows, strict=True)}
    for at in np.ndindex(updates.shape):
        rows = [at[i] for i in batch]
        place, inside = [0] * old.ndim, True
        for k, axis in enumerate(numbers.scatter_dims_to_operand_dims):
            start, high = int(indices[(*rows, k)]), old.shape[axis] - sizes.get(axis, 1)
            inside &= 0 <= start <= high
            place[axis] = min(max(start, 0), high)
        for axis, i in zip(numbers.operand_batching_dims, numbers.scatter_indices_batching_dims, strict=True):
            place[axis] = rows[i]
        for axis, i in zip(left, windows, strict=True):
            place[axis] += at[i]
        if inside or node.params["mode"] == "clip":
            where = tuple(place)
            new[where] = updates[at] if op == "set" else _REDUCE[op](new[where], updates[at])
    return [new]


def _loop(node: Node, args, known):
    carried, turn = list(args), 0
    *conditions, body = node.blocks
    length = node.params["length"]
    while turn < length if length is not None else bool(_block(conditions[0], carried, known)[0]):
        carried = _block(body, carried if length is None else [np.int64(turn), *carried], known)
        turn += 1
    return carried


def _branch(node: Node, args, known):
    which = min(max(int(args[0]), 0), len(node.blocks) - 1)
    return _block(node.blocks[which], [], known)


def _call(node: Node, args, known):
    return node.params["function"](*args)


def _leave(node: Node, args, known):
    if args[0]:
        raise _Left(node.params["code"])
    return []


def _place(node: Node, args, known):
    n, (index,) = node.params["length"], args
    if not -n <= index < n:
        raise _Left(node.params["code"])
    return [index + n if index < 0 else index]


_NODES: dict[str, Callable] = {
    "number": _number, "array": _number, "empty": _empty, "map": _map, "view": _view, "write": _write, "iota": _iota,
    "reshape": _reshape, "reduce": _reduce, "position": _position, "running": _running, "sort": _sort,
    "product": _product, "gather": _gather, "scatter": _scatter, "loop": _loop, "branch": _branch, "call": _call,
    "leave": _leave, "place": _place,
}  # fmt: skip
