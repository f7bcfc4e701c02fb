"""Lists that grow in loops which are compiled as loops, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge
from npbridge import errors

from .against_numpy import Programs, agrees

X = np.array([1.0, 2.0])
program = Programs()


@program((X,))
def arrays(x):
    record = []
    for i in range(90):
        record.append(x * i)
    total = 0.0
    for item in record:
        total = total + item[0]
    return np.stack(record).sum(axis=0), record[3], record[-1], len(record), total


@program((X,))
def the_list_leaves(x):
    record = [x + 1]
    state = 0.0
    for i in range(70):
        state = state * 0.5 + x[0]
        record.append((i, state, x * i, None, "text"))
    return record


@program((X,))
def in_two_loops(x):
    grid = []
    for i in range(12):
        for j in range(12):
            grid.append(x[0] * i + j)
    return np.array(grid).reshape(12, 12)


@program((X,))
def in_a_dictionary(x):
    history = {"v": [], "spike": []}
    v = x[0]
    for i in range(80):
        v = v * 0.9 + i
        history["v"].append(v)
        history["spike"].append(v > 3)
    return history


@program((X,))
def one_array_again_and_again(x):
    record = []
    for _ in range(80):
        x += 1
        record.append(x)
    return record[0], record[79]


@program((X,))
def copies(x):
    record = []
    for _ in range(80):
        x += 1
        record.append(x.copy())
    return record


@program((X,))
def rows_that_are_filled_after_they_are_made(x):
    rows = []
    for i in range(30):
        row = np.zeros(3)
        rows.append(row)
        row[i % 3] = x[0]
    return np.vstack(rows)


@program((np.arange(30.0),))
def two_lists_of_the_items_of_arrays(x):
    first, second = [], []
    for u, v in zip(x, x * 2, strict=True):
        first += [u, 1]
        second.append(v)
    return first, np.array(second)


@program(([np.array([1.0])], X))
def an_argument(history, x):
    for i in range(70):
        history.append(x + i)


@pytest.mark.parametrize(("function", "several"), program, ids=lambda x: getattr(x, "__name__", ""))
def test_as_numpy(function, several):
    agrees(function, *several)


def reads_the_length(x):
    record = []
    for _ in range(70):
        record.append(len(record) * x[0])
    return record


def reads_the_last(x):
    record = [x[0]]
    for _ in range(70):
        record.append(record[-1] * 0.5)
    return record


def asks_whether_it_is_empty(x):
    record = []
    for _ in range(70):
        if record:
            x = x + 1
        record.append(x)
    return record


@pytest.mark.parametrize("function", [reads_the_length, reads_the_last, asks_whether_it_is_empty])
def test_what_others_appended_cannot_be_read(function):
    with pytest.raises(errors.ControlFlowError, match="reads what others appended"):
        npbridge.jit(function, backend="jax")(npbridge.array(X))
