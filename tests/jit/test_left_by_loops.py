"""Which memory names have after loops: that of before them, of what they run over, in tuples, and where nothing ran."""

import numpy as np
import pytest

from .against_numpy import Programs, agrees, shares_alike

pytestmark = pytest.mark.usefixtures("in_64_bits")
programs = Programs()
A, V = np.arange(12.0).reshape(4, 3), np.array([1.0, 2.0, 3.0])
EACH = [(A, V, n) for n in (2, 0, 1)]


@programs(*EACH)
def view_in_a_tuple(a, b, n):
    for i in range(20):
        x = a[::-1], i
    a[0] = 100
    x[0][1] = 5
    return x, a


@programs(*EACH)
def array_in_a_tuple(a, b, n):
    k = 0
    while k < n:
        k += 1
        x = (a, k)
    a[1:-1] = 7
    return a, x


@programs(*EACH)
def rows_and_their_views(a, b, n):
    for _ in range(n):
        for row in a:
            y = row[::-1]
            x = [row, a, y]
    x[0][0] = 50
    y[0] = 60
    a[-1, 1] = 70
    return x, a, y


@programs(*EACH)
def returned_row(a, b, n):
    for row in a:
        if row[0] > n:
            return row
    return a


@programs(*EACH)
def row_or_what_was(a, b, n):
    x = a[0]
    for row in a[:n]:
        x = row
    x[1] = 90
    return x, a


@programs(*EACH)
def none_or_a_tuple(a, b, n):
    x = None
    for i in range(n):
        x = (a[1:], i)
    a[2] = 100
    return x


@programs(*EACH)
def bound_by_a_loop_inside(a, b, n):
    for row in a:
        for _ in range(2):
            x = (a, row)
    a[0] = 55
    return x


@programs(*EACH)
def bound_by_loops_that_may_not_run(a, b, n):
    c = b * 1
    for _ in range(n):
        for _ in range(n):
            x = np.transpose(c)
    np.cumsum(x, axis=0, out=x)
    return c, x


@programs(*EACH)
def after_a_list_that_became_an_array(a, b, n):
    x = []
    for i, _ in enumerate(b):
        for u, w in zip(b, a, strict=False):
            y = (b, u)
            b[i] = w[0]
            x = np.insert(b, 1, 3)
    b[0] = 55
    return x, y


@programs(*EACH)
def another_dtype_where_something_ran(a, b, n):
    k, c = 0, b
    while k < n:
        k += 1
        c = c > 1
    c[0] = 0
    return b, c


@programs(*EACH)
def a_new_one_where_something_ran(a, b, n):
    k, c = 0, b
    while k < n:
        k += 1
        c = c + b
    return b, c


@programs(*EACH)
def written_while_its_names_change_places(a, b, n):
    c = a * 2
    for row in a:
        pass
    for _ in range(1, 3):
        for i in range(2, 0, -1):
            if 0.5 < n <= i:
                row.fill(n)
                a, c = c, a
            else:
                row -= 1
    return a, c, row


@programs(*EACH)
def another_array_each_time(a, b, n):
    x, y, c = b, [b], a[0] * 1
    for _ in range(n):
        b[0] += x[1]
        x = c
        y[0] = c[:2]
    c[0] = 100
    x[1] = 50
    return x, y[0], b, c


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_writes_show(function, calls):
    agrees(function, *calls)


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_results_share_memory(function, calls):
    shares_alike(function, *calls)
