"""Loop nests that threads share give what one thread gives, whoever does which part."""

from __future__ import annotations

import os
import threading
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from npbridge._src.backends.loops import helpers, threads
from npbridge._src.backends.loops.compile import Compiled

from .test_steps import STEPS

_R = np.random.default_rng(3)
X, Y = _R.random((60, 700)) * 4 - 2, _R.random((60, 700))
LONG = _R.random(70_000) + 0.1
SHARE = "call void @npbridge_share("


def _heat(u):
    inner = u[1:-1, 1:-1] + 0.1 * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
    return jax.lax.dynamic_update_slice(u, inner, (1, 1))


def _softmax(x):
    e = jnp.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


NESTS = {
    "chain": (lambda x, y: jnp.sin(x) * jnp.cos(y) + jnp.arctan2(x, y) * jnp.exp(-x), X, Y),
    "long chain": (lambda x: jnp.sin(x) * 2 + x[::-1], LONG),
    "no heavy step": (lambda x: x * 2 + 1 / x, LONG),
    "several": (lambda x, y: (x + y, x * y, x > y), X, Y),
    "heat": (_heat, X),
    "softmax": (_softmax, X),
    "rows": (lambda x: (x.sum(1), x.max(1), jnp.exp(x).sum(1)), X),
    "columns": (lambda x: (x.sum(0), x.min(0)), X),
    "columns of heavy steps": (lambda x: jnp.sin(x).sum(0), X),
    "middle": (lambda x: x.reshape(60, 2, 350).sum(1), X),
    "outer and inner": (lambda x: x.reshape(60, 2, 350).sum((0, 2)), X),
    "gathered": (lambda x, y: y[:, (jnp.abs(x[0]) * 300).astype(int)] * 2, X, Y),
    "a number beside": (lambda x: x * x[3, 4] + x.sum(), X),
    "complex": (lambda x, y: (x + 1j * y) * (x - 1j * y), X, Y),
    "in a loop": (lambda x: jax.lax.fori_loop(0, 5, lambda i, c: jnp.sin(c) * i + c.sum(), x), X),
    "carried": (lambda x: jax.lax.fori_loop(0, 4, lambda i, c: (c[1] * 1.5, c[0] + i), (x, x + 1)), X),
    "truths": (lambda x: ((x > 0).any(1), (x > 0).all()), X),
}  # fmt: skip
WHOLE = {
    "sum": (jnp.sum, LONG),
    "sum of a chain": (lambda x: (jnp.exp(x) * x).sum(), LONG),
    "of two axes": (lambda x: (x.sum(), x.max(), x.min()), X),
    "of integers": (lambda x: (x * 100).astype(int).sum(), LONG),
    "largest": (lambda x: (x.max(), x.min()), LONG),
    "of complex numbers": (lambda x: (x + 2j * x).sum(), LONG),
    "count": (lambda x: (x > 0.5).sum(), LONG),
}


@pytest.fixture
def eager(monkeypatch):
    """Threads for any nest, several of them."""
    monkeypatch.setattr(threads, "LEAST", 0.1)
    size = threads._size.value
    threads._address()
    threads._size.value = 4
    yield
    threads._size.value = size


def _made(function, *inputs):
    with jax.enable_x64(True):
        return Compiled(jax.make_jaxpr(function)(*inputs))


def _alone(monkeypatch, function, *inputs):
    with monkeypatch.context() as m:
        m.setattr(threads, "LEAST", float("inf"))
        compiled = _made(function, *inputs)
    assert SHARE not in compiled.text
    return compiled


@pytest.mark.parametrize("name", NESTS)
def test_elements_and_rows_are_the_same_bit_for_bit(name, eager, monkeypatch):
    function, *inputs = NESTS[name]
    shared, alone = _made(function, *inputs), _alone(monkeypatch, function, *inputs)
    assert SHARE in shared.text
    whole_sums = name in ("a number beside", "in a loop")
    for _ in range(5):
        for ours, theirs in zip(shared(*inputs), alone(*inputs), strict=True):
            if whole_sums:
                np.testing.assert_allclose(ours, theirs, rtol=1e-12)
            else:
                assert ours.tobytes() == theirs.tobytes()


@pytest.mark.parametrize("name", WHOLE)
def test_sums_of_all_do_not_depend_on_how_many_threads_there_are(name, eager, monkeypatch):
    function, *inputs = WHOLE[name]
    shared, alone = _made(function, *inputs), _alone(monkeypatch, function, *inputs)
    assert SHARE in shared.text
    found = []
    for count in (1, 2, 4, 4):
        threads._size.value = count
        found.append([np.asarray(x).tobytes() for x in shared(*inputs)])
    assert all(f == found[0] for f in found)
    for ours, theirs in zip(shared(*inputs), alone(*inputs), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-13)


@pytest.mark.parametrize("name", STEPS)
def test_step(name, eager, monkeypatch):
    function, *inputs = STEPS[name]
    found, wanted = _made(function, *inputs)(*inputs), _alone(monkeypatch, function, *inputs)(*inputs)
    for ours, theirs in zip(found, wanted, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6 if ours.dtype == np.float32 else 1e-12, atol=1e-14)


def test_work_decides():
    small, large = np.ones(100), np.ones(2_000_000)
    for x, shared in ((small, False), (large, True)):
        assert (SHARE in _made(lambda x: jnp.exp(x) + 1, x).text) is shared
    middle = np.ones(50_000)
    with jax.enable_x64(True):
        closed = jax.make_jaxpr(lambda x: jnp.exp(x) + 1)(middle)
    assert SHARE not in Compiled(closed).text
    assert SHARE in Compiled(closed, parallel=True).text


def test_the_caller_does_all_where_no_thread_can_be_made(eager, monkeypatch):
    text = helpers._SHARE
    call = next(line for line in text.splitlines() if "= call i32 @pthread_create" in line)
    monkeypatch.setattr(helpers, "_SHARE", text.replace(call, "  %failed = add i32 0, 11"))
    helpers.share.cache_clear()
    shared = _made(lambda x: x + 1, LONG)
    for _ in range(3):
        assert np.array_equal(shared(LONG)[0], LONG + 1)
    helpers.share.cache_clear()


def test_any_thread_may_call(eager):
    shared = _made(lambda x: (jnp.exp(x), x.sum()), LONG)
    wanted = [x.tobytes() for x in shared(LONG)]
    failed = []

    def work():
        for _ in range(50):
            if [x.tobytes() for x in shared(LONG)] != wanted:
                failed.append(True)

    users = [threading.Thread(target=work) for _ in range(4)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    assert not failed


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_forked_child_works_alone(eager):
    shared = _made(lambda x: x * 2, LONG)
    shared(LONG)
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # JAX's, which this child does not use
        child = os.fork()
    if not child:
        same = np.array_equal(shared(LONG)[0], LONG * 2)
        os.write(writer, bytes([same, threads._size.value]))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 2) == bytes([1, 1])


def test_written_in_place(eager, monkeypatch):
    with jax.enable_x64(True):
        closed = jax.make_jaxpr(lambda x: jax.lax.dynamic_update_slice(x, jnp.exp(x[10:50]) - x[9:49], (10, 0)))(X)
    found = []
    for least in (0.1, float("inf")):
        monkeypatch.setattr(threads, "LEAST", least)
        x = X.copy()
        (out,) = Compiled(closed, donated={0: 0})(x)
        assert out is x
        found.append(x.tobytes())
    assert found[0] == found[1]
