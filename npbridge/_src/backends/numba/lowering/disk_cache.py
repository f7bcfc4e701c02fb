"""Compiled programs kept on disk, for the next process.

Numba's own cache goes by the user's file and looks at no constants.  Here the key
is everything that the machine code is made from: the emitted trees with their
lines, the constants, the options, the versions, and the source of our overloads.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import os
import pathlib
import sys
from typing import Any

import numpy as np


def folder() -> pathlib.Path:
    """Where programs are kept: ``NPBRIDGE_CACHE_DIR``, or the user's cache folder."""
    given = os.environ.get("NPBRIDGE_CACHE_DIR")
    if given:
        return pathlib.Path(given)
    if sys.platform == "darwin":
        base = pathlib.Path.home() / "Library" / "Caches"
    else:
        base = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    return base / "npbridge"


@functools.cache
def _surroundings() -> bytes:
    import llvmlite
    import numba

    from ....ground.version import __version__
    from .. import overloads

    text = [sys.version, np.__version__, numba.__version__, llvmlite.__version__, __version__]
    here = pathlib.Path(overloads.__file__).parent
    sources = [*sorted(here.glob("*.py")), *sorted(pathlib.Path(__file__).parent.glob("[fu]*.py"))]
    return "\n".join([*text, *(path.read_text() for path in sources)]).encode()


def key_of(program: Any, options: dict) -> str | None:
    """The key of a program; None where it holds what has no value to go by."""
    from ..overloads.forms import HOSTED

    names = (n.id for unit in program.order for n in ast.walk(unit.emitted) if isinstance(n, ast.Name))
    if program.hosts or not HOSTED.isdisjoint(names):
        return None
    total = hashlib.sha256(_surroundings())
    total.update(repr((sorted(options.items()), program.options.robust)).encode())
    for unit in program.order:
        total.update(unit.filename.encode())
        total.update(ast.dump(unit.emitted, include_attributes=True).encode())
    for name, value in sorted(program.constants.items()):
        if type(value) is not np.ndarray:
            return None
        total.update(f"{name} {value.dtype.str} {value.shape}".encode() + value.tobytes())
    return total.hexdigest()


def attach(dispatcher: Any, key: str | None) -> None:
    """Let a dispatcher look for its machine code on disk, and leave it there."""
    if key is None or os.environ.get("NPBRIDGE_CACHE_DIR") == "":
        return
    try:
        folder().mkdir(parents=True, exist_ok=True)
    except OSError:
        return  # a home that cannot be written: compile, as without a cache
    dispatcher.py_func.__npbridge_key__ = key
    dispatcher._cache = _cache_class()(dispatcher.py_func)


@functools.cache
def _cache_class() -> type:
    from numba.core import caching

    class Locator(caching._CacheLocator):
        """Numba's cache, told by our key where to look."""

        def __init__(self, key: str) -> None:
            self.key = key

        def get_cache_path(self) -> str:
            return str(folder() / self.key[:2])

        def get_source_stamp(self) -> str:
            return self.key

        def get_disambiguator(self) -> str:
            return self.key[:24]

        @classmethod
        def from_function(cls, py_func: Any, py_file: str) -> Locator:
            return cls(py_func.__npbridge_key__)

    class Results(caching.CompileResultCacheImpl):
        _locator_classes = [Locator]

    class Kept(caching.FunctionCache):
        _impl_class = Results

        def load_overload(self, sig: Any, target_context: Any) -> Any:
            try:
                return super().load_overload(sig, target_context)
            except Exception:
                return None  # an entry that cannot be read is as good as none: compile

    return Kept
