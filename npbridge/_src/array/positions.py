"""Positions known only at run time, as ``np.flatnonzero(mask)`` gives them, and indexing with them.

They are kept at their places: those of ``np.flatnonzero(mask)`` are ``arange(n)`` of
which the places in the mask count.  ``x[positions]`` reads the whole length and counts
the same places, ``x[positions] = v`` drops the others.  A loop over k of them looks for
the next place in the mask, each time in all of it, which vector registers do quickly;
where the mask is long it asks for the k-th one instead: a binary search in the running
count, so that it costs ``n + k log n`` however the places lie.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..ground.errors import UnsupportedError
from ..storage.casts import cast
from . import core, ragged, ragged_operands, traced_number, traced_range
from .core import OURS
from .ragged import REFUSED, Chosen, Ragged, raw


class Positions(Ragged):
    """``np.flatnonzero(mask)``: the numbers of the places that count."""

    __slots__ = ("version",)

    def __init__(self, mask) -> None:
        chosen = Chosen(mask)
        kind = np.int64 if jax.config.jax_enable_x64 else np.int32
        super().__init__(core.array_of_device(jnp.arange(chosen.chosen.size, dtype=kind)), (chosen,))
        self.version = self.data._buffer.version


def are_places(array: Ragged) -> bool:
    """Whether the items are the numbers of the places that they are at: nothing else was written."""
    return type(array) is Positions and array.data._buffer.version == array.version


# a mask of this length is looked through about as fast as a running count of it is searched
_LOOKED_THROUGH = 1 << 15


class Walk:
    """A loop over the places of a mask that goes from each to the next."""

    def __init__(self, chosen: Chosen) -> None:
        self.mask = chosen.chosen
        self.end = self.mask.size

    def start(self, skipped: int):
        """The first place after as many as are `skipped`; :attr:`end` where there is none."""
        place = jnp.int32(-1)
        for _ in range(skipped + 1):
            place = self.after(place)
        return place

    def after(self, place):
        """The next place; :attr:`end` after the last."""
        numbers = jnp.arange(self.end, dtype=np.int32)  # here, where it is made in registers
        return jnp.min(jnp.where(self.mask & (numbers > place), numbers, jnp.int32(self.end)))


def walk_over(array: Ragged) -> Walk | None:
    """The way from each item of `array` to the next; None where the items are better asked for by number."""
    (chosen, *_) = array.extents
    return Walk(chosen) if isinstance(chosen, Chosen) and 0 < chosen.chosen.size <= _LOOKED_THROUGH else None


def running_count(chosen: Chosen):
    """How many of the places up to each count; made once, before a loop over them."""
    if chosen.counts is None:
        # three times faster on CPU than cumsum, which XLA makes a windowed reduction of
        chosen.counts = jax.lax.associative_scan(jnp.add, chosen.chosen.astype(jnp.int32))
    return chosen.counts


def kth(array: Ragged, k):
    """``array[k]``, for an array of what a mask chose and a `k` that is smaller than its length."""
    (chosen, *_) = array.extents
    counts = running_count(chosen)
    return item_at(array, jnp.searchsorted(counts, jnp.asarray(raw(k), counts.dtype), side="right"))


def item_at(array: Ragged, place):
    """The item of what a mask chose that lies at `place`."""
    place = traced_number.of_value(place.astype(array.dtype if are_places(array) else np.int32), int)
    # one past the end only where nothing is chosen, and then no iteration runs
    traced_range.bound(place, 0, array.data.shape[0] - 1)
    return traced_number.as_numpys(place) if are_places(array) else array.data[place]


def in_key(key) -> bool:
    """Whether integers of a number known only at run time are in a key."""
    return any(isinstance(k, Ragged) for k in (key if type(key) is tuple else (key,)))


def _parts(key):
    """``(parts of the key, numbers of those that are positions, their extents)``."""
    parts = list(key) if type(key) is tuple else [key]
    if any(k is Ellipsis or k is None for k in parts):
        raise UnsupportedError(REFUSED.format(what="an index with `...` or None, made"))
    found = [i for i, k in enumerate(parts) if isinstance(k, Ragged)]
    if any(parts[i].dtype.kind not in "iu" for i in found):
        raise UnsupportedError(REFUSED.format(what="an index that is no list of positions, made"))
    if found != list(range(found[0], found[0] + len(found))):
        raise UnsupportedError(REFUSED.format(what="an index with slices between positions, made"))
    if any(type(k) is not slice and i not in found for i, k in enumerate(parts)):
        raise UnsupportedError(REFUSED.format(what="an index of positions and other integers, made"))
    values, extents = ragged_operands.aligned([parts[i] for i in found])
    for i, value in zip(found, values, strict=True):
        parts[i] = Ragged(value, extents)
    return parts, found, extents


def _indices(array, parts, found):
    """The parts as JAX takes them; positions outside the array raise NumPy's error."""
    indices = list(parts)
    for i in found:
        n = array.shape[i]
        places = jnp.asarray(parts[i].filled(0)._value())
        if not _inside(parts[i].data._value(), n):
            ragged.traced_index().see_that_it_is_inside(None, places, n, i)
        indices[i] = jnp.where(places < 0, places + n, places)
    return indices


def _inside(values, n: int) -> bool:
    """Whether it is known that all the numbers lie in an axis of length `n`."""
    if isinstance(values, jax.core.Tracer):
        return False
    return not values.size or bool(values.min() >= -n and values.max() < n)


def _result_extents(ndim: int, found, extents):
    """Those of ``array[key]``, which has the positions' axes in the place of the indexed ones."""
    after: list = [None] * ndim
    after[found[0] : found[0] + len(extents)] = extents
    return after


def read(array, key) -> Ragged:
    """``array[key]``."""
    parts, found, extents = _parts(key)
    values = jnp.asarray(array._value())[tuple(_indices(array, parts, found))]
    return Ragged(core.array_of_device(values), _result_extents(values.ndim, found, extents))


def write(array, key, value) -> None:
    """``array[key] = value``."""
    scatter(array, key, value, "set")


def scatter(array, key, value, how: str) -> None:
    """Update `array` at the positions; `how` is a method of ``jax.Array.at[...]``."""
    parts, found, extents = _parts(key)
    indices = _indices(array, parts, found)
    # beyond the end, where JAX drops it
    indices[found[0]] = jnp.where(parts[found[0]].mask(), indices[found[0]], array.shape[found[0]])
    target = jnp.asarray(array._value())
    shape = jax.eval_shape(lambda x: x[tuple(indices)], target).shape
    like = Ragged(core.array_of_device(jnp.zeros(shape, bool)), _result_extents(len(shape), found, extents))
    (_, value), _ = ragged_operands.aligned((like, value), like=like)
    new = jnp.asarray(value._value() if type(value) in OURS else core.host_values(value))
    update = getattr(target.at[tuple(indices)], how)
    array[...] = core.array_of_device(update(cast(new, array.dtype), mode="drop"))


# ufunc.at -> the method of ``jax.Array.at[...]``
SCATTERS = {np.add: "add", np.multiply: "multiply", np.maximum: "max", np.minimum: "min"}


def at(ufunc, array, key, value) -> None:
    """``ufunc.at(array, key, value)``."""
    if ufunc is np.subtract:
        ufunc, value = np.add, np.negative(value)
    if ufunc not in SCATTERS:
        raise UnsupportedError(REFUSED.format(what=f"numpy.{ufunc.__name__}.at with positions"))
    scatter(array, key, value, SCATTERS[ufunc])
