"""What is said where JAX keeps 32 bits and NumPy would have kept 64."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..ground.errors import PrecisionError, PrecisionWarning
from ..storage.buffer import canonical
from .fallback import user_stacklevel

WHAT_TO_DO = "npbridge.enable_x64() keeps 64 bits"
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
        raise PrecisionError(
            f"Python integer {number} out of bounds for {narrow.dtype}: 64-bit integers need npbridge.enable_x64()"
        )


def tell_if_wrapped(values: Any, narrow: Any) -> None:
    """Say once that a result in NumPy's integers does not fit into those that are kept."""
    if not fits(values, narrow):
        tell_once("wrapped", f"an integer result does not fit into {narrow.dtype} and wraps around")
