"""Arrays of a length known only at run time: ``a[:i]``, ``a[k + 1 :, k]``.

The values are kept at their places in an array of full length; along a *ragged* axis
those from ``start`` to ``stop`` count.  Elementwise operations run over the full
length, reductions see their neutral element in the places that do not count, and
writing writes where the mask says.  What has no such form is written out for each
length, where those are few (ragged_lengths.py), or refused.
"""

from __future__ import annotations

import operator
from typing import Any

import jax.numpy as jnp
import numpy as np

from ..ground.errors import UnsupportedError
from ..storage import digits, recording
from ..storage.buffer import Tracer, canonical
from . import core, traced_number, traced_range
from .core import OURS, JaxScalar

REFUSED = (
    "{what} of an array whose length is known only at run time has no form in compiled JAX code. Use the whole axis "
    "and a mask, or run the function on the 'numpy' backend."
)


# called with a text for `explain` where something becomes an array with a mask
on_note: Any = None


class Extent:
    """From where to where the places of an axis count."""

    __slots__ = ("start", "stop")

    def __init__(self, start, stop) -> None:
        self.start, self.stop = start, stop

    @property
    def length(self):
        return traced_number.compute(np.maximum, number(self.stop) - number(self.start), 0)

    def see_that_it_counts(self, index):
        """An integer index without its sign; NumPy's error at run time where it reaches past what counts."""
        length = self.length
        if isinstance(index, (int, np.integer)) and type(index) not in OURS:
            see_length(length, int(index) + 1 if index >= 0 else -int(index), IndexError(
                f"index {int(index)} is out of bounds for an axis of a size known only at run time"
            ))  # fmt: skip
            return int(index) if index >= 0 else length + int(index)
        value, n = raw(index), raw(length)
        failed = jnp.any((value >= n) | (value < -n))
        traced_errors().see(failed, IndexError("index is out of bounds for an axis of a size known only at run time"))
        if value.ndim:
            return jnp.where(value < 0, value + n, value)
        counted = traced_number.of_value(jnp.where(value < 0, value + n, value), int)
        if type(index) in OURS and traced_errors().is_never_negative(index):
            counted.form = traced_number.form_of(index)
        return counted

    def mask(self, n):
        places = jnp.arange(n)
        return (places >= raw(self.start)) & (places < raw(self.stop))

    def ranks(self, n):
        """For each place that counts, which item it is."""
        return jnp.arange(n) - raw(self.start)

    def order(self, n):
        """The places of the items, in order; those that do not count are last."""
        moved = jnp.arange(n) + raw(self.start)
        return jnp.where(moved < n, moved, moved - n)


class Chosen(Extent):
    """The places of an axis that a mask names."""

    __slots__ = ("chosen", "counts", "source")

    def __init__(self, mask) -> None:
        self.source = mask  # the same mask means the same places
        self.counts = None  # of positions.running_count
        self.chosen = mask.reshape(-1)
        super().__init__(0, None)

    @property
    def length(self):
        total = jnp.sum(self.chosen) if self.counts is None else self.counts[-1]
        return traced_number.of_value(total.astype(canonical(np.dtype(int))), int)

    def mask(self, n):
        return self.chosen

    def ranks(self, n):
        return jnp.cumsum(self.chosen) - 1

    def order(self, n):
        places, count = jnp.arange(n), jnp.cumsum(self.chosen)
        rank = jnp.where(self.chosen, count - 1, count[-1:] + places - count)
        return jnp.zeros_like(places).at[rank].set(places, unique_indices=True, mode="promise_in_bounds")


def see_length(length, least: int, error) -> None:
    """Have `error` raised at run time where a length is below `least`."""
    known = traced_errors().least_of(length)
    if known is None or known < least:
        traced_errors().see(raw(length) < least, error)


def raw(x):
    return x._value() if type(x) in OURS else x


def _at_most(length, n: int):
    """A length of which it is known that it is at most `n`."""
    if type(length) is traced_number.TracedNumber:
        bounds = length.bounds
        if bounds is None or bounds.greatest is None:
            traced_range.bound(length, 0, n)
    return length


def number(x):
    if isinstance(x, Tracer):
        return traced_number.of_value(x, int)
    return x


class Ragged:
    """An array of which some axes have a length known at run time.

    Attributes
    ----------
    data : JaxArray
        The values at their places, full length.
    extents : tuple of Extent or None
        For each axis, which places count; None: all of them.
    """

    __slots__ = ("data", "extents", "origin", "window", "written")
    of_the_run_time = True
    __array_priority__ = 200.0
    __hash__ = None  # type: ignore[assignment]

    # origin   (array, key, axes, order) of the key that made it, or None
    # written  the version of the array that has this written in it, or None
    # window   (array, or ragged array, and key) of which it is a view, or None

    def __init__(self, data, extents, origin=None, written=None) -> None:
        self.data, self.extents, self.origin, self.written = data, tuple(extents), origin, written
        self.window = origin and origin[:2]

    # -- what it is

    @property
    def dtype(self):
        return self.data.dtype

    @property
    def ndim(self):
        return self.data.ndim

    @property
    def shape(self):
        return tuple(  # of nothing nothing is chosen
            n if e is None or not n else _at_most(e.length, n)
            for n, e in zip(self.data.shape, self.extents, strict=True)
        )

    @property
    def size(self):
        size = 1
        for n in self.shape:
            size = n * size
        return size

    @property
    def T(self):
        return Ragged(self.data.T, self.extents[::-1])

    def mask(self):
        """The places that count, in a shape that broadcasts against the data."""
        mask = jnp.ones((1,) * self.ndim, bool)
        for axis, (n, e) in enumerate(zip(self.data.shape, self.extents, strict=True)):
            if e is not None:
                mask = mask & e.mask(n).reshape((n,) + (1,) * (self.ndim - axis - 1))
        return mask

    def filled(self, neutral):
        """The data with `neutral` in the places that do not count."""
        values = jnp.asarray(self.data._value())
        filled = jnp.where(self.mask(), values, jnp.asarray(neutral, values.dtype))
        axes = tuple([i for i, e in enumerate(self.extents) if e is not None])
        return core.array_of_device(digits.padded(filled, axes))

    def __array__(self, dtype=None, copy=None):
        raise UnsupportedError(REFUSED.format(what="the values"))

    def __bool__(self):
        raise ValueError("The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()")

    def __len__(self):
        raise UnsupportedError(REFUSED.format(what="the length, as a Python integer,"))

    def __iter__(self):
        raise UnsupportedError(REFUSED.format(what="the items, as Python walks them,"))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return operands().attribute(self, name)

    # -- parts and writing

    def __getitem__(self, key):
        if key is Ellipsis or type(key) is slice and key == slice(None):
            return self
        if traced_index().ragged_parts.is_integer(key) and self.extents[0] is not None:
            return self.item_at(self.extents[0].see_that_it_counts(key))
        part = operands().by_length(traced_index().ragged_parts.part, operator.getitem, self, key)
        if type(key) is tuple and any(k is Ellipsis for k in key) and isinstance(part, JaxScalar):
            part = core.in_memory(part)  # as ``x[..., 0]`` is in NumPy, but a copy
            recording.frozen[part._buffer] = REFUSED.format(what="a write to a single item that is a view")
        return part

    def item_at(self, index):
        """``self[index]``, for an integer that is known to be one of the first axis, not negative."""
        if type(self.extents[0]) is Chosen and not any(self.extents[1:]):
            return traced_index().positions.kth(self, index)
        if type(self.extents[0]) is Chosen:
            return traced_index().ragged_parts.packed(self).item_at(index)
        if self.extents[0] is not None:
            index = number(self.extents[0].start) + index
        data, rest = self.data[index], self.extents[1:]
        return Ragged(data, rest) if any(e is not None for e in rest) else data

    def __setitem__(self, key, value):
        whole = key is Ellipsis or (type(key) is slice and key == slice(None))
        if whole and self.origin is not None:
            operands().write(*self.origin, value)
        elif whole:
            operands().write_whole(self, value)
        elif traced_index().ragged_parts.is_integer(key) and self.extents[0] is not None and not any(self.extents[1:]):
            self.data[traced_index().ragged_parts.place_of(self.extents[0], self.data.shape[0], key)] = value
        else:
            operands().by_length(traced_index().ragged_parts.assign, operator.setitem, self, key, value)

    def copy(self, order="C"):
        return Ragged(core.array_of_device(jnp.asarray(self.data._value())), self.extents)

    def astype(self, dtype, **kwargs):
        return Ragged(self.data.astype(dtype), self.extents)

    # -- NumPy

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return operands().by_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, func, types, args, kwargs):
        return operands().by_function(func, args, kwargs)


def of(data, extents):
    """A ragged array, or the data where no axis is."""
    return Ragged(data, extents) if any(e is not None for e in extents) else data


def of_axes(array, whole_key, axes, order, written=None):
    """``array[key]`` for a key with slices of a width known at run time."""
    if on_note is not None:
        on_note("masked: a slice of a width known at run time, computed over the whole axis")
    key, extents = [], []
    for a in axes:
        if a.drop:
            key.append(traced_number.of_value(jnp.asarray(a.start), int) if not isinstance(a.start, int) else a.start)
        elif a.size is None:
            key.append(slice(None, None, a.step))
        elif isinstance(a.start, int):
            key.append(slice(a.start, a.start + a.size * a.step if a.start + a.size * a.step >= 0 else None, a.step))
        else:
            start = traced_number.of_value(a.start, int)
            key.append(slice(start, start + a.size * a.step, a.step))
    for axis in order:
        if axis is None:
            extents.append(None)
        else:
            a = axes[axis]
            extents.append(a.places if a.size is None else None)
    data = array[tuple(key)]
    if any(axis is None for axis in order):
        data = data[tuple(None if axis is None else slice(None) for axis in order)]
    return Ragged(data, extents, (array, whole_key, axes, order), written)


def operands():
    from . import ragged_operands  # it imports this module

    return ragged_operands


def traced_errors():
    from . import traced_errors  # it imports this module

    return traced_errors


def traced_index():
    from . import traced_index  # it imports this module

    return traced_index


# function to what it does with ragged arguments; ragged_functions.py fills it in
FUNCTIONS: dict = {}
