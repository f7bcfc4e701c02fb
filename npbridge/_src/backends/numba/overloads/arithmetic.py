"""Operators and ufuncs with NumPy's result types.

Numba computes with machine types: two ``int32`` scalars give an ``int64``, a
``float32`` array and a Python number a ``float64`` array.  These functions ask
NumPy which loop it would take, and say for each operand whether it was a Python
number: 0 no, 1 bool, 2 int, 3 float, 4 complex.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.core import errors, types
from numba.np.numpy_support import as_dtype

from .forms import STUBS, compiled, constant, overloads, stub
from .trees import WEAK, resolved

UFUNC = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide",
    "mod": "remainder", "pow": "power", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "left_shift", "rshift": "right_shift", "eq": "equal", "noteq": "not_equal", "lt": "less",
    "lte": "less_equal", "gt": "greater", "gte": "greater_equal",
}  # fmt: skip
_SYMBOL = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "and": "&",
    "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>", "eq": "==", "noteq": "!=", "lt": "<", "lte": "<=",
    "gt": ">", "gte": ">=",
}  # fmt: skip


def _numeric(kind: Any) -> bool:
    return isinstance(kind, (types.Number, types.Boolean)) or (
        isinstance(kind, types.Array) and isinstance(kind.dtype, (types.Number, types.Boolean))
    )


def _dtype(kind: Any, weak: int) -> Any:
    if weak:
        return WEAK[weak]
    return as_dtype(kind.dtype if isinstance(kind, types.Array) else types.unliteral(kind))


def loop_of(ufunc: np.ufunc, kinds: list, weak: list[int]) -> tuple[np.dtype, ...]:
    """The dtypes of the loop that NumPy takes."""
    dtypes = [_dtype(k, w) for k, w in zip(kinds, weak, strict=True)]
    try:
        return resolved(ufunc, dtypes)
    except TypeError as error:
        raise errors.TypingError(str(error)) from None


def _cast(name: str, kind: Any, dtype: np.dtype, label: str) -> str:
    if isinstance(kind, types.Array):
        return name if as_dtype(kind.dtype) == dtype else f"{name}.astype({label})"
    return f"{label}({name})"


def _names(loop: tuple[np.dtype, ...]) -> dict[str, Any]:
    return {label: np.bool_ if d.kind == "b" else d.type for label, d in zip(("ta", "tb", "tc"), loop, strict=False)}


def binary(name: str, a: Any, b: Any, wa: int, wb: int, head: str) -> Any:
    symbol = _SYMBOL[name]
    if not (_numeric(a) and _numeric(b)):
        return compiled(f"def impl({head}):\n    return a {symbol} b\n")
    ufunc = getattr(np, UFUNC[name])
    loop = loop_of(ufunc, [a, b], [wa, wb])
    left, right = _cast("a", a, loop[0], "ta"), _cast("b", b, loop[1], "tb")
    if isinstance(a, types.Array) or isinstance(b, types.Array):
        return compiled(f"def impl({head}):\n    return np.{ufunc.__name__}({left}, {right})\n", **_names(loop))
    return compiled(f"def impl({head}):\n    return tc({left} {symbol} {right})\n", **_names(loop))


def _declare(name: str) -> None:
    space: dict[str, Any] = {}
    exec(f"def npb_{name}(a, b, wa, wb):\n    raise NotImplementedError\n", space)
    exec(f"def npb_i{name}(a, b, wa, wb):\n    raise NotImplementedError\n", space)
    plain, in_place = stub(space[f"npb_{name}"]), stub(space[f"npb_i{name}"])

    @overloads(plain)
    def typed(a, b, wa, wb):
        return binary(name, a, b, constant(wa, 0), constant(wb, 0), "a, b, wa, wb")

    @overloads(in_place)
    def typed_in_place(a, b, wa, wb):
        if isinstance(a, types.Array) and a.ndim:
            return _in_place(name, a, b, constant(wb, 0))
        return binary(name, a, b, constant(wa, 0), constant(wb, 0), "a, b, wa, wb")


def _in_place(name: str, a: Any, b: Any, wb: int) -> Any:
    ufunc = getattr(np, UFUNC[name])
    loop = loop_of(ufunc, [a, b], [0, wb])
    target = as_dtype(a.dtype)
    if not np.can_cast(loop[2], target, "same_kind"):
        raise errors.TypingError(
            f"Cannot cast ufunc {ufunc.__name__!r} output from {loop[2]!r} to {target!r} with casting rule 'same_kind'"
        )
    value = f"np.{ufunc.__name__}(a, {_cast('b', b, loop[1], 'tb')})"
    return compiled(f"def impl(a, b, wa, wb):\n    a[...] = {value}\n    return a\n", **_names(loop))


for _name in UFUNC:
    _declare(_name)


def _unary(name: str, symbol: str, ufunc: np.ufunc) -> None:
    space: dict[str, Any] = {}
    exec(f"def npb_{name}(a):\n    raise NotImplementedError\n", space)

    @overloads(stub(space[f"npb_{name}"]))
    def typed(a):
        if isinstance(a, types.Array):
            return compiled(f"def impl(a):\n    return np.{ufunc.__name__}(a)\n")
        if not _numeric(a):
            return compiled(f"def impl(a):\n    return {symbol}a\n")
        loop = loop_of(ufunc, [a], [0])
        if loop[0].kind == "b":
            return compiled("def impl(a):\n    return not a\n")
        return compiled(f"def impl(a):\n    return ta({symbol}ta(a))\n", **_names(loop))


_unary("neg", "-", np.negative)
_unary("plus", "+", np.positive)
_unary("invert", "~", np.invert)


# -- products of matrices


@stub
def npb_matmul(a, b, wa, wb):
    """``a @ b`` for every dtype and any number of dimensions."""


@stub
def npb_imatmul(a, b, wa, wb):
    """``a @= b``."""


@overloads(npb_imatmul)
def _imatmul(a, b, wa, wb):
    def impl(a, b, wa, wb):
        a[...] = npb_matmul(a, b, 0, 0)
        return a

    return impl


@overloads(npb_matmul)
def _matmul(a, b, wa, wb):
    out = np.result_type(as_dtype(a.dtype), as_dtype(b.dtype))
    if a.ndim <= 2 and b.ndim <= 2 and out.char in "fdFD":
        left = "np.ascontiguousarray(a)" if a.layout == "A" else "a"
        right = "np.ascontiguousarray(b)" if b.layout == "A" else "b"
        left = left if as_dtype(a.dtype) == out else f"{left}.astype(dt)"
        right = right if as_dtype(b.dtype) == out else f"{right}.astype(dt)"
        return compiled(f"def impl(a, b, wa, wb):\n    return np.dot({left}, {right})\n", dt=out.type)
    from .linear import einsum_source

    subscripts = _subscripts(a.ndim, b.ndim)
    text = einsum_source(subscripts, [a.ndim, b.ndim], "a, b, wa, wb", ["a", "b"])
    return compiled(text, dt=out.type, zero=out.type(0))


def _subscripts(m: int, n: int) -> str:
    if m == 1 and n == 1:
        return "i,i->"
    batch = "stuvwxyz"[: max(m, n) - 2]
    left = (batch[len(batch) - (m - 2) :] + "ij") if m > 1 else "j"
    right = (batch[len(batch) - (n - 2) :] + "jk") if n > 1 else "j"
    result = batch + ("i" if m > 1 else "") + ("k" if n > 1 else "")
    return f"{left},{right}->{result}"


# -- ufuncs beside Python numbers, and their methods


def ufunc_stubs(name: str, ufunc: np.ufunc) -> dict[str, Any]:
    """Our functions for one ufunc of two arguments; they are made once."""
    if f"npb_ufunc_{name}" not in STUBS:
        _declare_ufunc(name, ufunc)
    return {k: STUBS[k] for k in (f"npb_{p}_{name}" for p in ("ufunc", "outer", "accumulate", "at"))}


def _declare_ufunc(name: str, ufunc: np.ufunc) -> None:
    space: dict[str, Any] = {}
    for head in (f"npb_ufunc_{name}(a, b, wa, wb)", f"npb_outer_{name}(a, b)", f"npb_accumulate_{name}(a, axis=0)"):
        exec(f"def {head}:\n    raise NotImplementedError\n", space)
    exec(f"def npb_at_{name}(a, indices, b):\n    raise NotImplementedError\n", space)
    for made in [v for k, v in space.items() if k.startswith("npb_")]:
        stub(made)

    @overloads(space[f"npb_ufunc_{name}"])
    def called(a, b, wa, wb):
        loop = loop_of(ufunc, [a, b], [constant(wa, 0), constant(wb, 0)])
        left, right = _cast("a", a, loop[0], "ta"), _cast("b", b, loop[1], "tb")
        return compiled(f"def impl(a, b, wa, wb):\n    return np.{ufunc.__name__}({left}, {right})\n", **_names(loop))

    @overloads(space[f"npb_outer_{name}"])
    def outer(a, b):
        return compiled(f"def impl(a, b):\n    return np.{ufunc.__name__}(a.reshape(a.shape + (1,) * {b.ndim}), b)\n")

    @overloads(space[f"npb_accumulate_{name}"])
    def accumulate(a, axis=0):
        if a.ndim != 1:
            raise errors.TypingError(f"np.{name}.accumulate works on arrays of one dimension here")
        body = "    out = a.copy()\n    for i in range(1, a.size):\n"
        return compiled(
            f"def impl(a, axis=0):\n{body}        out[i] = np.{ufunc.__name__}(out[i - 1], a[i])\n    return out\n"
        )

    @overloads(space[f"npb_at_{name}"])
    def at(a, indices, b):
        if isinstance(indices, types.Integer):
            return compiled(f"def impl(a, indices, b):\n    a[indices] = np.{ufunc.__name__}(a[indices], b)\n")
        first = indices[0] if isinstance(indices, types.BaseTuple) else indices
        lines, value, count, key = [], "b", "len(indices)", "indices[k]"
        if isinstance(indices, types.BaseTuple):
            parts = [f"indices[{i}]{'.ravel()' if p.ndim > 1 else ''}" for i, p in enumerate(indices)]
            lines = [f"i{i} = {part}" for i, part in enumerate(parts)]
            key, count = ", ".join(f"i{i}[k]" for i in range(len(parts))), "len(i0)"
        elif getattr(indices, "ndim", 1) > 1:
            lines, key, count = ["flat = indices.ravel()"], "flat[k]", "len(flat)"
        if isinstance(b, types.Array) and b.ndim:
            taken = len(indices) if isinstance(indices, types.BaseTuple) else 1
            places = "indices[0].shape" if first is not indices else "np.shape(indices)"
            row = f"a.shape[{taken}:]" if a.ndim > taken else "()"
            lines.append(f"values = np.broadcast_to(b, {places} + {row}).copy().reshape((-1,) + {row})")
            value = "values[k]"
        start = "".join(f"    {line}\n" for line in lines)
        body = f"{start}    for k in range({count}):\n        a[{key}] = np.{ufunc.__name__}(a[{key}], {value})\n"
        return compiled(f"def impl(a, indices, b):\n{body}")


__all__ = ["UFUNC", "binary", "loop_of", "ufunc_stubs"]
