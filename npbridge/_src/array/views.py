"""Methods that give the same values in another shape or dtype: views where NumPy has views."""

from __future__ import annotations

import jax
import numpy as np

from ..dispatch.backend import active
from . import choice, core, window
from .core import JaxArray, of_view


def view_or_copy(self, cut):
    """``cut(self)`` as NumPy does it: a view where `cut` can make one."""
    if choice.is_one_of_two(self):
        return choice.each(self, lambda x: view_or_copy(x, cut))
    self = core.in_memory(self)
    result = cut(self._window())
    buffer = self._buffer
    is_view = type(result) is np.ndarray and result.base is not None and core.view.owner_of(result) is buffer.owner
    if is_view and (not window.is_of_window(self) or window.is_view(self, cut)):
        return of_view(buffer, result, self if self._base is None else self._base)
    if buffer.traced:
        return None
    return core.of_fresh(np.array(cut(self._read())))


def _transpose(self, *axes):
    return view_or_copy(self, lambda a: a.transpose(*axes))


def _reshape(self, *shape, order="C", copy=None):
    shape = _plain_shape(shape)
    if copy:
        return core.of_fresh(np.array(self._read()).reshape(*shape, order=order))
    if choice.is_one_of_two(self):
        return choice.each(self, lambda x: x.reshape(*shape, order=order, copy=copy))
    result = view_or_copy(self, lambda a: a.reshape(*shape, order=order, copy=copy))
    if result is None:
        copy = core.array_of_device(jax.numpy.reshape(self._value(), _shape_of(self, shape), order=order))
        return window.see_that_a_copy_is_one(self, copy, lambda a: a.reshape(*shape, order=order))
    return result


def _plain_shape(shape):
    return tuple(
        tuple(int(n) for n in s) if isinstance(s, (tuple, list)) or type(s) is JaxArray and s.ndim else s for s in shape
    )


def _shape_of(self, shape):
    return self._window().reshape(*shape).shape


def _flatten(self, order="C"):
    if self._buffer.traced:
        return core.array_of_device(jax.numpy.ravel(self._value(), order=order))
    on_device = self._buffer.device is not None and not self._buffer.current and active().name == "jax"
    if order == "C" and on_device and self._whole:
        return core.array_of_device(jax.numpy.ravel(self._value()))
    return core.of_fresh(self._read().flatten(order))


_class = type


def _view(self, dtype=None, type=None):
    wanted = dtype if type is None else type
    if isinstance(wanted, _class) and issubclass(wanted, np.ndarray):
        return self._shared().view(wanted)
    if dtype is None and (type is None or type is JaxArray) or dtype is JaxArray:
        return view_or_copy(self, lambda a: a.view())
    return _view_of(self, dtype, lambda a: a.view(dtype))


def _view_of(self, dtype, cut):
    """A view in another dtype: an ndarray where it is none that is stored."""
    if np.dtype(dtype).char not in core.STORED_KINDS:
        return cut(np.asarray(self))
    return view_or_copy(self, cut)


def _getfield(self, dtype, offset=0):
    return _view_of(self, dtype, lambda a: a.getfield(dtype, offset))


def _setfield(self, val, dtype, offset=0):
    self.getfield(dtype, offset)[...] = val


JaxArray.transpose = _transpose
JaxArray.reshape = _reshape
JaxArray.flatten = _flatten
JaxArray.view = _view
JaxArray.getfield = _getfield
JaxArray.setfield = _setfield
JaxArray.T = property(lambda self: _transpose(self))
JaxArray.mT = property(lambda self: view_or_copy(self, lambda a: a.mT))
