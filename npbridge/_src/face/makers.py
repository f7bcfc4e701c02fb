"""Callables that stand for NumPy's array-making functions.

They are objects and not functions, because NumPy's are built in: a built-in
function that is a class attribute does not become a method.
"""

from __future__ import annotations

import importlib

import jax
import numpy as np

from ..array import conversion, core, creation, ragged_lengths
from ..storage.buffer import recorder_here, recorders
from .adopt import OURS, STORED, adopt, given

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


def of_any_size(made, args, kwargs):
    """``made(args, kwargs)``, also of a size that is known only at run time, if it lies between close limits."""
    try:
        return made(args, kwargs)
    except (*core.TRACED_ERRORS, jax.errors.TracerIntegerConversionError) as error:
        try:
            return ragged_lengths.for_each_number(made, args, kwargs)
        except ragged_lengths.NotWrittenOut:
            raise error from None


class Overridable(Maker):
    """One that dispatches on our arrays by itself."""

    __slots__ = ()

    def __call__(self, *args, **kwargs):
        return of_any_size(self._made, args, kwargs)

    def _made(self, args, kwargs):
        return adopt(self.__wrapped__(*args, **kwargs))


class Creator(Maker):
    """One that NumPy cannot dispatch: it gets NumPy's arrays."""

    __slots__ = ()

    def __call__(self, *args, **kwargs):
        return of_any_size(self._made, args, kwargs)

    def _made(self, args, kwargs):
        if recorders and recorder_here() is not None and self.__wrapped__ is np.full:
            return creation.full(*args, **kwargs)  # of a value that may be known only at run time
        args = [given(x) for x in args]
        if kwargs:
            kwargs = {k: x if k == "like" else given(x) for k, x in kwargs.items()}
        return adopt(self.__wrapped__(*args, **kwargs))


class Converter(Maker):
    """``array``, ``asarray`` and their kin."""

    __slots__ = ("copy", "ndmin", "order", "passes", "subok")

    def __init__(self, function, copy, order, ndmin, subok) -> None:
        super().__init__(function)
        self.copy = copy
        self.order = order
        self.ndmin = ndmin
        self.subok = subok
        self.passes = copy is None and order == "K"

    def __call__(self, *args, **kwargs):
        if args:
            x = args[0]
            kind = type(x)
            if kind in OURS:
                if kind is core.JaxArray and self.passes and not kwargs and len(args) == 1:
                    return x
                return self._ours(*args, **kwargs)
            if kind is list or kind is tuple:
                try:
                    args = (core.host_values(x), *args[1:])
                except core.TRACED_ERRORS:
                    return self._ours(*args, **kwargs)
            elif kind not in _PLAIN and isinstance(x, jax.Array):
                return self._ours(*args, **kwargs)
        elif "a" in kwargs or "object" in kwargs:
            return self(kwargs.pop("a" if "a" in kwargs else "object"), **kwargs)
        try:
            return adopt(self.__wrapped__(*args, **kwargs))
        except ValueError:
            made = core.of_protocol(args[0]) if args else None
            if made is None:
                raise
            return self._ours(made, *args[1:], **kwargs)

    def _ours(self, x, *args, **kwargs):
        """The conversion of an array of ours, of JAX's, or of values that JAX is tracing."""
        options = {"copy": self.copy, "order": self.order, "ndmin": self.ndmin, "subok": self.subok}
        options.update(zip(("dtype", "order"), args, strict=False))
        options.update(kwargs)
        dtype = options.get("dtype")
        if not options.keys() <= _OPTIONS or (dtype is not None and np.dtype(dtype).char not in STORED):
            return adopt(self.__wrapped__(given(x), *args, **kwargs))
        return conversion.convert(x, **options)


_OPTIONS = {"copy", "dtype", "ndmin", "order", "subok"}
