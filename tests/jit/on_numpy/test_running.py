"""How compiled programs run: through the interpreter, as plain Python, from disk, in threads, pickled."""

import pickle
import threading

import numpy as np
import pytest

import npbridge

from .compare import compile_function, same
from .programs_python import V


def lexical(x):
    return np.lexsort((x, -x)), np.ediff1d(x)


def grown(x):
    found = []
    for v in x:
        if v > 1:
            found.append(v)
    return np.array(found)


def test_what_cannot_be_compiled_runs_and_says_so():
    function = npbridge.jit(grown)
    with pytest.warns(npbridge.errors.FallbackWarning, match="found changes its length"):
        first = function(npbridge.asarray(V))
    np.testing.assert_array_equal(first, V[V > 1])
    np.testing.assert_array_equal(function(npbridge.asarray(V)), first)
    assert "ran as plain Python, as the list found" in function.explain()


def test_strict_refuses_it():
    with pytest.raises(npbridge.errors.ControlFlowError, match="found changes its length"):
        npbridge.jit(grown, strict=True)(npbridge.asarray(V))


def inplace(x, m):
    x[1:] += x[:-1]
    m += m[0]
    np.add(x[:-1], x[1:], out=x[1:])
    x[::-1] += x
    return x, m


def test_overlapping_memory():
    same(inplace, np.arange(6.0), np.arange(12.0).reshape(3, 4))


def test_threads_share_a_compiled_function():
    def program(x, n):
        for _ in range(n):
            for i in range(len(x)):
                x[i] += 1.0

    compiled = compile_function(program)
    x = npbridge.zeros(100)
    threads = [threading.Thread(target=lambda: [compiled(x, 5) for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(x, np.full(100, 400.0))


def test_pickling():
    compiled = compile_function(lexical)
    again = pickle.loads(pickle.dumps(compiled))
    np.testing.assert_array_equal(again(V)[0], lexical(V)[0])


def test_parallel():
    def program(x, y):
        y[:] = np.exp(x) + x * 2
        return (x * y).sum()

    same(program, np.linspace(0, 1, 1000), np.zeros(1000), parallel=True)


def test_views_that_are_read():
    def program(a, b):
        return a * b + a

    compiled = compile_function(program)
    x = npbridge.asarray(np.arange(6.0))
    a, b = x[1:], x[::-1][:5]
    for _ in range(3):
        np.testing.assert_array_equal(compiled(a, b), np.asarray(a) * np.asarray(b) + np.asarray(a))
        x += 1


def test_a_variable_that_is_replaced():
    class Model:
        def __init__(self):
            self.v = npbridge.Variable(npbridge.zeros(3))

        def step(self):
            self.v += 1
            return self.v.sum()

    model = Model()
    step = compile_function(model.step)
    assert [float(step()) for _ in range(3)] == [3, 6, 9]
    model.__dict__["v"] = npbridge.Variable(npbridge.ones(2))
    assert [float(step()) for _ in range(60)] == [2.0 * k for k in range(2, 62)]
    assert step.loops._quick[0]() == 2.0 * 62
