"""``x.flat``: the elements in C order."""

from __future__ import annotations

import numpy as np

from ..storage.buffer import recorder_here, recorders
from . import core
from .core import JaxArray
from .indexing import plain_key
from .writing import write_host


class Flat:
    """``x.flat``: the elements in C order, to iterate over, read and write."""

    __slots__ = ("base", "index")

    def __init__(self, array):
        if array.ndim > 32:
            _ = array._window().flat  # NumPy's own error
        self.base = array
        self.index = 0

    def __len__(self):
        return self.base.size

    def __iter__(self):
        return self

    def __next__(self):
        if self.index >= self.base.size:
            raise StopIteration
        self.index += 1
        if self.base._buffer.traced:
            return self.base.reshape(-1)[self.index - 1]
        return self.base._read().flat[self.index - 1]

    @property
    def coords(self):
        iterator = self.base._window().flat
        for _ in range(self.index):
            next(iterator)
        return iterator.coords

    def __getitem__(self, key):
        self.index = 0  # as NumPy does
        if self.base._buffer.traced:
            return self.base.reshape(-1)[key]
        result = self.base._read().flat[_flat_key(key)]
        return core.of_fresh(result) if type(result) is np.ndarray else result

    def __setitem__(self, key, value):
        if recorders and recorder_here() is not None:
            flat = self.base.reshape(-1)
            if type(key) is int or type(key) in core.OURS and not key.ndim or np.ndim(value) == 0:
                flat[key] = value
            else:  # values are repeated, or left over, as need be
                flat[key] = np.resize(value, flat[key].shape)
            if flat._buffer is not self.base._buffer:
                self.base[...] = flat.reshape(self.base.shape)
            return
        key, value = _flat_key(key), core.host_values(value)

        def write(a):
            a.flat[key] = value

        write_host(self.base, write)

    def __delitem__(self, key):
        raise TypeError("Cannot delete iterator elements")

    def copy(self):
        return self.base.flatten()

    def __array__(self, dtype=None, copy=None):
        return np.array(self.base._read().flat, dtype=dtype)

    def _compare(name):
        def compare(self, other):
            return getattr(self.base.flatten(), name)(other.base.flatten() if type(other) is Flat else other)

        return compare

    __eq__, __ne__, __lt__, __le__, __gt__, __ge__ = map(
        _compare, ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")
    )
    __hash__ = None


def _flat_key(key):

    return plain_key(key)


def _set_flat(self, value):
    Flat(self)[:] = value


JaxArray.flat = property(Flat, _set_flat)
