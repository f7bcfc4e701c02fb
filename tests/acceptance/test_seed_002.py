"""The second document: transformations of objects, data that go to and fro, an optax example.

Each test is named after the number of its check.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import npbridge
from npbridge import JaxArray


class LogisticRegression(npbridge.Base):
    def __init__(self, dimension):
        super().__init__()
        self.dimension = dimension
        self.w = npbridge.Variable(2.0 * npbridge.ones(dimension) - 1.3)

    def __call__(self, X, Y):
        u = npbridge.dot(((1.0 / (1.0 + npbridge.exp(-Y * npbridge.dot(X, self.w))) - 1.0) * Y), X)
        self.w[:] = self.w - u


class Linear(npbridge.Base):
    def __init__(self, num_hidden, num_input, **kwargs):
        super().__init__(**kwargs)
        self.num_input = num_input
        self.num_hidden = num_hidden
        # plain arrays, no Variables
        self.w = npbridge.random.random((num_input, num_hidden))
        self.b = npbridge.zeros((num_hidden,))

    def __call__(self, x):
        r = x @ self.w + self.b
        return r.mean()


@pytest.fixture(autouse=True)
def on_jax(request):
    with npbridge.backend("jax"):
        yield


def test_s002_05_jit_of_an_object_is_the_plain_run():
    points = npbridge.random.random((400, 10))
    labels = npbridge.random.random(400)
    plain, model = LogisticRegression(10), LogisticRegression(10)
    compiled = npbridge.jit(model)
    for _ in range(3):
        plain(points, labels)
        compiled(points, labels)
    np.testing.assert_allclose(np.asarray(model.w), np.asarray(plain.w), rtol=1e-5)


def test_s002_06_grad_of_plain_arrays_in_attributes():
    linear = Linear(num_hidden=3, num_input=2, name="L")
    assert linear.name == "L"
    x = npbridge.random.random([5, 2])
    gradients = npbridge.grad(linear, grad_vars=(linear.w, linear.b))(x)
    assert type(gradients) is tuple and all(type(g) is JaxArray for g in gradients)
    gw, gb = gradients
    assert gw.shape == (2, 3) and gb.shape == (3,)
    expected = np.repeat(np.asarray(x).mean(axis=0) / 3, 3).reshape(2, 3)
    np.testing.assert_allclose(np.asarray(gw), expected, rtol=1e-5)
    assert gb.tolist() == [pytest.approx(0.33333334)] * 3


def test_s002_07_value_is_a_jax_array():
    b = npbridge.arange(5)
    b[0] += 5
    assert isinstance(b.value, jax.Array)
    assert b.value.tolist() == [5, 1, 2, 3, 4] and b.value.dtype == jnp.int32


def test_s002_08_asarray_of_numpy_gives_an_ndarray():
    b = npbridge.arange(5)
    assert type(np.asarray(b)) is np.ndarray
    assert np.asarray(b).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: npbridge.asarray(np.arange(5)), id="09"),
        pytest.param(lambda: npbridge.asarray(jnp.arange(5)), id="10"),
        pytest.param(lambda: JaxArray(jnp.arange(5)), id="11"),
    ],
)
def test_s002_09_10_11_arrays_of_others_become_ours(make):
    array = make()
    assert type(array) is JaxArray and array.dtype == np.int32
    assert array.tolist() == [0, 1, 2, 3, 4]


def make_network():
    return npbridge.vmap(lambda params, x: npbridge.dot(params, x), in_axes=(None, 0))


def test_s002_12_vmap_of_a_lambda():
    found = make_network()(npbridge.array([1.0, 2.0]), npbridge.array([[1.0, 1.0], [0.0, 3.0]]))
    assert type(found) is JaxArray and found.tolist() == [3, 6]


def test_s002_13_jit_over_pytrees_and_a_global_that_comes_later():
    optax = pytest.importorskip("optax")
    scope = {}

    @npbridge.jit
    def step(params, opt_state, xs):
        updates, opt_state = scope["optimizer"].update(params * xs.value, opt_state)
        return optax.apply_updates(params, updates), opt_state

    scope["optimizer"] = optax.sgd(0.5, momentum=0.0)
    params = npbridge.array([1.0, 2.0])
    params, state = step(params, scope["optimizer"].init(params), npbridge.array([2.0, 2.0]))
    assert type(params) is JaxArray and params.tolist() == [0, 0]
    assert jax.tree.structure(state) == jax.tree.structure(scope["optimizer"].init(params))


def test_s002_14_optax_on_our_pytrees():
    optax = pytest.importorskip("optax")
    params = {"w": npbridge.array([1.0, 2.0]), "b": npbridge.zeros(())}
    loss = optax.l2_loss(params["w"], npbridge.array([0.0, 0.0]))
    np.testing.assert_allclose(np.asarray(loss), [0.5, 2])
    adam = optax.adam(1e-1)
    state = adam.init(params)
    updates, state = adam.update({"w": params["w"], "b": params["b"]}, state)
    params = optax.apply_updates(params, updates)
    assert isinstance(params["w"], JaxArray)
    np.testing.assert_allclose(np.asarray(params["w"]), [0.9, 1.9], rtol=1e-5)


def test_s002_15_grad_mixes_raw_and_wrapped():
    def loss(params, x, y):
        return npbridge.mean((make_network()(params, x) - y) ** 2)

    params = npbridge.array([1.0, 2.0])
    x = jnp.ones((4, 2))
    y = npbridge.zeros(4)
    found = npbridge.grad(loss)(params, x, y)
    assert type(found) is JaxArray and found.tolist() == [6, 6]


def test_s002_16_random_and_sum():
    npbridge.random.seed(42)
    xs = npbridge.random.normal(size=(16, 2))
    ys = npbridge.sum(xs * 0.5, axis=-1)
    assert xs.shape == (16, 2) and ys.shape == (16,)
    np.testing.assert_allclose(np.asarray(ys), np.asarray(xs).sum(axis=-1) / 2, rtol=1e-5)


def test_s002_17_the_optax_example():
    optax = pytest.importorskip("optax")
    network = make_network()

    def compute_loss(params, x, y):
        y_pred = network(params, x)
        loss = npbridge.mean(optax.l2_loss(y_pred, y))
        return loss

    @npbridge.jit
    def train(params, opt_state, xs, ys):
        grads = npbridge.grad(compute_loss)(params, xs.value, ys)
        updates, opt_state = optimizer.update(grads, opt_state)
        params = optax.apply_updates(params, updates)
        return params, opt_state

    npbridge.random.seed(42)
    target_params = 0.5
    xs = npbridge.random.normal(size=(16, 2))
    ys = npbridge.sum(xs * target_params, axis=-1)
    params = npbridge.array([0.0, 0.0])
    optimizer = optax.adam(learning_rate=1e-1)
    opt_state = optimizer.init(params)
    for _ in range(1000):
        params, opt_state = train(params, opt_state, xs, ys)
    assert npbridge.allclose(params, target_params)
    assert train.cache_info()["compiles"] <= 2
