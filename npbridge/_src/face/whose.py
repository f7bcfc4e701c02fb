"""Whose code it is: the user's, or a library's."""

from __future__ import annotations

import functools
import os
import sysconfig

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
_LIBRARIES = (
    _PACKAGE + os.sep,
    *{os.path.realpath(sysconfig.get_path(name)) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")},
)


@functools.cache
def in_library(filename: str) -> bool:
    """Whether a source file belongs to an installed library, to Python, or to npbridge."""
    path = os.path.realpath(filename)
    return path.startswith(_LIBRARIES) or "site-packages" in path or "dist-packages" in path
