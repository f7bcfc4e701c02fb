"""Operators and ufuncs with NumPy's result types.

Numba computes with machine types: two ``int32`` scalars give an ``int64``, a
``float32`` array and a Python number a ``float64`` array.  These functions ask
NumPy which loop it would take, and say for each operand whether it was a Python
number: 0 no, 1 bool, 2 int, 3 float, 4 complex.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba.core import errors, types
from numba.np.numpy_support import as_dtype

from ..lowering.errors import WITH_VALUES
from . import elements
from .fitting import npb_fit, npb_key
from .forms import FAILED, STUBS, compiled, constant, overloads, stub, stub_that
from .hosted import hosted_function
from .loops import kernel
from .trees import COMPARISONS, WEAK, Leaf, Op, resolved

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


_SIGN = {getattr(np, UFUNC[name]): _SYMBOL[name] for name in _SYMBOL}


def _numeric(kind: Any) -> bool:
    return isinstance(kind, (types.Number, types.Boolean)) or (
        isinstance(kind, types.Array) and isinstance(kind.dtype, (types.Number, types.Boolean))
    )


def _dtype(kind: Any, weak: int) -> Any:
    if weak:
        return WEAK[weak]
    return as_dtype(kind.dtype if isinstance(kind, types.Array) else types.unliteral(kind))


def _names(loop: tuple[np.dtype, ...]) -> dict[str, Any]:
    return {f"t{i}": np.bool_ if d.kind == "b" else d.type for i, d in enumerate(loop)}


@functools.cache
def within(dtype: np.dtype) -> Any:
    """A function for compiled code: a number of Python's, if a dtype of integers holds it."""
    low, high = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    message = WITH_VALUES + f"Python integer {{}} out of bounds for {dtype.name}"

    def checked(value):
        if value < low or value > high:
            raise OverflowError(message, value)
        return value

    def above(value):  # numbers that are written out are at most 64 bits wide
        if value < 0:
            raise OverflowError(message, value)
        return value

    return numba.njit(above if high >= 2**63 else checked)


def code_of(kind: Any) -> int:
    """The code of an operand, which is written out: Numba asks again without constants where it has found no form."""
    found = constant(kind)
    if found is None:
        raise errors.TypingError("No match: it is not known which operands are numbers of Python's")
    return found


def must_fit(dtype: np.dtype, weak: int, have: np.dtype) -> bool:
    """Whether a number of Python's, which is held as `have`, may be too large for the dtype that it takes on."""
    return weak == 2 and dtype.kind in "iu" and not np.can_cast(have, dtype)


def _held(kind: Any) -> np.dtype:
    return as_dtype(kind.dtype if isinstance(kind, types.Array) else types.unliteral(kind))


def elementwise(ufunc: np.ufunc, kinds: list, weak: list[int], params: list[str], head: str) -> Any:
    """An implementation of a ufunc for operands of such types."""
    lines = [f"{p} = {p}[()]" for p, k in zip(params, kinds, strict=True) if isinstance(k, types.Array) and not k.ndim]
    kinds = [k.dtype if isinstance(k, types.Array) and not k.ndim else types.unliteral(k) for k in kinds]
    try:
        loop = resolved(ufunc, [_dtype(k, w) for k, w in zip(kinds, weak, strict=True)])
    except TypeError as error:
        return raising(head, str(error), params[0])
    made = elements.generator(ufunc, loop)
    if made is None:
        lines.append(f"return hosted(({', '.join(params)},))")
        return _with(head, lines, hosted=hosted_function(ufunc, tuple(not w for w in weak)))
    names = _names(loop)
    for i, (p, w) in enumerate(zip(params, weak, strict=True)):
        if must_fit(loop[i], w, _held(kinds[i])) and ufunc not in COMPARISONS:
            names[f"w{i}"] = within(loop[i])
            lines.append(f"{p} = w{i}({p})")
    if any(isinstance(k, types.Array) for k in kinds):
        tree = Op(ufunc.__name__, tuple(Leaf(i, w) for i, w in enumerate(weak)))
        lines.append(f"return loop({', '.join(params)})")
        return _with(head, lines, loop=kernel(tree, len(params), False), **names)
    function = elements.of(ufunc, loop)
    given = [f"t{i}({p})" for i, p in enumerate(params)]
    symbol = _SIGN.get(ufunc) if function is None and loop[0].kind != "b" else None
    made = f"function({', '.join(given)})" if symbol is None else f" {symbol} ".join(given)
    lines.append(f"return t{len(params)}({made})")
    return _with(head, lines, function=ufunc if function is None else element(function), **names)


@functools.cache
def element(function: Callable) -> Any:
    return numba.njit(error_model="numpy")(function)


def _with(head: str, lines: list[str], **names: Any) -> Any:
    return compiled(f"def impl({head}):\n" + "".join(f"    {line}\n" for line in lines), **names)


def raising(head: str, message: str, result: str) -> Any:
    """An implementation that raises NumPy's TypeError; what it would give is of the type of `result`."""
    lines = ["if not failed[0]:", f"    return {result}", "raise TypeError(message)"]
    return _with(head, lines, failed=FAILED, message=message)


def binary(name: str, a: Any, b: Any, wa: int, wb: int, head: str) -> Any:
    symbol = _SYMBOL[name]
    if not (_numeric(a) and _numeric(b)):
        return compiled(f"def impl({head}):\n    return a {symbol} b\n")
    if name == "pow" and wb == 2 and constant(b) == 2 and isinstance(a, types.Array) and a.dtype == types.boolean:
        return elementwise(np.square, [a], [0], ["a"], head)  # NumPy's operator squares, and int8 is what that gives
    return elementwise(getattr(np, UFUNC[name]), [a, b], [wa, wb], ["a", "b"], head)


def _declare(name: str) -> None:
    space: dict[str, Any] = {}
    exec(f"def npb_{name}(a, b, wa, wb):\n    raise NotImplementedError\n", space)
    exec(f"def npb_i{name}(a, b, wa, wb):\n    raise NotImplementedError\n", space)
    plain, in_place = stub(space[f"npb_{name}"]), stub(space[f"npb_i{name}"], writes="a", shows="a")

    @overloads(plain)
    def typed(a, b, wa, wb):
        return binary(name, a, b, code_of(wa), code_of(wb), "a, b, wa, wb")

    @overloads(in_place)
    def typed_in_place(a, b, wa, wb):
        if isinstance(a, types.Array) and a.ndim:
            return _in_place(name, a, b, code_of(wb))
        return binary(name, a, b, code_of(wa), code_of(wb), "a, b, wa, wb")


def _in_place(name: str, a: Any, b: Any, wb: int) -> Any:
    return into(getattr(np, UFUNC[name]), a, [a, b], [0, wb], ["a", "b"], "a, b, wa, wb", "a")


def into(ufunc: np.ufunc, place: Any, kinds: list, weak: list[int], params: list[str], head: str, target: str) -> Any:
    """An implementation of a ufunc that writes into an array."""
    lines = [f"{p} = {p}[()]" for p, k in zip(params, kinds, strict=True) if isinstance(k, types.Array) and not k.ndim]
    kinds = [k.dtype if isinstance(k, types.Array) and not k.ndim else types.unliteral(k) for k in kinds]
    try:
        loop = resolved(ufunc, [_dtype(k, w) for k, w in zip(kinds, weak, strict=True)])
    except TypeError as error:
        return raising(head, str(error), target)
    want = as_dtype(place.dtype)
    if not np.can_cast(loop[-1], want, "same_kind"):
        text = (
            f"Cannot cast ufunc {ufunc.__name__!r} output from {loop[-1]!r} to {want!r} with casting rule 'same_kind'"
        )
        return raising(head, text, target)
    if not place.mutable or not place.ndim or elements.generator(ufunc, loop) is None:
        stored = hosted_function(ufunc, (*(not w for w in weak), True))
        given = ", ".join([*params, target])
        return _with(head, [*lines, f"hosted(({given},))", f"return {target}"], hosted=stored)
    names: dict[str, Any] = {"fit": npb_fit}
    for i, (p, k, w) in enumerate(zip(params, kinds, weak, strict=True)):
        if must_fit(loop[i], w, _held(k)):
            names[f"w{i}"] = within(loop[i])
            lines.append(f"{p} = w{i}({p})")
        if isinstance(k, types.Array) and p != target:
            if k.ndim > place.ndim:
                return _with(head, ["raise ValueError('non-broadcastable output operand')", f"return {target}"])
            lines.append(f"{p} = fit({target}, {p}, False)")
    tree = Op(ufunc.__name__, tuple(Leaf(i, w) for i, w in enumerate(weak)))
    lines += [f"loop({', '.join(params)}, {target})", f"return {target}"]
    return _with(head, lines, loop=kernel(tree, len(params), True), **names)


for _name in UFUNC:
    _declare(_name)


def _unary(name: str, symbol: str, ufunc: np.ufunc) -> None:
    space: dict[str, Any] = {}
    exec(f"def npb_{name}(a):\n    raise NotImplementedError\n", space)

    @overloads(stub(space[f"npb_{name}"]))
    def typed(a):
        if not _numeric(a):
            return compiled(f"def impl(a):\n    return {symbol}a\n")
        return elementwise(ufunc, [a], [0], ["a"], "a")


_unary("neg", "-", np.negative)
_unary("plus", "+", np.positive)
_unary("invert", "~", np.invert)


@stub_that(shows="a")
def npb_no_integer(a):
    """`a`, which meets a number of Python's that no integer of NumPy's holds."""


@overloads(npb_no_integer)
def _no_integer(a):
    kind = types.unliteral(a.dtype if isinstance(a, types.Array) else a)
    if not isinstance(kind, (types.Integer, types.Boolean)):
        return lambda a: a
    lines = ["if failed[0]:", "    raise OverflowError('Python int too large to convert to C long')", "return a"]
    return _with("a", lines, failed=FAILED)


# -- products of matrices


@stub
def npb_matmul(a, b, wa, wb):
    """``a @ b`` for every dtype and any number of dimensions."""


@stub_that(writes="a", shows="a")
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
    if out.kind == "b":
        raise errors.TypingError("No match: products of booleans have no compiled form")
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
    """Our functions for one ufunc; they are made once."""
    if f"npb_ufunc_{name}" not in STUBS:
        _declare_ufunc(name, ufunc)
        if ufunc.nin == 2:
            _declare_methods(name, ufunc)
    made = (f"npb_{p}_{name}" for p in ("ufunc", "into", "outer", "accumulate", "at"))
    return {k: STUBS[k] for k in made if k in STUBS}


def _declare_ufunc(name: str, ufunc: np.ufunc) -> None:
    """``ufunc(a, b)`` with the codes of its operands, and the same with an array that is written."""
    params = ["a", "b", "c"][: ufunc.nin]
    head = ", ".join([*params, *(f"w{p}" for p in params)])
    space: dict[str, Any] = {}
    exec(f"def npb_ufunc_{name}({head}):\n    raise NotImplementedError\n", space)
    exec(f"def npb_into_{name}(place, {head}):\n    raise NotImplementedError\n", space)

    def called(*kinds: Any) -> Any:
        codes = [code_of(w) for w in kinds[ufunc.nin :]]
        return elementwise(ufunc, list(kinds[: ufunc.nin]), codes, params, head)

    def stored(place: Any, *kinds: Any) -> Any:
        codes = [code_of(w) for w in kinds[ufunc.nin :]]
        return into(ufunc, place, list(kinds[: ufunc.nin]), codes, params, f"place, {head}", "place")

    scope: dict[str, Any] = {"called": called, "stored": stored}
    exec(f"def typed({head}):\n    return called({head})\n", scope)
    exec(f"def typed_into(place, {head}):\n    return stored(place, {head})\n", scope)
    overloads(stub(space[f"npb_ufunc_{name}"]))(scope["typed"])
    overloads(stub(space[f"npb_into_{name}"], writes="place", shows="place"))(scope["typed_into"])


def _declare_methods(name: str, ufunc: np.ufunc) -> None:
    space: dict[str, Any] = {}
    for head in (f"npb_outer_{name}(a, b)", f"npb_accumulate_{name}(a, axis=0)"):
        exec(f"def {head}:\n    raise NotImplementedError\n", space)
    exec(f"def npb_at_{name}(a, indices, b):\n    raise NotImplementedError\n", space)
    for made in [v for k, v in space.items() if k.startswith("npb_")]:
        stub(made, writes="a" if made.__name__.startswith("npb_at_") else "")

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
        lines, value, count, key = ["indices = npb_key(a, indices)"], "b", "len(indices)", "indices[k]"
        if isinstance(indices, types.BaseTuple):
            parts = [f"indices[{i}]{'.ravel()' if p.ndim > 1 else ''}" for i, p in enumerate(indices)]
            lines += [f"i{i} = {part}" for i, part in enumerate(parts)]
            key, count = ", ".join(f"i{i}[k]" for i in range(len(parts))), "len(i0)"
        elif getattr(indices, "ndim", 1) > 1:
            lines, key, count = [*lines, "flat = indices.ravel()"], "flat[k]", "len(flat)"
        if isinstance(b, types.Array) and b.ndim:
            taken = len(indices) if isinstance(indices, types.BaseTuple) else 1
            places = "indices[0].shape" if first is not indices else "np.shape(indices)"
            row = f"a.shape[{taken}:]" if a.ndim > taken else "()"
            lines.append(f"values = np.broadcast_to(b, {places} + {row}).copy().reshape((-1,) + {row})")
            value = "values[k]"
        start = "".join(f"    {line}\n" for line in lines)
        body = f"{start}    for k in range({count}):\n        a[{key}] = np.{ufunc.__name__}(a[{key}], {value})\n"
        return compiled(f"def impl(a, indices, b):\n{body}", npb_key=npb_key)


__all__ = ["UFUNC", "binary", "ufunc_stubs"]
