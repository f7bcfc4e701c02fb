"""The overview: backends, in-place updates and random numbers, check by check."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge as nb

SEEDED = {
    "numpy": (
        [0.92961609, 0.31637555, 0.18391881, 0.20456028, 0.56772503],
        [0.90110884, 0.18534658, 2.49626568, 1.53620142, 2.4976073],
    ),
    "jax": (
        [0.47887695, 0.5548092, 0.8850775, 0.30382073, 0.6007602],
        [-1.5375284, -0.59702027, -2.2728395, 3.2330806, -0.27385947],
    ),
}


@pytest.fixture(autouse=True)
def _on(backend):
    """Every test runs on both backends."""


def test_s002_01_platform():
    nb.set_platform("cpu")


def test_s002_02_update_in_place(backend):
    b = same = nb.arange(5)
    b[0] += 5
    assert b is same
    assert b.tolist() == [5, 1, 2, 3, 4]
    assert b.dtype == (np.int32 if backend == "jax" else np.int64)


def test_s002_03_04_seeded_numbers(backend):
    uniform, normal = SEEDED[backend]
    nb.random.seed(12345)
    np.testing.assert_allclose(np.asarray(nb.random.random(5)), uniform, rtol=1e-5)
    np.testing.assert_allclose(np.asarray(nb.random.normal(0.0, 2.0, 5)), normal, rtol=1e-5)


def test_s002_03_04_seeded_numbers_compiled(backend):
    uniform, normal = SEEDED[backend]
    draw = nb.jit(lambda: (nb.random.random(5), nb.random.normal(0.0, 2.0, 5)))
    for _ in range(2):
        nb.random.seed(12345)
        first, second = draw()
        np.testing.assert_allclose(np.asarray(first), uniform, rtol=1e-5)
        np.testing.assert_allclose(np.asarray(second), normal, rtol=1e-5)


def test_s002_16_sums_of_random_numbers(backend):
    nb.random.seed(42)
    xs = nb.random.normal(size=(16, 2))
    ys = nb.sum(xs * 0.5, axis=-1)
    assert isinstance(xs, nb.JaxArray) and isinstance(ys, nb.JaxArray)
    assert xs.shape == (16, 2) and ys.shape == (16,)
    np.testing.assert_allclose(np.asarray(ys), np.asarray(xs).sum(-1) / 2, rtol=1e-5)


def test_s002_random_of_a_shape(backend):
    x = nb.random.random([5, 2])
    assert x.shape == (5, 2) and ((x >= 0) & (x < 1)).all()
    assert x.dtype == (np.float32 if backend == "jax" else np.float64)
