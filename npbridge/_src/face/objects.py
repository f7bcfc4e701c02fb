"""The index tricks and classes of NumPy that make arrays without being functions."""

from __future__ import annotations

import numpy as np
from numpy.lib.npyio import NpzFile

from ..array import core
from ..backends import host
from ..storage.buffer import recorder_here, recorders
from .adopt import OURS, adopt, given
from .makers import Creator, Maker, named


class Grid:
    """``mgrid`` and ``ogrid``."""

    def __init__(self, name, real) -> None:
        self._name = name
        self._real = real

    def __getitem__(self, key):
        return adopt(self._real[_plain(key)])

    def __getattr__(self, name):
        return getattr(object.__getattribute__(self, "_real"), name)

    def __reduce__(self):
        return named, ("numpy", self._name)


def _plain(key):
    if type(key) is tuple:
        return tuple([_plain(k) for k in key])
    if type(key) is slice:
        return slice(*[x.item() if type(x) in OURS else x for x in (key.start, key.stop, key.step)])
    return key


class Concatenator(Grid):
    """``r_`` and ``c_``: NumPy's own code over the face's functions."""

    def __init__(self, name, real) -> None:
        from .rebind import rebind

        super().__init__(name, real)
        self._getitem = rebind(type(real).__mro__[1].__getitem__)

    def __getitem__(self, key):
        if isinstance(key, str):
            return self._real[key]
        return self._getitem(self._real, key)

    def __len__(self):
        return len(self._real)


class vectorize(np.vectorize):
    """``numpy.vectorize`` whose results are our arrays."""

    def __call__(self, *args, **kwargs):
        plain = args and not kwargs and not self.excluded and self.signature is None
        if recorders and plain and recorder_here() is not None:
            # JAX traces: the function is the user's, and loops over it are converted
            from ..backends.jax.element_functions import vectorized

            return vectorized(self.pyfunc, self.otypes or "", args)
        args = [given(x) for x in args]
        kwargs = {k: given(x) for k, x in kwargs.items()}
        return adopt(super().__call__(*args, **kwargs))


class Iterator(Maker):
    """``nditer`` that also takes, and writes, our arrays."""

    __slots__ = ()

    def __call__(self, *args, **kwargs):
        if args:
            args = (_operands(args[0]), *args[1:])
        elif "op" in kwargs:
            kwargs["op"] = _operands(kwargs["op"])
        return self.__wrapped__(*args, **kwargs)


def _operands(op):
    return [_operand(x) for x in op] if isinstance(op, (list, tuple)) else _operand(op)


def _operand(x):
    """NumPy's array over our memory: NumPy may write to it."""
    return x._shared() if type(x) in OURS and type(x) is not core.JaxScalar else given(x)


class Window(Maker):
    """A function whose result is a view of its argument."""

    __slots__ = ()

    def __call__(self, *args, **kwargs):
        if args and type(args[0]) in OURS:
            if args[0]._buffer.traced:
                window = args[0]._window()
                return host.wrap(self.__wrapped__(window, *args[1:], **kwargs), ((args[0], window),))
            return host.call(self.__wrapped__, args, kwargs)
        return Creator.__call__(self, *args, **kwargs)


class Archive(NpzFile):
    """The arrays of an ``.npz`` file, as ours."""

    def __getitem__(self, key):
        return adopt(super().__getitem__(key))


class Loader(Creator):
    """``load``."""

    __slots__ = ()

    def __call__(self, *args, **kwargs):
        result = super().__call__(*args, **kwargs)
        if type(result) is NpzFile:
            result.__class__ = Archive
        return result


def pairs():
    """NumPy's objects and the face's forms of them."""
    from .rebind import rebind

    yield np.mgrid, Grid("mgrid", np.mgrid)
    yield np.ogrid, Grid("ogrid", np.ogrid)
    yield np.r_, Concatenator("r_", np.r_)
    yield np.c_, Concatenator("c_", np.c_)
    yield np.vectorize, vectorize
    yield np.nditer, Iterator(np.nditer)
    yield np.load, Loader(np.load)
    yield np.lib.stride_tricks.as_strided, Window(np.lib.stride_tricks.as_strided)
    yield np.fromfunction, _Rebound(np.fromfunction, rebind(np.fromfunction))


class _Rebound(Maker):
    __slots__ = ("_function",)

    def __init__(self, function, rebound) -> None:
        super().__init__(function)
        self._function = rebound

    def __call__(self, *args, **kwargs):
        return self._function(*args, **kwargs)
