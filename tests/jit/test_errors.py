"""Errors in compiled functions: whose line they show, and that they change nothing."""

from __future__ import annotations

import traceback

import numpy as np
import pytest

import npbridge
from npbridge import jit
from npbridge.errors import ControlFlowError

LARGE = 100_000


@pytest.fixture(autouse=True)
def on_jax():
    with npbridge.backend("jax"):
        yield


def floats(*values):
    return npbridge.array(np.array(values, np.float32))


def raised_by(kind, compiled, *args, match=None):
    with pytest.raises(kind, match=match) as info:
        compiled(*args)
    frames = traceback.extract_tb(info.value.__traceback__)
    inner = [f for f in frames if f.filename == __file__]
    assert sum("npbridge/_src" in f.filename for f in frames) <= 1, frames  # the call itself
    return inner[-1].line


@jit
def put(x, i, v):
    x[i] = v
    return x


@pytest.mark.parametrize("n", [10, LARGE])
def test_an_index_out_of_range_changes_nothing(n):
    x = npbridge.zeros(n)
    for i in (0, 3, n - 1, -1, -n):
        put(x, i, 1.0)
    before = x.tolist()
    for i in (n, -n - 1):
        assert raised_by(IndexError, put, x, i, 5.0, match=f"out of bounds for axis 0 with size {n}") == "x[i] = v"
        assert x.tolist() == before
    put(x, 5, 2.0)
    assert x[5] == 2


def test_an_index_out_of_range_in_a_loop():
    @jit
    def gathered(x, at):
        total = 0.0
        for k in range(len(at)):
            total += x[at[k]]
            x[at[k]] = 0
        return total

    x = floats(*range(12))
    at = npbridge.array(np.array([*range(10), 12]))
    assert raised_by(IndexError, gathered, x, at) == "total += x[at[k]]"
    assert x.tolist() == list(range(12))
    assert gathered(x, at - 1) == x[0] * 0 + 11 + sum(range(9))


def test_arrays_of_indices_out_of_range():
    taken = jit(lambda x, at: x[at])
    x, at = floats(1, 2, 3), npbridge.array(np.array([0, 2, -3]))
    assert taken(x, at).tolist() == [1, 3, 1]
    raised_by(IndexError, taken, x, at + 1)

    @jit
    def written(x, at):
        x[at] += 1

    raised_by(IndexError, written, x, at + 1)
    assert x.tolist() == [1, 2, 3]


def test_loop_indices_need_no_check():
    @jit
    def program(a, b):
        n = len(b)
        for i in range(n):
            for j in range(i + 1, n):
                b[j] -= a[j, i] * b[i]
            for j in range(n - 1, i, -1):
                b[j] += a[i % 3, j // 2]
        for i in range(1, n - 1):
            b[i] += b[i - 1 : i + 2].sum() + b[min(i + 3, n - 1)]
        return b

    program(npbridge.ones((20, 20)), npbridge.ones(20))
    assert "checked at run time" not in program.explain() and "checks" not in program.explain()


def test_masks_of_other_counts():
    @jit
    def moved(x, y):
        x[x > 1] = y[y > 1]
        return x

    assert moved(floats(0, 2, 3), floats(5, 0, 7)).tolist() == [0, 5, 7]
    x = floats(0, 2, 3)
    raised_by(ValueError, moved, x, floats(5, 6, 7))
    assert x.tolist() == [0, 2, 3]


def test_assertions():
    @jit
    def program(x):
        x += 1
        assert x.sum() < 10, f"too much for {len(x)}"
        return x

    x = floats(1, 2)
    assert program(x).tolist() == [2, 3]
    assert raised_by(AssertionError, program, floats(9, 9), match="too much for 2").startswith("assert x.sum()")


def test_raise_under_a_condition():
    def inner(x):
        if x[0] > 5:
            raise ValueError("large")
        return x * 2

    @jit
    def outer(x):
        x[1] = 7
        return inner(x)

    x = floats(6, 1)
    assert raised_by(ValueError, outer, x, match="large") == 'raise ValueError("large")'
    assert x.tolist() == [6, 1]
    assert outer(floats(1, 1)).tolist() == [2, 14]


def test_exceptions_that_are_caught_while_compiling():
    @jit
    def program(x, key):
        try:
            return x * {"two": 2}[key]
        except KeyError:
            return x

    assert program(floats(1), "two").tolist() == [2] and program(floats(1), "three").tolist() == [1]


class Store:
    number = 1

    def __init__(self):
        self.w = floats(1)
        self.items = [floats(1)]
        self.named = {"a": 1}


STORE = Store()
VALUE = 1


def test_an_error_undoes_everything():
    cell = 1
    store = STORE
    before = dict(vars(store)), list(store.items), dict(store.named)

    @jit
    def program(x, items):
        nonlocal cell
        global VALUE
        cell = VALUE = x
        store.w = x
        store.items.append(x)
        store.named["b"] = x
        Store.number = x
        store.new = x
        items.append(x)
        x += 1
        undefined_name  # noqa: F821

    x, items = floats(1, 2), []
    assert raised_by(NameError, program, x, items).startswith("undefined_name")
    assert (vars(store), store.items, store.named) == before
    assert cell == VALUE == Store.number == 1 and items == []
    assert x.tolist() == [1, 2] and not x._buffer.traced


def test_errors_of_numpy_while_compiling():
    @jit
    def program(x, y):
        for _ in range(20):
            x = x + y
        return x

    assert raised_by(ValueError, program, floats(1, 2), floats(1, 2, 3), match="broadcast") == "x = x + y"


def test_what_has_no_form_names_the_line_and_the_other_backend():
    @jit
    def shaped(x):
        return np.zeros(int(x.sum()))

    line = raised_by(ControlFlowError, shaped, floats(1, 2), match=r"(?s)'numpy' backend.*line \d+\n.*np\.zeros")
    assert line == "return np.zeros(int(x.sum()))"


def test_a_carry_that_grows_names_the_variable():
    @jit
    def program(x, n):
        y = x
        for _ in range(n):
            y = np.append(y, 1.0)
        return y

    raised_by(ControlFlowError, program, floats(1, 2), 100, match=r"y is an array of shape .*\d+ iterations, too many")


def test_strict_refuses_to_write_out_loops():
    @jit(strict=True)
    def program(x):
        found = []
        for i in range(20):
            if x[i] > 3:
                found.append(x[i])
        return np.array(found)

    raised_by(ControlFlowError, program, floats(*range(20)), match="found")


def test_strict_refuses_long_comprehensions():
    @jit(strict=True)
    def program(x):
        items = [v * 2 for v in x]
        return np.array(items)

    assert program(floats(1, 2)).tolist() == [2, 4]
    raised_by(ControlFlowError, program, npbridge.ones(200), match="comprehension would be written out 200 times")


def test_a_comprehension_of_unknown_length():
    @jit
    def program(x):
        n = 0
        while x[n] < 5:
            n += 1
        return np.array([x[i] for i in range(n)])

    line = raised_by(ControlFlowError, program, floats(*range(9)), match="comprehension over a number of items")
    assert line.startswith("return np.array")
