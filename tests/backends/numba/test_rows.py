"""The table of the ``'numpy'`` backend: complete, and right about what a function writes."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge
from npbridge._src.array.methods import FUNCTIONS
from npbridge._src.backends.surface import string_ufuncs, surface, ufuncs
from npbridge._src.dispatch.backend import load
from npbridge._src.dispatch.registry import STATUSES
from npbridge.errors import UnsupportedError


@pytest.fixture(autouse=True)
def numpy_backend():
    with npbridge.backend("numpy"):
        yield


@pytest.fixture(scope="module")
def rules():
    return load("numpy").rules


def test_every_overridable_function_and_ufunc_has_a_row(rules):
    assert {f.__name__ for f in surface() | ufuncs() if f not in rules} == set()


def test_every_method_of_the_table_has_a_row(rules):
    assert [name for name in FUNCTIONS if getattr(np.ndarray, name) not in rules] == []


def test_rows_are_well_formed(rules):
    for rule in rules.values():
        assert rule.status in STATUSES
        assert bool(rule.reason) == (rule.status == "refused")
        assert bool(rule.how) == (rule.status == "native")


def test_what_is_refused_is_about_text_dates_and_records(rules):
    refused = {f for f, rule in rules.items() if rule.status == "refused"}
    dates = {np.busday_count, np.busday_offset, np.is_busday, np.datetime_as_string, np.isnat}
    modules = {f.__module__ for f in refused - dates - string_ufuncs()}
    assert modules == {"numpy.char", "numpy.strings", "numpy.lib.recfunctions"}


@pytest.mark.parametrize("call", [np.strings.upper, np.strings.isalpha, np.is_busday, np.isnat])
def test_refusals_say_what_to_do(call):
    with pytest.raises(UnsupportedError, match=r"numpy\.asarray"):
        call(npbridge.asarray([1, 2]))


def test_numbers_beside_text_and_dates_are_taken():
    counts = npbridge.asarray(np.array([1, 2]))
    assert np.strings.multiply(np.array(["a", "b"]), counts).tolist() == ["a", "bb"]
    assert str(np.busday_offset("2024-01-01", counts)[1]) == "2024-01-03"


def ours(values):
    return npbridge.array(np.asarray(values))


OUT = {
    "keyword": lambda f, x, out: f(x, axis=0, out=out),
    "position": lambda f, x, out: f(x, 0, None, out),
}


@pytest.mark.parametrize("form", OUT)
@pytest.mark.parametrize("function", [np.sum, np.mean, np.cumsum, np.var])
def test_out_by_keyword_and_by_position(form, function):
    x = np.arange(6.0).reshape(2, 3)
    expected = OUT[form](function, x, np.zeros((2, 3) if function is np.cumsum else 3))
    out = ours(np.zeros(expected.shape))
    seen = np.asarray(out)
    assert OUT[form](function, ours(x), out) is out
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(seen, expected)


@pytest.mark.parametrize("name", ["sum", "mean", "cumsum", "max", "round", "clip"])
def test_out_of_methods(name):
    x, out, model = ours([3.0, 1.0]), ours(np.zeros(2)), np.zeros(2)
    if name in ("sum", "mean", "max"):
        x, out, model = ours([[3.0, 1.0]]), out, model
        args = (0, None) if name != "max" else (0,)
    else:
        args = {"cumsum": (0, None), "round": (0,), "clip": (0, 2)}[name]
    getattr(np.asarray(x), name)(*args, model)
    assert getattr(x, name)(*args, out) is out
    np.testing.assert_array_equal(out, model)


MUTATORS = {
    "copyto": lambda a: np.copyto(a, 7.0, where=a > 2),
    "copyto by name": lambda a: np.copyto(dst=a, src=a * 2),
    "put": lambda a: np.put(a, [0, 1], [8.0, 9.0]),
    "place": lambda a: np.place(a, a > 1, [5.0]),
    "putmask": lambda a: np.putmask(a, a > 1, [5.0]),
    "fill_diagonal": lambda a: np.fill_diagonal(a, 4.0),
    "put_along_axis": lambda a: np.put_along_axis(a, np.array([[0], [1]]), 3.0, 1),
    "nan_to_num": lambda a: np.nan_to_num(a, copy=False, nan=2.0),
    "add.at": lambda a: np.add.at(a, ([0, 0], [1, 1]), 1.0),
    "negative.at": lambda a: np.negative.at(a, (0, 1)),
    "sort": lambda a: a.sort(axis=0),
}


@pytest.mark.parametrize("name", MUTATORS)
def test_functions_that_change_an_argument(name):
    values = np.array([[np.nan if name == "nan_to_num" else 3.0, 2.0], [1.0, 0.0]])
    model, x = values.copy(), ours(values)
    view, seen = x[:, 0], np.asarray(x)
    MUTATORS[name](model)
    MUTATORS[name](x)
    np.testing.assert_array_equal(x, model)
    np.testing.assert_array_equal(view, model[:, 0])
    np.testing.assert_array_equal(seen, model)


@pytest.mark.parametrize("function", [np.median, np.nanmedian, lambda a, **k: np.percentile(a, 50, **k)])
def test_overwritten_input_keeps_its_numbers(function):
    values = np.array([3.0, 1.0, 2.0, 5.0, 4.0])
    x = ours(values)
    assert function(x, overwrite_input=True) == 3.0
    assert sorted(x.tolist()) == sorted(values.tolist())


def test_copies_are_not_written():
    x = ours([np.nan, 1.0])
    assert np.nan_to_num(x, nan=5.0) is not x
    assert np.isnan(x[0])


def is_ours(x):
    assert type(x) is npbridge.JaxArray
    return x


CALLING = {
    "apply_along_axis": lambda a: np.apply_along_axis(lambda row: is_ours(row).max() - row, 1, a),
    "apply_over_axes": lambda a: np.apply_over_axes(lambda b, axis: np.sum(is_ours(b), axis), a, [0]),
    "piecewise": lambda a: np.piecewise(a, [a < 2, a >= 2], [lambda v: is_ours(v) * 2, lambda v: -is_ours(v)]),
    "fromfunction": lambda a: np.fromfunction(lambda i, j: is_ours(i) + 2 * j, (2, 3), like=a),
}


@pytest.mark.parametrize("name", CALLING)
def test_functions_get_our_arrays(name, monkeypatch):
    x = ours(np.arange(6.0).reshape(2, 3))
    got = CALLING[name](x)
    assert type(got) is npbridge.JaxArray
    monkeypatch.setitem(is_ours.__globals__, "is_ours", lambda v: v)
    np.testing.assert_array_equal(got, CALLING[name](np.asarray(x)))


def test_padding_functions_write_into_our_rows():
    def ends(row, width, axis, keywords):
        is_ours(row)[: width[0]] = -1
        row[-width[1] :] = -2

    assert np.pad(ours([1.0, 2.0]), 1, ends).tolist() == [-1.0, 1.0, 2.0, -2.0]


def test_methods_of_scalars_are_the_scalars_own():
    x = ours([[1.5, 2.5]])[0, 0]
    for name in ("sum", "round", "ravel", "squeeze", "repeat"):
        args = (2,) if name == "repeat" else ()
        expected = getattr(np.float64(1.5), name)(*args)
        got = getattr(x, name)(*args)
        assert got == expected if expected.ndim == 0 else got.tolist() == expected.tolist()
        assert got.shape == expected.shape


def test_results_that_lie_in_an_ndarray_follow_it():
    values = np.arange(3.0)
    _, same = np.atleast_1d(ours([1.0]), values)
    _, view = np.broadcast_arrays(ours([1.0]), values)
    with npbridge.backend("jax"):
        np.sin(same), np.sin(view)
    values[0] = 7.0
    assert same[0] == view[0] == 7.0
    with npbridge.backend("jax"):
        assert np.abs(same)[0] == np.abs(view)[0] == 7.0
    assert np.add(same, 1.0, out=values) is values
