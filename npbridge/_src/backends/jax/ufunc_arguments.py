"""What the methods of ufuncs are given: arrays, axes, dtypes; and the host for the rest."""

from __future__ import annotations

import operator

import numpy as np

from ...array import core
from ...dispatch import fallback
from .. import host
from . import moves, traced_calls, ufunc_plans

OURS = core.OURS


def axes_of(axis, ndim):
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, tuple):
        found = tuple(np.lib.array_utils.normalize_axis_index(operator.index(a), ndim) for a in axis)
        if len(set(found)) != len(found):
            raise ValueError("duplicate value in 'axis'")
        return tuple(sorted(found))
    if ndim == 0 and axis in (0, -1):
        return ()
    return (np.lib.array_utils.normalize_axis_index(_integer(axis), ndim),)


def _integer(axis):
    if isinstance(axis, (bool, np.bool_)):
        raise TypeError("an integer is required for the axis")
    return operator.index(axis)


def as_array(a):
    return a if type(a) in OURS else core.from_object(a, copy=False)


def reduction_dtypes(ufunc, dtype, source, out):
    """The loop's and the result's dtype, as NumPy's reductions choose them."""
    signature = None if dtype is None else (ufunc_plans.as_dtype(dtype), None, None)
    first = out.dtype if out is not None and dtype is None else None
    keywords = {} if signature is None else {"signature": signature}
    resolved = ufunc.resolve_dtypes((first, source, None), reduction=True, casting="unsafe", **keywords)
    return resolved[1], resolved[2]


def on_host(ufunc, method, inputs, kwargs, written):
    kwargs = {k: v for k, v in kwargs.items() if v is not None or k == "axis"}
    if moves.traced(inputs, kwargs):
        return traced_calls.on_host(getattr(ufunc, method), inputs, kwargs, "there is no kernel for it")
    if ufunc.nin == 2 and ufunc.nout == 1 and ufunc.signature is None:
        fallback.announce(f"{ufunc.__name__}.{method}", "jax", "there is no JAX kernel for this ufunc")
    result = host.call_writing(getattr(ufunc, method), inputs, kwargs, [w for w in written if w is not None])
    return host.narrow(result)
