"""``JaxArray``: a window on a buffer that behaves as ``numpy.ndarray`` does.

This file has what every array needs: how it is read and written, and the protocol
hooks.  How arrays are made is in core.py; operators, methods, indexing and conversions
are in the files beside it and are attached to the class there.
"""

from __future__ import annotations

from sys import getrefcount
from typing import Any

import numpy as np

from ..ground.compat import raise_again, refuse_concatenation
from ..ground.exported import export_as, export_memory
from ..storage import copies, view
from ..storage.buffer import SMALL, Tracer, canonical, put, recorder_here, recorders
from ..storage.lending import give_away, lend, lies_on_host, loan_of

_new = object.__new__

# The concrete classes of arrays that are ours; `type(x) in OURS` is the test on
# every call, and __init_subclass__ keeps it complete.
OURS: set[type] = set()
# Those of them that are arrays in memory and nothing else: JaxArray, and variables.
ARRAYS: set[type] = set()


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
        refuse_concatenation(cls)
        export_as(JaxArray, cls)

    def __new__(cls, object, dtype=None):
        from .core import from_object  # which makes arrays of this class

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
            layout = host
        else:
            start = origin if origin.flags.c_contiguous else c_ordered(origin)
            layout = view.same_window(old, start, host)
        self._layout = layout
        return layout  # what another thread puts in its place meanwhile is for another memory

    @property
    def _whole(self) -> bool:
        """Whether this is its buffer, all of it, as it is."""
        layout = self._layout
        return layout is None or layout is self._buffer.host

    # -- values

    def _read(self) -> np.ndarray:
        """The present values as an ndarray that the caller must not write."""
        buffer = self._buffer
        host, owner = buffer.host, buffer.owner  # before it is asked whether they are current: see Buffer.uploaded
        layout = self._layout
        if recorders and (recorder := recorder_here()) is not None:
            recorder.on_read(buffer)
        if not buffer.current:
            if layout is None:
                return buffer.snapshot if buffer.snapshot is not None else buffer.read_snapshot()
            return self._read_under_lock()
        if layout is None or layout is host:
            return host
        return layout if layout.base is owner else self._read_under_lock()

    def _read_under_lock(self) -> np.ndarray:
        """The values of a view that are on the device, or in memory to which the view has not followed."""
        buffer = self._buffer
        with buffer.lock:
            if not buffer.current:
                if buffer.traced or buffer.nbytes > SMALL:
                    snapshot = buffer.read_snapshot()
                    return snapshot if self._whole else view.same_window(self._window(), buffer.host, snapshot)
                buffer._download()
            return self._window()

    def _shared(self) -> np.ndarray:
        """The memory of the present values, for anyone to read and write; read-only where it is no memory of ours.

        While a function is traced, nobody would see what is written into an array from outside: read-only, too.
        """
        buffer = self._buffer
        if self._is_apart():
            values = np.array(self._read())  # raises for what is known at run time only
            values.flags.writeable = False
            return values
        with buffer.lock:
            memory = lend(buffer) if lies_on_host(buffer) else buffer.device_snapshot()
            layout = self._layout
            if layout is None or layout is buffer.host:
                return memory
            window = view.same_window(self._window(), buffer.stand_in(), memory)
            if not memory.flags.writeable:
                window.flags.writeable = False
            return window

    def _is_apart(self) -> bool:
        """Whether a trace is under way here that began with this array."""
        recorder = recorder_here() if recorders else None
        return recorder is not None and recorder.is_of_trace and not recorder.is_own(self._buffer)

    def _given_away(self) -> np.ndarray | None:
        """The memory for those who keep its address and nothing else; None where there is none that they could have."""
        if not lies_on_host(self._buffer) or self._is_apart():
            return None
        give_away(self._buffer)
        return self._shared()

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
        if recorders and (recorder := recorder_here()) is not None:
            recorder.on_read(buffer)
        if layout is None or layout is buffer.host:
            device = buffer.device
            return device if device is not None else buffer.to_device()
        cached = self._cached
        if cached is not None and cached[0] == buffer.version:
            return cached[1]
        return self._view_value()

    def _view_value(self):
        buffer = self._buffer
        version, layout = buffer.version, self._window()
        if buffer.device is not None and not buffer.current and (buffer.traced or layout.nbytes > SMALL):
            value = self._part_of_device(layout)
            if value is not None:
                return value
            value = self._lowered(layout)
            if value is not None:
                if not isinstance(value, Tracer):
                    copies.keep(self, version, value)
                return value
        if layout.nbytes > SMALL and not recorders and self._adopt():
            value = self._value()
            self._base._window()  # so that it lets go of memory that is no longer the buffer's
            return value
        version, shared = buffer.version, buffer.is_shared()  # before the values, which may be written meanwhile
        values = self._read()
        if values.nbytes <= SMALL:
            return values.astype(canonical(values.dtype), order="C")
        value = put(values)
        if not shared and not isinstance(value, Tracer):
            copies.keep(self, version, value)
        return value

    def _part_of_device(self, layout: np.ndarray):
        """The view as a part of the device's memory, where that is this machine's, and the part one that JAX takes."""
        buffer = self._buffer
        if buffer.traced or not layout.flags.c_contiguous or canonical(layout.dtype) != layout.dtype:
            return None
        with buffer.lock:
            if buffer.device is None or buffer.traced or not lies_on_host(buffer):
                return None
            # it keeps the snapshot alive, and so nobody writes there
            part = view.same_window(layout, buffer.stand_in(), buffer.device_snapshot())
            return view.as_device(part)

    def _adopt(self) -> bool:
        """Have the buffer take the shape of this view, where that is all of it, and nobody else looks at it.

        So it is with ``np.arange(n).reshape(shape)``; a kernel's replica of the view would be a second one.
        """
        base, buffer = self._base, self._buffer
        if type(base) is not JaxArray or getrefcount(base) > 3:  # here, and `base` in this view
            return False
        with buffer.lock:
            layout, host = self._window(), buffer.host
            alike = layout.flags.c_contiguous and layout.flags.writeable and layout.dtype == buffer.dtype
            if not (alike and buffer.current and layout.size == host.size and base._whole) or buffer.is_shared():
                return False
            base._layout, base._cached = buffer.owner.reshape(host.shape), None
            buffer.host, buffer.shape = buffer.owner.reshape(layout.shape), layout.shape
            self._layout = None
        return True

    def _lowered(self, layout: np.ndarray):
        """The view read by a device kernel; None where that has no form."""
        buffer = self._buffer
        device, host = buffer.device, buffer.host
        if device is None:  # another thread is writing
            return None
        if layout.dtype != buffer.dtype:
            other = view.retyped(device, host, layout.dtype) if buffer.traced else None
            if other is None:
                return None
            device, host, _ = other
        spec, starts = view.spec_of(layout, host)
        if buffer.traced:
            return view.read_spec(device, spec, starts)
        return view.read_compiled(device, spec, view.starts_for_kernel(starts))

    # -- protocols

    # __array_ufunc__ and __array_function__: dispatch/protocol.py

    def __array__(self, dtype=None, copy=None):
        if copy or (dtype is not None and dtype != self.dtype):
            return np.array(self._read(), dtype=dtype, copy=copy)
        return self._shared()

    def _exported(self) -> np.ndarray:
        """The same memory for the buffer protocol.

        NumPy asks for it before ``__array__``, and goes on with that whatever is raised here, Ctrl-C included.
        """
        buffer = self._buffer
        try:
            if self._layout is None and not recorders:
                with buffer.lock:
                    if buffer.device is None:
                        return loan_of(buffer)
            return self._shared()
        except Exception:
            raise
        except BaseException as error:
            raise_again(error)
            raise BufferError("interrupted") from error

    def __buffer__(self, flags):
        return memoryview(self._exported())

    def __jax_array__(self):
        return self.value

    @property
    def value(self):
        """The values as a ``jax.Array`` (an ``ndarray`` on ``'numpy'``)."""
        from ..dispatch.backend import active

        if active().name != "jax" and not isinstance(self._buffer.device, Tracer):
            return self._read()
        value = self._value()
        if isinstance(value, np.ndarray):
            value = put(value) if not self._whole else self._buffer.uploaded()
        return value

    @value.setter
    def value(self, new) -> None:
        self[...] = new


OURS.add(JaxArray)
ARRAYS.add(JaxArray)
export_memory(JaxArray, "_exported")


class JaxScalar(JaxArray):
    """What NumPy gives as a scalar, where the number is not at hand.

    That is so while a function is compiled, and where the value lies on an accelerator.
    Everywhere else scalars are NumPy's own.  It never changes, is hashable, formats and
    converts as a NumPy scalar does, and in-place operators on it make a new object.  In
    compiled functions its ``type(...)`` is NumPy's, such as ``numpy.float32``.

    Examples
    --------
    >>> import npbridge
    >>> @npbridge.jit
    ... def total(x):
    ...     print(isinstance(x.sum(), npbridge.JaxScalar))
    ...     return x.sum()
    >>> isinstance(total(npbridge.arange(4.0)), npbridge.JaxScalar)
    True
    False
    """

    __slots__ = ()

    def __new__(cls, *args, **kwargs):
        raise TypeError("compiled code makes these; a scalar of a number is NumPy's, such as numpy.float64(number)")

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._read(), name)  # is_integer, bit_count and whatever else the number has

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

    def _read(self):
        return self._buffer.read()[()]

    def _shared(self):
        return np.array(self._read())  # memory of its own: a scalar never changes

    _exported = _shared

    def _given_away(self):
        return None


def c_ordered(values: np.ndarray) -> np.ndarray | None:
    """`values` with its axes permuted into C order, or None."""
    if values.flags.c_contiguous:
        return values
    order = sorted(range(values.ndim), key=lambda i: -values.strides[i])
    turned = values.transpose(order)
    return turned if turned.flags.c_contiguous else None
