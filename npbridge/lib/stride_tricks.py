"""Windows on arrays: ``sliding_window_view`` and ``as_strided``, which make views."""

from .._src import public as _public  # noqa: F401  the classes are put together
from .._src.namespace import namespaces as _namespaces

globals().update(_namespaces.stride_tricks())
__all__ = [name for name in globals() if not name.startswith("_")]
