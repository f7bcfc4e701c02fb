"""Keys whose integers, or ends of slices, are known only at run time.

Integers and slices of constant width (``a[i - 1 : i + 2]``: the ends are known to lie
three apart) open a *window*: a view that is read by ``dynamic_slice`` and written
through to its array.  Slices of a width known only at run time (``a[:i]``) give a
:class:`~npbridge._src.array.ragged.Ragged`, an array with a mask.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import jax.numpy as jnp
import numpy as np

from ..ground.errors import UnsupportedError
from ..storage import view
from ..storage.buffer import Buffer, Tracer
from ..storage.casts import cast
from . import (
    choice,
    core,
    indexing,
    positions,
    ragged,
    ragged_functions,
    ragged_operands,
    ragged_parts,
    ragged_statistics,
    traced_number,
    traced_range,
)
from .core import OURS, JaxScalar
from .window import Window

# called with (traced bool, exception): raise the exception where the bool is true
on_check: Callable | None = None


_TOO_MANY = "too many indices for array: array is {}-dimensional, but {} were indexed"


def is_traced_integer(x) -> bool:
    if type(x) in OURS:
        return isinstance(x._buffer.device, Tracer) and not x.shape or x.weak is not None
    return isinstance(x, Tracer) and not x.shape


def needs(key) -> bool:
    """Whether a key has a traced integer or a slice with a traced end, and nothing but basic parts."""
    found = False
    for k in key if type(key) is tuple else (key,):
        kind = type(k)
        if kind is slice:
            found = found or any(is_traced_integer(x) for x in (k.start, k.stop, k.step))
        elif kind is int or k is None or k is Ellipsis:
            continue
        elif is_traced_integer(k) and _is_integral(k):
            found = True
        elif isinstance(k, ragged.Ragged) and k.dtype.kind in "iu":
            return True
        elif not isinstance(k, np.integer) and not (type(k) is JaxScalar and k.dtype.kind in "iu"):
            return False
    return found


def _is_integral(x) -> bool:
    return np.dtype(x.dtype).kind in "iu"


class Axis:
    """What a key says of one axis.

    ``size`` None means a width known only at run time: then ``places`` says which places
    count, and ``step`` is -1 where they are places of the reversed axis.
    """

    __slots__ = ("drop", "places", "size", "start", "step")

    def __init__(self, start, size, step=1, drop=False, places=None) -> None:
        self.start, self.size, self.step, self.drop, self.places = start, size, step, drop, places


def parse(key, shape):
    """``(axes of the array, order)``: `order` names, for each axis of the result, its axis, or None."""
    key = key if type(key) is tuple else (key,)
    given = sum(k is not None and k is not Ellipsis for k in key)
    if given > len(shape):
        raise IndexError(_TOO_MANY.format(len(shape), given))
    if not any(k is Ellipsis for k in key):
        key = (*key, Ellipsis)
    axes, order = [], []
    for k in key:
        if k is None:
            order.append(None)
        elif k is Ellipsis:
            for _ in range(len(shape) - given):
                order.append(len(axes))
                axes.append(Axis(0, shape[len(axes)]))
        else:
            axis = _slice(k, shape[len(axes)]) if type(k) is slice else _integer(k, shape[len(axes)], len(axes))
            if not axis.drop:
                order.append(len(axes))
            axes.append(axis)
    return axes, order


def _integer(k, n, axis):
    if is_traced_integer(k):
        value = _raw(k)
        if traced_range.inside(k, n, 0):
            return Axis(value, 1, drop=True)
        see_that_it_is_inside(k, value, n, axis)
        return Axis(jnp.where(value < 0, value + n, value), 1, drop=True)
    k = int(k)
    if not -n <= k < n:
        raise IndexError(f"index {k} is out of bounds for axis {axis} with size {n}")
    return Axis(k % n, 1, drop=True)


def see_that_it_is_inside(k, value, n, axis) -> None:
    """Have NumPy's ``IndexError`` raised where an index reaches out of an axis of length `n`."""
    if on_check is not None and (getattr(value, "ndim", 0) or not traced_range.inside(k, n)):
        known = np.iinfo(value.dtype) if hasattr(value, "dtype") else np.iinfo(np.int64)
        # a number that the dtype cannot hold is no limit to it
        low = value < -n if known.min < -n else False
        high = value >= n if known.max >= n else False
        if low is not False or high is not False:
            on_check(low | high, IndexError(f"index is out of bounds for axis {axis} with size {n}"))


def _raw(x):
    return x._value() if type(x) in OURS else x


def _settled(x):
    """A number of the run time that can be but one."""
    form = traced_number.form_of(x) if is_traced_integer(x) and type(x) in OURS else None
    least = None if form is None else traced_range.extreme(form, -1)
    return least if least is not None and least == traced_range.extreme(form, 1) else x


def _slice(s: slice, n: int) -> Axis:
    s = slice(*map(_settled, (s.start, s.stop, s.step)))
    if not any(is_traced_integer(x) for x in (s.start, s.stop, s.step)):
        start, stop, step = s.indices(n)
        return Axis(start, len(range(start, stop, step)), step)
    step = 1 if s.step is None else s.step
    if is_traced_integer(step):
        return _strided(s, n, step)
    step = int(step)
    first, last = (0, n) if step > 0 else (n - 1, None)
    start = first if s.start is None else s.start
    stop = last if s.stop is None else s.stop
    width = None if stop is None or s.start is None or s.stop is None else traced_number.distance(start, stop)
    if width is not None:
        return _fixed(start, stop, len(range(0, width, step)), step, n)
    if step not in (1, -1):
        return _strided(s, n, step)
    if step == 1:
        return Axis(0, None, places=ragged.Extent(_clamped(start, n), _clamped(stop, n)))
    return Axis(0, None, -1, places=ragged.Extent(*_from_the_end(s, n)))


def _from_the_end(s: slice, n: int):
    """Start and stop of a slice with a negative step, counted along the reversed axis."""
    start = 0 if s.start is None else n - 1 - _clamped(s.start, n, -1)
    stop = n if s.stop is None else n - 1 - _clamped(s.stop, n, -1)
    return start, stop


def _strided(s: slice, n: int, step) -> Axis:
    """A slice whose step, or whose width with a step, is known only at run time: every so many places."""
    backwards = not is_traced_integer(step) and step < 0
    every = ragged_parts.every(step) if is_traced_integer(step) else abs(step)
    if backwards:
        start, stop = (_raw(x) for x in _from_the_end(s, n))
    else:
        start = _raw(_clamped(0 if s.start is None else s.start, n))
        stop = _raw(_clamped(n if s.stop is None else s.stop, n))
    places = jnp.arange(n)
    mask = (places >= start) & (places < stop) & (jnp.fmod(places - start, every) == 0)
    return Axis(0, None, -1 if backwards else 1, places=ragged.Chosen(mask))


def _fixed(start, stop, size, step, n) -> Axis:
    value = _raw(start)
    if size > n and step == 1:  # it reaches over an end wherever it lies
        return Axis(0, None, places=ragged.Extent(_clamped(start, n), _clamped(stop, n)))
    if size > n:
        raise IndexError(f"a slice of {size} elements of an axis with size {n}")
    if not size:
        _see_that_they_count_from_one_end(start, stop)
    last = value + (size - 1) * step
    ends = [traced_number.form_of(start), traced_range.constant((size - 1) * step)]
    reach = None if ends[0] is None else [ends[0], ends[0].plus(ends[1], 1)][:: 1 if step > 0 else -1]
    known = reach and [traced_range.extreme(reach[0], -1), traced_range.extreme(reach[1], 1)]
    if known and None not in known and known[0] >= 0 and known[1] < n:
        return Axis(value, size, step)
    if on_check is not None and size:
        low, high = (value, last) if step > 0 else (last, value)
        on_check((low < 0) | (high >= n), UnsupportedError(
            f"a slice of {size} elements, whose place is known only at run time, reaches over the end of an axis "
            f"with size {n}: there are fewer, and compiled code has one length"
        ))  # fmt: skip
    return Axis(value, size, step)


def _see_that_they_count_from_one_end(start, stop) -> None:
    """A slice that begins after its stop is empty, unless one of them counts from the end of the axis."""
    least = [traced_range.extreme(traced_number.form_of(x), -1) for x in (start, stop)]
    if on_check is None or (None not in least and min(least) >= 0):
        return
    on_check((_raw(start) < 0) != (_raw(stop) < 0), UnsupportedError(
        "a slice, whose ends are known only at run time, has one that counts from the end of the axis and one that "
        "does not: how long it is is not known"
    ))  # fmt: skip


def _clamped(x, n, step=1):
    """The end of a slice as NumPy takes it: from the end where negative, inside the axis."""
    low, high = (0, n) if step > 0 else (-1, n - 1)
    if not is_traced_integer(x):
        x = int(x)
        return min(max(x + n if x < 0 else x, low), high)
    value = _raw(x)
    inside = jnp.clip(jnp.where(value < 0, value + n, value), low, high)
    number = traced_number.of_value(inside, int)
    form = traced_number.form_of(x) if type(x) in OURS else None
    if form is not None:
        number.form = form
    return number


def see_that_all_are_inside(key, shape) -> None:
    """The same for arrays of integers in a (plain) key; `shape` is the array's."""
    parts = tuple([np.asarray(k) if type(k) is list else k for k in (key if type(key) is tuple else (key,))])
    taken = [max(k.ndim, 1) if _is_mask(k) else 0 if k is None else 1 for k in parts]
    if sum(taken) > len(shape):
        raise IndexError(_TOO_MANY.format(len(shape), sum(taken)))
    if any(hasattr(k, "dtype") and np.dtype(k.dtype).kind not in "iub" for k in parts):
        raise IndexError("arrays used as indices must be of integer (or boolean) type")
    axis = 0
    for k, count in zip(parts if on_check is not None else (), taken, strict=False):
        if k is Ellipsis:
            axis += len(shape) - sum(taken) + 1
            continue
        if hasattr(k, "dtype") and not _is_mask(k) and axis < len(shape):
            if not shape[axis] or not isinstance(k, Tracer):  # NumPy's IndexError needs no values
                known = np.zeros(k.shape, int) if isinstance(k, Tracer) else np.asarray(k)
                np.broadcast_to(np.False_, (1,) * axis + shape[axis : axis + 1])[(slice(None),) * axis + (known,)]
            else:
                see_that_it_is_inside(k, k, shape[axis], axis)
        axis += count


def _is_mask(k) -> bool:
    return hasattr(k, "dtype") and np.dtype(k.dtype).kind == "b"


# -- windows of a fixed size


def spec_of(axes, order):
    """``(spec, starts)`` for :mod:`~npbridge._src.storage.view`, or None for a width known at run time."""
    if any(a.size is None for a in axes):
        return None
    cuts = tuple((1, 1) if a.drop else (a.size, a.step) for a in axes)
    # a cut of negative step starts at its low end
    starts = [a.start if a.step > 0 or a.drop else a.start + (a.size - 1) * a.step for a in axes]
    used = tuple(i for i, a in enumerate(axes) if not a.drop)
    kept = tuple(i for i, axis in enumerate(order) if axis is not None)
    shape = tuple(1 if axis is None else axes[axis].size for axis in order)
    return (cuts, used, kept, shape), starts


def _window(array, axes, order):
    (cuts, used, kept, shape), starts = spec_of(axes, order)
    identity = tuple(range(len(used)))
    spec = view.Spec(tuple(array.shape), cuts, identity, used, kept, (False,) * len(shape), shape, None)
    kind = jnp.int64 if core.jax.config.jax_enable_x64 else jnp.int32
    return spec, [jnp.asarray(s._value() if type(s) in OURS else s, kind) for s in starts]


def _opened(array, key, spec, starts):
    if choice.is_one_of_two(array):
        return choice.each(array, lambda x: _opened(x, key, spec, starts))
    opened = core._new(core.JaxArray)
    opened._buffer = Window(array, key, spec, starts)
    opened._layout = opened._cached = None
    opened._base = array
    return opened


def read(self, key):
    """``self[key]``."""
    if positions.in_key(key):
        halves = ragged_parts.split(key, self.ndim)
        return positions.read(self, key) if halves is None else self[halves[0]][halves[1]]
    axes, order = parse(key, self.shape)
    if any(a.size is None for a in axes):
        return ragged.of_axes(self, key, axes, order)
    spec, starts = _window(self, axes, order)
    if not order:
        return core.of_device(view.read_spec(jnp.asarray(self._value()), spec, starts))
    return _opened(self, key, spec, starts)


def write(self, key, value) -> None:
    """``self[key] = value``."""
    # `a[i] += v` ends in writing what the window has written already
    if type(value) in OURS and type(value._buffer) is Window and value._base is self and value._buffer.key is key:
        return
    if positions.in_key(key):
        halves = ragged_parts.split(key, self.ndim)
        if halves is not None:
            self[halves[0]][halves[1]] = value
            return
        positions.write(self, key, value)
        return
    axes, order = parse(key, self.shape)
    if any(a.size is None for a in axes):
        ragged_operands.write(self, key, axes, order, value)
        return
    spec, starts = _window(self, axes, order)
    if isinstance(value, ragged.Ragged):
        value = ragged_operands.in_shape(value, spec.shape)
    kind = type(value)
    if kind is list or kind is tuple:
        value = core.sequence_values(value)
    see_that_it_can_be_stored(self, key, value)
    see_that_it_is_a_number(self, key, value, kind)
    if type(value) not in OURS and not isinstance(value, Tracer):
        value = indexing.stored(value, self.dtype, not order)
    new = value._value() if type(value) in OURS else jnp.asarray(value)
    np.broadcast_to(np.empty(new.shape, bool), (1,) * max(0, new.ndim - len(spec.shape)) + spec.shape)
    self[...] = core.array_of_device(view.write_traced(jnp.asarray(self._value()), new, spec, starts))


def see_that_it_can_be_stored(array, key, value) -> None:
    """What assigning one number that is known only at run time to ``array[key]`` raises."""
    if type(value) not in OURS or type(value) is core.JaxArray or not is_traced_number(value):
        return
    if value.weak is not None or indexing.is_basic(key) or needs(key):
        traced_errors.see_that_it_can_be_stored(value, array.dtype)


def see_that_it_is_a_number(array, key, value, kind) -> None:
    """NumPy's error where what has dimensions, even if it is of one item, is assigned to a single item.

    `kind` is the class of what is assigned: a sequence, of which `value` is the array, or an array.
    """
    parts = key if type(key) is tuple else (key,)
    if parts and getattr(value, "ndim", 0) and len(parts) == array.ndim and all(map(_is_place, parts)):
        shape = [n if type(n) is int else 1 for n in value.shape]
        sample = np.zeros(shape, value.dtype)
        np.zeros(1, array.dtype)[0] = kind(sample) if kind in (list, tuple) else sample


def _is_place(k) -> bool:
    if isinstance(k, (bool, np.bool_)):
        return False
    return isinstance(k, (int, np.integer)) or is_traced_integer(k) and _is_integral(k)


def is_traced_number(x) -> bool:
    return isinstance(x._buffer.device, Tracer) and not x.shape


# -- numbers of Python's


def item(array, *args):
    """``array.item(*args)``."""
    if not args and array.size != 1:
        raise ValueError("can only convert an array of size 1 to a Python scalar")
    if len(args) == 1 and type(args[0]) is tuple:
        args = args[0]
    elif len(args) <= 1:
        return _as_number(array.reshape(-1)[args[0] if args else 0])
    if len(args) != array.ndim:
        raise ValueError("incorrect number of indices for array")
    return _as_number(array[args])


def as_lists(array):
    """``array.tolist()``."""
    if not array.ndim:
        return _as_number(array[()])
    return [as_lists(array[i]) for i in range(array.shape[0])]


def _as_number(scalar):
    if type(scalar) in OURS and not scalar._buffer.traced:
        return scalar.item()
    kind = {"b": bool, "f": float, "c": complex}.get(scalar.dtype.kind, int)
    return traced_number.of_value(jnp.asarray(scalar._value()), kind)


# -- lists and masks


def lists_traced(key) -> bool:
    """Whether a list has a traced integer in it."""
    return any(lists_traced(k) if type(k) is list else is_traced_integer(k) for k in key)


def stacked(key):
    """A list of integers, some of them traced, as an array."""
    return jnp.stack([stacked(k) if type(k) is list else jnp.asarray(_raw(k)) for k in key])


def masked_axis(key) -> int | None:
    """Which part of a (plain) key is its one traced mask, where the others are slices; else None."""
    parts = key if type(key) is tuple else (key,)
    masks = [i for i, k in enumerate(parts) if isinstance(k, Tracer) and k.dtype == bool and k.shape]
    if len(masks) != 1 or any(type(k) is not slice for i, k in enumerate(parts) if i != masks[0]):
        return None
    return masks[0] if parts[masks[0]].ndim == 1 or len(parts) == 1 else None


def read_mask(self, key):
    """``self[mask]``: a copy whose length is known only at run time."""
    if ragged.on_note is not None:
        ragged.on_note("masked: what a mask chooses, computed over the whole axis")
    axis = masked_axis(key)
    parts = list(key) if type(key) is tuple else [key]
    mask = parts[axis]
    shape = self.shape[axis : axis + mask.ndim]
    if mask.shape != shape:
        raise IndexError(f"boolean index did not match indexed array: its shape is {mask.shape}, the array's {shape}")
    parts[axis : axis + 1] = [slice(None)] * mask.ndim
    data = jnp.asarray(self[tuple(parts)]._value())
    if mask.ndim > 1:
        data = data.reshape((-1, *data.shape[mask.ndim :]))
    extents = [None] * data.ndim
    extents[axis] = ragged.Chosen(mask)
    return ragged.Ragged(core.array_of_device(data), extents)


def write_mask(self, key, value) -> bool:
    """``self[mask] = value`` for a ragged value; False where it is for others to do."""
    if type(value) is not ragged.Ragged:
        return False
    target = read_mask(self, key) if masked_axis(key) is not None else None
    if target is None:
        raise TypeError(
            "an array whose length is known only at run time can be written to a slice or a mask of the same length"
        )
    (_, new), _ = ragged_operands.aligned((target, value), like=target)
    merged = jnp.where(target.mask(), cast(new._value(), target.dtype), target.data._value())
    parts = list(key) if type(key) is tuple else [key]
    axis = masked_axis(key)
    count = parts[axis].ndim
    parts[axis : axis + 1] = [slice(None)] * count
    window = self[tuple(parts)]
    self[tuple(parts)] = core.array_of_device(merged.reshape(window.shape))
    return True


def root(buffer: Buffer) -> Buffer:
    """The buffer that is written through the windows on it."""
    while type(buffer) is Window:
        buffer = buffer.array._buffer
    return buffer


from . import traced_errors  # noqa: E402  it imports this module

indexing.traced_index = sys.modules[__name__]
_ = ragged_functions, ragged_parts, ragged_statistics  # they fill in what ragged arrays can do
