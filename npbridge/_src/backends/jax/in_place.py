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
from . import ufuncs
from .ufunc_plans import COMPARISONS

OURS = core.OURS
ARRAYS = core.ARRAYS
# Each of these is exactly rounded, or exact, in IEEE arithmetic: the kernel cannot change the answer.
EXACT = {
    np.add,
    np.subtract,
    np.multiply,
    np.divide,
    np.floor_divide,
    np.remainder,
    np.negative,
    np.positive,
    np.absolute,
    np.bitwise_and,
    np.bitwise_or,
    np.bitwise_xor,
    np.invert,
    np.left_shift,
    np.right_shift,
    np.minimum,
    np.maximum,
    np.sqrt,
    np.isnan,
    np.isfinite,
    np.isinf,
    np.floor,
    np.ceil,
    np.rint,
    np.trunc,
    np.sign,
    *COMPARISONS,
}
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
    if kind in ARRAYS:
        if not other._buffer.current or other.dtype.kind not in _REAL:
            return None
        return other._read()
    if kind in OURS or not isinstance(other, (np.ndarray, np.generic)) or other.dtype.kind not in _REAL:
        return None
    kept = canonical(other.dtype)
    if kept != other.dtype and other.dtype.kind == "f" and isinstance(other, np.generic):
        return other.astype(kept)
    return other if kept == other.dtype else None
