"""Long lists that become arrays: ``np.array([f(x) for x in items])`` is a loop."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge


class Filter:
    def __init__(self):
        self.level = npbridge.zeros(2)

    def __call__(self, x):
        self.level += 0.1 * (x - self.level)
        return self.level.sum()


def numbers(x):
    return np.array([np.sin(x[i % 4]) * i for i in range(300)])


def rows(x):
    return np.asarray([v * x for v in np.linspace(0.0, 1.0, 300)])


def shorter(x):
    return np.array([v * 2 for v in x])


def settling(x):
    return np.array([x[i % 4].astype(int) if i < 100 else 0.5 for i in range(300)])


def mixed(x):
    return np.array([[2, v] if i % 2 else [v, 0.5] for i, v in enumerate(x[np.arange(40) % 4])])


@pytest.mark.parametrize("program", [numbers, rows, shorter, settling, mixed])
def test_values(program):
    with npbridge.backend("jax"):
        got = npbridge.jit(program)(npbridge.arange(4.0))
    expected = program(np.arange(4.0, dtype=np.float32))
    assert got.shape == expected.shape
    np.testing.assert_allclose(np.asarray(got), expected, rtol=1e-4, atol=1e-5)


def test_state_moves_once_for_each_item():
    def run(state, xs):
        return np.array([state(x) for x in xs])

    compiled, plain = Filter(), Filter()
    xs = npbridge.asarray(np.sin(np.arange(400.0)).reshape(200, 2))
    with npbridge.backend("jax"):
        got = npbridge.jit(run)(compiled, xs)
        expected = run(plain, xs)
    np.testing.assert_allclose(np.asarray(got), np.asarray(expected), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(np.asarray(compiled.level), np.asarray(plain.level), rtol=1e-4)


def test_it_is_not_written_out():
    compiled = npbridge.jit(numbers, backend="jax")
    assert len(compiled.lower(npbridge.arange(4.0)).jaxpr.splitlines()) < 200
