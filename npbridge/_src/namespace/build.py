"""Building a namespace from one of NumPy's modules and the rows of the table."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from . import table, wrappers

_DISPATCHER = type(np.sum)


def public_names(module: types.ModuleType) -> list[str]:
    names = getattr(module, "__all__", None) or dir(module)
    return sorted(name for name in names if not name.startswith("_"))


def build(module: types.ModuleType, target: str, own: dict[str, Any]) -> dict[str, Any]:
    """The public names of `module` for the module called `target`.

    Parameters
    ----------
    module : module
        One of NumPy's.
    target : str
        The module that the functions say they are from.
    own : dict
        What is written by hand, by name.
    """
    namespace: dict[str, Any] = {}
    made: dict[Any, Any] = {}  # aliases stay aliases
    for name in public_names(module):
        if name in own or name in table.ABSENT:
            continue
        value = getattr(module, name)
        if isinstance(value, types.ModuleType) and name not in table.AS_IS:
            continue
        if _is_plain(name, value):
            namespace[name] = value
        elif value in made:
            namespace[name] = made[value]
        else:
            namespace[name] = made[value] = _wrapped(value, target, name)
    return namespace | own


def _is_plain(name: str, value: Any) -> bool:
    """Whether the name is taken over as it is: constants, scalar types, rows that say so."""
    if name in table.AS_IS or not callable(value):
        return True
    return isinstance(value, type) and issubclass(value, np.generic)


def _wrapped(function: Any, target: str, name: str):
    if isinstance(function, np.ufunc) and name not in table.MADE:
        return wrappers.of_ufunc(function, target, function.__name__)
    if name in table.READ:
        call = wrappers.making(function, target, name, wrappers.adopt)
    elif name in table.JOINS:
        call = wrappers.joining(function, target, name)
    elif name in table.DECISIVE:
        call = wrappers.with_decisive(function, target, name, *table.DECISIVE[name])
    elif name in table.MADE or not isinstance(function, _DISPATCHER):
        call = wrappers.making(function, target, name)
    else:
        call = wrappers.in_place_of(function, target, name)
    return wrappers.placing(call) if name in table.PLACED else call
