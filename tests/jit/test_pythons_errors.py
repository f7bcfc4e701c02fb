"""What Python and NumPy raise for values that are known only when a compiled function runs."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge

from .against_numpy import Programs, agrees

program = Programs()


def floats(*values):
    return np.array(values, float)


A = np.arange(1.0, 4)
SPECIAL = [(floats(v, 1.0),) for v in (np.nan, np.inf, 3.7, -5.5, 300.0)]


# --- numbers of Python's


@program(*SPECIAL)
def integer_of_a_float(x):
    x += 0  # undone where the number is none
    return int(x[0])


@program(*[(np.array([k]),) for k in (0, 3, -2)])
def divisions(k):
    n = int(k[0])
    return 7 // n, 7 % n, divmod(-7, n), 7 / n, 7.5 // n


@program((floats(0.0),), (floats(0.5),))
def division_of_floats(x):
    return 1.0 / float(x[0])


@program((np.array([0]),), (np.array([2]),))
def power_of_zero(k):
    return float(k[0]) ** (-1)


@program((np.array([-1]),), (np.array([4]),))
def shifts(k):
    return 1 << int(k[0]), 1000 >> int(k[0])


@program((np.array([[1.5]]),), (np.array([1.5]),), (np.array(1.5),))
def float_of_an_array(x):
    return float(x)


# --- one number into an item of an array


def _into(dtype):
    return [(np.zeros(3, dtype), *value) for value in SPECIAL]


@program(*_into("int32"), *_into("uint8"), *_into("uint64"), *_into("int8"), *_into("float32"), *_into("bool"))
def number_into_an_item(target, x):
    target[1] = x[0]


@program(*_into("int64"), *_into("uint8"), *_into("int16"))
def number_into_a_part(target, x):
    target[1:] = x[0]


@program(*_into("int64"), *_into("uint8"))
def number_into_chosen_items(target, x):
    target[[0, 2]] = x[0]
    target[target > 100] = x[0]


@program(*_into("int32"), *_into("uint8"))
def number_of_pythons_into_items(target, x):
    target[target == 0] = float(x[0])


@program(*_into("int32"), *_into("uint8"))
def number_at_a_place_known_at_run_time(target, x):
    target[np.argmin(x)] = x[0]


@program(*[(np.zeros(2, d), np.array([k])) for d in ("int8", "uint8", "int64") for k in (-1, 7, 200, 300)])
def integer_into_items(target, k):
    target[0] = int(k[0])
    target[1] = k[0]


@program(*[(np.zeros(2, d), np.array([k])) for d in ("int8", "uint8", "int32") for k in (-1, 7, 200, 1 << 40)])
def integer_of_numpys_into_an_item(target, k):
    target[1] = k[0]


@program((np.zeros(2, int), np.array([1 << 63], "uint64")), (np.zeros(2, int), np.array([5], "uint64")))
def integer_without_a_sign_into_an_item(target, k):
    target[:1] = k[0]


@program((floats(1.0, 2.0),))
def complex_number_where_a_mask_says(x):
    x[x > 1] = 1j


# --- casts of arrays give NumPy's bits

WIDE = floats(
    np.nan, np.inf, -np.inf, -0.5, 255, 256, -300, 65537, 2**31, -(2**31) - 1, 2**32 + 5, 2**63, -(2**63), 1e30
)
DTYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "bool")


@program((WIDE,), (WIDE.astype("float32"),), (WIDE[:1].astype("float16"),), (WIDE[3:10] + 1j,))
def casts(x):
    return [x.astype(d) for d in DTYPES]


@program(*[(np.zeros(WIDE.shape, d), WIDE) for d in DTYPES])
def assignment_of_a_whole_array(target, x):
    target[:] = x


@program((np.zeros(5, "uint8"), WIDE[3:8]))
def cast_by_out(target, x):
    np.add(x, 1, out=target, casting="unsafe")


# --- nothing where something is asked for


@program((floats(1, 2),), (floats(7, 2, 9),))
def of_what_a_mask_chose(x):
    x *= 1
    return x[x > 5][0], x[x > 5][-1], x[x > 5].max(), np.flatnonzero(x > 5)[0]


@program((floats(1, 2), 0), (floats(1, 2), 1), (floats(4, 1, 3), 3))
def of_a_prefix(x, n):
    return x[:n].min(), np.argmax(x[:n]), x[:n][n - 1]


@program((floats(7, 8, 1), np.array([1])), (floats(7, 8, 1), np.array([2])), (floats(7, 8, 1), np.array([-3])))
def at_a_place_of_what_a_mask_chose(x, i):
    return x[x > 5][i[0]]


@program((np.array([[1.0, 2.0], [6.0, 0.0]]),), (np.array([[1.0, 2.0]]),))
def of_rows(x):
    rows = x[x[:, 0] > 5]
    return rows.max(axis=0), rows[0]


@program((floats(np.nan, 7),), (floats(np.nan, 1),), (floats(9, np.nan, 8),))
def without_nan(x):
    return np.nanmax(x[~(x < 5)]), np.median(x[x > 8])


@program((floats(1, 2, 3),), (floats(1, 2, 2),))
def loop_that_ends_in_an_error(x):
    i = 0
    while True:
        if x[i] > 2:
            return i
        i += 1


# --- errors on a path that is or is not taken

TAKEN = [(floats(sign, 2.0), floats(1.0, 2.0)) for sign in (1.0, -1.0)]


@program(*TAKEN)
def index_past_the_end(x, y):
    total = x.sum()
    if x[0] < 0:
        total += y[5]
    return total


@program(*TAKEN)
def shapes_that_do_not_fit(x, y):
    return y + np.ones(5) if x[0] < 0 else y * 2


@program(*TAKEN)
def missing_key(x, y):
    table = {"a": 1.0}
    for _ in range(30):
        if x[0] < 0:
            y += table["b"]
        y += 1


@program(*TAKEN)
def attribute_of_none(x, y):
    nothing = None
    if x[0] < 0:
        y[0] = nothing.size
    return y


@program((np.arange(3.0), 0), (np.arange(3.0), 5), (np.arange(3.0), 0))
def the_error_that_comes_first(x, limit):
    x += 1
    if x[0] > limit:
        raise KeyError("too large")
    x[0] = 7
    return x[99]


@program((np.arange(3.0), 0), (np.arange(3.0), 5), (np.arange(3.0), 0))
def the_error_that_comes_first_of_several_that_are_raised(x, limit):
    for row in x:
        if row > limit:
            raise KeyError("too large")
    raise RuntimeError("in any case")


@program((np.array([False, True, True]),))
def truths_added_at_places(x):
    np.add.at(x, [0, 0], 1)


# --- arrays where there is room for one number


@program((np.zeros(3), np.arange(1.0, 4), 1), (np.zeros(3, bool), np.arange(1.0, 4), 1), (np.zeros(3, complex), A, 1))
def array_of_one_into_an_item(x, y, i):
    x[...] = y.sum()
    x[i] = y[:1]


@program((np.zeros(3), np.arange(1.0, 4)), (np.zeros(3, int), np.arange(4)))
def list_into_an_item(x, y):
    x[np.argmax(y[:3])] = [y[0]]


@program(
    (np.zeros(3), np.arange(1.0, 4)),
)
def array_of_a_length_of_the_run_time_into_an_item(x, y):
    x[0] = y[y > 2]


@program(
    (np.array(1.5), np.array([0, 0])),
)
def items_of_an_array_without_dimensions(x, k):
    return (x + 1)[k]


@program((np.arange(5.0), np.array([1.0, 0])), (np.arange(5.0), np.array([1, 0])))
def places_that_are_no_integers(x, k):
    x[k] += 1
    return x[k]


# --- loops that never run


@program((np.arange(6.0).reshape(3, 2), 1), (np.arange(6.0).reshape(3, 2), 3))
def last_row_of_a_part(x, n):
    part = x[n:]
    for row in part:
        last = row
    return last


# --- numbers that are no arrays


@program(
    (np.arange(3.0), 2),
)
def part_of_a_number(x, n):
    return round(n, 2)[0]


@program(
    (np.arange(3.0), 2),
)
def method_of_a_rounded_number(x, n):
    return round(float(x[1]), 2).std() if n > 1 else x


@program(
    (np.arange(3.0), 2),
)
def added_at_places_of_a_number(x, n):
    np.add.at(x.sum(), [0, 0], n)


@pytest.mark.parametrize(("function", "several"), program, ids=lambda x: getattr(x, "__name__", ""))
def test_as_numpy(function, several):
    agrees(function, *several)


def test_error_in_a_function_called_as_one_of_ours():
    def caught(x, i):
        return x[i]

    def g(x, i):
        return x[i]

    for function in (caught, g):
        with pytest.raises(IndexError):
            npbridge.jit(function, backend="jax")(npbridge.arange(2.0), 6)


def test_integers_that_are_too_large_are_pythons():
    power = npbridge.jit(lambda k: 2 ** int(k[0]), backend="jax")
    assert power(npbridge.array([20])) == 2**20
    with pytest.warns(npbridge.errors.FallbackWarning, match="larger than compiled code can hold"):
        assert power(npbridge.array([300])) == 2**300
    strict = npbridge.jit(lambda k: 2 ** int(k[0]), backend="jax", strict=True)
    with pytest.raises(npbridge.errors.UnsupportedError, match="larger than compiled code can hold"):
        strict(npbridge.array([300]))
