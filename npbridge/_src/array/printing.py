"""Printed form: NumPy's own, with our class name."""

from __future__ import annotations

import numpy as np

from . import core
from .core import JaxArray, JaxScalar


class _Named(np.ndarray):
    """An ndarray under whose class name NumPy prints our arrays."""


def _printable(self, name):
    cls = _printable_classes.get(name)
    if cls is None:
        cls = _printable_classes[name] = type(name, (_Named,), {})
    return np.array(self._read()).view(cls)


_printable_classes: dict[str, type] = {}


def array_repr(array, max_line_width=None, precision=None, suppress_small=None):
    name = "JaxArray" if type(array) is JaxScalar else type(array).__name__
    if array._buffer.traced:
        return f"{name}({array._buffer.device})"
    values = array._number if type(array) is JaxScalar else array._read()
    options = (max_line_width, precision, suppress_small)
    if np.ndim(values) == 0:
        return _zero_d(name, np.asarray(values), options)
    return np.array_repr(_printable(array, name), *options)


def _zero_d(name, values, options):
    return np.array_repr(values.view(_printable_class(name)), *options)


def _printable_class(name):
    _printable(core.of_fresh(np.zeros(1)), name)
    return _printable_classes[name]


def _repr(self):
    return array_repr(self)


def _str(self):
    if self._buffer.traced:
        return array_repr(self)
    return str(self._number if type(self) is JaxScalar else self._read())


JaxArray.__repr__ = _repr
JaxArray.__str__ = _str
