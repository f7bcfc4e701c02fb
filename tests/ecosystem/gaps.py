"""Rows whose outcome is another one than on ndarrays, with the reason."""

from __future__ import annotations

_READ_ONLY = "numpy.asarray(x) is read-only: the library asks for memory that can be written"
_SCALAR = "a scalar of ours is no instance that C code takes for a number of NumPy's"

GAPS: dict[tuple[str, str], str] = {}
