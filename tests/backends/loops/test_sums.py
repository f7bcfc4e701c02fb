"""Sums of numbers that loops carry: which terms may be added in another order."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from npbridge._src.backends.loops.compile import Compiled

N = 1000


def total(x, y):
    return lax.fori_loop(0, N, lambda i, s: s + x[i] * y[i], 0.0)


def difference(x, y):
    return lax.fori_loop(0, y.astype(int)[0] % 900, lambda i, s: s - x[i], 3.0)


def of_two_terms(x, y):
    return lax.fori_loop(0, N, lambda i, s: y[i] + (s - x[i]), 0.0)


def of_several(x, y):
    return lax.fori_loop(0, N, lambda i, c: (c[0] + x[i], c[1] + y[i]), (0.0, 1.0))


def with_what_was_rounded_away(x, y):
    """Kahan's sum."""

    def turn(i, carry):
        s, c = carry
        term = x[i] - c
        new = s + term
        return new, (new - s) - term

    return lax.fori_loop(0, N, turn, (0.0, 0.0))


def of_its_own(x, y):
    return lax.fori_loop(0, N, lambda i, s: s + x[i] * s, 1.0)


def looked_at(x, y):
    def turn(i, carry):
        s, most = carry
        return s + x[i], jnp.maximum(most, s)

    return lax.fori_loop(0, N, turn, (0.0, 0.0))


def beside_what_is_written(x, y):
    def turn(i, carry):
        s, z = carry
        return s + x[i], lax.dynamic_update_slice(z, x[i][None] * 2, (i,))

    return lax.fori_loop(0, N, turn, (0.0, y))


def of_integers(x, y):
    return lax.fori_loop(0, N, lambda i, s: s + i, 0)


LOOSE = {total: 1, difference: 1, of_two_terms: 2, of_several: 2}
STRICT = [with_what_was_rounded_away, of_its_own, looked_at, beside_what_is_written, of_integers]


@pytest.mark.parametrize("function", [*LOOSE, *STRICT])
def test_order(function):
    x, y = np.random.default_rng(0).random((2, N)) / N + 1
    with jax.enable_x64(True):
        closed = jax.make_jaxpr(function)(x, y)
        found, wanted = Compiled(closed)(x, y), jax.tree.leaves(jax.jit(function)(x, y))
    assert Compiled(closed).text.count("reassoc") == LOOSE.get(function, 0)
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


def test_small_terms_are_not_lost_where_they_are_kept_on_purpose():
    x = np.full(N, 1e-17)
    x[0] = 1.0
    with jax.enable_x64(True):
        found, _ = Compiled(jax.make_jaxpr(with_what_was_rounded_away)(x, x))(x, x)
    assert found > 1.0
