"""NumPy's inner loops: where they are, so that a kernel can run them on part of an array.

A ufunc is a C struct whose fields are public (``PyUFuncObject`` in
``numpy/ufuncobject.h``): it lists, for each combination of types, the function
that works along one dimension.  Running that very function gives NumPy's results
to the last bit.  Each struct is compared with what Python knows of the ufunc before
it is believed; where anything differs there is no loop, and NumPy does the work.
"""

from __future__ import annotations

import ctypes
import functools
from typing import NamedTuple

import numpy as np


class _Fields(ctypes.Structure):
    _fields_ = (
        ("nin", ctypes.c_int),
        ("nout", ctypes.c_int),
        ("nargs", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
        ("reserved", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("types", ctypes.POINTER(ctypes.c_char)),
    )


# They follow what every Python object begins with.
_ADDRESS_OF_FIELDS = object.__basicsize__


class Loop(NamedTuple):
    """The function for one combination of types.

    Attributes
    ----------
    address : int
    data : int
        What NumPy passes as its last argument.
    """

    address: int
    data: int


def _fields(ufunc: np.ufunc) -> _Fields | None:
    """The struct behind `ufunc`; None where it is not what it should be."""
    fields = _Fields.from_address(id(ufunc) + _ADDRESS_OF_FIELDS)
    counts = (ufunc.nin, ufunc.nout, ufunc.nargs, ufunc.ntypes)
    if (fields.nin, fields.nout, fields.nargs, fields.ntypes) != counts or not fields.functions:
        return None
    known = [np.dtype(char).num for loop in ufunc.types for char in loop.replace("->", "")]
    listed = fields.types[: len(known)]  # type numbers, one byte each
    return fields if list(listed) == known else None


@functools.cache
def find(ufunc: np.ufunc, types: str) -> Loop | None:
    """The loop of `ufunc` for `types` as ``ufunc.types`` spells them, such as ``"dd->d"``."""
    if types not in ufunc.types:
        return None
    fields = _fields(ufunc)
    if fields is None:
        return None
    index = ufunc.types.index(types)
    address = fields.functions[index]
    data = fields.data[index] if fields.data else None
    return Loop(address, data or 0) if address else None
