"""A trace belongs to its thread and context: others go on with what arrays really hold."""

from __future__ import annotations

import contextvars
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import jax
import numpy as np
import pytest

import npbridge


@pytest.fixture(autouse=True)
def on_jax():
    with npbridge.backend("jax"):
        yield


def while_traced(function, *args, do):
    """The result of the first call of a compiled function, during which another thread does something."""
    inside, done = threading.Event(), threading.Event()

    def pausing(*args):
        result = function(*args)
        inside.set()
        assert done.wait(20)
        return result

    def other():
        inside.wait(20)
        try:
            with npbridge.backend("jax"):
                do()
        finally:
            done.set()

    thread = threading.Thread(target=other)
    thread.start()
    result = npbridge.jit(pausing)(*args)
    thread.join()
    return result


def test_another_thread_reads_and_writes_arguments():
    x, seen = npbridge.asarray([1.0, 2.0, 3.0]), []

    def do():
        seen.append(np.array(x))
        x[1] += 10.0

    def doubled(x):
        return x * 2

    result = while_traced(doubled, x, do=do)
    np.testing.assert_array_equal(seen[0], [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(x, [1.0, 12.0, 3.0])
    assert np.asarray(result)[0] == 2.0


def test_another_thread_writes_an_array_that_only_it_knows():
    mine = npbridge.asarray([1.0, 2.0])

    def do():
        mine[0] = 7.0
        mine[:] *= 2.0

    def squared(x):
        return x * x

    while_traced(squared, npbridge.asarray([3.0]), do=do)
    np.testing.assert_array_equal(mine, [14.0, 4.0])


def test_views_of_what_is_traced():
    x = npbridge.asarray(np.arange(12.0).reshape(3, 4))
    row = x[1]

    def bumped(x):
        x[0] += 1.0
        return x.sum()

    while_traced(bumped, x, do=lambda: row.__setitem__(slice(None), -1.0))
    np.testing.assert_array_equal(row, [-1.0] * 4)
    np.testing.assert_array_equal(x[2], [8.0, 9.0, 10.0, 11.0])


def test_another_thread_compiles_meanwhile():
    x = npbridge.asarray([1.0, 2.0])
    found = []

    def inner(x):
        total = 0.0
        for i in range(5):
            total += (x * i).sum()
        return total

    def tripled(x):
        return x * 3

    result = while_traced(tripled, x, do=lambda: found.append(float(npbridge.jit(inner)(x))))
    assert found == [30.0]
    np.testing.assert_array_equal(result, [3.0, 6.0])


def test_a_copied_context_in_another_thread_is_outside_of_the_trace():
    x, seen = npbridge.asarray([1.0, 2.0]), []

    def read(x):
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(lambda: seen.append(np.array(x)),))
        thread.start()
        thread.join()
        return x + 1

    npbridge.jit(read)(x)
    np.testing.assert_array_equal(seen[0], [1.0, 2.0])


def test_first_calls_at_once_compile_once():
    def counted(x):
        return (x * 2).sum()

    compiled, x, start = npbridge.jit(counted), npbridge.asarray(np.arange(5.0)), threading.Barrier(6)

    def call(_):
        start.wait(20)
        with npbridge.backend("jax"):
            return float(compiled(x))

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(call, range(6))) == [20.0] * 6
    assert compiled.cache_info()["compiles"] == 1


def test_gradients_meanwhile():
    x, found = npbridge.asarray([1.0, 2.0]), []

    def cubed(x):
        return (x**3).sum()

    def halved(x):
        return x / 2

    while_traced(halved, x, do=lambda: found.append(np.array(npbridge.grad(cubed)(x))))
    np.testing.assert_allclose(found[0], [3.0, 12.0])


def test_settings_of_jax_stay():
    before = jax.config.jax_traceback_filtering
    seen = []

    def negated(x):
        return -x

    while_traced(negated, npbridge.asarray([1.0]), do=lambda: seen.append(jax.config.jax_traceback_filtering))
    assert seen == [before]
    assert jax.config.jax_traceback_filtering == before


def at_once(*functions):
    """Run the functions in a thread each, which take turns often."""
    before, start = sys.getswitchinterval(), threading.Barrier(len(functions))

    def run(function):
        start.wait(20)
        with npbridge.backend("jax"):
            function()

    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(len(functions)) as pool:
            for job in [pool.submit(run, f) for f in functions]:
                job.result()
    finally:
        sys.setswitchinterval(before)


@pytest.mark.parametrize("size", [3, 20_000])
def test_no_step_is_lost(size):
    class Model:
        def __init__(self):
            self.n, self.m = npbridge.asarray(np.zeros(size)), npbridge.Variable(np.zeros(size))

        def step(self):
            self.n += 1.0
            self.m -= 1.0

    model = Model()
    step = npbridge.jit(model.step)
    step()
    at_once(*[lambda: [step() for _ in range(50)]] * 6)
    np.testing.assert_array_equal(model.n, np.full(size, 301.0))
    np.testing.assert_array_equal(model.m, np.full(size, -301.0))


def test_steps_in_other_orders_do_not_wait_for_each_other():
    a, b = npbridge.asarray([0.0]), npbridge.asarray([0.0])

    def crossing(x, y):
        x += 1.0
        y += 2.0

    step = npbridge.jit(crossing)
    step(a, b)
    at_once(lambda: [step(a, b) for _ in range(100)], lambda: [step(b, a) for _ in range(100)])
    assert float(a[0]) + float(b[0]) == 603.0


def test_draws_differ_compiled_and_eager():
    rng = npbridge.random.default_rng(3)
    sample = npbridge.jit(lambda scale: rng.normal(size=2).sum() * scale)
    sample(1.0)
    drawn = []
    work = [lambda: [drawn.append(float(sample(1.0))) for _ in range(30)]] * 3
    at_once(*work, *[lambda: [drawn.append(float(rng.normal(size=2).sum())) for _ in range(30)]] * 3)
    assert len(set(drawn)) == 180
