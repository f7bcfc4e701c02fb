"""Index forms that Numba lacks: several arrays, arrays and masks of more dimensions."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba.core import errors, types
from numba.np.numpy_support import as_dtype

from .fitting import npb_key
from .forms import compiled, form, overloads, stub_that
from .storing import look_for
from .unsigned import cast_to_store

NO_MASK = "boolean index did not match indexed array: it has another shape"


@numba.njit
def mask_fits(mask, shape):
    """Whether a mask has the shape of what it selects from; an axis of nothing goes with any."""
    for i in range(mask.ndim):
        if mask.shape[i] != 0 and mask.shape[i] != shape[i]:
            return False
    return True


@stub_that(shows="a")
def npb_getitem(a, key):
    """``a[key]``."""


@stub_that(writes="a")
def npb_setitem(a, key, value):
    """``a[key] = value``."""


def _parts(key: Any) -> list:
    return list(key.types) if isinstance(key, types.BaseTuple) else [key]


def _mask(kind: Any) -> bool:
    return isinstance(kind, types.Array) and isinstance(kind.dtype, types.Boolean)


def _plan(a: Any, key: Any) -> str:
    """Which way an index goes: Numba's, a mask, or arrays side by side."""
    if not isinstance(a, types.Array):
        return "native"
    parts = _parts(key)
    arrays = [p for p in parts if isinstance(p, (types.Array, types.List))]
    if not arrays or (len(arrays) == 1 and getattr(arrays[0], "ndim", 1) == 1):
        return "native"
    if len(parts) == 1 and _mask(parts[0]):
        return "mask"
    if all(isinstance(p, (types.Integer, types.Array)) and not _mask(p) for p in parts):
        return "arrays"
    if all(isinstance(p, (types.Integer, types.Array)) for p in parts):
        return "masks"
    return "native"


@numba.njit
def _inside(index, length):
    """An index of an axis, counted from its start."""
    if index < -length or index >= length:
        raise IndexError("index is out of bounds")
    return index + length if index < 0 else index


def _is_line(a: Any, key: Any) -> bool:
    """Whether the index is one mask of one axis; Numba does not look at its length."""
    return isinstance(a, types.Array) and _mask(key) and key.ndim == 1


def _keys(key: Any) -> list[str]:
    return [f"key[{i}]" for i in range(len(key.types))] if isinstance(key, types.BaseTuple) else ["key"]


def _rest(a: Any, count: int) -> str:
    return "".join(f"a.shape[{i}], " for i in range(count, a.ndim))


def _positions(a: Any, key: Any) -> tuple[list[str], str, int]:
    """Lines that broadcast the index arrays, the index of one element, and its rank."""
    names, parts = _keys(key), _parts(key)
    rank = max(getattr(p, "ndim", 0) for p in parts)
    shapes = [f"{n}.shape" for n, p in zip(names, parts, strict=True) if isinstance(p, types.Array)]
    lines = ["shape = " + (f"np.broadcast_shapes({', '.join(shapes)})" if len(shapes) > 1 else shapes[0])]
    element = []
    for i, (n, p) in enumerate(zip(names, parts, strict=True)):
        if isinstance(p, types.Array):
            lines.append(f"k{i} = np.broadcast_to({n}, shape)")
            element.append(f"k{i}[at]")
        else:
            element.append(n)
    return lines, ", ".join(element), rank


@overloads(npb_getitem)
def _getitem(a, key):
    if isinstance(a, types.NumpyFlatType) and isinstance(key, types.Integer):
        return lambda a, key: a[_inside(key, len(a))]
    plan = _plan(a, key)
    if isinstance(key, types.EllipsisType):
        return lambda a, key: a
    if plan == "native":
        if _is_line(a, key):

            def selected(a, key):
                if not mask_fits(key, a.shape):
                    raise IndexError(NO_MASK)
                return a[key]

            return selected
        return lambda a, key: a[key]
    if plan == "mask":
        text = _mask_read(a, _parts(key)[0].ndim, "key[0]" if isinstance(key, types.BaseTuple) else "key")
        return compiled(text, mask_fits=mask_fits)
    if plan == "masks":
        return compiled(
            f"def impl(a, key):\n    return npb_getitem(a, ({_as_numbers(key)}))\n", npb_getitem=npb_getitem
        )
    lines, element, _ = _positions(a, key)
    rest = _rest(a, len(_parts(key)))
    lines += [f"out = np.empty(shape + ({rest}), a.dtype)" if rest else "out = np.empty(shape, a.dtype)"]
    lines += ["for at in np.ndindex(shape):", f"    out[at] = a[{element}]", "return out"]
    return compiled("def impl(a, key):\n" + "".join(f"    {line}\n" for line in lines))


def _as_numbers(key: Any) -> str:
    text = ""
    for n, p in zip(_keys(key), _parts(key), strict=True):
        text += f"np.nonzero({n})[0], " if _mask(p) else f"{n}, "
    return text


_MASK_CHECK = ["if not mask_fits(m, a.shape):", f"    raise IndexError({NO_MASK!r})"]


def _mask_read(a: Any, ndim: int, mask: str) -> str:
    rest = _rest(a, ndim)
    lines = [
        f"m = {mask}",
        *_MASK_CHECK,
        "count = 0",
        "for at in np.ndindex(m.shape):",
        "    if m[at]:",
        "        count += 1",
    ]
    lines += [f"out = np.empty((count, {rest}), a.dtype)", "k = 0", "for at in np.ndindex(m.shape):", "    if m[at]:"]
    lines += ["        out[k] = a[at]", "        k += 1", "return out"]
    return "def impl(a, key):\n" + "".join(f"    {line}\n" for line in lines)


@overloads(npb_setitem)
def _setitem(a, key, value):
    if not isinstance(a, types.Array) or not any(isinstance(p, types.Array) for p in _parts(key)):
        return _write(a, key, value)
    return lambda a, key, value: npb_write(a, npb_key(a, key), value)


@numba.njit
def _as_it_is(value):
    return value


@stub_that(writes="a")
def npb_write(a, key, value):
    """``a[key] = value`` where writing changes no part of `key` that is still to be read."""


@overloads(npb_write)
def _write(a, key, value):
    found = cast_to_store(a, value) if isinstance(a, (types.Array, types.NumpyFlatType)) else None
    if found is not None:
        return lambda a, key, value: npb_write(a, key, found(value))
    if isinstance(a, types.NumpyFlatType) and isinstance(key, types.Integer):
        fit = look_for(a, value) or _as_it_is

        def put(a, key, value):
            a[_inside(key, len(a))] = fit(value)

        return put
    plan = _plan(a, key)
    array = isinstance(value, types.Array) and value.ndim > 0
    if plan == "native":
        if array and _mask(_parts(key)[0]) and len(_parts(key)) == 1:
            text = _mask_write(a, 1, "key[0]" if isinstance(key, types.BaseTuple) else "key", value)
            return compiled(text, mask_fits=mask_fits)

        if _is_line(a, key):

            def fill(a, key, value):
                if not mask_fits(key, a.shape):
                    raise IndexError(NO_MASK)
                a[key] = value

            return fill

        look = look_for(a, value) if not any(isinstance(p, (types.Array, types.List)) for p in _parts(key)) else None
        if look is not None:

            def looked(a, key, value):
                a[key] = look(value)

            return looked

        def impl(a, key, value):
            a[key] = value

        return impl
    if plan == "mask":
        mask = "key[0]" if isinstance(key, types.BaseTuple) else "key"
        return compiled(_mask_write(a, _parts(key)[0].ndim, mask, value), mask_fits=mask_fits)
    if plan == "masks":
        text = f"def impl(a, key, value):\n    npb_setitem(a, ({_as_numbers(key)}), value)\n"
        return compiled(text, npb_setitem=npb_setitem)
    lines, element, _ = _positions(a, key)
    rest = _rest(a, len(_parts(key)))
    if array:
        lines.append(f"v = np.broadcast_to(value, shape + ({rest}))" if rest else "v = np.broadcast_to(value, shape)")
    lines += ["for at in np.ndindex(shape):", f"    a[{element}] = {'v[at]' if array else 'value'}"]
    return compiled("def impl(a, key, value):\n" + "".join(f"    {line}\n" for line in lines))


def _mask_write(a: Any, ndim: int, mask: str, value: Any) -> str:
    array = isinstance(value, types.Array) and value.ndim > 0
    lines = [f"m = {mask}", *_MASK_CHECK, "k = 0"]
    item = "value"
    if array:
        for k in range(1, min(value.ndim, a.ndim - ndim) + 1):
            lines += [f"if value.shape[{value.ndim - k}] not in (1, a.shape[{a.ndim - k}]):"]
            lines += ["    raise ValueError('shape mismatch: value array could not be broadcast to indexing result')"]
        if value.ndim == a.ndim - ndim + 1:
            lines += ["count = 0", "for at in np.ndindex(m.shape):", "    if m[at]:", "        count += 1"]
            lines += ["if value.shape[0] != 1 and value.shape[0] != count:"]
            message = "boolean array indexing assignment cannot assign this number of input values to the output values"
            lines += [f"    raise ValueError({message!r})"]
        item = "value[k if value.shape[0] > 1 else 0]" if value.ndim == a.ndim - ndim + 1 else "value"
    lines += ["for at in np.ndindex(m.shape):", "    if m[at]:", f"        a[at] = {item}", "        k += 1"]
    return "def impl(a, key, value):\n" + "".join(f"    {line}\n" for line in lines)


@stub_that(shows="a")
def npb_window(a):
    """``x[..., i]``, which is returned or gets a name."""


@overloads(npb_window)
def _window(a):
    if not isinstance(a, types.Array):
        raise errors.TypingError("No match: x[..., i] of as many indices as x has dimensions has no compiled form")
    return lambda a: a


@form(np.where, native="condition x y")
def npb_where(condition, x=None, y=None):
    """``numpy.where``; numbers take the dtype of an array beside them."""


@overloads(npb_where)
def _where(condition, x=None, y=None):
    if isinstance(x, (types.NoneType, types.Omitted)) or x is None:
        return lambda condition, x=None, y=None: np.where(condition)
    numbers = (types.Integer, types.Float, types.Boolean)
    kinds = {"x": x, "y": y}
    arrays = [k for k in kinds.values() if isinstance(k, types.Array)]
    names, text = {}, dict.fromkeys("xy")
    for name, kind in kinds.items():
        text[name] = name
        if isinstance(kind, numbers) and len(arrays) == 1:
            weak = {"i": 0, "f": 0.0, "b": False, "u": 0}[as_dtype(types.unliteral(kind)).kind]
            names["t" + name] = np.result_type(as_dtype(arrays[0].dtype), weak).type
            text[name] = f"t{name}({name})"
    head = "def impl(condition, x=None, y=None):\n"
    return compiled(f"{head}    return np.where(condition, {text['x']}, {text['y']})\n", **names)


@form(np.flatnonzero)
def npb_flatnonzero(a):
    """``numpy.flatnonzero``."""


@overloads(npb_flatnonzero)
def _flatnonzero(a):
    return lambda a: np.nonzero(a.ravel())[0]
