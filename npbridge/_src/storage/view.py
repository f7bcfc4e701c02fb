"""Views: a window on a buffer, and how to read and write it on the device.

The layout of a view (shape, strides, offset, dtype, writeable) is an ``ndarray``
over the buffer's host array, so every question about layout is answered by NumPy
itself.  On the host such an ndarray *is* the view.  For the device it is turned
into slices of the buffer, a transposition and a broadcast; where no such
description exists (a diagonal, overlapping windows), into a gather.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from . import compiling
from .casts import cast


def owner_of(values: np.ndarray):
    """The object that owns the memory of `values`: an ndarray where there is one."""
    owner: Any = values
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


_ALIGNED = 64  # bytes: memory at other addresses is copied by JAX
_WRITEABLE = 0x400


def same_window(layout: np.ndarray, old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """The window that `layout` is on `old`, on `new` (both C-ordered, alike)."""
    offset = address(layout) - address(old)
    if layout.size == 0:
        offset = 0
    # by number: asking for `writeable` by name warns on what broadcast_arrays gives
    writeable = layout.flags.num & _WRITEABLE
    window = np.ndarray(layout.shape, layout.dtype, new, offset, layout.strides)
    if not writeable:
        window.flags.writeable = False
    return window


def as_device(values: np.ndarray) -> jax.Array | None:
    """Memory that nobody writes as a ``jax.Array`` over it; None where JAX would copy."""
    return None if address(values) % _ALIGNED else jax.device_put(values, may_alias=True)


class Spec(NamedTuple):
    """How to cut a view out of the device replica, but for where it starts.

    The starts are left out so that one compiled kernel serves all the windows of
    one shape: ``x[i : i + 2] = v`` in a loop compiles once.

    ``base``: shape to give the buffer first.  ``cuts``: ``(size, step)`` for each
    axis of it.  ``order``: transposition of the axes that ``kept`` names.
    ``shape``: the view's shape, with the broadcast axes (``repeated``) as they are.
    ``strides``: instead of the above, element strides for a gather.
    """

    base: tuple
    cuts: tuple
    order: tuple
    used: tuple
    kept: tuple
    repeated: tuple
    shape: tuple
    strides: Any


def spec_of(layout: np.ndarray, host: np.ndarray) -> tuple[Spec, tuple[int, ...]]:
    """``(spec, starts)`` of the window that `layout` is on `host`."""
    itemsize = host.dtype.itemsize
    offset = 0 if layout.size == 0 else (address(layout) - address(host)) // itemsize
    strides = tuple(s // itemsize for s in layout.strides)
    return _spec(host.shape, layout.shape, strides, offset)


def starts_for_kernel(starts: tuple[int, ...]) -> np.ndarray:
    """The starts as an argument of a compiled kernel."""
    return np.array(starts, np.int64 if jax.config.jax_enable_x64 else np.int32)


@functools.lru_cache(maxsize=4096)
def _spec(base, shape, strides, offset) -> tuple[Spec, tuple[int, ...]]:
    repeated = tuple(n > 1 and s == 0 for n, s in zip(shape, strides, strict=True))
    axes = [i for i, (n, s) in enumerate(zip(shape, strides, strict=True)) if n > 1 and s != 0]
    axes.sort(key=lambda i: -abs(strides[i]))
    total = int(np.prod(base, dtype=np.int64))
    if 0 in shape:
        return Spec((), (), (), (), (), (), shape, None), ()
    for candidate in (base, _factored(total, [abs(strides[i]) for i in axes])):
        found = candidate and _match(candidate, [(shape[i], strides[i]) for i in axes], offset)
        if found:
            starts, cuts, used = found
            # slicing leaves the axes in the order of the base; `order` brings them
            # into the order of `axes`
            order = tuple(int(k) for k in np.argsort(np.argsort(used)))
            return Spec(candidate, cuts, order, tuple(used), tuple(axes), repeated, shape, None), starts
    return Spec(base, (), (), (), (), repeated, shape, strides), (offset,)


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
    """Cut the axes of `base` so that the given (size, stride) axes come out."""
    cstrides, n = [], 1
    for d in reversed(base):
        cstrides.append(n)
        n *= d
    cstrides.reverse()
    starts, rest = [], offset
    for d, c in zip(base, cstrides, strict=True):
        q, rest = divmod(rest, c) if d else (0, 0)
        starts.append(q)
    cuts = [(1, 1)] * len(base)
    used = []
    for size, stride in axes:
        for j, (d, c) in enumerate(zip(base, cstrides, strict=True)):
            if j in used or stride % c or d == 1:
                continue
            step = stride // c
            last = starts[j] + step * (size - 1)
            if 0 <= last < d:
                starts[j] = min(starts[j], last)
                cuts[j] = (size, step)
                used.append(j)
                break
        else:
            return None
    return tuple(starts), tuple(cuts), used


def _flat_index(spec: Spec, offset):
    dtype = jnp.int64 if jax.config.jax_enable_x64 else jnp.int32
    index = jnp.full(spec.shape, offset, dtype)
    for axis, (n, s) in enumerate(zip(spec.shape, spec.strides, strict=True)):
        if n > 1 and s:
            index = index + (jnp.arange(n) * s).reshape((n,) + (1,) * (len(spec.shape) - axis - 1))
    return index


def taken_at(x, starts, sizes):
    """A part of an array, at places that are counted from the front."""
    if any(n > m for n, m in zip(sizes, x.shape, strict=True)):
        return jnp.zeros(sizes, x.dtype)  # there is no such place, and a check tells where it is asked for
    return lax.dynamic_slice(x, starts, sizes, allow_negative_indices=False)


def put_at(x, part, starts):
    """An array with a part put there."""
    if any(n > m for n, m in zip(part.shape, x.shape, strict=True)):
        return x
    return lax.dynamic_update_slice(x, part, starts, allow_negative_indices=False)


def _span(spec: Spec) -> list[int]:
    """How much of each axis of the base lies between the first and the last cut."""
    return [abs(step) * (size - 1) + 1 for size, step in spec.cuts]


def _steps(spec: Spec) -> tuple:
    """Index into the span: the axes of ``spec.used`` by their step, the others at 0."""
    return tuple(slice(None, None, cut[1]) if j in spec.used else 0 for j, cut in enumerate(spec.cuts))


def read_spec(x, spec: Spec, starts):
    """The values of the view that `spec` describes, from the device replica."""
    if 0 in spec.shape:
        return jnp.zeros(spec.shape, x.dtype)
    if spec.strides is not None:
        return x.reshape(-1)[_flat_index(spec, starts[0])]
    part = x.reshape(spec.base)
    if spec.base:
        part = taken_at(part, [starts[j] for j in range(len(spec.base))], _span(spec))[_steps(spec)]
    part = part.transpose(spec.order)
    # axes of `part` follow spec.kept; put them where the view has them
    by_axis = dict(zip(spec.kept, range(len(spec.kept)), strict=True))
    kept_in_order = sorted(spec.kept)
    part = part.transpose([by_axis[i] for i in kept_in_order])
    full = tuple(n if i in by_axis else 1 for i, n in enumerate(spec.shape))
    return jnp.broadcast_to(part.reshape(full), spec.shape)


def write_spec(x, values, spec: Spec, starts, put=None):
    """The device replica `x` with `values` (that broadcast to the view's shape) written in by `put`."""
    if 0 in spec.shape:
        return x
    values = cast(values, x.dtype)
    if values.ndim > len(spec.shape):  # NumPy lets a value have leading axes of length one
        values = values.reshape(values.shape[values.ndim - len(spec.shape) :])
    values = jnp.broadcast_to(values, spec.shape)
    if spec.strides is not None:
        flat = x.reshape(-1).at[_flat_index(spec, starts[0])].set(values)
        return flat.reshape(x.shape)
    kept_in_order = sorted(spec.kept)
    if any(spec.repeated):
        values = values[tuple(-1 if r else slice(None) for r in spec.repeated)]
    values = values.reshape([spec.shape[i] for i in kept_in_order])
    values = values.transpose([kept_in_order.index(i) for i in spec.kept])
    values = values.transpose(tuple(int(k) for k in np.argsort(spec.order)))
    return _write_cuts(x.reshape(spec.base), values, spec, starts, put or put_at).reshape(x.shape)


def write_traced(x, values, spec: Spec, starts):
    """The same inside of a program, where the values may be computed of other parts of `x`.

    XLA on CPU (jaxlib 0.10) fuses a reshape of `x`, what is computed of it and the write, and writes
    in place what is still to be read: ``y = x.reshape(4, 4); y[1:] = y[:-1]`` repeats the first row.
    Axes of length one are reshapes to it, too.
    """
    as_it_is = tuple(x.shape) == tuple(spec.base) and 1 not in spec.base
    return write_spec(x, values, spec, starts, _put if as_it_is else _put_apart)


def _put(x, part, starts):
    """``lax.dynamic_update_slice``; a large part is selected, which takes half the time where it is computed of `x`."""
    large = part.size > 1 and 4 * part.size >= x.size
    return _selected(x, part, starts) if large else put_at(x, part, starts)


def _put_apart(x, part, starts):
    """The same in a form that is never done in place of what is read."""
    if part.size == 1:
        return put_at(x, part, starts)
    if not _lies_together(part.shape, x.shape):
        return _selected(x, part, starts)
    at = functools.reduce(lambda n, axis: n * x.shape[axis] + starts[axis], range(x.ndim), 0)
    return _put(x.reshape(-1), part.reshape(-1), [at]).reshape(x.shape)


def _lies_together(part, whole) -> bool:
    """Whether a part of an array is one piece of its memory."""
    cut = next((axis for axis, n in enumerate(part) if n > 1), len(part))
    return part[cut + 1 :] == whole[cut + 1 :]


def _selected(x, part, starts):
    there = put_at(jnp.zeros(x.shape, bool), jnp.ones(part.shape, bool), starts)
    return jnp.where(there, put_at(jnp.zeros_like(x), part, starts), x)


def _write_cuts(x, values, spec: Spec, starts, put):
    if not spec.base:
        return values
    starts = [starts[j] for j in range(len(spec.base))]
    span = _span(spec)
    if all(abs(step) == 1 for _, step in spec.cuts):
        flipped = tuple(slice(None, None, spec.cuts[j][1]) for j in sorted(spec.used))
        part = values[flipped].reshape(span)
    else:
        part = taken_at(x, starts, span).at[_steps(spec)].set(values)
    return put(x, part, starts)


def retyped(device, host: np.ndarray, dtype: np.dtype):
    """``(values, host, back)``: a buffer as one of another dtype, and the way back; None where there is none.

    The parts of complex numbers lie along a last axis of two, as they do in memory.
    """
    have = host.dtype
    if have.kind == "c" and dtype.kind == "f" and 2 * dtype.itemsize == have.itemsize:
        parts = jnp.stack([jnp.real(device), jnp.imag(device)], axis=-1)
        return parts, host[..., None].view(dtype), lambda parts: lax.complex(parts[..., 0], parts[..., 1])
    if have.itemsize == dtype.itemsize and have.kind in "iuf" and dtype.kind in "iuf":
        bits = lax.bitcast_convert_type(device, dtype)
        return bits, host.view(dtype), lambda bits: lax.bitcast_convert_type(bits, have)
    return None


read_compiled = compiling.kernel(read_spec, static_argnums=1)
write_compiled = compiling.kernel(write_spec, static_argnums=2)
write_donated = compiling.kernel(write_spec, static_argnums=2, donate_argnums=0)
