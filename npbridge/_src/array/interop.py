"""Conversions: to Python numbers, lists, DLPack, pytrees, Numba."""

from __future__ import annotations

import operator

import jax
import numpy as np

from ..ground.compat import teach_jax, teach_jax_indices
from ..storage.buffer import Tracer, put
from ..storage.lending import lies_on_host
from . import core
from .core import OURS, JaxArray, JaxScalar

# -- Python numbers


def _convert(name, function):
    def convert(self):
        return function(self._read())

    convert.__name__ = convert.__qualname__ = name
    return convert


for _name, _function in (("__float__", float), ("__int__", int), ("__complex__", complex), ("__bool__", bool)):
    setattr(JaxArray, _name, _convert(_name, _function))


def _index(self):
    return operator.index(self._read())


def _round(self, ndigits=None):
    if ndigits is None and type(self) is JaxScalar:
        return round(self._read())
    return self.round(0 if ndigits is None else ndigits)


# -- containers


def _len(self):
    shape = self.shape
    if not shape:
        raise TypeError("len() of unsized object")
    return shape[0]


def _iter(self):
    shape = self.shape
    if not shape:
        raise TypeError("iteration over a 0-d array")
    return _rows(self, shape) if len(shape) > 1 or self._buffer.traced else _elements(self, shape[0])


def _rows(self, shape):
    for i in range(shape[0]):
        yield self[i]


def _elements(self, n):
    read = self._read
    for i in range(n):
        yield read()[i]


def _contains(self, item):
    return bool((self == item).any())


def _tolist(self):
    return self._read().tolist()


def _item(self, *args):
    return self._read().item(*(_plain_int(a) for a in args))


def _plain_int(a):
    if type(a) in OURS:
        return int(a)
    return tuple(map(int, a)) if type(a) is tuple else a


# -- DLPack


def _dlpack(self, *, stream=None, max_version=None, dl_device=None, copy=None):
    where = _dlpack_device(self) if dl_device is None else tuple(map(int, dl_device))
    if where != (1, 0):
        return jax.numpy.asarray(self.value).__dlpack__(
            stream=stream, max_version=max_version, dl_device=dl_device, copy=copy
        )
    value = np.array(self._read()) if copy else self._shared()
    if not value.flags.writeable and copy is None and (max_version is None or max_version[0] < 1):
        value = np.array(value)  # the old protocol cannot say that memory is read-only
    return value.__dlpack__(stream=None, max_version=max_version, dl_device=dl_device)


def _dlpack_device(self):
    buffer = self._buffer
    if lies_on_host(buffer) or isinstance(buffer.device, Tracer):
        return (1, 0)
    return tuple(map(int, buffer.device.__dlpack_device__()))


def _arrow_array(self, type=None):
    """What pyarrow asks for."""
    import pyarrow

    return pyarrow.array(np.asarray(self), type=type)


def _array_namespace(self, *, api_version=None):
    import npbridge

    if api_version is not None and api_version not in ("2021.12", "2022.12", "2023.12", "2024.12"):
        raise ValueError(f"npbridge follows the array API standard 2024.12, not {api_version!r}")
    return npbridge


def _array_wrap(self, array, context=None, return_scalar=False):
    """What NumPy's own code calls to give a result the type of its argument."""
    if type(array) in OURS or array.dtype.char not in core.STORED_KINDS:
        return array
    return array[()] if return_scalar and array.ndim == 0 else core.from_object(array, copy=True)


def _format(self, spec):
    if type(self) is JaxScalar or (self.ndim == 0 and spec):
        return format(self._read()[()], spec)
    if spec:
        raise TypeError("unsupported format string passed to JaxArray.__format__")
    return str(self)


def _class_getitem(cls, item):
    import types

    return types.GenericAlias(cls, item)


JaxArray.__index__ = _index
JaxArray.__round__ = _round
JaxArray.__len__ = _len
JaxArray.__iter__ = _iter
JaxArray.__contains__ = _contains
JaxArray.tolist = _tolist
JaxArray.item = _item
JaxArray.__dlpack__ = _dlpack
JaxArray.__dlpack_device__ = _dlpack_device
JaxArray.__array_namespace__ = _array_namespace
JaxArray.__arrow_array__ = _arrow_array
JaxArray.__array_wrap__ = _array_wrap
JaxArray.__format__ = _format
JaxArray.__class_getitem__ = classmethod(_class_getitem)


# -- pytrees


def _flatten(array):
    buffer = array._buffer
    return (buffer.device if type(buffer) is _Placeholder else array.value,), None


def _array_of(value):
    return core.of_fresh(np.array(value))


def _unflatten(cls):
    def unflatten(_, children):
        (value,) = children
        if isinstance(value, jax.Array):
            return core.of_device(value) if cls is JaxScalar else core.array_of_device(value)
        if isinstance(value, (np.ndarray, np.generic)) and value.dtype.char in core.STORED_KINDS:
            return value[()] if cls is JaxScalar and value.ndim == 0 else _array_of(value)
        # JAX builds trees of placeholders too
        array = core._new(cls)
        array._buffer = _Placeholder(value)
        array._layout = array._base = array._cached = None
        return array

    return unflatten


class _Placeholder:
    """Stands for a buffer where JAX puts something else than an array in a tree."""

    __slots__ = ("device",)
    host = None
    traced = True
    current = False
    version = 0

    def __init__(self, device):
        self.device = device

    @property
    def shape(self):
        return self.device.shape

    @property
    def dtype(self):
        return self.device.dtype


def register_pytree(cls) -> None:
    jax.tree_util.register_pytree_node(cls, _flatten, _unflatten(cls))


def _for_jax(array):
    """What a primitive of JAX's computes with: on ``'numpy'`` too, a value of JAX's."""
    value = array.value
    return put(value) if isinstance(value, (np.ndarray, np.generic)) else value


def _index_for_jax(index):
    if type(index) is tuple:
        return tuple(_for_jax(x) if type(x) in OURS else x for x in index)
    return _for_jax(index) if type(index) in OURS else index


for _kind in (JaxArray, JaxScalar):
    register_pytree(_kind)
    teach_jax(_kind, _for_jax)
teach_jax_indices(_index_for_jax)
