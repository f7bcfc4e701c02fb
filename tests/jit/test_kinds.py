"""Values whose kind is known only when a compiled function runs, and names that are bound on some paths only."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge
from npbridge import errors

from .against_numpy import Programs, agrees, ours

INPUTS = [np.array(v, float) for v in ([3, 1, 9], [1, 0, 2], [7, 0, 0], [0, 0, 0])]
program = Programs()


each = program(*[(x,) for x in INPUTS])


# --- numbers of two kinds


@program(*[(x, n) for x in INPUTS[:2] for n in (0, 3)])
def larger_of_an_element_and_an_integer(x, n):
    return max(x[1], n), min(n, x[0]), max(x[0], n, 2.5) * 2


@each
def integer_until_something_is_found(x):
    top = 0
    for v in x:
        if v > top:
            top = v
    return top, top + 1, top > 5


@each
def sum_of_some(x):
    total = 0
    for v in x:
        if v > 2:
            total += v
    return total, total / 2, x * total


@program(*[(INPUTS[0], n) for n in (0, 1, 3)])
def sum_of_a_number_of_items(x, n):
    total = 0
    for i in range(n):
        total += x[i]
    return total


@each
def numbers_of_a_comprehension(x):
    return np.array([v if v else 1 for v in x]), np.array([v or 2 for v in np.repeat(x, 4)])


@each
def truth_or_number(x):
    found = False
    for v in x:
        found = found or (v > 2 and v)
    return found, x[0] or "nothing", not (x[1] and 3)


@each
def two_precisions(x):
    y = x if x[0] > 2 else x.astype(np.float32)
    return y + 1, y.mean(), y[0], y.dtype == np.float64


@each
def python_float_or_float32(x):
    y = np.float32(x[0]) if x[0] > 2 else 0.1
    return y, y * np.float32(2)


@each
def nan_in_maxima(x):
    y = np.where(x == 0, np.nan, x)
    return max(y), min(y[::-1]), max(y[0], y[1]), max(0.5, y[2])


# --- something or nothing


@each
def number_or_none(x):
    if x[0] > 5:
        return 1
    return None


@each
def number_or_nothing(x):
    for v in x:
        if v > 2:
            return v


@each
def none_is_asked_for(x):
    best = None
    for v in x:
        if v > 2 and (best is None or v < best):
            best = v
    return -1 if best is None else best


@each
def text(x):
    return "big" if x[0] > 2 else "small"


@each
def tuples_with_and_without(x):
    found = (0, None)
    for i in range(len(x)):
        if x[i] > 1:
            found = (i, x[i])
    return found


@program(*[(x, np.array([5.0, 6.0])) for x in INPUTS[:2]])
def two_shapes(x, y):
    z = x if x[0] > 2 else y
    total = 0.0
    for i in range(2):
        total += z[i]
    return z.sum(), z * 2, z.shape, len(z), total


# --- one array or another: written, and returned as what it is


@program(*[(x, np.array([5.0, 6.0, 3.0])) for x in INPUTS[:2]])
def one_of_two_is_written(x, y):
    z = x if x[0] > 2 else y
    z[0] = 99.0
    z += 1
    z[1:] *= 2
    return x.sum(), y.sum(), z.sum()


@program(*[(np.array([3, 9]), np.array([1.5, -2.5]), np.array([w])) for w in (True, False)])
def new_array_or_the_argument(a, b, which):
    target = b
    if which.any():
        target = np.zeros(2)
    np.floor(a * 0.5, out=target)
    return target


@program(*[(np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array(c)) for c in ([1, 1], [1, 0], [0, 1], [0, 0])])
def one_of_three_is_written(x, y, c):
    z = y
    if c[0]:
        z = x
    if c[1]:
        z = np.zeros(2)
    z[0] = 9.0
    z += 1
    return x.sum(), y.sum(), z


# --- names that some paths bind


@each
def name_of_a_branch(x):
    if x.sum() > 5:
        label = x[0]
    return label


@each
def name_that_is_read_where_it_is_bound(x):
    if x[0] > 0:
        label = 1
    if x[0] > 0:
        return label
    return 0


@program(*[(x, limit) for x in INPUTS[:2] for limit in (0.5, 20.0)])
def search(x, limit):
    for i in range(len(x)):
        if x[i] > limit:
            found = i
            break
    return found


@program((np.array([[1.0, 5.0, 2.0], [7.0, 3.0, 4.0]]),), (np.full((2, 12), -np.inf),))
def search_in_two_loops(a):
    top = -np.inf
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] > top:
                top = a[i, j]
                row, column = i, j
    return top, row, column


@program((np.arange(20.0),))
def value_of_the_iteration_before(x):
    total = 0.0
    for i in range(len(x)):
        if i > 0:
            total += x[i] * before  # noqa: F821  bound in the iteration before
        before = x[i]
    return total, before


@program(*[(INPUTS[0], n) for n in (0, 2)])
def variable_of_a_loop_that_may_not_run(x, n):
    for i in range(n):
        x[i] += 1
    return i


@each
def deleted_on_one_path(x):
    y = x[0]
    if y > 2:
        del y
    return y


@each
def augmented_where_it_may_not_be_bound(x):
    if x[0] > 1:
        count = 1
    count += 1
    return count


@pytest.mark.parametrize(("function", "several"), program, ids=lambda x: getattr(x, "__name__", ""))
def test_as_numpy(function, several):
    agrees(function, *several)


@program((np.arange(3.0), np.arange(3.0)))
def another_kind_that_no_iteration_meets(a, b):
    for _ in np.arange(1):
        for u, v in zip(b, a, strict=True):
            b = u + v
    return b


# --- what is the same memory


def positive(x):
    if x.min() < 0:
        x = np.abs(x)
    return x


def first_or_second(x, y):
    return x if x[0] > y[0] else y


def row_at_a_place(m, i):
    return m[i[0]], m[1:, i[0]]


def new_and_views_of_it(x):
    y = np.rint(x)
    return y, y[::-1], y[1:]


def view_bound_in_a_loop(x):
    k = 0
    while k < 10:
        k += 1
        y = x[1:]
    y[0] = 7.0
    return y


def views_bound_in_a_loop_over_a_part(x):
    total = 0.0
    for i in range(12):
        y = x[::-1]
        total += y[0] + i
    y[-1] = total
    return y


def exchanged(a, b, n):
    for _ in range(n):
        a, b = b, a
    a[0] = 7.0
    return b, a[1:]


def exchanged_and_written(a, b, n):
    while n > 0:
        b[0] += a[1]
        a, b = b, a
        n -= 1
    return a


def three_in_turn(a, b, c, n):
    for _ in range(n):
        a, b, c = b, c, a
    a[0] += 7
    b[1:] = 3
    return c, a


def last_that_was_bound(a, b, n):
    x = a
    for _ in range(n):
        x = b
        a += 1
    x[0] = 9
    return x


def array_or_none(x):
    return x if x[0] > 0 else None


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (positive, (np.array([1.0, 2.0]),)),
        (positive, (np.array([-1.0, 2.0]),)),
        (first_or_second, (np.array([1.0, 2.0]), np.array([3.0, 4.0]))),
        (first_or_second, (np.array([5.0, 2.0]), np.array([3.0, 4.0]))),
        (row_at_a_place, (np.arange(9.0).reshape(3, 3), np.array([1]))),
        (row_at_a_place, (np.arange(9.0).reshape(3, 3), np.array([-1]))),
        (new_and_views_of_it, (np.array([1.25, 2.75]),)),
        (array_or_none, (np.array([1.25, 2.75]),)),
        *[
            (f, (np.arange(3.0), np.arange(3.0) + 10, n))
            for f in (exchanged, exchanged_and_written, last_that_was_bound)
            for n in (0, 3, 20)
        ],
        *[(three_in_turn, (np.arange(3.0), np.arange(3.0) + 10, np.arange(3.0) * 5, n)) for n in (0, 1, 2, 30)],
        (view_bound_in_a_loop, (np.array([1.25, 2.75]),)),
        (views_bound_in_a_loop_over_a_part, (np.array([1.25, 2.75]),)),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_what_leaves_shares_memory_as_in_numpy(function, arguments):
    def write_and_look(function, arguments):
        results = function(*arguments)
        results = results if isinstance(results, tuple) else (results,)
        seen = []
        for k, result in enumerate(results):
            result[...] = 50.0 + k
            seen += [np.array(x) for x in (*results, *arguments)]
        return seen

    with npbridge.backend("jax"):
        compiled = npbridge.jit(function, backend="jax")
        compiled(*ours(arguments))
        got = write_and_look(compiled, ours(arguments))
    expected = write_and_look(function, tuple(x.copy() if isinstance(x, np.ndarray) else x for x in arguments))
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_has_no_form_is_refused():
    def told(x):
        return f"{x[0] if x[0] > 0 else 1}"

    with pytest.raises(errors.ControlFlowError, match="depending on a condition"):
        npbridge.jit(told, backend="jax")(npbridge.array([1.0]))
