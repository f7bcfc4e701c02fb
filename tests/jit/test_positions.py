"""``np.flatnonzero``, ``np.nonzero`` and masks in compiled functions: loops over them, indexing with them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import npbridge

RNG = np.random.default_rng(0)
MASK = RNG.random(7) < 0.5
TARGETS = RNG.integers(0, 10, (7, 3)).astype(np.int32)
LINE = RNG.normal(size=7).astype(np.float32)
GRID = RNG.integers(0, 3, (3, 4)).astype(np.float32)


def deliver(mask, targets):
    received = np.zeros(10, dtype=np.float32)
    for i in np.flatnonzero(mask):
        received[targets[i]] += i + 1
    return received


def over_chosen(x):
    total = np.float32(0)
    for v in x[x > 0]:
        total = total / 2 + v
    return total


def assign(x, mask):
    fired = np.flatnonzero(mask)
    x[fired] = -1
    x[fired] += 0.5
    return x.sum(), fired.size, x[fired].sum(), fired.sum()


def add_at(received, targets, mask):
    fired = np.flatnonzero(mask)
    np.add.at(received, targets[fired], 2)
    np.subtract.at(received, fired, fired)
    return received


def subset_of_another(x, mask):
    fired = np.flatnonzero(mask[2:5])
    x[fired + 2] *= 3
    return x[fired + 2].sum()


def two_axes(a):
    rows, columns = np.nonzero(a)
    a[rows, columns] *= 2
    a[rows] += 1
    return rows.sum(), a[rows, columns].max()


def where(a):
    (found,) = np.where(a > 0)
    total = np.float32(0)
    for i in found:
        total += a[i] * i
    return total


def counted(mask):
    total = 0
    for k, i in enumerate(np.flatnonzero(mask)):
        total += k * i
    return total


def first_beyond(mask):
    for i in np.flatnonzero(mask):
        if i > 3:
            return i
    return -1


def two_masks(a, b):
    total = np.float32(0)
    for i, j in zip(np.flatnonzero(a > 0), np.flatnonzero(b < 0)):  # noqa: B905
        total += b[j] * i
    return total


def one_in_the_other(a):
    pairs = 0
    for i in np.flatnonzero(a > 0):
        for j in np.flatnonzero(a < 0):
            pairs += i * j % 5
    return pairs


def mask_changes(a):
    for i in np.flatnonzero(a > 0):  # of the mask as it was
        a[(i + 1) % a.size] = 1
    return a


def in_a_branch(a):
    if a[0] > 2:
        for i in np.flatnonzero(a > 0):
            a[i] = 0
    else:
        for i in np.flatnonzero(a > 0):
            a[i] += 1
    return a


def known_after(a):
    i = -1
    for i in np.flatnonzero(a > 0):
        pass
    return i, sum(a[i] for i in np.flatnonzero(a < 0))


NOTHING = np.zeros(7, bool)
LONG = RNG.normal(size=40_000).astype(np.float32) - 3  # longer than is looked through
CASES = [
    *((f, (x,)) for f in (mask_changes, in_a_branch, known_after, first_beyond) for x in (LINE, LONG, NOTHING + 0)),
    (two_masks, (LINE, LINE)), (two_masks, (LINE, LONG)), (one_in_the_other, (LINE,)),
    (deliver, (MASK, TARGETS)), (deliver, (NOTHING, TARGETS)), (over_chosen, (LINE,)), (assign, (LINE, MASK)),
    (add_at, (np.zeros(10, np.float32), TARGETS, MASK)), (subset_of_another, (LINE, MASK)), (two_axes, (GRID,)),
    (where, (LINE,)), (counted, (MASK,)), (first_beyond, (MASK,)), (first_beyond, (NOTHING,)),
]  # fmt: skip


# on 'numpy' sums of float32 that start at a number of Python's are left to Python
@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
@pytest.mark.parametrize("backend", ["jax", "numpy"])
@pytest.mark.parametrize(("function", "arguments"), CASES, ids=lambda x: getattr(x, "__name__", ""))
def test_as_numpy(function, arguments, backend):
    theirs = [a.copy() for a in arguments]
    wanted = function(*theirs)
    with npbridge.backend(backend):
        ours = [npbridge.array(a) for a in arguments]
        got = npbridge.jit(function)(*ours)
    for a, b in zip([wanted, *theirs], [got, *ours], strict=True):
        pairs = zip(a, b, strict=True) if type(a) is tuple else [(a, b)]
        for x, y in pairs:
            np.testing.assert_allclose(y, x, rtol=2e-6)


def test_positions_outside_raise():
    def beyond(x, mask):
        x[np.flatnonzero(mask) + 4] = 0
        return x

    x = npbridge.array(LINE)
    before = np.array(x)
    with pytest.raises(IndexError, match="out of bounds"):
        npbridge.jit(beyond)(x, npbridge.array(~NOTHING))
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_an_error_after_writes_leaves_everything_as_it_was(backend):
    """The written array is known by two names; the key and the values are not written."""

    class Part:
        def __init__(self, received):
            self.received = received

    class Whole:
        def __init__(self):
            self.received = npbridge.zeros(4)
            self.part = Part(self.received)

        def deliver(self, keys, values):
            self.received[keys] = values
            np.add.at(self.part.received, keys, values)
            self.received[keys + 2] = 9

    with npbridge.backend(backend):
        whole = Whole()
        deliver = npbridge.jit(whole.deliver)
        keys, values = npbridge.array([0, 1]), npbridge.array([1.0, 2.0])
        deliver(keys, values)
        np.testing.assert_array_equal(whole.received, [2, 4, 9, 9])
        with pytest.raises(IndexError):
            deliver(npbridge.array([1, 2]), values)
        np.testing.assert_array_equal(whole.received, [2, 4, 9, 9])
        np.testing.assert_array_equal(keys, [0, 1])
        np.testing.assert_array_equal(values, [1, 2])


def test_indices_are_checked_in_the_first_function_of_a_process():
    code = (
        "import npbridge\n"
        "try:\n"
        "    npbridge.jit(lambda x, k: x[k])(npbridge.zeros(4), npbridge.array([3, 4]))\n"
        "except IndexError:\n"
        "    print('raised')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "raised\n", done.stderr
