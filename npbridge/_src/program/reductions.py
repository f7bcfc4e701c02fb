"""Rules for what adds up, or compares, along axes."""

from __future__ import annotations

import numpy as np

from . import views
from .builder import dtype_of, rule
from .folding import only

HALF, FLOAT = np.dtype("float16"), np.dtype("float32")
_REDUCTIONS = {f"reduce_{op}": op for op in ("sum", "prod", "max", "min", "and", "or", "xor")}
_RUNNING = {f"cum{op}": op for op in ("sum", "prod", "max", "min")}


@rule(*_REDUCTIONS)
def _reduce(b, eqn, x):
    aval = eqn.outvars[0].aval
    op, axes = _REDUCTIONS[eqn.primitive.name], tuple(sorted(eqn.params["axes"]))
    if not axes:
        return x
    if x.dtype.kind == "b" and op in ("max", "min"):
        op = "or" if op == "max" else "and"
    same = only(x)
    if same is not None and op in ("max", "min", "and", "or") and x.size:
        return b.splat(same, aval.shape)
    return b.once("reduce", [x], aval.shape, dtype_of(aval), op=op, axes=axes)


@rule("argmax", "argmin")
def _position(b, eqn, x):
    aval = eqn.outvars[0].aval
    (axis,) = eqn.params["axes"]
    return b.once("position", [x], aval.shape, dtype_of(aval), op=eqn.primitive.name[3:], axis=axis)


@rule(*_RUNNING)
def _running(b, eqn, x):
    op, p = _RUNNING[eqn.primitive.name], eqn.params
    return b.once("running", [x], x.shape, x.dtype, op=op, axis=p["axis"], reverse=p["reverse"])


@rule("dot_general")
def _product(b, eqn, x, y):
    aval = eqn.outvars[0].aval
    (cx, cy), (bx, by) = eqn.params["dimension_numbers"]
    dtype = dtype_of(aval)
    if not x.shape or not y.shape:
        return b.map("mul", dtype, b.cast(x, dtype), b.cast(y, dtype), shape=aval.shape)
    x, y = b.cast(x, dtype), b.cast(y, dtype)
    if len(cx) == len(x.shape) == len(y.shape) and (not b.exact or len(cx) != 1 or dtype.kind not in "fc"):
        order = tuple(cx.index(i) for i in range(len(cx)))
        y = b.view(y, views.transpose(tuple(cy[k] for k in order)), x.shape)
        wide = FLOAT if dtype == HALF else dtype  # products of float16 are cut when they were added up
        terms = b.map("mul", wide, b.cast(x, wide), b.cast(y, wide))
        return b.cast(b.once("reduce", [terms], (), wide, op="sum", axes=tuple(range(len(cx)))), dtype)
    if len(cx) == len(x.shape) == len(y.shape):  # as NumPy has it, whose order of summation is its own
        row, column = (b.view(v, views.broadcast(v.shape, (at,)), shape) for v, at, shape in (
            (x, 1, (1, x.size)), (y, 0, (y.size, 1))
        ))  # fmt: skip
        return b.number(b.once("product", [row, column], (1, 1), dtype, contract=((1,), (0,)), batch=((), ())))
    return b.once("product", [x, y], aval.shape, dtype, contract=(tuple(cx), tuple(cy)), batch=(tuple(bx), tuple(by)))
