"""Libraries over JAX take and give our arrays; those that are not installed are left out."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import npbridge
from npbridge import JaxArray

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
def data(wide):
    x = npbridge.array(np.linspace(-1, 1, 12).reshape(6, 2))
    return x, npbridge.sum(x * 0.5, axis=-1)


def test_optax_trains_our_arrays(data):
    optax = pytest.importorskip("optax")
    x, y = data
    params = {"w": npbridge.zeros(2), "b": npbridge.zeros(())}
    optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(1e-1))
    state = optimizer.init(params)
    gradient = npbridge.grad(lambda p: ((x @ p["w"] + p["b"] - y) ** 2).mean())
    for _ in range(60):
        updates, state = optimizer.update(gradient(params), state, params)
        params = optax.apply_updates(params, updates)
    assert type(params["w"]) is JaxArray
    np.testing.assert_allclose(np.asarray(params["w"]), [0.5, 0.5], atol=0.05)


def test_flax_linen(data):
    nn, optax = pytest.importorskip("flax.linen"), pytest.importorskip("optax")
    x, y = data
    model = nn.Sequential([nn.Dense(8), nn.tanh, nn.Dense(1)])
    params = model.init(jax.random.PRNGKey(0), x)
    optimizer = optax.adam(3e-2)
    state = optimizer.init(params)

    @npbridge.jit
    def step(params, state):
        loss, gradients = npbridge.value_and_grad(lambda p: ((model.apply(p, x)[:, 0] - y) ** 2).mean())(params)
        updates, state = optimizer.update(gradients, state)
        return optax.apply_updates(params, updates), state, loss

    _, _, first = step(params, state)
    for _ in range(30):
        params, state, loss = step(params, state)
    assert float(loss) < float(first) / 4
    model.apply(jax.tree.map(npbridge.asarray, params), x)


def test_equinox(data):
    eqx = pytest.importorskip("equinox")
    x, _ = data
    network = eqx.nn.MLP(2, 1, 8, 2, key=jax.random.PRNGKey(0))
    assert npbridge.vmap(network)(x).shape == (6, 1)

    class Linear(eqx.Module):
        w: object

        def __call__(self, x):
            return x @ self.w

    gradient = npbridge.grad(lambda model: (model(x) ** 2).mean())(Linear(npbridge.ones((2, 3))))
    assert type(gradient) is Linear and type(gradient.w) is JaxArray


def test_diffrax(wide):
    diffrax = pytest.importorskip("diffrax")
    turn = npbridge.array([[0.0, 1.0], [-1.0, 0.0]])

    def end(speed):
        term = diffrax.ODETerm(lambda t, y, args: (turn @ npbridge.asarray(y)).value * args)
        solution = diffrax.diffeqsolve(term, diffrax.Tsit5(), 0.0, 1.0, 0.1, jnp.array([1.0, 0.0]), args=speed)
        return npbridge.asarray(solution.ys)[0, 0]

    np.testing.assert_allclose(float(end(jnp.array(1.0))), np.cos(1), atol=1e-3)
    np.testing.assert_allclose(float(npbridge.grad(end)(npbridge.array(1.0))), -np.sin(1), atol=1e-2)


def test_blackjax(wide):
    blackjax = pytest.importorskip("blackjax")

    @npbridge.jit
    def logdensity(q):
        total = 0.0
        for i in range(3):
            total -= 0.5 * (q[i] - i) ** 2
        return total

    kernel = blackjax.nuts(lambda q: jnp.asarray(logdensity(q)), step_size=0.5, inverse_mass_matrix=jnp.ones(3))
    state = kernel.init(npbridge.zeros(3).value)
    step = jax.jit(kernel.step)
    draws = []
    for i in range(100):
        state, _ = step(jax.random.fold_in(jax.random.PRNGKey(0), i), state)
        draws.append(npbridge.asarray(state.position))
    np.testing.assert_allclose(np.asarray(npbridge.stack(draws).mean(axis=0)), [0, 1, 2], atol=0.5)


def test_numpyro(data):
    numpyro = pytest.importorskip("numpyro")
    infer, dist = pytest.importorskip("numpyro.infer"), pytest.importorskip("numpyro.distributions")
    x, y = data

    def model(x, y):
        w = numpyro.sample("w", dist.Normal(0, 1).expand([2]).to_event(1))
        numpyro.sample("y", dist.Normal(x @ w, 0.1), obs=y)

    chain = infer.MCMC(infer.NUTS(model), num_warmup=50, num_samples=50, progress_bar=False)
    chain.run(jax.random.PRNGKey(0), x.value, y.value)
    found = npbridge.asarray(chain.get_samples()["w"]).mean(axis=0)
    np.testing.assert_allclose(np.asarray(found), [0.5, 0.5], atol=0.2)


def test_optax_trains_the_variables_of_a_model(data):
    optax = pytest.importorskip("optax")
    x, y = data

    class Model(npbridge.Base):
        def __init__(self):
            self.w, self.b = npbridge.TrainVar(npbridge.zeros(2)), npbridge.TrainVar(0.0)
            self.calls = npbridge.Variable(0)

        def loss(self, x, y):
            self.calls += 1
            return ((x @ self.w + self.b - y) ** 2).mean()

    model = Model()
    variables = model.train_vars()
    optimizer = optax.adam(1e-1)
    state = optimizer.init(variables)

    @npbridge.jit
    def step(state, x, y):
        gradients = npbridge.grad(model.loss, grad_vars=variables)(x, y)
        updates, state = optimizer.update(gradients, state, variables)
        variables.assign(optax.apply_updates(variables, updates))
        return state

    held = model.w
    for _ in range(80):
        state = step(state, x, y)
    assert model.w is held and type(held) is npbridge.TrainVar
    np.testing.assert_allclose(np.asarray(held), [0.5, 0.5], atol=0.05)
    assert model.calls == 80
    assert list(state[0].mu) == list(variables) and type(state[0].mu) is npbridge.Collector


@pytest.mark.parametrize("before", ["eager", "compiled", "nothing"])
def test_what_jax_cached_of_a_function_that_reads_a_model(wide, before):
    model = npbridge.Collector(k=npbridge.TrainVar(1.5))
    inner = jax.jit(lambda x: (model["k"] * npbridge.asarray(x)).value)

    def square(x):
        return npbridge.asarray(inner(x)) ** 2

    if before != "nothing":
        (npbridge.jit(square) if before == "compiled" else square)(2.0)
    assert npbridge.grad(square, grad_vars=model["k"])(2.0) == 12
    assert npbridge.jit(square)(2.0) == 9


def test_what_a_library_made_in_an_attribute_is_trained_and_not_stale(data):
    eqx, optax = pytest.importorskip("equinox"), pytest.importorskip("optax")
    x, y = data

    class Trained:
        def __init__(self):
            self.net = eqx.nn.MLP(2, "scalar", 8, 1, key=jax.random.PRNGKey(0))
            self.optimizer = optax.adam(1e-2)
            self.state = self.optimizer.init(eqx.filter(self.net, eqx.is_array))

        def step(self, x, y):
            arrays, rest = eqx.partition(self.net, eqx.is_array)
            loss = lambda arrays: ((npbridge.vmap(eqx.combine(arrays, rest))(x) - y) ** 2).mean()  # noqa: E731
            value, gradients = npbridge.value_and_grad(loss)(arrays)
            updates, self.state = self.optimizer.update(gradients, self.state, arrays)
            self.net = eqx.apply_updates(self.net, updates)
            return value

    model = Trained()
    step = npbridge.jit(model.step)
    losses = [float(step(x, y)) for _ in range(20)]
    assert losses[-1] < losses[0] / 2 and step.cache_info()["compiles"] == 1


def test_modules_that_are_changed_in_place_are_not_stale(data):
    nnx = pytest.importorskip("flax.nnx")
    x, _ = data

    class Net(nnx.Module):
        def __init__(self):
            self.layer = nnx.Linear(2, 3, rngs=nnx.Rngs(0))

        def __call__(self, x):
            return self.layer(x)

    net = Net()
    apply = npbridge.jit(lambda x: net(x))
    before = npbridge.asarray(apply(x))
    net.layer.bias.value = net.layer.bias.value + 1
    np.testing.assert_allclose(np.asarray(npbridge.asarray(apply(x)) - before), 1, rtol=1e-5)
