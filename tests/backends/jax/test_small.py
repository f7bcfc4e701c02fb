"""Small work stays on the host: who computes, what comes out, where it lies and what is told."""

from __future__ import annotations

import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import npbridge
from npbridge._src.array import core
from npbridge._src.backends.jax import small, ufunc_plans

MANY = 2 * small.FOR_NUMPY // 4


@pytest.fixture(autouse=True)
def kernels_compute():
    """NumPy computes what is small, as it does for users."""
    with npbridge.backend("jax"):
        yield


@pytest.fixture
def uploads():
    moves: list = []
    with npbridge.listen(moves.append):
        yield lambda: [event for event in moves if event.kind == "transfer" and event.name == "to_device"]


def on_device(values):
    return core.array_of_device(jnp.asarray(values))


CALLS = {
    "operator": lambda x: x + x,
    "scalar": lambda x: 2 - x,
    "unary": lambda x: np.exp(x),
    "two results": lambda x: np.modf(x)[0],
    "out": lambda x: np.add(x, 1, out=x),
    "where": lambda x: np.add(x, 1, where=x > 1, out=np.zeros_like(x)),
    "reduce": lambda x: np.add.reduce(x),
    "accumulate": lambda x: np.multiply.accumulate(x),
    "outer": lambda x: np.multiply.outer(x, x),
    "in place": lambda x: np.power(x, 2, out=x),
    "function": lambda x: np.where(x > 1, x, 0),
    "axis": lambda x: np.sum(x.reshape(2, 2), axis=0),
    "method": lambda x: x.cumsum(),
    "list": lambda x: np.concatenate([x, x[:2]]),
    "product": lambda x: x.reshape(2, 2) @ x[:2],
    "linear algebra": lambda x: np.linalg.solve(x.reshape(2, 2), x[:2]),
    "fft": lambda x: np.fft.fft(x),
    "sort": lambda x: np.sort(-x),
    "pad": lambda x: np.pad(x, 1),
}


@pytest.mark.parametrize("place", [npbridge.array, on_device])
@pytest.mark.parametrize("name", CALLS)
def test_no_kernel_runs(name, place, uploads, monkeypatch):
    def kernel(*args):
        raise AssertionError("a kernel runs")

    values = np.array([0.5, 1.5, 2.5, 4.5], np.float32)
    want = CALLS[name](values.copy())
    monkeypatch.setattr(ufunc_plans, "plan_for", kernel)
    x = place(values)
    got = CALLS[name](x)
    assert uploads() == []
    assert type(got) is (core.JaxArray if isinstance(want, np.ndarray) else type(want))
    np.testing.assert_array_equal(np.asarray(got), want)
    assert not isinstance(got, core.JaxArray) or got._buffer.current


@pytest.mark.parametrize("x64", [True, False])
@pytest.mark.parametrize("name", CALLS)
def test_dtype_and_shape_are_those_of_kernels(name, x64, monkeypatch):
    with jax.enable_x64(x64):
        for dtype in (np.float32, np.int32, np.float64):
            values = np.array([1, 2, 3, 5], dtype)
            answers = []
            for limit in (small.FOR_NUMPY, -1):
                monkeypatch.setattr(small, "FOR_NUMPY", limit)
                try:
                    result = CALLS[name](npbridge.array(values))
                    answers.append((type(result), result.dtype, result.shape))
                except TypeError as error:
                    answers.append((type(error),))
            assert answers[0] == answers[1]


def test_what_is_large_is_the_kernels(uploads):
    x = npbridge.zeros(MANY, dtype=np.float32)
    assert not np.exp(x)._buffer.current
    assert len(uploads()) == 1
    column, row = npbridge.ones((1000, 1)), npbridge.ones((1, 1000))
    assert not (column * row)._buffer.current  # of few, many


def test_a_few_values_of_a_large_array_are_few():
    x = np.exp(npbridge.zeros(MANY, dtype=np.float32))
    few = x[3:7] + 1
    assert few._buffer.current
    assert not x._buffer.current  # it stays where it was
    x[3:7] += 1
    np.testing.assert_array_equal(np.asarray(x[2:8]), np.array([1, 2, 2, 2, 2, 1], np.float32))


def test_what_somebody_put_on_a_device_stays_there():
    if len(jax.devices()) < 2:
        x = npbridge.JaxArray(jax.device_put(jnp.ones(3), jax.devices()[0]))
        assert (x + x).value.committed
    else:
        x = npbridge.JaxArray(jax.device_put(jnp.ones(3), jax.devices()[1]))
        assert (x + x).value.devices() == x.value.devices()


def test_integers_that_do_not_fit_raise_as_ever():
    x = npbridge.array([1, 2], dtype=np.int32)
    with jax.enable_x64(False):
        with pytest.raises(OverflowError):
            x + 2**40
        with pytest.raises(OverflowError, match="enable_x64"):
            x + np.array([2**40, 1])


def test_nobody_is_told_of_what_nobody_asks_about():
    with np.errstate(all="warn"), warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.filterwarnings("ignore", category=RuntimeWarning)
        assert np.isinf(1 / npbridge.zeros(2)).all()
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        1 / npbridge.zeros(2)


def test_reading_and_writing_by_turns_uploads_nothing(uploads):
    x = npbridge.zeros(100)
    for i in range(50):
        x[i] = i
        x += np.sqrt(x[:1])
        float(np.sum(x))
    assert uploads() == []


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", sorted(small.VECTORISED - {np.divmod}, key=str))
def test_who_computes_does_not_depend_on_the_form_of_the_call(function, dtype):
    with jax.enable_x64(True):
        for size in (100, small.SMALL // np.dtype(dtype).itemsize + 1):
            values = np.linspace(0.1, 3.0, size, dtype=dtype)
            operands = [npbridge.array(values)] * function.nin
            plain = np.asarray(function(*operands)).tobytes()
            out = npbridge.zeros(size, dtype=dtype)
            assert function(*operands, out=out) is out and np.asarray(out).tobytes() == plain
            assert np.asarray(function(*operands, dtype=dtype)).tobytes() == plain
            if function.nin == 2:  # numbers of NumPy's go another way
                assert (
                    np.asarray(function(operands[0], dtype(2))).tobytes()
                    == np.asarray(function(operands[0], np.full(size, 2, dtype))).tobytes()
                )


@pytest.mark.parametrize("function", sorted(small.STANDARDS, key=str))
def test_of_complex_infinities_few_numbers_are_what_many_are(function, monkeypatch):
    numbers = [complex(a, b) for a in (np.inf, -np.inf, 1.0, 0.0) for b in (np.inf, np.nan, 0.0, 2.0)]
    with jax.enable_x64(True):
        few = np.asarray(function(npbridge.array(numbers)))
        monkeypatch.setattr(small, "FOR_NUMPY", -1)
        kernel = np.asarray(function(npbridge.array(numbers)))
    np.testing.assert_array_equal(few, kernel)
