"""Trees of arrays in attributes: optimizer states, modules, raw ``jax.Array``s, replaced from call to call."""

from __future__ import annotations

import dataclasses
import types
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import npbridge
from npbridge import JaxArray, jit


@pytest.fixture(autouse=True)
def on_jax():
    with npbridge.backend("jax"):
        yield


class Moments(NamedTuple):
    count: Any
    mean: Any


@jax.tree_util.register_dataclass
@dataclasses.dataclass
class Layer:
    w: Any
    name: str = dataclasses.field(default="layer", metadata={"static": True})


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True, slots=True)
class Slim:
    w: Any


def of_library(w):
    """A node of a class that is no user's, as modules of libraries are."""
    cls = type("Foreign", (types.SimpleNamespace,), {"__module__": "jax.foreign"})
    flatten, again = (lambda x: ((x.w,), cls)), (lambda cls, children: cls(w=children[0]))
    jax.tree_util.register_pytree_node(cls, flatten, again)
    return cls(w=w)


def ours(x):
    return npbridge.array(np.asarray(x))


TREES = {
    "array": lambda w: w,
    "tuple": lambda w: (w, None),
    "named tuple": lambda w: Moments(jnp.float32(0), {"w": w}),
    "nested": lambda w: [({"a": (w, None)}, w + 1), ()],
    "dictionary": lambda w: {"a": w, "b": (jnp.float32(1), [w + 1])},
    "registered class": lambda w: Layer(w),
    "registered slots": lambda w: (Slim(w), Slim(w + 1)),
    "of a library": of_library,
}


class Model:
    def __init__(self, tree):
        self.tree = tree

    def step(self, x):
        self.tree = jax.tree.map(lambda w: w + x, self.tree, is_leaf=lambda w: isinstance(w, JaxArray))
        return sum(w.sum() for w in jax.tree.leaves(self.tree, is_leaf=lambda w: isinstance(w, JaxArray)))


@pytest.mark.parametrize("make", [jnp.asarray, ours], ids=["raw", "ours"])
@pytest.mark.parametrize("name", TREES)
def test_a_tree_that_is_replaced_is_compiled_for_once(name, make):
    tree = TREES[name](make(np.arange(3, dtype=np.float32)))
    model, plain = Model(tree), Model(tree)
    step = jit(model.step)
    for i in range(6):
        assert float(step(float(i))) == float(plain.step(float(i)))
        for a, b in zip(jax.tree.leaves(model.tree), jax.tree.leaves(plain.tree), strict=True):
            assert np.asarray(a).tolist() == np.asarray(b).tolist() and type(a) is type(b)
    assert jax.tree.structure(model.tree) == jax.tree.structure(plain.tree)
    assert step.cache_info()["compiles"] == 1
    model.tree = plain.tree = TREES[name](make(np.ones(2, np.float32)))
    assert float(step(1.0)) == float(plain.step(1.0))
    assert step.cache_info()["compiles"] == 2


def test_a_tree_of_a_library_that_is_changed_in_place():
    model = Model(of_library((jnp.ones(2), 1)))

    def step():
        kind = type(model.tree)
        w, count = model.tree.w
        model.tree = kind(w=(w * 2, count + 1))
        return w

    compiled = jit(step)
    assert compiled().tolist() == [1, 1]
    model.tree.w = (model.tree.w[0] + 3, model.tree.w[1])
    assert compiled().tolist() == [5, 5]
    model.tree.w = ({"a": jnp.ones(3)}, 1)
    with pytest.raises(TypeError):
        compiled()


def test_numbers_in_trees_of_libraries_are_inputs_as_jax_has_it():
    model = Model(of_library(0))

    def step():
        model.tree = type(model.tree)(w=model.tree.w + 1)
        return model.tree.w

    compiled = jit(step)
    assert [int(compiled()) for _ in range(5)] == [1, 2, 3, 4, 5]
    assert compiled.cache_info()["compiles"] <= 2


def test_what_is_in_a_tree_is_looked_at_again_where_it_is_constant():
    model = Model((jnp.ones(2), 3))

    def scaled():
        return model.tree[0] * model.tree[1]

    compiled = jit(scaled)
    for w, factor in ((1.0, 3), (2.0, 3), (2.0, 4), (5.0, 4)):
        model.tree = (jnp.full(2, w), factor)
        assert compiled().tolist() == [w * factor] * 2
    assert compiled.cache_info()["compiles"] == 2


def test_one_tree_in_two_places_that_become_two():
    model = types.SimpleNamespace(a=(jnp.ones(2),))
    model.b = model.a
    total = jit(lambda: model.a[0] + 10 * model.b[0])
    assert total().tolist() == [11, 11]
    model.b = (jnp.zeros(2),)
    assert total().tolist() == [1, 1]
    model.a = model.b
    assert total().tolist() == [0, 0]


def test_raw_arrays_where_their_values_are_needed_are_constants():
    model = Model((jnp.int32(3), jnp.ones(5)))

    def head():
        return model.tree[1][: int(model.tree[0])]

    compiled = jit(head)
    assert compiled().shape == (3,)
    model.tree = (jnp.int32(4), jnp.zeros(5))
    assert compiled().tolist() == [0] * 4


def test_raw_arrays_of_a_class_and_of_defaults_are_not_stale():
    class Scaled:
        scale = jnp.float32(2)
        both = (jnp.float32(2), 1)

        def step(self, x):
            return x * self.scale * self.both[0]

    model = Scaled()
    step = jit(model.step)
    assert float(step(1.0)) == 4
    Scaled.scale = jnp.float32(3)
    assert float(step(1.0)) == 6
    Scaled.both = (jnp.float32(3), 1)
    assert float(step(1.0)) == 9


def test_a_failed_call_leaves_the_trees_themselves():
    model = Model((jnp.ones(2), Moments(jnp.int32(1), [jnp.ones(2)])))
    before, inner = model.tree, model.tree[1].mean

    def step():
        model.tree = (model.tree[0] + 1, model.tree[1])
        inner[0] = inner[0] * 2
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        jit(step)()
    assert model.tree is before and model.tree[1].mean is inner
    assert not any(isinstance(x, jax.core.Tracer) for x in jax.tree.leaves(model.tree))


def test_a_list_in_a_tuple_is_the_same_list_afterwards():
    model = Model(([jnp.ones(2), jnp.zeros(2)], 1))
    kept = model.tree[0]

    def step():
        model.tree[0][1] = model.tree[0][1] + model.tree[0][0]

    compiled = jit(step)
    for _ in range(3):
        compiled()
    assert model.tree[0] is kept and kept[1].tolist() == [3, 3]
    assert compiled.cache_info()["compiles"] == 1


@pytest.mark.parametrize("make", [lambda *x: list(x), lambda *x: dict(enumerate(x))], ids=["list", "dictionary"])
def test_items_of_a_container_that_took_the_place_of_another(make):
    model = Model(make(ours([0.0, 0.0]), ours([1.0])))

    def step():
        model.tree[0] = model.tree[0] + 1

    compiled = jit(step)
    compiled()
    before, model.tree = model.tree, make(ours([5.0, 5.0]), ours([1.0]))
    for _ in range(2):
        compiled()
    assert model.tree[0].tolist() == [7, 7] and before[0].tolist() == [1, 1]
    assert compiled.cache_info()["compiles"] == 1


def test_ndarrays_that_replace_each_other_are_compiled_for_once():
    model = Model(np.zeros(2))
    double = jit(lambda: model.tree * 2)
    for i in range(4):
        model.tree = np.full(2, i, float)
        assert double().tolist() == [2 * i] * 2
    model.tree[:] = 7
    assert double().tolist() == [14, 14]
    assert double.cache_info()["compiles"] == 1


def test_random_keys_and_weak_types_of_raw_arrays():
    model = Model((jax.random.key(0), jnp.ones(2, jnp.float16)))

    def draw(x):
        key, own = jax.random.split(model.tree[0])
        model.tree = (key, model.tree[1])
        return jax.random.normal(own, (2,)), model.tree[1] * x

    compiled = jit(draw)
    first, second = compiled(jnp.float32(2))[0], compiled(jnp.float32(2))[0]
    key, own = jax.random.split(jax.random.key(0))
    assert first.tolist() == jax.random.normal(own, (2,)).tolist()
    assert second.tolist() == jax.random.normal(jax.random.split(key)[1], (2,)).tolist()
    assert compiled(jnp.float32(2))[1].dtype == np.float32
    assert compiled(jnp.asarray(2.0) if jnp.asarray(2.0).weak_type else jnp.sin(0.0) + 2)[1].dtype == np.float16


@pytest.mark.parametrize("name", ["adam", "momentum", "chain", "schedule", "injected"])
@pytest.mark.parametrize("base", [object, npbridge.Base])
def test_the_state_of_an_optimizer_in_an_attribute(base, name):
    optax = pytest.importorskip("optax")
    optimizer = {
        "adam": lambda: optax.adam(0.1),
        "momentum": lambda: optax.sgd(0.1, momentum=0.9),
        "chain": lambda: optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(0.1)),
        "schedule": lambda: optax.adam(optax.exponential_decay(0.1, 3, 0.5)),
        "injected": lambda: optax.inject_hyperparams(optax.adam)(learning_rate=0.1),
    }[name]()
    x = np.linspace(-1, 2, 12, dtype=np.float32).reshape(6, 2)

    class Trained(base):
        def __init__(self):
            self.params = {"b": npbridge.zeros(()), "w": npbridge.zeros(2)}
            self.optimizer = optimizer
            self.state = optimizer.init(self.params)

        def step(self, x, y):
            loss = lambda p: ((x @ p["w"] + p["b"] - y) ** 2).mean()  # noqa: E731
            updates, self.state = self.optimizer.update(npbridge.grad(loss)(self.params), self.state, self.params)
            self.params = optax.apply_updates(self.params, updates)

    model = Trained()
    step = jit(model.step)
    params = {"b": jnp.zeros(()), "w": jnp.zeros(2)}
    state = optimizer.init(params)
    for _ in range(10):
        step(ours(x), ours(x.sum(axis=1)))
        gradient = jax.grad(lambda p: ((x @ p["w"] + p["b"] - x.sum(axis=1)) ** 2).mean())(params)
        updates, state = optimizer.update(gradient, state, params)
        params = optax.apply_updates(params, updates)
    assert step.cache_info()["compiles"] == 1
    for a, b in zip(jax.tree.leaves((model.params, model.state)), jax.tree.leaves((params, state)), strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-4, atol=1e-5)
