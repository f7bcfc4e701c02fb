"""What calls write, and which results share memory with arguments: an error puts all of it back."""

from __future__ import annotations

import numpy as np
import pytest

from .compare import verdict_of

X = np.array([1.5, np.inf, 3.5])


def a_difference_of_order_0(x):
    y = np.diff(x, 0)
    y[0] = 9.0


def conjugate_of_reals(x):
    y = x.conj()
    y[0] = 9.0


def edges_of_bins(x):
    _, edges = np.histogram(np.ones(4), x)
    edges[0] = -9.0


def infinities_in_place(x):
    np.nan_to_num(x, copy=False, posinf=3.0)


def the_same_array_without_infinities(x):
    y = np.nan_to_num(x, False)
    y[0] = 8.0


def windows_in_a_list(x):
    rows = [x, x + 1]
    rows.append(x[1:])
    for row in rows:
        row[0] = 7.0


def checked_array(x):
    y = np.require(x)
    y[0] = 9.0


def median_of_what_it_sorts(x):
    np.median(x, overwrite_input=True)


def grids_that_are_windows(x):
    a, _ = np.meshgrid(x, x, copy=False)
    a[0, 0] = 5.0


def open_grids(x):
    i, _ = np.ix_(x, x)
    i[0, 0] = 5.0


def a_buffer(x):
    np.copyto(dst=x, src=1.0)


def draws_in_place(x):
    np.random.default_rng(3).shuffle(x)


def into_a_number(x):
    x[0] = 7.0
    y = 1.5
    np.negative(x, out=y)


def into_a_number_by_position(x):
    x[0] = 7.0
    np.add(x, 2.0, 1.5)


def into_a_number_in_a_tuple(x):
    x[0] = 7.0
    np.add(x, 2.0, out=(1.5,))


PROGRAMS = [
    a_difference_of_order_0, conjugate_of_reals, edges_of_bins, infinities_in_place, the_same_array_without_infinities,
    windows_in_a_list, checked_array, median_of_what_it_sorts, grids_that_are_windows, open_grids, a_buffer,
    draws_in_place, into_a_number, into_a_number_by_position, into_a_number_in_a_tuple,
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*runs as plain Python")
@pytest.mark.parametrize("write", PROGRAMS, ids=lambda p: p.__name__)
def test_an_error_puts_back_what_was_written(write):
    def program(x):
        write(x)
        return np.zeros(2)[len(x) + 50]

    assert verdict_of(program, [X]) == "right"
