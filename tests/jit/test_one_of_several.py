"""Which array a name stands for: after branches in branches, loops that leave, slices of a run-time width."""

import itertools

import numpy as np
import pytest

import npbridge
from npbridge.errors import ControlFlowError

from .against_numpy import Programs, agrees, shares_alike

pytestmark = pytest.mark.usefixtures("in_64_bits")
programs = Programs()
A, B = np.array([0, 5, 7, 2]), np.array([1, 2, 3, 4])
EACH = [(np.array([first, 5, 7, 2]), B, n) for first, n in itertools.product((0, 1, -1), (3, 2, 1, 0))]


def one_or_double(x, n):
    if n > 1:
        return x * 2
    return x


@programs(*EACH)
def of_several_kinds(a, b, n):
    a = np.argsort(a) if a[0] else one_or_double(a, n)
    a[::1] += a
    return a


@programs(*EACH)
def of_four(a, b, n):
    if n > 2:
        c = a
    elif n > 1:
        c = b
    elif n > 0:
        c = a * 2
    else:
        c = a[::-1]
    c += 1
    return c


@programs(*EACH)
def crosswise(a, b, n):
    if n > 1:
        c = a if a[0] > 0 else b
    else:
        c = b if a[0] > 0 else a + 1
    c *= 3
    c[0] = 9
    return c, a + b


@programs(*EACH)
def exchanged_where_a_condition_says(a, b, n):
    k = 0
    while k < 3:
        k += 1
        if k % 2 == 0:
            b[a > 3] = n
            if n > k:
                break
        elif a[0] > 0:
            a, b = b, a
    return a, b


@programs(*EACH)
def one_of_both_exchanged(a, b, n):
    c = a if a[0] > 0 else b
    d = b
    for k in range(n):
        c[k] += 10
        c, d = d, c
    return c, d, a + b


@programs(*EACH)
def window_on_both_exchanged(a, b, n):
    c = (a if a[0] > 0 else b)[:2]
    d = b[2:] if n > 1 else a[:2]
    for k in range(n):
        d[0] += k
        c[1] -= 3
        c, d = d, c
    return c + 0, d + 0, a + b


@programs(*EACH)
def or_none(a, b, n):
    r = None
    if n > 1:
        r = a if a[0] > 0 else b
    if r is not None:
        r += 1
    return r


@programs(*EACH)
def returned(a, b, n):
    def pick():
        if n > 1:
            if a[0] > 0:
                return a
            return b
        if n > 0:
            return a
        return b * 2

    c = pick()
    c[1] += 5
    return c


@programs((A, B, 1))
def left_at_once(a, b, n):
    while 2:
        return b


@programs((A + 1, B, 1))
def left_some_time(a, b, n):
    while True:
        if a.any():
            return b


@programs(*EACH)
def one_turn(a, b, n):
    for i in range(n):
        b[i] += 1
        break
    while n:
        a += n
        break
    else:
        a -= 1
    return a


@programs((np.arange(12).reshape(4, 3), B, 1))
def the_last_row(a, b, n):
    for i, row in enumerate(a):
        for i in range(n):  # noqa: B020
            b[i] += i
    return row


@programs((A, B, 3))
def twice_the_same(a, b, n):
    k = 0
    while k < n:
        k += 1
        x = a > 0
        y = [x, x]
    return x, y


@programs(*[(A, B, n) for n in (2, 1, 0, 7, -1)])
def windows(a, b, n):
    m = a.reshape(2, 2)
    return a[n:], a[:n], a[-n:], a[n::2], a[n::-1], (a * 2)[:n], m[:n], m[:, n:], m[None, :n], a[1:][:n], a[:n][1:]


@programs(*[(A, B, n) for n in (2, 1, 4)])
def written_windows(a, b, n):
    x, y = a[:n], b[n - 1 :]
    x += 1
    a += 1
    y[:] = 7
    for i in range(3):
        a[i] += x[0]
    return x, y


@programs((A, B, 1), (A * 0, B, 1))
def table_of_positions(a, b, n):
    where = np.argwhere(a.reshape(2, 2) > 1)
    total = 0
    for i, j in where:
        total += 10 * i + j
    return where, where[:, 1], len(where), where.sum(), total


@programs(*[(A, B, n) for n in (0, 1, 2, 0)])
def rebound_where_something_runs(a, b, n):
    c, d = a, b
    for _ in range(n):
        c = c * 2
    k = n
    while k > 0:
        d, k = d + 1, k - 1
    c[0] = 5
    d[1:] -= 7
    return c.sum(), d.sum()


@programs(*[(A, B, n) for n in (1, 2, 3)])
def the_last_list(a, b, n):
    for k in range(n):
        x = [a, b] if k % 2 else [b, a]
    x[0][0] = 9
    return x[0].sum(), x[1].sum()


def listed(a, b, n):
    items, pairs = [], []
    for i in range(100):
        c = a * i if n[i % 3] > 0 else b
        items.append(a if n[i % 3] > 0 else b)
        pairs.append((c, i))
    return items[0] + items[1], pairs[1][0], pairs[2][1]


def test_items_of_lists():
    agrees(listed, (A, B, np.array([1, 0, -1])), (A, B, np.array([0, 2, 1])))


def test_items_of_lists_that_may_be_somebodys_cannot_be_written():
    def written(a, b, n):
        items = []
        for i in range(100):
            items.append(a if n[i % 3] > 0 else b)
        items[3][0] = 99

    with pytest.raises(ControlFlowError, match="an item of a list is one array or another"):
        npbridge.jit(written)(npbridge.array(A), npbridge.array(B), npbridge.array([1, 0, -1]))


def exchanged(a, b, n):
    k = 0
    while k < n:
        k += 1
        if k == 2:
            a, b = b, a
    b[0] = 7
    return b


def test_what_cannot_be_followed_is_refused():
    with pytest.raises(ControlFlowError, match="b is one array or another"):
        npbridge.jit(exchanged)(npbridge.array(A), npbridge.array(B), npbridge.array([2])[0])


def test_what_differs_in_dtype_is_followed():
    agrees(exchanged, *[(A, B + 0.5, n) for n in (0, 1, 2, 3)])


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_values_and_state(function, calls):
    agrees(function, *calls)


# what a mask chooses is copied when it leaves
WINDOWS = [(f, calls) for f, calls in programs if f is not table_of_positions]


@pytest.mark.parametrize("function, calls", WINDOWS, ids=lambda x: getattr(x, "__name__", ""))
def test_what_is_returned_shares_memory_as_in_numpy(function, calls):
    shares_alike(function, *calls)


def test_what_is_not_the_same_in_each_iteration_and_written_is_found_at_once():
    """And not tried again until no more attempts are left: each compiles all that is inside."""

    def clipped(a, b, n):
        if n[0] > 1:
            a = a[:2]
        for i in range(9):
            np.clip(a, -1, n[0], out=a)
            if n[0] > i:
                a = a * 2
        return a

    given = [A, B, np.array([2])]
    compiled = npbridge.jit(clipped, backend="jax")
    got, want = compiled(*map(npbridge.array, given)), clipped(*[x.copy() for x in given])
    assert np.array_equal(got, want)
    assert "an array in a, which is not the same in each iteration, is written in place" in str(compiled.explain())
