"""Loops look only where an array is more than one number, and what they leave out is what NumPy has there."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import npbridge
from npbridge._src.backends.loops.compile import Compiled
from npbridge._src.program import build, reference

R = np.random.default_rng(3)
A, B, X = R.random((7, 9)), R.random((9, 6)), R.random(9)
LARGE = R.random((70, 90)), R.random((90, 60))
ODD = np.array([1.0, np.inf, 2.0, np.nan, -1.0, 0.0, -0.0, 3.0, 1e300])


def cut(x, i, axis=0):
    """`x` with 0 from the i-th place on."""
    places = jnp.arange(x.shape[axis]).reshape([-1 if k == axis else 1 for k in range(x.ndim)])
    return jnp.where(places < i, x, 0.0)


def late(x, i, axis=0):
    places = jnp.arange(x.shape[axis]).reshape([-1 if k == axis else 1 for k in range(x.ndim)])
    return jnp.where(places >= i, x, 0.0)


STEPS = {
    "sum": lambda i, x: cut(x, i).sum(),
    "sum of a product": lambda i, x: (cut(x, i) * x).sum(),
    "largest": lambda i, x: jnp.where(jnp.arange(x.size) < i, x, -jnp.inf).max(),
    "any": lambda i, x: ((jnp.arange(x.size) < i) & (x > 1)).any(),
    "product of all": lambda i, x: jnp.where(jnp.arange(x.size) >= i, x, 1.0).prod(),
    "dot": lambda i, x: cut(x, i) @ late(x, 2),
    "dot of one": lambda i, x: cut(x, i) @ x,
    "sum of rows": lambda i, x: cut(x * x[:, None], i, 1).sum(1),
    "sum of columns": lambda i, x: late(x * x[:, None], i, 0).sum(0),
    "write": lambda i, x: jnp.where(jnp.arange(x.size) < i, x * 2, x),
    "every": lambda i, x: jnp.where((jnp.arange(x.size) >= i) & (jnp.fmod(jnp.arange(x.size) - i, 4) == 0), 7.0, x),
    "part of a write": lambda i, x: x.at[2:6].set(jnp.where(jnp.arange(4) < i, 0.0, x[2:6])),
}


def check(f, *inputs, rtol=1e-12):
    with jax.enable_x64(True), np.errstate(all="ignore"):
        closed = jax.make_jaxpr(f)(*inputs)
        want = reference.run(build.program(closed), [np.asarray(x) for x in inputs])
        for x in inputs:
            assert not isinstance(x, np.ndarray) or x.flags.writeable
        before = [np.copy(x) for x in inputs]
        for found, expected in zip(Compiled(closed)(*map(np.asarray, inputs)), want, strict=True):
            np.testing.assert_allclose(found, expected, rtol=rtol)
        for x, y in zip(inputs, before, strict=True):
            np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("x", [X, ODD], ids=["numbers", "odd"])
@pytest.mark.parametrize("i", [-3, 0, 1, 5, 9, 12])
def test_step(name, x, i):
    check(STEPS[name], np.int64(i), x)


@pytest.mark.parametrize("i", [-1, 0, 3, 50, 100])
def test_long_sums(i):
    x = R.random(3000)
    check(lambda i, x: (cut(x, 30 * i).sum(), cut(jnp.exp(x), 29 * i).sum()), np.int64(i), x)


PRODUCTS = {
    "rows": lambda i, a, b: cut(a, i, 0) @ b,
    "columns": lambda i, a, b: a @ late(b, i, 1),
    "terms": lambda i, a, b: cut(a, i, 1) @ cut(b, i, 0),
    "terms of two": lambda i, a, b: cut(a, i, 1) @ late(b, 3, 0),
    "terms that meet": lambda i, a, b: cut(a, 3, 1) @ late(b, i, 0),
    "terms of one": lambda i, a, b: cut(a, i, 1) @ b,
    "all": lambda i, a, b: cut(cut(a, i, 0), i, 1) @ cut(late(b, i - 1, 1), i, 0),
    "turned": lambda i, a, b: cut(b.T, i, 0) @ cut(a.T, i, 1),
    "vector and matrix": lambda i, a, b: b[:, 0] @ late(b, i, 1),
    "matrix and vector": lambda i, a, b: cut(a, i, 0) @ b[:, 1],
    "stacked": lambda i, a, b: jnp.stack([a, a]) @ jnp.stack([cut(b, i, 1), b]),
    "twice": lambda i, a, b: (cut(a, i, 1) @ cut(b, i, 0), cut(a, i, 1).sum()),
    "made for it": lambda i, a, b: (a * 2.0 + i) @ b[:, 0],
    "made for it, from the left": lambda i, a, b: b[:, 0] @ (b * 2.0 + i),
    "made and turned": lambda i, a, b: jnp.exp(a).T @ a[:, 0],
}


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("i", [-1, 0, 2, 6, 200])
def test_products(name, large, i):
    a, b = LARGE if large else (A, B)
    check(PRODUCTS[name], np.int64(i * (10 if large else 1)), a, b)
    for x, y in ((a, b),):
        x, y = x.copy(), y.copy()
        x[0, 0], y[1, 1], y[-1, 0] = np.inf, np.nan, -np.inf
        check(PRODUCTS[name], np.int64(i), x, y)


SHAPES = [(40, 7), (3, 50, 2), (5, 5, 5), (200, 3, 2), (2, 70), (1, 9), (9, 1, 4), (600, 1), (0, 4), (3, 2)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_short_rows_of_heavy_steps(shape):
    x = R.random(shape)
    check(lambda x: (jnp.exp(x) + x, jnp.tanh(jnp.sin(x) * 2), jnp.log(x).sum()), x)
    check(lambda x, i: jnp.where(jnp.arange(shape[-1]) < i, jnp.exp(x), x), x, np.int64(2))


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i1", "u8", "?"])
@pytest.mark.parametrize("shape", [(9,), (1,), (4, 6), (2, 3, 5), (64,), (0, 3)], ids=str)
def test_short_rows_are_sorted(dtype, shape):
    x = np.resize([3, -0.0, np.nan, 0.0, -1, 7, 2, 2], shape) if dtype[0] == "f" else R.integers(0, 9, shape)
    x = x.astype(dtype)
    for axis in range(len(shape)):
        with jax.enable_x64(True):
            closed = jax.make_jaxpr(lambda x: (jnp.sort(x, axis), jnp.argsort(x, axis)))(x)  # noqa: B023
            program = build.program(closed)
            assert "call" not in [n.kind for n in program.nodes] or not x.size
            values, order = Compiled(closed)(x)
        np.testing.assert_array_equal(values, np.sort(x, axis))
        assert dtype[0] == "f" or values.tobytes() == np.sort(x, axis).tobytes()
        np.testing.assert_array_equal(order, np.argsort(x, axis, kind="stable"))


def every_so_many(x, first, step):
    for k in range(3):
        x[first + k :: step] = 7 + k
        x[first : first + 9 : step] = 3.5
    return x


@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")  # backwards
@pytest.mark.parametrize("n", [1, 5, 16, 40])
@pytest.mark.parametrize("step", [1, 2, 7, 50, -1, -3])
def test_one_number_at_every_so_many_places(n, step):
    compiled = npbridge.jit(every_so_many, backend="numpy")
    for first in range(-45, 45, 4):
        found = compiled(np.arange(n, dtype=float), first, step)
        np.testing.assert_array_equal(found, every_so_many(np.arange(n, dtype=float), first, step))
