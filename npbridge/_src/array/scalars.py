"""What only scalars do: NumPy's scalars are numbers first and arrays second."""

from __future__ import annotations

import math

import numpy as np

from . import operators  # noqa: F401  which some of these are made of
from .core import JaxScalar

SEQUENCES = (list, tuple, str, bytes, bytearray)


def _times(operator):
    """``n * [0]`` and ``[0] * n`` repeat the sequence, as with any Python integer."""

    def multiply(self, other):
        if isinstance(other, SEQUENCES):
            return self._read() * other
        return operator(self, other)

    multiply.__name__ = multiply.__qualname__ = operator.__name__
    return multiply


def _rounded(name):
    function = getattr(math, name)

    def convert(self):
        return function(self._read())

    convert.__name__ = convert.__qualname__ = f"__{name}__"
    return convert


def _transpose(self, *axes):
    return self if not axes else np.generic.transpose(self.dtype.type(0), *axes)


def _copy(self, order="C"):
    return self


def _len(self):
    return len(self.dtype.type(0))  # NumPy's TypeError


def _iter(self):
    return iter(self.dtype.type(0))  # NumPy's TypeError


JaxScalar.__mul__ = _times(JaxScalar.__mul__)
JaxScalar.__rmul__ = _times(JaxScalar.__rmul__)
for _name in ("trunc", "floor", "ceil"):
    setattr(JaxScalar, f"__{_name}__", _rounded(_name))
JaxScalar.T = property(lambda self: self)
JaxScalar.transpose = _transpose
JaxScalar.copy = _copy
JaxScalar.__len__ = _len
JaxScalar.__iter__ = _iter
