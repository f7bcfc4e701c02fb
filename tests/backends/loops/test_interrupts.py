"""Ctrl-C in the middle of a long loop: the call is left soon, and all is as before."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import warnings

import jax
import numpy as np
import pytest

import npbridge
from npbridge._src.backends.loops import interrupts
from npbridge._src.backends.loops.compile import Compiled

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals of POSIX")
FOR_EVER = 2_000_000_000


def relax(v, w, n):
    for _ in range(n):
        v += 1.0
        w += v * 0.5


def until(v, limit):
    k = 0
    while v[0] < limit:
        v += 1e-9
        k += 1
    return k


def nested(v, n):
    for _ in range(n):
        t = 1.0
        while t > 1e-3:
            t = t * 0.999
        v[0] += t


@contextlib.contextmanager
def interrupted(after=0.15):
    """Ctrl-C after some seconds; the call inside has to end soon after.

    It comes again after three more: while a function is traced and compiled, Python may be where it ignores what a
    handler raises, as in a finalizer.
    """
    sent, over = [], threading.Event()

    def send():
        pause = after
        while not over.wait(pause):
            sent.append(time.perf_counter())
            os.kill(os.getpid(), signal.SIGINT)
            pause = 3.0

    sender = threading.Thread(target=send)
    sender.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
        over.set()
        assert time.perf_counter() - sent[-1] < 1  # a tenth is meant, on a machine that is not busy
    finally:
        over.set()
        sender.join()


def _made(function, *inputs, **options):
    with jax.enable_x64(True):
        return Compiled(jax.make_jaxpr(function)(*inputs), **options)


def _spin(v, n):
    return jax.lax.fori_loop(0, n, lambda i, c: c + 1.0, v)


@pytest.mark.parametrize("backend", ["numpy", "jax"])
@pytest.mark.parametrize("size", [3, 5000, 60_000])
def test_arrays_are_as_before(backend, size):
    with npbridge.backend(backend):
        v, w = npbridge.array(np.arange(float(size))), npbridge.array(np.zeros(size))
        compiled = npbridge.jit(relax)
        for _ in range(3):
            compiled(v, w, 2)
        before = np.array(v), np.array(w)
        for _ in range(2):
            with interrupted():
                compiled(v, w, FOR_EVER)
            assert np.array_equal(v, before[0])
            assert np.array_equal(w, before[1])
        compiled(v, w, 1)
        assert np.array_equal(v, before[0] + 1)


@pytest.mark.parametrize("function, rest", [(until, 9e9), (nested, FOR_EVER)])
def test_the_first_call_and_later_ones(function, rest):
    with npbridge.backend("numpy"):
        compiled, v = npbridge.jit(function), npbridge.array([0.0, 1.0])
        for _ in range(3):
            with interrupted(0.5):
                compiled(v, rest)
            assert np.array_equal(v, [0, 1])


def test_ndarrays_are_as_before():
    with npbridge.backend("numpy"):
        compiled, v, w = npbridge.jit(relax), np.zeros(50), np.ones(50)
        compiled(v, w, 1)
        before = v.copy(), w.copy()
        for _ in range(3):
            with interrupted():
                compiled(v, w, FOR_EVER)
            assert np.array_equal(v, before[0])
            assert np.array_equal(w, before[1])


def test_state_is_as_before():
    class Cell:
        def __init__(self):
            self.v, self.t = npbridge.array(np.zeros(4)), 0.0

        def run(self, n):
            for _ in range(n):
                self.v += 1.0
                self.t += 0.5

    with npbridge.backend("numpy"):
        cell = Cell()
        run = npbridge.jit(cell.run)
        for _ in range(3):
            run(2)
        with interrupted():
            run(FOR_EVER)
        assert (cell.t, cell.v.tolist()) == (3.0, [6.0] * 4)


def test_what_a_handler_raises_comes_out_and_others_let_it_go_on():
    compiled, v = _made(_spin, np.zeros(2), 1, numbers=frozenset({1})), np.zeros(2)
    told = []

    def raises(number, frame):
        raise TimeoutError

    for handler in (raises, lambda *_: told.append(1)):
        before = signal.signal(signal.SIGALRM, handler)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            if handler is raises:
                with pytest.raises(TimeoutError):
                    compiled(v, FOR_EVER)
            else:
                assert np.array_equal(compiled(v, 300_000_000)[0], [3e8, 3e8])
        finally:
            signal.signal(signal.SIGALRM, before)
    assert told == [1]


def test_other_threads_go_on():
    compiled, found = _made(_spin, np.zeros(2), 1, numbers=frozenset({1})), []
    done = threading.Event()

    def work():
        found.extend(compiled(np.zeros(2), 400_000_000))
        done.set()

    with interrupted(0.1):
        threading.Thread(target=work).start()
        done.wait()
    done.wait()
    assert np.array_equal(found[0], [4e8, 4e8])


def test_in_a_child_after_fork():
    compiled = _made(_spin, np.zeros(2), 1, numbers=frozenset({1}))
    reader, writer = os.pipe()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # JAX's, which this child does not use
        child = os.fork()
    if not child:
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        try:
            compiled(np.zeros(2), FOR_EVER)
        except KeyboardInterrupt:
            os.write(writer, b"yes")
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    assert os.read(reader, 3) == b"yes"


@pytest.mark.parametrize("n", [-5, 0, 1, 2, 65_535, 65_536, 65_537, 200_000])
@pytest.mark.parametrize("start", [0, 3])
@pytest.mark.parametrize("wide", [True, False])
def test_counted_loops_have_their_turns(n, start, wide):
    def count(v, n):
        return jax.lax.fori_loop(start, n, lambda i, c: (c[0] + i, c[1] + 1, c[2].at[i % 3].set(i)), (0, 0, v))

    with jax.enable_x64(wide):
        v = np.zeros(3, "i8" if wide else "i4")
        closed = jax.make_jaxpr(count)(v, 1)
        compiled, alone = Compiled(closed), Compiled(closed, stops=False)
    assert "@npbridge_interrupted" in compiled.text
    assert "@npbridge_interrupted" not in alone.text
    n = np.array(n, v.dtype)
    for ours, theirs in zip(compiled(v, n), alone(v, n), strict=True):
        assert np.array_equal(ours, theirs)


def test_short_loops_are_not_left():
    assert (
        "@npbridge_interrupted"
        not in _made(lambda v: jax.lax.fori_loop(0, 1000, lambda i, c: c + i, v), np.zeros(9)).text
    )
    assert (
        "@npbridge_interrupted" in _made(lambda v: jax.lax.fori_loop(0, 10**9, lambda i, c: c + i, v), np.zeros(9)).text
    )


@pytest.mark.parametrize("nbytes", [800, 8 * interrupts.KEPT])
def test_large_arrays_are_not_written_in_place_where_only_the_run_tells(nbytes):
    def grow(v):
        return jax.lax.while_loop(lambda c: c[0] < 5, lambda c: c + 1, v)

    v = np.zeros(nbytes // 8)
    compiled = _made(grow, v, donated={0: 0})
    (found,) = compiled(v)
    kept_copy = nbytes <= interrupts.KEPT
    assert (found is v) is kept_copy
    assert bool(compiled.donated) is kept_copy
    assert (found == 5).all()


def test_large_arrays_are_copied_for_long_loops_only():
    v = np.zeros(interrupts.KEPT)
    compiled = _made(_spin, v, 1, numbers=frozenset({1}), donated={0: 0})
    for n in (1, 2):
        assert compiled(v, n)[0] is v
    assert (v == 3).all()
    with interrupted():
        compiled(v, FOR_EVER)
    assert (v == 3).all()


def test_a_program_that_draws_is_not_left():
    def walk(rng, n):
        x = rng.normal()
        for _ in range(n):
            x = x * 0.5 + 1.0
        return x

    with npbridge.backend("numpy"):
        compiled, rng, twin = npbridge.jit(walk), np.random.default_rng(1), np.random.default_rng(1)
        for n in (3, 4, 5):
            assert compiled(rng, n) == pytest.approx(walk(twin, n))
        timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            compiled(rng, 100_000_000)
        twin.normal()
        assert rng.normal() == twin.normal()
