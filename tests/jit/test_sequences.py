"""Lists and tuples of numbers that are known only at run time, where NumPy takes arrays."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge


def arguments(a, x):
    found = []
    y = x + 1
    a += [x, y]
    found.append(a + [x, y])
    found.append(np.dot(a, [x, y]) + np.sum([x, y]) + np.linalg.norm([x, y]))
    found.append(a == [x, y])
    found.append(np.dot([[x, y], [y, x]], a))
    found.append(np.where(a > 1, [x, y], 0))
    found.append(np.maximum([x, y], 1))
    found.append(np.array([[x, 1], [0, y]]))
    return found


def joined(a, x):
    found = []
    found.append(np.concatenate([[x], a]))
    found.append(np.append(a, x))
    found.append(np.stack((x, x + 1)))
    found.append(np.hstack([x, a]))
    found.append(np.vstack([a, [x, x]]))
    return found


def written(a, x):
    found = []
    rows = np.zeros((4, 2))
    for i in range(4):
        x, y = 0.5 * x, x
        rows[i] = x, y
    rows[0] = [1, x]
    rows[1:3] = [(x, 1), [2, x]]
    rows[3] += [x, x]
    a[:] = [x, 1]
    found.append(rows)
    return found


@pytest.mark.parametrize("program", [arguments, joined, written])
def test_sequences_with_run_time_numbers(program):
    ours, plain = npbridge.array([1.0, 2.0]), np.array([1.0, 2.0])
    with npbridge.backend("jax"):
        got = npbridge.jit(program)(ours, 0.5)
    for e, g in zip(program(plain, 0.5), got, strict=True):
        np.testing.assert_allclose(np.asarray(g), e, rtol=1e-6)
        assert g.shape == np.shape(e)
    np.testing.assert_allclose(np.asarray(ours), plain, rtol=1e-6)
