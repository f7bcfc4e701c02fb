"""Functions that give complex numbers where real ones have no answer: ``numpy.emath``."""

from .._src import public as _public  # noqa: F401  the classes are put together
from .._src.namespace import namespaces as _namespaces

globals().update(_namespaces.scimath())
__all__ = [name for name in globals() if not name.startswith("_")]
