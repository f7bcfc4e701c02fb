"""Results that share memory with each other or with an argument, and attributes that become other arrays."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge

from .compare import verdict_of

X = np.array([1.5, 2.5, 3.5])


def array_and_its_reverse(x):
    y = np.rint(x)
    return y, y[::-1]


def windows_before_the_whole(x):
    y = np.rint(x)
    return y[1:], y[:-1], y


def twice(x):
    y = np.rint(x)
    return y, y


def real_part_of_another(x):
    y = x * 1j
    return y.real, y


def transpose_and_rows(x):
    y = np.zeros((2, 3))
    return y.T, y, y[0], y.reshape(-1)


def windows_on_an_argument(x):
    return {"a": x, "b": x[1:]}, x[::-1]


def broadcast(x):
    y = np.rint(x)
    return np.broadcast_to(y, (2, 3))


def broadcast_beside_the_whole(x):
    y = np.rint(x)
    return np.broadcast_to(y[:2], (2, 2)), y, np.broadcast_to(y[0], (3,))


def one_window(x):
    y = np.rint(x)
    return y[::-1]


@pytest.mark.parametrize(
    "program",
    [array_and_its_reverse, windows_before_the_whole, twice, real_part_of_another, transpose_and_rows,
     windows_on_an_argument, broadcast, broadcast_beside_the_whole, one_window],
    ids=lambda p: p.__name__,
)  # fmt: skip
def test_results_share_memory_as_in_numpy(program):
    assert verdict_of(program, [X]) == "right"


def itself(x):
    return x


def beside_others(x):
    return x, x + 1, [x, x * 2], {"x": x}


def by_another_name(x):
    z = x
    return z, np.sin(z), z * 2, z > 1, float(z)


def written_by_another_name(x):
    z = x
    for _ in range(3):
        z += 0.5
    return z


def one_way_or_the_other(x):
    if x > 1:
        return x
    return np.zeros(())


@pytest.mark.parametrize(
    "program", [itself, beside_others, by_another_name, written_by_another_name, one_way_or_the_other],
    ids=lambda p: p.__name__,
)  # fmt: skip
def test_arrays_of_no_dimensions_are_returned_themselves(program):
    assert verdict_of(program, [np.array(1.5)]) == "right"


class Fields:
    def __init__(self):
        self.u, self.before = npbridge.array([1.0, 2.0]), npbridge.array([3.0, 4.0])
        self.also = self.u

    def swap(self):
        self.u, self.before = self.before, self.u

    def advance(self):
        after = 2 * self.u - self.before
        self.before, self.u = self.u, after
        return after

    def give_old(self):
        first = self.u
        self.u = self.u * 2
        return first

    def keep_a_part(self):
        part = self.u[1:]
        self.u = self.u * 2
        return part + self.u[0]

    def take(self, x):
        self.u = x

    def take_a_copy(self, x):
        self.u = x.copy()

    def take_part(self):
        self.u = self.before[::-1]

    def through_a_method(self):
        part = self.u[:1]
        self.swap()
        return part * 10


class Plain(Fields):
    def __init__(self):
        self.u, self.before = np.array([1.0, 2.0]), np.array([3.0, 4.0])
        self.also = self.u


def memory(fields):
    arrays = [fields.u, fields.before, fields.also]
    return [(i, j) for i in range(3) for j in range(i) if np.shares_memory(arrays[i], arrays[j])]


@pytest.mark.filterwarnings("ignore:.*runs as plain Python")
@pytest.mark.parametrize("held", [False, True], ids=["", "held"])
@pytest.mark.parametrize(
    "name", ["swap", "advance", "give_old", "keep_a_part", "take", "take_a_copy", "take_part", "through_a_method"]
)
def test_attributes_are_the_arrays_that_they_become(name, held):
    with npbridge.backend("numpy"):
        plain, ours = Plain(), Fields()
        if not held:
            plain.also = ours.also = np.zeros(2)
        x, y = np.array([5.0, 6.0]), npbridge.array([5.0, 6.0])
        compiled, takes = npbridge.jit(getattr(ours, name)), name in ("take", "take_a_copy")
        for _ in range(3):
            want = getattr(plain, name)(*[x] * takes)
            got = compiled(*[y] * takes)
            assert (want is None) == (got is None)
            if want is not None:
                assert np.array_equal(want, got)
                want[0] = got[0] = 50.0
            for attribute in ("u", "before", "also"):
                assert np.array_equal(getattr(plain, attribute), getattr(ours, attribute))
            assert memory(plain) == memory(ours)
            plain.u += 1
            ours.u += 1
            assert np.array_equal(x, y)


def window_on_what_numpy_made(x):
    y = np.maximum.accumulate(x)
    return y[1:], y, y[::-1]


def what_numpy_made_and_windows(x):
    y = np.sort(x, kind="stable")
    return y, y[1:], [y[:1]]


@pytest.mark.parametrize("program", [window_on_what_numpy_made, what_numpy_made_and_windows], ids=lambda p: p.__name__)
def test_results_of_hosted_functions_share_memory_too(program):
    assert verdict_of(program, [X]) == "right"


def at_its_own_positions(x):
    x[x] = 1


def at_its_own_positions_reversed(x):
    x[x[::-1]] = 7 % len(x)


def added_at_its_own_positions(x):
    x[x] += 1


def at_positions_in_parts_of_itself(x):
    y = x.reshape(2, 3)
    y[x[:2] % 2, y[0, 1:] % 3] = 1
    y[x[:1] * 0, x[1:2] * 0] = x[3:4]


def chosen_by_itself(x):
    b, c, d = x > 2, x > 2, x > 2
    b[b] = False
    c[c[::-1]] = False
    d[1:][d[:-1]] = False
    return b, c, d


def added_at(x):
    np.add.at(x, x, 1)


def added_at_in_two_dimensions(x):
    np.add.at(x.reshape(2, 3), (x[:2] * 0, x[1:3] * 0 + 1), x[0])


@pytest.mark.parametrize(
    "program",
    [at_its_own_positions, at_its_own_positions_reversed, added_at_its_own_positions, at_positions_in_parts_of_itself,
     chosen_by_itself, added_at, added_at_in_two_dimensions],
    ids=lambda p: p.__name__,
)  # fmt: skip
@pytest.mark.parametrize("dtype", ["uint8", "int64"])
def test_an_index_is_read_before_anything_is_written(program, dtype):
    for values in ([5, 1, 2, 3, 4, 0], [1, 2, 3, 4, 5, 0]):
        assert verdict_of(program, [np.array(values, dtype)]) == "right"


class Replaced:
    def __init__(self, make):
        self.x = make(np.zeros(3))

    def fill(self, v):
        v[1] += 7.0

    def step(self, k):
        for i in range(len(self.x)):
            self.x[i] += k
        self.fill(self.x)
        self.x = self.x * 2
        return self.x.sum()


@pytest.mark.parametrize("make", [np.array, npbridge.array], ids=["ndarray", "ours"])
def test_whoever_holds_an_array_sees_what_was_written_before_it_was_replaced(make):
    with npbridge.backend("numpy"):
        ours, theirs = Replaced(make), Replaced(np.array)
        step = npbridge.jit(ours.step, strict=True)
        for k in range(4):
            held, expected = ours.x, theirs.x
            assert step(k + 0.5) == theirs.step(k + 0.5)
            assert held.tolist() == expected.tolist() and ours.x.tolist() == theirs.x.tolist()
        del held
        assert step(1.0) == theirs.step(1.0)
