"""Scalars are NumPy's own on the host; ours exist where the number is not at hand."""

from __future__ import annotations

import datetime
import decimal
import json
import pickle
import statistics

import jax
import numpy as np
import pytest

import npbridge
from npbridge import JaxArray, JaxScalar
from npbridge._src.array import core

F = np.array([1.5, -2.25, 7.0])
I = np.array([3, -4, 12])  # noqa: E741
B = np.array([True, False, True])
C = np.array([1 + 2j, -3j])

SCALARS = {
    "sum": lambda x: x.sum(),
    "np.sum": np.sum,
    "item read": lambda x: x[0],
    "item of two axes": lambda x: x.reshape(-1, 1)[1, 0],
    "item by a scalar": lambda x: x[np.int64(1)],
    "max": lambda x: x.max(),
    "mean": lambda x: x.mean(),
    "prod": lambda x: x.prod(),
    "all": lambda x: x.all(),
    "argmax": lambda x: abs(x).argmax(),
    "dot": lambda x: np.dot(x, x),
    "vdot": lambda x: np.vdot(x, x),
    "matmul": lambda x: x @ x,
    "norm": np.linalg.norm,
    "trace": lambda x: np.trace(np.outer(x, x)),
    "reduce": np.add.reduce,
    "first of an iteration": lambda x: next(iter(x)),
    "ufunc of a scalar": lambda x: np.sqrt(abs(x[0])),
    "ufunc of two": lambda x: np.add(x[0], x[1]),
    "operator": lambda x: x[0] * 2 + x[1],
    "with an array of no dimensions": lambda x: x.reshape(-1, 1)[0].reshape(()) + 1,
    "comparison": lambda x: x[0] == x[1],
    "median": np.median,
    "flat": lambda x: x.flat[1],
    "fancy": lambda x: x[[0, 1]].sum(),
    "masked": lambda x: x[x != 0].sum(),
    "std": lambda x: x.std(),
    "where": lambda x: np.where(x != 0, x, 1).sum(),
    "out of a 0-d array": lambda x: x.reshape(-1, 1)[0].reshape(())[()],
}


def width(dtype, variant):
    wide = np.dtype(dtype)
    return core.canonical(wide).type if variant.narrows else wide.type


@pytest.mark.parametrize("array", [F, I, B, C, F.astype(np.float32)], ids=["f8", "i8", "bool", "c16", "f4"])
@pytest.mark.parametrize("name", SCALARS)
def test_type(ours, name, array):
    if array is B and name in ("item by a scalar", "operator") or array is C and name in ("max", "median"):
        return
    program = SCALARS[name]
    given = array.astype(core.canonical(array.dtype)) if ours.narrows else array
    expected, got = program(given), program(ours.give(given))
    assert type(got) in (type(expected), width(expected.dtype, ours))


def test_compiled(ours):
    @npbridge.jit
    def f(x):
        return x.sum(), x[0], {"most": x.max()}, x > 1, [x.argmax()], x.sum() > 0

    x = ours.give(F)
    for _ in range(3):
        total, first, rest, mask, (at,), positive = f(x)
        assert type(total) is type(first) is type(rest["most"]) is width(float, ours)
        assert type(at) is width(int, ours)
        assert type(positive) is np.bool_
        assert type(mask) is JaxArray
        assert (total, first, rest["most"], at) == (6.25, 1.5, 7.0, 2)


def test_compiled_through_the_short_way(ours):
    total = npbridge.jit(lambda x: x.sum())
    x = ours.give(F)
    assert [type(total(x)) for _ in range(4)] == [width(float, ours)] * 4


def test_one_result_twice(ours):
    @npbridge.jit
    def f(x):
        s = x.sum()
        return s, [s], s

    x = ours.give(F)
    for _ in range(3):
        a, (b,), c = f(x)
        assert type(a) is type(b) is type(c) is width(float, ours)
        assert a == b == c == 6.25


def test_iteration(ours):
    kinds = {type(v) for v in ours.give(F)}
    assert kinds == {width(float, ours)}


def test_scalars_of_python_are_known(ours):
    x = ours.give(F)
    total = x.sum()
    assert isinstance(x.mean(), np.floating)
    assert not isinstance(total, JaxArray)
    assert f"{total:.3f}" == "6.250"
    assert decimal.Decimal(float(total)) == decimal.Decimal("6.25")
    assert datetime.timedelta(seconds=float(total)).total_seconds() == 6.25
    assert total == pytest.approx(6.25 + 1e-9)
    assert [total] == pytest.approx([6.25])
    assert {total: "kept"}[6.25] == "kept"
    again = pickle.loads(pickle.dumps(total))
    assert type(again) is type(total)
    assert again == total
    assert statistics.fmean(x) == pytest.approx(6.25 / 3)
    assert (x[0] > 1) is np.True_


@pytest.mark.parametrize("place", ["host", "device"])
@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_code_in_c_takes_them(backend, place):
    """A ``float64`` is a ``float``: what asks for one takes it."""
    with npbridge.backend(backend), jax.enable_x64(True):
        x = npbridge.array(F) if place == "host" else core.array_of_device(jax.numpy.asarray(F))
        assert json.dumps({"loss": x.sum()}) == '{"loss": 6.25}'
        assert decimal.Decimal(x.sum()) == decimal.Decimal("6.25")
        assert datetime.timedelta(seconds=x.sum()).total_seconds() == 6.25
        with pytest.raises(TypeError, match="int64"):
            json.dumps(npbridge.array(I).sum())


def test_promotion_is_numpys(ours):
    x = ours.give(F.astype(np.float32))
    for scalar in (np.float64(2), np.int64(2), np.float32(2), np.int8(2), np.complex128(2)):
        dtype = np.result_type(np.float32, scalar.dtype)
        dtype = core.canonical(dtype) if ours.narrows else dtype
        for result in (scalar * x, x * scalar, np.multiply(x, scalar), npbridge.jit(lambda x, s: x * s)(x, scalar)):
            assert type(result) is JaxArray
            assert result.dtype == dtype
            np.testing.assert_array_equal(np.asarray(result), F.astype(np.float32) * 2)


class TestNamespace:
    """The functions of ``npbridge`` itself: arrays of no dimensions, as the Array API has them."""

    FUNCTIONS = (
        npbridge.sum, npbridge.max, npbridge.mean, npbridge.std, npbridge.prod, npbridge.argmax, npbridge.all,
        npbridge.any, npbridge.min, npbridge.var, npbridge.linalg.norm, npbridge.median, npbridge.trapezoid,
        npbridge.add.reduce, lambda x: npbridge.dot(x, x), lambda x: npbridge.vecdot(x, x),
        lambda x: npbridge.sqrt(x[2]), lambda x: npbridge.add(x[0], x[1]), lambda x: npbridge.multiply(2.0, x[0]),
        lambda x: npbridge.clip(x[0], 0, 1), lambda x: npbridge.where(x[0] > 0, x[0], 0),
        lambda x: npbridge.einsum("i,i", x, x), lambda x: npbridge.linalg.multi_dot([x, npbridge.eye(3), x]),
        lambda x: npbridge.take(x, 1), lambda x: npbridge.asarray(x.sum()),
    )  # fmt: skip

    @pytest.mark.parametrize("number", range(len(FUNCTIONS)))
    def test_kind(self, ours, number):
        function = self.FUNCTIONS[number]
        x = ours.give(F)
        for result in (function(x), function(F) if number < 16 else function(x)):
            assert type(result) is JaxArray
            assert result.shape == ()
            result[...] = 1
            assert float(result) == 1

    def test_several(self, ours):
        x = ours.give(F)
        assert [type(part) for part in npbridge.modf(x[0])] == [JaxArray, JaxArray]
        sign, size = npbridge.linalg.slogdet(npbridge.eye(2))
        assert type(sign) is type(size) is JaxArray
        assert type(npbridge.linalg.slogdet(npbridge.eye(2)).sign) is JaxArray

    def test_of_numpys_arrays_and_numbers(self, ours):
        assert type(npbridge.sum(F)) is type(npbridge.sum([1, 2])) is type(npbridge.sqrt(2.0)) is JaxArray

    def test_what_is_no_array_stays(self, ours):
        x = ours.give(F)
        assert npbridge.allclose(x, x) is True
        assert npbridge.ndim(x) == 1
        assert type(npbridge.float64(3)) is np.float64

    def test_out_comes_back(self, ours):
        x, out = ours.give(F), np.zeros(())
        assert npbridge.sum(x, out=out) is out
        mine = npbridge.zeros(())
        assert npbridge.sum(x, out=mine) is mine

    def test_numpys_function_gives_what_numpy_gives(self, ours):
        assert type(np.sum(ours.give(F))) is width(float, ours)

    def test_compiled(self):
        f = npbridge.jit(lambda x: (npbridge.sum(x), np.sum(x)))
        ours, theirs = f(npbridge.array(F))
        assert type(ours) is JaxArray
        assert type(theirs) is np.float32


class TestArguments:
    """Scalars as arguments and in the state of compiled functions are inputs."""

    def test_a_value_is_no_reason_to_compile(self, ours):
        f = npbridge.jit(lambda x, s: x * s)
        x = ours.give(F)
        for k in range(5):
            np.testing.assert_array_equal(np.asarray(f(x, x.dtype.type(k))), F * k)
        assert f.cache_info()["compiles"] == 1

    def test_results_of_others(self, ours):
        f = npbridge.jit(lambda x, s: (x - s).sum())
        x = ours.give(F)
        for k in range(4):
            f(x + k, (x + k).mean())
        assert f.cache_info()["compiles"] == 1

    def test_the_short_way(self):
        f = npbridge.jit(lambda x, s: x * s)
        x = npbridge.array(F)
        f(x, np.float32(1))
        assert float(f._quick[0](x, np.float32(3))[0]) == 4.5

    def test_integers_that_do_not_fit_are_not_cut(self):
        f = npbridge.jit(lambda s: s > 5)
        assert f(np.int64(4)) == np.False_
        assert f(np.int64(7)) == np.True_
        assert f(np.int64(1 << 40)) == np.True_

    def test_sizes(self, ours):
        f = npbridge.jit(lambda x, n: np.zeros(n) + x[:n])
        x = ours.give(F)
        assert f(x, np.int64(2)).shape == (2,)
        assert f(x, np.int64(3)).shape == (3,)

    def test_an_attribute_that_others_bind(self):
        class Model:
            def __init__(self):
                self.scale = np.float64(1)

            def run(self, x):
                return x * self.scale

        model, x = Model(), npbridge.array(F)
        run = npbridge.jit(model.run)
        for k in range(6):
            model.scale = np.float64(k)
            np.testing.assert_array_equal(np.asarray(run(x)), F * k)
        assert run.cache_info()["compiles"] <= 2

    def test_an_attribute_of_many_models(self):
        class Model:
            def __init__(self, k):
                self.scale = np.float64(k)

        f = npbridge.jit(lambda model, x: x * model.scale)
        x = npbridge.array(F)
        for k in range(6):
            np.testing.assert_array_equal(np.asarray(f(Model(k), x)), F * k)

    def test_an_attribute_that_is_a_size_stays_constant(self):
        class Model:
            def __init__(self):
                self.n = np.int64(2)

            def run(self, x, dt):
                return x[: self.n] * dt + np.zeros(self.n)

        model, x = Model(), npbridge.array(F)
        run = npbridge.jit(model.run)
        for k in (2, 3, 2, 3):
            model.n = np.int64(k)
            for dt in (1.0, 2.0, 3.0):
                assert run(x, dt).shape == (k,)
        assert run.cache_info()["compiles"] == 2

    def test_a_clock(self, ours):
        class Model:
            def __init__(self):
                self.t = ours.give(F).sum() * 0
                self.x = ours.give(F)

            def step(self, dt):
                self.t = self.t + dt
                self.x += self.t
                return self.x.sum()

        model = Model()
        step = npbridge.jit(model.step)
        kind = type(model.t)
        for k in range(5):
            step(0.5)
            assert type(model.t) is kind
            assert model.t == 0.5 * (k + 1)
        assert step.cache_info()["compiles"] == 1


class TestOurs:
    """Where the number is not at hand."""

    def test_while_traced(self):
        met = []

        @npbridge.jit
        def f(x):
            s = x.sum()
            met.append(type(s))
            for fails in (len, iter, list):
                with pytest.raises(TypeError, match=r"numpy\.float32"):
                    fails(s)
            assert isinstance(s, np.floating)
            return s

        with npbridge.backend("jax"):
            f(npbridge.array(F))
        assert met == [np.float32]

    @pytest.fixture
    def accelerator(self, monkeypatch):
        """What JAX computes counts as computed elsewhere."""
        monkeypatch.setattr(core, "is_on_cpu", lambda device: not isinstance(device, jax.Array))
        with npbridge.backend("jax"):
            yield core.scalar_of_device(jax.numpy.float32(2.5))

    def test_on_an_accelerator(self, accelerator):
        s = accelerator
        assert type(s) is JaxScalar
        assert (float(s), f"{s:.2f}", int(s), bool(s), hash(s)) == (2.5, "2.50", 2, True, hash(2.5))
        assert repr(s) == "JaxArray(2.5, dtype=float32)"
        assert s.is_integer() is False
        assert isinstance(s, np.float32)
        assert type(s + 1) is JaxScalar
        assert float(s * s) == 6.25
        assert (s.shape, s.ndim, s.dtype, s.size) == ((), 0, np.float32, 1)
        assert type(np.asarray(s)) is np.ndarray
        assert type(npbridge.asarray(s)) is JaxArray
        assert type(npbridge.to_host(s)) is np.float32
        assert type(pickle.loads(pickle.dumps(s))) is np.float32
        with pytest.raises(TypeError, match=r"object of type 'numpy\.float32' has no len"):
            len(s)
        with pytest.raises(TypeError, match=r"'numpy\.float32' object is not iterable"):
            iter(s)
        x = npbridge.array(F)
        x[0] = s
        assert x[0] == 2.5

    def test_given_to_compiled_functions(self, accelerator):
        f = npbridge.jit(lambda x, s: x * s)
        x = npbridge.array(F)
        for _ in range(3):
            np.testing.assert_array_equal(np.asarray(f(x, accelerator)), F * 2.5)
        assert f.cache_info()["compiles"] == 1

    def test_in_the_state_of_compiled_functions(self, accelerator):
        class Model:
            t = accelerator

            def step(self, dt):
                self.t = self.t + dt
                return self.t

        model = Model()
        model.t = accelerator
        step = npbridge.jit(model.step)
        for k in range(1, 4):
            assert float(step(1.0)) == float(model.t) == 2.5 + k

    def test_nobody_makes_them(self):
        with pytest.raises(TypeError, match=r"numpy\.float64"):
            JaxScalar(2.5)
