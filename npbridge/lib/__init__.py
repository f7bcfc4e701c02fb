"""What ``numpy.lib`` has that makes arrays, and the rest of it as it is."""

from .._src.namespace import namespaces as _namespaces
from . import scimath, stride_tricks  # noqa: F401

globals().update(_namespaces.lib())
__all__ = [name for name in globals() if not name.startswith("_")]
