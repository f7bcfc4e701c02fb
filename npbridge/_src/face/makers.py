"""Callables that stand for NumPy's array-making functions.

They are objects and not functions, because NumPy's are built in: a built-in
function that is a class attribute does not become a method.
"""

from __future__ import annotations

import importlib

import jax
import numpy as np

from ..array import core
from .adopt import OURS, STORED, adopt, given, holds_traced

JaxArray = core.JaxArray
_PLAIN = {np.ndarray, int, float, bool, complex, str, bytes, range}


class Maker:
    """A NumPy function whose fresh results are our arrays.

    Attributes that are not here are the NumPy function's: name, documentation,
    signature.
    """

    __slots__ = ("__wrapped__",)

    def __init__(self, function) -> None:
        self.__wrapped__ = function

    def __getattr__(self, name):
        return getattr(self.__wrapped__, name)

    @property
    def __doc__(self):
        return self.__wrapped__.__doc__

    @property
    def __module__(self):
        return self.__wrapped__.__module__

    def __repr__(self):
        return repr(self.__wrapped__)

    def __eq__(self, other):
        return self is other or other is self.__wrapped__

    def __hash__(self):
        return hash(self.__wrapped__)

    def __reduce__(self):
        return named, (self.__wrapped__.__module__, self.__wrapped__.__name__)


def named(module: str, name: str):
    """The face's object of that name: how wrapped objects are unpickled."""
    from .modules import face_of

    return getattr(face_of(importlib.import_module(module)), name)


class Overridable(Maker):
    """One that dispatches on our arrays by itself."""

    __slots__ = ()

    def __call__(self, *args, **kwargs):
        return adopt(self.__wrapped__(*args, **kwargs))


class Creator(Maker):
    """One that NumPy cannot dispatch: it gets NumPy's arrays."""

    __slots__ = ()

    def __call__(self, *args, **kwargs):
        args = [given(x) for x in args]
        if kwargs:
            kwargs = {k: x if k == "like" else given(x) for k, x in kwargs.items()}
        return adopt(self.__wrapped__(*args, **kwargs))


class Converter(Maker):
    """``array``, ``asarray`` and their kin."""

    __slots__ = ("copy", "ndmin", "order", "passes")

    def __init__(self, function, copy, order, ndmin) -> None:
        super().__init__(function)
        self.copy = copy
        self.order = order
        self.ndmin = ndmin
        self.passes = copy is None and order == "K"

    def __call__(self, *args, **kwargs):
        if args:
            x = args[0]
            kind = type(x)
            if kind in OURS:
                if self.passes and not kwargs and len(args) == 1 and kind is not core.JaxScalar:
                    return x
                return self._convert(*args, **kwargs)
            if kind is list or kind is tuple:
                if holds_traced(x):
                    return self._convert(_stacked(x), *args[1:], **kwargs)
                args = (core.host_values(x), *args[1:])
            elif kind not in _PLAIN and isinstance(x, jax.Array):
                return self._convert(core.array_of_device(x), *args[1:], **kwargs)
        elif "a" in kwargs or "object" in kwargs:
            return self(kwargs.pop("a" if "a" in kwargs else "object"), **kwargs)
        return adopt(self.__wrapped__(*args, **kwargs))

    def _convert(self, x, dtype=None, order=None, **kwargs):
        copy = kwargs.pop("copy", self.copy)
        ndmin = kwargs.pop("ndmin", self.ndmin)
        if (dtype is not None and np.dtype(dtype).char not in STORED) or not kwargs.keys() <= {
            "subok",
            "like",
            "device",
        }:
            return self.__wrapped__(given(x), dtype, order=order or self.order, copy=copy, ndmin=ndmin, **kwargs)
        order = _needed(x, order or self.order)
        result = core.from_object(x, dtype, copy=bool(copy), order=order)
        if copy is False and result is not x and type(x) is not core.JaxScalar:
            raise ValueError("Unable to avoid copy while creating an array as requested.")
        missing = ndmin - result.ndim
        return result if missing <= 0 else result.reshape((1,) * missing + result.shape)


def _needed(x, order):
    """The order to ask for: none where `x` has it already."""
    if (order == "C" and x.flags.c_contiguous) or (order == "F" and x.flags.f_contiguous):
        return "K"
    return order


def _stacked(x):
    """Nested sequences of values that JAX is tracing as one array."""
    parts = [_stacked(y) if type(y) in (list, tuple) else y for y in x]
    return np.stack([p if type(p) in OURS else core.from_object(p, copy=False) for p in parts])
