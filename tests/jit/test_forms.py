"""What is compiled belongs to a form: objects of one form share it, others do not, and none is kept by it."""

from __future__ import annotations

import copy
import gc
import threading
import weakref

import jax
import numpy as np
import pytest

import npbridge
from npbridge._src.jit import pools


@pytest.fixture(autouse=True)
def on_jax():
    with jax.enable_x64(True), npbridge.backend("jax"):
        yield


class Leaf:
    def __init__(self, gain: float = 0.5) -> None:
        self.gain = gain
        self.w = npbridge.ones(3)


class Model:
    def __init__(self, size: int = 3, gain: float = 0.5) -> None:
        self.w = npbridge.zeros(size)
        self.left, self.right = Leaf(gain), Leaf(gain)
        self.chosen = self.left
        self.seen = [npbridge.zeros(2)]
        self.also = [npbridge.zeros(2)]
        self.last = None
        self.time = 0.0

    @npbridge.jit
    def step(self, x):
        self.w += x * self.chosen.gain
        self.chosen.w *= 2
        self.time += 0.5
        self.last = self.chosen
        return self.w.sum() + self.time


@npbridge.jit
def outside(model, x):
    model.w += x
    model.chosen.w += 1
    model.seen[0][0] = x
    return model.chosen, model.seen, model.w.sum()


def compiles() -> int:
    return len(Model.step._kept.entries)


def test_instances_share_what_is_compiled():
    Model.step.clear_cache()
    for k in range(4):
        model = Model()
        for n in range(4):
            assert model.step(2.0) == (n + 1) * 3 + 0.5 * (n + 1)
        assert model.last is model.left and model.left.w.tolist() == [16.0] * 3 and model.right.w.tolist() == [1.0] * 3
        assert model.step.cache_info()["compiles"] == (2 if k == 0 else 0)  # at first `last` is None
    assert compiles() == 2


def test_arguments_share_it_and_results_are_their_own():
    outside.clear_cache()
    for _ in range(3):
        model = Model()
        for n in range(3):
            chosen, seen, total = outside(model, 2.0)
            assert chosen is model.chosen and seen is model.seen
            assert total == 6 * (n + 1) and model.left.w[0] == 2 + n and model.seen[0].tolist() == [2.0, 0.0]
    assert outside.cache_info()["compiles"] == 1


def test_what_is_one_object_is_part_of_the_form():
    models = [Model() for _ in range(6)]
    models[1].chosen = models[1].right
    models[2].right = models[2].left
    models[3].also = models[3].seen
    models[4].chosen = Leaf()
    models[5].left.w = models[5].right.w

    @npbridge.jit
    def f(model):
        model.chosen.w += 1
        model.right.w *= 3
        model.also[0][0] += 1
        model.seen[0][0] *= 5

    def plain(model):
        f.function(model)

    for ours in models:
        theirs = copy.deepcopy(ours)
        for _ in range(4):
            f(ours)
            plain(theirs)
        for name in ("left", "right", "chosen"):
            assert getattr(ours, name).w.tolist() == getattr(theirs, name).w.tolist()
        assert ours.also[0].tolist() == theirs.also[0].tolist() and ours.seen[0].tolist() == theirs.seen[0].tolist()


def test_which_of_the_arguments_is_in_another():
    @npbridge.jit
    def f(model, leaf):
        model.left.w += 1
        leaf.w *= 2
        model.right.w += 10
        return leaf

    for which in ("left", "right", None, "left"):
        model = Model()
        leaf = Leaf() if which is None else getattr(model, which)
        other = copy.deepcopy((model, leaf))
        for _ in range(2):
            assert f(model, leaf) is leaf
            f.function(*other)
        assert model.left.w.tolist() == other[0].left.w.tolist()
        assert model.right.w.tolist() == other[0].right.w.tolist()
        assert leaf.w.tolist() == other[1].w.tolist()


def test_other_constants_and_classes_are_other_forms():
    Model.step.clear_cache()

    class Negative(Leaf):
        @property
        def gain(self):
            return -1.0

        @gain.setter
        def gain(self, value):
            pass

    for gain in (0.5, 2.0, 0.5):
        assert Model(gain=gain).step(1.0) == 3 * gain + 0.5
    model = Model()
    model.chosen = Negative()
    assert model.step(1.0) == -2.5
    assert compiles() == 3


def test_a_subclass_has_its_own_methods():
    class Doubling(Model):
        def factor(self):
            return 2.0

        @npbridge.jit
        def run(self):
            return self.w.sum() * self.factor()

    class Halving(Doubling):
        def factor(self):
            return 0.5

    for kind, factor in ((Doubling, 2.0), (Halving, 0.5), (Doubling, 2.0), (Halving, 0.5)):
        model = kind()
        model.w += 1
        assert model.run() == model.run() == 3 * factor


def test_what_one_instance_taught_holds_for_all():
    class Counter:
        def __init__(self):
            self.n = 2
            self.w = npbridge.arange(10.0)

        @npbridge.jit
        def head(self):
            self.n = self.n + 1
            return self.w[: self.n].sum()

    for _ in range(3):
        counter = Counter()
        assert [float(counter.head()) for _ in range(4)] == [3.0, 6.0, 10.0, 15.0]
        assert counter.n == 6


def test_models_that_are_gone_are_not_kept():
    gone = []
    for _ in range(4):
        model = Model(size=pools.LARGEST // 8)
        outside(model, 1.0)
        model.step(1.0)
        gone.append(weakref.ref(model))
    outside(Model(), 1.0)
    outside(Model(), 1.0)
    del model
    gc.collect()
    assert [ref() for ref in gone] == [None] * 4


def test_models_that_are_gone_are_not_kept_on_numpy():
    class Large:
        def __init__(self):
            self.w = npbridge.zeros(pools.LARGEST // 4)

    @npbridge.jit
    def f(model):
        model.w += 1.0

    gone = []
    with npbridge.backend("numpy"):
        for _ in range(4):
            model = Large()
            f(model)
            f(model)
            assert model.w[0] == 2
            gone.append(weakref.ref(model))
    del model
    gc.collect()
    assert sum(ref() is not None for ref in gone) <= 1  # the last


def test_the_number_of_forms_has_an_end(monkeypatch):
    monkeypatch.setattr(pools, "ENTRIES", 3)

    @npbridge.jit(static_argnums=1)
    def f(x, n):
        return x * n

    for n in range(8):
        assert f(npbridge.ones(2), n)[0] == n
    assert f.cache_info()["entries"] == 3
    assert f(npbridge.ones(2), 0)[0] == 0


def test_an_ndarray_in_the_place_of_an_array_is_another_form():
    for kind in (np, npbridge, np):
        model = Model()
        model.w = kind.zeros(3)
        assert model.step(2.0) == 3.5 and model.w.tolist() == [1.0] * 3 and type(model.w) is type(kind.zeros(3))


class Names(set):
    pass


class Pair(complex):
    pass


class Failure(Exception):
    pass


class Kept(bytearray):
    pass


@pytest.mark.parametrize(
    "make, read",
    [
        (lambda k: Failure(float(k)), lambda held: held.args[0]),
        (lambda k: Names(range(k)), lambda held: len(held)),
        (lambda k: Names({k}), lambda held: 1.0 if 2 in held else 0.0),
        (lambda k: Pair(k, 1), lambda held: held.real),
        (lambda k: Kept([k, 1]), lambda held: held[0]),
    ],
    ids=["exception", "set", "members", "complex", "bytearray"],
)
def test_what_a_class_holds_beside_its_attributes_is_part_of_the_form(make, read):
    class Holder:
        def __init__(self, k):
            self.held, self.x = make(k), npbridge.ones(2)

        @npbridge.jit
        def step(self):
            self.x += read(self.held)
            return self.x[0]

    for k in (1, 2, 3, 2):
        holder = Holder(k)
        expected = 1.0
        for _ in range(3):
            expected += read(holder.held)
            assert holder.step() == expected


def test_what_is_changed_in_place_in_such_a_class_is_noticed():
    class Holder:
        def __init__(self):
            self.names, self.x = Names({1}), npbridge.ones(2)

        @npbridge.jit
        def step(self):
            self.x += len(self.names)
            return self.x[0]

    holder = Holder()
    assert holder.step() == 2
    holder.names.add(5)
    assert holder.step() == 4
    holder.names.clear()
    assert holder.step() == 4


def test_instances_that_compile_at_once():
    Model.step.clear_cache()
    found, start = {}, threading.Barrier(36)

    def run(k):
        model = Model(size=2 + k % 6, gain=np.float64(k))
        start.wait()
        found[k] = [float(model.step(2.0)) for _ in range(2)]

    def on(k):
        with jax.enable_x64(True), npbridge.backend("jax"):
            run(k)

    threads = [threading.Thread(target=on, args=(k,)) for k in range(36)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k in range(36):
        size = 2 + k % 6
        assert found[k] == [2.0 * k * size + 0.5, 4.0 * k * size + 1.0], k
