"""The attributes of ``JaxArray`` and of ``JaxScalar``: shape and dtype, parts, memory, device."""

from __future__ import annotations

import jax
import numpy as np

from ..dispatch.backend import active
from ..dispatch.platform import default_device, device_name
from . import core
from .core import JaxArray, JaxScalar
from .views import view_or_copy


def _shape(self):
    layout = self._layout
    return layout.shape if layout is not None else self._buffer.shape


def _set_shape(self, shape):
    window = self._window()
    try:
        self._layout = window.reshape(shape, copy=False) if window.size else window.reshape(shape)
    except ValueError:
        window.reshape(shape)  # raises where the sizes differ
        raise AttributeError(
            "Incompatible shape for in-place modification. Use `.reshape()` to make a copy with the desired shape."
        ) from None
    self._cached = None


def _dtype(self):
    layout = self._layout
    return layout.dtype if layout is not None else self._buffer.dtype


def _set_dtype(self, dtype):
    core.check_dtype(np.dtype(dtype))
    self._layout = self._window().view(dtype)
    self._cached = None


def _read_only(name, read):
    """An attribute that NumPy lets nobody set; the error is NumPy's own."""

    def write(self, value):
        setattr(np.empty(0), name, value)

    return property(read, write, doc=f"As ``numpy.ndarray.{name}``.")


def _of_layout(name):
    def read(self):
        return getattr(self._window(), name)

    return _read_only(name, read) if name != "strides" else property(read, doc="As ``numpy.ndarray.strides``.")


def _ndim(self):
    return len(_shape(self))


def _size(self):
    n = 1
    for d in _shape(self):
        n *= d
    return n


def _part(name):
    def read(self):
        if name == "real" and self.dtype.kind != "c":
            return self
        if self.dtype.kind == "c":
            return view_or_copy(self, lambda a: getattr(a, name))
        zeros = core.of_fresh(np.zeros(self.shape, self.dtype))
        zeros.flags.writeable = False
        return zeros

    def write(self, value):
        if name == "imag" and self.dtype.kind != "c":
            raise TypeError("array does not have imaginary part to set")
        read(self)[...] = value

    return property(read, write, doc=f"As ``numpy.ndarray.{name}``: a view.")


def _scalar_part(name):
    def read(self):
        return core.of_device(getattr(jax.numpy, name)(self._value()))

    return property(read)


def _device(self):
    """Where the values are: ``"cpu"``, or a ``jax.Device`` elsewhere."""
    device = self._buffer.device
    if device is None or self._buffer.current or self._buffer.traced:
        return "cpu" if active().name != "jax" else device_name(default_device())
    return device_name(device.device)


def _ctypes(self):
    memory = self._given_away()
    return (self._shared() if memory is None else memory).ctypes


def _interface(name):
    def read(self):
        memory = self._given_away()
        if memory is None:  # so that who asks goes on to the next protocol
            raise AttributeError(
                f"{type(self).__name__} has no {name} while its values are not in memory of the host: use "
                "numpy.asarray(x)"
            )
        return getattr(memory, name)

    return property(read, doc=f"As ``numpy.ndarray.{name}``.")


for _name in ("strides", "itemsize", "nbytes"):
    setattr(JaxArray, _name, _of_layout(_name))

JaxArray.shape = property(_shape, _set_shape)
JaxArray.dtype = property(_dtype, _set_dtype)
JaxArray.ndim = _read_only("ndim", _ndim)
JaxArray.size = _read_only("size", _size)
JaxArray.real = _part("real")
JaxArray.imag = _part("imag")
JaxArray.base = _read_only("base", lambda self: self._base)
JaxArray.data = property(lambda self: memoryview(self._shared()))
JaxArray.ctypes = property(_ctypes)
JaxArray.__array_interface__ = _interface("__array_interface__")
JaxArray.__array_struct__ = _interface("__array_struct__")
JaxArray.device = _read_only("device", _device)
JaxScalar.shape = property(lambda self: ())
JaxScalar.ndim = property(lambda self: 0)
JaxScalar.size = property(lambda self: 1)
JaxScalar.dtype = property(lambda self: self._buffer.dtype)
JaxScalar.real = _scalar_part("real")
JaxScalar.imag = _scalar_part("imag")
