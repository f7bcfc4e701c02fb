"""The ``'numpy'`` backend: NumPy itself, and a Numba kernel for large arrays."""

from __future__ import annotations

from ...dispatch.backend import Backend
from .. import host
from . import calls, rows


def make_backend() -> Backend:
    rows.register_all()
    return Backend("numpy", calls.ufunc, calls.binary, calls.update, calls.missing, host.call_beside)
