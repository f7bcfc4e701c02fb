"""The errors and warnings of npbridge.

Each is a subclass of what NumPy code would expect to catch; where NumPy itself
has a word for what is wrong, npbridge raises NumPy's own class.
"""

from ._src.ground.errors import (
    BackendError,
    ControlFlowError,
    FallbackError,
    FallbackWarning,
    NpbridgeError,
    UnsupportedDtypeError,
    UnsupportedError,
)

__all__ = [
    "BackendError",
    "ControlFlowError",
    "FallbackError",
    "FallbackWarning",
    "NpbridgeError",
    "UnsupportedDtypeError",
    "UnsupportedError",
]

for _name in __all__:
    globals()[_name].__module__ = __name__
