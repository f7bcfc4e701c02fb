"""Floats as integers that are unsigned or narrow: NumPy wraps what does not fit, vector instructions may clamp it."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numba
import numpy as np
from numba.core import types
from numba.np.numpy_support import as_dtype

from .forms import overloads, stub_that

_HALF = 9223372036854775808.0  # 2**63


class Casts(NamedTuple):
    """What casts one float, an array without dimensions, and arrays of the layouts C, F and A."""

    one: Any
    only: Any
    c: Any
    f: Any
    a: Any


@numba.njit
def _narrow(x):
    return np.uint32(np.int64(x))


@numba.njit
def _wide(x):
    if x >= _HALF:
        return np.uint64(np.int64(x - _HALF)) ^ np.uint64(1 << 63)
    return np.uint64(np.int64(x))


def wrapped(target: np.dtype, value: Any) -> Any:
    """A function that casts one float as NumPy does; None where Numba's own cast is like that."""
    found = _casts(target) if isinstance(types.unliteral(value), types.Float) else None
    return None if found is None else found.one


@stub_that(shows="value")
def npb_unsigned(place, value):
    """`value`, which is about to be written into `place`."""


@overloads(npb_unsigned)
def _unsigned(place, value):
    if not isinstance(place, (types.Array, types.NumpyFlatType)) or isinstance(place.dtype, types.Boolean):
        return lambda place, value: value
    found = cast_to_store(place, value)
    return (lambda place, value: value) if found is None else lambda place, value: found(value)


@numba.njit
def _in_block(x):
    """As vector instructions cast four numbers at a time: they differ past the ends of the dtype."""
    high = x >= 2147483648.0
    left = x - 2147483648.0 if high else x
    bits = np.int64(left) if -2147483649.0 < left < 2147483648.0 else np.int64(-2147483648)
    return np.uint32(bits) ^ np.uint32(2147483648 if high else 0)


@numba.njit
def _each_narrow(x):
    out = np.empty(x.shape, np.uint32)
    blocks = x.size - x.size % 4
    for k, at in enumerate(np.ndindex(x.shape)):
        out[at] = _in_block(x[at]) if k < blocks else _narrow(x[at])
    return out


@numba.njit
def _each_wide(x):
    out = np.empty(x.shape, np.uint64)
    for at in np.ndindex(x.shape):
        out[at] = _wide(x[at])
    return out


@numba.njit
def _only_narrow(x):
    return _narrow(x[()])


@numba.njit
def _only_wide(x):
    return _wide(x[()])


@numba.njit
def _truncated(x):
    """As int32, of which nothing is left to the compiler: it may turn a cast to 16 bits into one that clamps."""
    return np.int32(x) if -2147483649.0 < x < 2147483648.0 else np.int32(-2147483648)


@functools.cache
def _casts(target: np.dtype) -> Casts | None:
    if target.kind not in "iu" or (target.kind == "i" and target.itemsize > 2):
        return None
    if target.itemsize == 4:
        return Casts(_narrow, _only_narrow, *[_each_narrow] * 3)
    if target.itemsize == 8:
        return Casts(_wide, _only_wide, *[_each_wide] * 3)
    return _short(target.type)


def _short(kind: type) -> Casts:
    """To an integer of 8 or 16 bits."""

    @numba.njit
    def one(x):
        return kind(_truncated(x))

    @numba.njit
    def only(x):
        return kind(_truncated(x[()]))

    @numba.njit
    def line(x):
        out = np.empty(x.size, kind)
        for k in range(x.size):
            out[k] = kind(_truncated(x[k]))
        return out

    @numba.njit
    def each(x):
        out = np.empty(x.shape, kind)
        for at in np.ndindex(x.shape):
            out[at] = kind(_truncated(x[at]))
        return out

    @numba.njit
    def each_c(x):
        return line(x.ravel()).reshape(x.shape)

    @numba.njit
    def each_f(x):
        return each_c(x.T).T

    return Casts(one, only, each_c, each_f, each)


def cast(target: np.dtype, value: Any) -> Any:
    """A function that casts a float, or an array of them; None where Numba's own cast will do."""
    if not isinstance(value, types.Array):
        return wrapped(target, value)
    found = _casts(target) if isinstance(value.dtype, types.Float) else None
    if found is None:
        return None
    return getattr(found, value.layout.lower()) if value.ndim else found.only


def cast_to_store(place: Any, value: Any) -> Any:
    """As `cast`, for what is written into `place`: one number that a signed integer cannot hold is an error there."""
    target = as_dtype(place.dtype)
    return None if target.kind == "i" and not isinstance(value, types.Array) else cast(target, value)
