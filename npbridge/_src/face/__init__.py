"""Another ``numpy`` for user code: what it makes are our arrays."""

from __future__ import annotations

from .modules import face, face_of
from .rebind import rebind

__all__ = ["face", "face_of", "rebind"]
