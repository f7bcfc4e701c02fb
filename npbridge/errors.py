"""The errors and warnings of npbridge.

Each is a subclass of what NumPy code would expect to catch; where NumPy itself
has a word for what is wrong, npbridge raises NumPy's own class.
"""

from ._src.ground.errors import (
    BackendError,
    CheckpointError,
    ControlFlowError,
    FallbackError,
    FallbackWarning,
    ForkedError,
    NameInUseError,
    NpbridgeError,
    PrecisionError,
    PrecisionWarning,
    TransformError,
    UnsupportedDtypeError,
    UnsupportedError,
    VariableError,
)

__all__ = [
    "BackendError",
    "CheckpointError",
    "ControlFlowError",
    "FallbackError",
    "FallbackWarning",
    "ForkedError",
    "NameInUseError",
    "NpbridgeError",
    "PrecisionError",
    "PrecisionWarning",
    "TransformError",
    "UnsupportedDtypeError",
    "UnsupportedError",
    "VariableError",
]

for _name in __all__:
    globals()[_name].__module__ = __name__
