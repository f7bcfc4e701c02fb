"""New arrays under several names: a write to one shows in the others, and results share memory as NumPy's do."""

from types import SimpleNamespace

import numpy as np
import pytest

import npbridge

from .against_numpy import Programs, agrees, shares_alike

pytestmark = pytest.mark.usefixtures("in_64_bits")
programs = Programs()
A, B = np.array([1.0, 2.0, 3.0]), np.array([5, 7, 9])
EACH = [(s * A, t * B, n) for s in (1, -1) for t in (1, -1) for n in (0, 3)]


@programs(*EACH)
def a_part(a, b, n):
    if a.sum() > 0:
        x = a * 2
        y = x[1:]
    else:
        x = a * 3
        y = x[1:]
    y[0] = 100
    return x, y


@programs(*EACH)
def one_name_in_one_branch(a, b, n):
    if a.sum() > 0:
        x = a * 2
        y = x
    else:
        x, y = a * 3, a * 4
    y[0] = 100
    return x, y


@programs(*EACH)
def other_parts(a, b, n):
    if a.sum() > 0:
        x = a * 2
        y, z = x[1:], x[::-1]
    else:
        x = a * 3
        y, z = x[:2], x
    y[0] = 100
    z += 1
    return x, y, z


@programs(*EACH)
def or_somebodys(a, b, n):
    if a.sum() > 0:
        x = y = a + 1
    else:
        x, y = a, a[:]
    y[0] = 100
    x[1] = 7
    return x, y


@programs(*EACH)
def or_nothing(a, b, n):
    x = y = None
    if a.sum() > 0:
        x = y = a + 1
    if x is not None:
        x[0] = 100
    return x, y


@programs(*EACH)
def or_not_bound(a, b, n):
    if a.sum() > 0:
        x = a + 1
        y = x[::-1]
    y[0] = 100
    return x, y


@programs(*EACH)
def a_branch_in_a_branch(a, b, n):
    if a.sum() > 0:
        if b[0] > 0:
            x = y = a * 2
        else:
            x, y = a * 3, a * 4
    else:
        x = y = a * 5
    y += 1
    return x, y


@programs(*EACH)
def both_returned(a, b, n):
    def pair():
        x = a + 1
        if b[0] > 0:
            return x, x
        return x, x + 1

    x, y = pair()
    y[0] = 100
    return x, y


@programs(*EACH)
def in_lists(a, b, n):
    if b[0] > 0:
        x = a + 1
        items = [x, x[1:]]
    else:
        x = a + 2
        items = [a * 1, x[1:]]
    items[1][0] = 100
    return x, items


@programs(*EACH)
def of_several_kinds_inside_of_a_tuple(a, b, n):
    if b[0] > 0:
        a[0] = 1
    else:
        if a[0] > 0:
            return b
        a = b * 2
    return b, a


@programs(*EACH)
def after_a_loop(a, b, n):
    for i in range(20):
        x = a * i
        y, z = x[1:], x
    y[0] = 100
    return x, y, z


@programs(*EACH)
def after_a_loop_that_may_not_run(a, b, n):
    x, y = a, a
    for _ in range(n):
        x = x * 2
        y = x[1:]
    x[1] = 9
    return x.sum(), y.sum()


@programs(*EACH)
def in_a_tuple_of_several_kinds(a, b, n):
    x, pair = a, None
    for item in (0, 0.5):
        for _ in range(n):
            x = b * 2
            pair = (x, item)
    return pair, x


@programs(*[(a, b, 3) for a, b, _ in EACH])
def in_a_tuple_after_two_loops(a, b, n):
    for i in range(n):
        x = a * 2
        pair = (x, i)
    for i in range(n):
        x = a * 3
        pair = (x, i)
    return pair[0], x, pair


@programs(*EACH)
def one_of_several_twice(a, b, n):
    x = None
    for _ in range(3):
        if a.sum() > n:
            x = a
            a = b * 2.0
    for _ in range(len(b)):
        for _ in range(len(b)):
            both = [x, x]
    return both, a


@programs(*EACH)
def in_a_tuple_where_a_condition_says(a, b, n):
    pair = None
    for k in range(len(b)):
        for u in a:
            if u > k:
                pair = (a, u)
            else:
                b[0] += 1
    return pair


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_writes_show(function, calls):
    agrees(function, *calls)


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_results_share_memory(function, calls):
    shares_alike(function, *calls)


def test_a_part_of_what_is_assigned_at_every_call():
    def step(p):
        p.w = p.w + 0.5
        return p.w[1], p.w

    holder = SimpleNamespace(w=npbridge.array(np.ones((2, 3))))
    compiled = npbridge.jit(step)
    for _ in range(4):
        part, whole = compiled(holder)
        part[0] = 7
        assert whole is holder.w and holder.w[1, 0] == 7
