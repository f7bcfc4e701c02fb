"""Uniform integers, permutations and choices out of the bits of a key, in ``jax.numpy``."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np

from . import keys
from .continuous import random


def integers(key, shape, dtype, low, last):
    """From `low` to `last`, both included and of type `dtype`.

    The high word of the product of the range and a random fraction of two words: no
    value is favoured by more than one part in the number of values of a word.
    """
    if dtype == np.bool_:
        drawn = jr.bits(keys.typed(key), shape, "uint8") >> 7 == 1
        return jnp.where(low == last, low, drawn)
    word = np.dtype(np.uint64 if np.dtype(dtype).itemsize == 8 else np.uint32)
    low, last = low.astype(word), last.astype(word)  # negative numbers wrap around, and back again
    count = last - low + 1  # 0 where the range is that of the whole word
    first, second = keys.split(key, 2)
    high = jr.bits(keys.typed(first), shape, word)
    below = jr.bits(keys.typed(second), shape, word)
    product, rest = _product(high, count)
    carry = rest + _product(below, count)[0] < rest
    return jnp.where(count == 0, low + high, low + product + carry.astype(word)).astype(dtype)


def _product(a, b):
    """The high and the low word of ``a * b``."""
    half = a.dtype.itemsize * 4
    mask = (1 << half) - 1
    a1, a0, b1, b0 = a >> half, a & mask, b >> half, b & mask
    middle = (a0 * b0 >> half) + (a1 * b0 & mask) + (a0 * b1 & mask)
    return a1 * b1 + (a1 * b0 >> half) + (a0 * b1 >> half) + (middle >> half), a * b


def order(key, n: int):
    """A permutation of ``range(n)``."""
    return jr.permutation(keys.typed(key), n)


def orders(key, shape, axis: int):
    """Independent permutations along one axis, as indices."""
    rows = [n for i, n in enumerate(shape) if i != axis]
    count = int(np.prod(rows))
    if not count * shape[axis]:
        return jnp.zeros(shape, jnp.int32)
    made = jax.vmap(lambda k: order(k, shape[axis]))(keys.split(key, count))
    return jnp.moveaxis(made.reshape(*rows, shape[axis]), -1, axis)


def chosen(key, shape, dtype, p):
    """Indices with probabilities `p`, with replacement."""
    ends = jnp.cumsum(p)
    # the last end is 1 but for rounding: what lies above it belongs to the last that can come
    found = jnp.searchsorted(ends, random(key, shape, dtype) * ends[-1], side="right")
    return jnp.minimum(found, jnp.max(jnp.where(p > 0, jnp.arange(p.shape[0]), 0)))


def chosen_once(key, n: int, dtype, p):
    """`n` different indices, one after the other with probabilities in proportion to `p`.

    The order of exponential times with rates `p`: Efraimidis and Spirakis, *Inform.
    Process. Lett.* 97 (2006), 181.
    """
    times = jr.exponential(keys.typed(key), p.shape, dtype) / p
    return jnp.argsort(times)[:n]
