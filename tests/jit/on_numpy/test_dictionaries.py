"""Dictionaries that are filled with keys of the run time: only Python holds them, and the rest is as it would be."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge

from .compare import compile_function, same

K = np.array([3, 5, 2, 5, 4])


def counted(k):
    counts = {}
    for v in k:
        if v in counts:
            counts[v] += 1
        else:
            counts[v] = 1
    return len(counts), counts[k[1]]


def numbers_that_small_integers_do_not_hold(k):
    found: dict = {}
    for v in k:
        found[v] = -500
    return found


def two_at_once(k):
    counts, doubles = {}, {}
    for v in k:
        counts[v] = 1
        doubles[v] = 2 * v
    return len(counts), doubles[3]


def changed_in_place(k):
    found = {}
    for v in k:
        found[v] = v * 0.5
    for v in k:
        found[v] += v
        found[v] //= 2
    return found


def arrays_of_their_own(k):
    found = {}
    for v in k:
        found[v] = k[1:] * 2
    return found


def the_argument_itself(k):
    found = {}
    for v in k:
        found[v] = k
    found[3] += 1
    return found[5]


def a_window_on_the_argument(k):
    found = {}
    for v in k:
        found[v] = k[1:]
    found[3][0] = 70
    return found[5]


@pytest.mark.parametrize(
    "program",
    [counted, numbers_that_small_integers_do_not_hold, two_at_once, changed_in_place, arrays_of_their_own,
     the_argument_itself, a_window_on_the_argument],
    ids=lambda p: p.__name__,
)  # fmt: skip
def test_a_dictionary_is_pythons(program):
    same(program, K)


def items_of_a_list(k):
    found = [k + 1, k + 2]
    for v in k:
        found[v // 6] = k
    found[0] += 1
    return found[1]


def item_of_a_list(k):
    found = [k + 1, k + 2]
    found[0] = k
    found[0] += 1
    return found[1]


def one_of_two(k):
    found, others = {}, {}
    for v in k:
        found[v] = k
        others[v] = 1
    found[3] += len(others)
    return found[5]


@pytest.mark.parametrize(
    "program", [the_argument_itself, a_window_on_the_argument, one_of_two, items_of_a_list, item_of_a_list],
    ids=lambda p: p.__name__,
)  # fmt: skip
def test_what_a_container_holds_may_be_written_through_it(program):
    same(program, K)


def a_key_that_is_not_there(k):
    found = {}
    for v in k:
        found[v] = 0
    return found[77]


def test_a_key_that_is_not_there_is_an_error():
    with pytest.raises(KeyError), pytest.warns(npbridge.errors.FallbackWarning):
        compile_function(a_key_that_is_not_there)(K)


def two_kinds_of_items(k):
    found = {}
    for i in range(3):
        found[i] = 1.5
    found[0] = 1
    return found[0]


def two_kinds_of_keys(k):
    found = {}
    for i in range(3):
        found[i + 0.5] = 1
    found[2] = 1
    return len(found)


@pytest.mark.parametrize("program", [two_kinds_of_items, two_kinds_of_keys], ids=lambda p: p.__name__)
def test_what_would_get_another_type_is_left_to_python(program):
    got = npbridge.jit(program)(K)
    assert got == program(K) and type(got) is type(program(K))
