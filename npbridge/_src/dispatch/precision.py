"""What is said where JAX keeps 32 bits and NumPy would have kept 64."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np

from ..ground.compat import x64
from ..ground.errors import PrecisionError, PrecisionWarning
from ..storage.buffer import canonical
from .backend import active
from .fallback import user_stacklevel

WHAT_TO_DO = "npbridge.enable_x64() keeps 64 bits"
WHAT_IT_NEEDS = "64-bit integers need npbridge.enable_x64()"
# NumPy's words for a number that a dtype does not hold
_OUT_OF_BOUNDS = re.compile(r"Python integer (-?\d+) out of bounds for (u?int)32")
# What Python's own types ask for is the default of a program, and no wish for 64 bits.
_DEFAULTS = (float, int, complex, bool, "float", "int", "complex")

_told: set[str] = set()


def tell_once(key: str, message: str) -> None:
    if key not in _told:
        _told.add(key)
        warnings.warn(f"{message}; {WHAT_TO_DO} (said once)", PrecisionWarning, stacklevel=user_stacklevel())


def asked_for(dtype: Any) -> np.dtype:
    """The dtype that JAX stores for one that was written down; said once where that is narrower."""
    wanted = np.dtype(dtype)
    kept = canonical(wanted)
    if kept.itemsize < wanted.itemsize and not (type(dtype) in (type, str) and dtype in _DEFAULTS):
        tell_once(wanted.name, f"dtype {wanted} was asked for and {kept} is kept: the 'jax' backend has 32 bits here")
    return kept


def fits(values: Any, narrow: Any) -> bool:
    """Whether integers are the same in the narrower dtype."""
    return narrow.dtype.kind not in "iu" or bool((narrow == values).all())


def see_that_it_fits(values: np.ndarray, narrow: np.ndarray) -> None:
    """Raise where integers that somebody gave would be other ones."""
    if not fits(values, narrow):
        number = values[narrow != values].flat[0]
        raise PrecisionError(f"Python integer {number} out of bounds for {narrow.dtype}: {WHAT_IT_NEEDS}")


def see_that_it_can_be_stored(values: np.ndarray, dtype: np.dtype) -> None:
    """Raise where integers of 64 bits are put into an array that has 32, where NumPy's would have 64, and change."""
    have = values.dtype
    if (
        have.kind in "iu"
        and have.itemsize == 8
        and not x64.value
        and dtype == canonical(have)
        and active().name == "jax"
    ):
        see_that_it_fits(values, values.astype(dtype))


def of_width(error: OverflowError) -> OverflowError:
    """NumPy's error for an integer that does not fit, with what to do where 64 bits would hold it."""
    found = _OUT_OF_BOUNDS.fullmatch(str(error))
    if found is None or x64.value or active().name != "jax":
        return error
    wide = np.iinfo(f"{found[2]}64")
    return PrecisionError(f"{error}: {WHAT_IT_NEEDS}") if wide.min <= int(found[1]) <= wide.max else error


def tell_if_wrapped(values: Any, narrow: Any) -> None:
    """Say once that a result in NumPy's integers does not fit into those that are kept."""
    if not fits(values, narrow):
        tell_once("wrapped", f"an integer result does not fit into {narrow.dtype} and wraps around")
