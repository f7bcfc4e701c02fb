"""Rules of one's own for derivatives, and what is computed again."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import npbridge
from npbridge.errors import TransformError


def equal(found, expected):
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-6)


def make_clipped():
    @npbridge.custom_jvp
    def clipped(x):
        return np.clip(x, 0, 1)

    @clipped.defjvp
    def straight_through(primals, tangents):
        return clipped(*primals), tangents[0]

    return clipped


def make_spike():
    @npbridge.custom_vjp
    def spike(v, threshold):
        return (v > threshold).astype(v.dtype)

    def forward(v, threshold):
        return spike(v, threshold), v - threshold

    def backward(distance, weights):
        if abs(distance).max() > 100:
            return weights * 0, 0.0
        return weights / (1 + abs(distance)) ** 2, -weights.sum()

    spike.defvjp(forward, backward)
    return spike


def test_custom_jvp(wide):
    clipped = make_clipped()
    x = npbridge.array([-1.0, 0.5])
    equal(clipped(x), [0, 0.5])
    equal(npbridge.grad(lambda x: clipped(x).sum())(x), [1, 1])
    equal(npbridge.jvp(clipped, (x,), (x,))[1], [-1, 0.5])
    equal(npbridge.vmap(npbridge.grad(clipped))(x), [1, 1])
    equal(npbridge.jit(npbridge.grad(npbridge.jit(lambda x: clipped(x).sum())))(x), [1, 1])


def test_custom_vjp(wide):
    spike = make_spike()
    v = npbridge.array([0.0, 1.0])
    equal(npbridge.grad(lambda v: spike(v, 0.0).sum())(v), [1, 0.25])
    equal(npbridge.grad(lambda t: spike(v, t).sum())(0.0), -2)
    equal(npbridge.grad(lambda v: spike(v, 0.0).sum())(v * 1000), [0, 0])
    equal(spike(v, threshold=0.5), [0, 1])


def test_custom_vjp_in_a_loop(wide):
    """A spiking network: the gradient goes through time by the surrogate."""
    spike = make_spike()

    class Cell:
        def __init__(self):
            self.w = npbridge.array([0.6, 0.9])
            self.v = npbridge.zeros(2)

        def run(self, inputs):
            self.v[:] = 0
            count = 0.0
            for t in range(len(inputs)):
                self.v = self.v * 0.9 + self.w * inputs[t]
                out = spike(self.v, 1.0)
                self.v -= out
                count += out.sum()
            return count

    cell = Cell()
    gradient, count = npbridge.grad(cell.run, grad_vars=cell.w, return_value=True)(npbridge.ones(12))
    assert gradient.shape == (2,) and (gradient > 0).all() and count > 0


def test_arguments_without_derivative(wide):
    @npbridge.custom_jvp(nondiff_argnums=(0,))
    def apply(f, x):
        return f(x)

    @apply.defjvp
    def rule(f, primals, tangents):
        return f(primals[0]), 7 * tangents[0]

    equal(npbridge.grad(lambda x: apply(np.sin, x))(1.0), 7)


def test_rules_are_needed(wide):
    @npbridge.custom_vjp
    def f(x):
        return x

    equal(f(npbridge.ones(2)), [1, 1])
    with pytest.raises(TransformError, match="defvjp"):
        npbridge.grad(lambda x: f(x).sum())(npbridge.ones(2))


def test_rules_do_not_write(wide):
    state = npbridge.zeros(())

    @npbridge.custom_jvp
    def f(x):
        state[...] = x
        return x

    f.defjvp(lambda primals, tangents: (f(*primals), tangents[0]))
    with pytest.raises(TransformError, match="writes an array"):
        npbridge.grad(f)(1.0)
    assert float(state) == 0


def test_checkpoint(wide):
    class Layer:
        def __init__(self):
            self.w = npbridge.array([1.0, 2.0])
            self.count = npbridge.zeros(())

        def __call__(self, x):
            self.count += 1
            for _ in range(3):
                x = np.sin(x * self.w)
            return x

    layer, x = Layer(), npbridge.array([0.3, 0.4])
    checkpointed = npbridge.checkpoint(layer)
    equal(checkpointed(x), np.asarray(layer(x)))
    expected = npbridge.grad(lambda x: layer(x).sum(), grad_vars=layer.w, argnums=0)(x)
    found = npbridge.grad(lambda x: checkpointed(x).sum(), grad_vars=layer.w, argnums=0)(x)
    for a, b in zip(found, expected, strict=True):
        equal(a, np.asarray(b))
    assert float(layer.count) == 4


def test_stop_gradient(wide):
    equal(npbridge.grad(lambda x: x * npbridge.stop_gradient(x))(3.0), 3)
    tree = npbridge.stop_gradient({"a": npbridge.ones(2), "n": 1})
    equal(tree["a"], [1, 1])
    assert tree["n"] == 1


def over_devices(name, function):
    if name == "pmap":
        return npbridge.pmap(function)
    mesh = jax.make_mesh((1,), ("rows",), axis_types=(jax.sharding.AxisType.Auto,))
    rows = jax.sharding.PartitionSpec("rows")
    return npbridge.shard_map(function, mesh=mesh, in_specs=rows, out_specs=rows)


@pytest.mark.parametrize("name", ["pmap", "shard_map"])
def test_what_runs_on_devices_reads_state_as_it_is(wide, name):
    k, x = npbridge.Variable(2.0), npbridge.ones((1, 3))
    scaled = over_devices(name, lambda x: x * k)
    assert scaled(x).tolist() == [[2, 2, 2]]
    k.value = 5.0
    assert scaled(x).tolist() == npbridge.jit(scaled)(x).tolist() == [[5, 5, 5]]
    assert npbridge.grad(lambda x: scaled(x).sum(), grad_vars=k)(x) == 3


@pytest.mark.parametrize("name", ["pmap", "shard_map"])
def test_what_runs_on_devices_writes_nothing(wide, name):
    k = npbridge.Variable(2.0)

    def count(x):
        k[...] = k + 1
        return x

    with pytest.raises(TransformError, match="runs on several devices"):
        over_devices(name, count)(npbridge.ones((1, 3)))
    assert k == 2


def test_static_arguments_of_pmap(wide):
    power = npbridge.pmap(lambda x, n: x * sum(range(n)), static_broadcasted_argnums=1)
    assert power(npbridge.ones((1, 2)), 4).tolist() == [[6, 6]]


@pytest.mark.parametrize("variables", [np.ones(2), jax.numpy.ones(2)], ids=["ndarray", "jax.Array"])
def test_grad_vars_are_ours(wide, variables):
    with pytest.raises(TypeError, match=r"npbridge\.asarray"):
        npbridge.grad(lambda: 1.0, grad_vars={"w": variables})
