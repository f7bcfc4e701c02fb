"""Whose code a module is: the user's own, or a library's."""

from __future__ import annotations

import builtins
import sys
import sysconfig

_LIBRARY_PATHS = tuple({sysconfig.get_paths()[k] for k in ("stdlib", "platstdlib", "purelib", "platlib")})
_LIBRARIES = {"npbridge", "numpy", "jax", "jaxlib", "numba", "builtins", "scipy"}
_decided: dict[str, bool] = {}


def is_users(module: str | None) -> bool:
    """Whether a module is the user's own code, and not of a library."""
    if module is None:
        return False
    found = _decided.get(module)
    if found is None:
        top = module.partition(".")[0]
        file = getattr(sys.modules.get(module), "__file__", None)
        found = top not in _LIBRARIES and not (top in sys.stdlib_module_names and top != "__main__")
        if found and file is not None:
            found = not file.startswith(_LIBRARY_PATHS)
        _decided[module] = found
    return found


def made_by_exec(kind: type) -> bool:
    """Whether a class is from code without a module name, and no builtin."""
    return kind.__module__ == "builtins" and getattr(builtins, kind.__name__, None) is not kind
