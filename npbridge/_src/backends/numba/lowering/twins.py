"""NumPy's functions, whatever name and module the user calls them by."""

from __future__ import annotations

import ast
import functools
import math
import sys
import types
from typing import Any

import numpy as np

MODULES = ("numpy", "numpy.linalg", "numpy.fft", "numpy.random", "numpy.lib.stride_tricks")
_OURS = {
    "npbridge": "numpy",
    "npbridge.linalg": "numpy.linalg",
    "npbridge.fft": "numpy.fft",
    "npbridge.random": "numpy.random",
    "npbridge.lib": "numpy.lib",
    "npbridge.lib.stride_tricks": "numpy.lib.stride_tricks",
}


def real_module(module: types.ModuleType) -> types.ModuleType:
    """NumPy's module in place of ours or of the face's."""
    name = module.__name__
    name = _OURS.get(name, name)
    if name.startswith("numpy"):
        return sys.modules.get(name, module)
    return module


@functools.cache
def _names() -> dict[int, tuple[Any, str]]:
    """Each NumPy object by identity: the object and its dotted name."""
    found: dict[int, tuple[Any, str]] = {}
    for module_name in reversed(MODULES):
        module = sys.modules[module_name]
        for name in dir(module):
            value = getattr(module, name, None)
            if name.startswith("_") or isinstance(value, types.ModuleType) or not callable(value):
                continue
            found[id(value)] = (value, f"{module_name}.{name}")
    for name in dir(math):
        value = getattr(math, name)
        if callable(value):
            found[id(value)] = (value, f"math.{name}")
    return found


@functools.cache
def _public() -> dict[int, Any]:
    """Our public functions by identity, with NumPy's of the same name."""
    found = {}
    for ours, theirs in _OURS.items():
        mine, real = sys.modules.get(ours), sys.modules.get(theirs)
        for name in dir(mine) if mine and real else ():
            if not name.startswith("_") and hasattr(real, name):
                value = getattr(mine, name)
                if callable(value) and not isinstance(value, types.ModuleType):
                    found[id(value)] = (value, getattr(real, name))
    return found


def real_function(value: Any) -> Any:
    """NumPy's function in place of ours or of the face's; other values as they are."""
    if id(value) in _names():
        return value
    entry = _public().get(id(value))
    if entry is not None:
        return entry[1]
    if type(value).__module__.startswith("npbridge._src.face"):
        wrapped = getattr(value, "__wrapped__", None)
        if wrapped is not None and id(wrapped) in _names():
            return wrapped
    return value


def dotted(value: Any) -> str | None:
    """The name ``numpy.linalg.norm`` of a NumPy function or type, else None."""
    entry = _names().get(id(value))
    return entry[1] if entry is not None and entry[0] is value else None


def reference(name: str) -> ast.expr:
    """``numpy.linalg.norm`` as an expression over the names ``np`` and ``math``."""
    first, *rest = name.split(".")
    node: ast.expr = ast.Name("np" if first == "numpy" else first, ast.Load())
    for part in rest:
        node = ast.Attribute(node, part, ast.Load())
    return node


def scalar_type(dtype: Any) -> ast.expr:
    """``np.float64`` for anything that means a dtype."""
    found = np.dtype(dtype)
    name = "bool_" if found.kind == "b" else found.name
    return reference(f"numpy.{name}")
