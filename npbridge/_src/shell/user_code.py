"""Giving user code another ``numpy``, and nobody else.

The user's modules run with a ``builtins`` of their own, whose ``__import__`` answers
``numpy`` with the face.  ``sys.modules["numpy"]`` stays NumPy, and so does what every
library gets.
"""

from __future__ import annotations

import builtins
import importlib
import os
import sys
import types
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader

from ..face.modules import face_of
from ..ground.users import in_library
from .tracebacks import IMPORT_FILE

_real_import = builtins.__import__


def _import(name, globals=None, locals=None, fromlist=(), level=0):
    if level == 0 and name.partition(".")[0] in _ANSWERS:
        return _answer(name, globals, locals, fromlist)
    return _real_import(name, globals, locals, fromlist, level)


_import.__code__ = _import.__code__.replace(co_filename=IMPORT_FILE)


def _answer(name, globals, locals, fromlist):
    module = _real_import(name, globals, locals, fromlist, 0)
    return _ANSWERS[name.partition(".")[0]](module)


def _import_module(name, package=None):
    """As ``importlib.import_module``."""
    module = importlib.import_module(name, package)
    return face_of(module) if name.partition(".")[0] == "numpy" else module


class _Importlib(types.ModuleType):
    """``importlib`` as user code sees it."""

    import_module = staticmethod(_import_module)

    def __getattr__(self, name):
        return getattr(importlib, name)

    def __dir__(self):
        return dir(importlib)


def _numba(module):
    """Numba, which now knows our arrays and the face also where npbridge is not installed."""
    from ..backends.numba.extension import init

    init()
    return module


def _new_builtins() -> types.ModuleType:
    own = types.ModuleType("builtins", builtins.__doc__)
    own.__dict__.update(builtins.__dict__)
    own.__import__ = _import
    return own


USER_BUILTINS = _new_builtins()
_IMPORTLIB = _Importlib("importlib", importlib.__doc__)

_ANSWERS = {
    "numpy": face_of,
    "builtins": lambda module: USER_BUILTINS,
    "importlib": lambda module: _IMPORTLIB if module is importlib else module,
    "numba": _numba,
}


class UserLoader(SourceFileLoader):
    """Loads a module of the user's, with the user's builtins."""

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        module = types.ModuleType(spec.name)
        # exec() leaves a __builtins__ that is there already
        module.__dict__["__builtins__"] = USER_BUILTINS
        return module


class UserFinder:
    """Finds the user's modules: those below the given roots that no library owns.

    Parameters
    ----------
    roots : sequence of str
        The directory of the script, or where ``-m`` looked.  What the program itself
        adds to ``sys.path`` counts too.
    """

    def __init__(self, roots: list[str]) -> None:
        self.roots = tuple(os.path.realpath(root) + os.sep for root in roots)
        self.initial = set(sys.path)

    def install(self) -> None:
        places = [i for i, finder in enumerate(sys.meta_path) if finder is PathFinder]
        sys.meta_path.insert(places[0] if places else len(sys.meta_path), self)

    def find_spec(self, fullname, path=None, target=None):
        if path is not None and not any(map(self.owns, path)):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or type(spec.loader) is not SourceFileLoader or not self.owns(spec.origin):
            return None
        spec.loader = UserLoader(spec.loader.name, spec.loader.path)
        return spec

    def owns(self, path: str) -> bool:
        """Whether a file or directory is the user's."""
        real = os.path.realpath(path)
        added = tuple(os.path.realpath(p) + os.sep for p in sys.path if p not in self.initial)
        return (real + os.sep).startswith(self.roots + added) and not in_library(real)


def new_main(**attributes) -> types.ModuleType:
    """A module ``__main__`` for user code, put into ``sys.modules``."""
    main = types.ModuleType("__main__")
    if "__annotations__" in sys.modules["__main__"].__dict__:
        main.__annotations__ = {}  # Python before 3.14 puts it there at once
    main.__dict__.update(attributes, __builtins__=USER_BUILTINS)
    sys.modules["__main__"] = main
    return main
