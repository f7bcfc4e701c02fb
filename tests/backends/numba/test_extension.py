"""Our arrays given to functions that are compiled with Numba by hand."""

import sys

import numba
import numpy as np
import pytest

import npbridge
from npbridge._src.backends.numba.extension import init

init()


@numba.njit
def running_total(x):
    for i in range(1, x.shape[0]):
        x[i] += x[i - 1]
    return x[-1]


@pytest.fixture(params=["jax", "numpy"])
def backend(request):
    with npbridge.backend(request.param):
        yield request.param


def test_a_compiled_function_reads_and_writes_the_array(backend):
    x = npbridge.asarray(np.arange(5, dtype=np.float32))
    assert running_total(x) == 10
    assert x.tolist() == [0, 1, 3, 6, 10]
    assert (x + 1).tolist() == [1, 2, 4, 7, 11]


def test_writes_go_through_a_view(backend):
    x = npbridge.asarray(np.ones(6, dtype=np.float32))
    running_total(x[::2])
    assert x.tolist() == [1, 1, 2, 1, 3, 1]


def test_what_asarray_gave_is_what_is_written(backend):
    x = npbridge.asarray(np.ones(4, dtype=np.float32)) + 0
    given = np.asarray(x)
    running_total(x)
    assert given.tolist() == x.tolist() != [1, 1, 1, 1]


def test_a_view_that_comes_out_is_a_view(backend):
    x = npbridge.asarray(np.ones(4, dtype=np.float32)) + 0
    tail = numba.njit(lambda a: a[1:])(x)
    x += 1
    tail[0] = 7
    assert tail.tolist() == x.tolist()[1:] == [7, 2, 2]


def test_a_read_only_array_is_refused():
    x = npbridge.asarray(np.ones(3, dtype=np.float32))
    with pytest.raises(numba.TypingError):
        running_total(np.broadcast_to(x[:1], (4,)))


def test_scalars_are_numbers(backend):
    x = npbridge.asarray(np.ones(3, dtype=np.float32))
    assert numba.njit(lambda a: a + 1)(x[0]) == 2


def test_many_calls_hold_and_drop_as_many_references():
    @numba.njit
    def first(x):
        return x[0]

    x = npbridge.asarray(np.arange(3.0))
    first(x), first(np.arange(3.0))
    before = [sys.getrefcount(y) for y in (np.ndarray, type(x), x, None)]
    for _ in range(2000):
        first(x)
        first(np.arange(3.0))
    after = [sys.getrefcount(y) for y in (np.ndarray, type(x), x, None)]
    assert all(abs(a - b) < 100 for a, b in zip(after, before, strict=True))
