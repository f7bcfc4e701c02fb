"""Rules for what adds up, or compares, along axes."""

from __future__ import annotations

from .builder import dtype_of, rule

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
    return b.node("reduce", [x], op=op, axes=axes).out(aval.shape, dtype_of(aval))


@rule("argmax", "argmin")
def _position(b, eqn, x):
    aval = eqn.outvars[0].aval
    (axis,) = eqn.params["axes"]
    return b.node("position", [x], op=eqn.primitive.name[3:], axis=axis).out(aval.shape, dtype_of(aval))


@rule(*_RUNNING)
def _running(b, eqn, x):
    op, p = _RUNNING[eqn.primitive.name], eqn.params
    return b.node("running", [x], op=op, axis=p["axis"], reverse=p["reverse"]).out(x.shape, x.dtype)


@rule("dot_general")
def _product(b, eqn, x, y):
    aval = eqn.outvars[0].aval
    (cx, cy), (bx, by) = eqn.params["dimension_numbers"]
    dtype = dtype_of(aval)
    if not x.shape or not y.shape:
        return b.map("mul", dtype, b.cast(x, dtype), b.cast(y, dtype), shape=aval.shape)
    return b.node("product", [b.cast(x, dtype), b.cast(y, dtype)], contract=(cx, cy), batch=(bx, by)).out(
        aval.shape, dtype
    )
