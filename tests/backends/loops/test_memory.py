"""Compiled code reads and writes only what it owns, whatever the arguments: memory between fences."""

import itertools

import numpy as np
import pytest

import npbridge

from ...fences import Fences
from ...jit.against_numpy import Programs

programs = Programs()
WILD = [0, 2, 3, 4, 7, 1000, -1, -4, -5, -1000, 2**40, -(2**40)]


@programs()
def one(x, i):
    x[i] = 9.0
    return x[i]


@programs()
def slices(x, i):
    x[i : i + 3] = 9.0
    return x[: i * 2].sum()


@programs()
def steps(x, i):
    x[i::2] = 9.0
    x[::-1][i:] += 1


@programs()
def fancy(x, i):
    x[np.array([0, i])] = 9.0
    return x[np.array([i, 1])]


@programs()
def fancy_in_place(x, i):
    x[np.array([0, i])] += 9.0


@programs()
def masks(x, i):
    mask = np.arange(i % 8) >= 0
    x[mask] = 9.0


@programs()
def item(x, i):
    return x.item(i)


@programs()
def taken(x, i):
    return np.take(x, np.array([i, 0]))


@programs()
def put(x, i):
    np.put(x, np.array([i]), 9.0)


@programs()
def at(x, i):
    np.add.at(x, np.array([i]), 9.0)


@programs()
def other_shape(x, i):
    np.add(np.ones(abs(i) % 100), 1.0, x)


@programs()
def other_shape_of_a_reduction(x, i):
    np.sum(np.ones((3, abs(i) % 100)), 0, None, x)


@programs()
def copied(x, i):
    np.copyto(x, np.ones(abs(i) % 100))


@programs()
def assigned(x, i):
    x[:] = np.ones(abs(i) % 100)


@programs()
def rolled(x, i):
    x[:] = np.roll(x, i)


@programs()
def loop(x, i):
    for k in range(abs(i) % 100):
        x[k] = k


@programs()
def helper(x, i):
    def write(y, k):
        y[k] = 9.0

    write(x[1:], i)


@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
@pytest.mark.parametrize("function", [f for f, _ in programs], ids=lambda f: f.__name__)
def test_memory(function, in_64_bits_on_numpy):
    compiled = npbridge.jit(function)
    for i, size in itertools.product(WILD, (4, 1, 0)):
        fences = Fences()
        (x,) = fences.give([np.arange(float(size))])
        theirs = np.arange(float(size))
        try:
            function(theirs, i)
            error = None
        except Exception as raised:
            error = type(raised)
        if error is None:
            compiled(x, i)
            np.testing.assert_array_equal(np.asarray(x), theirs)
        else:
            with pytest.raises(error):
                compiled(x, i)
            np.testing.assert_array_equal(np.asarray(x), np.arange(float(size)))
        assert fences.hold(), (i, size)


@pytest.fixture
def in_64_bits_on_numpy():
    with npbridge.backend("numpy"):
        yield


def test_the_fences_hold_and_tell():
    fences = Fences()
    (x,) = fences.give([np.zeros(3)])
    x += 1
    assert fences.hold()
    fences.around[1][0] = 0
    assert not fences.hold()
