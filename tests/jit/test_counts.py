"""Sizes and counts of the run time that lie between close limits; which of several errors comes first."""

import numpy as np
import pytest

from .against_numpy import Programs, agrees

programs = Programs()
A = np.array([1.0, 2.0, 3.0])
EACH = [(A,), (A * 0,), (-A,), (A + 5,)]


@programs(*EACH)
def made_as_long_as_what_was_chosen(a):
    x = a[a > 1]
    n = len(x)
    return np.arange(n), np.zeros((n, 2)), np.ones(x.shape), np.linspace(0, 1, x.size), np.eye(n), np.full(n, 7.0)


@programs(*EACH)
def by_the_index_of_a_loop(a):
    total = 0
    for i in range(12):
        x = np.repeat(a, i)
        total += np.arange(i).sum() + np.zeros(i).size
    return total, x.sum()


@programs(*EACH)
def triangle(a):
    total = 0.0
    for i in range(1, a.shape[0]):
        for j in range(i):
            total += np.ones(j + 1).sum() * a[i]
    return total


@programs(*EACH)
def not_bound_before_nothing_is_reduced(a):
    if a[0] > 2:
        x = 1
    elif a.max() > 2:
        x = x + 1
    else:
        y = a[:0].max()
        return y
    return x


@programs(*EACH)
def in_the_first_iteration(a):
    for i in range(20):
        if a[0] > i:
            x = x + 1  # noqa: F821
        y = a[:0].max()
    return y + x


@programs(*EACH)
def asserted_and_raised(a):
    for i in range(20):
        assert a[0] > i + 1
        raise KeyError(3)


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_as_numpy(function, calls):
    agrees(function, *calls)
