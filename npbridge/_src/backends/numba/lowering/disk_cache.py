"""Compiled programs kept on disk, for the next process.

Numba's own cache goes by the user's file and looks at no constants.  Here the key
is everything that the machine code is made from: the emitted trees with their
lines, the constants, the options, the versions, and the source of our overloads.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import pathlib
import pickle
import sys
from typing import Any

import numpy as np

from ....ground.cache import folder, usable
from ....ground.compat import set_cache

# counts with each change of how arrays are handed to kernels, which is compiled into them
FORMAT = "4"


@functools.cache
def _surroundings() -> bytes:
    import llvmlite
    import numba

    from ....ground.version import __version__
    from .. import overloads

    text = [FORMAT, sys.version, np.__version__, numba.__version__, llvmlite.__version__, __version__]
    here = pathlib.Path(overloads.__file__).parent
    sources = [*sorted(here.glob("*.py")), *sorted(pathlib.Path(__file__).parent.glob("[fu]*.py"))]
    return "\n".join([*text, *(path.read_text() for path in sources)]).encode()


def key_of(program: Any, options: dict) -> str | None:
    """The key of a program; None where it holds what has no value to go by."""
    # kernels of functions that call each other crash when Numba has loaded them
    if program.hosts or program.recursive:
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
    if key is None or usable() is None:
        return
    dispatcher.py_func.__npbridge_key__ = key
    set_cache(dispatcher, _cache_class()(dispatcher.py_func))


def _sealed(data: bytes) -> bytes:
    return hashlib.sha256(data).digest() + data


def _opened(path: str) -> bytes | None:
    """What was sealed in a file; None where there is none, or it is not what was written."""
    try:
        data = pathlib.Path(path).read_bytes()
    except FileNotFoundError:
        return None
    seal, data = data[:32], data[32:]
    return data if hashlib.sha256(data).digest() == seal else None


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

        def check_cachable(self, cres: Any) -> bool:
            # what calls the interpreter holds addresses of this process
            return not cres.lifted and not cres.library.has_dynamic_globals

    class Files(caching.IndexDataCacheFile):
        """Numba's files, of which nothing is read but what was written, to the last bit."""

        def _load_index(self) -> dict:
            data = _opened(self._index_path)
            stamp, found = (None, {}) if data is None else pickle.loads(data)
            return found if stamp == self._source_stamp else {}

        def _save_index(self, overloads: dict) -> None:
            with self._open_for_write(self._index_path) as f:
                f.write(_sealed(self._dump((self._source_stamp, overloads))))

        def _load_data(self, name: str) -> Any:
            data = _opened(self._data_path(name))
            return None if data is None else pickle.loads(data)

        def _save_data(self, name: str, data: Any) -> None:
            with self._open_for_write(self._data_path(name)) as f:
                f.write(_sealed(self._dump(data)))

    class Kept(caching.FunctionCache):
        _impl_class = Results

        def __init__(self, py_func: Any) -> None:
            super().__init__(py_func)
            key = py_func.__npbridge_key__
            self._cache_file = Files(self._cache_path, self._impl.filename_base, key)

        def save_overload(self, sig: Any, data: Any) -> None:
            with contextlib.suppress(OSError):  # a full disk: it is compiled the next time
                super().save_overload(sig, data)

        def load_overload(self, sig: Any, target_context: Any) -> Any:
            try:
                return super().load_overload(sig, target_context)
            except Exception:
                return None  # an entry that cannot be read is as good as none: compile

    return Kept
