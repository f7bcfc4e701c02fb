"""What LLVM is told of loops by how they go along memory."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from npbridge._src.backends.loops import strides
from npbridge._src.program import build

N = 8


def put(a, value, *at):
    return lax.dynamic_update_slice(a, jnp.reshape(value, (1,) * a.ndim), at)


def along(a, k):
    return lax.fori_loop(0, N, lambda i, a: put(a, a[1, i] + 1, 2, i), a)


def backwards(a, k):
    return lax.fori_loop(0, N, lambda i, a: put(a, 1.0, 2, N - 1 - i), a)


def across(a, k):
    return lax.fori_loop(0, N, lambda i, a: put(a, a[i, 1] + 1, i, 2), a)


def across_in_a_branch(a, k):
    return lax.fori_loop(0, N, lambda i, a: lax.cond(a[0, i] > 0, lambda: put(a, 1.0, i, 2), lambda: a), a)


def where_an_array_says(a, k):
    return lax.fori_loop(0, N, lambda i, a: put(a, a[2, k[i]] + 1, 2, k[i]), a)


def where_it_was_found(a, k):
    def turn(carry):
        i, a = carry
        return (i * 5 + 3) % N, put(a, a[2, i] + 1, 2, i)

    return lax.while_loop(lambda c: c[0] != 2, turn, (0, a))[1]


TOLD = {along: set(), backwards: set(), across: {"vectorize"}, across_in_a_branch: {"vectorize"}}
TOLD |= {where_an_array_says: {"unroll"}, where_it_was_found: {"unroll"}}


@pytest.mark.parametrize("function", TOLD)
def test_what_is_told(function):
    with jax.enable_x64(True):
        program = build.program(jax.make_jaxpr(function)(np.ones((N, N)), np.arange(N)))
    (loop,) = [n for n in program.nodes if n.kind == "loop"]
    assert {word for word in ("vectorize", "unroll") for fact in strides.facts(loop) if word in fact} == TOLD[function]
