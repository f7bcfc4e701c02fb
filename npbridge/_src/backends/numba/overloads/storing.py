"""Single numbers that are written into arrays of integers: NumPy looks whether they fit.

Casts of arrays wrap; a number of Python's that is written raises where it is not finite
or out of range, and so does a scalar of NumPy's that is written into signed integers.
"""

from __future__ import annotations

import functools
from typing import Any

import numba
import numpy as np
from numba.core import types
from numba.np.numpy_support import as_dtype

from .forms import FAILED, compiled, overloads, stub_that


@stub_that(shows="value")
def npb_weak(place, value):
    """`value`, a number of Python's, which is about to be written into `place`."""


@overloads(npb_weak)
def _weak(place, value):
    target = _target(place)
    if target is None:
        return lambda place, value: value
    if isinstance(value, types.Complex):
        return _refused(target.type, "int() argument must be a string or a real number, not 'complex'")
    look = looked_at(target, types.unliteral(value))
    if look is None:
        return lambda place, value: value
    return lambda place, value: look(value)


def _refused(zero: Any, message: str) -> Any:
    def impl(place, value):
        if FAILED[0]:
            raise TypeError(message)
        return zero(0)

    return impl


@stub_that(shows="value")
def npb_strong(place, value):
    """The same for a scalar of NumPy's."""


@overloads(npb_strong)
def _strong(place, value):
    look = look_for(place, value)
    return (lambda place, value: value) if look is None else lambda place, value: look(value)


def look_for(place: Any, value: Any) -> Any:
    """What a scalar of NumPy's goes through before it is written, by types; None where it needs no look."""
    target = _target(place)
    value = types.unliteral(value)
    if target is None or target.kind != "i" or not isinstance(value, (types.Integer, types.Float)):
        return None
    return looked_at(target, value)


def _target(place: Any) -> np.dtype | None:
    """The dtype of an array of integers."""
    known = isinstance(place, (types.Array, types.NumpyFlatType)) and isinstance(place.dtype, types.Integer)
    return as_dtype(place.dtype) if known else None


@functools.cache
def looked_at(target: np.dtype, value: Any) -> Any:
    """A function that gives a number back, as one of `target`; None where every such number fits."""
    limits = np.iinfo(target)
    if isinstance(value, types.Boolean) or not isinstance(value, (types.Integer, types.Float)):
        return None
    if isinstance(value, types.Integer):
        have = np.iinfo(as_dtype(value))
        tests = [f"x < {limits.min}"] * (have.min < limits.min) + [f"x > {limits.max}"] * (have.max > limits.max)
        lines = [f"if {' or '.join(tests)}:", f"    raise OverflowError({_OUT.format(target)!r})"] if tests else []
    else:
        lines = ["if x != x:", "    raise ValueError('cannot convert float NaN to integer')"]
        lines += ["if x - x != 0:", "    raise OverflowError('cannot convert float infinity to integer')"]
        # the limits as floats; what is truncated towards zero may lie up to one beyond
        low, high = float(limits.min), float(limits.max + 1)
        beyond = "x < low" if target.itemsize == 8 and target.kind == "i" else "x <= low - 1"
        lines += [f"if {beyond} or x >= high:", f"    raise OverflowError({_OUT.format(target)!r})"]
        return numba.njit(compiled(_text([*lines, "return kind(x)"]), low=low, high=high, kind=target.type))
    return numba.njit(compiled(_text([*lines, "return kind(x)"]), kind=target.type)) if lines else None


def _text(lines: list[str]) -> str:
    return "def impl(x):\n" + "".join(f"    {line}\n" for line in lines)


_OUT = "a number is out of bounds for {}, into which it is written"

__all__ = ["look_for", "npb_strong", "npb_weak"]
