"""Numbers that are written among integers are looked at as NumPy looks at them; after an error all is as before."""

from __future__ import annotations

import numpy as np
import pytest

from .compare import verdict_of

F = np.array([np.nan, 300.5, -1.5, 1e300, 7.0])


def item(x, y, k):
    x[0] = 1
    x[1] = y[k]


def window(x, y, k):
    x[1:] = y[k] * 1


def places(x, y, k):
    x[[0, 1]] = y[k]


def mask(x, y, k):
    x[x > 1] = y[k]


def added(x, y, k):
    x[0] = x[0] + 1
    x[1] = x[1] + y[k]


def filled(x, y, k):
    x.fill(y[k])


def a_number_of_pythons(x, y, k):
    x[0] = 9
    x[1:] = float(y[k])


def an_integer_of_pythons(x, y, k):
    x[2] = k * 100 - 250


def of_a_mask(x, y, k):
    x[x > 1] = k * 100 - 250


def loop(x, y, k):
    for i in range(3):
        x[i] = y[(k + i) % 5]


def not_a_number(x, y, k):
    x[0] = 5
    x[:2] = np.nan


def complex_number(x, y, k):
    x[0] = 1 + 2j


PROGRAMS = (
    item, window, places, mask, added, filled, a_number_of_pythons, an_integer_of_pythons, of_a_mask, loop,
    not_a_number, complex_number,
)  # fmt: skip


@pytest.mark.parametrize("dtype", ["int64", "uint8", "int8"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_as_numpy_stores(program, dtype):
    assert verdict_of(program, *([np.array([1, 2, 3]).astype(dtype), F, k] for k in range(5))) == "right"
