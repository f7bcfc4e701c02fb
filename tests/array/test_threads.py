"""Threads that write and read the same arrays."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from ..oracle import VARIANTS, set_up


def in_threads(work, count):
    errors = []
    barrier = threading.Barrier(count)

    def run(i):
        barrier.wait()
        try:
            work(i)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


@pytest.fixture(params=["numpy-64", "jax-64", "jax-64-device"])
def variant(request):
    with set_up(next(v for v in VARIANTS if v.name == request.param)) as variant:
        yield variant


@pytest.mark.parametrize("size", [64, 40_000])
def test_different_elements(variant, size):
    x = variant.give(np.zeros(size))

    def work(i):
        for k in range(i, 64, 4):
            x[k] = k + 1

    in_threads(work, 4)
    np.testing.assert_array_equal(np.asarray(x)[:64], np.arange(64) + 1)


def test_different_slices_through_views(variant):
    x = variant.give(np.zeros((4, 500)))

    def work(i):
        row = x[i]
        for _ in range(20):
            row += 1
            row[::2] -= 1

    in_threads(work, 4)
    expected = np.zeros(500)
    expected[1::2] = 20
    np.testing.assert_array_equal(np.asarray(x), np.tile(expected, (4, 1)))


def test_reading_while_writing(variant):
    """All readers have one memory, which nobody moves meanwhile."""
    x = variant.give(np.zeros(1000))
    given = []

    def work(i):
        for k in range(30):
            if i == 0:
                x[...] = k + 1
            else:
                given.append(np.asarray(x))
                np.sum(x)

    in_threads(work, 3)
    x[...] = -1
    for seen in given:
        assert (seen == -1).all()
