"""What the Array API standard lets a program ask: limits, devices, dtypes."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from ..dispatch.backend import active
from ..dispatch.platform import default_device, device_name
from ..storage.buffer import canonical

API_VERSION = "2024.12"

KINDS = {
    "bool": ("bool",),
    "signed integer": ("int8", "int16", "int32", "int64"),
    "unsigned integer": ("uint8", "uint16", "uint32", "uint64"),
    "real floating": ("float32", "float64"),
    "complex floating": ("complex64", "complex128"),
}
KINDS["integral"] = KINDS["signed integer"] + KINDS["unsigned integer"]
KINDS["numeric"] = KINDS["integral"] + KINDS["real floating"] + KINDS["complex floating"]


class NamespaceInfo:
    """What ``npbridge.__array_namespace_info__()`` returns.

    The answers are those of the active backend.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.__array_namespace_info__().default_dtypes()["integral"]
    dtype('int32')
    """

    def capabilities(self) -> dict[str, Any]:
        """Say what the standard leaves open."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self):
        """Return the device of new arrays."""
        return "cpu" if active().name != "jax" else device_name(default_device())

    def devices(self) -> list:
        """Return what can be given as `device`."""
        return ["cpu"] if active().name != "jax" else [device_name(device) for device in jax.devices()]

    def default_dtypes(self, *, device=None) -> dict[str, np.dtype]:
        """Return the dtypes of arrays made without one."""
        wide = {"real floating": np.float64, "complex floating": np.complex128}
        wide |= {"integral": np.intp, "indexing": np.intp}
        return {kind: _stored(np.dtype(dtype)) for kind, dtype in wide.items()}

    def dtypes(self, *, device=None, kind: str | tuple[str, ...] | None = None) -> dict[str, np.dtype]:
        """Return the standard's dtypes, of a kind, that arrays can have now."""
        kinds = ("bool", "numeric") if kind is None else (kind,) if isinstance(kind, str) else kind
        for name in kinds:
            if name not in KINDS:
                raise ValueError(f"unsupported kind: {name!r}. The kinds are {', '.join(map(repr, KINDS))}.")
        names = dict.fromkeys(name for kind in kinds for name in KINDS[kind])
        found = {name: np.dtype(name) for name in names}
        return {name: dtype for name, dtype in found.items() if _stored(dtype) == dtype}


def _stored(dtype: np.dtype) -> np.dtype:
    return canonical(dtype) if active().name == "jax" else dtype


def _dtype_of(kind) -> Any:
    """The dtype that a dtype, a scalar type or an array stands for."""
    return kind if isinstance(kind, (type, np.dtype)) else getattr(kind, "dtype", kind)


def _standard(number: type) -> type:
    # NumPy's scalars of less than 64 bits are no `float`, which the standard asks
    # the limits to be.  These are NumPy's scalars in all but `isinstance`.
    return type(number.__name__, (number,), {"__class__": property(lambda self: float)})


_STANDARD = {number: _standard(number) for number in (np.float16, np.float32)}


class finfo:
    """The limits of a floating-point type: ``numpy.finfo``, also of an array.

    Parameters
    ----------
    dtype : dtype, type or array
        Floating-point or complex.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.finfo(npbridge.ones(2)).bits
    32
    """

    def __init__(self, dtype) -> None:
        self._numpy = np.finfo(_dtype_of(dtype))

    def __getattr__(self, name: str) -> Any:
        if name == "_numpy":
            raise AttributeError(name)
        value = getattr(self._numpy, name)
        standard = _STANDARD.get(type(value))
        return value if standard is None else standard(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, finfo) and self._numpy is other._numpy

    def __hash__(self) -> int:
        return hash(self._numpy)

    def __str__(self) -> str:
        return str(self._numpy)

    def __repr__(self) -> str:
        return repr(self._numpy)


def iinfo(int_type) -> np.iinfo:
    """Return the limits of an integer type: ``numpy.iinfo``, also of an array.

    Parameters
    ----------
    int_type : dtype, type or array

    Examples
    --------
    >>> import npbridge
    >>> npbridge.iinfo(npbridge.arange(3)).max
    2147483647
    """
    return np.iinfo(_dtype_of(int_type))
