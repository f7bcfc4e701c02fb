"""What is reshaped in code compiled for `'numpy'` is a window on the same memory where it is in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge


def of_a_reversed_part(a):
    part = a[1:5][::2]
    part.reshape(1, -1)[0, 0] = -1.0
    return part.sum(), np.reshape(part, (2, 1)).shape


def of_columns(m):
    m[:, 1].reshape(3, 1)[0, 0] = 50.0
    m[:, :2].reshape(6)[0] = 99.0  # a copy
    m.T.reshape(4, 3)[0, 0] = 77.0
    return m[:, ::2].reshape(3, 2, 1).sum()


def of_rows(m):
    m[::2].reshape(2, 2, 2)[1, 1, 1] = -5.0
    m[1:, ::-1].reshape(2, 4, 1)[0, 0, 0] = -6.0
    return m[::2].reshape(-1)[::3].sum()


def raveled(m):
    m[:, 1].ravel()[0] = 9.0  # a copy
    m[1:2].ravel()[1] = 8.0
    m.T[::1].T.ravel()[0] = 7.0
    return np.ravel(m[::2]).sum()


def empty(m):
    return m[:0, ::2].reshape(2, 0, 3).shape, m[:, :0].ravel().size


def wrong_size(m):
    m += 1.0
    return m[:, ::2].reshape(5, -1)


A, M = np.arange(6.0), np.arange(12.0).reshape(3, 4)


@pytest.mark.parametrize(
    ("function", "array"),
    [(of_a_reversed_part, A), (of_columns, M), (of_rows, M), (raveled, M), (empty, M)],
)
def test_as_numpy(function, array):
    theirs = array.copy()
    with npbridge.backend("numpy"):
        ours = npbridge.array(array)
        compiled = npbridge.jit(function, strict=True)
        for _ in range(2):
            want, got = function(theirs), compiled(ours)
            assert np.array_equal(np.asarray(got, dtype=object), np.asarray(want, dtype=object))
            np.testing.assert_array_equal(np.asarray(ours), theirs)


def test_sizes_that_do_not_match():
    with npbridge.backend("numpy"):
        ours = npbridge.array(M)
        with pytest.raises(ValueError, match="reshape"):
            npbridge.jit(wrong_size, strict=True)(ours)
        np.testing.assert_array_equal(np.asarray(ours), M)
