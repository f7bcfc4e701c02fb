"""Parts of arrays of a length known only at run time; masks and positions beside integers in a key."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..ground.errors import UnsupportedError
from ..storage.buffer import Tracer
from . import core, traced_number
from .core import OURS
from .ragged import REFUSED, Chosen, Extent, Ragged, aligned, number

_WHOLE = slice(None)


def _refusal():
    return UnsupportedError(REFUSED.format(what="this index"))


def _is_mask(k) -> bool:
    return isinstance(k, (Tracer, np.ndarray)) and k.dtype == bool and k.ndim > 0


def is_integer(k) -> bool:
    if type(k) in OURS or isinstance(k, Tracer):
        return not k.shape and np.dtype(k.dtype).kind in "iu"
    return isinstance(k, (int, np.integer)) and not isinstance(k, bool)


def _is_whole(k) -> bool:
    return type(k) is slice and k == _WHOLE


def _expanded(key, ndim: int) -> list:
    """The parts of a key, one for each axis (and ``None`` for each new one)."""
    parts = list(key) if type(key) is tuple else [key]
    given = sum(k.ndim if _is_mask(k) else k is not None and k is not Ellipsis for k in parts)
    at = next((i for i, k in enumerate(parts) if k is Ellipsis), len(parts))
    parts[at : at + 1] = [_WHOLE] * (ndim - given)
    return parts


# -- masks and positions beside integers


def split(key, ndim: int):
    """``(basic, rest)`` so that ``x[key]`` is ``x[basic][rest]``, or None.

    For keys in which a traced mask, or positions of a number known only at run time,
    stand beside integers or parts of axes: the basic key opens a view.
    """
    first = key[0] if type(key) is tuple and key else key
    if isinstance(first, Tracer) and first.dtype == bool and not first.shape:
        # one truth value takes all or nothing, along an axis of its own
        return None, (first.reshape(1), *(key[1:] if type(key) is tuple else ()))
    if type(key) is not tuple:
        return None
    special = [k for k in key if type(k) is Ragged or isinstance(k, Ragged) or (isinstance(k, Tracer) and _is_mask(k))]
    if not special or any(k is None for k in key):
        return None
    parts = _expanded(key, ndim)
    places = [i for i, k in enumerate(parts) if any(k is s for s in special)]
    others = [k for i, k in enumerate(parts) if i not in places]
    if all(map(_is_whole, others)) and len(parts) == len(places):
        return None
    if not all(type(k) is slice or is_integer(k) for k in others):
        return None
    axis = sum(type(k) is slice for k in parts[: places[0]])
    chosen = [i for i, k in enumerate(parts) if type(k) is not slice]
    if places[-1] - places[0] >= len(places) or (axis and chosen[-1] - chosen[0] >= len(chosen)):
        return None  # NumPy puts the axis first
    rest = (*[_WHOLE] * axis, *special)
    if all(map(_is_whole, others)) and (axis or len(key) == len(rest)):
        return None  # nothing to open
    basic: list = []
    for i, k in enumerate(parts):
        basic += [_WHOLE] * (k.ndim if _is_mask(k) else 1) if i in places else [k]
    return tuple(basic), rest


# -- parts of a ragged array


def part(self: Ragged, key):
    """``self[key]``."""
    parts = _expanded(key, self.ndim)
    axis = 0
    for k in parts:
        if k is not None:
            if type(self.extents[axis]) is Chosen and not _is_whole(k) and type(k) is not Ragged:
                return part(packed(self, axis), key)
            axis += 1
    keys, extents, axis = [], [], 0
    for k in parts:
        e = None if k is None else self.extents[axis]
        if e is not None:
            k, e = _along(self, axis, k)
            extents += [] if e is None else [e]
        else:
            extents += [None] * (1 if k is None or type(k) is slice else 0 if is_integer(k) else np.ndim(k))
        keys.append(k)
        axis += k is not None
    lists = sum(not (k is None or type(k) is slice or is_integer(k)) for k in keys)
    if lists > 1 or (lists and any(map(is_integer, keys))):
        raise _refusal()
    data = self.data[tuple(keys)]
    if not any(e is not None for e in extents):
        return data
    made = Ragged(data, extents)
    if self.window is not None and all(k is None or type(k) is slice or is_integer(k) for k in parts):
        made.window = self, key
    return made


def _along(self, axis, k):
    """The key into the data, and the extent that is left, for a key along a ragged axis."""
    e, n = self.extents[axis], self.data.shape[axis]
    if _is_whole(k):
        return _WHOLE, e
    if type(k) is slice and k == slice(None, None, -1):
        return k, Extent(n - number(e.stop), n - number(e.start))
    if type(k) is slice and k.step in (None, 1):
        return _WHOLE, Extent(_end(e, k.start, e.start), _end(e, k.stop, e.stop))
    if type(k) is Ragged and k.dtype == bool and k.ndim == 1:
        everywhere = Ragged(core.of_fresh(np.ones(n, bool)), (e,))
        (_, mask), _ = aligned((everywhere, k), like=everywhere)
        return _WHOLE, Chosen(e.mask(n) & jnp.asarray(mask._value()))
    if not is_integer(k):
        raise _refusal()
    return number(e.start) + e.see_that_it_counts(k), None


def _end(e: Extent, k, otherwise):
    """The place at which a slice of what counts begins or ends."""
    if k is None:
        return otherwise
    if type(k) in OURS or isinstance(k, Tracer):
        raise _refusal()
    if k < 0:
        return traced_number.compute(np.maximum, number(e.stop) + k, number(e.start))
    return traced_number.compute(np.minimum, number(e.start) + k, number(e.stop)) if k else e.start


def packed(self: Ragged, axis: int = 0) -> Ragged:
    """The same array with what counts along an axis at its beginning."""
    e, n = self.extents[axis], self.data.shape[axis]
    order = jnp.argsort(~e.mask(n), stable=True)
    data = core.array_of_device(jnp.take(jnp.asarray(self.data._value()), order, axis=axis))
    extents = list(self.extents)
    extents[axis] = Extent(0, e.length)
    return Ragged(data, extents)
