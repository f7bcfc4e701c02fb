"""Parts of an array written from other parts of it, through reshapes; positions that were found beside other dtypes."""

import numpy as np
import pytest

from .against_numpy import Programs, agrees

programs = Programs()
V = np.arange(16.0)
EACH = [(V,), (-V,)]


@programs(*EACH)
def rows_of_a_view(v):
    y = v.reshape(4, 4)
    y[1:] = y[:-1]
    return v


@programs(*EACH)
def one_write_after_another(v):
    y = (v * 2).reshape(4, 4)
    y[1:] += y[:-1]
    y[:, :-1] = y[:, 1:]
    return y


@programs(*EACH)
def steps_and_turns(v):
    y = (v * 2).reshape(4, 4)
    y[::2, 1:] = y[1::2, :-1]
    y[1:, ::2] = y[:-1, 1::2]
    x = y.reshape(-1)
    x[2:] = x[:-2]
    z = (v + 1).reshape(2, 8)
    z[:, ::-1] = z
    z.T[1:] = z.T[:-1]
    return y, z


@programs(*EACH)
def after_masks(v):
    a = (v * 1).reshape(4, 4)
    for row in a:
        a[a < 0] *= -1
    a[1:] = a[:-1]
    return row, row[::2], a


@programs(*EACH)
def axes_of_length_one(v):
    y = (v * 2).reshape(4, 4, 1)
    y[1:] = y[:-1]
    y[:, 1:] += y[:, :-1]
    return y


@programs(*[(np.arange(4096.0), i) for i in (1, 2)])
def small_parts_of_a_large_view(v, i):
    y = (v * 2).reshape(64, 64)
    for k in range(i, 10):
        y[k : k + 2] = y[k - 1 : k + 1]
        y[:, k : k + 2] += y[:, k - 1 : k + 1]
    return y


@programs((np.array([False, True, True]), np.arange(3, dtype=np.uint64)), (np.zeros(3, bool), np.ones(3, np.uint64)))
def found_positions_are_numpys(b, c):
    total = c * 1
    last = None
    for u, w in zip(np.flatnonzero(b), np.nonzero(b)[0], strict=True):
        total = c + u
        c[u] += 1
        last = w
    return total, last, c


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_as_numpy(function, calls):
    agrees(function, *calls)
