"""Printed form: NumPy's own, with our class name or with NumPy's."""

from __future__ import annotations

import functools

import numpy as np

from ..ground.config import config
from ..ground.errors import UnsupportedError
from .core import JaxArray, JaxScalar


@functools.cache
def _named(name: str) -> type:
    """An ndarray class under whose name NumPy prints our arrays."""
    return type(name, (np.ndarray,), {})


def array_repr(array, max_line_width=None, precision=None, suppress_small=None):
    """As ``numpy.array_repr``, for our arrays."""
    name = "JaxArray" if isinstance(array, JaxScalar) else type(array).__name__
    if array._buffer.traced:
        return f"{name}({array._buffer.device})"
    values = np.array(array._read())
    if config.repr == "npbridge" or name != "JaxArray":
        values = values.view(_named(name))
    return np.array_repr(values, max_line_width, precision, suppress_small)


def _repr(self):
    if type(self) is JaxScalar and config.repr == "numpy" and not self._buffer.traced:
        return repr(self._read())
    return array_repr(self)


def _str(self):
    if self._buffer.traced:
        raise UnsupportedError(
            "the text of a value that is known only when the compiled function runs is needed before, by code that "
            "is not compiled. Write it with an f-string, str(), format() or print() in the function itself, or return "
            "the value and make the text outside."
        )
    return str(self._read())


JaxArray.__repr__ = _repr
JaxArray.__str__ = _str
