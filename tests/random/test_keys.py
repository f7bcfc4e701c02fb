"""The stream on jax: the bits of Threefry, whatever JAX is set to."""

import jax
import numpy as np
import pytest

import npbridge as nb
from npbridge._src.random import keys


@pytest.fixture
def legacy_numbering():
    before = jax.config.jax_threefry_partitionable
    jax.config.update("jax_threefry_partitionable", False)
    yield
    jax.config.update("jax_threefry_partitionable", before)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64"])
@pytest.mark.parametrize("n", [1, 5, 33])
def test_the_bits_are_those_of_jax(legacy_numbering, dtype, n):
    key = jax.random.PRNGKey(7)
    with jax.enable_x64(True):
        expected = jax.random.bits(key, (n,), dtype)
        got = jax.random.bits(keys.typed(key), (n,), dtype)
    np.testing.assert_array_equal(np.asarray(got), np.asarray(expected))


def test_keys_split_as_jax_splits_them(legacy_numbering):
    key = jax.random.PRNGKey(7)
    np.testing.assert_array_equal(keys.split(key, 5), jax.random.split(key, 5))
    np.testing.assert_array_equal(keys.seeded(12345), jax.random.PRNGKey(12345))


@pytest.mark.parametrize("partitionable", [True, False])
def test_a_seed_gives_the_same_numbers_under_both_settings_of_jax(partitionable):
    before = jax.config.jax_threefry_partitionable
    jax.config.update("jax_threefry_partitionable", partitionable)
    try:
        drawn = nb.random.RandomState(12345).random(5)
    finally:
        jax.config.update("jax_threefry_partitionable", before)
    np.testing.assert_allclose(np.asarray(drawn), [0.47887695, 0.5548092, 0.8850775, 0.30382073, 0.6007602], rtol=1e-6)


def test_lanes_are_apart_from_what_follows():
    key = keys.seeded(1)
    found = {tuple(k) for k in np.asarray(keys.lanes(key, 4)).tolist()}
    assert len(found) == 4
    for _ in range(3):
        key = keys.advance(key)
        assert tuple(np.asarray(key).tolist()) not in found


def test_each_stream_is_registered():
    rng = nb.random.RandomState(0)
    assert rng._stream.buffer in keys.key_buffers
