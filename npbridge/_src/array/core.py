"""``JaxArray``: a window on a buffer that behaves as ``numpy.ndarray`` does.

This file has what every array needs: how it is made, read and written, and the
three protocol hooks.  Operators, methods, indexing and conversions are in the
files beside it and are attached to the class there.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from ..ground.errors import UnsupportedDtypeError
from ..storage import view
from ..storage.buffer import SMALL, Buffer, Tracer, canonical, put, recorders

_new = object.__new__
STORED_KINDS = "?bBhHiIlLqQefdFD"

# The concrete classes of arrays that are ours; `type(x) in OURS` is the test on
# every call, and __init_subclass__ keeps it complete.
OURS: set[type] = set()
# Those of them that are arrays in memory and nothing else: JaxArray, and variables.
ARRAYS: set[type] = set()


def check_dtype(dtype: np.dtype) -> None:
    """Refuse data that cannot be stored."""
    if dtype.char not in STORED_KINDS:
        what = {"O": "objects", "U": "text", "S": "text", "V": "records", "M": "dates", "m": "time spans"}
        name = what.get(dtype.char, "extended-precision numbers")
        raise UnsupportedDtypeError(
            f"npbridge stores numbers and booleans; dtype {dtype} holds {name}. "
            "Keep such data in a numpy.ndarray, and convert its numeric parts."
        )


class JaxArray:
    """An array that unchanged NumPy code cannot tell from ``numpy.ndarray``.

    Parameters
    ----------
    object : array_like
        What ``npbridge.asarray`` takes: a ``jax.Array``, an ``ndarray``, numbers,
        nested sequences.
    dtype : dtype, optional
        As in ``numpy.array``, canonicalised to what JAX is set to.

    Raises
    ------
    UnsupportedDtypeError
        A ``TypeError``: the data are objects, text, records or dates.

    Examples
    --------
    >>> import numpy as np, jax.numpy as jnp, npbridge
    >>> x = npbridge.JaxArray(jnp.arange(5))
    >>> view = x[1:4]
    >>> view += 10
    >>> x
    JaxArray([ 0, 11, 12, 13,  4], dtype=int32)
    >>> np.add(x, 1)
    JaxArray([ 1, 12, 13, 14,  5], dtype=int32)
    """

    __slots__ = ("__weakref__", "_base", "_buffer", "_cached", "_layout")

    # _buffer  Buffer
    # _layout  ndarray over the buffer's host array, or None: the whole buffer
    # _base    the array that this is a view of, or None
    # _cached  (version, device values) of a view, or None

    # the Python type of which a number known only at run time is (traced_number.py)
    weak: Any = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        OURS.add(cls)

    def __new__(cls, object, dtype=None):
        made = from_object(object, dtype, copy=False)
        self = _new(cls)
        self._buffer = made._buffer
        self._layout = made._layout
        self._base = made._base
        self._cached = None
        return self

    # -- layout

    def _window(self) -> np.ndarray:
        """The ndarray that has this array's layout; its values may be stale."""
        layout = self._layout
        if layout is None:
            buffer = self._buffer
            layout = buffer.host
            return layout if layout is not None else buffer.stand_in()
        buffer = self._buffer
        if layout.base is buffer.owner or layout is buffer.host:
            return layout
        return self._follow()

    def _follow(self) -> np.ndarray:
        """Bring the layout to the memory that the buffer has moved to."""
        buffer = self._buffer
        old = self._layout
        origin = view.owner_of(old)
        if origin is buffer.owner:
            return old
        host = buffer.host
        if old is origin and old.flags.c_contiguous:
            self._layout = host
        else:
            start = origin if origin.flags.c_contiguous else c_ordered(origin)
            self._layout = view.same_window(old, start, host)
        return self._layout

    @property
    def _whole(self) -> bool:
        """Whether this is its buffer, all of it, as it is."""
        layout = self._layout
        return layout is None or layout is self._buffer.host

    # -- values

    def _read(self) -> np.ndarray:
        """The present values as an ndarray that the caller must not write."""
        buffer = self._buffer
        layout = self._layout
        if recorders:
            recorders[-1].on_read(buffer)
        if not buffer.current:
            if layout is None:
                return buffer.snapshot if buffer.snapshot is not None else buffer.read_snapshot()
            if buffer.traced or buffer.nbytes > SMALL:
                snapshot = buffer.read_snapshot()
                if self._whole:
                    return snapshot
                return view.same_window(self._window(), buffer.host, snapshot)
            with buffer.lock:
                if not buffer.current:
                    buffer._download()
            layout = self._layout
        if layout is None or layout is buffer.host:
            return buffer.host
        return layout if layout.base is buffer.owner else self._follow()

    def _snapshot(self) -> np.ndarray:
        """The present values, read-only, as they will stay."""
        buffer = self._buffer
        snapshot = buffer.snapshot
        if snapshot is None:
            snapshot = buffer.read_snapshot()
        layout = self._layout
        if layout is None or layout is buffer.host:
            return snapshot
        window = view.same_window(self._window(), buffer.host, snapshot)
        if window.flags.writeable:
            window.flags.writeable = False
        return window

    def _writable(self) -> np.ndarray:
        """The host values, free to be written.  The caller holds the lock."""
        buffer = self._buffer
        host = buffer.host_for_writing()
        layout = self._layout
        if layout is None or layout is host:
            return host
        if layout.base is not buffer.owner:
            return self._follow()
        return layout

    def _value(self):
        """The present values for a compiled kernel, in canonical dtype.

        A ``jax.Array``, a tracer, or an ndarray that nobody else will write.
        """
        buffer = self._buffer
        layout = self._layout
        if recorders:
            recorders[-1].on_read(buffer)
        if layout is None or layout is buffer.host:
            device = buffer.device
            return device if device is not None else buffer.to_device()
        cached = self._cached
        if cached is not None and cached[0] == buffer.version:
            return cached[1]
        return self._view_value()

    def _view_value(self):
        buffer = self._buffer
        layout = self._window()
        if buffer.device is not None and not buffer.current and (buffer.traced or layout.nbytes > SMALL):
            value = self._lowered(layout)
            if value is not None:
                if not isinstance(value, Tracer):
                    self._cached = (buffer.version, value)
                return value
        values = self._read()
        if values.nbytes <= SMALL:
            return values.astype(canonical(values.dtype), order="C")
        value = put(values)
        if not buffer.borrowed and not isinstance(value, Tracer):
            self._cached = (buffer.version, value)
        return value

    def _lowered(self, layout: np.ndarray):
        """The view read by a device kernel; None where that has no form."""
        buffer = self._buffer
        device = buffer.device
        if layout.dtype != buffer.dtype:
            return None
        spec, starts = view.spec_of(layout, buffer.host)
        if buffer.traced:
            return view.read_spec(device, spec, starts)
        return view.read_compiled(device, spec, view.starts_for_kernel(starts))

    # -- protocols

    # __array_ufunc__ and __array_function__: dispatch/protocol.py

    def __array__(self, dtype=None, copy=None):
        if copy:
            return np.array(self._read(), dtype=dtype, copy=True)
        values = self._snapshot()
        if dtype is None or dtype == values.dtype:
            return values
        return np.array(values, dtype=dtype, copy=copy)

    def __jax_array__(self):
        return self.value

    @property
    def value(self):
        """The values as a ``jax.Array`` (an ``ndarray`` on ``'numpy'``)."""
        from ..dispatch.backend import active

        if active().name == "numpy" and not isinstance(self._buffer.device, Tracer):
            return self._read()
        value = self._value()
        if isinstance(value, np.ndarray):
            value = put(value)
            fits = value.dtype == self._buffer.dtype and not isinstance(value, Tracer)
            if fits and self._whole and not self._buffer.borrowed:
                self._buffer.device = value
        return value

    @value.setter
    def value(self, new) -> None:
        self[...] = new


OURS.add(JaxArray)
ARRAYS.add(JaxArray)


class JaxScalar(JaxArray):
    """What NumPy gives as a scalar: an array of no dimensions that never changes.

    It is hashable, formats and converts as a NumPy scalar does, and in-place
    operators on it make a new object.
    """

    __slots__ = ("_number",)

    # _number  the numpy scalar; filled in from the buffer when first needed
    # _buffer  filled in from the number when first needed

    def __new__(cls, object, dtype=None):
        return of_number(np.asarray(object, dtype)[()])

    def __getattr__(self, name):
        # a slot that was left empty
        if name == "_number":
            value = self._number = self._buffer.read()[()]
            return value
        if name == "_buffer":
            number = self._number
            buffer = self._buffer = Buffer(None, np.array(number), (), number.dtype)
            return buffer
        if name in ("_layout", "_base", "_cached"):
            return None
        if name.startswith("__"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._number, name)  # is_integer, bit_count and whatever else the number has

    @property
    def __class__(self):
        """The class of NumPy's scalar, so that ``isinstance(x.sum(), np.floating)`` holds.

        ``type(x)`` and ``isinstance(x, JaxArray)`` go by the real class.
        """
        return self.dtype.type

    def _value(self):
        buffer = self._buffer
        device = buffer.device
        return device if device is not None else buffer.to_device()


# -- making arrays


def of_device(device) -> JaxArray:
    """Wrap a ``jax.Array`` or a tracer; no dimensions give a scalar."""
    shape = device.shape
    buffer = Buffer(device, None, shape, device.dtype)
    if shape:
        array = _new(JaxArray)
        array._layout = array._base = array._cached = None
    else:
        array = _new(JaxScalar)
    array._buffer = buffer
    return array


def array_of_device(device) -> JaxArray:
    """Wrap a ``jax.Array`` as an array, also where it has no dimensions."""
    array = _new(JaxArray)
    array._layout = array._base = array._cached = None
    array._buffer = Buffer(device, None, device.shape, device.dtype)
    return array


def of_number(number: np.generic) -> JaxScalar:
    scalar = _new(JaxScalar)
    scalar._number = number
    return scalar


def of_fresh(values: np.ndarray) -> JaxArray:
    """Wrap an ndarray that nobody else holds."""
    if values.base is not None or (values.ndim > 1 and not values.flags.c_contiguous):
        return of_memory(values)
    array = _new(JaxArray)
    array._layout = values
    array._base = array._cached = None
    array._buffer = Buffer(None, values, values.shape, values.dtype)
    return array


def of_memory(values: np.ndarray, borrowed: bool = False) -> JaxArray:
    """Wrap an ndarray together with the memory it lies in."""
    owner = view.owner_of(values)
    host = c_ordered(owner) if type(owner) is np.ndarray else None
    if host is None or owner.dtype.char not in STORED_KINDS or owner.base is not None:
        host = owner = values.copy(order="C")
        values = host
        borrowed = False
    buffer = Buffer(None, host, host.shape, host.dtype)
    buffer.owner = owner
    buffer.borrowed = borrowed
    return of_view(buffer, values, None)


def of_view(buffer: Buffer, layout: np.ndarray, base: JaxArray | None) -> JaxArray:
    array = _new(JaxArray)
    array._buffer = buffer
    array._layout = layout
    array._base = base
    array._cached = None
    return array


def c_ordered(values: np.ndarray) -> np.ndarray | None:
    """`values` with its axes permuted into C order, or None."""
    if values.flags.c_contiguous:
        return values
    order = sorted(range(values.ndim), key=lambda i: -values.strides[i])
    turned = values.transpose(order)
    return turned if turned.flags.c_contiguous else None


def from_object(obj, dtype=None, *, copy: bool, ndmin: int = 0, order="K") -> JaxArray:
    """What ``asarray`` and ``array`` do; `copy` forces new memory."""
    from ..dispatch.backend import active

    kind = type(obj)
    jax_side = active().name == "jax"
    if dtype is not None:
        dtype = np.dtype(dtype)
        check_dtype(dtype)
        if jax_side:
            dtype = canonical(dtype)
    if kind in OURS:
        if not copy and (dtype is None or dtype == obj.dtype) and order in ("K", "A"):
            return obj if kind is not JaxScalar else array_of_scalar(obj)
        return _converted(obj, dtype, order)
    if isinstance(obj, jax.Array):
        if obj.dtype.char not in STORED_KINDS:
            check_dtype(obj.dtype)
        if dtype is None or obj.dtype == dtype:
            return array_of_device(obj)
        if isinstance(obj, Tracer):
            return array_of_device(obj.astype(dtype))
    borrow = kind is np.ndarray and not jax_side and not copy
    values = np.array(host_values(obj), dtype=dtype, copy=None if borrow else True, order=order, ndmin=ndmin)
    check_dtype(values.dtype)
    if type(values) is not np.ndarray:
        values = values.view(np.ndarray)
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    if jax_side and canonical(values.dtype) != values.dtype:
        values = narrowed(values, kind)
    if borrow and np.may_share_memory(values, obj):
        return of_memory(values, borrowed=True)
    return of_fresh(values)


def shared_memory(array: JaxArray) -> np.ndarray:
    """The host values, for somebody who may write them at any later time."""
    if type(array) is JaxScalar:
        return np.array(array._number)
    buffer = array._buffer
    with buffer.lock:
        values = array._writable()
        buffer.borrowed = True
    return values


def narrowed(values: np.ndarray, kind: type) -> np.ndarray:
    """`values` in the dtype that JAX stores; Python integers must fit, as in NumPy."""
    result = values.astype(canonical(values.dtype))
    if kind in (int, list, tuple) and values.dtype.kind in "iu" and (result != values).any():
        number = values[result != values].flat[0]
        raise OverflowError(
            f"Python integer {number} out of bounds for {result.dtype}: 64-bit integers need npbridge.enable_x64()"
        )
    return result


def array_of_scalar(scalar: JaxScalar) -> JaxArray:
    array = _new(JaxArray)
    array._layout = array._base = array._cached = None
    buffer = scalar._buffer
    if buffer.device is not None:
        array._buffer = Buffer(buffer.device, None, (), buffer.dtype)
    else:
        array._buffer = Buffer(None, np.array(scalar._number), (), buffer.dtype)
    return array


def array_if_scalar(x):
    return array_of_scalar(x) if type(x) is JaxScalar else x


def _converted(obj: JaxArray, dtype, order) -> JaxArray:
    """A copy of one of our arrays, where its values are."""
    buffer = obj._buffer
    if buffer.traced or (buffer.device is not None and not buffer.current and obj._whole and order != "F"):
        device = obj._value()
        if dtype is not None and dtype != device.dtype:
            if not buffer.traced:
                return of_fresh(obj._read().astype(dtype))
            device = device.astype(dtype)
        return array_of_device(device)
    return of_fresh(np.array(obj._read(), dtype=dtype, order=order, copy=True))


def host_values(obj, depth: int = 0):
    """`obj` with our arrays, also those inside lists and tuples, as ndarrays."""
    if type(obj) in OURS:
        return obj._number if type(obj) is JaxScalar else obj._read()
    if isinstance(obj, (list, tuple)) and type(obj) in (list, tuple) and obj and depth < 32:
        if any(type(x) in OURS or type(x) in (list, tuple) for x in obj):
            return type(obj)(host_values(x, depth + 1) for x in obj)
    return obj


TRACED_ERRORS = (jax.errors.TracerArrayConversionError, jax.errors.ConcretizationTypeError)


def sequence_values(obj):
    """A list or tuple that is to be written: ndarrays in place of ours, or one array where it holds tracers."""
    try:
        return host_values(obj)
    except TRACED_ERRORS:
        return traced_sequence(obj)


def traced_sequence(obj, dtype=None) -> JaxArray:
    """A nested sequence with tracers in it: put together by a kernel."""
    leaves: list = []

    def value(x):
        if type(x) in (list, tuple):
            return [value(y) for y in x]
        x = x._value() if type(x) in OURS else x
        leaves.append(x.dtype if hasattr(x, "dtype") else x)
        return x

    values = value(obj)
    dtype = canonical(np.result_type(*leaves)) if dtype is None else dtype
    return array_of_device(jax.numpy.array(values, dtype))
