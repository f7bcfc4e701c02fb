"""State that is bound anew, names without a value, constants that change, memory that overlaps."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import npbridge

from .compare import compile_function, same

A = np.arange(12.0)


class Walker:
    def __init__(self):
        self.time, self.ticks, self.on = 0.5, 3, True
        self.place = np.array([1.0, 2.0])
        self.notes = {"n": 1, "rate": 0.25}

    def step(self, dt):
        self.time += dt
        self.ticks = self.ticks * 2 + 1
        self.on = not self.on
        self.notes["n"] += 2
        self.place += self.time * self.notes["rate"]
        return self.place.sum() + self.ticks + self.notes["n"]


def test_numbers_move_on_the_fourth_call_as_on_the_second():
    plain, ours = Walker(), Walker()
    step = compile_function(ours.step)
    for _ in range(4):
        assert plain.step(0.25) == step(0.25)
        for name in ("time", "ticks", "on"):
            assert getattr(plain, name) == getattr(ours, name)
            assert type(getattr(plain, name)) is type(getattr(ours, name))
        assert plain.notes == ours.notes and type(ours.notes["n"]) is int


def test_what_first_holds_nothing_is_left_to_python():
    class Lag:
        last = None

        def of(self, x):
            change = x if self.last is None else x - self.last
            self.last = x
            return change.sum()

    plain, lag = Lag(), Lag()
    ours = compile_function(lag.of, strict=False)
    for k in (1.0, 3.0, 4.0, 9.0):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert plain.of(np.full(2, k)) == ours(npbridge.array(np.full(2, k)))


def branch_not_taken(x):
    if x.sum() < 0:
        label = 7.0
    return label


def array_of_a_branch(x):
    if x.sum() < 0:
        y = x + 1
    y += 1
    return y


def nothing_found(x, limit):
    for i in range(len(x)):
        if x[i] > limit:
            at = i
            break
    return at


def loop_that_does_not_run(x, n):
    for i in range(n):
        x[i] += 1
    return i


def bound_in_inner_loops(x, n):
    for i in range(n):
        for j in range(i):
            top = x[i] + j
    return top, j


def bound_beside_a_flag(x, limit):
    found = False
    for i in range(len(x)):
        if x[i] > limit:
            found, at = True, i
    return 1 if found and at > 2 else 0


def deleted(x):
    y = x * 2
    if x[1] > 0:
        del y
    return y  # noqa: F821


@pytest.mark.parametrize(
    ("function", "args"),
    [(branch_not_taken, (A,)), (array_of_a_branch, (A,)), (nothing_found, (A, 99.0)), (loop_that_does_not_run, (A, 0)),
     (bound_in_inner_loops, (A, 1)), (deleted, (A,))],
)  # fmt: skip
def test_a_name_without_a_value(function, args):
    compiled = compile_function(function)
    for _ in range(2):
        with pytest.raises(UnboundLocalError):
            compiled(*args)


def test_the_same_names_where_they_have_values():
    same(branch_not_taken, -A)
    same(array_of_a_branch, -A)
    same(nothing_found, A, 4.0)
    same(loop_that_does_not_run, A, 3)
    same(bound_in_inner_loops, A, 4)
    same(bound_beside_a_flag, A, 4.0)
    same(bound_beside_a_flag, A, 99.0)


def test_a_set_is_changed_in_place():
    flags = {"double"}

    def apply(x):
        return x * 2 if "double" in flags else x

    compiled = compile_function(apply)
    assert compiled(A)[1] == 2
    flags.clear()
    assert compiled(A)[1] == 1 and compiled(A)[1] == 1


def test_globals_are_bound_anew():
    def count(x):
        global _count
        _count = x[0] + 1
        return x

    compiled = compile_function(count)
    for k in range(3):
        compiled(A + k)
        assert _count == k + 1


def row_moves(x):
    x[1, 1:] = x[1, :-1]


def through_a_view(x):
    row = x[0]
    x[0, 1:3] = row[:2]


def transposed(x):
    x[:3, :3] = x.T[:3, :3]


def backwards(x):
    x[0] = x[0, ::-1]


def exchanged(x):
    x[0], x[1] = x[1], x[0]


@pytest.mark.parametrize("function", [row_moves, through_a_view, transposed, backwards, exchanged])
def test_assignments_read_before_they_write(function):
    same(function, A.reshape(3, 4), calls=2)


def carried(x, n):
    state = (1.0, x)
    for _ in range(n):
        state = (state[0] + 2.0, state[1] * 2)
    return state


def test_a_tuple_is_carried_by_a_loop():
    same(carried, A, 3)


def total(x):
    t = 0
    for v in x:
        t += v
    return t


def largest(x):
    best = 0
    for v in x:
        if v > best:
            best = v
    return best


def test_a_whole_number_is_one_where_no_float_came():
    for function in (total, largest):
        compiled = compile_function(function)
        for x in (A, A[:0], A, A[:0]):
            want, got = function(x), compiled(npbridge.asarray(x))
            assert want == got and np.asarray(want).dtype == np.asarray(got).dtype


def chosen(x):
    return x[0] if x[1] > 0 else 2.5


def listed(x):
    kinds = [4]
    kinds.append(0.5)
    return kinds


def summed(x):
    t = 0.0
    for v in x:
        t += v
    return t


def largest_or_three(x):
    return max(x[1], 3)


def item_of_a_list(x):
    kinds = [0] * 3
    kinds[1] = 2.5
    return kinds


def element_in_a_list(x):
    kinds = [1, 2, 3]
    kinds[len(x) % 3] = x[0]
    return kinds


@pytest.mark.parametrize("function", [chosen, listed, summed, largest_or_three, item_of_a_list, element_in_a_list])
def test_what_is_of_several_types_keeps_them(function):
    same(function, A.astype("float32"))
    same(function, A[::-1].astype("float32") - 5)


def test_what_is_returned_keeps_its_type():
    def total_or_zero(x):
        if x[0] > 0:
            return x.sum()
        return 0

    with npbridge.backend("numpy"):
        compiled = npbridge.jit(total_or_zero)
        for x in (np.array([2.0, 1.0]), np.array([-2.0, 1.0])) * 2:
            want, got = total_or_zero(x), compiled(npbridge.array(x))
            assert want == got and np.asarray(want).dtype == np.asarray(got).dtype


def test_the_rest_is_a_list():
    def split(x):
        first, *rest = x
        return first, rest

    same(split, A)
    with pytest.raises(ValueError, match="unpack"):
        compile_function(split)(A[:0])
