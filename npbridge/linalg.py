"""Linear algebra: every function of ``numpy.linalg``, on the active backend."""

from ._src import public as _public  # noqa: F401  the classes are put together
from ._src.namespace import namespaces as _namespaces

globals().update(_namespaces.linalg())
__all__ = [name for name in globals() if not name.startswith("_")]
