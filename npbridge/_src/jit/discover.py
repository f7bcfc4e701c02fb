"""Finding the state of a function: what arrays and constants it can reach.

State is found, not declared.  From the function, its ``self``, closure, defaults
and the globals that its code names (and those of the user functions and methods it
can call), every array is collected with the place that holds it, and every other
simple value becomes a guard: a compile-time constant that is looked at again before
each call.
"""

from __future__ import annotations

import functools
import types
from typing import Any, NamedTuple

import numpy as np

from ..array import core
from ..ground.users import is_users
from ..ground.users import made_by_exec as _made_by_exec

OURS = core.OURS
SIMPLE = (int, float, complex, bool, str, bytes, type(None), np.generic, np.dtype)
_MISSING = object()


class Guard(NamedTuple):
    """What a mapping or a list held where the compiled code read it."""

    holder: Any
    key: Any
    value: Any
    path: str

    def now(self):
        try:
            return self.holder[self.key]
        except (KeyError, IndexError, AttributeError):
            return _MISSING

    def holds(self) -> bool:
        value = self.now()
        if value is self.value:
            return True
        return type(value) is type(self.value) and type(value) in SIMPLE and same(value, self.value)


def same(a, b) -> bool:
    """Equality that tells ``0.0`` from ``-0.0`` and finds NaN equal to itself."""
    return a == b and repr(a) == repr(b) or (a != a and b != b)


class State:
    """The arrays and guards that were found."""

    def __init__(self) -> None:
        self.arrays: list[tuple[str, core.JaxArray]] = []
        self.guards: list[Guard] = []
        self.objects: list[Any] = []
        self._seen: dict[int, Any] = {}

    def holds(self) -> bool:
        return all(guard.holds() for guard in self.guards)

    def first_change(self) -> str:
        return next((g.path for g in self.guards if not g.holds()), "")

    def constants(self) -> tuple:
        return tuple((g.path, type(g.value).__name__, _frozen(g.value)) for g in self.guards)

    # -- walking

    def visit(self, value, path: str, holder=None, key=None) -> None:
        kind = type(value)
        if holder is not None and (kind in OURS or _interesting(value)):
            self.guards.append(Guard(holder, key, value, path))
        if isinstance(value, SIMPLE) or id(value) in self._seen:
            if kind not in OURS:
                return
            if id(value) in self._seen:
                return
        self._seen[id(value)] = value
        if kind in OURS:
            self.arrays.append((path, value))
        elif kind in (list, tuple):
            for i, item in enumerate(value):
                self.visit(item, f"{path}[{i}]", value if kind is list else None, i)
        elif kind is dict:
            for name, item in list(value.items()):
                self.visit(item, f"{path}[{name!r}]", value, name)
        elif kind is types.FunctionType:
            self.visit_function(value, path)
        elif kind is types.MethodType:
            self.visit(value.__self__, path)
            self.visit(value.__func__, path)
        elif kind is functools.partial:
            self.visit(value.func, path)
            self.visit(value.args, path)
            self.visit(value.keywords, path)
        elif isinstance(value, type):
            if is_users(value.__module__) or _made_by_exec(value):
                self.visit_class(value, path)
        elif isinstance(value, types.ModuleType):
            return
        elif hasattr(value, "__dict__") and (is_users(kind.__module__) or _made_by_exec(kind)):
            self.visit_object(value, path)

    def visit_object(self, value, path: str) -> None:
        self.objects.append(value)
        for name, item in list(vars(value).items()):
            self.visit(item, f"{path}.{name}", vars(value), name)
        self.visit(type(value), path)

    def visit_class(self, cls, path: str) -> None:
        for base in cls.__mro__:
            if base is object or not (is_users(base.__module__) or _made_by_exec(base)):
                continue
            for name, item in list(vars(base).items()):
                if name.startswith("__") and name not in ("__call__", "__init__"):
                    continue
                if isinstance(item, (staticmethod, classmethod)):
                    item = item.__func__
                if isinstance(item, property):
                    item = item.fget
                if isinstance(item, types.FunctionType):
                    self.visit(item, f"{path}.{name}")
                elif type(item) in OURS or isinstance(item, SIMPLE):
                    self.visit(item, f"{base.__name__}.{name}", vars(base), name)

    def visit_function(self, function, path: str) -> None:
        if not is_users(function.__module__):
            return
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            try:
                self.visit(cell.cell_contents, name, Cell(cell), "contents")
            except ValueError:
                continue  # an empty cell: a name that is bound later
        for value in function.__defaults__ or ():
            self.visit(value, f"{path} default")
        for value in (function.__kwdefaults__ or {}).values():
            self.visit(value, f"{path} default")
        names = function.__globals__
        for name in named_in(function.__code__):
            if name in names and not isinstance(names[name], types.ModuleType):
                self.visit(names[name], name, names, name)
            elif name in names and is_users(names[name].__name__):
                for inner in named_in(function.__code__):
                    if inner in vars(names[name]):
                        self.visit(vars(names[name])[inner], f"{name}.{inner}", vars(names[name]), inner)


class Cell:
    """A closure cell as a mapping with one key, for guards."""

    __slots__ = ("cell",)

    def __init__(self, cell) -> None:
        self.cell = cell

    def __getitem__(self, key):
        try:
            return self.cell.cell_contents
        except ValueError:
            raise KeyError(key) from None


def named_in(code: types.CodeType):
    """The names in a code object and the functions inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from named_in(constant)


def _interesting(value) -> bool:
    """Whether a changed value must be noticed."""
    if isinstance(value, SIMPLE) or type(value) in (list, tuple, dict):
        return True
    return callable(value) or hasattr(value, "__dict__")


def _frozen(value):
    if isinstance(value, SIMPLE):
        return repr(value)
    if type(value) in OURS:
        return "array"
    return id(value)
