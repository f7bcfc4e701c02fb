"""Any data as one of our arrays: what the functions that make arrays share."""

from __future__ import annotations

import jax
import numpy as np

from ..dispatch import protocol
from ..dispatch.backend import active
from ..dispatch.precision import asked_for
from . import core, strangers
from .core import OURS, JaxArray, JaxScalar


class CopyNeededError(ValueError):
    """``copy=False`` was asked for, and there is no way without a copy."""


def convert(obj, dtype=None, copy=None, order=None, subok=False, ndmin=0) -> JaxArray:
    """`obj` as one of our arrays: what all of the functions above come down to."""
    order = order or "K"
    kept = None if dtype is None else storable(dtype)
    if type(obj) in OURS:
        result = _from_ours(obj, kept, copy, order, subok)
    else:
        result = _from_others(obj, None if dtype is None else np.dtype(dtype), copy, order)
    missing = ndmin - result.ndim
    return result[(None,) * missing] if missing > 0 else result


def _from_ours(obj: JaxArray, dtype, copy, order, subok) -> JaxArray:
    kind = type(obj)
    is_scalar = issubclass(kind, JaxScalar)  # also a number of Python's that is known at run time only
    fits = dtype is None or dtype == obj.dtype
    if fits and order in "CF":
        fits = obj.flags.c_contiguous if order == "C" else obj.flags.f_contiguous
    if copy or not fits:
        if copy is False:
            raise _copy_needed("dtype or order")
        made = core._converted(obj, dtype, order)
    elif is_scalar:
        made = core.array_of_scalar(obj)
    elif kind is JaxArray or subok:
        return obj
    else:
        return core.of_view(obj._buffer, obj._window(), obj if obj._base is None else obj._base)
    return kind(made) if subok and kind is not JaxArray and not is_scalar else made


def _from_others(obj, dtype, copy, order) -> JaxArray:
    source = strangers.taken_over(obj) if strangers.is_stranger(obj) else obj
    try:
        result = core.from_object(source, dtype, copy=bool(copy), order=order)
    except core.TRACED_ERRORS:
        if type(obj) not in (list, tuple):
            raise
        result = core.traced_sequence(obj, None if dtype is None else storable(dtype))
    if copy is False and not _shares(result, source):
        raise _copy_needed(f"memory of a {type(obj).__name__}")
    return result


def _shares(result: JaxArray, source) -> bool:
    if isinstance(source, jax.Array):
        return result._buffer.device is source
    return isinstance(source, np.ndarray) and np.may_share_memory(result._window(), source)


def _copy_needed(what: str) -> CopyNeededError:
    return CopyNeededError(
        f"Unable to avoid copy while creating an array as requested: this {what} cannot be shared on the "
        f"{active().name!r} backend. Use copy=None to allow a copy when it is needed."
    )


def elsewhere(like) -> bool:
    """Whether `like` names a maker that is neither ours nor NumPy's own."""
    if like is None or type(like) in OURS or type(like) is np.ndarray:
        return False
    return protocol.foreign(type(like)) or not hasattr(type(like), "__array_function__")


def storable(dtype) -> np.dtype:
    """`dtype` as the active backend stores it; an error where it cannot."""
    wanted = np.dtype(dtype)
    core.check_dtype(wanted)
    return asked_for(dtype) if active().name == "jax" else wanted


def place(result: JaxArray, device) -> JaxArray:
    """`result` on `device`; None leaves it where it is.  What is made ends here."""
    if active().plain:
        return np.asarray(result)
    if device is None:
        return result
    if active().name != "jax" and device != "cpu":
        raise ValueError(f'Device not understood. Only "cpu" is allowed, but received: {device}')
    return result.to_device(device)
