"""Which numbers known only at run time are errors in Python: checked when the program runs."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..ground.errors import UnsupportedError
from ..storage import digits
from . import core, traced_index, traced_number, traced_range

_DIVISIONS = (np.divide, np.floor_divide, np.remainder, np.divmod)
_NAMES = {np.divide: "division", np.floor_divide: "integer division or modulo", np.remainder: "integer modulo"}
NAN = ValueError("cannot convert float NaN to integer")
INFINITE = OverflowError("cannot convert float infinity to integer")
TOO_LARGE = UnsupportedError(
    "an integer is larger than compiled code can hold: Python's integers know no end, those of a compiled function "
    "have 64 bits (32 without enable_x64). Use floats, or run the function on the 'numpy' backend."
)
_ONE_KIND = "{what}, and compiled code has one kind of number. Write {instead}, or run the function on 'numpy'."


def see(failed, error) -> None:
    """Have `error` raised at run time where `failed` is true."""
    if traced_index.on_check is not None:
        traced_index.on_check(failed, error)


def least_of(number):
    """The least value of an integer, where it is known."""
    return traced_range.extreme(traced_number.form_of(number), -1)


def is_never_negative(number) -> bool:
    least = least_of(number)
    return least is not None and least >= 0


def _value(x):
    return jnp.asarray(x._value() if type(x) in core.OURS else x)


# -- arithmetic of Python's numbers


def see_that_it_is_defined(ufunc, kinds, operands, result) -> None:
    """The errors of Python's arithmetic, which NumPy's does not have."""
    if traced_index.on_check is None:
        return
    if digits.wanted.get() and {*kinds} == {int} and ufunc in _GROWING:
        _see_that_it_fits(ufunc, *operands)
    if len(operands) != 2:
        return
    a, b = operands
    if ufunc in _DIVISIONS:
        _see_that_it_is_not_zero(ufunc, b, float in kinds)
    elif ufunc is np.power:
        _see_power(kinds, a, b, result)
    elif ufunc in (np.left_shift, np.right_shift):
        if _may_be_below(b, 0):
            see(_value(b) < 0, ValueError("negative shift count"))
        if ufunc is np.left_shift:
            _see_that_it_fits_when_shifted(a, b, result)


_GROWING = {np.add: "add", np.subtract: "sub", np.multiply: "mul", np.negative: "sub", np.absolute: "sub"}


def _see_that_it_fits(ufunc, a, b=None) -> None:
    """Leave to Python what grows beyond the integers of compiled code."""
    if b is None:
        a, b = 0, a
    limits = np.iinfo(traced_number.canonical_int())
    form = traced_number.combined(np.subtract if ufunc not in traced_number.LINEAR else ufunc, a, b)
    least, greatest = traced_range.extreme(form, -1), traced_range.extreme(form, 1)
    if least is not None and greatest is not None and limits.min <= least and greatest <= limits.max:
        return
    name = _GROWING[ufunc]
    values = [_value(x).astype(limits.dtype) if type(x) in core.OURS else limits.dtype.type(x) for x in (a, b)]
    see(digits.overflows(name, _OVERFLOWS[name])(*values), TOO_LARGE)


def _sum_overflows(x, y):
    return ((x ^ (x + y)) & (y ^ (x + y))) < 0


def _difference_overflows(x, y):
    return ((x ^ y) & (x ^ (x - y))) < 0


def _product_overflows(x, y):
    whole, least = x * y, jnp.iinfo(x.dtype).min
    divisor = jnp.where(x == 0, 1, x)
    return (x != 0) & ((jnp.floor_divide(whole, divisor) != y) | (x == -1) & (y == least))


_OVERFLOWS = {"add": _sum_overflows, "sub": _difference_overflows, "mul": _product_overflows}


def _see_that_it_is_not_zero(ufunc, b, floats) -> None:
    if type(b) in (int, float, complex, bool):
        if b == 0:  # whatever is divided
            raise ZeroDivisionError(f"{_NAMES.get(ufunc, 'division')} by zero")
        return
    form = traced_number.form_of(b)
    least, greatest = traced_range.extreme(form, -1), traced_range.extreme(form, 1)
    if (least is not None and least > 0) or (greatest is not None and greatest < 0):
        return
    what = "float division" if floats else _NAMES.get(ufunc, "division")
    see(_value(b) == 0, ZeroDivisionError(f"{what} by zero"))


def _may_be_below(x, limit) -> bool:
    if type(x) in (int, float, bool):
        return x < limit
    least = least_of(x)
    return least is None or least < limit


def _see_power(kinds, a, b, result) -> None:
    if complex in kinds:
        return
    if _may_be_below(b, 0):
        negative = _value(b) < 0
        see((_value(a) == 0) & negative, ZeroDivisionError("0.0 cannot be raised to a negative power"))
        if kinds == [int, int] and type(b) is not int:
            what = "an integer to a power that is known only at run time, and is negative, is a float in Python"
            see(negative, UnsupportedError(_ONE_KIND.format(what=what, instead="float(a) ** b")))
    if kinds == [int, int]:
        power = digits.pythons(jnp.power, "pow")
        _see_that_it_is_held(power(_value(a).astype(float), _value(b).astype(float)), result)
    if float in kinds:
        x, y = _value(a).astype(float), _value(b).astype(float)
        if type(b) is not int and (type(b) is not float or not b.is_integer()) and _may_be_below(a, 0):
            what = "a negative number to a fractional power is complex in Python"
            error = UnsupportedError(_ONE_KIND.format(what=what, instead="complex(a) ** b"))
            see((x < 0) & (y != jnp.floor(y)) & jnp.isfinite(y) & jnp.isfinite(x), error)
        see(jnp.isinf(_value(result)) & jnp.isfinite(x) & jnp.isfinite(y) & (x != 0), OverflowError(
            34, "Numerical result out of range"
        ))  # fmt: skip


def _see_that_it_fits_when_shifted(a, b, result) -> None:
    """Leave to Python what a shift makes larger than compiled integers: shifted back it is another one."""
    if result.dtype.kind in "iu":
        x, by = (_value(v).astype(result.dtype) for v in (a, b))
        back = jnp.right_shift(jnp.asarray(result), jnp.clip(by, 0, np.iinfo(result.dtype).bits - 1))
        see((back != x) | (by >= np.iinfo(result.dtype).bits) & (x != 0), TOO_LARGE)


def _see_that_it_is_held(about, result) -> None:
    """Python's integers know no end, those of compiled code do; `about` is the result as a float."""
    if result.dtype.kind in "iu":
        see(jnp.abs(about) > float(np.iinfo(result.dtype).max), TOO_LARGE)


# -- conversions


def see_that_it_is_an_integer(value) -> None:
    """What ``int(value)`` raises for a traced float."""
    outside = _see_that_it_is_finite(value, np.dtype(traced_number.canonical_int()))
    see(outside, TOO_LARGE)


def _see_that_it_is_finite(value, dtype):
    """Whether what is left of floats, when cut to integers, lies outside of a dtype; NaN and infinities raise.

    All is well where the one is, which is what most calls ask for.
    """
    outside = _outside(value, dtype)
    see(outside & jnp.isnan(value), NAN)
    see(outside & jnp.isinf(value), INFINITE)
    return outside


def _outside(value, dtype):
    """Whether what is left of floats, when cut to integers, lies outside of a dtype; True for NaN."""
    info, x = np.iinfo(dtype), value.astype(float) if value.dtype.itemsize < 4 else value
    low, below, end = (x.dtype.type(n) for n in (float(info.min), float(info.min) - 1, float(info.max + 1)))
    return ~((x > below if below < low else x >= low) & (x < end))


def see_that_it_can_be_stored(value, dtype) -> None:
    """What assigning one traced number to an integer item raises.

    Python's numbers must fit; NumPy's go through Python's into signed integers, and are cast to unsigned ones.
    """
    weak = getattr(value, "weak", None)
    if weak is complex and dtype.kind not in "cb":
        kind = "int() argument must be a string, a bytes-like object or a real number" if dtype.kind in "iu" else (
            "float() argument must be a string or a real number"
        )  # fmt: skip
        raise TypeError(f"{kind}, not 'complex'")
    if traced_index.on_check is None or dtype.kind not in "iu":
        return
    number = _value(value)
    if number.dtype.kind == "f" and (weak is not None or dtype.kind == "i"):
        outside = _see_that_it_is_finite(number, dtype)
        see(outside, OverflowError(f"Python integer out of bounds for {dtype}"))
    elif weak is int and not _fits(value, dtype) or _goes_through_pythons(value, number, dtype):
        info, have = np.iinfo(dtype), np.iinfo(number.dtype)
        low = number < info.min if info.min > have.min else False
        high = number > info.max if info.max < have.max else False
        see(low | high, OverflowError(f"Python integer out of bounds for {dtype}"))


def _goes_through_pythons(value, number, dtype) -> bool:
    """Whether a scalar of NumPy's is an integer that a signed one may not hold."""
    plain = getattr(value, "weak", None) is None and number.dtype.kind in "iu"
    return plain and dtype.kind == "i" and not np.can_cast(number.dtype, dtype, "safe")


def _fits(value, dtype) -> bool:
    info = np.iinfo(dtype)
    if np.can_cast(value.dtype, dtype, "safe"):
        return True
    form = traced_number.form_of(value)
    least, greatest = traced_range.extreme(form, -1), traced_range.extreme(form, 1)
    return least is not None and greatest is not None and info.min <= least and greatest <= info.max


traced_number.see_that_it_is_defined = see_that_it_is_defined
