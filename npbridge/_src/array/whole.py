"""The class of our arrays with all its methods: each module here puts its part there."""

from __future__ import annotations

from . import (  # noqa: F401
    attributes,
    flags,
    flat,
    indexing,
    interop,
    methods,
    operators,
    pickling,
    presenting,
    printing,
    scalars,
    views,
    writing,
)
from .core import JaxArray, JaxScalar

__all__ = ["JaxArray", "JaxScalar"]
