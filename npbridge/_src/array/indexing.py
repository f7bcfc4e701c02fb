"""Reading and writing by index.

On the host NumPy interprets the key: it knows views from copies, raises its own
errors and casts as it does.  A large array that lives on the device is read and
written there, through the window that the key opens on the stand-in.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..dispatch import precision
from ..ground.errors import UnsupportedError
from ..storage import view
from ..storage.buffer import SMALL, Tracer, recorders
from ..storage.casts import cast
from . import choice, core, either
from .core import OURS, JaxArray, JaxScalar, _new, of_view
from .either import Either

# the module of that name, which imports this one; it is there before anything is traced
traced_index: Any = None

_BASIC = (int, slice, type(None), type(Ellipsis))
_SIMPLE = {int, slice}
_NUMBERS = {int, float, bool, complex, *(np.dtype(char).type for char in core.STORED_KINDS)}


def is_basic(key) -> bool:
    """Whether `key` is made of integers, slices, ``None`` and ``...`` alone."""
    kind = type(key)
    if kind in _BASIC:
        return True
    if kind is tuple:
        for k in key:
            if type(k) not in _BASIC:
                return False
        return True
    return False


def plain_key(key):
    """`key` with our arrays and scalars replaced by NumPy's."""
    kind = type(key)
    if kind in _BASIC:
        return key  # NumPy asks the ends of a slice for their __index__
    if kind is tuple:
        return tuple([plain_key(k) for k in key])
    if kind in OURS:
        if isinstance(key._buffer.device, Tracer):
            if key.ndim and not key.size and key.dtype == bool:
                return np.zeros(key.shape, bool)  # all its values are known
            return key._buffer.device if kind is JaxScalar else key._value()
        return key._read()
    if isinstance(key, Tracer):
        return key
    if kind is range:
        return np.arange(key.start, key.stop, key.step)
    if kind is list:
        return traced_index.stacked(key) if recorders and traced_index.lists_traced(key) else core.host_values(key)
    if hasattr(key, "__jax_array__") or type(key).__module__.startswith("jax"):
        return np.asarray(key)
    if hasattr(kind, "__index__") and not isinstance(key, (bool, np.generic, np.ndarray)):
        return plain_key(key.__index__())
    return key


def is_traced(key) -> bool:
    """Whether a tracer is in the (plain) key."""
    return isinstance(key, Tracer) or (type(key) is tuple and any(isinstance(k, Tracer) for k in key))


def _getitem(self, key):
    if recorders and traced_index.needs(key):
        return traced_index.read(self, key)
    buffer = self._buffer
    kind = type(key)
    if kind not in _SIMPLE:
        if kind is Either:
            return either.distribute(JaxArray.__getitem__, self, key)
        key = plain_key(key)
        if not is_basic(key) and (is_traced(key) or buffer.traced):
            if recorders:
                halves = traced_index.ragged_parts.split(key, self.ndim)
                if halves is not None:
                    return self[halves[0]][halves[1]]
                if traced_index.masked_axis(key) is not None:
                    return traced_index.read_mask(self, key)
            return core.of_device(_traced_read(self._value(), key))
    host, owner = buffer.host, buffer.owner  # before it is asked whether they are current: see Buffer.uploaded
    if buffer.current:
        layout = host if self._layout is None else self._layout
        if layout is host or layout.base is owner:
            return _part(self, layout[key], owner)
    elif (snapshot := buffer.snapshot) is not None and self._layout is None and not recorders:
        parts = key if kind is tuple else (key,)
        if len(parts) == snapshot.ndim and {int}.issuperset(map(type, parts)):
            return snapshot[key]  # a number
    with buffer.lock:  # the memory stays what it is
        if buffer.current:
            return _part(self, self._window()[key], buffer.owner)
        if buffer.traced and choice.is_one_of_two(self) and is_basic(key) and type(self._window()[key]) is np.ndarray:
            return choice.each(self, lambda x: x[key])
        window = self._window()
        if window.ndim > 1 if type(key) is int else is_basic(key):
            part = window[key]
            if type(part) is np.ndarray:
                return _part(self, part, buffer.owner)
        return _element(self, key)


def _part(self, result, owner):
    """What NumPy selects from the window of an array: a view of it, a copy, or a number."""
    if type(result) is not np.ndarray:
        return result
    base = result.base
    if base is not None and (base is owner or view.owner_of(result) is owner):
        array = _new(JaxArray)
        array._buffer = self._buffer
        array._layout = result
        array._base = self if self._base is None else self._base
        array._cached = None
        return array
    return core.of_fresh(result)


def _element(self, key):
    """What `key` selects from values that are on the device alone."""
    buffer = self._buffer
    if buffer.traced:
        window = self._window()[key] if is_basic(key) else None
        if type(window) is np.ndarray:  # a row of a transposed array is a view, too
            return of_view(buffer, window, self if self._base is None else self._base)
        return _traced_getitem(self, key)
    values = self._read()
    result = values[key]
    if type(result) is not np.ndarray:
        return result
    if view.owner_of(result) is not view.owner_of(values):
        return core.of_fresh(result)  # a copy, which can be a transposed one with a base
    window = self._window()[key]
    return of_view(buffer, window, self if self._base is None else self._base)


def _traced_getitem(self, key):
    self._window()[key]  # NumPy's IndexError
    return core.of_device(self._value()[key_for_jax(key)])


def key_for_jax(key):
    """The key as JAX takes it: arrays in place of lists."""
    if type(key) is list:
        return np.asarray(key, None if key else np.intp)
    if recorders and type(key) is traced_index.ragged.Ragged:
        raise UnsupportedError(traced_index.ragged.REFUSED.format(what="an index that is a part"))
    return tuple(map(key_for_jax, key)) if type(key) is tuple else key


def _without_masks_of_nothing(key, shape):
    """The key with integers in place of masks that have an axis of nothing, which goes with an axis of any length."""
    parts = key if type(key) is tuple else (key,)
    counts = [0 if k is None else k.ndim if getattr(k, "dtype", "") == "bool" else 1 for k in parts]
    masks = [i for i, k in enumerate(parts) if type(k) is np.ndarray and k.dtype == bool and k.ndim and not k.size]
    if not masks:
        return key
    made = list(parts)
    for i in reversed(masks):
        after = any(k is Ellipsis for k in parts[:i])
        axis = len(shape) - sum(counts[i:]) if after else sum(counts[:i])
        np.empty(shape[axis : axis + counts[i]])[parts[i]]  # NumPy's IndexError
        made[i : i + 1] = [np.zeros(0, np.intp)] * counts[i]
    return tuple(made)


def _traced_read(value, key):
    key = _without_masks_of_nothing(key, value.shape)
    if recorders:
        traced_index.see_that_all_are_inside(key, value.shape)
    return jnp.asarray(value)[key_for_jax(key)]


def _traced_write(self, key, value) -> None:
    """``self[key] = value`` where the key or the array is known only at run time."""
    key = _without_masks_of_nothing(key, self.shape)
    if recorders:
        halves = traced_index.ragged_parts.split(key, self.ndim)
        if halves is not None:
            self[halves[0]][halves[1]] = value
            return
    if recorders and traced_index.write_mask(self, key, value):
        return
    if recorders:
        traced_index.see_that_all_are_inside(key, self.shape)
    old = jnp.asarray(self._value())
    if type(value) not in OURS and np.ndim(value) == 0:
        number = value
        value = np.empty(1, old.dtype)
        value[[0]] = number  # NumPy's own cast, and its errors
        value = value[0]
    new = jnp.asarray(value._value() if type(value) in OURS else core.host_values(value))
    mask = key[0] if type(key) is tuple and len(key) == 1 else key
    axis = traced_index.masked_axis(key) if recorders and type(key) is tuple else None
    if axis is not None and len(key) > 1:
        parts = [slice(None) if k is key[axis] else k for k in key]
        window = self[tuple(parts)]
        window[...] = core.array_of_device(_masked_along(window._value(), key[axis], cast(new, old.dtype), axis))
        return
    if getattr(getattr(mask, "dtype", None), "kind", "") == "b":
        updated = _masked(old, jnp.asarray(mask), cast(new, old.dtype))
    else:
        places = old.at[key_for_jax(key)]
        target = jax.eval_shape(places.get).shape
        extra = new.ndim - len(target) if new.ndim > 1 else 0
        if extra > 0 and new.shape[:extra] == (1,) * extra:
            new = new.reshape(new.shape[extra:])
        if not _broadcasts(new.shape, target):
            raise ValueError(
                f"shape mismatch: value array of shape {new.shape} could not be broadcast to indexing result of shape "
                f"{target}"
            )
        updated = places.set(cast(new, old.dtype))
    self[...] = core.array_of_device(updated)


def _masked(old, mask, new):
    """`old` with `new` where the mask is: one value for all, or one for each in turn."""
    if mask.shape != old.shape[: mask.ndim]:
        raise IndexError(
            f"boolean index did not match indexed array: the array is {old.shape}, the boolean index is {mask.shape}"
        )
    trailing = old.ndim - mask.ndim
    spread = mask.reshape(mask.shape + (1,) * trailing)
    if new.ndim > trailing and new.shape[0] != 1:
        if recorders and traced_index.on_check is not None:
            traced_index.on_check(jnp.sum(mask) != new.shape[0], ValueError(
                f"NumPy boolean array indexing assignment cannot assign {new.shape[0]} input values to another number "
                "of output values, where the mask is true"
            ))  # fmt: skip
        if not new.shape[0]:
            return old  # the mask is true nowhere
        turn = jnp.cumsum(mask.reshape(-1)) - 1
        new = new[turn].reshape(mask.shape + new.shape[1:])
    elif new.ndim > trailing:
        new = new[0]
    return jnp.where(spread, new, old)


def _masked_along(old, mask, new, axis):
    """`old` with `new` at the places along an axis that a mask of one dimension names."""
    if mask.shape != old.shape[axis : axis + 1]:
        raise IndexError(
            f"boolean index did not match indexed array along axis {axis}; size of axis is {old.shape[axis]} but size "
            f"of corresponding boolean axis is {mask.shape[0]}"
        )
    from_end = old.ndim - axis
    if new.ndim >= from_end and new.shape[-from_end] != 1:
        count = new.shape[-from_end]
        traced_index.on_check(jnp.sum(mask) != count, ValueError(
            "shape mismatch: value array could not be broadcast to indexing result"
        ))  # fmt: skip
        if not count:
            return old  # the mask is true nowhere
        new = jnp.take(new, jnp.clip(jnp.cumsum(mask) - 1, 0, count - 1), axis=new.ndim - from_end)
    spread = mask.reshape(mask.shape + (1,) * (from_end - 1))
    return jnp.where(spread, new, old)


def _setitem(self, key, value):
    if recorders and traced_index.needs(key):
        return traced_index.write(self, key, value)
    buffer = self._buffer
    if not buffer.current or type(key) not in _SIMPLE:
        return _set_anywhere(self, key, value)
    # the frequent cases, in which array and value are on the host
    kind = type(value)
    if kind is JaxArray:
        if not value._buffer.current:
            return _set_anywhere(self, key, value)
        value = value._read()
    elif kind not in _NUMBERS:
        return _set_anywhere(self, key, value)
    with buffer.lock:
        try:
            self._writable()[key] = value
        except OverflowError as error:
            raise precision.of_width(error) from None
    return None


def _set_anywhere(self, key, value):
    if self._layout is not None and not self._layout.flags.writeable:
        raise ValueError("assignment destination is read-only")
    kind = type(value)
    if recorders and kind is Either and self.dtype.kind == "f" and value.is_real():
        value = either.distribute(_as_stored, value, self.dtype)
        kind = type(value)
    if recorders and (kind is Either or type(key) is Either):
        either.distribute(JaxArray.__setitem__, self, key, value)
        return
    if recorders and issubclass(kind, traced_index.ragged.Ragged) and type(key) is not int and is_basic(key):
        value = traced_index.ragged_operands.in_shape(value, self._window()[_with_ellipsis(key)].shape)
        kind = type(value)
    source = None
    if kind is np.ndarray:
        precision.see_that_it_can_be_stored(value, self.dtype)
    elif kind in OURS:
        source = value
        if kind is JaxScalar:
            if not isinstance(value._buffer.device, Tracer):
                value = value._read()
        elif value._buffer is self._buffer and not value._buffer.current and _same_window(self, key, value):
            return
    elif kind is list or kind is tuple:
        value = core.sequence_values(value)
        if type(value) in OURS:
            source = value
    elif isinstance(value, core.jax.Array):
        source = core.array_of_device(value)
    if recorders:
        traced_index.see_that_it_is_a_number(self, key, value if source is None else source, kind)
    buffer = self._buffer
    if type(key) is not int:
        key = plain_key(key)
    if recorders and source is not None and kind is not JaxArray:
        traced_index.see_that_it_can_be_stored(self, key, source)
    if type(key) is not int:
        if not is_basic(key) and (is_traced(key) or buffer.traced):
            return _traced_write(self, key, value if source is None else source)
    if source is not None and isinstance(source._buffer.device, Tracer) and not buffer.traced:
        with buffer.lock:
            # a tracer takes its place in a moment, also where the memory is shared
            buffer.promote()
        if not write_window(buffer, self._window()[_with_ellipsis(key)], source, traced=True):
            raise TypeError("a value known only at run time cannot be written through a view of another dtype")
        return
    if not buffer.current and _write_on_device(self, key, value if source is None else source):
        return
    if source is not None and value is source or isinstance(value, core.jax.Array):
        if buffer.traced:  # what does not fit has NumPy's error, which needs no values
            np.empty(self.shape, self.dtype)[key] = np.zeros(value.shape, value.dtype)
        value = source._read()
    if buffer.traced and source is not None and self.dtype.itemsize != buffer.dtype.itemsize:
        raise UnsupportedError(
            f"a view as {self.dtype} of memory that holds {buffer.dtype} cannot be written in compiled code. Copy it "
            "before the call, and back after it."
        )
    if buffer.traced:  # text, say: what NumPy makes of it, or its error
        values = np.empty(self.shape, self.dtype)
        values[key] = value
        _set_anywhere(self, key, core.of_fresh(values[_with_ellipsis(key)].copy()))
        return
    with buffer.lock:
        try:
            self._writable()[key] = value
        except OverflowError as error:
            raise precision.of_width(error) from None


def _as_stored(number, dtype):
    return core.of_device(cast(number._value() if type(number) in OURS else number, dtype))


either.PURE |= {_as_stored, _getitem}


def _same_window(self, key, value) -> bool:
    """Whether ``self[key] = value`` writes a view onto itself."""
    if not is_basic(key):
        return False
    try:
        window = self._window()[key]
    except IndexError:
        return False
    other = value._window()
    return (
        type(window) is np.ndarray
        and window.shape == other.shape
        and window.strides == other.strides
        and window.dtype == other.dtype
        and window.flags.writeable
        and view.address(window) == view.address(other)
    )


def _write_on_device(self, key, value) -> bool:
    """Write without moving the array to the host; False where that is no gain."""
    buffer = self._buffer
    if buffer.nbytes <= SMALL and not buffer.traced and not (self._whole and _is_everything(key)):
        return False
    if not is_basic(key):
        return False
    window = self._window()[_with_ellipsis(key)]
    if type(value) not in OURS:
        value = stored(value, window.dtype, window.ndim == 0 and type(self._window()[key]) is not np.ndarray)
        if value is None:
            return False
    return write_window(buffer, window, value)


def _is_everything(key) -> bool:
    return key is Ellipsis or (type(key) is slice and key == slice(None))


def _with_ellipsis(key):
    """`key`, so that a full integer index gives a 0-d window and no scalar."""
    key = key if type(key) is tuple else (key,)
    return key if any(k is Ellipsis for k in key) else (*key, Ellipsis)


def write_window(buffer, window: np.ndarray, value, traced: bool = False) -> bool:
    """Write `value` through `window` into the device replica of `buffer`.

    `value` is one of our arrays, or an ndarray of the buffer's dtype.  Returns
    False, with nothing done, where the host is the better place.
    """
    dtype = window.dtype
    if dtype != buffer.dtype and not (traced or buffer.traced) or not window.flags.writeable:
        return False
    if type(value) in OURS:
        source = value
        if source.dtype != dtype:
            if buffer.traced or source._buffer.traced:
                new = cast(source._value(), dtype)
            else:
                new = source._read().astype(dtype)
        else:
            new = source._value()
    else:
        new = value
    if not _broadcasts(new.shape, window.shape):
        return False
    covers = window.size == np.prod(buffer.shape, dtype=np.int64) and window.shape == buffer.shape
    covers = covers and window.flags.c_contiguous and dtype == buffer.dtype
    with buffer.lock:
        if buffer.device is None:
            return False
        if covers and new.shape == buffer.shape and not isinstance(new, np.ndarray):
            buffer.replace(new)
            return True
        traced = traced or buffer.traced
        if not traced and buffer.nbytes <= SMALL:
            return False
        if dtype != buffer.dtype:
            return _write_retyped(buffer, window, new)
        spec, starts = view.spec_of(window, buffer.host)
        if not traced and not buffer.prefers_device_update((spec, new.shape, new.dtype)):
            return False
        if traced:
            device = view.write_traced(buffer.device, new, spec, starts)
        else:
            device = _updated(buffer, new, spec, view.starts_for_kernel(starts))
        buffer.replace(device)
    return True


def _updated(buffer, new, spec, starts):
    """The device replica with `new` written in it, in its own memory where nobody else holds it."""
    device = buffer.taken()
    if device is None:
        return view.write_compiled(buffer.device, new, spec, starts)
    try:
        return view.write_donated(device, new, spec, starts)
    except BaseException:
        buffer.device = device
        raise


def _write_retyped(buffer, window, new) -> bool:
    """As `write_window`, through a window of another dtype, such as the real parts of complex numbers."""
    other = view.retyped(buffer.device, buffer.host, window.dtype)
    if other is None:
        return False
    device, host, back = other
    buffer.replace(back(view.write_traced(device, new, *view.spec_of(window, host))))
    return True


def stored(value, dtype, element: bool):
    """`value` as NumPy stores it in an array, or in one `element`; None where it is no number."""
    new = np.asarray(value)
    if new.dtype.char not in core.STORED_KINDS:
        return None
    stored = np.empty(() if element else new.shape, dtype)
    try:
        stored[() if element else ...] = value  # NumPy's own cast, warnings and errors
    except OverflowError as error:
        raise precision.of_width(error) from None
    return stored


def _broadcasts(shape, target) -> bool:
    extra = len(shape) - len(target)
    if extra > 0:
        if any(n != 1 for n in shape[:extra]):
            return False
        shape = shape[extra:]
    return all(n in (1, m) for n, m in zip(reversed(shape), reversed(target), strict=False))


def _scalar_setitem(self, key, value):
    raise TypeError(f"{self.dtype.name} scalars are immutable: index assignment needs an array")


JaxArray.__getitem__ = _getitem
JaxArray.__setitem__ = _setitem
JaxScalar.__getitem__ = lambda self, key: _getitem(core.in_memory(self), key)
JaxScalar.__setitem__ = _scalar_setitem
