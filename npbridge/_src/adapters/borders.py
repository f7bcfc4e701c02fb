"""Borders: functions of libraries that are handed something else than arrays of ours.

What stands in the tables of rows.py is replaced when its library has been imported.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..array.core import OURS, JaxScalar
from ..ground.compat import set_in_class

Handing = Callable[[Callable], Any]

# They go by their own functions among themselves.
_THEIRS = {"jax", "npbridge"}
# What borders were made of, while somebody wants to know: by the identity of the function, it and its border.
_made: dict[int, tuple[Any, Any]] | None = None

# Told of each function that was handed something in the place of our arrays.
listeners: list[Callable[[Callable], None]] = []

# Protocols that are no operators: those are settled between the two arrays.
_ENTRANCES = ("__init__", "__new__", "__getitem__", "__setitem__", "__contains__")
_CALLED = (*_ENTRANCES, "__call__")
# They look up variables in the frame of their caller.
_OF_FRAMES = ("eval", "query", "sql")
_LOOKED_AT = 64  # elements of a list; where one of the first is ours, all are converted


def holds_ours(x: Any) -> bool:
    """Whether `x` is an array of ours, or a container with one."""
    kind = type(x)
    if kind in OURS:
        return True
    if kind is list or kind is tuple:
        return any(holds_ours(y) for y in x[:_LOOKED_AT])
    return kind is dict and any(map(holds_ours, x.values()))


def plain(x: Any) -> Any:
    """`x` with ndarrays, and NumPy's scalars, in place of ours; what is known at run time only stays ours."""
    kind = type(x)
    if kind in OURS:
        if x._buffer.traced:
            return x  # where the code goes by NumPy's protocols, it compiles
        return x._read() if kind is JaxScalar else np.asarray(x)
    if kind is list or kind is tuple:
        return kind([plain(y) for y in x]) if holds_ours(x) else x
    if kind is dict:
        return {k: plain(y) for k, y in x.items()} if holds_ours(x) else x
    return x


def handing_ndarrays(function: Any) -> Any:
    """`function` for callers that may have arrays of ours."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if any(map(holds_ours, args)) or (kwargs and holds_ours(kwargs)):
            args, kwargs = tuple(map(plain, args)), plain(kwargs)
            for tell in listeners:
                tell(function)
        return function(*args, **kwargs)

    if isinstance(function, types.FunctionType):
        # `inspect.getfullargspec`, by which libraries find the parameters of an __init__, does not unwrap
        call.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    code = getattr(function, "__code__", None)
    if code is not None:
        # libraries count their own frames, to say where the user's line is
        call.__code__ = call.__code__.replace(
            co_filename=code.co_filename, co_name=code.co_name, co_firstlineno=code.co_firstlineno
        )
    return call


def handing_back_ndarrays(function: Any) -> Any:
    """`function` for callers with arrays of ours, also as what functions give that it is to call."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*map(_giving_back, args), **{name: _giving_back(x) for name, x in kwargs.items()})

    return handing_ndarrays(call)


def _giving_back(x: Any) -> Any:
    if type(x) is not types.FunctionType:
        return x

    @functools.wraps(x)
    def call(*args: Any, **kwargs: Any) -> Any:
        return plain(x(*args, **kwargs))

    return call


def adapting(rows: tuple[str, ...], handing: Handing) -> Callable[[Any], None]:
    """What is done to a module for its rows."""

    def adapt(module: Any) -> None:
        for row in rows:
            *path, name = row.split(".")
            holder = functools.reduce(lambda h, part: getattr(h, part, None), path, module)
            if holder is None:
                continue  # another version of the library
            for found in _public(holder) if name in ("*", "**") else [name]:
                _replace(holder, found, handing)
            if name == "**":
                for kind in _classes(holder):
                    class_border(kind, handing)

    return adapt


def class_border(kind: type, handing: Handing, entrances: tuple[str, ...] = _ENTRANCES) -> None:
    """Make borders of the public methods of a class, and of its attributes that can be set."""
    for name in _public(kind, entrances):
        _replace(kind, name, handing)


def whole_class_border(kind: type, handing: Handing) -> None:
    """The same of a class whose instances may be called as functions."""
    class_border(kind, handing, _CALLED)


def border(function: Callable, handing: Handing) -> Any:
    """The converting form of a function, which is not converted again."""
    made = handing(function)
    made.__npbridge_border__ = True
    replaced(function, made)
    return made


def replaced(function: Any, made: Any) -> None:
    """Have a function replaced under all its names, where they are being looked for."""
    if _made is not None and made is not function:
        _made[id(function)] = function, made


@contextlib.contextmanager
def wherever_they_are() -> Iterator[None]:
    """Replace the functions of which borders are made also under the names that others imported them by, before."""
    global _made
    _made = {}
    try:
        yield
        if _made:
            for module in list(sys.modules.values()):
                if type(module) is types.ModuleType and module.__name__.partition(".")[0] not in _THEIRS:
                    _rename(module, _made)
    finally:
        _made = None


def _rename(module: types.ModuleType, made: dict[int, tuple[Any, Any]]) -> None:
    for name, value in list(vars(module).items()):
        found = made.get(id(value))
        # where it was made, it may be left as it is on purpose
        if found is not None and found[0] is value and getattr(value, "__module__", None) != module.__name__:
            with contextlib.suppress(AttributeError, TypeError):
                setattr(module, name, found[1])


def _public(holder: Any, entrances: tuple[str, ...] = _ENTRANCES) -> list[str]:
    kinds = [kind for kind in getattr(holder, "__mro__", (holder,)) if kind is not object]
    names = dict.fromkeys(name for kind in kinds for name in vars(kind))
    public = [n for n in names if not n.startswith("_") and n not in _OF_FRAMES]
    return public + [n for n in names if n in entrances and isinstance(holder, type)]


def is_made(value: Any, kind: type) -> bool:
    """Whether an object is of a class, as it was made: ``isinstance`` asks the object, which may raise."""
    return issubclass(type(value), kind)


def _classes(module: Any) -> list[type]:
    """The classes of a module's own package."""
    package = module.__name__.partition(".")[0]
    found = [x for x in vars(module).values() if is_made(x, type)]
    return [kind for kind in found if kind.__module__.partition(".")[0] == package]


def _replace(holder: Any, name: str, handing: Handing) -> None:
    """Put the converting form of a function in its place; what is none stays."""
    owner = next((kind for kind in getattr(holder, "__mro__", (holder,)) if name in vars(kind)), None)
    value = None if owner is None else vars(owner)[name]
    if isinstance(owner, type) and _is_anothers(owner, holder):
        return
    if type(value) is types.GetSetDescriptorType:
        value = property(value.__get__, value.__set__, value.__delete__, value.__doc__)
    if type(value) is property:
        if value.fset is not None and not hasattr(value.fset, "__npbridge_border__"):
            _put(owner, name, property(value.fget, border(value.fset, handing), value.fdel, value.__doc__))
        return
    function = value.__func__ if type(value) in (classmethod, staticmethod) else value
    if not _is_function(function, owner) or hasattr(function, "__npbridge_border__"):
        return
    made = border(function, handing)
    _put(owner, name, made if function is value else type(value)(made))


def _put(owner: Any, name: str, value: Any) -> None:
    try:
        if isinstance(owner, type):
            set_in_class(owner, name, value)
        else:
            setattr(owner, name, value)
    except (AttributeError, TypeError):
        pass  # its metaclass has other plans for the name: the function stays as it is


def _is_anothers(owner: type, holder: Any) -> bool:
    """Whether a class from which another inherits is another library's."""
    return owner.__module__.partition(".")[0] != holder.__module__.partition(".")[0]


def _is_function(value: Any, owner: Any) -> bool:
    if type(value) is types.BuiltinFunctionType:  # as which Boost.Python's present themselves
        return isinstance(owner, types.ModuleType)
    if type(value) in _FUNCTIONS or type(value).__name__ in _OF_COMPILERS:
        return True
    # an object that stands for a function; those in C, such as Numba's, are known to compiled code by what they are
    in_python = any(isinstance(vars(kind).get("__call__"), types.FunctionType) for kind in type(value).__mro__)
    return in_python and hasattr(value, "__wrapped__") and isinstance(owner, types.ModuleType)


_FUNCTIONS = (types.FunctionType, types.MethodDescriptorType, types.WrapperDescriptorType)
# Functions and methods that Cython, pybind11, nanobind and Boost.Python make.
_OF_COMPILERS = {"cython_function_or_method", "instancemethod", "nb_func", "nb_method", "function"}
