"""Floats as unsigned integers: NumPy wraps negative numbers, which instructions of some processors clamp."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba.core import types
from numba.np.numpy_support import as_dtype

from .forms import overloads, stub_that

_HALF = 9223372036854775808.0  # 2**63


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
    kind = types.unliteral(value)
    if target.kind != "u" or target.itemsize < 4 or not isinstance(kind, types.Float):
        return None
    return _narrow if target.itemsize == 4 else _wide


@stub_that(shows="value")
def npb_unsigned(place, value):
    """`value`, which is about to be written into `place`."""


@overloads(npb_unsigned)
def _unsigned(place, value):
    if not isinstance(place, types.Array) or isinstance(place.dtype, types.Boolean):
        return lambda place, value: value
    found = cast(as_dtype(place.dtype), value)
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


def cast(target: np.dtype, value: Any) -> Any:
    """A function that casts a float, or an array of them; None where Numba's own cast will do."""
    array = isinstance(value, types.Array)
    one = wrapped(target, value.dtype if array else value)
    if one is None or not array:
        return one
    several, only = (_each_narrow, _only_narrow) if one is _narrow else (_each_wide, _only_wide)
    return several if value.ndim else only
