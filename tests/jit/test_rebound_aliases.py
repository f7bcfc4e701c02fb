"""An attribute that is bound anew, while another one shares the memory of what it held."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import npbridge


class Pair:
    def __init__(self, make):
        self.x = make(np.zeros(3))
        self.y = self.x[1:]

    def step(self, k):
        self.y += k
        self.x = self.x * 2
        self.y[0] = 7
        return self.x.sum()


@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_the_other_sees_the_old_memory(backend):
    plain = Pair(np.array)
    expected = plain.step(1.0)
    with npbridge.backend(backend), warnings.catch_warnings():
        warnings.simplefilter("ignore", npbridge.errors.FallbackWarning)
        pair = Pair(npbridge.array)
        assert float(npbridge.jit(pair.step)(1.0)) == expected
    assert pair.x.tolist() == plain.x.tolist()
    assert pair.y.tolist() == plain.y.tolist()


class Holder:
    def __init__(self):
        self.x = npbridge.zeros(3)

    def step(self, k):
        new = self.x + k
        self.x = new
        return new, new, new + 0

    def one(self, k):
        self.x = self.x + k
        return self.x


def test_what_is_returned_and_kept_is_one_array():
    holder = Holder()
    step, one = npbridge.jit(holder.step, backend="jax"), npbridge.jit(holder.one, backend="jax")
    for _ in range(3):
        first, second, other = step(1.0)
        assert first is second is holder.x is not other
        first[0] = 9
        assert (holder.x[0], other[0] == 9) == (9, False)
    for _ in range(3):
        assert one(1.0) is holder.x


class Turned:
    def __init__(self) -> None:
        self.w = npbridge.arange(6.0)
        self.m = npbridge.arange(6.0).reshape(2, 3)

    def turn(self):
        self.w = self.w[::-1]
        self.m = self.m.T
        self.w[0] += 10
        return self.w * 1, self.m * 1

    def shrink(self):
        self.w = self.w[1:]
        return (self.w * 1,)


@pytest.mark.parametrize("name", ["turn", "shrink"])
def test_an_attribute_that_becomes_a_view_of_itself(name):
    ours, theirs = Turned(), Turned()
    step, plain = npbridge.jit(getattr(ours, name), backend="jax"), getattr(theirs, name)
    for _ in range(4):
        for got, want in zip(step(), plain(), strict=True):
            assert np.array_equal(got, want)
        assert np.array_equal(ours.w, theirs.w) and np.array_equal(ours.m, theirs.m)
