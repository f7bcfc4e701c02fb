"""What each ufunc computes on JAX, in the dtypes that NumPy's loop has.

``jax.numpy`` has a function of the same name for nearly all of them.  Those that
differ from NumPy in a value are written here, each with the case that differs.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

KERNELS: dict[np.ufunc, object] = {}


def kernel_of(ufunc):
    """The function on jax arrays for `ufunc`; None where there is none."""
    found = KERNELS.get(ufunc)
    if found is None and getattr(np, ufunc.__name__, None) is ufunc:
        found = getattr(jnp, ufunc.__name__, None)
    return found


def kernel(*ufuncs):
    def decorate(function):
        for ufunc in ufuncs:
            KERNELS[ufunc] = function
        return function

    return decorate


def _is_int(x):
    return jnp.issubdtype(x.dtype, jnp.integer)


@kernel(np.divide)
def divide(x, y):
    # XLA on CPU turns division by a scalar, broadcast or constant, into multiplication
    # by its reciprocal, so that x / x[k] is not 1 where it must be, nor 40.0 / 100 what it is
    shape = jnp.broadcast_shapes(x.shape, y.shape)
    if y.shape != shape or not shape:
        y = lax.optimization_barrier(jnp.broadcast_to(y, shape))
    return jnp.true_divide(x, y)


@kernel(np.floor_divide)
def floor_divide(x, y):
    if _is_int(x):
        zero = y == 0  # NumPy: 0
        return jnp.where(zero, 0, jnp.floor_divide(x, jnp.where(zero, 1, y))).astype(x.dtype)
    return divmod_float(x, y)[0]


@kernel(np.remainder)
def remainder(x, y):
    if _is_int(x):
        zero = y == 0
        y = jnp.where(zero, 1, y)
        mod = lax.rem(*jnp.broadcast_arrays(x, y))
        # written so that it is seen to lie from 0 to y where y is positive
        above = jnp.where(mod < 0, mod + y, mod)
        below = jnp.where(mod > 0, mod + y, mod)
        return jnp.where(zero, 0, jnp.where(y > 0, above, below)).astype(x.dtype)
    return divmod_float(x, y)[1]


@kernel(np.divmod)
def divmod_(x, y):
    if _is_int(x):
        return floor_divide(x, y), remainder(x, y)
    return divmod_float(x, y)


def divmod_float(x, y):
    """Quotient and remainder as Python defines them for floats (npy_divmod)."""
    wide = x.astype(jnp.float32) if x.dtype == jnp.float16 else x
    by = y.astype(wide.dtype)
    mod = lax.rem(*jnp.broadcast_arrays(wide, by))
    by = jnp.broadcast_to(by, mod.shape)
    quotient = (wide - mod) / lax.optimization_barrier(by)
    adjust = (mod != 0) & ((by < 0) != (mod < 0))
    mod = jnp.where(adjust, mod + by, mod)
    quotient = jnp.where(adjust, quotient - 1, quotient)
    mod = jnp.where(mod == 0, jnp.copysign(jnp.zeros_like(mod), by), mod)
    floored = jnp.floor(quotient)
    floored = jnp.where(quotient - floored > 0.5, floored + 1, floored)
    exact = wide / lax.optimization_barrier(by)
    floored = jnp.where(quotient == 0, jnp.copysign(jnp.zeros_like(floored), exact), floored)
    floored = jnp.where(by == 0, exact, floored)
    return floored.astype(x.dtype), mod.astype(x.dtype)


@kernel(np.fmod)
def fmod(x, y):
    if _is_int(x):
        zero = y == 0
        return jnp.where(zero, 0, lax.rem(*jnp.broadcast_arrays(x, jnp.where(zero, 1, y)))).astype(x.dtype)
    return lax.rem(*jnp.broadcast_arrays(x, y))


@kernel(np.conjugate)
def conjugate(x):
    return jnp.conjugate(x)


@kernel(np.left_shift)
def left_shift(x, y):
    bits = x.dtype.itemsize * 8
    inside = (y >= 0) & (y < bits)
    return jnp.where(inside, lax.shift_left(*jnp.broadcast_arrays(x, jnp.where(inside, y, 0))), 0).astype(x.dtype)


@kernel(np.right_shift)
def right_shift(x, y):
    bits = x.dtype.itemsize * 8
    inside = (y >= 0) & (y < bits)
    by = jnp.where(inside, y, bits - 1)
    x, by = jnp.broadcast_arrays(x, by)
    if jnp.issubdtype(x.dtype, jnp.unsignedinteger):
        return jnp.where(inside, lax.shift_right_logical(x, by), 0).astype(x.dtype)
    return lax.shift_right_arithmetic(x, by)


@kernel(np.power)
def power(x, y):
    if jnp.issubdtype(x.dtype, jnp.complexfloating):
        return _complex_power(x, y)
    if _is_int(x):
        return _integer_power(x, y)
    return jnp.power(x, y)


def _integer_power(x, y):
    """By repeated squaring over every bit of the exponent: jnp.power stops at 63."""
    x, y = jnp.broadcast_arrays(x, y)

    def step(_, carry):
        result, square, left = carry
        return jnp.where(left & 1, result * square, result), square * square, left >> 1

    bits = x.dtype.itemsize * 8
    return lax.fori_loop(0, bits, step, (jnp.ones_like(x), x, y))[0]


def _complex_power(x, y):
    """NumPy multiplies for the exponents 1, 2, 3, which keeps infinities right."""
    x, y = jnp.broadcast_arrays(x, y)
    out = jnp.power(x, y)
    out = jnp.where(y == 1, x, jnp.where(y == 2, x * x, jnp.where(y == 3, x * x * x, out)))
    of_zero = jnp.where(y.real > 0, 0, jnp.nan + 1j * jnp.nan).astype(x.dtype)
    out = jnp.where(x == 0, of_zero, out)
    return jnp.where(y == 0, jnp.ones_like(x), out)


@kernel(np.float_power)
def float_power(x, y):
    return power(x, y)


@kernel(np.square)
def square(x):
    if x.dtype == bool:
        return x
    return x * x


@kernel(np.positive)
def positive(x):
    return x


@kernel(np.absolute)
def absolute(x):
    return x if x.dtype == bool else jnp.abs(x)


@kernel(np.fabs)
def fabs(x):
    return jnp.abs(x)


@kernel(np.isfinite)
def isfinite(x):
    return jnp.isfinite(x)


@kernel(np.signbit)
def signbit(x):
    return jnp.signbit(x)


@kernel(np.matmul)
def matmul(x, y):
    if x.dtype == bool:
        return jnp.matmul(x.astype(jnp.int32), y.astype(jnp.int32)) != 0
    return jnp.matmul(x, y, precision=lax.Precision.HIGHEST)


def _complex_order(x, y, greater):
    """Where x comes after y (before, unless `greater`) in NumPy's complex order."""
    if greater:
        return (x.real > y.real) | ((x.real == y.real) & (x.imag > y.imag))
    return (x.real < y.real) | ((x.real == y.real) & (x.imag < y.imag))


@kernel(np.maximum)
def maximum(x, y):
    if jnp.issubdtype(x.dtype, jnp.complexfloating):
        return jnp.where(_complex_order(y, x, True) & ~jnp.isnan(x) | (jnp.isnan(y) & ~jnp.isnan(x)), y, x)
    return jnp.maximum(x, y)


@kernel(np.minimum)
def minimum(x, y):
    if jnp.issubdtype(x.dtype, jnp.complexfloating):
        return jnp.where(_complex_order(y, x, False) & ~jnp.isnan(x) | (jnp.isnan(y) & ~jnp.isnan(x)), y, x)
    return jnp.minimum(x, y)


@kernel(np.fmax)
def fmax(x, y):
    return jnp.where(jnp.isnan(y), x, jnp.where(jnp.isnan(x), y, maximum(x, y)))


@kernel(np.fmin)
def fmin(x, y):
    return jnp.where(jnp.isnan(y), x, jnp.where(jnp.isnan(x), y, minimum(x, y)))


def _comparison(ufunc, function):
    beyond = jnp.less if function in (jnp.less, jnp.less_equal) else jnp.greater

    def compare(x, y):
        if jnp.issubdtype(x.dtype, jnp.complexfloating):
            first = beyond(x.real, y.real) & ~jnp.isnan(x.imag) & ~jnp.isnan(y.imag)
            return first | ((x.real == y.real) & function(x.imag, y.imag))
        if x.dtype == y.dtype:
            return function(x, y)
        return _mixed_signs(function, x, y)

    KERNELS[ufunc] = compare


def _mixed_signs(function, x, y):
    """uint64 against int64, which have no common integer dtype."""
    left = jnp.issubdtype(x.dtype, jnp.signedinteger)
    signed = x if left else y
    wide = jnp.uint64 if signed.dtype.itemsize == 8 else jnp.uint32
    # a negative number is below every unsigned one
    below = function(-1, 0) if left else function(0, -1)
    return jnp.where(signed < 0, below, function(x.astype(wide), y.astype(wide)))


_comparison(np.less, jnp.less)
_comparison(np.less_equal, jnp.less_equal)
_comparison(np.greater, jnp.greater)
_comparison(np.greater_equal, jnp.greater_equal)


@kernel(np.equal)
def equal(x, y):
    return jnp.equal(x, y) if x.dtype == y.dtype else _same_number(x, y)


@kernel(np.not_equal)
def not_equal(x, y):
    return jnp.not_equal(x, y) if x.dtype == y.dtype else ~_same_number(x, y)


def _same_number(x, y):
    """Equality of uint64 and int64."""
    signed = x if jnp.issubdtype(x.dtype, jnp.signedinteger) else y
    wide = jnp.uint64 if signed.dtype.itemsize == 8 else jnp.uint32
    return (x.astype(wide) == y.astype(wide)) & (signed >= 0)


@kernel(np.logical_and)
def logical_and(x, y):
    return (x != 0) & (y != 0)


@kernel(np.logical_or)
def logical_or(x, y):
    return (x != 0) | (y != 0)


@kernel(np.logical_xor)
def logical_xor(x, y):
    return (x != 0) ^ (y != 0)


@kernel(np.logical_not)
def logical_not(x):
    return x == 0


@kernel(np.ldexp)
def ldexp(x, n):
    return jnp.ldexp(x, n).astype(x.dtype)


@kernel(np.frexp)
def frexp(x):
    mantissa, exponent = jnp.frexp(x)
    special = ~jnp.isfinite(x)
    return jnp.where(special, x, mantissa), jnp.where(special, 0, exponent)


@kernel(np.modf)
def modf(x):
    whole = jnp.trunc(x)
    part = jnp.where(jnp.isinf(x), 0, x - whole)  # jnp.modf: nan
    return jnp.copysign(part, x), whole


@kernel(np.exp2)
def exp2(x):
    # XLA on CPU computes exp(x * log(2)), which is 9 units off at 2**100
    whole = jnp.where(jnp.isfinite(x), jnp.rint(x), 0)
    return jnp.ldexp(lax.exp2(x - whole), whole.astype(jnp.int32)).astype(x.dtype)


@kernel(np.bitwise_count)
def bitwise_count(x):
    return lax.population_count(jnp.abs(x) if jnp.issubdtype(x.dtype, jnp.signedinteger) else x)


_ = jax
