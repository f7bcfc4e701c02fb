"""A function that runs as plain Python: an exception leaves everything as it was before the call."""

from __future__ import annotations

import random

import numpy as np
import pytest

import npbridge

pytestmark = pytest.mark.filterwarnings("ignore:.*runs as plain Python")
counter = 3


class Model:
    def __init__(self):
        self.w, self.raw = npbridge.array([1.0, 2.0]), np.array([1.0, 2.0])
        self.t, self.items, self.table = 0, [1], {"a": 1}
        self.rng = np.random.default_rng(0)


def test_everything_is_put_back():
    outside = npbridge.array([5.0, 6.0])

    def step(x, raw, model, items):
        global counter
        try:  # compiled code has no form for it
            counter = 4
        finally:
            x += 1
        raw += 1
        model.w *= 3
        model.raw[0] = 9
        model.t = 5
        model.items.append(2)
        model.table["b"] = 2
        items.append(3)
        outside[0] = 77
        model.rng.random(), np.random.rand(), random.random()
        x.T[0] = 4
        raise KeyError("a")

    with npbridge.backend("numpy"):
        model, x, raw, items = Model(), npbridge.array([1.0, 2.0]), np.array([1.0, 2.0]), [1]
        window, drawn, theirs = x[1:], np.random.get_state()[2], random.getstate()
        compiled = npbridge.jit(step)
        for _ in range(2):
            with pytest.raises(KeyError):
                compiled(x, raw, model, items)
            assert x.tolist() == raw.tolist() == model.w.tolist() == model.raw.tolist() == [1, 2]
            assert (model.t, model.items, model.table, items, counter) == (0, [1], {"a": 1}, [1], 3)
            assert outside.tolist() == [5, 6] and window.tolist() == [2]
            assert np.random.get_state()[2] == drawn and random.getstate() == theirs
            assert model.rng.random() == np.random.default_rng(0).random()
            model.rng = np.random.default_rng(0)


def test_what_a_call_writes_stays_where_it_is():
    def step(x):
        try:
            x += 1
        finally:
            x[0] = 5

    with npbridge.backend("numpy"):
        x = npbridge.array([1.0, 2.0])
        window = x[1:]
        npbridge.jit(step)(x)
        assert x.tolist() == [5, 3] and window.tolist() == [3]


def grows(tree):
    for key in tree:
        if key == "a":
            tree["c"] = tree["a"] * 2


def shrinks(x):
    kept = [x, x * 2]
    for item in kept:
        kept.append(item)
        if len(kept) > 5:
            return len(kept)


def late_key(x, key):
    x += 1
    return {1: 2.0, 2: 3.0}[int(key[0])]


def half_written(x, i):
    np.put(x, i, 9)


def wrong_kind_of_out(x, i):
    np.cumsum(x.reshape(-1, 1), out=x.reshape(-1, 1))
    return x


@pytest.mark.parametrize(
    ("program", "given"),
    [
        (grows, [{"a": np.ones(1), "b": np.ones(1)}]),
        (shrinks, [np.ones(2)]),
        (late_key, [np.ones(2), np.array([4])]),
        (half_written, [np.array([1, 2, 3]), np.array([0, 7])]),
        (wrong_kind_of_out, [np.array([1.5, -2.0, 0.5]), np.array([0])]),
    ],
    ids=lambda p: getattr(p, "__name__", ""),
)
def test_as_numpy_or_as_before(program, given):
    from .on_numpy.compare import verdict_of

    assert verdict_of(program, given, given) == "right"


@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_what_runs_as_plain_python_writes_through_ndarrays(backend):
    def program(x, fail):
        names = {f"{i}": i for i in range(3)}  # keeps it in Python on 'numpy'
        shown = np.asarray(x)
        shown[0] = 7.0 + len(names)
        x[1] += shown[0]
        if fail:
            raise KeyError(fail)
        return x.sum()

    from npbridge._src.jit import undo

    with npbridge.backend(backend):
        x = npbridge.zeros(3)
        assert undo.run(program, (x, False), {}) == 20.0 and x.tolist() == [10.0, 10.0, 0.0]
        with pytest.raises(KeyError):
            undo.run(program, (x, True), {})
        assert x.tolist() == [10.0, 10.0, 0.0]
