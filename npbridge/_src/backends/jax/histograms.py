"""Histograms, while JAX traces: NumPy's edges, and which of them each number lies between.

Where all bins are of one width the place is computed, and corrected by the edges, as
NumPy does; else it is searched for.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ...array import core
from .checked_forms import check, form_of, values


def _number(x):
    return core.of_device(x) if getattr(x, "ndim", 1) == 0 else core.array_of_device(x)


def _outer_edges(a, range):
    """The first and the last edge of bins of one width."""
    if range is not None:
        first, last = (values(x) for x in range)
        check(first > last, ValueError("max must be larger than min in range parameter."))
        check(~jnp.isfinite(first) | ~jnp.isfinite(last), ValueError("supplied range is not finite"))
    elif not a.size:
        first, last = jnp.zeros((), a.dtype), jnp.ones((), a.dtype)
    else:
        array = core.array_of_device(a)
        first, last = values(np.min(array)), values(np.max(array))
        if jnp.issubdtype(a.dtype, jnp.inexact):
            check(~jnp.isfinite(first) | ~jnp.isfinite(last), ValueError(
                "autodetected range is not finite: there are infinities or NaNs among the numbers"
            ))  # fmt: skip
    equal = first == last
    first, last = (_number(x) for x in (first, last))
    return np.where(core.of_device(equal), first - 0.5, first), np.where(core.of_device(equal), last + 0.5, last)


def edges_of(a, bins, range):
    """The edges of the bins along one axis, as an array of ours."""
    if np.ndim(bins) == 1:
        edges = bins if isinstance(bins, core.JaxArray) else core.from_object(bins, copy=True)
        at = edges._value()
        check(at[:-1] > at[1:], ValueError("`bins` must increase monotonically, when an array"))
        return edges
    if isinstance(bins, str) or np.ndim(bins):
        raise NotImplementedError("bins that depend on values")
    count = bins.__index__()
    first, last = _outer_edges(a, range)
    kind = np.result_type(first.dtype, last.dtype, a.dtype)
    kind = np.result_type(kind, float) if kind.kind in "iu" else kind
    return np.linspace(first, last, count + 1, endpoint=True, dtype=kind)


def _flat(a):
    a = values(a)
    return (a.astype(np.uint8) if a.dtype == bool else a).reshape(-1)


def _bins(a, edges):
    """The number of each element's bin, and whether it lies in one."""
    common = np.result_type(a.dtype, edges.dtype)
    a, edges = a.astype(common), edges.astype(common)
    found = jnp.searchsorted(edges, a, side="right") - 1
    found = jnp.where(a == edges[-1], edges.size - 2, found)
    inside = (a >= edges[0]) & (a <= edges[-1])
    return jnp.clip(found, 0, max(edges.size - 2, 0)), inside


def _bins_of_one_width(a, edges):
    """The same, where the edges are as far from each other."""
    x, count = a.astype(edges.dtype), edges.size - 1
    first, last = edges[0], edges[-1]
    inside = (x >= first) & (x <= last)
    share = jnp.where(inside, (x - first) / (last - first), 0) * count
    places = jnp.minimum(share.astype(np.intp), count - 1)
    places = places - (inside & (x < edges[places]))
    return places + (inside & (x >= edges[places + 1]) & (places != count - 1)), inside


def _counted(places, inside, size, weights):
    if weights is None:
        return jnp.zeros(size, np.intp).at[places].add(inside.astype(np.intp))
    weights = _flat(weights)
    if weights.shape != places.shape:
        raise ValueError("weights should have the same shape as a.")
    return jnp.zeros(size, weights.dtype).at[places].add(jnp.where(inside, weights, jnp.zeros((), weights.dtype)))


@form_of(np.histogram_bin_edges)
def histogram_bin_edges(a, bins=10, range=None, weights=None):
    return edges_of(_flat(a), bins, range)


@form_of(np.histogram)
def histogram(a, bins=10, range=None, density=None, weights=None):
    a = _flat(a)
    edges = edges_of(a, bins, range)
    between = _bins if np.ndim(bins) or a.dtype.kind == "c" else _bins_of_one_width
    places, inside = between(a, edges._value())
    counts = core.array_of_device(_counted(places, inside, edges.size - 1, weights))
    if density:
        return counts / np.diff(edges).astype(float) / counts.sum(), edges
    return counts, edges


@form_of(np.histogramdd)
def histogramdd(sample, bins=10, range=None, density=None, weights=None):
    columns = _columns(sample)
    count = len(columns)
    bins = [bins] * count if np.ndim(bins) == 0 else list(bins)
    ranges = [None] * count if range is None else list(range)
    if len(bins) != count or len(ranges) != count:
        raise ValueError("The dimension of bins and range must be equal to the dimension of the sample x.")
    edges = [edges_of(a, b, r) for a, b, r in zip(columns, bins, ranges, strict=True)]
    shape = tuple(e.size - 1 for e in edges)
    found = [_bins(a, e._value()) for a, e in zip(columns, edges, strict=True)]
    inside = jnp.all(jnp.stack([i for _, i in found]), axis=0)
    places = jnp.ravel_multi_index([p for p, _ in found], shape, mode="clip")
    counts = _counted(places, inside, int(np.prod(shape)), weights).astype(float).reshape(shape)
    hist = core.array_of_device(counts)
    if density:
        total = hist.sum()
        for axis, e in enumerate(edges):
            hist = hist / np.diff(e).reshape([-1 if i == axis else 1 for i, _ in enumerate(edges)])
        hist = hist / total
    return hist, edges


def _columns(sample) -> list:
    if isinstance(sample, (list, tuple)):
        return [_flat(x) for x in sample]
    sample = values(sample)
    if sample.ndim == 1:
        return [sample]
    return list(sample.T)
