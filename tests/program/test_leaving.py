"""Programs that are left where they fail: what they say of it, and what they carry no more."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from npbridge._src.backends.loops import leaving
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


def in_each_turn(x, indices):
    """One check in the turns of a loop that is counted, on which nothing relies."""

    def turn(i, carry):
        y, failed = carry
        k = indices[i]
        wrong = lax.cond(k != 5, lambda: x[i] + k > 90, lambda: jnp.bool_(False))
        return lax.dynamic_update_slice(y, (y[i] + k)[None], (i,)), wrong | failed

    y, failed = lax.fori_loop(0, len(indices), turn, (x, jnp.bool_(False)))
    return y, *first_failed([failed])


def at_the_end(x, indices):
    """What always fails, if nothing else does."""
    return x, *first_failed([indices.max() > 50, jnp.bool_(True)])


def what_a_later_one_is_made_of(x, indices):
    """A check whose truth is known before that of one before it."""
    k = indices[0]
    wrong = outside(k)
    return x[k % N], *first_failed([wrong & (k == 99), wrong & (k == 9), wrong])


def in_a_branch_that_a_later_one_takes(x, indices):
    """A check in the branch of a truth that is a check by itself, afterwards."""
    wrong = outside(indices[0])
    return x, *first_failed([lax.cond(wrong, lambda: x[indices[1]] > 1, lambda: jnp.bool_(False)), wrong])


PROGRAMS = [
    in_a_branch_that_a_later_one_takes,
    what_a_later_one_is_made_of,
    at_once,
    in_turns,
    in_a_loop_that_ends,
    what_does_not_stay,
    at_the_end,
]
INDICES = [
    [0, 1, 2, 3],
    [0, 9, 2, -9],
    [-7, 6, 1, 1],
    [6, 6, 2, 5],
    [5, 1, 99, 0],
    [99, 1, 1, 1],
    [9, 1, 1, 1],
    [50, 1, 1, 1],
    [0, 0, 0, 60],
]


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


@pytest.mark.parametrize(("function", "waits"), [(in_each_turn, True), (in_turns, False), (in_a_loop_that_ends, False)])
def test_what_nothing_relies_on_ends_the_program_after_the_loop(function, waits):
    """So that LLVM sees a loop with one end."""
    with jax.enable_x64(True):
        closed = jax.make_jaxpr(function)(np.ones(N), np.arange(4))
        program = build.program(closed, True)
        (loop,) = [n for n in program.nodes if n.kind == "loop"]
    assert bool(leaving.that_wait(loop)) == waits


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
    assert (steps.count("leave"), steps.count("place")) == (1, 1)
    assert not {"min", "max", "select"} & set(steps)


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


def how_many(function, *inputs):
    """The largest numbers of turns of the loops of a function, from outside inwards."""

    def of(block):
        for node in block.nodes:
            if node.kind == "loop":
                yield node.params["most"]
            for inner in node.blocks:
                yield from of(inner)

    with jax.enable_x64(True):
        closed = jax.make_jaxpr(function)(*inputs)
        return list(of(build.program(closed, True)))


def down(x, n):
    """As long as a number is not negative: the turn before says whether there is another."""

    def turn(carry):
        i, total, _ = carry
        return i - 1, total + x[i % N], (i >= 1) & (total < 9)

    return lax.while_loop(lambda c: c[2], turn, (jnp.clip(n, 0, 99), 0.0, jnp.bool_(True)))[1]


def by_two(x, n):
    """By one or two, to a number below which it lies."""

    def turn(carry):
        i, total = carry
        return lax.cond(total > 1, lambda: i + 1, lambda: i + 2), total + 1

    return lax.while_loop(lambda c: c[0] < 50, turn, (0, 0.0))[1]


def until_it_fails(x, n):
    """From a number that nobody knows to one that nobody knows: each turn looks at an element."""

    def turn(carry):
        i, total, failed = carry
        return i + 1, total + x[i % N], outside(i + n) | failed

    found = lax.while_loop(lambda c: c[0] < 2 * n, turn, (0, 0.0, jnp.bool_(False)))
    return found[1], *first_failed([found[2]])


def both_ways(x, n):
    def turn(carry):
        i, total = carry
        return lax.cond(total > n, lambda: i + 1, lambda: i - 1), total + 1

    return lax.while_loop(lambda c: c[0] < 50, turn, (0, 0.0))[1]


@pytest.mark.parametrize(
    ("function", "turns"), [(down, 100), (by_two, 51), (until_it_fails, 2 * N + 1), (both_ways, None)]
)
def test_loops_that_end_are_known(function, turns):
    def with_number(x, n):
        found = function(x, n)
        return found if type(found) is tuple else (found, *first_failed([n > 99]))

    assert how_many(with_number, np.ones(N), 3) == [turns]


def test_a_number_that_grows_in_a_loop_inside_does_not_become_negative():
    """A queue: its end grows where something is found, by a loop in a loop."""

    def inner(k, carry):
        end, queue, failed = carry

        def put():
            return end + 1, lax.dynamic_update_slice(queue, jnp.full(1, k), (end,)), outside(end)

        end, queue, wrong = lax.cond(queue[k] == 0, put, lambda: (end, queue, jnp.bool_(False)))
        return end, queue, wrong | failed

    def outer(carry):
        i, *rest = carry
        return i + 1, *lax.fori_loop(0, N, inner, tuple(rest))

    def function(queue):
        *_, queue, failed = lax.while_loop(lambda c: c[0] < c[1], outer, (0, 1, queue, jnp.bool_(False)))
        return queue, *first_failed([failed])

    with jax.enable_x64(True):
        closed = jax.make_jaxpr(function)(np.arange(N) * 1)
        assert " max " not in str(build.program(closed, True)).replace("op=max", " max ")
