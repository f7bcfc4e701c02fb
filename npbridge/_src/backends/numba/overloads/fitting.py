"""Whether a value fits into the place that it is written to, and lies apart from it.

Numba does not look: in place, it reads on past the end of a value, and reads what it
has just written.
"""

from __future__ import annotations

from typing import Any

import numba
from numba.core import types

from ..lowering.errors import WITH_VALUES
from .forms import compiled, constant, overloads, stub_that


@stub_that(shows="value")
def npb_fit(place, value, fresh):
    """`value`, when it can be broadcast into `place`; a copy where their memory overlaps.

    It becomes an operand beside `place`.  A `fresh` value lies in memory of its own.
    """


@overloads(npb_fit)
def _fit(place, value, fresh):
    if not isinstance(value, types.Array) or not isinstance(place, types.Array):
        return lambda place, value, fresh: value
    message = "operands could not be broadcast together with shapes {} {}"
    return _fitting(place, value, message, bool(constant(fresh, False)))


@stub_that(shows="value")
def npb_fit_stored(place, value, fresh):
    """The same for what is assigned to ``place[...]``."""


@overloads(npb_fit_stored)
def _fit_stored(place, value, fresh):
    message = "could not broadcast input array from shape {1} into shape {0}"
    return _fitting(place, value, message, bool(constant(fresh, False)))


@stub_that(shows="value")
def npb_apart(place, value):
    """`value`; a copy where its memory overlaps that of `place`, which it is about to be assigned to."""


@overloads(npb_apart)
def _apart(place, value):
    if not isinstance(value, types.Array) or not isinstance(place, types.Array) or not value.ndim:
        return lambda place, value: value

    def impl(place, value):
        return value.copy() if _overlaps(place, value) else value

    return impl


@stub_that(shows="key")
def npb_key(place, key):
    """An index of what is about to be written; copies of those of its arrays that a write to `place` may change."""


@overloads(npb_key)
def _key(place, key):
    if isinstance(key, types.BaseTuple) and any(isinstance(k, types.Array) for k in key.types):
        parts = "".join(f"npb_key(place, key[{i}]), " for i in range(len(key.types)))
        return compiled(f"def impl(place, key):\n    return ({parts})\n", npb_key=npb_key)
    if not isinstance(key, types.Array) or not isinstance(place, types.Array) or not key.ndim:
        return lambda place, key: key
    # a mask is read where it is written next, in turn; positions are read in another order
    change = _overlaps if isinstance(key.dtype, types.Boolean) else _meet

    def impl(place, key):
        return key.copy() if change(place, key) else key

    return impl


def _fitting(place: Any, value: Any, message: str, fresh: bool) -> Any:
    depth, inner = place.ndim, value.ndim
    message = WITH_VALUES + message

    def checked(place, value, fresh):
        for k in range(inner):
            have = value.shape[inner - 1 - k]
            if k >= depth or (have != 1 and have != place.shape[depth - 1 - k]):
                raise ValueError(message, place.shape, value.shape)
        return value

    look = numba.njit(checked)

    def apart(place, value, fresh):
        look(place, value, True)
        return value.copy() if _overlaps(place, value) else value

    return checked if fresh else apart


@numba.njit
def _extent(x):
    low = high = x.ctypes.data
    for k in range(x.ndim):
        step = (x.shape[k] - 1) * x.strides[k]
        low += min(step, 0)
        high += max(step, 0)
    return low, high + x.itemsize


@numba.njit
def _meet(place, value):
    """Whether two arrays have memory in common, perhaps."""
    if place.size == 0 or value.size == 0:
        return False
    low, high = _extent(place)
    start, stop = _extent(value)
    return stop > low and high > start


@numba.njit
def _overlaps(place, value):
    """Whether writing to `place` may change what is still to be read of `value`."""
    if not _meet(place, value):
        return False
    return not (place.ctypes.data == value.ctypes.data and _same_steps(place, value))


@numba.njit
def _same_steps(place, value):
    """Element for element the same memory: each is read before it is written."""
    if place.ndim != value.ndim:
        return False
    for k in range(place.ndim):
        if place.shape[k] != value.shape[k] or place.strides[k] != value.strides[k]:
            return False
    return True
