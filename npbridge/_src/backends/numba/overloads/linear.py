"""Products: einsum and what can be said with it, norms, cross products."""

from __future__ import annotations

import ast

import numpy as np
from numba.core import errors, types
from numba.np.numpy_support import as_dtype

from .forms import STUBS, compiled, constant, flag, form, overloads
from .reductions import axes_of


def einsum_source(subscripts: str, ranks: list[int], head: str, names: list[str]) -> str:
    """Loops for ``einsum``, the summed indices innermost."""
    left, result = _split(subscripts)
    terms = left.split(",")
    if [len(t) for t in terms] != ranks:
        raise errors.TypingError(f"einsum: {subscripts!r} does not fit operands of {ranks} dimensions")
    sizes = {}
    for name, term in zip(names, terms, strict=True):
        for i, letter in enumerate(term):
            sizes.setdefault(letter, f"{name}.shape[{i}]")
    summed = [c for c in dict.fromkeys("".join(terms)) if c not in result]
    product = " * ".join(f"{n}[{', '.join(t)}]" if t else n for n, t in zip(names, terms, strict=True))
    lines, pad = [], ""
    for name, term in zip(names, terms, strict=True):
        for i, letter in enumerate(term):
            if sizes[letter] != f"{name}.shape[{i}]":
                lines += [
                    f"if {name}.shape[{i}] != {sizes[letter]}:",
                    "    raise ValueError('operands could not be broadcast together')",
                ]
    if result:
        lines.append(f"out = np.empty(({''.join(sizes[c] + ', ' for c in result)}), dt)")
    for c in result:
        lines.append(f"{pad}for {c} in range({sizes[c]}):")
        pad += "    "
    lines.append(f"{pad}total = zero")
    place = pad
    for c in summed:
        lines.append(f"{pad}for {c} in range({sizes[c]}):")
        pad += "    "
    lines.append(f"{pad}total += {product}")
    lines += [f"{place}out[{', '.join(result)}] = total", "return out"] if result else ["return dt(total)"]
    renamed = "".join(f"    {line}\n" for line in lines)
    return f"def impl({head}):\n{renamed}"


def _split(subscripts: str) -> tuple[str, str]:
    """Operands and result, with indices whose names meet no other."""
    text = subscripts.replace(" ", "")
    if "." in text:
        raise errors.TypingError("einsum with an ellipsis has no compiled form: name the indices")
    left, arrow, result = text.partition("->")
    if not arrow:
        letters = left.replace(",", "")
        result = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    table = {c: c for c in left + result}
    return left.translate(str.maketrans(table)), result


@form(np.einsum, fresh=True)
def npb_einsum(subscripts, *operands):
    """``numpy.einsum``."""


@overloads(npb_einsum)
def _einsum(subscripts, *operands):
    text = constant(subscripts)
    if text is None:
        raise errors.TypingError("einsum needs subscripts that are a constant")
    kinds = operands[0] if len(operands) == 1 and isinstance(operands[0], types.BaseTuple) else operands
    out = np.result_type(*[as_dtype(k.dtype) for k in kinds])
    left = _split(text)[0].split(",")
    if len(left) == 1 or out.kind == "b" or any(len(set(t)) < len(t) for t in left):
        raise errors.TypingError("No match: this einsum has no compiled form")  # it may be a window
    # upper-case names keep the operands apart from the indices
    names = [f"OP{i}" for i in range(len(kinds))]
    body = einsum_source(text, [k.ndim for k in kinds], "subscripts, *operands", names)
    head, _, rest = body.partition("\n")
    source = "operands[0]" if kinds is not operands else "operands"
    unpack = "".join(f"    OP{i} = {source}[{i}]\n" for i in range(len(kinds)))
    return compiled(f"{head}\n{unpack}{rest}", dt=out.type, zero=out.type(0))


@form(np.tensordot)
def npb_tensordot(a, b, axes=2):
    """``numpy.tensordot``."""


@overloads(npb_tensordot)
def _tensordot(a, b, axes=2):
    value = constant(axes, None) if not isinstance(axes, types.Omitted) else axes.value
    if isinstance(axes, int):
        value = axes
    if isinstance(value, str):
        value = ast.literal_eval(value)
    if value is None:
        raise errors.TypingError("tensordot needs axes that are constants")
    if isinstance(value, int):
        first, second = list(range(a.ndim - value, a.ndim)), list(range(value))
    else:
        first, second = ([x] if isinstance(x, int) else list(x) for x in value)
    left = [chr(99 + i) for i in range(a.ndim)]
    right = [chr(99 + a.ndim + i) for i in range(b.ndim)]
    for i, j in zip(first, second, strict=True):
        right[j] = left[i]
    result = [c for c in left if c not in right] + [c for c in right if c not in left]
    if not result:
        raise errors.TypingError("No match: np.tensordot over all axes gives an array of no dimensions")
    spec = f"{''.join(left)},{''.join(right)}->{''.join(result)}"
    text = einsum_source(spec, [a.ndim, b.ndim], "a, b, axes=2", ["A", "B"])
    head, _, rest = text.partition("\n")
    out = np.result_type(as_dtype(a.dtype), as_dtype(b.dtype))
    if out.kind == "b":
        raise errors.TypingError("No match: np.tensordot of booleans has no compiled form")
    return compiled(f"{head}\n    A = a\n    B = b\n{rest}", dt=out.type, zero=out.type(0))


@form(np.dot, np.matmul)
def npb_dot(a, b):
    """``numpy.dot`` and ``numpy.matmul`` for every dtype."""


@overloads(npb_dot)
def _dot(a, b):
    if not (isinstance(a, types.Array) and isinstance(b, types.Array)) or 0 in (a.ndim, b.ndim):
        return lambda a, b: a * b
    if a.ndim > 2 and b.ndim > 2:
        matmul = STUBS["npb_matmul"]
        return compiled("def impl(a, b):\n    return matmul(a, b, 0, 0)\n", matmul=matmul)
    if a.dtype == b.dtype and a.dtype in (types.float64, types.float32, types.complex128, types.complex64):
        if a.ndim <= 2 and b.ndim <= 2 and "A" not in (a.layout, b.layout):
            return lambda a, b: np.dot(a, b)
    matmul = STUBS["npb_matmul"]
    return compiled("def impl(a, b):\n    return matmul(a, b, 0, 0)\n", matmul=matmul)


@form(np.inner)
def npb_inner(a, b):
    """``numpy.inner``."""


@overloads(npb_inner)
def _inner(a, b):
    if isinstance(b, types.Array) and b.ndim == 2:
        return lambda a, b: npb_dot(a, b.T)
    return lambda a, b: npb_dot(a, b)


@form(np.linalg.norm)
def npb_norm(x, ord=None, axis=None, keepdims=False):
    """``numpy.linalg.norm``."""


@overloads(npb_norm)
def _norm(x, ord=None, axis=None, keepdims=False):
    none = (types.NoneType, types.Omitted)
    order = ord if isinstance(ord, (str, int)) else constant(ord, "unknown")
    known = isinstance(ord, none) or order == "fro" or (order == 2 and isinstance(axis, (types.Integer, int)))
    if not known or not isinstance(x.dtype, (types.Integer, types.Float)):
        raise errors.TypingError(f"No match: np.linalg.norm with ord={ord} has no compiled form")
    if isinstance(axis, none):
        if order == "fro" and x.ndim != 2 or flag(keepdims):
            raise errors.TypingError("No match: np.linalg.norm of this has no compiled form")
        dt = as_dtype(x.dtype).type if as_dtype(x.dtype).kind == "f" else np.float64
        total = "np.sum(x * x)" if isinstance(x.dtype, types.Float) else "np.sum(x.astype(np.float64) ** 2)"
        return compiled(f"def impl(x, ord=None, axis=None, keepdims=False):\n    return dt(np.sqrt({total}))\n", dt=dt)
    axes = axes_of(axis, x.ndim)
    if axes is None:
        raise errors.TypingError("np.linalg.norm along an axis that is not a constant has no compiled form")
    keep = flag(keepdims)
    tail = repr(str(axes).replace(" ", "")) if len(axes) > 1 else repr(axes[0])
    value = "x" if isinstance(x.dtype, types.Float) else "x.astype(np.float64)"
    return compiled(
        f"def impl(x, ord=None, axis=None, keepdims=False):\n    y = {value}\n"
        f"    return np.sqrt(npb_sum(y * y, {tail}, None, {keep}))\n",
        npb_sum=STUBS["npb_sum"],
    )
