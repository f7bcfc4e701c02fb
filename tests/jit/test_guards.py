"""What changes outside a compiled function is seen at the next call; what it assigns is assigned."""

from __future__ import annotations

import types

import jax
import numpy as np
import pytest

import npbridge
from npbridge import jit

GAIN = 2.0
WEIGHTS = None
COUNT = 0


@pytest.fixture(autouse=True)
def on_jax():
    with npbridge.backend("jax"):
        yield


def full(value, n=3):
    return npbridge.array(np.full(n, value, np.float32))


def test_globals(monkeypatch):
    compiled = jit(lambda x: x * GAIN)
    assert compiled(full(1))[0] == 2
    monkeypatch.setitem(globals(), "GAIN", 3.0)
    assert compiled(full(1))[0] == 3
    monkeypatch.setitem(globals(), "GAIN", 2.0)
    assert compiled(full(1))[0] == 2 and compiled.cache_info()["compiles"] == 2


def test_a_captured_array_that_is_replaced(monkeypatch):
    monkeypatch.setitem(globals(), "WEIGHTS", full(1))
    compiled = jit(lambda x: x + WEIGHTS)
    assert compiled(full(1))[0] == 2
    monkeypatch.setitem(globals(), "WEIGHTS", full(5))
    assert compiled(full(1))[0] == 6 and compiled.cache_info()["compiles"] == 1
    WEIGHTS[0] = 0
    assert compiled(full(1)).tolist() == [1, 6, 6]


def test_a_captured_ndarray_is_an_input(monkeypatch):
    weights = np.ones(3, np.float32)
    monkeypatch.setitem(globals(), "WEIGHTS", weights)

    @jit
    def compiled(x):
        WEIGHTS[1:] += x
        return WEIGHTS.sum()

    assert compiled(1.0) == 5
    weights[0] = 10
    assert compiled(1.0) == 16
    assert weights.tolist() == [10, 3, 3] and WEIGHTS is weights


def test_an_ndarray_in_a_tuple_is_a_constant_that_is_looked_at():
    held = (np.ones(3, np.float32),)
    compiled = jit(lambda x: x * held[0])
    assert compiled(full(2)).tolist() == [2, 2, 2]
    held[0][1] = 5
    assert compiled(full(2)).tolist() == [2, 10, 2]


def test_closures():
    factor = 1.0

    @jit
    def compiled(x):
        return x * factor

    assert compiled(full(1))[0] == 1
    factor = 4.0
    assert compiled(full(1))[0] == 4


def test_lists_and_dicts_of_arrays_that_grow_and_shrink():
    arrays, named, chosen = [full(1)], {"a": full(1)}, {"a"}

    @jit
    def compiled():
        total = 0
        for x in arrays:
            total = total + x[0]
        for name, x in named.items():
            if name in chosen:
                total = total + 100 * x[0]
        return total

    assert compiled() == 101
    arrays.append(full(2))
    assert compiled() == 103
    arrays[0] = full(10)
    assert compiled() == 112
    named["b"] = full(3)
    assert compiled() == 112
    chosen.add("b")
    assert compiled() == 412
    del named["a"], arrays[1]
    assert compiled() == 310


class Layer:
    scale = 1.0

    def __init__(self, make=full):
        self.w = make(1)
        self.u = make(0)
        self.on = True
        self.steps = 0
        self.last = None
        self.history = []
        self.children = []

    def step(self, x):
        if self.on:
            self.w += x * Layer.scale
        for child in self.children:
            child.step(x)
        return self.w[0]

    def rebind(self, x):
        self.w = self.w + x
        self.u, self.w = self.w, self.u
        self.last = self.w.sum()
        self.history.append(self.w * 2)
        return self.u


def test_attributes_of_objects_and_classes(monkeypatch):
    layer = Layer()
    step = jit(layer.step)
    assert step(1.0) == 2
    layer.on = False
    assert step(1.0) == 2
    layer.on = True
    monkeypatch.setattr(Layer, "scale", 10.0)
    assert step(1.0) == 12
    layer.children.append(Layer())
    step(1.0)
    assert layer.children[0].w[0] == 11


def helper(x):
    return x * 2


def test_a_helper_that_is_replaced(monkeypatch):
    compiled = jit(lambda x: helper(x))
    assert compiled(full(1))[0] == 2
    monkeypatch.setitem(globals(), "helper", lambda x: x * 3)
    assert compiled(full(1))[0] == 3


def test_a_method_that_is_replaced(monkeypatch):
    outer, inner = Layer(), Layer()
    outer.children.append(inner)
    step = jit(outer.step)
    step(1.0)
    assert inner.w[0] == 2
    for value in (50, 60):
        monkeypatch.setattr(Layer, "step", lambda self, x, value=value: self.w.fill(value))
        step(1.0)
        assert inner.w[0] == value


def test_arrays_that_are_assigned_are_assigned_at_each_call():
    plain, ours = Layer(lambda v: np.full(3, v, np.float32)), Layer()
    rebind = jit(ours.rebind)
    for value in (1.0, 2.0, 3.0):
        assert rebind(value).tolist() == plain.rebind(value).tolist()
        assert ours.w.tolist() == plain.w.tolist() and ours.u.tolist() == plain.u.tolist()
        assert ours.last == plain.last
        assert [h.tolist() for h in ours.history] == [h.tolist() for h in plain.history]


def test_one_array_after_the_other_compiles_once():
    layer = Layer()

    @jit
    def compiled(x):
        layer.w = layer.w * x
        return layer.w.sum()

    before = layer.w
    assert [float(compiled(2.0)) for _ in range(3)] == [6, 12, 24]
    assert compiled.cache_info()["compiles"] == 1
    assert before.tolist() == [1, 1, 1]
    layer.w = full(1)
    assert compiled(3.0) == 9 and compiled.cache_info()["compiles"] == 1


def test_lists_and_dicts_among_the_arguments():
    @jit
    def compiled(items, named):
        items.append(items[0] + 1)
        items[0] = items[0] * 2
        named["sum"] = items[0].sum()

    for _ in range(2):
        items, named = [full(1)], {}
        compiled(items, named)
        assert [x.tolist() for x in items] == [[2, 2, 2], [2, 2, 2]] and named["sum"] == 6


def test_constants_that_are_assigned_move(monkeypatch):
    monkeypatch.setitem(globals(), "COUNT", 0)
    layer = Layer()
    before = layer.steps
    cell = 0

    @jit
    def compiled(x):
        global COUNT
        nonlocal cell
        COUNT += 1
        cell += 2
        layer.steps += 3
        return x

    for n in range(1, 5):
        compiled(full(1))
        assert (COUNT, cell, layer.steps) == (n, 2 * n, before + 3 * n)
    cell = 50
    compiled(full(1))
    assert cell == 52 and compiled.cache_info()["compiles"] == 1


# -- numbers among the arguments


def test_numbers_that_shape_nothing_compile_once():
    @jit
    def compiled(x, n, size):
        out = np.zeros(size)
        for i in range(n):
            out[i % size] += x[i % 3] * n
        return out.sum()

    for n in range(50):
        assert compiled(full(1), n, 3) == n * n
    assert compiled.cache_info()["compiles"] <= 2
    assert compiled(full(1), 10, 5) == 100


def test_what_is_computed_from_a_number_can_be_a_size():
    compiled = jit(lambda n: np.ones(n // 2 + 1).sum())
    assert [int(compiled(n)) for n in (0, 4, 9)] == [1, 3, 5]


def test_reasons():
    compiled = jit(lambda x, mode="a", n=1: x[:n] if mode == "a" else -x)
    compiled(full(1))
    assert compiled.cache_info()["reason"] == "first call"
    compiled(full(1, 4))
    assert compiled.cache_info()["reason"] == "x changed from float32[3] to float32[4]"
    compiled(full(1), "b")
    assert "structure" in compiled.cache_info()["reason"]
    compiled(full(1), "c")
    assert compiled.cache_info()["reason"] == "mode changed from 'b' to 'c'"


def test_a_storm_warns_once_and_says_why():
    compiled = jit(lambda x, text: x * len(text))
    with pytest.warns(RuntimeWarning, match=r"compiled 16 times.*text changed from 'a+' to 'a+'") as caught:
        for n in range(30):
            compiled(full(1), "a" * n)
    assert len(caught) == 1


class Scaler:
    """As objects of libraries are: its class is nobody's here."""


Scaler.__module__ = "scipy.scaler"


@pytest.mark.parametrize(
    "make", [np.asarray, npbridge.asarray, jax.numpy.asarray, float], ids=["np", "ours", "jax", "float"]
)
@pytest.mark.parametrize("held", ["attribute", "closure"])
def test_what_is_read_of_an_object_of_a_library(held, make):
    scaler, model = Scaler(), types.SimpleNamespace()
    scaler.mean, scaler.calls = make(1.0), 0
    model.scaler = scaler
    function = (lambda x: x - model.scaler.mean) if held == "attribute" else (lambda x: x - scaler.mean)
    compiled = jit(function)
    assert compiled(full(5))[0] == 4
    scaler.mean, scaler.calls = make(3.0), 1
    assert compiled(full(5))[0] == 2 and compiled(full(7))[0] == 4
    scaler.calls = 2  # nobody reads it
    assert compiled(full(5))[0] == 2 and compiled.cache_info()["compiles"] <= 2
