"""Parts at a place of the run time: read in a loop and after it, in branches and after them."""

import numpy as np
import pytest

from .against_numpy import Programs, agrees

programs = Programs()
X = np.arange(12.0).reshape(3, 4)
CALLS = [(X, n) for n in (0, 1, 5)]


@programs(*CALLS)
def a_row_in_an_inner_loop(x, n):
    total = 0.0
    for row in x:
        for i in range(n):
            total += row.sum() * i
        total += row.max()
    return total


@programs(*CALLS)
def a_row_in_a_long_inner_loop(x, n):
    total = 0.0
    for row in x:
        for i in range(100):
            total += row.sum() * i + n
        total += row[1:].max()
    return total


@programs(*CALLS)
def a_row_in_a_branch(x, n):
    total = 0.0
    for row in x:
        if row[0] > n:
            total += row.sum()
        total -= row.min()
    return total


@programs(*CALLS)
def a_row_that_is_written_between(x, n):
    total = 0.0
    for row in x:
        for _ in range(n):
            total += row.sum()
        row[1] = total
        for _ in range(n):
            total += row.max()
            row *= 0.5
        total += row.sum()
    return total, x


@programs(*CALLS)
def a_window(x, n):
    total = 0.0
    for i in range(2):
        part = x[i : i + 2]
        while total < n * 10 and part[0, 0] >= 0:
            total += part.sum()
        total += part[0].max()
    return total


@pytest.mark.parametrize("function, several", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_as_in_numpy(function, several):
    agrees(function, *several)
