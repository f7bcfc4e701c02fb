"""``math`` and ``cmath`` on numbers known only at run time; scalars stay scalars."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest

import npbridge

ONE = [
    "sqrt", "exp", "log", "log10", "log2", "log1p", "expm1", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
    "cosh", "tanh", "asinh", "acosh", "atanh", "floor", "ceil", "trunc", "fabs", "erf", "erfc", "gamma", "lgamma",
    "degrees", "radians", "isnan", "isinf", "isfinite", "cbrt", "exp2",
]  # fmt: skip
TWO = ["atan2", "pow", "hypot", "fmod", "copysign", "isclose", "log"]
COMPLEX = ["sqrt", "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "phase"]


def compiled(function, *values):
    arrays = [npbridge.array([v]) for v in values]
    return npbridge.jit(lambda *arrays: function(*[a[0] for a in arrays]), backend="jax")(*arrays)


@pytest.mark.parametrize("name", ONE)
def test_one(name):
    function = getattr(math, name)
    value = 1.25 if name == "acosh" else 0.625
    got = compiled(function, value)
    assert float(got) == pytest.approx(float(function(value)), rel=1e-5)
    assert type(got) is type(function(value))


def test_rounding_goes_by_the_exact_value():
    """``np.round`` multiplies first, and takes 2.675 for a half."""
    values = np.r_[2.675, 1.005, -0.125, 0.375, 1e17, -0.0, np.inf, np.arange(-3, 3, 0.0175), np.arange(0.005, 2, 0.01)]
    with npbridge.backend("jax"):
        npbridge.enable_x64(True)
        try:
            rounded = npbridge.jit(lambda x, n: [round(float(x[0]), 2), round(float(x[0]), 1), round(n, 1)])
            for value in values:
                got = rounded(npbridge.array([value]), 3)
                assert [float(y).hex() for y in got[:2]] == [round(float(value), k).hex() for k in (2, 1)]
                assert got[2] == 3
        finally:
            npbridge.enable_x64(False)


@pytest.mark.parametrize("name", TWO)
def test_two(name):
    function = getattr(math, name)
    assert float(compiled(function, 2.5, 1.5)) == pytest.approx(float(function(2.5, 1.5)), rel=1e-5)


@pytest.mark.parametrize("name", COMPLEX)
def test_complex(name):
    function = getattr(cmath, name)
    assert complex(compiled(function, 0.5 + 1j)) == pytest.approx(function(0.5 + 1j), rel=1e-5)


def test_several():
    assert int(compiled(math.gcd, 12, 18)) == 6
    assert float(compiled(lambda x, y: math.dist([x, y], [1, 2]), 5.5, 3.0)) == pytest.approx(
        math.dist([5.5, 3], [1, 2])
    )
    assert float(compiled(lambda x, y: math.fsum([x, y]), 5.5, 3.0)) == 8.5
    assert float(compiled(lambda x: math.modf(x)[0], 5.5)) == 0.5
    assert complex(compiled(complex, 5.5, 3.0)) == 5.5 + 3j


def test_results_are_python_numbers():
    result = npbridge.jit(lambda x: x * math.exp(x[0]), backend="jax")(npbridge.ones(2, np.float16))
    assert result.dtype == np.float16


@pytest.mark.parametrize(
    ("function", "value", "error"),
    [
        (math.sqrt, -1.0, ValueError),
        (math.log, 0.0, ValueError),
        (math.asin, 2.0, ValueError),
        (math.exp, 1e6, OverflowError),
        (math.floor, math.nan, ValueError),
    ],
)
def test_what_has_no_answer_raises_as_in_python(function, value, error):
    with pytest.raises(error):
        compiled(function, value)


def test_scalars_stay_scalars():
    def program(x):
        y = x
        x += 1  # a new number: y is as it was
        return x, y, 1 if isinstance(x, np.floating) else 0

    s = npbridge.array([7.5])[0]
    x, y, floating = npbridge.jit(program, backend="jax")(s)
    assert (x, y, floating, s) == (8.5, 7.5, 1, 7.5)
