"""Values of one kind or another that go together, loops over them, and what has a length of the run time written."""

import collections

import numpy as np
import pytest

import npbridge

from .against_numpy import Programs, agrees

programs = Programs()
A, B = np.arange(6.0).reshape(2, 3), np.array([4.0, -1.0, 2.0, 3.0])
EACH = [(A * s, B * t) for s in (1, -1) for t in (1, -1)]


def pair(a, b):
    return (a, b[b > 0]) if b[0] > 0 else (a[0], b)


@programs(*EACH)
def twice(a, b):
    c = a if b[0] > 0 else a[:, 0]
    d = c + c * 2
    return d - c, np.where(d > 1, c, d), c @ c.T


@programs(*EACH)
def own_mask(a, b):
    c = b[b > 0] if a[1, 1] > 0 else b[:2]
    d = c[c > 2]
    c[1:] *= 2
    c[c < 3] = 0
    return c, d, c.sum()


@programs(*EACH)
def places_of_one_kind_or_another(a, b):
    k = np.array([0, 3]) if a[1, 1] > 0 else a.sum() > 1
    b[k] += 1
    return b, b[k]


@programs(*EACH)
def written_with_known_values(a, b):
    np.sqrt(np.zeros(a.shape), out=a)
    a[3:] *= 2
    return a, b


@programs(*EACH)
def looped_over(a, b):
    c = b if a[1, 1] > 0 else a[0] * 1
    total = 0.0
    for x in c:
        total += x * 2
    for i, x in enumerate(c):
        c[i] = x + total
    for x, y in zip(c, c[::-1], strict=True):
        total -= x * y
    return total, c


@programs(*EACH)
def left_early(a, b):
    c = b if a[1, 1] > 0 else a
    for x in c:
        if x.sum() > 2:
            return x
    return c


@programs(*EACH)
def written_into_a_part(a, b):
    a[0, 1:] = b[b > 2][:2]
    c = np.zeros(4)
    for i in range(2):
        c[i : i + 2] = b[b > 3]
    return c


@programs(*EACH)
def written_where_few_lengths_are(a, b):
    np.putmask(a[0], b[b > 0][:3] > 2, 9)
    c = np.zeros(3)
    np.copyto(c, b[b < 0])
    return c


@programs(*EACH)
def sum_into_another_dtype(a, b):
    x = np.nonzero(b)[0]
    np.cumsum(b, out=x)
    return x


@programs(*EACH)
def the_same_part_each_time(a, b):
    for i in range(3):
        if a[1, 1] > i:
            x = b[2:]
            b[:] = 0.25
    return x.size, x


@programs((np.array(3.0),), (np.array(-1),))
def filled_number(a):
    a.fill(a + 2)
    return a


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_as_numpy(function, calls):
    agrees(function, *calls)


class Kept:
    def __init__(self) -> None:
        self.seen: list = []
        self.named: dict = {}
        self.last = None


def puts_into_containers(x, n):
    for i in range(n):
        if i > 2:
            x = np.sum(x, axis=0, keepdims=True)
    kept = Kept()
    line: collections.deque = collections.deque()
    kept.seen.append(x)
    kept.seen.insert(0, x)
    kept.seen.extend([x, 1])
    list.append(kept.seen, x)
    line.appendleft(x)
    kept.named.update(a=x)
    kept.named.setdefault("b", x)
    setattr(kept, "last", x)  # noqa: B010
    return len(kept.seen), len(line), kept.seen[1] + 1, line[0] * 2, kept.named["a"].sum(), kept.named["b"], kept.last


def test_what_is_of_several_kinds_is_put_into_containers_once():
    step = npbridge.jit(puts_into_containers, backend="jax")
    for n in (2, 5, 3, 4):
        values = np.arange(6.0).reshape(2, 3)
        got, want = step(npbridge.array(values), n), puts_into_containers(values, n)
        assert len(got) == len(want) and got[:2] == want[:2]
        for a, b in zip(got[2:], want[2:], strict=True):
            assert np.shape(a) == np.shape(b)
            np.testing.assert_array_equal(np.asarray(a), b)
