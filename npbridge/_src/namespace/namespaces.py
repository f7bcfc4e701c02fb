"""The contents of each public module that mirrors one of NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..array import creation
from ..face import objects
from . import classes, info, special, standard
from .build import build

_CREATION = (
    "array", "asanyarray", "asarray", "asarray_chkfinite", "ascontiguousarray", "asfortranarray", "empty",
    "from_dlpack", "fromfunction", "full", "ones", "require", "zeros",
)  # fmt: skip
_STANDARD = ("argsort", "broadcast_arrays", "clip", "meshgrid", "sort", "unique_values")


def _from(source, names, target: str) -> dict[str, Any]:
    found = {name: getattr(source, name) for name in names}
    for value in found.values():
        value.__module__ = target
    return found


def main() -> dict[str, Any]:
    """``npbridge`` itself."""
    own = {
        **_from(creation, _CREATION, "npbridge"),
        **_from(standard, _STANDARD, "npbridge"),
        **_from(classes, ("load", "ndarray"), "npbridge"),
        **_from(info, ("finfo", "iinfo"), "npbridge"),
        **{name: classes.Indexer(name) for name in ("c_", "mgrid", "ogrid", "r_")},
        "einsum": special.einsum,
        "nditer": objects.Iterator(np.nditer),
        "vectorize": objects.vectorize,
        "__array_api_version__": info.API_VERSION,
        "__array_namespace_info__": info.NamespaceInfo,
    }
    return build(np, "npbridge", own)


def linalg() -> dict[str, Any]:
    """``npbridge.linalg``."""
    return build(np.linalg, "npbridge.linalg", {"multi_dot": special.multi_dot})


def fft() -> dict[str, Any]:
    """``npbridge.fft``."""
    return build(np.fft, "npbridge.fft", _from(standard, ("fftfreq", "rfftfreq"), "npbridge.fft"))


def stride_tricks() -> dict[str, Any]:
    """``npbridge.lib.stride_tricks``."""
    return build(np.lib.stride_tricks, "npbridge.lib.stride_tricks", {"as_strided": special.as_strided})


def scimath() -> dict[str, Any]:
    """``npbridge.lib.scimath`` and ``npbridge.emath``."""
    return build(np.lib.scimath, "npbridge.lib.scimath", {})


def lib() -> dict[str, Any]:
    """``npbridge.lib``, without its modules."""
    return build(np.lib, "npbridge.lib", {})
