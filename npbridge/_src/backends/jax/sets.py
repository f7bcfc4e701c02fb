"""``np.unique`` while JAX traces: as many values as there are, which is known only at run time."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax

from ...array import ragged
from ...storage.buffer import canonical
from .checked_forms import form_of, values, wrap


@form_of(np.unique)
def unique(
    ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, equal_nan=True, sorted=True
):
    given = values(ar)
    if axis is not None and given.ndim != 1 or not sorted:
        raise TypeError("rows, and the order of a hash table, are NumPy's")
    kind = canonical(np.dtype(np.intp))
    if not given.size:
        nothing = [wrap(jnp.zeros(shape, kind)) for shape in (0, given.shape, 0)]
        asked = (return_index, return_inverse, return_counts)
        found = [wrap(given.reshape(-1)), *(x for x, a in zip(nothing, asked, strict=True) if a)]
        return found[0] if len(found) == 1 else tuple(found)
    flat = wrap(given.reshape(-1))
    order = np.argsort(flat, kind="stable")
    put = flat[order]._value()
    extents = [ragged.Chosen(_are_new(put, equal_nan))]
    first = extents[0].chosen
    found = [ragged.Ragged(wrap(put), extents)]
    if return_index:
        found.append(ragged.Ragged(order, extents))
    if return_inverse:
        rank = jnp.cumsum(first).astype(kind) - 1
        found.append(wrap(jnp.zeros(put.shape, kind).at[order._value()].set(rank).reshape(given.shape)))
    if return_counts:
        places = jnp.arange(put.size, dtype=kind)
        following = lax.cummin(jnp.where(first, places, put.size), reverse=True)
        following = jnp.append(following[1:], jnp.full(1, put.size, kind))
        found.append(ragged.Ragged(wrap(following - places), extents))
    return found[0] if len(found) == 1 else tuple(found)


def _are_new(put, equal_nan):
    """Which sorted values differ from the one before."""
    differ = put[1:] != put[:-1]
    if equal_nan and put.dtype.kind in "fc":
        differ &= ~(jnp.isnan(put[1:]) & jnp.isnan(put[:-1]))
    return jnp.append(jnp.ones(1, bool), differ)
