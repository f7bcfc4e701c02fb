"""Views: a window on a buffer, and how to read and write it on the device.

The layout of a view (shape, strides, offset, dtype, writeable) is an ``ndarray``
over the buffer's host array, so every question about layout is answered by NumPy
itself.  On the host such an ndarray *is* the view.  For the device it is turned
into slices of the buffer, a transposition and a broadcast; where no such
description exists (a diagonal, overlapping windows), into a gather.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np


def owner_of(values: np.ndarray):
    """The object that owns the memory of `values`: an ndarray where there is one."""
    owner = values
    while True:
        base = owner.base
        if type(base) is np.ndarray:
            owner = base
        elif base is not None and type(getattr(base, "base", None)) is np.ndarray:
            owner = base.base  # as_strided goes through a holder object
        else:
            return owner


def address(values: np.ndarray) -> int:
    return values.__array_interface__["data"][0]


def same_window(layout: np.ndarray, old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """The window that `layout` is on `old`, on `new` (both C-ordered, alike)."""
    offset = address(layout) - address(old)
    if layout.size == 0:
        offset = 0
    writeable = layout.flags.writeable
    window = np.ndarray(layout.shape, layout.dtype, new, offset, layout.strides)
    if not writeable:
        window.flags.writeable = False
    return window


class Spec(NamedTuple):
    """How to cut a view out of the device replica.

    ``base``: shape to give the buffer first.  ``index``: one int or slice per
    axis of it.  ``order``: transposition of what the slices keep.  ``shape``: the
    view's shape, with the broadcast axes (``repeated``) as they are.
    ``flat``: instead of the above, element strides and offset for a gather.
    """

    base: tuple
    index: tuple
    order: tuple
    kept: tuple
    repeated: tuple
    shape: tuple
    flat: tuple | None


def spec_of(layout: np.ndarray, host: np.ndarray) -> Spec:
    itemsize = host.dtype.itemsize
    offset = 0 if layout.size == 0 else (address(layout) - address(host)) // itemsize
    strides = tuple(s // itemsize for s in layout.strides)
    return _spec(host.shape, layout.shape, strides, offset)


@functools.lru_cache(maxsize=4096)
def _spec(base, shape, strides, offset) -> Spec:
    repeated = tuple(n > 1 and s == 0 for n, s in zip(shape, strides, strict=True))
    axes = [i for i, (n, s) in enumerate(zip(shape, strides, strict=True)) if n > 1 and s != 0]
    axes.sort(key=lambda i: -abs(strides[i]))
    total = int(np.prod(base, dtype=np.int64))
    if 0 in shape:
        return Spec((), (), (), (), (), shape, None)
    for candidate in (base, _factored(total, [abs(strides[i]) for i in axes])):
        found = candidate and _match(candidate, [(shape[i], strides[i]) for i in axes], offset)
        if found:
            index, used = found
            # slicing leaves the axes in the order of the base; `order` brings them
            # into the order of `axes`
            order = tuple(int(k) for k in np.argsort(np.argsort(used)))
            return Spec(candidate, index, order, tuple(axes), repeated, shape, None)
    return Spec(base, (), (), (), repeated, shape, (strides, offset))


def _factored(total, steps):
    """A shape for `total` elements whose C strides are the given steps."""
    shape, outer = [], total
    for step in steps:
        if step == 0 or outer % step:
            return None
        shape.append(outer // step)
        outer = step
    return (*shape, outer)


def _match(base, axes, offset):
    """Index the axes of `base` so that the given (size, stride) axes come out."""
    cstrides, n = [], 1
    for d in reversed(base):
        cstrides.append(n)
        n *= d
    cstrides.reverse()
    start, rest = [], offset
    for d, c in zip(base, cstrides, strict=True):
        q, rest = divmod(rest, c) if d else (0, 0)
        start.append(q)
    index: list = list(start)
    used = []
    for size, stride in axes:
        for j, (d, c) in enumerate(zip(base, cstrides, strict=True)):
            if j in used or stride % c or d == 1:
                continue
            step = stride // c
            last = start[j] + step * (size - 1)
            if 0 <= last < d:
                stop = last + (1 if step > 0 else -1)
                index[j] = slice(start[j], stop if stop >= 0 else None, step)
                used.append(j)
                break
        else:
            return None
    return tuple(index), used


def _flat_index(spec: Spec):
    strides, offset = spec.flat
    index = jnp.full(spec.shape, offset, jnp.int64 if jax.config.jax_enable_x64 else jnp.int32)
    for axis, (n, s) in enumerate(zip(spec.shape, strides, strict=True)):
        if n > 1 and s:
            index = index + (jnp.arange(n) * s).reshape((n,) + (1,) * (len(spec.shape) - axis - 1))
    return index


def read_spec(x, spec: Spec):
    """The values of the view that `spec` describes, from the device replica."""
    if 0 in spec.shape:
        return jnp.zeros(spec.shape, x.dtype)
    if spec.flat is not None:
        return x.reshape(-1)[_flat_index(spec)]
    part = x.reshape(spec.base)[spec.index].transpose(spec.order)
    # axes of `part` follow spec.kept; put them where the view has them
    by_axis = dict(zip(spec.kept, range(len(spec.kept)), strict=True))
    kept_in_order = sorted(spec.kept)
    part = part.transpose([by_axis[i] for i in kept_in_order])
    full = tuple(n if i in by_axis else 1 for i, n in enumerate(spec.shape))
    return jnp.broadcast_to(part.reshape(full), spec.shape)


def write_spec(x, values, spec: Spec):
    """The device replica `x` with `values` (of the view's shape) written in."""
    if 0 in spec.shape:
        return x
    values = values.astype(x.dtype)
    if spec.flat is not None:
        flat = x.reshape(-1).at[_flat_index(spec)].set(values)
        return flat.reshape(x.shape)
    by_axis = dict(zip(spec.kept, range(len(spec.kept)), strict=True))
    kept_in_order = sorted(spec.kept)
    if any(spec.repeated):
        values = values[tuple(-1 if r else slice(None) for r in spec.repeated)]
    values = values.reshape([spec.shape[i] for i in kept_in_order])
    values = values.transpose([kept_in_order.index(i) for i in spec.kept])
    values = values.transpose(tuple(int(k) for k in np.argsort(spec.order)))
    return x.reshape(spec.base).at[spec.index].set(values).reshape(x.shape)


read_compiled = jax.jit(read_spec, static_argnums=1)
write_compiled = jax.jit(write_spec, static_argnums=2)
write_donated = jax.jit(write_spec, static_argnums=2, donate_argnums=0)
