"""Casts that give NumPy's bits.

XLA clamps a float that an integer cannot hold, NumPy does what the processor's
instructions for C casts do: on x86-64 they give the smallest integer, which is then
cut to the width asked for.  Rounding to ``float16`` goes through ``float32`` in XLA.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax


def cast(values, dtype):
    """`values` for JAX in another dtype, with the bits that ``ndarray.astype`` gives."""
    x = jnp.asarray(values)
    dtype = np.dtype(dtype)
    if x.dtype == dtype:
        return x
    if x.dtype.kind == "c" and dtype.kind not in "cb":
        x = x.astype(x.real.dtype)  # with NumPy's warning
    if x.dtype.kind == "f" and dtype.kind in "iu":
        return _integers(x, dtype)
    if x.dtype == np.float64 and dtype == np.float16:
        x = _to_odd(x)
    return x.astype(dtype)


def _integers(x, dtype):
    half = x.dtype == np.float16
    x = jnp.trunc(x.astype(jnp.float32) if half else x)
    if dtype.name in ("int8", "uint8", "int16", "uint16", "int32"):
        return _truncated(x, np.dtype(np.int32)).astype(dtype)
    if dtype == np.int64:
        return _truncated(x, dtype)
    if dtype == np.uint64:
        return _upper_half(x, np.dtype(np.int64), dtype)
    # four at a time by vector instructions, the others one by one: they differ past the ends of the dtype
    in_blocks = 0 if half else x.size - x.size % 4
    blocks, single = _upper_half(x, np.dtype(np.int32), dtype), _lower_bits(x)
    if not in_blocks or in_blocks == x.size:
        return blocks if in_blocks else single
    return jnp.where(jnp.arange(x.size).reshape(x.shape) < in_blocks, blocks, single)


def _lower_bits(x):
    """The lower half of an integral float as int64, without one."""
    fits = (x >= -(2.0**63)) & (x < 2.0**63)
    size = lax.rem(jnp.abs(jnp.where(fits, x, 0)), jnp.asarray(2.0**32, x.dtype)).astype(jnp.uint32)
    return jnp.where(x < 0, jnp.uint32(0) - size, size)


def _truncated(x, signed):
    """An integral float as a signed integer; the smallest one where it does not fit."""
    limit = 2.0 ** (8 * signed.itemsize - 1)
    fits = (x >= -limit) & (x < limit)
    return jnp.where(fits, jnp.where(fits, x, 0).astype(signed), np.iinfo(signed).min)


def _upper_half(x, signed, unsigned):
    """As unsigned: what is past the signed half goes through the conversion of what is left."""
    limit = 2.0 ** (8 * signed.itemsize - 1)
    high = x >= limit
    bits = lax.bitcast_convert_type(_truncated(jnp.where(high, x - limit, x), signed), unsigned)
    return jnp.where(high, bits ^ unsigned.type(1 << (8 * signed.itemsize - 1)), bits)


def _to_odd(x):
    """float64 as float32 with the last bit set where digits were lost, so that rounding once more is right."""
    near = x.astype(jnp.float32)
    back = near.astype(x.dtype)
    bits = lax.bitcast_convert_type(near, jnp.int32)
    step = jnp.where(jnp.abs(x) > jnp.abs(back), 1, -1)
    odd = lax.bitcast_convert_type(bits + step, jnp.float32)
    return jnp.where((back != x) & jnp.isfinite(near) & (bits % 2 == 0), odd, near)
