"""Copies and pickles: values, dtype and the read-only flag, in this process and in others.

Processes start with settings of their own.  So that a pool of workers computes what its
parent would, a pickle says under which backend and precision it was made: a worker that
has chosen neither takes them over.  Any other process that cannot hold the dtype raises.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import jax
import numpy as np

from ..dispatch import backend as backends
from ..dispatch import platform
from ..ground.config import chosen
from ..ground.errors import PrecisionError
from ..storage.buffer import canonical
from . import core
from .core import JaxArray, JaxScalar

Settings = tuple[str, bool]


def settings() -> Settings:
    """The backend, and whether JAX keeps 64 bits, as they are in this process."""
    return backends.active().name, bool(jax.config.jax_enable_x64)


def take_over(sent: Settings) -> None:
    """Let a worker that has chosen nothing compute as the process does from which data came."""
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is None or multiprocessing.parent_process() is None:
        return
    name, wide = sent
    if "backend" not in chosen:
        backends.begin_with(name)
    if "x64" not in chosen:
        platform.begin_with_x64(wide)


def see_that_it_fits(dtype: np.dtype, sent: Settings) -> None:
    """Raise where a dtype that came from elsewhere would be narrowed."""
    take_over(sent)
    if backends.active().name == "jax" and canonical(dtype) != dtype:
        raise PrecisionError(
            f"what was pickled has dtype {dtype}, which would become {canonical(dtype)} here: this process keeps 32 "
            "bits. Call npbridge.enable_x64() or npbridge.use_backend('numpy') before it is loaded."
        )


def pickled(array: Any) -> tuple[np.ndarray, Settings]:
    """The parts of a pickle that all arrays have: values, read-only where they are, and settings."""
    values = np.array(array._read())
    values.flags.writeable = array._window().flags.writeable
    return values, settings()


def unpickled(values: np.ndarray, sent: Settings) -> Any:
    importlib.import_module("npbridge._src.public")  # where nothing of it was asked for yet, the class is in parts
    see_that_it_fits(values.dtype, sent)
    return core.of_fresh(values if values.flags.writeable else np.array(values))


def _copy(self):
    return core._converted(self, None, "C")


def _deepcopy(self, memo):
    return _copy(self)


def _rebuild(cls, values, writeable, sent):
    array = unpickled(values, sent)
    if cls is not JaxArray:
        array = cls(array)
    if not writeable:
        array.flags.writeable = False
    return array


def _reduce(self):
    values, sent = pickled(self)
    return _rebuild, (type(self), values, bool(values.flags.writeable), sent)


def _scalar_copy(self, memo=None):
    return self


def _scalar_reduce(self):
    return self._read().__reduce__()


JaxArray.__copy__ = _copy
JaxArray.__deepcopy__ = _deepcopy
JaxArray.__reduce__ = _reduce
JaxScalar.__copy__ = JaxScalar.__deepcopy__ = _scalar_copy
JaxScalar.__reduce__ = _scalar_reduce
