"""Where JAX keeps 32 bits: integers are right, an error, or said to wrap; wide dtypes that were asked for are told."""

from __future__ import annotations

import operator
import warnings

import numpy as np
import pytest

import npbridge
from npbridge._src.dispatch import precision
from npbridge.errors import PrecisionError, PrecisionWarning

from ..oracle import VARIANTS, set_up

LARGE = np.array([2**40, 1])
MANY = 500_000

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
    "item": lambda: operator.setitem(npbridge.arange(3), 0, 2**40),
    "item of a large one": lambda: operator.setitem(np.sin(npbridge.zeros(MANY)).astype(int), 5, 2**40),
    "part": lambda: operator.setitem(npbridge.arange(3), slice(2), LARGE),
    "part of a large one": lambda: operator.setitem(npbridge.arange(MANY), slice(2), LARGE),
    "items": lambda: operator.setitem(npbridge.arange(3), [0, 1], [2**40, 1]),
    "mask": lambda: operator.setitem(npbridge.arange(3), npbridge.arange(3) < 2, LARGE),
    "fill": lambda: npbridge.arange(3).fill(2**40),
    "put": lambda: npbridge.arange(3).put(0, 2**40),
    "copyto": lambda: np.copyto(npbridge.arange(2), LARGE),
    "number": lambda: npbridge.arange(3) + 2**40,
    "number beside a large one": lambda: npbridge.arange(MANY) + 2**40,
    "maximum": lambda: np.maximum(npbridge.arange(3), 2**40),
    "where": lambda: np.where(npbridge.arange(3) < 2, 2**40, 1),
    "append": lambda: np.append(npbridge.arange(3), 2**40),
    "stack": lambda: np.stack([npbridge.arange(2), LARGE]),
    "join with a large one": lambda: np.concatenate([npbridge.arange(MANY), LARGE]),
    "choose": lambda: np.choose(npbridge.arange(2), [2**40, 2]),
    "select": lambda: np.select([npbridge.arange(3) < 2], [2**40], 7),
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


@pytest.mark.parametrize(
    "call",
    [
        lambda A: A([1, 2]) + 2**70,
        lambda A: operator.setitem(A([1, 2]), 0, 2**70),
        lambda A: A([1, 2], dtype=np.int16) + 2**40,
        lambda A: operator.setitem(A([1, 2], dtype=np.int16), 0, 2**20),
        lambda A: operator.setitem(A([1, 2], dtype=np.uint32), 0, -1),
    ],
)
def test_what_64_bits_would_not_hold_has_numpys_error(narrow, call):
    for make in (np.array, npbridge.array):
        with pytest.raises(OverflowError) as raised:
            call(make)
        assert not isinstance(raised.value, PrecisionError)


def test_integers_that_fit_are_taken(narrow):
    assert npbridge.asarray(np.arange(3)).dtype == np.int32
    assert npbridge.array(np.array([2**31 - 1]), dtype=np.int64).tolist() == [2**31 - 1]
    assert (npbridge.arange(3) + np.int64(4)).tolist() == [4, 5, 6]
    assert npbridge.array(np.array([300]), dtype=np.int8).tolist() == [44]  # a cast that was asked for
    x = npbridge.zeros(3, dtype=np.int8)
    x[:2] = np.array([300, 1])  # and one that NumPy makes
    assert x.tolist() == [44, 1, 0]


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
