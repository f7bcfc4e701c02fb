"""Arrays of a length known only at run time: ``a[:i]``, ``a[k + 1 :, k]``.

The values are kept at their places in an array of full length; along a *ragged* axis
those from ``start`` to ``stop`` count.  Elementwise operations run over the full
length, reductions see their neutral element in the places that do not count, and
writing writes where the mask says.  What needs the length itself while compiling
(a new array of it, a result that leaves the function) is refused.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from ..ground.errors import UnsupportedError
from ..storage.buffer import Tracer, canonical
from ..storage.casts import cast
from . import core, traced_number
from .core import OURS

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
        failed = (value >= n) | (value < -n)
        traced_errors().see(failed, IndexError("index is out of bounds for an axis of a size known only at run time"))
        counted = traced_number.of_value(jnp.where(value < 0, value + n, value), int)
        if type(index) in OURS and traced_errors().is_never_negative(index):
            counted.form = traced_number.form_of(index)
        return counted

    def mask(self, n):
        places = jnp.arange(n)
        return (places >= raw(self.start)) & (places < raw(self.stop))


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


def see_length(length, least: int, error) -> None:
    """Have `error` raised at run time where a length is below `least`."""
    known = traced_errors().least_of(length)
    if known is None or known < least:
        traced_errors().see(raw(length) < least, error)


def raw(x):
    return x._value() if type(x) in OURS else x


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
        return tuple(n if e is None else e.length for n, e in zip(self.data.shape, self.extents, strict=True))

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
        return core.array_of_device(jnp.where(self.mask(), values, jnp.asarray(neutral, values.dtype)))

    def __array__(self, dtype=None, copy=None):
        raise UnsupportedError(REFUSED.format(what="the values"))

    def __bool__(self):
        raise ValueError("The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()")

    def __len__(self):
        raise UnsupportedError(REFUSED.format(what="the length, as a Python integer,"))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnsupportedError(REFUSED.format(what=f"`.{name}`"))

    # -- parts and writing

    def __getitem__(self, key):
        if key is Ellipsis or type(key) is slice and key == slice(None):
            return self
        if type(key) is slice and key == slice(None, None, -1):
            return FUNCTIONS[np.flip](self)
        if traced_index().ragged_parts.is_integer(key) and self.extents[0] is not None:
            return self.item_at(self.extents[0].see_that_it_counts(key))
        return traced_index().ragged_parts.part(self, key)

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
        if not (key is Ellipsis or (type(key) is slice and key == slice(None))) or self.origin is None:
            raise UnsupportedError(REFUSED.format(what="this assignment"))
        write(*self.origin, value)

    def copy(self, order="C"):
        return Ragged(core.array_of_device(jnp.asarray(self.data._value())), self.extents)

    def astype(self, dtype, **kwargs):
        return Ragged(self.data.astype(dtype), self.extents)

    # -- NumPy

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if method == "at":
            return traced_index().positions.at(ufunc, *inputs)
        if method != "__call__":
            return _reduced_by_ufunc(ufunc, method, inputs, kwargs)
        if ufunc is np.matmul:
            return FUNCTIONS[np.matmul](*inputs)
        out = kwargs.pop("out", None)
        if kwargs:
            raise UnsupportedError(REFUSED.format(what=f"numpy.{ufunc.__name__} with keywords"))
        values, extents = aligned(inputs)
        result = ufunc(*values)
        if out:
            out[0][...] = Ragged(result, extents)
            return out[0]
        return tuple(Ragged(r, extents) for r in result) if type(result) is tuple else Ragged(result, extents)

    def __array_function__(self, func, types, args, kwargs):
        rule = FUNCTIONS.get(func)
        if rule is None:
            raise UnsupportedError(REFUSED.format(what=f"numpy.{func.__name__}"))
        return rule(*args, **kwargs)


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


def write(array, key, axes, order, value) -> None:
    """``array[key] = value`` for such a key: where the mask says."""
    if isinstance(value, Ragged) and value.origin is not None and value.written == array._buffer.version:
        if value.origin[0] is array and value.origin[1] is key:
            return  # `a[:i] += v` ends in writing what has been written already
    target = of_axes(array, key, axes, order)
    (_, new), _ = aligned((target, value), like=target)
    mask = Ragged(target.data, target.extents).mask()
    values = cast(new._value() if type(new) in OURS else new, target.dtype)
    values = jnp.broadcast_to(values, target.data.shape)
    merged = core.array_of_device(jnp.where(mask, values, jnp.asarray(target.data._value())))
    if target.data is array:
        array[...] = merged
    else:
        target.data[...] = merged


def aligned(inputs, like=None):
    """The operands over full lengths, with equal places beside each other, and the extents."""
    ndim = max(ndim_of(x) for x in inputs)
    extents: list = [None] * ndim
    lengths: list = [None] * ndim
    for x in (like, *inputs) if like is not None else inputs:
        if isinstance(x, Ragged):
            for axis, e in enumerate(x.extents, ndim - x.ndim):
                if e is not None and extents[axis] is None:
                    extents[axis], lengths[axis] = e, x.data.shape[axis - ndim]
    return [_moved(x, extents, lengths, ndim) for x in inputs], tuple(extents)


def ndim_of(x) -> int:
    return x.ndim if isinstance(x, Ragged) else np.ndim(x)


def _moved(x, extents, lengths, ndim):
    if not isinstance(x, Ragged):
        shape = np.shape(x)
        for n, e in zip(reversed(shape), reversed(extents), strict=False):
            if e is not None and n != 1:
                raise UnsupportedError(
                    f"an axis of fixed length {n} meets an axis whose length is known only at run time: compiled JAX "
                    "code cannot tell that they agree. Slice both in the same way."
                )
        return x
    data = x.data
    for axis, e in enumerate(x.extents, ndim - x.ndim):
        if e is None:
            continue
        data = in_step(data, e, extents[axis], lengths[axis], axis - (ndim - x.ndim))
    return data


def in_step(data, have: Extent, want: Extent, length: int, axis: int):
    """The data over `length` places, with what counts where it is wanted."""
    _see_that_lengths_agree(have, want)
    if isinstance(have, Chosen) or isinstance(want, Chosen):
        if getattr(have, "source", have) is getattr(want, "source", None):
            return data
        return _in_turn(data, have, want, length, axis)
    return _shifted(data, have, want, length, axis)


def _shifted(data, have: Extent, want: Extent, length: int, axis: int):
    """The data over `length` places, with the first that counts where the first is wanted."""
    n = data.shape[axis]
    if n == length and traced_number.distance(have.start, want.start) == 0:
        return data
    by = raw(want.start) - raw(have.start)
    values = jnp.asarray(data._value())
    if n == length:
        return core.array_of_device(jnp.roll(values, by, axis))
    return core.array_of_device(jnp.take(values, jnp.arange(length) - by, axis=axis, mode="wrap"))


def _see_that_lengths_agree(e, other) -> None:
    """NumPy's error at run time where two axes meet that are not known to be equally long."""
    if e is other or getattr(e, "source", e) is getattr(other, "source", None):
        return
    if not isinstance(e, Chosen) and not isinstance(other, Chosen):
        forms = [traced_number.form_of(x) for x in (e.start, e.stop, other.start, other.stop)]
        if None not in forms:
            difference = forms[1].plus(forms[0], -1).plus(forms[3], -1).plus(forms[2], 1)
            if not difference.terms and not difference.constant:
                return
    if traced_index().on_check is not None:
        differ = traced_number.compute(np.not_equal, e.length, other.length)
        traced_index().on_check(raw(differ), ValueError(
            "operands of lengths that are known only at run time could not be broadcast together: they differ"
        ))  # fmt: skip


def traced_errors():
    from . import traced_errors  # it imports this module

    return traced_errors


def traced_index():
    from . import traced_index  # it imports this module

    return traced_index


def _in_turn(data, have, want, length, axis):
    """The data with the first that counts where the first is wanted, and so on."""
    n = data.shape[axis]
    compact = jnp.argsort(~have.mask(n), stable=True)
    order = compact[jnp.clip(jnp.cumsum(want.mask(length)) - 1, 0, n - 1)]
    return core.array_of_device(jnp.take(jnp.asarray(data._value()), order, axis=axis))


# function to what it does with ragged arguments; ragged_functions.py fills it in
FUNCTIONS: dict = {}


def _reduced_by_ufunc(ufunc, method, inputs, kwargs):
    functions = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min}
    if method == "reduce" and ufunc in functions and set(kwargs) <= {"axis"}:
        return FUNCTIONS[functions[ufunc]](*inputs, axis=kwargs.get("axis", 0))
    raise UnsupportedError(REFUSED.format(what=f"numpy.{ufunc.__name__}.{method}"))
