"""What NumPy lets an array type override, and which part of it is about numbers."""

from __future__ import annotations

import importlib

import numpy as np
from numpy.testing import overrides

# NumPy registers these when the module is first used.
for _name in (
    "numpy.fft",
    "numpy.linalg",
    "numpy.strings",
    "numpy.ma",
    "numpy.rec",
    "numpy.lib.recfunctions",
    "numpy.char",
):
    importlib.import_module(_name)

NOT_NUMERIC_MODULES = ("numpy.strings", "numpy.char", "numpy.lib.recfunctions", "numpy.rec", "numpy.ma")
NOT_NUMERIC_NAMES = {
    *("busday_count", "busday_offset", "is_busday", "datetime_as_string"),  # dates
    *("save", "savez", "savez_compressed", "savetxt", "array_repr"),  # files and printing, tested elsewhere
}


def creation() -> list:
    """Functions that take ``like=``."""
    names = (
        *("array", "asarray", "asanyarray", "ascontiguousarray", "asfortranarray", "require", "zeros", "ones", "empty"),
        *("full", "eye", "identity", "arange", "tri", "fromfunction", "frombuffer", "fromstring", "fromiter"),
        *("fromfile", "loadtxt", "genfromtxt"),
    )
    return [getattr(np, name) for name in names]


def _creation_names() -> set:
    return {f.__name__ for f in creation()}


def functions() -> list:
    """Functions that take part in ``__array_function__``, without creation."""
    found = overrides.get_overridable_numpy_array_functions()
    kept = [f for f in found if f.__name__ not in _creation_names() or f.__module__ != "numpy"]
    return sorted(kept, key=name_of)


def numeric_functions() -> list:
    return [f for f in functions() if f.__module__ not in NOT_NUMERIC_MODULES and f.__name__ not in NOT_NUMERIC_NAMES]


def numeric_ufuncs() -> list:
    """Ufuncs with a loop for numbers or booleans."""
    return [u for u in vars(np).values() if isinstance(u, np.ufunc) and _numeric(u)]


def _numeric(ufunc) -> bool:
    return any(set(loop.replace("->", "")) <= set("?bBhHiIlLqQefdgFDG") for loop in ufunc.types)


def name_of(function) -> str:
    module = (function.__module__ or "numpy").removeprefix("numpy").lstrip(".")
    return f"{module}.{function.__name__}" if module else function.__name__
