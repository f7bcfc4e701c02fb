"""Whose code it is, by module, class or file: the user's own, or a library's."""

from __future__ import annotations

import builtins
import functools
import os
import sys
import sysconfig

_LIBRARY_PATHS = tuple({sysconfig.get_paths()[k] for k in ("stdlib", "platstdlib", "purelib", "platlib")})
_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
_LIBRARY_FILES = (_PACKAGE + os.sep, *{os.path.realpath(path) + os.sep for path in _LIBRARY_PATHS})
_LIBRARIES = {"npbridge", "numpy", "jax", "jaxlib", "numba", "builtins", "scipy"}
_NAMESPACES = {("types", "SimpleNamespace"), ("argparse", "Namespace")}  # classes with no attributes of their own
_MADE_AT_RUN_TIME = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_decided: dict[str, bool] = {}


def is_users(module: str | None) -> bool:
    """Whether a module is the user's own code, and not of a library."""
    if module is None or module == "__main__":  # its file is a library's under ``python -m cProfile``
        return module is not None
    found = _decided.get(module)
    if found is None:
        top = module.partition(".")[0]
        file = getattr(sys.modules.get(module), "__file__", None)
        found = top not in _LIBRARIES and top not in sys.stdlib_module_names
        if found and file is not None:
            found = not file.startswith(_LIBRARY_PATHS)
        _decided[module] = found
    return found


@functools.cache
def in_library(filename: str) -> bool:
    """Whether a source file belongs to an installed library, to Python, or to npbridge."""
    path = os.path.realpath(filename)
    return path.startswith(_LIBRARY_FILES) or "site-packages" in path or "dist-packages" in path


def is_users_class(kind: type) -> bool:
    """Whether the attributes of instances are what the user put there."""
    return is_users(kind.__module__) or made_by_exec(kind) or (kind.__module__, kind.__name__) in _NAMESPACES


def made_by_exec(kind: type) -> bool:
    """Whether a class is from code without a module name, and no builtin."""
    named = kind.__module__ == "builtins" and getattr(builtins, kind.__name__, None) is not kind
    return named and bool(kind.__flags__ & _MADE_AT_RUN_TIME)
