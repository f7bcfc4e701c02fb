"""What a program knows while it is made: values made once, numbers between limits, boxes outside which all is one."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from npbridge._src.program import build, spans

N = 9


def program(f, *inputs):
    with jax.enable_x64(True):
        return build.program(jax.make_jaxpr(f)(*inputs))


def kinds(block) -> list[str]:
    return [n.params["op"] if n.kind == "map" else n.kind for n in block.nodes if n.kind != "number"]


def test_what_was_computed_is_not_computed_again():
    assert kinds(program(lambda x: jnp.exp(x) * jnp.exp(x), np.ones(N))) == ["exp", "mul"]

    def inside(x):
        return lax.fori_loop(0, 5, lambda i, y: y + jnp.sum(jnp.sin(x)), jnp.sum(jnp.sin(x)))

    (loop,) = [n for n in program(inside, np.ones(N)).nodes if n.kind == "loop"]
    assert kinds(loop.blocks[-1]) == ["add"]


def test_zeros_of_both_signs_and_nans_are_other_numbers():
    found = program(lambda x: (x * 0.0, x * -0.0, x * np.nan, x * np.nan), np.ones(N))
    assert kinds(found).count("mul") == 3


def test_a_branch_keeps_what_it_makes_to_itself():
    def f(x, k):
        a = lax.cond(k > 0, lambda: jnp.exp(x), lambda: x)
        return a + jnp.exp(x)

    assert "exp" in kinds(program(f, np.ones(N), 1))


def test_floats_are_not_simplified_as_integers_are():
    assert kinds(program(lambda x: (x - x, x * 0.0), np.ones(N))) == ["sub", "mul"]
    found = program(lambda i: (i - i, i * 0, i + 0), np.ones(N, int))
    assert "map" not in [n.kind for n in found.nodes]


def test_a_counter_is_not_carried_and_is_known_to_be_inside():
    def f(x):
        def turn(i, carry):
            j, y = carry
            ok = (j >= 0) & (j < N)
            return j + 1, jnp.where(ok, y.at[j].add(1.0), 0.0)

        return lax.fori_loop(0, N, turn, (0, x))

    (loop,) = [n for n in program(f, np.ones(N)).nodes if n.kind == "loop"]
    assert len(loop.args) == 1
    assert not {"lt", "ge", "select"} & set(kinds(loop.blocks[-1]))


def test_what_a_loop_leaves_as_it_was_is_not_carried():
    def f(x):
        def turn(i, carry):
            failed, y = carry
            return failed | (i < 0), y * 2.0

        return lax.fori_loop(0, N, turn, (False, x))

    found = program(f, np.ones(N))
    (loop,) = [n for n in found.nodes if n.kind == "loop"]
    assert len(loop.args) == 1 and found.results[0].constant == False  # noqa: E712


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64"])
def test_integers_that_may_wrap_are_known_only_by_their_dtype(dtype):
    def f(i):
        return (i + i) < i

    assert "lt" in kinds(program(f, np.ones(N, dtype)))


def test_a_part_of_what_was_put_together_is_that_part():
    def f(x, y):
        both = jnp.concatenate([x, y])
        return both[:N] + both[N:]

    assert kinds(program(f, np.ones(N), np.ones(N))) == ["add"]
    assert "write" in kinds(program(lambda x, y: jnp.concatenate([x, y])[1 : N + 1], np.ones(N), np.ones(N)))


# -- boxes

PLACES = np.arange(N)
MASKS = {
    "less": lambda p, i: p < i,
    "at most": lambda p, i: p <= i,
    "more": lambda p, i: p > i,
    "at least": lambda p, i: i <= p,
    "one": lambda p, i: p == i,
    "between": lambda p, i: (p >= i) & (p < i + 2),
    "from the end": lambda p, i: p[::-1] < i,
    "not": lambda p, i: ~(p < i),
    "every third": lambda p, i: (p >= i) & (jnp.fmod(p - i, 3) == 0),
}


def inside(span: spans.Span, i: int) -> set[int]:
    def number(side):
        if side.op:
            return (min if side.op == "min" else max)(map(number, side.of))
        return side.add if side.value is None else side.sign * value(side.value) + side.add

    def value(v):
        if v.constant is not None:
            return int(v.constant)
        if v.node is None:
            return i
        args = [value(a) for a in v.node.args]
        return args[0] + args[1] if v.node.params["op"] == "add" else args[0]

    step = 1 if span.step is None else number(span.step)
    return set(range(max(number(span.first), 0), min(number(span.last), N), step))


@pytest.mark.parametrize("name", MASKS)
def test_the_box_of_a_mask_holds_all_that_it_holds(name):
    mask = MASKS[name]
    found = program(lambda x, i: jnp.where(mask(jnp.arange(N), i), x, 0.0), np.ones(N), 1)
    box = spans.within(found.results[0])
    assert (box is not None) == (name != "not")
    for i in range(N):
        if box is not None:
            assert inside(box.spans[0], i) == set(np.flatnonzero(np.asarray(mask(PLACES, i))))


def test_a_step_on_what_is_constant_outside_is_constant_there():
    def f(x, i):
        return jnp.where(jnp.arange(N) < i, x, 0.0) * 2.0 + 1.0

    box = spans.within(program(f, np.ones(N), 1).results[0])
    assert box is not None and box.fill == 1.0


def test_two_boxes_have_one_around_them():
    def f(x, i, j):
        return jnp.where(jnp.arange(N) < i, x, 0.0) + jnp.where(jnp.arange(N) >= j, x, 0.0)

    box = spans.within(program(f, np.ones(N), 1, 2).results[0])
    assert box is None or (box.spans[0].first.op, box.spans[0].last.op) == ("min", "max")
    assert spans.within(program(lambda x, i: jnp.where(x < i, x, 0.0), np.ones(N), 1.0).results[0]) is None
