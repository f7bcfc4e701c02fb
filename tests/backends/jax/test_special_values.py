"""Complex ufuncs on JAX at signed zeros, infinities, NaNs and on their branch cuts."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import npbridge

POINTS = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 40.0, 1e-20, np.inf, -np.inf, np.nan]
# not expm1, of which NumPy makes NaN where the Array API standard has a number
UNARY = """
    absolute arccos arccosh arcsin arcsinh arctan arctanh conjugate cos cosh exp exp2 isfinite isinf isnan log log10
    log2 negative reciprocal sign sin sinh sqrt square tan tanh
""".split()


@pytest.fixture(autouse=True)
def wide():
    with npbridge.backend("jax"), np.errstate(all="ignore"):
        before = jax.config.jax_enable_x64
        npbridge.enable_x64()
        yield
        npbridge.enable_x64(before)


def plane(points=POINTS):
    z = np.empty((len(points), len(points)), complex)
    z.real, z.imag = np.array(points)[:, None], np.array(points)
    return z.ravel()


def parts(values):
    return np.stack([values.real, values.imag]) if values.dtype.kind == "c" else values


def differing(expected, got):
    """Where two results differ: NaN, infinity, sign of zero, or by more than rounding."""
    expected, got = parts(np.asarray(expected)), parts(np.asarray(got))
    if expected.dtype.kind == "b":
        return expected != got
    same = (expected == got) & (np.signbit(expected) == np.signbit(got))
    close = np.isfinite(expected) & (expected != 0) & np.isclose(got, expected, rtol=1e-12, atol=0)
    return ~(same | close | (np.isnan(expected) & np.isnan(got)))


@pytest.mark.parametrize("name", UNARY)
def test_unary_is_numpys(name):
    ufunc, z = getattr(np, name), plane()
    expected = ufunc(z)
    wrong = differing(expected, ufunc(npbridge.asarray(z)))
    assert not wrong.any(), z[np.atleast_2d(wrong).any(axis=0)]


def test_divide_is_numpys():
    z, w = (x.ravel() for x in np.meshgrid(plane(), plane()))
    expected = z / w
    got = np.asarray(npbridge.asarray(z) / npbridge.asarray(w))
    # a difference that cancels may be rounded or 0: it is small beside the quotient
    finite = np.isfinite(expected) & np.isfinite(got)
    small = np.abs(np.where(finite, got - expected, 1)) <= 1e-15 * np.abs(expected)
    assert not (differing(expected, got).any(axis=0) & ~small).any()


@pytest.mark.parametrize("divisor", [3.0, 7.0, 49.0, 100.0])
def test_quotients_by_constants_are_rounded_once(divisor):
    """XLA would multiply by the reciprocal; a quotient decides which of two numbers is the percentile."""

    def quotients(x, s):
        return x / divisor, x[3] / divisor, s / divisor

    x = np.arange(64.0) * 1.7
    compiled = npbridge.jit(quotients)
    for s in x.tolist():
        for w, g in zip(quotients(x, s), compiled(npbridge.asarray(x), s), strict=True):
            np.testing.assert_array_equal(np.asarray(g), w)


def test_integer_powers_are_multiplications():
    z = plane([0.0, 1.0, -1.0, 0.5, -2.5])
    for n in (0, 1, 2, 3, 5, -1, -2):
        expected = np.power(z, n)
        wrong = differing(expected, np.power(npbridge.asarray(z), n))
        close = np.isclose(np.asarray(np.power(npbridge.asarray(z), n)), expected, rtol=1e-14, equal_nan=True)
        assert not (wrong.any(axis=0) & ~close).any(), n
    assert complex((npbridge.asarray([1j]) ** 3)[0]) == -1j
    assert complex(np.power(npbridge.asarray([0j]), npbridge.asarray([0j]))[0]) == 1


def test_general_powers():
    z, w = (x.ravel() for x in np.meshgrid(plane([1.0, -1.0, 0.5, -2.5]), plane([0.25, -1.5, 2.5])))
    assert np.allclose(np.power(npbridge.asarray(z), npbridge.asarray(w)), np.power(z, w), rtol=1e-13)


def test_powers_have_derivatives():
    def size(x):
        z = npbridge.asarray(x) + 1j
        return npbridge.real(z**2 * npbridge.conj(z)).value

    slope = jax.grad(size)(0.5)
    assert np.isclose(slope, 3 * 0.5**2 + 1)


@pytest.mark.parametrize("dtype", ["c8", "c16"])
def test_dtypes_are_kept(dtype):
    z = npbridge.asarray([1 + 1j], dtype=dtype)
    for name in UNARY:
        result = getattr(np, name)(z)
        assert result.dtype == getattr(np, name)(np.ones(1, dtype)).dtype, name


def test_expm1_at_infinity_is_the_standards():
    got = np.asarray(np.expm1(npbridge.asarray([complex(np.inf, 0), complex(-np.inf, np.nan)])))
    assert got[0] == complex(np.inf, 0) and got[1] == complex(-1, 0)


def test_sign_of_zero_has_no_sign():
    for dtype in ("f2", "f4", "f8", "c8", "c16"):
        zeros = np.array([0.0, -0.0], dtype)
        assert not np.signbit(np.asarray(np.sign(npbridge.asarray(zeros))).real).any()


def test_spacing_of_zero_is_positive():
    # XLA takes subnormal numbers for zeros when it compares
    assert (np.asarray(np.spacing(npbridge.asarray([0.0, -0.0]))) > 0).all()
