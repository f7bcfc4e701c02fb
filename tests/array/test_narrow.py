"""Where JAX keeps 32 bits: integers are right, an error, or said to wrap; wide dtypes that were asked for are told."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import npbridge
from npbridge._src.dispatch import precision
from npbridge.errors import PrecisionError, PrecisionWarning

from ..oracle import VARIANTS, set_up

LARGE = np.array([2**40, 1])

GIVEN = {
    "asarray": lambda: npbridge.asarray(LARGE),
    "array": lambda: npbridge.array(LARGE, dtype=np.int64),
    "scalar": lambda: npbridge.asarray(np.int64(2**40)),
    "unsigned": lambda: npbridge.asarray(np.array([2**63], "u8")),
    "list": lambda: npbridge.array([2**31]),
    "class": lambda: npbridge.JaxArray(LARGE),
    "arange": lambda: npbridge.arange(2**31, 2**31 + 3),
    "full": lambda: npbridge.full(2, 2**40),
    "concatenate": lambda: npbridge.concatenate([LARGE, LARGE]),
    "frombuffer": lambda: npbridge.frombuffer(LARGE.tobytes(), dtype="i8"),
    "operand": lambda: npbridge.arange(2) + LARGE,
    "scalar operand": lambda: np.multiply(npbridge.arange(2), np.int64(2**40)),
    "variable": lambda: npbridge.Variable(LARGE),
}


@pytest.fixture
def narrow():
    with set_up(next(v for v in VARIANTS if v.name == "jax-32")):
        precision._told.clear()
        yield
        precision._told.clear()


@pytest.mark.parametrize("name", GIVEN)
def test_integers_that_do_not_fit_are_an_error(narrow, name):
    with pytest.raises(PrecisionError, match=r"out of bounds for u?int32.*enable_x64"):
        GIVEN[name]()


def test_integers_that_fit_are_taken(narrow):
    assert npbridge.asarray(np.arange(3)).dtype == np.int32
    assert npbridge.array(np.array([2**31 - 1]), dtype=np.int64).tolist() == [2**31 - 1]
    assert (npbridge.arange(3) + np.int64(4)).tolist() == [4, 5, 6]
    assert npbridge.array(np.array([300]), dtype=np.int8).tolist() == [44]  # a cast that was asked for


SUMS = {
    "method": lambda x: x.sum(),
    "function": lambda x: np.sum(x, keepdims=True),
    "axis": lambda x: np.sum(x, axis=0),
    "reduce": lambda x: np.add.reduce(x),
    "cumsum": lambda x: np.cumsum(x),
    "accumulate": lambda x: np.add.accumulate(x),
    "prod": lambda x: np.prod(x[1:40]),
    "initial": lambda x: np.sum(x, initial=2**30),
    "where": lambda x: np.sum(x, where=x > 3),
    "method with dtype": lambda x: x.sum(dtype=np.int64),
}


@pytest.mark.parametrize("name", SUMS)
@pytest.mark.parametrize("size", [10, 100_000])
def test_sums_that_wrap_are_told_once(narrow, name, size):
    x = npbridge.arange(size)
    wide = SUMS[name](np.arange(size))
    wraps = bool((np.abs(wide) >= 2**31).any())
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        result = SUMS[name](x)
        SUMS[name](x)
    told = [w for w in said if "wraps around" in str(w.message)]
    assert len(told) == wraps
    assert result.dtype == np.int32
    np.testing.assert_array_equal(np.asarray(result), np.asarray(wide).astype(np.int32))
    assert all(w.filename == __file__ for w in told)


ASKED = {
    "zeros": lambda: npbridge.zeros(2, np.float64),
    "array": lambda: npbridge.array([1.0], dtype="f8"),
    "astype": lambda: npbridge.ones(2).astype(np.float64),
    "integers": lambda: npbridge.ones(2, dtype=np.int64),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_dtype_that_was_asked_for_is_told_once(narrow, name):
    with pytest.warns(PrecisionWarning, match="enable_x64") as said:
        ASKED[name]()
        ASKED[name]()
    assert len(said) == 1


def test_defaults_are_not_told(narrow):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        npbridge.zeros(2, float)
        npbridge.array([1, 2], dtype=int)
        npbridge.ones(3).astype(float)
        npbridge.asarray(np.linspace(0, 1, 3))
