"""Modules in C of any library: what Cython compiled for ndarrays is handed ndarrays.

Only the runner asks for it.  A program that is written for NumPy hands what it has to any
function, and Cython's ``np.ndarray[...]`` and ``double[:]`` ask for an instance or for memory.
"""

from __future__ import annotations

import functools
import importlib.machinery
import sys
from collections.abc import Callable
from typing import Any

from ..ground.imports import when_accepted
from . import borders

# They know our arrays, or are what we compute with.
_KNOWING = {"numpy", "jax", "jaxlib", "numba", "llvmlite", "ml_dtypes", "npbridge"}
_MARK = "__test__"  # what Cython puts into each module that it compiles
_FUNCTION, _FUSED = "cython_function_or_method", "fused_cython_function"


def watch() -> None:
    """Make borders of all that Cython compiled, whenever it is imported."""
    when_accepted(_is_extension, adapt)


def _is_extension(spec: Any) -> bool:
    return isinstance(spec.loader, importlib.machinery.ExtensionFileLoader)


def adapt(module: Any) -> None:
    top = module.__name__.partition(".")[0]
    if top in _KNOWING or top in sys.stdlib_module_names or _MARK not in vars(module):
        return
    for name, value in list(vars(module).items()):
        kind = type(value).__name__
        if kind == _FUNCTION and not name.startswith("__"):
            setattr(module, name, borders.border(value, borders.handing_ndarrays))
        elif kind == _FUSED:
            setattr(module, name, Fused(value))
        elif borders.is_made(value, type) and value.__module__ == module.__name__:
            borders.class_border(value, borders.handing_ndarrays)


class Fused:
    """A function of several types, one of which is taken by ``function["double"]``."""

    def __init__(self, function: Any) -> None:
        functools.update_wrapper(self, function)
        self._call: Callable = borders.handing_ndarrays(function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(*args, **kwargs)

    def __getitem__(self, types: Any) -> Any:
        return borders.handing_ndarrays(self.__wrapped__[types])  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> Any:
        if name == "__wrapped__":  # in a copy that is being made
            raise AttributeError(name)
        return getattr(self.__wrapped__, name)

    def __reduce__(self) -> Any:
        return self.__wrapped__.__reduce__()
