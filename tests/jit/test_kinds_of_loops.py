"""Loops over parts of a length, or a step, of the run time do what NumPy does, and no more work than it."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import npbridge
from npbridge.errors import FallbackWarning

from ..convert.programs import insertion_sort

R = np.random.default_rng(5)


@pytest.fixture(autouse=True, params=["jax", "numpy"])
def engine(request):
    with jax.enable_x64(True), npbridge.backend(request.param):
        yield request.param


def sieve(n):
    prime = np.ones(n + 1, dtype=bool)
    prime[:2] = False
    for i in range(2, int(n**0.5) + 1):
        if prime[i]:
            prime[i * i :: i] = False
    return prime


def every(x, starts, steps):
    for a, s in zip(starts, steps, strict=True):
        x[a::s] += 1.0
        x[a : a + 7 : s] *= 2.0
    return x


def sparse(rows, columns, values, x):
    y = np.zeros(rows.size - 1)
    for i in range(rows.size - 1):
        own = slice(rows[i], rows[i + 1])
        y[i] = values[own] @ x[columns[own]]
    return y


def forward(a, b):
    x = b.copy()
    for i in range(len(b)):
        x[i] = (b[i] - a[i, :i] @ x[:i]) / a[i, i]
    return x


def covariances(data):
    n = data.shape[1]
    found = np.zeros((n, n))
    for i in range(n):
        found[i, i:] = data[:, i] @ data[:, i:]
        found[i:, i] = found[i, i:]
    return found


def below_zero(x, n):
    """The index goes below 0, where NumPy counts from the end."""
    j, total = n, 0.0
    while j > -4:
        total += x[j]
        j -= 1
    return total


def medians(image):
    found = image.copy()
    for i in range(1, image.shape[0] - 1):
        for j in range(1, image.shape[1] - 1):
            found[i, j] = np.median(image[i - 1 : i + 2, j - 1 : j + 2])
    return found


def filtered(z):
    x, p = np.zeros(2), np.eye(2)
    f, h = np.array([[1.0, 0.1], [0.0, 1.0]]), np.array([[1.0, 0.0]])
    found = np.empty(len(z))
    for i in range(len(z)):
        x, p = f @ x, f @ p @ f.T + 0.01 * np.eye(2)
        k = p @ h.T @ np.linalg.inv(h @ p @ h.T + 0.5)
        x, p = x + k @ (z[i] - h @ x), (np.eye(2) - k @ h) @ p
        found[i] = x[0]
    return found


def nested(x):
    total = 0.0
    for a in range(2):
        for b in range(3):
            for c in range(2):
                for d in range(3):
                    for e in range(2):
                        for f in range(3):
                            for g in range(2):
                                if a + b >= c:
                                    total += x[a, b] * x[c, d] + x[e, f] * g
    return total


def binned(x, n):
    return np.histogram(x, n), np.histogram(x, n, (-1, 2), weights=x), np.histogram(x, n, density=True)


def shortened(x, n):
    found = np.zeros(len(x))
    places = np.arange(len(x))
    for i in range(n):
        if not len(x):
            break
        np.multiply(x, 1.5, x)
        large = x > 4.0
        found[places[large]] = i + 1
        x, places = x[~large], places[~large]
    return found


def asked_before(v, n):
    """What a branch knows of its values is not known after it."""
    found = []
    for i in range(n):
        k = v[i] & 15
        j, r = k - 5, 0
        if k > 8:
            r += v[max(j, 0)]
            if j > 0:
                r += 1
        if j > 0:
            r += 100
        found.append(r + v[max(j, 0)])
    return np.array(found)


def two_parts(m, n, a, b, c, d):
    left, right = np.zeros(m.shape), np.zeros(n.shape)
    left[:, a:b] = m[:, a:b]
    right[c:d] = n[c:d]
    return left @ right


def every_other_part(m, n, b, s, c, d):
    left, right = np.zeros(m.shape), np.zeros(n.shape)
    left[:b:s] = m[0]
    right[c:d] = left[c:d]
    left[c::s] = 5.0
    return right @ n, left, right[1::s].sum()


def from_either_end(w, places):
    found = np.zeros((len(places), 3))
    for i in range(len(places)):
        p = places[i]
        found[i] = w[3 + p : p].sum(), w[p + 3 : p : -1].sum(), w[p - p - 2 : p - p : -1].sum()
    return found


def asked_twice(a, x):
    found = []
    for i in range(len(a)):
        y = x[0]
        if a[i] < 0.5:
            z = x[1] + 1
            if a[i] < 0.5:
                y = np.sin(x[2]) * z
            else:
                y = z
        elif a[i] >= 0.5:
            y = y + 2
        found.append(y)
    return np.array(found)


def parts_of_parts(x, i, s, j):
    v = x[i:][::s]
    v[1:j] += 10.0
    w = x[i:][::s][1:]
    w *= 2.0
    x[i:][::s][0] = -1.0
    t = x[::-1][j:]
    t[::2] *= 3.0
    return v, w.sum(), t


def fails_first(x, y, k, at):
    for i in range(k):
        x[i:] *= 1.5
        y[i] = x[i] + y[i - 1]
        m = np.linalg.inv(x[:4].reshape(2, 2) * (0.0 if i == at else 1.0))
        y[:i] -= m[0, 0]
    return x


A = R.random((9, 9)) + 9 * np.eye(9)
ROWS = np.array([0, 2, 2, 5, 9, 9])
CASES = {
    "sieve": (sieve, 500),
    "every": (every, R.random(20), np.array([0, 3, 19, 25, -4]), np.array([1, 2, 3, 5, 4])),
    "sparse": (sparse, ROWS, R.integers(0, 6, 9), R.random(9), R.random(6)),
    "sparse with infinity": (sparse, ROWS, R.integers(0, 6, 9), R.random(9), np.array([1, np.inf, 2, np.nan, 0, -1])),
    "forward": (forward, A, R.random(9)),
    "covariances": (covariances, R.random((12, 7))),
    "inserted": (insertion_sort, R.random(30)),
    "inserted in order": (insertion_sort, np.arange(9.0)),
    "below zero": (below_zero, R.random(8), 5),
    "medians": (medians, R.random((9, 8))),
    "filtered": (filtered, R.random(40)),
    "asked before": (asked_before, np.arange(20) * 3, 20),
    "two parts": (two_parts, *R.random((2, 24, 24)), 1, 9, 5, 20),
    "two parts apart": (two_parts, *R.random((2, 24, 24)), 1, 5, 9, 20),
    "one part": (two_parts, *R.random((2, 24, 24)), 3, 8, 3, 8),
    "every other part": (every_other_part, *R.random((2, 24, 24)), 20, 2, 3, 22),
    "every third part": (every_other_part, *R.random((2, 24, 24)), 20, 3, 3, 22),
    "from the front": (from_either_end, R.random(12), np.array([0, 2, 3, 9, 14])),
    "from either end": (from_either_end, R.random(12), np.array([2, -3, -1, 5, -9, -12, -20, 0])),
    "asked twice": (asked_twice, R.random(12), R.random(3)),
    "parts of parts": (parts_of_parts, R.random(24), 3, 2, 5),
    "parts of parts from the end": (parts_of_parts, R.random(24), -9, 3, 4),
    "nested": (nested, R.random((2, 3))),
    "binned": (binned, R.normal(size=300), 7),
    "binned integers": (binned, R.integers(0, 50, 300), 10),
    "shortened": (shortened, R.random(60) + 0.01, 20),
}


@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")  # slices over the end
@pytest.mark.parametrize("name", CASES)
def test_calls(name):
    function, *given = CASES[name]
    compiled = npbridge.jit(function)
    for _ in range(2):
        args, own = ([np.copy(x) if isinstance(x, np.ndarray) else x for x in given] for _ in range(2))
        with np.errstate(all="ignore"):
            want, found = function(*args), compiled(*own)
        for x, y in zip(flat((want, args)), flat((found, own)), strict=True):
            np.testing.assert_allclose(y, x, rtol=1e-9, atol=1e-12)
            assert np.asarray(y).dtype == np.asarray(x).dtype


def flat(x):
    return [z for y in x for z in flat(y)] if isinstance(x, (tuple, list)) else [x]


def test_what_a_loop_shortens_is_left_to_numpy(engine):
    x = R.random(2000) + 0.01
    compiled = npbridge.jit(shortened)
    if engine == "jax":
        np.testing.assert_array_equal(compiled(x.copy(), 9), shortened(x.copy(), 9))
        return
    with pytest.warns(FallbackWarning, match="another length in each turn"):
        np.testing.assert_array_equal(compiled(x.copy(), 9), shortened(x.copy(), 9))


@pytest.mark.parametrize("function", [np.linalg.inv, np.linalg.cholesky, lambda a: np.linalg.solve(a, a)])
@pytest.mark.parametrize("rows", [1, 2, 4, 5])
def test_matrices_that_cannot_be(function, rows):
    for bad in (np.zeros((rows, rows)), -np.eye(rows), np.ones((3, rows, rows))):
        try:
            want = function(bad)
        except np.linalg.LinAlgError as error:
            with pytest.raises(np.linalg.LinAlgError, match=str(error)):
                npbridge.jit(lambda a: function(a))(bad)
        else:
            np.testing.assert_allclose(npbridge.jit(lambda a: function(a))(bad), want)


@pytest.mark.parametrize("power", [1.5, 2.5, -0.5, -1.5])
@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_powers_with_a_half(power, dtype):
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, -1.5, 1e-30, 2.0, 7.3, 1e20], dtype)
    with np.errstate(all="ignore"):
        want = x**power
        found = np.asarray(npbridge.jit(lambda x: x**power)(x))
    assert found.dtype == want.dtype
    np.testing.assert_array_equal(np.signbit(found)[~np.isnan(want)], np.signbit(want)[~np.isnan(want)])
    np.testing.assert_array_max_ulp(found[np.isfinite(want)], want[np.isfinite(want)], 2)
    np.testing.assert_array_equal(np.isfinite(found), np.isfinite(want))


def test_a_write_to_nothing_that_is_not_made():
    def f(x, n, h):
        if h == 0:
            x[n] = 1.0
        return x.sum()

    assert npbridge.jit(f)(np.zeros(0), 1, 1.5) == 0.0
    with pytest.raises(IndexError):
        npbridge.jit(f)(np.zeros(0), 1, 0.0)


@pytest.mark.parametrize(("at", "error"), [(3, np.linalg.LinAlgError), (99, IndexError)])
def test_the_error_is_the_first_in_time(at, error):
    x, y = R.random(8) + 1, R.random(8)
    before = x.copy(), y.copy()
    compiled = npbridge.jit(fails_first)
    for _ in range(3):
        with pytest.raises(error):
            compiled(x, y, 12, at)
        np.testing.assert_array_equal((x, y), before)


def test_small_loops_inside_of_long_ones_are_compiled_in_time():
    """LLVM put the order to write all turns out on the loop around: greatest common divisors took minutes."""
    k = np.array([[7, 0, 8, 5, -2], [7, -1, -5, 2, 6], [3, -1, 7, 1, -1], [-4, -3, 4, 5, -2]])
    compiled = npbridge.jit(lambda k: (np.gcd(k, 6), np.lcm(k, 4)), backend="numpy", strict=True)
    for found, wanted in zip(compiled(k), (np.gcd(k, 6), np.lcm(k, 4)), strict=True):
        np.testing.assert_array_equal(found, wanted)
    (entry,) = compiled.loops._kept.entries.values()
    assert "unroll.full" not in entry.on_host.compiled.text
