"""NumPy code, unchanged, on JAX and on Numba."""

from __future__ import annotations

from ._src.array.core import JaxArray, JaxScalar
from ._src.array import indexing as _indexing, interop as _interop, methods as _methods, operators as _operators, printing as _printing
from ._src.array.core import from_object as _from_object
from ._src.dispatch.backend import backend, get_backend_name, use_backend
from ._src.ground.config import config
from ._src.ground.events import listen


def asarray(a, dtype=None):
    return _from_object(a, dtype, copy=False)


def array(a, dtype=None):
    return _from_object(a, dtype, copy=True)
