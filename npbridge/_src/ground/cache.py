"""The folder for what one process leaves to the next: the user's own, or none."""

from __future__ import annotations

import os
import pathlib
import stat
import sys


def folder() -> pathlib.Path:
    """Where compiled programs are kept: ``NPBRIDGE_CACHE_DIR``, or the user's cache folder."""
    given = os.environ.get("NPBRIDGE_CACHE_DIR")
    if given:
        return pathlib.Path(given)
    if sys.platform == "darwin":
        base = pathlib.Path.home() / "Library" / "Caches"
    else:
        base = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    return base / "npbridge"


def usable() -> pathlib.Path | None:
    """The folder, made if it is not there; None where it is switched off, cannot be written, or is not the user's."""
    path = folder()
    if os.environ.get("NPBRIDGE_CACHE_DIR") == "":
        return None
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None  # a home that cannot be written: compile, as without a cache
    return path if _is_ours(path) else None  # others could put machine code there


def _is_ours(path: pathlib.Path) -> bool:
    """Whether a folder is the user's, and nobody else can write there."""
    if not hasattr(os, "getuid"):
        return True
    found = path.stat()
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
