"""Keys of the stream on ``'jax'``: how they are made, split, and turned into bits.

A key is two 32-bit words, as ``jax.random.PRNGKey`` has them, and the bits are those of
Threefry-2x32 over one counter that runs through the whole sample.  JAX can number the
counters in another way (``jax_threefry_partitionable``), which gives other numbers; the
way is fixed here, so that a seed gives the same numbers whatever JAX is set to.

Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC 2011.
"""

from __future__ import annotations

import math
import weakref
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.random import define_prng_impl, threefry_2x32

from ..storage.buffer import Buffer

# The buffers whose contents are keys: a transformation that runs a function for several
# lanes gives each lane a key of its own.
key_buffers: weakref.WeakSet[Buffer] = weakref.WeakSet()

WORDS = 2


def advance(value):
    """The key that follows `value` in its stream, after one draw."""
    return split(value, 2)[0]


def lanes(value, n: int):
    """Keys for `n` lanes, of shape ``(n, 2)``; none is met by draws after :func:`advance`."""
    return split(split(value, 2)[1], n)


def split(value, n: int):
    """`n` new keys, of shape ``(n, 2)``; `value` itself must not be used again."""
    return _split(jnp.asarray(value), (n,))


def seeded(seed: int) -> np.ndarray:
    """The key of an integer seed: its low 64 bits."""
    return np.array([seed >> 32 & 0xFFFFFFFF, seed & 0xFFFFFFFF], np.uint32)


def typed(value) -> jax.Array:
    """A key as the functions of ``jax.random`` take it."""
    return jax.random.wrap_key_data(value, impl=_stream)


# -- the generator; `key` has shape (2,)


def _seed(seed):
    low = jnp.asarray(seed).astype(jnp.uint32)
    wide = jnp.asarray(seed).dtype.itemsize > 4
    high = (jnp.asarray(seed) >> 32).astype(jnp.uint32) if wide else jnp.zeros_like(low)
    return jnp.stack([high, low])


_LAST_COUNTER = 0xFFFFFFFF


def _words(key, n: int):
    """`n` random words; past the last counter each block has a key of its own."""
    blocks, rest = divmod(n, _LAST_COUNTER)
    if not blocks:
        return threefry_2x32(key, jax.lax.iota(jnp.uint32, n))
    *full, last = _split(key, (blocks + 1,))
    parts = [threefry_2x32(k, jax.lax.iota(jnp.uint32, _LAST_COUNTER)) for k in full]
    return jnp.concatenate([*parts, threefry_2x32(last, jax.lax.iota(jnp.uint32, rest))])


def _split(key, shape):
    return _words(key, WORDS * math.prod(shape)).reshape(*shape, WORDS)


def _fold_in(key, number):
    return threefry_2x32(key, _seed(number))


def _bits(key, width: int, shape):
    size = math.prod(shape)
    if width == 64:
        high, low = jnp.split(_words(key, 2 * size), 2)
        return (high.astype(jnp.uint64) << 32 | low.astype(jnp.uint64)).reshape(shape)
    if width == 32:
        return _words(key, size).reshape(shape)
    dtype: Any = {8: jnp.uint8, 16: jnp.uint16}[width]
    words = _words(key, -(-size * width // 32))
    shifts = jnp.arange(0, 32, width, dtype=jnp.uint32)
    return (words[:, None] >> shifts).astype(dtype).ravel()[:size].reshape(shape)


_stream = define_prng_impl(
    key_shape=(WORDS,), seed=_seed, split=_split, random_bits=_bits, fold_in=_fold_in, name="npbridge_stream", tag="nb"
)
