"""In-place operators: ``x[1:-1] += v`` where the values lie.

A compiled call and a compiled update cost about two microseconds each, and for
values on the host a copy there and back.  Operations that are exactly rounded have
one answer, so those are computed on the host when the values are there and the
array is small, or a part of a larger one that would have to move.
"""

from __future__ import annotations

import numpy as np

from ...array import core
from ...ground.floating import asked
from ...storage.buffer import SMALL, canonical
from . import ufunc_plans, ufuncs

OURS = core.OURS
ARRAYS = core.ARRAYS
EXACT = ufunc_plans.EXACT - {np.logical_and, np.logical_or, np.logical_not}
_REAL = "biuf"


def update(ufunc, target, other) -> None:
    """``target = ufunc(target, other)``, written into `target`."""
    buffer = target._buffer
    if asked():
        ufuncs.dispatch(ufunc, "__call__", (target, other), {"out": (target,)})
        return
    if ufunc in EXACT and type(target) in ARRAYS and _is_for_host(target, buffer):
        operand = _on_host(other)
        if operand is not None and target.dtype.kind in _REAL:
            with buffer.lock:
                window = target._writable()
                if type(other) in ARRAYS and other._buffer is buffer:
                    operand = window if other is target else other._window()
                ufunc(window, operand, out=window)
            return
    ufuncs.dispatch(ufunc, "__call__", (target, other), {"out": (target,)})


def _is_for_host(target, buffer) -> bool:
    """Whether the host has the values, or gets them by any write, and is the cheaper place."""
    if buffer.current:
        return not target._whole or buffer.nbytes <= SMALL
    return not buffer.traced and buffer.nbytes <= SMALL and not target._whole


def _on_host(other):
    """The operand as NumPy takes it; None where it is on the device, or too large."""
    kind = type(other)
    if kind is float or kind is int or kind is bool:
        return other
    if kind is core.JaxScalar:
        number = ufunc_plans.host_scalar(other)
        return number if number is not None and number.dtype.kind in _REAL else None
    if kind in ARRAYS:
        if not other._buffer.current or other.dtype.kind not in _REAL:
            return None
        return other._read()
    if isinstance(other, (np.ndarray, np.generic)) and other.dtype.kind in _REAL:
        return other if canonical(other.dtype) == other.dtype else None
    return None
