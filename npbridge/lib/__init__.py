"""What ``numpy.lib`` has that makes arrays, and the rest of it as it is."""

from .._src import public as _public  # noqa: F401  the classes are put together
from .._src.namespace import namespaces as _namespaces
from . import scimath, stride_tricks  # noqa: F401

globals().update(_namespaces.lib())
__all__ = [name for name in globals() if not name.startswith("_")]
