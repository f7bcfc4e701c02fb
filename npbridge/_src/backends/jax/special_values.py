"""Complex ufuncs at signed zeros, infinities and NaNs, and on their branch cuts.

XLA composes complex functions of real ones and loses there what C99 (Annex G) lays
down and NumPy has: ``sqrt(-1 - 0j)`` comes out on the wrong side of the cut,
``exp(-inf + nan*j)`` as NaN, ``sinh(1e-20)`` as 0.  Each kernel here computes with
``jax.numpy`` what is right and selects the rest.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax

from .kernels import KERNELS, kernel, kernel_of


def on_complex(ufunc):
    """Register the decorated kernel for complex operands of `ufunc` only."""
    real = kernel_of(ufunc)

    def decorate(function):
        def call(*operands):
            if jnp.issubdtype(operands[0].dtype, jnp.complexfloating):
                return function(*operands)
            return real(*operands)

        call.__name__ = call.__qualname__ = ufunc.__name__
        KERNELS[ufunc] = call
        return function

    return decorate


def swapped(z):
    """Real and imaginary part exchanged: turns ``sinh`` into ``sin``, and so on."""
    return lax.complex(z.imag, z.real)


def _with_signs(re, im, like_re, like_im):
    """The signs of a function whose parts have the signs of the given numbers."""
    return lax.complex(jnp.copysign(re, like_re), jnp.copysign(im, like_im))


# -- exponentials and logarithms


@on_complex(np.exp)
def exp(z):
    x, y = z.real, z.imag
    plain = jnp.exp(z)
    lost = ~jnp.isfinite(y)  # no angle: the size still decides where it is infinite
    re = jnp.where(lost & jnp.isposinf(x), jnp.inf, jnp.where(lost & jnp.isneginf(x), 0, plain.real))
    im = jnp.where((y == 0) | (lost & jnp.isneginf(x)), jnp.copysign(0, y), plain.imag)
    return lax.complex(re, im)


@on_complex(np.exp2)
def exp2(z):
    # log(2) * z as complex numbers would make NaN of an infinity
    scale = jnp.asarray(np.log(2), z.real.dtype)
    return exp(lax.complex(z.real * scale, z.imag * scale))


@on_complex(np.expm1)
def expm1(z):
    x, y = z.real, z.imag
    lost = ~jnp.isfinite(y)
    half = jnp.sin(y / 2)
    re = jnp.expm1(x) * jnp.cos(y) - 2 * half * half  # 1 - cos(y) without cancellation
    re = jnp.where(jnp.isposinf(x) & (lost | (y == 0)), jnp.inf, jnp.where(lost & jnp.isneginf(x), -1, re))
    im = jnp.where((y == 0) | (lost & jnp.isneginf(x)), jnp.copysign(0, y), jnp.exp(x) * jnp.sin(y))
    return lax.complex(re, im)


def _infinite(z):
    return jnp.isinf(z.real) | jnp.isinf(z.imag)


def _logarithm(ufunc):
    plain = kernel_of(ufunc)

    @on_complex(ufunc)
    def log(z):
        result = plain(z)
        return lax.complex(jnp.where(_infinite(z), jnp.inf, result.real), result.imag)


for _ufunc in (np.log, np.log2, np.log10, np.log1p):
    _logarithm(_ufunc)


# -- sizes


@on_complex(np.absolute)
def absolute(z):
    return jnp.where(_infinite(z), jnp.inf, jnp.abs(z))


@kernel(np.sign)
def sign(x):
    if not jnp.issubdtype(x.dtype, jnp.complexfloating):
        return jnp.where(x == 0, jnp.zeros_like(x), jnp.sign(x))  # not -0
    size = jnp.abs(x)
    nowhere = size == 0
    size = jnp.where(nowhere, 1, size)
    along_x = jnp.isinf(x.real) & ~jnp.isinf(x.imag)
    along_y = jnp.isinf(x.imag) & ~jnp.isinf(x.real)
    re = jnp.where(along_x, jnp.copysign(1, x.real), jnp.where(along_y | nowhere, 0, x.real / size))
    im = jnp.where(along_y, jnp.copysign(1, x.imag), jnp.where(along_x | nowhere, 0, x.imag / size))
    return lax.complex(re, im)


@on_complex(np.sqrt)
def sqrt(z):
    x, y = z.real, z.imag
    plain = jnp.sqrt(z)
    re = jnp.where(jnp.isinf(y) | jnp.isposinf(x), jnp.inf, plain.real)
    im = jnp.where(jnp.isinf(y) | (jnp.isneginf(x) & jnp.isnan(y)), jnp.inf, plain.imag)
    return lax.complex(re, jnp.copysign(im, y))


# -- hyperbolic functions; the circular ones are the same, turned by a right angle


@on_complex(np.sinh)
def sinh(z):
    x, y = z.real, z.imag
    lost = ~jnp.isfinite(y)
    re = jnp.where(lost & (x == 0), x, jnp.where(lost & jnp.isinf(x), jnp.inf, jnp.sinh(x) * jnp.cos(y)))
    im = jnp.where(y == 0, y, jnp.cosh(x) * jnp.sin(y))
    return lax.complex(re, im)


@on_complex(np.cosh)
def cosh(z):
    x, y = z.real, z.imag
    re = jnp.where(~jnp.isfinite(y) & jnp.isinf(x), jnp.inf, jnp.cosh(x) * jnp.cos(y))
    im = jnp.where(~jnp.isfinite(y) & (x == 0), 0, jnp.sinh(x) * jnp.sin(y))
    flat = jnp.where(jnp.isnan(x), y, jnp.copysign(0, x) * jnp.copysign(1, y))
    return lax.complex(re, jnp.where(y == 0, flat, im))


_tanh = kernel_of(np.tanh)


@on_complex(np.tanh)
def tanh(z):
    x, y = z.real, z.imag
    plain = _tanh(z)
    lost = ~jnp.isfinite(y)
    im = jnp.where((y == 0) | (lost & jnp.isinf(x)), jnp.copysign(0, y), plain.imag)
    return lax.complex(jnp.where(lost & (x == 0), x, plain.real), im)


@on_complex(np.sin)
def sin(z):
    return swapped(sinh(swapped(z)))


@on_complex(np.cos)
def cos(z):
    return cosh(lax.complex(-z.imag, z.real))


@on_complex(np.tan)
def tan(z):
    return swapped(tanh(swapped(z)))


# -- their inverses


def _no_number(z, result):
    """NaN in both parts where an imaginary part is NaN and the real part finite, not 0."""
    lost = jnp.isnan(z.imag) & jnp.isfinite(z.real) & (z.real != 0)
    nan = jnp.asarray(jnp.nan, result.real.dtype)
    return jnp.where(lost, lax.complex(nan, nan), result)


@on_complex(np.arcsin)
def arcsin(z):
    plain = _no_number(z, jnp.arcsin(z))
    re = jnp.where((z.real == 0) & jnp.isnan(z.imag), 0, plain.real)
    return _with_signs(re, plain.imag, z.real, z.imag)


@on_complex(np.arccos)
def arccos(z):
    plain = _no_number(z, jnp.arccos(z))
    re = jnp.where((z.real == 0) & jnp.isnan(z.imag), np.pi / 2, plain.real)
    return lax.complex(re, jnp.copysign(plain.imag, -z.imag))


@on_complex(np.arccosh)
def arccosh(z):
    plain = _no_number(z, jnp.arccosh(z))
    im = jnp.where((z.real == 0) & jnp.isnan(z.imag), np.pi / 2, plain.imag)
    return lax.complex(plain.real, jnp.copysign(im, z.imag))


@on_complex(np.arcsinh)
def arcsinh(z):
    return swapped(arcsin(swapped(z)))


@on_complex(np.arctanh)
def arctanh(z):
    x, y = z.real, z.imag
    plain = jnp.arctanh(z)
    no_x, no_y = jnp.isnan(x), jnp.isnan(y)
    re = jnp.where(no_x & jnp.isinf(y) | no_y & (jnp.isinf(x) | (x == 0)), 0, plain.real)
    re = jnp.where(no_x & ~jnp.isinf(y) | no_y & jnp.isfinite(x) & (x != 0), jnp.nan, re)
    im = jnp.where(no_y | no_x & jnp.isfinite(y), jnp.nan, plain.imag)
    return _with_signs(re, im, x, y)


@on_complex(np.arctan)
def arctan(z):
    return swapped(arctanh(swapped(z)))


# -- division and powers


def _smith(z, w):
    """``z / w`` for ``|w.real| >= |w.imag|``, by R. L. Smith (1962)."""
    ratio = w.imag / w.real
    scale = 1 / (w.real + w.imag * ratio)
    return lax.complex((z.real + z.imag * ratio) * scale, (z.imag - z.real * ratio) * scale)


@on_complex(np.divide)
def divide(z, w):
    # XLA's quotient recovers infinities and zeros, NumPy's does not
    z, w = jnp.broadcast_arrays(z, w)
    flat = jnp.abs(w.real) >= jnp.abs(w.imag)
    zero = (w.real == 0) & (w.imag == 0)
    # the quotient does not change when both operands are turned by a right angle
    turned_z = jnp.where(flat, z, lax.complex(z.imag, -z.real))
    turned_w = jnp.where(flat, w, lax.complex(w.imag, -w.real))
    size = jnp.abs(w.real)
    by_zero = lax.complex(z.real / size, z.imag / size)
    return jnp.where(zero, by_zero, _smith(turned_z, jnp.where(zero, 1, turned_w)))


@on_complex(np.reciprocal)
def reciprocal(z):
    x, y = z.real, z.imag
    flat = jnp.abs(y) <= jnp.abs(x)
    large, small = jnp.where(flat, x, y), jnp.where(flat, y, x)
    ratio = small / large
    # times, not over: XLA turns (a / b) / c into a / (b * c), which underflows
    scale = 1 / (large + small * ratio)
    return lax.complex(jnp.where(flat, scale, ratio * scale), jnp.where(flat, -ratio * scale, -scale))


@kernel(np.spacing)
def spacing(x):
    return jnp.where(x == 0, jnp.finfo(x.dtype).smallest_subnormal, jnp.spacing(x))


_EXACT_POWER = 100  # below it, NumPy multiplies instead of taking logarithms


def _by_multiplying(z, n):
    """``z ** n`` for integers ``|n| < 100`` by repeated squaring, as NumPy does it."""
    left = jnp.abs(n)
    product = jnp.ones_like(z)
    for _ in range(_EXACT_POWER.bit_length()):
        product = jnp.where(left % 2 == 1, product * z, product)
        left = left // 2
        # no further than needed: an overflow here would spoil derivatives
        z = jnp.where(left > 0, z * z, 1)
    return jnp.where(n < 0, divide(jnp.ones_like(product), product), product)


@on_complex(np.power)
def power(z, w):
    z, w = jnp.broadcast_arrays(z, w)
    integral = (w.imag == 0) & (w.real == jnp.round(w.real)) & (jnp.abs(w.real) < _EXACT_POWER)
    zero = z == 0
    multiplied = _by_multiplying(z, jnp.where(integral, w.real, 1).astype(jnp.int32))
    aside = integral | zero
    general = exp(w * jnp.log(jnp.where(aside, 1, z)))
    nan = jnp.asarray(jnp.nan, z.real.dtype)
    of_zero = jnp.where(w.real > 0, 0, lax.complex(nan, nan))
    of_zero = jnp.where(w == 0, 1, of_zero)
    return jnp.where(zero, of_zero, jnp.where(integral, multiplied, general))


KERNELS[np.float_power] = KERNELS[np.power]
