"""Programs that are left where they fail: what they say of it, and what they carry no more."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from npbridge._src.backends.loops.compile import Compiled
from npbridge._src.jit.tracing import first_failed
from npbridge._src.program import build, reference

N = 7


def outside(i):
    return (i < -N) | (i >= N)


def at_once(x, indices):
    """Two checks, one after the other."""
    return x[jnp.clip(indices[0], -N, N - 1)], *first_failed([outside(indices[0]), indices[1] > 3])


def in_turns(x, indices):
    """A check in each turn of a loop, which goes on when it has failed."""

    def turn(i, carry):
        total, failed, large = carry
        k = indices[i]
        wrong = outside(k)
        value = x[jnp.clip(jnp.where(k < 0, k + N, k), 0, N - 1)]
        either = failed | large
        return total + value, (wrong & ~either) | failed, ((value > 100) & ~either) | large

    total, failed, large = lax.fori_loop(0, len(indices), turn, (0.0, jnp.bool_(False), jnp.bool_(False)))
    return total, *first_failed([failed, large])


def in_a_loop_that_ends(x, indices):
    """A loop that a check ends, in a loop, and a branch in it."""

    def inner(carry):
        i, total, failed = carry
        k = indices[i]
        wrong = lax.cond(k > 2, lambda: outside(k), lambda: jnp.bool_(False))
        return i + 1, total + x[k % N], wrong | failed

    def outer(j, carry):
        total, failed = carry
        _, more, wrong = lax.while_loop(lambda c: (c[0] < len(indices)) & ~c[2], inner, (0, 0.0, jnp.bool_(False)))
        return total + more, (wrong & ~failed) | failed

    total, failed = lax.fori_loop(0, 2, outer, (0.0, jnp.bool_(False)))
    return total, *first_failed([failed])


def what_does_not_stay(x, indices):
    """A truth that later turns forget, and one that is carried from before."""

    def turn(i, carry):
        last, stays = carry
        return outside(indices[i]), stays | (indices[i] == 5)

    last, stays = lax.fori_loop(0, len(indices), turn, (jnp.bool_(False), indices[0] == 6))
    return x + 1, *first_failed([last, stays])


def at_the_end(x, indices):
    """What always fails, if nothing else does."""
    return x, *first_failed([indices.max() > 50, jnp.bool_(True)])


PROGRAMS = [at_once, in_turns, in_a_loop_that_ends, what_does_not_stay, at_the_end]
INDICES = [[0, 1, 2, 3], [0, 9, 2, -9], [-7, 6, 1, 1], [6, 6, 2, 5], [5, 1, 99, 0], [99, 1, 1, 1], [0, 0, 0, 60]]


@pytest.mark.parametrize("indices", INDICES, ids=str)
@pytest.mark.parametrize("function", PROGRAMS)
def test_they_say_the_same(function, indices):
    inputs = np.arange(N) * 1.0, np.array(indices)
    with jax.enable_x64(True):
        closed = jax.make_jaxpr(function)(*inputs)
        *values, code = reference.run(build.program(closed), inputs)
        left = reference.run(build.program(closed, True), inputs)
        for *found, told in (left, Compiled(closed, checked=True)(*inputs)):
            assert told == code
            assert told.dtype == code.dtype
            for a, b in zip(found, values, strict=True):
                assert code or np.array_equal(a, b)


def truths(block) -> int:
    """How many truths loops carry, and branches give."""
    return sum(
        sum(v.dtype.kind == "b" and not v.shape for v in node.outs) + sum(map(truths, node.blocks))
        for node in block.nodes
        if node.kind in ("loop", "branch")
    )


@pytest.mark.parametrize("function", [in_turns, in_a_loop_that_ends])
def test_loops_carry_no_truths_that_end_the_program(function):
    with jax.enable_x64(True):
        closed = jax.make_jaxpr(function)(np.ones(N), np.arange(4))
        assert truths(build.program(closed))
        assert not truths(build.program(closed, True))


def test_an_index_that_was_looked_at_is_not_moved_inside():
    with jax.enable_x64(True):
        closed = jax.make_jaxpr(in_turns)(np.ones(N), np.arange(4))
        (loop,) = [n for n in build.program(closed, True).nodes if n.kind == "loop"]
    steps = [n.params.get("op", n.kind) for n in loop.blocks[-1].nodes]
    assert steps.count("leave") == 2
    assert not {"min", "max"} & set(steps)


def test_what_was_written_in_place_is_put_back():
    def function(x, indices):
        def turn(i, carry):
            x, failed = carry
            k = indices[i]
            x = lax.dynamic_update_slice(x, jnp.full(1, -1.0), (jnp.clip(k, 0, N - 1),))
            return x, failed | (outside(k) & ~failed)

        x, failed = lax.fori_loop(0, len(indices), turn, (x, jnp.bool_(False)))
        return x, *first_failed([failed])

    with jax.enable_x64(True):
        closed = jax.make_jaxpr(function)(np.ones(N), np.arange(4))
        compiled = Compiled(closed, donated={0: 0}, checked=True)
    x = np.arange(N) * 1.0
    out, code = compiled(x, np.array([0, 1, 8, 2]))
    assert code == 1
    assert np.array_equal(x, np.arange(N))
    out, code = compiled(x, np.array([0, 1, 3, 2]))
    assert code == 0
    assert out is x
    assert np.array_equal(x, [-1, -1, -1, -1, 4, 5, 6])
