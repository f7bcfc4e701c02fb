"""A window on an array that is itself a window: where it lies, by NumPy's own strides."""

from __future__ import annotations

import functools

import numpy as np

from .view import address


def through(shape, strides, offset, dtype, real: np.ndarray, memory: np.ndarray) -> np.ndarray | None:
    """The window that is described for an array in C order, on `real`, of the same shape in strides of its own.

    None where it is no window there: NumPy makes a copy in its place.  `memory` is what `real` lies in.
    """
    found = _through(real.shape, real.itemsize, real.strides, tuple(shape), tuple(strides), offset)
    if found is None:
        return None
    start = address(real) - address(memory) if real.size else 0
    return np.ndarray(shape, dtype, memory, start + found[0], found[1])


@functools.lru_cache(maxsize=4096)
def _through(real_shape, itemsize, real_strides, shape, strides, offset):
    """Offset and strides of the window, in bytes."""
    if 0 in shape:
        return 0, strides
    places = np.array(offset)
    for n, step in zip(shape, strides, strict=True):
        places = places[..., None] + np.arange(n) * step
    items, rest = np.divmod(places, itemsize)
    indices = np.unravel_index(items, real_shape) if real_shape else ()
    at = rest + sum(i * step for i, step in zip(indices, real_strides, strict=True))
    first = at[(0,) * len(shape)]
    steps = [at[tuple(np.eye(len(shape), dtype=int)[axis])] - first if n > 1 else 0 for axis, n in enumerate(shape)]
    line = np.array(first)
    for n, step in zip(shape, steps, strict=True):
        line = line[..., None] + np.arange(n) * step
    return (int(first), tuple(map(int, steps))) if np.array_equal(at, line) else None
