"""Where last digits do not matter, all else does."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from npbridge._src.backends.loops.compile import Compiled

from .test_steps import STEPS

FLAGS = "reassoc nsz arcp contract afn double"


def _made(function, *inputs, fastmath=True):
    with jax.enable_x64(True):
        return Compiled(jax.make_jaxpr(function)(*inputs), fastmath=fastmath)


@pytest.mark.parametrize("name", STEPS)
def test_step(name):
    function, *inputs = STEPS[name]
    wanted = _made(function, *inputs, fastmath=False)(*inputs)
    for ours, theirs in zip(_made(function, *inputs)(*inputs), wanted, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5 if ours.dtype == np.float32 else 1e-10, atol=1e-12)


def test_instructions_say_so():
    x = np.linspace(0, 1, 50)

    def function(x):
        return x * x + x / 3 - (x > 0.5), x.sum()

    text = _made(function, x).text
    assert all(f"{word} {FLAGS}" in text for word in ("fadd", "fsub", "fmul", "fdiv"))
    assert f"fcmp {FLAGS[:-7]} ogt double" in text
    assert "arcp" not in _made(function, x, fastmath=False).text


def test_nan_and_infinity_are_told():
    x = np.array([1.0, np.nan, np.inf, -np.inf, 0.0])
    found = _made(lambda x: (jnp.isnan(x), jnp.isinf(x), jnp.isfinite(x), x - x, x / x, x == x), x)(x)
    with np.errstate(all="ignore"):
        wanted = np.isnan(x), np.isinf(x), np.isfinite(x), x - x, x / x, x == x
    for ours, theirs in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(ours, theirs)
