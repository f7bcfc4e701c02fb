"""Ordinary calls take the short way, and do there what the long way does."""

from __future__ import annotations

import copy

import jax
import numpy as np
import pytest

import npbridge


@pytest.fixture(autouse=True)
def on_jax():
    with jax.enable_x64(True), npbridge.backend("jax"), np.errstate(all="ignore"):
        yield


class Model:
    def __init__(self) -> None:
        self.v, self.u = npbridge.arange(3.0), npbridge.ones(3)
        self.w = np.array([1.0, 2.0, 3.0])
        self.also = self.u
        self.t = 0.0
        self.last = None
        self.log = {"n": 0}

    def plain(self, x):
        self.v += x * self.u

    def two(self, x, k=1):
        self.v += x
        return self.v.sum() * k, [self.u + k, {"v": self.v}], k

    def clock(self, x):
        self.v += x
        self.t += 0.5
        self.log["n"] += 1

    def bind(self, x):
        self.v = self.v + x
        self.last = self.v
        return self.v

    def host(self, x):
        self.w += x * self.v
        return self.w[0] + self.u[0]

    def draw(self, x):
        self.v += x * np.random.randn(3)
        return np.random.rand(), np.random.randint(5)

    def give_back(self, x):
        x[0] += 1
        return x, self.w, (x, self.v)

    def alias(self, x):
        self.also *= 2
        return self.u[0] + x

    def fails(self, x):
        self.v += 1
        return self.v[np.argmax(x) + 2] + np.random.rand()


X, N = npbridge.asarray, np.array
CALLS = {
    "array": ("plain", lambda k: ((X([k, 1.0, 1.0]),), {})),
    "number": ("plain", lambda k: ((0.5 * k,), {})),
    "scalar": ("plain", lambda k: ((np.float64(0.5 * k),), {})),
    "ndarray": ("plain", lambda k: ((N([k, 1.0, 1.0]),), {})),
    "narrow ndarray": ("plain", lambda k: ((N([k, 1, 1], np.int16),), {})),
    "turned ndarray": ("plain", lambda k: ((N([k, 1.0, 1.0])[::-1],), {})),
    "jax.Array": ("plain", lambda k: ((jax.numpy.ones(3) * k,), {})),
    "keyword": ("plain", lambda k: ((), {"x": X([k, 1.0, 1.0])})),
    "keywords": ("two", lambda k: ((), {"k": 2.0 * k, "x": N([k, 1.0, 1.0])})),
    "results": ("two", lambda k: ((X([k, 1.0, 1.0]), k), {})),
    "clock": ("clock", lambda k: ((X([k, 1.0, 1.0]),), {})),
    "bound": ("bind", lambda k: ((X([k, 1.0, 1.0]),), {})),
    "held ndarray": ("host", lambda k: ((X([k, 1.0, 1.0]),), {})),
    "draws": ("draw", lambda k: ((X([k, 1.0, 1.0]),), {})),
    "ndarrays given back": ("give_back", lambda k: ((N([k, 1.0, 1.0]),), {})),
    "alias": ("alias", lambda k: ((k,), {})),
}


def same(a, b) -> None:
    if isinstance(a, (tuple, list)):
        assert type(a) is type(b) and len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            same(x, y)
    elif isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            same(a[key], b[key])
    elif hasattr(a, "dtype"):
        assert a.dtype == b.dtype and a.shape == b.shape
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-14)
    else:
        assert type(a) is type(b) and a == b


def compiled(model, name):
    return npbridge.jit(getattr(model, name))


def long_ways(step, monkeypatch) -> list:
    taken = []
    before = type(step).on_jax

    def on_jax(self, args, kwargs):
        taken.append(self)
        return before(self, args, kwargs)

    monkeypatch.setattr(type(step), "on_jax", on_jax)
    return taken


@pytest.mark.parametrize("name", CALLS)
def test_calls(name, monkeypatch):
    method, arguments = CALLS[name]
    ours, theirs = Model(), Model()
    step, plain = compiled(ours, method), getattr(theirs, method)
    taken = long_ways(step, monkeypatch)
    for k in range(1, 7):
        np.random.seed(k)
        args, kwargs = arguments(float(k))
        got = step(*args, **kwargs)
        after = np.random.rand()
        np.random.seed(k)
        args, kwargs = arguments(float(k))
        same(plain(*args, **kwargs), got)
        assert np.random.rand() == after
        same(vars(theirs), {k: v for k, v in vars(ours).items() if not k.startswith("__")})
        assert (ours.last is ours.v) is (theirs.last is theirs.v)
    assert len(taken) <= 2, "each call goes the long way"


def test_containers(monkeypatch):
    @npbridge.jit
    def f(pair, named, k):
        pair[0][1] = k
        return pair[1] * k + named["b"][0], {"a": named["a"], "n": (k, pair[0])}

    taken = long_ways(f, monkeypatch)
    for k in range(6):
        x, y = npbridge.arange(3.0) + k, np.full(3, 2.0)
        got = f((x, y), {"a": x, "b": [np.float64(k), 1]}, float(k))
        assert got[0].tolist() == [3.0 * k] * 3 and x[1] == k and got[1]["a"] is x is got[1]["n"][1]
    before = len(taken)
    f([x, y], {"a": x, "b": [np.float64(k), 1]}, 1.0)
    f((x, y), {"b": [np.float64(k), 1], "a": x}, 1.0)
    assert before <= 2 and len(taken) == before + 2  # others are others


def test_one_array_twice(monkeypatch):
    @npbridge.jit
    def f(a, b):
        a += 1
        return a + b

    taken = long_ways(f, monkeypatch)
    x, y = npbridge.zeros(2), npbridge.zeros(2)
    assert [f(x, x)[0] for _ in range(4)] == [2.0, 4.0, 6.0, 8.0]
    assert len(taken) <= 2
    assert f(x, y)[0] == 5.0 and f(y, x)[0] == 6.0 and f(x, x)[0] == 12.0


def test_an_ndarray_that_is_given_back_is_one_array_of_its_own():
    def f(x):
        x[0] += 1
        return x, x

    compiled, given = npbridge.jit(f), np.zeros(3)
    for k in range(1, 5):
        one, two = compiled(given)
        one[1] = 5
        assert two[1] == 5 and given.tolist() == [k, 0, 0] and one[0] == k


def test_ndarrays_that_overlap():
    @npbridge.jit
    def f(a, b):
        a[:] = b + 1
        return a.sum()

    def plain(a, b):
        a[:] = b + 1
        return a.sum()

    for start in (8, 2, 0, 8):
        ours, theirs = np.arange(12.0), np.arange(12.0)
        for _ in range(3):
            assert f(ours[:4], ours[start : start + 4]) == plain(theirs[:4], theirs[start : start + 4])
            np.testing.assert_array_equal(ours, theirs)
    x = npbridge.zeros(4)
    shown, other = np.asarray(x), np.ones(4)
    for _ in range(3):
        assert f(other, x) == f(other, np.zeros(4)) == 4.0
        assert f(shown, x) == x.sum()  # one memory
        x[:] = 0


def test_what_is_written_is_to_be_writable():
    @npbridge.jit
    def f(a):
        a += 1

    x, locked = np.zeros(2), np.zeros(2)
    locked.flags.writeable = False
    for _ in range(3):
        f(x)
    with pytest.raises(ValueError, match="read-only"):
        f(locked)
    assert x.tolist() == [3.0, 3.0] and locked.tolist() == [0.0, 0.0]


def test_arguments_of_other_kinds_are_seen():
    for a in (np.arange(3), np.arange(3.0), np.arange(4), npbridge.arange(3), np.arange(3), np.float32(2), 3):

        @npbridge.jit
        def f(a, k=1):
            return a * k

        for kwargs in ({}, {"k": 2}, {"k": 2.5}, {"k": np.ones(1)}):
            want = a * kwargs.get("k", 1)
            for _ in range(2):
                got = f(a, **kwargs)
                assert got.dtype == want.dtype if hasattr(want, "dtype") else type(got) is type(want)
                np.testing.assert_array_equal(np.asarray(got), want)


def test_after_an_error_nothing_has_changed():
    ours = Model()
    step = compiled(ours, "fails")
    for _ in range(3):
        step(npbridge.zeros(3))
    state, v = np.random.get_state()[1].copy(), ours.v.tolist()
    for _ in range(3):
        with pytest.raises(IndexError):
            step(npbridge.array([0.0, 1.0, 0.0]))
    assert ours.v.tolist() == v and (np.random.get_state()[1] == state).all()
    twin = copy.deepcopy(ours)
    assert twin.v.tolist() == v
