"""NEP 13 and NEP 18: strangers, subclasses, lists of arrays, ``like=``, errors."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import npbridge
from npbridge import JaxArray
from npbridge.errors import FallbackError, FallbackWarning, UnsupportedError

X = np.arange(6.0).reshape(2, 3)


class Stranger:
    """Takes every call that comes its way."""

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return "ufunc", ufunc.__name__, method

    def __array_function__(self, func, types, args, kwargs):
        return "function", func.__name__

    def __radd__(self, other):
        return "radd"


class Shy:
    """Wants no ufuncs, and has its own operators."""

    __array_ufunc__ = None

    def __radd__(self, other):
        return "shy radd"

    def __rmatmul__(self, other):
        return "shy rmatmul"


class Refuses:
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return NotImplemented

    def __array_function__(self, func, types, args, kwargs):
        return NotImplemented


class Subclass(JaxArray):
    """Goes first when it meets the base class."""

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return "subclass"

    def __array_function__(self, func, types, args, kwargs):
        return "subclass function"


class Duck:
    """Only converts itself."""

    def __array__(self, dtype=None, copy=None):
        return np.ones((2, 3))


class Described(np.ndarray):
    """A plain ndarray subclass."""


def test_strangers_take_over(ours):
    x, s = ours.give(X), Stranger()
    assert np.add(x, s) == ("ufunc", "add", "__call__")
    assert np.add(s, x) == ("ufunc", "add", "__call__")
    assert np.add.reduce(x, where=s) == ("ufunc", "add", "reduce")
    assert np.add(x, 1, out=(s,)) == ("ufunc", "add", "__call__")
    assert np.concatenate([x, s]) == ("function", "concatenate")
    assert np.where(x > 1, x, s) == ("function", "where")
    assert x + s == "radd"


def test_operators_give_way(ours):
    x = ours.give(X)
    assert x + Shy() == "shy radd"
    assert x @ Shy() == "shy rmatmul"
    with pytest.raises(TypeError):
        np.add(x, Shy())
    with pytest.raises(TypeError):
        x - Shy()
    with pytest.raises(TypeError):
        x -= Shy()


def test_nobody_wants_it(ours):
    x = ours.give(X)
    with pytest.raises(TypeError):
        np.add(x, Refuses())
    with pytest.raises(TypeError):
        np.concatenate([x, Refuses()])


def test_subclasses_go_first(ours):
    x, s = ours.give(X), Subclass(X)
    assert np.add(x, s) == "subclass"
    assert np.add(s, x) == "subclass"
    assert np.concatenate([x, s]) == "subclass function"


class Declines:
    """Takes part in NumPy's protocols, and in no call."""

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return NotImplemented


def test_strangers_are_asked_first(ours):
    x = ours.give(X)
    assert x.__array_ufunc__(np.add, "__call__", x, Stranger()) == ("ufunc", "add", "__call__")
    assert np.concatenate([x, Stranger()]) == ("function", "concatenate")
    with pytest.raises(TypeError):
        np.add(x, Declines())


def test_objects_that_convert_are_converted(ours):
    x = ours.give(X)
    assert type(x + Duck()) is JaxArray
    assert type(np.add(Duck(), x)) is JaxArray
    np.testing.assert_array_equal(np.asarray(x + Duck()), X + 1)


@pytest.mark.parametrize(
    "other", [X, X.tolist(), jnp.asarray(X), np.float64(2), np.float32(2), 2], ids=lambda o: type(o).__name__
)
def test_either_side_gives_ours(ours, other):
    if isinstance(other, type(jnp.ones(1))) and ours.backend != "jax":
        pytest.skip("jax arrays belong to 'jax'")
    x = ours.give(X)
    assert type(x + other) is JaxArray
    if not isinstance(other, type(jnp.ones(1))):  # a jax.Array converts the other side itself
        assert type(other + x) is JaxArray
    assert type(np.add(other, x)) is JaxArray
    assert type(np.multiply(x, other)) is JaxArray


def test_plain_array_on_the_left_in_place(ours):
    plain = X.copy()
    plain += ours.give(X)
    assert type(plain) is np.ndarray
    np.testing.assert_array_equal(plain, X * 2)


def test_ndarray_subclasses_come_in(ours):
    d = X.view(Described)
    np.testing.assert_array_equal(np.asarray(ours.give(X) + d), X * 2)
    np.testing.assert_array_equal(np.asarray(np.concatenate([ours.give(X), d])), np.concatenate([X, X]))


def test_lists_of_arrays(same):
    same(lambda a: np.concatenate([a, a]), X)
    same(lambda a: np.stack([a[0], [1, 2, 3]]), X)
    same(lambda a: np.vstack((a, a[0])), X)
    same(lambda a: np.block([[a, a], [a, a]]), X)
    same(lambda a: np.array_equal([a[0], a[1]], a), X)
    same(lambda a: np.select([a > 3, a > 1], [a, -a], 0), X)
    same(lambda a: np.einsum("ij,ij", *[a, a]), X, ulps=8)
    same(lambda a: np.column_stack([a[0], a[1]]), X)
    same(lambda a: np.meshgrid(*[a[0], a[1]]), X)
    same(lambda a: np.linalg.multi_dot([a, a.T, a]), X, ulps=8)


LIKE = {
    "array": lambda a: np.array([1, 2.5], like=a),
    "asarray": lambda a: np.asarray([1, 2], dtype=np.float32, like=a),
    "zeros": lambda a: np.zeros((2, 2), like=a),
    "ones": lambda a: np.ones(3, dtype=np.int16, like=a),
    "full": lambda a: np.full((2,), 7, like=a),
    "arange": lambda a: np.arange(1, 9, 2, like=a),
    "eye": lambda a: np.eye(2, 3, 1, like=a),
    "identity": lambda a: np.identity(2, like=a),
    "tri": lambda a: np.tri(2, 3, like=a),
    "fromfunction": lambda a: np.fromfunction(lambda i, j: i + j, (2, 3), like=a),
    "fromiter": lambda a: np.fromiter(range(3), float, like=a),
    "frombuffer": lambda a: np.frombuffer(b"\x01\x02", np.uint8, like=a).copy(),
    "order": lambda a: np.zeros((2, 3), order="F", like=a).flags.f_contiguous,
}


@pytest.mark.parametrize("name", LIKE)
def test_like(same, name):
    same(LIKE[name], X)


# -- refusal and fallback


def test_refused_by_name(ours):
    x = ours.give(X)
    with pytest.raises(UnsupportedError, match=r"busday|dates"):
        np.busday_count(x, x)
    with pytest.raises(TypeError):
        np.isnat(x)


def test_unknown_ufunc_runs_on_the_host(ours):
    special = pytest.importorskip("scipy.special")
    npbridge._src.dispatch.fallback.reset()
    x = ours.give(X)
    if ours.backend == "jax":
        with pytest.warns(FallbackWarning, match="jv"):
            result = special.jv(0, x)
    else:
        result = special.jv(0, x)
    assert type(result) is JaxArray
    np.testing.assert_allclose(np.asarray(result), special.jv(0, X), rtol=1e-6)


def test_fallback_setting():
    special = pytest.importorskip("scipy.special")
    npbridge.use_backend("jax")
    x = npbridge.array(X)
    fallback = npbridge._src.dispatch.fallback
    fallback.reset()
    seen = []
    try:
        npbridge.config.fallback = "error"
        with pytest.raises(FallbackError, match="jv"):
            special.jv(0, x)
        npbridge.config.fallback = "silent"
        with npbridge.listen(seen.append):
            special.jv(0, x)
        npbridge.config.fallback = "warn"
        with pytest.warns(FallbackWarning) as caught:
            special.jv(0, x)
        assert caught[0].filename == __file__
        special.jv(0, x)  # said once
    finally:
        npbridge.config.fallback = "warn"
    assert [e.name for e in seen if e.kind == "fallback"] == ["jv"]
    assert fallback.counts["jv"] == 4
    with pytest.raises(ValueError, match="silent"):
        npbridge.config.fallback = "loud"


def test_events(ours):
    x = ours.give(X)
    seen = []
    with npbridge.listen(seen.append):
        np.add(x, 1)
        x * 2
        x.sum()
        np.concatenate([x, x])
        -x
        2 - x
        x += 1
    np.add(x, 1)
    names = [e.name for e in seen if e.kind == "dispatch"]
    assert [n for n in names if n in ("add", "multiply", "sum", "concatenate", "negative", "subtract")][:1] == ["add"]
    for name in ("multiply", "sum", "concatenate", "negative", "subtract"):
        assert name in names, f"no event for {name}"
    assert names.count("add") == 2
    assert {e.detail["backend"] for e in seen if e.kind == "dispatch"} == {ours.backend}


# -- backends and precision


def test_backend_names():
    npbridge.use_backend("numpy")
    assert npbridge.get_backend_name() == "numpy"
    npbridge.use_backend("numba")
    assert npbridge.get_backend_name() == "numpy"
    npbridge.use_backend("jax")
    assert npbridge.get_backend_name() == "jax"
    with npbridge.backend("numpy"):
        assert npbridge.get_backend_name() == "numpy"
    assert npbridge.get_backend_name() == "jax"
    with pytest.raises(ValueError, match=r"jax.*numpy"):
        npbridge.use_backend("torch")


def test_arrays_work_after_a_switch():
    npbridge.use_backend("jax")
    x = npbridge.array(X)
    view = x[0]
    try:
        with npbridge.backend("numpy"):
            view += 1
            y = np.sin(x)
        z = x + y
    finally:
        npbridge.use_backend("jax")
    expected = X.copy()
    expected[0] += 1
    np.testing.assert_allclose(np.asarray(x), expected)
    np.testing.assert_allclose(np.asarray(z), expected + np.sin(expected), rtol=1e-6)
