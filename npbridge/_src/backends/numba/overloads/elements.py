"""Loops for one element, where Numba's are not NumPy's.

Each is a function of numbers of the dtypes that NumPy's loop takes.  Integers wrap around,
nothing traps, zeros keep their signs.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.np import ufunc_db

from ..floating import DIVIDE, OVER
from .compared import is_numpys

# integers raise no flags by themselves; who looks at these is in ..floating
_raise_flag = types.ExternalFunction("feraiseexcept", types.int32(types.int32))


def _floor_divide_signed(a, b):
    if b == 0:
        _raise_flag(DIVIDE)
        return np.int64(0)
    if b == -1:
        _raise_flag(OVER)  # it may be: the smallest integer has no opposite
        return -np.int64(a)
    return np.int64(a) // np.int64(b)


def _remainder_signed(a, b):
    if b == 0:
        _raise_flag(DIVIDE)
    return np.int64(0) if b == 0 or b == -1 else np.int64(a) % np.int64(b)


def _fmod_signed(a, b):
    if b == 0:
        _raise_flag(DIVIDE)
    if b == 0 or b == -1:
        return np.int64(0)
    rest = np.int64(a) % np.int64(b)
    return rest - b if rest != 0 and (a < 0) != (b < 0) else rest


def _floor_divide_unsigned(a, b):
    if b == 0:
        _raise_flag(DIVIDE)
        return np.uint64(0)
    return np.uint64(a) // np.uint64(b)


def _remainder_unsigned(a, b):
    if b == 0:
        _raise_flag(DIVIDE)
        return np.uint64(0)
    return np.uint64(a) % np.uint64(b)


@functools.cache
def _floor_divide_float(real: type) -> Callable:
    one, half = real(1), real(0.5)

    def floor_divide(a, b):
        if b == 0:
            return np.divide(a, b)
        rest = np.fmod(a, b)
        quotient = np.divide(a - rest, b)
        if rest != 0 and (b < 0) != (rest < 0):
            quotient = quotient - one
        if quotient == 0:
            return np.copysign(quotient, np.divide(a, b))
        whole = np.floor(quotient)
        return whole + one if quotient - whole > half else whole

    return floor_divide


def _remainder_float(a, b):
    rest = np.fmod(a, b)
    if b == 0:
        return rest
    if rest == 0:
        return np.copysign(rest, b)
    return rest + b if (b < 0) != (rest < 0) else rest


def _power_signed(a, b):
    if b < 0:
        raise ValueError("Integers to negative integer powers are not allowed.")
    made, base, left = np.int64(1), np.int64(a), np.int64(b)
    while left > 0:
        if left & 1:
            made *= base
        left >>= 1
        base *= base
    return made


def _power_unsigned(a, b):
    one = np.uint64(1)
    made, base, left = one, np.uint64(a), np.uint64(b)
    while left > 0:
        if left & one:
            made *= base
        left >>= one
        base *= base
    return made


def _sign_float(a):
    if a > 0:
        return 1.0
    if a < 0:
        return -1.0
    return 0.0 if a == 0 else np.nan


def _sign_unsigned(a):
    return 1 if a > 0 else 0


@functools.cache
def _divide_complex(real: type) -> Callable:
    one = real(1)

    def divide(a, b):
        c, d = b.real, b.imag
        if abs(c) >= abs(d):
            if c == 0 and d == 0:
                return complex(np.divide(a.real, abs(c)), np.divide(a.imag, abs(c)))
            ratio = np.divide(d, c)
            scale = np.divide(one, c + d * ratio)
            return complex((a.real + a.imag * ratio) * scale, (a.imag - a.real * ratio) * scale)
        ratio = np.divide(c, d)
        scale = np.divide(one, d + c * ratio)
        return complex((a.real * ratio + a.imag) * scale, (a.imag * ratio - a.real) * scale)

    return divide


def _maximum(a, b):
    return a if a > b or a != a else b  # of two zeros, NumPy's loops take the second


def _minimum(a, b):
    return a if a < b or a != a else b


def _fmax(a, b):
    return a if a > b or b != b else b


def _fmin(a, b):
    return a if a < b or b != b else b


@functools.cache
def _shifts(bits: int, signed: bool) -> dict[np.ufunc, Callable]:
    wide = np.int64 if signed else np.uint64

    def left_shift(a, b):
        return wide(a) << wide(b) if 0 <= b < bits else wide(0)

    def right_shift(a, b):
        if 0 <= b < bits:
            return wide(a) >> wide(b)
        return wide(-1) if signed and a < 0 else wide(0)

    return {np.left_shift: left_shift, np.right_shift: right_shift}


# by the kind of the dtypes
OURS: dict[str, dict[np.ufunc, Callable]] = {
    "i": {
        np.floor_divide: _floor_divide_signed, np.remainder: _remainder_signed, np.fmod: _fmod_signed,
        np.power: _power_signed,
    },
    "u": {
        np.floor_divide: _floor_divide_unsigned, np.remainder: _remainder_unsigned, np.fmod: _remainder_unsigned,
        np.power: _power_unsigned, np.sign: _sign_unsigned,
    },
    "f": {
        np.remainder: _remainder_float, np.sign: _sign_float,
        np.maximum: _maximum, np.minimum: _minimum, np.fmax: _fmax, np.fmin: _fmin,
    },
}  # fmt: skip


def of(ufunc: np.ufunc, loop: tuple[np.dtype, ...]) -> Callable | None:
    """Our function for the elements of a loop, or None."""
    first = loop[0]
    if any(d != first for d in loop):
        return None
    if ufunc is np.floor_divide and first.kind == "f":
        return _floor_divide_float(first.type)
    if ufunc is np.divide and first.kind == "c":
        return _divide_complex(np.float32 if first.char == "F" else np.float64)
    found = OURS.get(first.kind, {}).get(ufunc)
    if found is None and first.kind in "iu" and ufunc in (np.left_shift, np.right_shift):
        return _shifts(first.itemsize * 8, first.kind == "i")[ufunc]
    return found


def generator(ufunc: np.ufunc, loop: tuple[np.dtype, ...]) -> Any:
    """A code generator for the loop that NumPy takes: ours, or Numba's where it is NumPy's; None where neither is."""
    function = of(ufunc, loop)
    if function is not None:
        return functools.partial(_emit, function)
    *inputs, output = [d.char for d in loop]
    if not is_numpys(ufunc, "".join(inputs)):
        return None
    try:
        return ufunc_db.get_ufunc_info(ufunc).get(f"{''.join(inputs)}->{output}")
    except KeyError:
        return None


def _emit(function: Callable, context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return context.compile_internal(builder, function, sig, args)
