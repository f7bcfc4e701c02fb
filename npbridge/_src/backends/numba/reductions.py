"""Large arrays reduced to one number by the threaded kernel.

Sums are split where NumPy's pairwise summation splits them, and joined in the same
order, so that they too equal NumPy's to the last bit.
"""

from __future__ import annotations

import itertools

import numpy as np

from . import floating, large, loops, team
from .crossover import REDUCTIONS


def reduction(ufunc: np.ufunc, array: np.ndarray):
    """``ufunc.reduce(array, axis=None)`` if it qualifies, else None."""
    row = REDUCTIONS.get(ufunc.__name__, {}).get(array.dtype.char)
    if row is None or array.size < row.threshold or not team.ready():
        return None
    flags = array.flags
    loop = loop_of(ufunc, array.dtype)
    if loop is None or not flags.aligned or not (flags.c_contiguous or flags.f_contiguous):
        return None
    if not large.loaded():
        return large.by_numpy(ufunc.reduce, array, axis=None)
    return reduce(ufunc, loop, array.reshape(-1, order="C" if flags.c_contiguous else "F"))


def mean(array: np.ndarray):
    """``array.mean()`` if it qualifies, else None."""
    total = reduction(np.add, array) if array.dtype.kind in "fc" else None
    return None if total is None else total.dtype.type(total / array.size)


def loop_of(ufunc: np.ufunc, dtype: np.dtype) -> loops.Loop | None:
    return loops.find(ufunc, f"{dtype.char}{dtype.char}->{dtype.char}")


def reduce(ufunc: np.ufunc, loop: loops.Loop, flat: np.ndarray):
    """Reduce a contiguous array of one axis by the kernel."""
    if ufunc is np.add:
        bounds = _halved(flat.size, 2 if flat.dtype.kind == "c" else 1)
        parts = np.zeros(len(bounds) - 1, flat.dtype)
    else:
        bounds = large.even(flat.size)
        parts = flat[bounds[:-1]]
    item = flat.itemsize
    raised = large.run(loop, (parts, flat, parts), [0, item, 0], [item, 0, item], bounds)
    if raised:
        floating.report("reduce", raised)
    return _joined(parts) if ufunc is np.add else ufunc.reduce(parts)


def _halved(size: int, width: int) -> np.ndarray:
    """Bounds of 2**k parts, halved as NumPy's pairwise summation halves.

    `width` is how many real numbers an element has: complex numbers are summed
    part by part, and counted so.
    """
    bounds = [0, size]
    while size > 2 * large.PART:
        size //= 2
        middles = [lo + _half((hi - lo) * width) // width for lo, hi in itertools.pairwise(bounds)]
        bounds = sorted(bounds + middles)
    return np.array(bounds, np.intp)


def _half(n: int) -> int:
    half = n // 2
    return half - half % 8


def _joined(parts: np.ndarray):
    """The sum of 2**k partial sums, neighbours first."""
    while len(parts) > 1:
        parts = parts[::2] + parts[1::2]
    return parts[0]
