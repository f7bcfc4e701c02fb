"""Arrays put together: concatenate and its family, tile, pad, repeat."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.core import errors, types
from numba.np.numpy_support import as_dtype

from .forms import compiled, constant, form, overloads

_NONE = (types.NoneType, types.Omitted)


def _join(name: str, target: Any, native: str | None) -> None:
    space: dict[str, Any] = {}
    axis = ", axis=0" if name in ("concatenate", "stack") else ""
    exec(f"def npb_{name}(arrays{axis}):\n    raise NotImplementedError\n", space)
    function = form(target, native=native)(space[f"npb_{name}"])
    passed = ", axis" if axis else ""

    def typing(arrays, axis=0):
        position = axis if isinstance(axis, int) else constant(axis, "unknown")
        head = f"def impl(arrays{', axis=0' if passed else ''}):\n"
        if isinstance(arrays, (types.List, types.ListType)):
            return compiled(head + _of_list(name, arrays.dtype, position))
        if isinstance(arrays, types.Array):
            item = types.Array(arrays.dtype, arrays.ndim - 1, "C") if arrays.ndim > 1 else arrays.dtype
            return compiled(head + _of_list(name, item, position))
        if len({getattr(k, "dtype", k) for k in arrays}) > 1:
            raise errors.TypingError(f"No match: np.{name} of several dtypes has no compiled form")
        extra = f", {position}" if passed else ""
        return compiled(f"{head}    return np.{name}(arrays{extra})\n")

    if passed:

        @overloads(function)
        def with_axis(arrays, axis=0):
            return typing(arrays, axis)
    else:

        @overloads(function)
        def without(arrays):
            return typing(arrays)


def _of_list(name: str, item: Any, axis: Any) -> str:
    """The body for a list, or an array, of items of one type."""
    ndim = item.ndim if isinstance(item, types.Array) else 0
    if not isinstance(axis, int) or isinstance(axis, bool):
        raise errors.TypingError(f"np.{name} of a list along an axis that is not a constant has no compiled form")
    if name in ("concatenate", "stack"):
        rank = ndim + (name == "stack")
        if not -rank <= axis < rank:
            raise errors.TypingError(f"axis {axis} is out of bounds for array of dimension {rank}")
        lines = _stacked(item, ndim, axis % rank) if name == "stack" else _concatenated(item, ndim, axis % rank)
    elif name == "hstack" or ndim > {"vstack": 1, "column_stack": 1, "dstack": 2}[name]:
        along = {"vstack": 0, "dstack": 2}.get(name, 1)
        lines = _concatenated(item, ndim, along if ndim > 1 else 0) if ndim else _stacked(item, 0, 0)
    else:
        # NumPy adds axes to each item, before and after its own, and joins along one of them
        rank = 3 if name == "dstack" else 2
        lines = _stacked(item, ndim, {"vstack": 0}.get(name, ndim))
        shape = [f"out.shape[{i}]" for i in range(ndim + 1)]
        before = 1 if name == "dstack" and ndim == 1 else rank - ndim - 1 if name != "vstack" else 0
        shape = ["1"] * before + shape
        shape += ["1"] * (rank - len(shape))
        if len(shape) > ndim + 1:
            lines[-1] = f"return out.reshape(({', '.join(shape)}))"
    return "".join(f"    {line}\n" for line in lines)


_DIFFERENT = "all input arrays must have the same shape"
_MISMATCH = "all the input array dimensions except for the concatenation axis must match exactly"


def _dtype_text(item: Any) -> str:
    if isinstance(item, types.Array):
        return "arrays[0].dtype"
    kind = as_dtype(types.unliteral(item)).name
    return f"np.{'bool_' if kind == 'bool' else kind}"


def _stacked(item: Any, ndim: int, axis: int) -> list[str]:
    """Lines that join items along a new axis."""
    shape = [f"arrays[0].shape[{i}]" for i in range(ndim)]
    shape.insert(axis, "len(arrays)")
    at = [":"] * ndim
    at.insert(axis, "i")
    lines = ["if len(arrays) == 0:", "    raise ValueError('need at least one array to stack')"]
    lines += [f"out = np.empty(({', '.join(shape)},), {_dtype_text(item)})", "for i in range(len(arrays)):"]
    if ndim:
        lines += ["    if arrays[i].shape != arrays[0].shape:", f"        raise ValueError('{_DIFFERENT}')"]
    return [*lines, f"    out[{', '.join(at)}] = arrays[i]", "return out"]


def _concatenated(item: Any, ndim: int, axis: int) -> list[str]:
    """Lines that join items along an axis that they have."""
    shape = [f"arrays[0].shape[{i}]" for i in range(ndim)]
    shape[axis] = "n"
    others = " or ".join(f"x.shape[{i}] != arrays[0].shape[{i}]" for i in range(ndim) if i != axis)
    at = ", ".join([":"] * axis + [f"k : k + x.shape[{axis}]"])
    lines = ["if len(arrays) == 0:", "    raise ValueError('need at least one array to concatenate')"]
    lines += ["n = 0", "for x in arrays:", f"    n += x.shape[{axis}]"]
    if others:
        lines += [f"    if {others}:", f"        raise ValueError('{_MISMATCH}')"]
    lines += [f"out = np.empty(({', '.join(shape)},), arrays[0].dtype)", "k = 0", "for x in arrays:"]
    return [*lines, f"    out[{at}] = x", f"    k += x.shape[{axis}]", "return out"]


for _name in ("concatenate", "stack", "hstack", "vstack", "dstack", "column_stack"):
    _join(_name, getattr(np, _name), None)


@form(np.tile)
def npb_tile(A, reps):
    """``numpy.tile``."""


@overloads(npb_tile)
def _tile(A, reps):
    count = 1 if isinstance(reps, types.Integer) else len(reps)
    ndim = getattr(A, "ndim", 0)
    rank = max(count, ndim)
    values = ["reps"] if isinstance(reps, types.Integer) else [f"reps[{i}]" for i in range(count)]
    values = ["1"] * (rank - count) + values
    sizes = ["1"] * (rank - ndim) + [f"A.shape[{i}]" for i in range(ndim)]
    source = "A.reshape((" + "".join(f"{s}, " for s in sizes) + "))" if ndim and ndim < rank else "A"
    lines = [f"x = np.ascontiguousarray({source})" if ndim < rank and ndim else f"x = {source}"]
    shape = "".join(f"{s} * {r}, " for s, r in zip(sizes, values, strict=True))
    dtype = "A.dtype" if ndim else "type(A)"
    if not ndim:
        return compiled(f"def impl(A, reps):\n    return np.full(({shape}), A)\n")
    lines.append(f"out = np.empty(({shape}), {dtype})")
    pad = ""
    for i in range(rank):
        lines.append(f"{pad}for i{i} in range(out.shape[{i}]):")
        pad += "    "
    at = ", ".join(f"i{i}" for i in range(rank))
    lines += [f"{pad}out[{at}] = x[{', '.join(f'i{i} % x.shape[{i}]' for i in range(rank))}]", "return out"]
    return compiled("def impl(A, reps):\n" + "".join(f"    {line}\n" for line in lines))


# where an index outside of the array reads, per mode
_OUTSIDE = {
    "edge": "min(max(j{i}, 0), a.shape[{i}] - 1)",
    "wrap": "j{i} % a.shape[{i}]",
    "reflect": "a.shape[{i}] - 1 - abs((j{i} % (2 * a.shape[{i}] - 2)) - (a.shape[{i}] - 1))",
    "symmetric": "min(j{i} % (2 * a.shape[{i}]), 2 * a.shape[{i}] - 1 - j{i} % (2 * a.shape[{i}]))",
}


@form(np.pad)
def npb_pad(array, pad_width, mode="constant", constant_values=0):
    """``numpy.pad``."""


@overloads(npb_pad)
def _pad(array, pad_width, mode="constant", constant_values=0):
    how = mode if isinstance(mode, str) else constant(mode, getattr(mode, "value", None))
    if how != "constant" and how not in _OUTSIDE:
        raise errors.TypingError(f"np.pad with mode {how!r} has no compiled form")
    n = array.ndim
    lines = ["a = array"]
    for i in range(n):
        lines += [f"b{i} = {_width(pad_width, i, 0, n)}", f"e{i} = {_width(pad_width, i, 1, n)}"]
    shape = "".join(f"a.shape[{i}] + b{i} + e{i}, " for i in range(n))
    if how == "constant":
        inner = ", ".join(f"b{i} : b{i} + a.shape[{i}]" for i in range(n))
        lines += [
            f"out = np.full(({shape}), a.dtype.type(constant_values), a.dtype)",
            f"out[{inner}] = a",
            "return out",
        ]
    else:
        lines.append(f"out = np.empty(({shape}), a.dtype)")
        pad = ""
        for i in range(n):
            lines += [f"{pad}for i{i} in range(out.shape[{i}]):", f"{pad}    j{i} = i{i} - b{i}"]
            pad += "    "
            lines.append(f"{pad}k{i} = {_OUTSIDE[how].format(i=i)}")
        lines += [
            f"{pad}out[{', '.join(f'i{i}' for i in range(n))}] = a[{', '.join(f'k{i}' for i in range(n))}]",
            "return out",
        ]
    head = "def impl(array, pad_width, mode='constant', constant_values=0):\n"
    return compiled(
        head + "".join(f"    {line}\n" for line in lines).replace("a.dtype.type(constant_values)", "constant_values")
    )


def _width(kind: Any, axis: int, end: int, ndim: int) -> str:
    """The text of one pad width: a number, ``(before, after)``, or one pair per axis."""
    if isinstance(kind, types.Integer):
        return "pad_width"
    first = kind.types[0] if isinstance(kind, types.BaseTuple) else None
    if isinstance(first, types.BaseTuple):
        return f"pad_width[{axis if len(kind) > 1 else 0}][{end}]"
    return f"pad_width[{end if len(kind) > 1 else 0}]"
