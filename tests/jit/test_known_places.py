"""Indices that are known while tracing, scalars that are indexed, sequences that make no array."""

import numpy as np
import pytest

from .against_numpy import Programs, agrees

programs = Programs()
A = np.array([1.0, 2.0, 3.0])
EACH = [(A,), (A[:0],)]


@programs(*EACH)
def outside(a):
    return a[[0, 99]]


@programs(*EACH)
def ends(a):
    return (a * 2)[[0, -1]]


@programs(*EACH)
def written_outside(a):
    b = a * 2
    b[[0, 7]] = 3
    return b


@programs(*EACH)
def written_at_the_ends(a):
    a[[0, -1]] = 3
    return a


@programs((A, np.array([0, -1])), (A[:0], np.array([0, -1])), (A[:0], np.array([], int)))
def by_an_array(a, i):
    return a[i]


@programs(*EACH)
def along_another_axis(a):
    return np.outer(a, a)[:, [0, 2]]


@programs((np.array([7]),))
def scalar_in_an_array_of_its_own(x):
    a = x[0] - 3
    found = [a.reshape(-1), a[None], np.atleast_1d(a), np.expand_dims(a, 0), a[...], a.ravel(), np.asarray(a)]
    for part in found:
        part[...] = 50
    return a, found


@programs((A,))
def sequence_of_unlike_parts(a):
    return np.array([a, 0.25])


@programs((np.array([1, 2, 6, 8], np.uint16),), (np.array([1, 2, 6, 8], np.int8),), (np.array([1.0, 2, 6, 8]),))
def numbers_that_the_dtype_cannot_hold(a):
    return np.searchsorted(a, -1), np.searchsorted(a, 300), np.searchsorted(a, 2.5), a.searchsorted([-1, 2], "right")


@programs(*[(A * s,) for s in (1, -1)])
def read_only_in_a_branch(a):
    x = np.zeros(6)
    if a.sum() > 0:
        x = np.broadcast_to(a * 2, (2, 3))
    x[0] = 1
    return x


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_as_numpy(function, calls):
    agrees(function, *calls)
