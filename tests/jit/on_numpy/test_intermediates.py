"""Values that come up on the way, of dtypes that no argument has, and windows that must not be written."""

from __future__ import annotations

import numpy as np
import pytest

from .compare import verdict_of

X, M = np.arange(4.0), np.arange(9.0).reshape(3, 3)


def operators(x):
    y, z = x > 1, x < 3
    return y + z, y * z, y & z, y - 0, y * 2, y + 1.0, (y | z).mean(), y**2, y**3, y / z, y // 1, y % 2, ~y


def functions(x):
    y = x > 1
    return np.add(y, y), np.maximum(y, ~y), abs(y), np.sum(y), np.cumsum(y), y.max(), np.power(y, 2), y.astype(int)


def difference(x):
    y = x > 1
    return y - y


def minus(x):
    y = x > 1
    return -y


def in_place(x):
    y = x > 1
    y += True
    y *= 2
    return y


def single(x):
    y = x > 1
    total = 0
    for b in y:
        total += b
    return total, y[2] + y[3], y[0] * 2, ~y[0], y[0] & y[1], y[2] / y[3]


def narrow(x):
    n = np.digitize(x, [1.0, 2.0]).astype("int8")
    return n * n, n + 1, n * 100 // 3, np.sqrt(n)


@pytest.mark.parametrize(
    "program", [operators, functions, difference, minus, in_place, single, narrow], ids=lambda p: p.__name__
)
def test_truths_and_small_integers(program):
    assert verdict_of(program, [X]) == "right"


def diagonal(m):
    return np.diag(m), m.diagonal(), np.diagonal(m, 1), m


def diagonal_of_a_new_array(m):
    y = m * 2
    return np.diag(y).sum(), np.diag(y) + 1, np.diag(y)


def diagonal_is_written(m):
    m[0, 1] = 5
    np.diag(m)[0] = 5


def diagonal_or_row(m):
    d = np.diag(m)
    if d[1] > 1:
        d = m[0]
    return d


def broadcast(m):
    return np.broadcast_to(m, (2, 3, 3)), np.broadcast_to(m[0], (3, 3)) + m


def order_of_memory(m):
    return np.ravel(m, order="K"), m.T.ravel(order="K"), m.T.ravel(order="F"), m.T.flatten("K"), np.copy(m.T)


@pytest.mark.filterwarnings("ignore:.*runs as plain Python")
@pytest.mark.parametrize(
    "program",
    [diagonal, diagonal_of_a_new_array, diagonal_is_written, diagonal_or_row, broadcast, order_of_memory],
    ids=lambda p: p.__name__,
)
def test_windows(program):
    assert verdict_of(program, [M]) == "right"


def of_all_axes(x):
    return x[..., 0], x[..., 1] + 1, x[...]


def of_all_axes_written(x):
    y = x[..., 0]
    y[()] = 50
    return y


@pytest.mark.filterwarnings("ignore:.*runs as plain Python")
@pytest.mark.parametrize("program", [of_all_axes, of_all_axes_written], ids=lambda p: p.__name__)
def test_an_ellipsis_gives_a_window_of_no_dimensions(program):
    assert verdict_of(program, [X]) == "right"


def parts_in_a_list(m):
    parts = np.split(m, 3)
    first, *_ = np.hsplit(m, 3)
    first[0, 0] = 77
    return parts, len(parts), parts[0], np.concatenate(parts), np.unique_counts(m)


def numbers_of_pythons(m):
    return np.allclose(m, m), np.array_equal(m, m), np.size(m, 0), np.iscomplexobj(m), np.shares_memory(m, m)


def of_complex_numbers(m):
    z = m[0] * (1 + 2j)
    return float(z.sum()), int(z[1]), complex(z[1]), np.tensordot(m, m, 2)


def negative_order(m):
    return np.diff(m, -1)


def squeezed(m):
    return np.squeeze(m, 0)


def axis_that_is_not_there(m):
    return np.moveaxis(m, 0, 5)


def axis_found_late(m):
    return np.sum(m, axis=m.ndim + 3)


def indexing(m):
    return np.meshgrid(m[0], m[0], indexing="zz")


@pytest.mark.parametrize(
    "program",
    [parts_in_a_list, numbers_of_pythons, of_complex_numbers, negative_order, squeezed, axis_that_is_not_there,
     axis_found_late, indexing],
    ids=lambda p: p.__name__,
)  # fmt: skip
def test_kinds_of_results_and_errors(program):
    assert verdict_of(program, [M]) == "right"
