"""Parts of arrays of a length known only at run time, which are views; masks and positions beside integers in a key."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..ground.errors import UnsupportedError
from ..storage.buffer import Tracer
from . import core, traced_number, traced_range
from .core import OURS
from .ragged import REFUSED, Chosen, Extent, Ragged, number, raw, traced_errors
from .ragged_operands import aligned, write_whole

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
    if given > ndim:
        raise IndexError(f"too many indices for array: array is {ndim}-dimensional, but {given} were indexed")
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


class Opened:
    """What a key names in a ragged array: a key into its data, and which places of that count.

    Attributes
    ----------
    keys : tuple
    extents : list of Extent or None
    basic : bool
        Whether it is a view.
    """

    def __init__(self, array: Ragged, key) -> None:
        parts = _expanded(key, array.ndim)
        keys, self.extents, axis = [], [], 0
        for k in parts:
            e = None if k is None else array.extents[axis]
            if e is not None:
                k, e = _along(array, axis, k)
                self.extents += [e] if e is not None else [None] * np.ndim(k)
            else:
                self.extents += [None] * (1 if k is None or type(k) is slice else 0 if is_integer(k) else np.ndim(k))
            keys.append(k)
            axis += k is not None
        lists = sum(not (k is None or type(k) is slice or is_integer(k)) for k in keys)
        if lists > 1 or (lists and any(map(is_integer, keys))):
            raise _refusal()
        self.keys, self.basic = tuple(keys), not lists
        if lists and any(e is not None for e in self.extents):
            raise _refusal()


def part(self: Ragged, key):
    """``self[key]``."""
    opened = Opened(self, key)
    data = self.data[opened.keys]
    if not any(e is not None for e in opened.extents):
        return data
    if not all(k is None or type(k) is slice or is_integer(k) for k in _expanded(key, self.ndim)):
        return Ragged(core.array_of_device(jnp.asarray(data._value())), opened.extents)  # what a mask chooses is a copy
    made = Ragged(data, opened.extents)
    made.window = self, key
    return made


def assign(self: Ragged, key, value) -> None:
    """``self[key] = value``."""
    opened = Opened(self, key)
    if any(e is not None for e in opened.extents):
        write_whole(Ragged(self.data[opened.keys], opened.extents), value)
    elif isinstance(value, Ragged):
        raise UnsupportedError(REFUSED.format(what="this assignment"))
    else:
        self.data[opened.keys] = value


def place_of(e: Extent, n: int, k):
    """The place of the k-th item that counts, for an integer `k` or integers; NumPy's error where there is none."""
    k = e.see_that_it_counts(k)
    if type(e) is not Chosen:
        return number(e.start) + k
    counts = e.counts if e.counts is not None else jnp.cumsum(e.chosen.astype(np.int32))
    place = jnp.searchsorted(counts, jnp.asarray(raw(k), counts.dtype), side="right")
    if place.ndim:
        return core.array_of_device(jnp.minimum(place, max(n - 1, 0)))
    found = traced_number.of_value(place.astype(np.int32), int)
    traced_range.bound(found, 0, max(n - 1, 0))
    return found


def _along(self, axis, k):
    """The key into the data, and the extent that is left, for a key along a ragged axis."""
    e, n = self.extents[axis], self.data.shape[axis]
    if _is_whole(k):
        return _WHOLE, e
    if type(k) is slice:
        return _sliced(e, n, k)
    if type(k) is Ragged and k.dtype == bool and k.ndim == 1:
        everywhere = Ragged(core.of_fresh(np.ones(n, bool)), (e,))
        (_, mask), _ = aligned((everywhere, k), like=everywhere)
        return _WHOLE, Chosen(e.mask(n) & jnp.asarray(mask._value()))
    if is_integer(k):
        return place_of(e, n, k), None
    if type(k) is list or type(k) in OURS or isinstance(k, (np.ndarray, Tracer)):
        k = core.array_of_device(jnp.asarray(raw(k) if type(k) in OURS else core.host_values(k)))
        if k.size and k.dtype.kind in "iu":
            return place_of(e, n, k), None
    raise _refusal()


def _sliced(e: Extent, n: int, k: slice):
    """The key into the data, and the extent that is left, for a slice along a ragged axis."""
    step = 1 if k.step is None else k.step
    known = isinstance(step, (int, np.integer)) and type(step) not in OURS
    if not known and not is_integer(step):
        raise _refusal()
    if not known:
        return _WHOLE, Chosen(_every(e, n, k, every(step)))
    if type(e) is Extent and k == slice(None, None, -1):
        return k, Extent(n - number(e.stop), n - number(e.start))
    ends_known = all(x is None or isinstance(x, (int, np.integer)) and type(x) not in OURS for x in (k.start, k.stop))
    if type(e) is Extent and step == 1 and ends_known:
        return _WHOLE, Extent(_end(e, k.start, e.start), _end(e, k.stop, e.stop))
    mask = _every(e, n, k, step)
    return (_WHOLE, Chosen(mask)) if step > 0 else (slice(None, None, -1), Chosen(mask[::-1]))


def _every(e: Extent, n: int, k: slice, step):
    """The places of the items that a slice takes, by their numbers; a step that is not known is positive."""
    length, forwards = raw(e.length), not isinstance(step, (int, np.integer)) or step > 0
    first, last = (0, length) if forwards else (length - 1, -1)
    start, stop = (_clamped(x, length, 1 if forwards else -1) for x in (k.start, k.stop))
    start, stop = (first if start is None else start), (last if stop is None else stop)
    ranks = e.ranks(n)
    inside = (ranks >= start) & (ranks < stop) if forwards else (ranks <= start) & (ranks > stop)
    return e.mask(n) & inside & (jnp.fmod(ranks - start, abs(step)) == 0)


def every(step):
    """The step of a slice forwards, which is known only at run time."""
    least = traced_range.extreme(traced_number.form_of(step), -1)
    if least is None or least <= 0:
        traced_errors().see(raw(step) <= 0, UnsupportedError(
            "a slice whose step is known only at run time goes forwards: its step is not positive"
        ))  # fmt: skip
    return jnp.maximum(raw(step), 1)


def _clamped(x, length, step):
    """The end of a slice as NumPy takes it, among so many items."""
    if x is None:
        return None
    x = raw(x)
    low, high = (0, length) if step > 0 else (-1, length - 1)
    return jnp.clip(jnp.where(x < 0, x + length, x), low, high)


def _end(e: Extent, k, otherwise):
    """The place at which a slice of what counts begins or ends."""
    if k is None:
        return otherwise
    if k < 0:
        return traced_number.compute(np.maximum, number(e.stop) + k, number(e.start))
    return traced_number.compute(np.minimum, number(e.start) + k, number(e.stop)) if k else e.start


def packed(self: Ragged, axis: int = 0) -> Ragged:
    """A copy with what counts along an axis at its beginning."""
    e, n = self.extents[axis], self.data.shape[axis]
    data = core.array_of_device(jnp.take(jnp.asarray(self.data._value()), e.order(n), axis=axis))
    extents = list(self.extents)
    extents[axis] = Extent(0, e.length)
    return Ragged(data, extents)
