"""Methods that write into an array: on the host values, or by XLA's scatter while JAX traces."""

from __future__ import annotations

import sys

import numpy as np

from ..dispatch import precision
from . import core
from .core import OURS, JaxArray, JaxScalar
from .methods import named


def write_host(self, write, /):
    """``write(ndarray)`` on the host values."""
    with self._buffer.lock:
        try:
            return write(self._writable())
        except OverflowError as error:
            raise precision.of_width(error) from None


def _in_place(name):
    unbound = getattr(np.ndarray, name)
    traced = _traced_put if name == "put" else getattr(np, name)

    def method(self, *args, **kwargs):
        if self._buffer.traced:
            self[...] = traced(self, *args, **kwargs)
            return
        args = tuple(core.host_values(a) for a in args)
        kwargs = {k: core.host_values(a) for k, a in kwargs.items()}
        write_host(self, lambda a: unbound(a, *args, **kwargs))

    return named(method, name)


def _traced_put(self, indices, values, mode="raise"):
    result = self.copy()
    np.put(result, indices, values, mode)
    return result


def _fill(self, value):
    if type(value) in OURS and value.ndim == 0 and value._buffer.traced:
        if type(value) is not JaxArray and self.ndim == 0:
            self[()] = value
        else:
            self[...] = value
        return
    value = core.host_values(value)
    if not self._buffer.traced and (self.ndim == 0 or not np.isscalar(value)):
        write_host(self, lambda a: a.fill(value))
    else:
        self[...] = value


def _fill_nothing(self, value):
    """NumPy's scalars have the method, too: it fills a copy."""
    if not (type(value) in OURS and value._buffer.traced):
        self.dtype.type(0).fill(core.host_values(value))


def _resize(self, *new_shape, refcheck=True):
    if not new_shape or new_shape == (None,):
        return
    host = np.array(self._read())
    host.resize(*new_shape, refcheck=False)
    if host.size == self.size:
        self.shape = host.shape
        return
    if self._base is not None:
        raise ValueError("cannot resize this array: it does not own its data")
    if refcheck and sys.getrefcount(self) > _REFERENCES:
        raise ValueError(
            "cannot resize an array that references or is referenced by another array in this way.\n"
            "Use the np.resize function or refcheck=False"
        )
    fresh = core.of_fresh(host)
    self._buffer, self._layout, self._cached = fresh._buffer, fresh._layout, None


class _Alone:
    """An object that one name refers to, asked as :func:`_resize` asks."""

    def resize(self, *new_shape, refcheck=True):
        return sys.getrefcount(self)


def _references() -> int:
    alone = _Alone()
    return alone.resize(1)


_REFERENCES = _references()


for _name in ("sort", "partition", "put"):
    setattr(JaxArray, _name, _in_place(_name))
JaxArray.fill = _fill
JaxScalar.fill = _fill_nothing
JaxArray.resize = _resize
