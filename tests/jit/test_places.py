"""Items, parts and positions by numbers that are known only when a compiled function runs."""

from __future__ import annotations

import numpy as np
import pytest

from .against_numpy import Programs, agrees

LINE = np.array([4.0, 5.0, 6.0, 7.0])
GRID = np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
program = Programs()


# --- numbers of Python's


@program(*[(LINE, i) for i in (0, -1, 4, -5)])
def item(x, i):
    x += 1
    return x.item(i)


@program((GRID, 1, 2), (GRID, 1, 3), (GRID > 1, 0, 1))
def item_of_two(x, i, j):
    return x.item(i, j), x.item((i, j)), x[:1, :1].item()


@program((LINE,), (LINE[:1],))
def only_item(x):
    return x.item()


@program((GRID,), (np.array([1, 2, 3]),))
def lists(x):
    return x.tolist(), sum(v * v for v in x.reshape(-1).tolist())


# --- by keys


@program(*[(LINE, np.array([k])) for k in (1, 2, 4)])
def entry_of_a_dictionary(x, key):
    names = {1: 2.0, 2: 3.0}
    x += 1
    return names[int(key[0])]


@program(*[(LINE, np.array([k])) for k in (0, 2, -1, 3)])
def entry_of_a_list(x, i):
    entries = [x * 2, x + 1, x[::-1]]
    return entries[i[0]], (10, 2.5, None)[i[0]]


@program(({"a": LINE, "b": GRID}, LINE), ({"a": LINE, "b": GRID}, -LINE))
def entry_by_text(table, x):
    name = "a" if x[0] > 0 else "b"
    return table[name].sum()


@program((LINE,))
def entries_by_the_index_of_a_loop(x):
    weights = [1.0, 2.0, 3.0, 4.0]
    total = 0.0
    for i in range(len(x)):
        total += weights[i] * x[i]
    return total


# --- written


@program((np.zeros((3, 2)), np.array([[[1.0, 2.0]]])))
def rows_with_a_leading_one(x, row):
    x[[0, 2]] = row


@program((GRID, np.array(-1.0)), (GRID, np.array([7.0, 8.0])), (GRID, np.array([[7.0], [8.0]])), (GRID, np.ones(3)))
def columns_that_a_mask_names(x, values):
    x[:, x[0] > 0.5] = values


@program(*[(LINE, i) for i in (0, 1, -1, -2)])
def part_clipped_to_a_short_view(x, i):
    head = np.split(x, [1])[0]
    head[i : i + 2] = 8.0
    return x[:1][i : i + 2].sum()


@program((LINE, np.array([1, 1])), (LINE, np.array([1, -3])), (LINE, np.array([0, 9])))
def ufuncs_at_positions(x, i):
    np.subtract.at(x, i, 2)
    np.add.at(x, i, x[:2])
    np.divide.at(x, [0, 0], 2)
    np.negative.at(x, i)


@program((np.array([1, 2]), np.array([0, 0])))
def kinds_that_do_not_fit_at_positions(x, i):
    np.add.at(x, i, 0.5)


# --- of what a mask chose, and along axes


@program((np.array([2.0, -1.0, 3.0]),))
def axes_of_chosen_elements(x):
    y = x[x > 0]
    return np.expand_dims(y, 0).sum(), y[None].sum(), y.squeeze().sum(), y.ravel().max(), np.atleast_2d(y).T.sum()


@program((np.array([[1.0, 2.0], [5.0, 3.0]]),))
def tuples_along_an_axis(m):
    return np.apply_along_axis(lambda row: (row.max(), row.min()), 1, m)


@program((np.array([]),), (LINE,))
def along_the_only_axis(x):
    return np.apply_along_axis(np.sum, 0, x)


relu = np.vectorize(lambda value: value if value > 0 else 0.0)


@program((np.array([-1.0, 2.0]),))
def vectorized_outside(x):
    return relu(x), np.full(3, x[0])


@program(({"a": LINE, "b": LINE},))
def dictionary_that_grows_while_walked(tree):
    for key in tree:
        if key == "a":
            tree["c"] = tree["a"] * 2


@pytest.mark.parametrize(("function", "several"), program, ids=lambda x: getattr(x, "__name__", ""))
def test_as_numpy(function, several):
    agrees(function, *several)
