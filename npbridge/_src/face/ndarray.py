"""``numpy.ndarray`` as user code sees it: it also accepts our arrays."""

from __future__ import annotations

import copyreg

import numpy as np

from ..array import core, whole
from .adopt import OURS, adopt, given
from .makers import named

_real = np.ndarray
JaxScalar = whole.JaxScalar


class NdarrayType(type):
    """The class of the face's ``ndarray``.

    ``isinstance`` and ``issubclass`` accept NumPy's arrays and ours, comparison
    with ``==`` too; calling it makes an array of ours; deriving from it derives
    from NumPy's.
    """

    def __new__(mcls, name, bases, namespace, **kwargs):
        if not bases:
            return super().__new__(mcls, name, bases, namespace)
        real = tuple(_real if type(base) is NdarrayType else base for base in bases)
        return type(name, real, namespace, **kwargs)

    def __instancecheck__(cls, instance):
        kind = type(instance)
        return kind is not JaxScalar and (kind in OURS or isinstance(instance, _real))

    def __subclasscheck__(cls, kind):
        return kind is cls or (kind is not JaxScalar and (kind in OURS or issubclass(kind, _real)))

    def __call__(cls, shape, dtype=float, buffer=None, offset=0, strides=None, order=None):
        if buffer is None:
            return adopt(_real(given(shape), dtype, None, offset, strides, order))
        return _real(shape, dtype, given(buffer), offset, strides, order)

    def __getattr__(cls, name):
        return getattr(_real, name)

    def __eq__(cls, other):
        return other is cls or other is _real or other is core.JaxArray

    def __hash__(cls):
        return hash(_real)

    def __repr__(cls):
        return repr(_real)

    def __dir__(cls):
        return dir(_real)


def _unbound(name):
    """``ndarray.name(x, ...)`` for arrays of both kinds."""
    real = getattr(_real, name)

    def method(self, /, *args, **kwargs):
        if type(self) in OURS:
            return getattr(self, name)(*args, **kwargs)
        return real(self, *args, **kwargs)

    method.__name__ = name
    method.__qualname__ = f"ndarray.{name}"
    method.__doc__ = real.__doc__
    return method


def _attribute(name):
    return property(lambda self: getattr(self, name), doc=getattr(_real, name).__doc__)


# What a class needs for itself, and what must stay NumPy's for subclasses of it.
_OWN = {"__class__", "__class_getitem__", "__dict__", "__doc__", "__getattribute__", "__hash__", "__init__"}
_OWN |= {"__init_subclass__", "__new__", "__setattr__", "__delattr__", "__subclasshook__", "__dir__", "__reduce__"}
_OWN |= {"__reduce_ex__", "__getstate__", "__setstate__", "__sizeof__", "__array_finalize__", "__array_wrap__"}
_OWN |= {"__array_interface__", "__array_struct__", "__array_priority__", "__buffer__"}


def _namespace():
    names = {"__doc__": _real.__doc__, "__module__": "numpy", "__new__": staticmethod(_real.__new__)}
    names["__class_getitem__"] = classmethod(lambda cls, item: _real[item])
    for name in ("__array_finalize__", "__reduce__", "__reduce_ex__", "__setstate__", "__array_wrap__"):
        names[name] = getattr(_real, name)
    for name in dir(_real):
        if name in _OWN or not hasattr(core.JaxArray, name):
            continue
        names[name] = _unbound(name) if callable(getattr(_real, name)) else _attribute(name)
    return names


ndarray = NdarrayType("ndarray", (), _namespace())

copyreg.pickle(NdarrayType, lambda cls: (named, ("numpy", "ndarray")))
