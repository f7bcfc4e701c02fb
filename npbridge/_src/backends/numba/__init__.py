"""The ``'numpy'`` backend: NumPy itself, and Numba kernels for large arrays."""

from __future__ import annotations

import numpy as np

from ...array import core
from ...dispatch.backend import Backend
from .. import host

OURS = core.OURS
JaxScalar = core.JaxScalar
ndarray = np.ndarray


def ufunc(ufunc, method, inputs, kwargs):
    if method != "__call__":
        ufunc = getattr(ufunc, method)
        if method == "at":
            return host.call_writing(ufunc, inputs, kwargs, inputs[:1])
    if kwargs:
        if "out" in kwargs:
            return host.call_writing(ufunc, inputs, kwargs, kwargs["out"])
        return host.call(ufunc, inputs, kwargs)
    if method != "__call__":
        return host.call(ufunc, inputs, kwargs)
    result = ufunc(
        *[(x._number if type(x) is JaxScalar else x._read()) if type(x) in OURS else x for x in inputs]
    )
    kind = type(result)
    if kind is ndarray and result.base is None and result.dtype.char in core.STORED_KINDS:
        return core.of_fresh(result)
    return host.wrap(result, ())


def binary(function, a, b):
    a = (a._number if type(a) is JaxScalar else a._read()) if type(a) in OURS else a
    b = (b._number if type(b) is JaxScalar else b._read()) if type(b) in OURS else b
    result = function(a, b)
    if type(result) is ndarray and result.base is None and result.dtype.char in core.STORED_KINDS:
        return core.of_fresh(result)
    return host.wrap(result, ())


def missing(function, args, kwargs):
    if "out" in kwargs:
        return host.call_writing(function, args, kwargs, host.outs(kwargs))
    return host.call(function, args, kwargs)


def make_backend() -> Backend:
    return Backend("numpy", ufunc, binary, missing)
