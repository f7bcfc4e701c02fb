"""Checks that cannot fail are left out, and those that can still do."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npbridge
from npbridge._src.backends.jax import kernels
from npbridge._src.jit import bounds, intervals

pytestmark = pytest.mark.usefixtures("on_jax")


@pytest.fixture
def on_jax():
    with npbridge.backend("jax"):
        yield


def checks_of(f, *args) -> int:
    """How many checks the compiled form has that takes most calls."""
    compiled = npbridge.jit(f)
    compiled(*args)
    entry = compiled._latest
    return 0 if entry.lean is not None else len(entry.checked)


# -- what is proved of every call

n = 12
proved_always = {
    "argsort": lambda x: x[np.argsort(x)],
    "argmax": lambda x: x[np.argmax(x)],
    "remainder": lambda x: x[np.arange(n) * 7 % n],
    "remainder of numbers": lambda x: x[(x * 5).astype(np.int32) % n],
    "clipped": lambda x: x[np.clip((x * 100).astype(np.int32), 0, n - 1)],
    "masked bits": lambda x: x[(x * 100).astype(np.int32) & 7],
    "minimum": lambda x: x[np.minimum(np.abs(np.int32(1) * (x > 0.5)), 3)],
}


@pytest.mark.parametrize("name", proved_always)
def test_no_check_is_made_of_what_lies_inside(name):
    x = np.random.default_rng(0).random(n)
    f = proved_always[name]
    compiled = npbridge.jit(f)
    np.testing.assert_allclose(np.asarray(compiled(npbridge.asarray(x))), f(x), rtol=1e-6)
    assert not compiled._latest.checked and compiled._latest.lean is None
    assert "checked" not in compiled.explain()


# -- what is proved as long as inputs lie between limits


def added(x, index):
    np.add.at(x, index, 1.0)


def rows(table, x, k):
    for i in np.flatnonzero(x > 0):
        x[table[i]] += k
    return x


def taken(x, index):
    return x[index] * 2


@pytest.mark.parametrize("f", [added, taken])
def test_an_index_that_leaves_the_limits_raises_as_before(f):
    compiled = npbridge.jit(f)
    x, index = npbridge.asarray(np.arange(5.0)), npbridge.asarray(np.array([1, -2, 1]))
    y = np.arange(5.0)
    for _ in range(4):
        expected = f(y, np.array([1, -2, 1]))
        result = compiled(x, index)
        np.testing.assert_array_equal(np.asarray(x), y)
        if expected is not None:
            np.testing.assert_array_equal(np.asarray(result), expected)
    assert compiled._latest.lean is not None and "checked before the call: IndexError" in compiled.explain()
    for bad in (5, -6):
        index[1] = bad  # in place: it is the same array
        with pytest.raises(IndexError, match="out of bounds"):
            compiled(x, index)
        np.testing.assert_array_equal(np.asarray(x), y)
    index[1] = 4
    f(y, np.array([1, 4, 1]))
    compiled(x, index)
    np.testing.assert_array_equal(np.asarray(x), y)
    assert compiled.cache_info()["compiles"] == 1


def test_numbers_are_looked_at_before_the_call():
    def f(x, i, j):
        x[i] = x[j] + 1

    compiled = npbridge.jit(f)
    x, y = npbridge.asarray(np.arange(5.0)), np.arange(5.0)
    for i, j in ((0, 1), (4, 2), (-5, -1), (3, 3)):
        f(y, i, j)
        compiled(x, i, j)
        np.testing.assert_array_equal(np.asarray(x), y)
    for i, j in ((5, 0), (0, 5), (-6, 0), (0, -6)):
        with pytest.raises(IndexError):
            compiled(x, i, j)
        np.testing.assert_array_equal(np.asarray(x), y)
    assert compiled.cache_info()["compiles"] == 1


def test_an_array_that_is_written_by_the_function_keeps_its_check():
    def f(index, x):
        index += 1
        return x[index]

    compiled = npbridge.jit(f)
    index, x = npbridge.asarray(np.array([0, 1])), npbridge.asarray(np.arange(4.0))
    for _ in range(2):
        compiled(index, x)
    assert checks_of(f, npbridge.asarray(np.array([0, 1])), x) == 1
    with pytest.raises(IndexError):
        compiled(index, x)
    np.testing.assert_array_equal(np.asarray(index), [2, 3])


def test_state_may_be_replaced_and_written():
    class Model(npbridge.Base):
        def __init__(self):
            self.table = npbridge.asarray(np.array([[0, 1], [2, 3], [4, 5]]))
            self.v = npbridge.Variable(np.zeros(6))

        def step(self):
            for row in np.flatnonzero(self.v[:3] >= 0):
                np.add.at(self.v, self.table[row], 1.0)

    model = Model()
    step = npbridge.jit(model.step)
    for _ in range(3):
        step()
    np.testing.assert_array_equal(np.asarray(model.v), np.full(6, 3.0))
    model.table[2, 1] = 6
    with pytest.raises(IndexError):
        step()
    np.testing.assert_array_equal(np.asarray(model.v), np.full(6, 3.0))
    model.table = npbridge.asarray(np.array([[0, 0], [0, 0], [0, -6]]))
    step()
    np.testing.assert_array_equal(np.asarray(model.v), [9, 3, 3, 3, 3, 3])


def test_calls_that_leave_the_limits_at_each_call_are_right():
    compiled = npbridge.jit(taken)
    x = np.arange(4.0)
    compiled(npbridge.asarray(x), npbridge.asarray(np.array([0, 3])))
    for _ in range(3):
        with pytest.raises(IndexError):
            compiled(npbridge.asarray(x), npbridge.asarray(np.array([0, 4])))
        result = compiled(npbridge.asarray(x), npbridge.asarray(np.array([0, -4])))
        np.testing.assert_array_equal(np.asarray(result), [0.0, 0.0])


# -- the rules are sound: what comes out lies between the limits

UNARY = {
    "neg": jnp.negative, "abs": jnp.abs, "sign": jnp.sign, "cumsum": jnp.cumsum, "sum": lambda a: jnp.sum(a) + 0 * a,
    "sort": jnp.sort, "argsort": jnp.argsort, "flip": jnp.flip, "invert": jnp.invert,
    "small": lambda a: a.astype("int8"),
    "unsigned": lambda a: a.astype("uint8").astype("int32"), "bool": lambda a: a.astype(bool).astype("int32"),
    "max": lambda a: jnp.max(a) + 0 * a, "argmin": lambda a: jnp.argmin(a) + 0 * a, "bits": lambda a: a >> 2,
    "half": lambda a: jax.lax.div(a, jnp.int32(3)), "float": lambda a: (a * 1.5).astype("int32"),
    "loop": lambda a: jax.lax.while_loop(lambda c: c[0] < 3, lambda c: (c[0] + 1, c[1] - c[0]), (0, a))[1],
    "scan": lambda a: jax.lax.scan(lambda c, x: (c + 1, c * x), 0, a)[1],
    "either": lambda a: jax.lax.cond(a[0] > 2, lambda a: a + 3, lambda a: -a, a),
}  # fmt: skip
BINARY = {
    "add": jnp.add, "sub": jnp.subtract, "mul": jnp.multiply, "min": jnp.minimum, "max": jnp.maximum,
    "rem": jnp.remainder, "python's": lambda a, b: kernels.remainder(a, b),
    "wrap": lambda a, b: jnp.where(a < 0, a + 7, a),
    "floor": jnp.floor_divide, "and": jnp.bitwise_and, "or": jnp.bitwise_or, "xor": jnp.bitwise_xor,
    "where": lambda a, b: jnp.where(a < b, a, b), "less": lambda a, b: (a < b).astype("int32"),
    "equal": lambda a, b: (a == b).astype("int32"), "clip": lambda a, b: jnp.clip(a, 0, b),
    "take": lambda a, b: jnp.take(a, b, mode="clip"), "join": lambda a, b: jnp.concatenate([a[:2], b[:2]]),
    "set": lambda a, b: a.at[1].set(b[0]), "gcd": jnp.gcd, "not": lambda a, b: ((a < b) & ~(a > 3)).astype("int32"),
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.sampled_from(sorted(UNARY)), st.integers(0, 9)),
            st.tuples(st.sampled_from(sorted(BINARY)), st.integers(0, 9), st.integers(0, 9)),
        ),
        min_size=1, max_size=6,
    ),
    low=st.integers(-9, 9), width=st.integers(0, 9), seed=st.integers(0, 99),
)  # fmt: skip
def test_all_values_lie_between_their_limits(steps, low, width, seed):
    def program(a, b):
        made = [jnp.asarray(a), jnp.asarray(b)]
        for name, *places in steps:
            operands = [made[p % len(made)] for p in places]
            made.append((UNARY if len(places) == 1 else BINARY)[name](*operands).astype("int32"))
        return made

    rng = np.random.default_rng(seed)
    a, b = (rng.integers(low, low + width + 1, 4).astype("int32") for _ in range(2))
    closed = jax.make_jaxpr(program)(a, b)
    walk = bounds._Walk(closed, {0: (low, low + width), 1: (low, low + width)})
    inputs = [intervals.Interval(low, low + width, frozenset([i])) for i in (0, 1)]
    found, changed = walk.of(closed.jaxpr, [*map(intervals.of_values, closed.consts)], inputs)
    values = program(a, b)
    for x, value in zip(found, values, strict=True):
        value = np.asarray(value)
        assert x is None or (x.low <= value.min() and value.max() <= x.high)
    again = jax.core.eval_jaxpr(changed, closed.consts, a, b)
    for x, y in zip(again, values, strict=True):
        np.testing.assert_array_equal(np.asarray(x), np.asarray(y))
