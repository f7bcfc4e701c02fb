"""Elements of float16: computed in float32 and cut after every step, as NumPy does."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import npbridge
from npbridge._src.backends.loops import code
from npbridge._src.backends.loops.compile import Compiled
from npbridge._src.program.builder import NotHeld

pytestmark = pytest.mark.skipif(not code.has_halves(), reason="a machine without float16")

H = np.float16
_R = np.random.default_rng(5)
X, Y = (_R.random((7, 40)) * 4 - 2).astype(H), (_R.random((7, 40)) + 0.1).astype(H)
EDGES = np.array([0.0, -0.0, 1.0, -2.5, 65504.0, -65504.0, 6e-8, -6e-8, 6.1e-5, np.inf, -np.inf, np.nan], H)
LONG = _R.random(3000).astype(H)

STEPS = {
    "arithmetic": (lambda np, x, y: (x + y, x - y, x * y, x / y, -x, abs(x)), X, Y),
    "of edges": (lambda np, x: (x + x, x * x, x - x, np.sqrt(np.abs(x)), np.sign(x) + 0, np.maximum(x, 1)), EDGES),
    "comparisons": (lambda np, x: (x > 0, x <= 1, x == x, np.isnan(x), np.isfinite(x), np.where(x > 1, x, -x)), EDGES),
    "a chain": (lambda np, x, y: (x * y + x / y) * x - y, X, Y),
    "functions": (lambda np, x: (np.exp(x), np.sin(x), np.cos(x), np.tanh(x), np.log(np.abs(x) + 1)), X),
    "of few": (lambda np, x: (np.exp(x[0, :2]), np.arctan2(x[1, :3], x[2, :3]), x[0, :2] ** H(1.5)), X),
    "rounding": (lambda np, x: (np.floor(x), np.ceil(x), np.rint(x), np.trunc(x)), EDGES),
    "to others": (lambda np, x: (x.astype("f4"), x.astype("f8"), x.astype("c8"), x.astype("i4"), x.astype(bool)), X),
    "views": (lambda np, x: x[::-1, ::2].T + x[0, 0], X),
    "largest": (lambda np, x: (x.max(), x.min(0), x.argmax(1)), X),
}
CLOSE = {
    "sums": (lambda np, x: (x.sum(), x.sum(0), x.sum(1), x.mean(1)), X),
    "a long sum": (lambda np, x: (x.sum(), (x * x).sum()), LONG),
    "running": (lambda np, x: np.cumsum(x, 1), X),
    "products": (lambda np, x, y: (x @ y.T, x[0] @ y[0], y @ y[1]), X, Y),
    "a large product": (lambda np, x: np.tile(x, (6, 1)) @ np.tile(x, (6, 1)).T, X),
}


def _made(function, *inputs):
    with jax.enable_x64(True):
        return Compiled(jax.make_jaxpr(lambda *xs: function(jnp, *xs))(*inputs))


def _both(cases, name):
    function, *inputs = cases[name]
    with np.errstate(all="ignore"):
        wanted = function(np, *inputs)
    found = _made(function, *inputs)(*inputs)
    return zip(found, wanted if isinstance(wanted, tuple) else (wanted,), strict=True)


@pytest.mark.parametrize("name", STEPS)
def test_steps_give_numpys_bits(name):
    for ours, theirs in _both(STEPS, name):
        theirs = np.asarray(theirs)
        assert ours.shape == theirs.shape
        assert ours.dtype == theirs.dtype or name == "largest"
        np.testing.assert_array_equal(ours, theirs)
        assert name == "largest" or ours.dtype.kind != "f" or np.array_equal(np.signbit(ours), np.signbit(theirs))


@pytest.mark.parametrize("name", CLOSE)
def test_sums_are_not_cut_at_each_term(name):
    for ours, theirs in _both(CLOSE, name):
        assert ours.dtype == H
        np.testing.assert_allclose(ours.astype(float), np.asarray(theirs, float), rtol=4e-3, atol=4e-3)


def test_all_of_them_as_other_numbers():
    x = np.arange(1 << 16, dtype=np.uint16).view(H)
    wide, integer = _made(lambda np, x: (x.astype("f8"), x.astype("i8")), x)(x)
    np.testing.assert_array_equal(wide, x.astype(float))
    inside = np.isfinite(x)
    np.testing.assert_array_equal(integer[inside], x[inside].astype(int))
    with np.errstate(all="ignore"):
        back = _made(lambda np, x: x.astype("f2"), wide)(wide)[0]
        np.testing.assert_array_equal(back, x)


@pytest.mark.parametrize("kind", ["f4", "f8", "i8", "u2", "?", "c16"])
def test_others_are_rounded_once(kind):
    halves = np.arange(0x7C00, dtype=np.uint16).view(H).astype(float)
    between = (halves[1:] + halves[:-1]) / 2  # where a float in between decides the last bit
    x = np.concatenate(
        [between, np.nextafter(between, 9e9), np.nextafter(between, 0), [65519.9, 65520, 1e9, 1e300, 1e-9]]
    )
    x = np.concatenate([x, -x])
    with np.errstate(all="ignore"):
        x = x.astype(kind)
        if kind == "c16":
            x = x + 1j
        wanted = x.real.astype(H)
    (found,) = _made(lambda np, x: x.real.astype("f2") if kind == "c16" else x.astype("f2"), x)(x)
    np.testing.assert_array_equal(found, wanted)


def test_refused_where_the_machine_has_none(monkeypatch):
    monkeypatch.setattr(code, "has_halves", lambda: False)
    with pytest.raises(NotHeld, match="float16"):
        _made(lambda np, x: x + 1, X)


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_functions_of_users(backend):
    def step(x, y, n):
        for _ in range(n):
            x = x * y + H(0.5)
        y[1:] = x[1:]
        return x, y.sum(dtype=np.float32)

    with npbridge.backend(backend):
        compiled = npbridge.jit(step)
        for _ in range(3):
            ours, theirs = npbridge.array(Y), Y.copy()
            found, wanted = compiled(npbridge.array(X), ours, 5), step(X, theirs, 5)
            assert found[0].dtype == H
            np.testing.assert_allclose(np.asarray(found[0], float), wanted[0], rtol=2e-3, atol=2e-3)
            np.testing.assert_allclose(np.asarray(ours, float), theirs, rtol=2e-3, atol=2e-3)
            np.testing.assert_allclose(float(found[1]), wanted[1], rtol=1e-3)
