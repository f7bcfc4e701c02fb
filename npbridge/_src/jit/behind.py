"""What other objects hand calls on to: the functions behind a property, a decorator, a cache, a dispatcher.

Code of the user's is reached through them, and so is what that code reads.
"""

from __future__ import annotations

import functools
import types
from typing import Any

from ..ground.users import is_users_class

_HANDING_ON = (types.FunctionType, types.MethodType, functools.partial, staticmethod, classmethod, property)


def behind(value: Any) -> list:
    """The functions and objects of the user's to which an object of a library, or a descriptor, hands on."""
    if isinstance(value, property):
        return [f for f in (value.fget, value.fset, value.fdel) if f is not None]
    if isinstance(value, (staticmethod, classmethod)):
        return [value.__func__]
    held = list(getattr(value, "__dict__", {}).values()) if not isinstance(value, type) else []
    if type(value) is types.FunctionType:
        for cell in value.__closure__ or ():
            try:
                held.append(cell.cell_contents)
            except ValueError:
                continue  # a name that is bound later
    inside = [x for part in held if isinstance(part, _TABLES) for x in _parts(part)]
    return [x for x in (*held, *inside) if _calls(x)]


_TABLES = (dict, types.MappingProxyType, list, tuple)


def _parts(table: Any) -> list:
    return list(table) if isinstance(table, (list, tuple)) else list(table.values())


def _calls(x: Any) -> bool:
    if isinstance(x, _HANDING_ON):
        return True
    kind = x if isinstance(x, type) else type(x)
    return callable(x) and (is_users_class(kind) or hasattr(x, "__wrapped__"))
