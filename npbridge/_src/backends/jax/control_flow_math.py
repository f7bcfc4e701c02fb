"""The functions of ``math`` and ``cmath`` on numbers that are known only at run time.

They take what converts to a Python number and give Python numbers, so that
``math.exp(x[i]) * float32_array`` is a float32 array as it is in NumPy.  What has no
answer raises at run time what Python raises.
"""

from __future__ import annotations

import cmath
import math

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy import special

from ...array import core, traced_index, traced_number
from ...convert.operators import is_traced
from ...storage import digits
from ...storage.buffer import canonical

DOMAIN = ValueError("math domain error")
RANGE = OverflowError("math range error")


def _value(x, kind):
    """A traced or known number as a 0-d value of the kernel's dtype."""
    if type(x) in core.OURS or is_traced(x):
        value = jnp.asarray(x._value() if type(x) in core.OURS else x)
        if value.ndim:
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
        if value.dtype.kind == "c" and kind is not complex:
            raise TypeError("must be real number, not complex")
    else:
        value = jnp.asarray(kind(x))
    return value.astype(canonical(np.dtype(kind)))


def _see(failed, error) -> None:
    if traced_index.on_check is not None:
        traced_index.on_check(failed, error)


def _real(builtin, kernel, *, domain=None, overflows=False, result=float):
    """A function of real numbers, known or not."""

    def call(*args):
        if not any(map(is_traced, args)):
            return builtin(*args)
        values = [_value(x, float) for x in args]
        if domain is not None:
            _see(domain(*values), DOMAIN)
        given = [v if is_traced(x) else np.float64(x) for x, v in zip(args, values, strict=True)]
        out = digits.pythons(kernel, builtin.__name__)(*given)
        if overflows:
            finite = jnp.isfinite(values[0])
            for value in values[1:]:
                finite &= jnp.isfinite(value)
            _see(jnp.isinf(out) & finite, RANGE)
        return traced_number.of_value(out.astype(canonical(np.dtype(result))), result)

    return call


def _complex(builtin, kernel):
    def call(*args):
        if not any(map(is_traced, args)):
            return builtin(*args)
        out = kernel(*[_value(x, complex) for x in args])
        return traced_number.of_value(digits.rounded(out, f"cmath.{builtin.__name__}"), complex)

    return call


def _log(*args):
    """``math.log``, with or without a base."""
    if not any(map(is_traced, args)):
        return math.log(*args)
    values = [_value(x, float) for x in args]
    for value in values:
        _see(value <= 0, DOMAIN)
    log = digits.pythons(jnp.log, "log")
    out = log(values[0]) if is_traced(args[0]) else math.log(args[0])
    if len(values) > 1:
        out = out / (log(values[1]) if is_traced(args[1]) else math.log(args[1]))
    return traced_number.of_value(out, float)


def _integers(builtin, kernel):
    def call(*args):
        if not any(map(is_traced, args)):
            return builtin(*args)
        for x in args:
            if not isinstance(x, (int, np.integer)) and getattr(x, "dtype", np.dtype(float)).kind not in "iu":
                raise TypeError(f"{type(x).__name__!r} object cannot be interpreted as an integer")
        values = [_value(x, int) for x in args]
        return traced_number.of_value(kernel(*values), int)

    return call


def _sum(values):
    """``math.fsum``: exact to the last digit of a plain sum."""
    values = list(values)
    if not any(map(is_traced, values)):
        return math.fsum(values)
    return _rounded(math.fsum, sum(_value(x, float) for x in values))


def _dist(p, q):
    p, q = list(p), list(q)
    if not any(map(is_traced, (*p, *q))):
        return math.dist(p, q)
    if len(p) != len(q):
        raise ValueError("both points must have the same number of dimensions")
    squares = [(_value(a, float) - _value(b, float)) ** 2 for a, b in zip(p, q, strict=True)]
    return _rounded(math.dist, jnp.sqrt(sum(squares)))


def _rounded(builtin, value):
    return traced_number.of_value(digits.rounded(value, f"math.{builtin.__name__}"), float)


def _hypot(*args):
    if not any(map(is_traced, args)):
        return math.hypot(*args)
    squares = [_value(x, float) ** 2 for x in args]
    return _rounded(math.hypot, jnp.sqrt(sum(squares)))


def _isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0):
    if not any(map(is_traced, (a, b, rel_tol, abs_tol))):
        return math.isclose(a, b, rel_tol=rel_tol, abs_tol=abs_tol)
    x, y, relative, absolute = (_value(v, float) for v in (a, b, rel_tol, abs_tol))
    near = jnp.abs(x - y) <= jnp.maximum(relative * jnp.maximum(jnp.abs(x), jnp.abs(y)), absolute)
    return traced_number.of_value((x == y) | (near & jnp.isfinite(x) & jnp.isfinite(y)), bool)


def _modf(x):
    if not is_traced(x):
        return math.modf(x)
    parts = jnp.modf(_value(x, float))
    return tuple(traced_number.of_value(part, float) for part in parts)


def _gcd(a, b):
    return jnp.gcd(a, b)


def _gamma(x):
    """The sign of the gamma function alternates between the negative integers."""
    magnitude = jnp.exp(special.gammaln(x))
    return jnp.where((x < 0) & (jnp.floor(x) % 2 != 0), -magnitude, magnitude)


def _pole(x):
    return (x <= 0) & (x == jnp.floor(x))


def _power_domain(x, y):
    return (x < 0) & (y != jnp.floor(y)) & jnp.isfinite(x) & jnp.isfinite(y) | (x == 0) & (y < 0)


FUNCTIONS = {
    math.sqrt: _real(math.sqrt, jnp.sqrt, domain=lambda x: x < 0),
    math.log: _log,
    **{
        getattr(math, name): _real(getattr(math, name), kernel, domain=lambda x, low=low: x <= low)
        for name, kernel, low in (("log10", jnp.log10, 0), ("log2", jnp.log2, 0), ("log1p", jnp.log1p, -1))
    },
    **{
        getattr(math, name): _real(getattr(math, name), getattr(jnp, name), overflows=True)
        for name in ("exp", "expm1", "sinh", "cosh", "exp2")
        if hasattr(math, name)
    },
    **{
        getattr(math, name): _real(getattr(math, name), getattr(jnp, name), domain=jnp.isinf)
        for name in ("sin", "cos", "tan")
    },
    **{
        getattr(math, name): _real(getattr(math, name), kernel, domain=lambda x: jnp.abs(x) > 1)
        for name, kernel in (("asin", jnp.arcsin), ("acos", jnp.arccos))
    },
    **{
        getattr(math, name): _real(getattr(math, name), kernel)
        for name, kernel in (
            ("atan", jnp.arctan), ("tanh", jnp.tanh), ("asinh", jnp.arcsinh), ("fabs", jnp.abs),
            ("erf", special.erf), ("erfc", special.erfc), ("degrees", jnp.degrees), ("radians", jnp.radians),
            ("cbrt", jnp.cbrt), ("atan2", jnp.arctan2), ("copysign", jnp.copysign), ("nextafter", jnp.nextafter),
        )
        if hasattr(math, name)
    },
    math.acosh: _real(math.acosh, jnp.arccosh, domain=lambda x: x < 1),
    math.atanh: _real(math.atanh, jnp.arctanh, domain=lambda x: jnp.abs(x) >= 1),
    math.gamma: _real(math.gamma, _gamma, domain=_pole, overflows=True),
    math.lgamma: _real(math.lgamma, special.gammaln, domain=_pole),
    math.pow: _real(math.pow, jnp.power, domain=_power_domain, overflows=True),
    math.fmod: _real(math.fmod, jnp.fmod, domain=lambda x, y: (y == 0) | jnp.isinf(x)),
    math.ldexp: _real(math.ldexp, lambda x, n: x * jnp.exp2(n), overflows=True),
    **{
        getattr(math, name): _real(
            getattr(math, name), kernel, domain=lambda x: ~jnp.isfinite(x), result=int
        )
        for name, kernel in (("floor", jnp.floor), ("ceil", jnp.ceil), ("trunc", jnp.trunc))
    },
    **{
        getattr(math, name): _real(getattr(math, name), getattr(jnp, name), result=bool)
        for name in ("isnan", "isinf", "isfinite")
    },
    math.hypot: _hypot,
    math.dist: _dist,
    math.fsum: _sum,
    math.isclose: _isclose,
    math.modf: _modf,
    math.gcd: _integers(math.gcd, _gcd),
    **{
        getattr(cmath, name): _complex(getattr(cmath, name), getattr(jnp, name))
        for name in ("sqrt", "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh")
    },
    cmath.phase: lambda z: (
        traced_number.of_value(jnp.angle(_value(z, complex)), float) if is_traced(z) else cmath.phase(z)
    ),
}  # fmt: skip


# -- round


_TENS = 22  # up to this power, those of ten are floats


def rounded(x, digits: int):
    """``round(x, digits)`` of a number of Python's, by the exact value of a float: 2.675 is less than it looks."""
    if x.weak is complex:
        raise TypeError("type complex doesn't define __round__ method")
    if x.weak is bool:
        x = +x  # a truth is 0 or 1
    if x.weak is int and digits >= 0:
        return x
    value = jnp.asarray(x._value())
    if x.weak is int or not 0 <= digits <= _TENS:
        return traced_number.of_value(jnp.round(value, digits), x.weak)
    ten = jnp.asarray(10.0**digits, value.dtype)
    product, lost = _product(value, ten)
    nearest = jnp.round(product)
    half = product - nearest  # where this is a half, what was lost says on which side it lies
    nearest = nearest + jnp.where((half == 0.5) & (lost > 0), 1, 0) - jnp.where((half == -0.5) & (lost < 0), 1, 0)
    result = lax.optimization_barrier(nearest) / lax.optimization_barrier(ten)
    has_decimals = jnp.abs(product) < 2.0 ** np.finfo(value.dtype).nmant
    return traced_number.of_value(jnp.where(has_decimals, jnp.copysign(result, value), value), float)


def _product(x, y):
    """``x * y``, and what its rounding lost."""
    split = 2.0 ** (np.finfo(x.dtype).nmant // 2 + 1) + 1

    def halves(v):
        large = lax.optimization_barrier(v * split)
        high = large - lax.optimization_barrier(large - v)
        return high, v - high

    (a, b), (c, d) = halves(x), halves(y)
    product = lax.optimization_barrier(x * y)
    return product, ((lax.optimization_barrier(a * c) - product) + a * d + b * c) + b * d
