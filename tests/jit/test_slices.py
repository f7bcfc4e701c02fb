"""Slices whose width or step is known only at run time: prefixes, strides, what is backwards."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge


def sieve(n=60):
    s = np.ones(n + 1, dtype=bool)
    s[:2] = False
    for p in range(2, int(n**0.5) + 1):
        if s[p]:
            s[p * p :: p] = False
    return s


def sum_of_divisors(n=60):
    s = np.ones(n + 1, dtype=np.int64)
    for p in range(2, n):
        s[2 * p :: p] += p
    return s, s[1::2].sum()


def levinson(r):
    n = len(r)
    a = np.zeros(n)
    a[0] = 1.0
    e = r[0]
    for k in range(1, n):
        acc = np.dot(a[:k], r[k:0:-1])
        g = -acc / e
        a[: k + 1] += g * a[: k + 1][::-1]
        e *= 1 - g * g
    return a, e


def reversed_prefixes(r):
    n = len(r)
    y = np.zeros(n)
    out = np.zeros(n)
    for k in range(1, n):
        y[:k] = r[k - 1 :: -1]
        out[k] = (y[:k] * r[:k]).sum() + r[k:].sum()
    return y, out


def running_median(x, k=2):
    out = np.empty_like(x)
    for i in range(len(x)):
        lo = max(0, i - k)
        hi = min(len(x), i + k + 1)
        out[i] = np.median(x[lo:hi])
    return out


def statistics(x, y):
    out = np.zeros((len(x) - 1, 9))
    for i in range(1, len(x)):
        w = x[:i]
        out[i - 1] = [
            w.std(),
            w.var(),
            np.ptp(w),
            np.clip(w, 0.2, 0.6).sum(),
            np.sort(w)[0],
            np.searchsorted(np.sort(w), 0.5),
            np.diff(w).sum(),
            np.allclose(w, x[:i]),
            np.dot(w, y[-i:]),
        ]
    return out


def different_lengths(x, y):
    out = np.zeros(5)
    for i in range(1, 5):
        out[i] = np.dot(x[:i], y[3 : 3 + i]) + (x[:i] * y[:i]).sum() + np.sum(x[i::2]) + np.sum(y[::-1][:i])
    return out


def backwards(x):
    y = np.zeros_like(x)
    for i in range(1, len(x)):
        y[i::-1] += x[: i + 1]
        y[i::-2] *= 1.01
    return y


NUMBERS = np.random.default_rng(0).random((2, 12))
PROGRAMS = [
    (sieve, ()),
    (sum_of_divisors, ()),
    (levinson, (np.array([4.0, 2.0, 1.0, 0.5, 0.3]),)),
    (reversed_prefixes, (NUMBERS[0, :7],)),
    (running_median, (NUMBERS[0, :9],)),
    (statistics, (NUMBERS[0, :7], NUMBERS[1, :7])),
    (different_lengths, (NUMBERS[0, :8], NUMBERS[1])),
    (backwards, (NUMBERS[0, :9],)),
]


@pytest.mark.parametrize(("program", "arguments"), PROGRAMS, ids=lambda x: getattr(x, "__name__", ""))
def test_slices_known_at_run_time(program, arguments):
    expected = program(*[a.copy() for a in arguments])
    with npbridge.backend("jax"):
        got = npbridge.jit(program)(*[npbridge.array(a) for a in arguments])
    for e, g in zip(_several(expected), _several(got), strict=True):
        np.testing.assert_allclose(np.asarray(g), e, rtol=2e-5, atol=1e-6)


def _several(x):
    return x if isinstance(x, tuple) else (x,)


def test_a_step_that_is_not_positive_is_left_to_python():
    @npbridge.jit(backend="jax")
    def every(x, step):
        total = x[::step].sum()
        return total

    x = npbridge.arange(6.0)
    assert every(x, npbridge.array(2)[()]) == 6
    with pytest.warns(npbridge.errors.FallbackWarning, match="not positive"):
        assert every(x, npbridge.array(-2)[()]) == 9
