"""How calls into other libraries are written down, and what of their results is compared."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

import npbridge

CALLS: dict[str, dict[str, Callable]] = {}
BACKENDS = ("jax", "numpy")


def library(name: str, **calls: Callable) -> None:
    """Add calls of a library: functions of `A`, which makes arrays as ``numpy.array`` does."""
    CALLS.setdefault(name, {}).update(calls)


def is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(MODULES.get(name, name)) is not None
    except ModuleNotFoundError:
        return False


# the module of a library that has another name
MODULES = {
    "scikit-learn": "sklearn",
    "Pillow": "PIL",
    "scikit-image": "skimage",
    "pydata sparse": "sparse",
    "standard library": "os",
}


# Not among the requirements of the extra, for it takes gigabytes: its calls are compared where it is installed.
UNLISTED = {"torch"}


def ours(value: Any, dtype: Any = None) -> Any:
    return npbridge.array(value, dtype=dtype)


def outcome(call: Callable, make: Callable) -> tuple[str, Any]:
    """What a call gives, as plain data; an error is its class."""
    import warnings

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        np.random.seed(0)  # noqa: NPY002  libraries draw from it
        try:
            return "value", plain(call(make))
        except Exception as error:
            return "error", error


def plain(value: Any, depth: int = 0) -> Any:
    """`value` as nested tuples of what can be compared; which array type it is does not count."""
    if isinstance(value, npbridge.JaxArray) and type(value) in (npbridge.JaxArray, npbridge.JaxScalar):
        value = np.asarray(value)
    if isinstance(value, (np.ndarray, np.generic)):
        mask = value.mask.tolist() if isinstance(value, np.ma.MaskedArray) else None
        units = str(getattr(value, "unit", ""))
        return "array", value.dtype.kind, np.shape(value), np.asarray(value).tolist(), mask, units
    if isinstance(value, (bool, int, float, complex, str, bytes, type(None))):
        return value if isinstance(value, (str, bytes, type(None))) else plain(np.asarray(value))
    if isinstance(value, (list, tuple)):
        return tuple(plain(x, depth + 1) for x in value)
    if isinstance(value, dict):
        return tuple((plain(k), plain(v, depth + 1)) for k, v in value.items())
    if dataclasses.is_dataclass(value) and depth < 4:
        return tuple(plain(getattr(value, f.name, None), depth + 1) for f in dataclasses.fields(value))
    return _of_library(value, depth)


def _of_library(value: Any, depth: int) -> Any:
    kind = type(value).__module__.partition(".")[0]
    if kind == "pandas":
        return str(type(value).__name__), repr(value)
    if hasattr(value, "toarray"):
        return "sparse", plain(value.toarray())
    if hasattr(value, "magnitude") and hasattr(value, "units"):
        return "quantity", plain(value.magnitude), str(value.units)
    if hasattr(value, "todense"):
        return "sparse", plain(np.asarray(value.todense()))
    if hasattr(value, "__array__"):
        return plain(np.asarray(value))
    return type(value).__name__, repr(value) if "0x" not in repr(value) else ""


def differs(a: Any, b: Any) -> str:
    """Where two outcomes part; empty where they do not."""
    if a[0] != b[0]:
        return f"{a[0]} {_short(a[1])} on ndarrays, {b[0]} {_short(b[1])} on ours"
    if a[0] == "error":
        same = isinstance(b[1], type(a[1])) or isinstance(a[1], type(b[1]))
        return "" if same else f"{_short(a[1])} on ndarrays, {_short(b[1])} on ours"
    return "" if _alike(a[1], b[1]) else f"{_short(a[1])} on ndarrays, {_short(b[1])} on ours"


def _short(x: Any) -> str:
    return (repr(x) if isinstance(x, BaseException) else str(x))[:160]


def _alike(a: Any, b: Any) -> bool:
    if isinstance(a, (int, float, complex)) and isinstance(b, (int, float, complex)):
        return bool(np.isclose(a, b, rtol=1e-6, atol=1e-9, equal_nan=True))
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_alike, a, b))
    return bool(a == b)


class computing:
    """Computing on a backend, with NumPy's precision."""

    def __init__(self, backend: str) -> None:
        self.backend = npbridge.backend(backend)

    def __enter__(self) -> None:
        import jax

        self.wide = jax.config.jax_enable_x64
        npbridge.enable_x64()
        self.backend.__enter__()

    def __exit__(self, *exc: object) -> None:
        self.backend.__exit__(*exc)
        npbridge.enable_x64(self.wide)
