"""JAX's own transformations of functions of our arrays, whatever the backend."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import npbridge

V = np.array([1.5, 2.0, 0.5])

CALLS = {
    "jit": lambda x: jax.jit(lambda v: np.sin(v) * 2 + v[0])(x),
    "sum": lambda x: jax.jit(lambda v: v.sum() + np.mean(v))(x),
    "in place": lambda x: jax.jit(lambda v: v.__iadd__(1))(x),
    "sorted": lambda x: jax.jit(np.sort)(x) if False else jax.jit(lambda v: np.sort(v))(x),
    "vmap": lambda x: jax.vmap(lambda v: v * 2)(x),
    "cond": lambda x: jax.jit(lambda v: jax.lax.cond(v[0] > 1, lambda u: u + 1, lambda u: u - 1, v))(x),
    "cond sum": lambda x: jax.jit(lambda v: jax.lax.cond(v.sum() > 9, lambda u: u + 1, lambda u: u - 1, v))(x),
    "switch": lambda x: jax.jit(lambda v: jax.lax.switch(v.argmax(), [lambda u: u, lambda u: u * 2], v))(x),
    "fori": lambda x: jax.lax.fori_loop(0, 3, lambda i, t: t + i, x),
    "scan": lambda x: jax.lax.scan(lambda t, v: (t + v, t * 2), x[:1].reshape(()), x)[0],
    "grad": lambda x: jax.grad(lambda v: jnp.sum(v.value**2))(x),
}


@pytest.mark.parametrize("name", CALLS)
def test_as_on_jaxs_arrays(ours, name):
    if not ours.narrows and not jax.config.jax_enable_x64:
        pytest.skip("JAX itself keeps 32 bits")
    found = np.asarray(CALLS[name](ours.give(V)))
    plain = {
        "jit": np.sin(V) * 2 + V[0], "sum": V.sum() + V.mean(), "in place": V + 1, "sorted": np.sort(V), "vmap": V * 2,
        "cond": V + 1, "cond sum": V - 1, "switch": V * 2, "fori": V + 3, "scan": V[0] + V.sum(), "grad": 2 * V,
    }  # fmt: skip
    np.testing.assert_allclose(found, plain[name], rtol=1e-6)


def test_what_is_carried_keeps_its_kind(ours):
    carry, _ = jax.lax.scan(lambda t, v: (t + v, t), npbridge.array(0.5), npbridge.array(V))
    assert type(carry) is npbridge.JaxArray and carry.shape == ()


def test_placeholders_have_shape_and_dtype():
    tree = jax.tree.map(lambda v: jax.ShapeDtypeStruct(v.shape, v.dtype), {"x": npbridge.ones((2, 3), dtype="f4")})
    assert tree["x"].shape == (2, 3) and tree["x"].dtype == np.float32
    assert jax.eval_shape(lambda v: v * 2, npbridge.ones(2)).shape == (2,)
