"""From a function object to its syntax tree, with the user's file and lines."""

from __future__ import annotations

import ast
import functools
import inspect
import types
from dataclasses import dataclass
from typing import Any

from ....convert.source import NoSource, tree_of
from .errors import LoweringError


@dataclass(slots=True)
class Source:
    """A function's tree and what its free names mean."""

    node: ast.FunctionDef | ast.Lambda
    filename: str
    function: types.FunctionType

    @property
    def name(self) -> str:
        name = self.function.__name__
        return name if name.isidentifier() else "function"

    def cells(self) -> dict[str, Any]:
        """The closure's names and cells."""
        return dict(zip(self.function.__code__.co_freevars, self.function.__closure__ or (), strict=True))


@functools.lru_cache(maxsize=512)
def _tree_of(code: types.CodeType, place: Any) -> Any:
    try:
        return tree_of(place.function)
    except NoSource as error:
        raise LoweringError(
            f"the source of {code.co_name!r} cannot be read, so it cannot be compiled: {error}. "
            "Define it in a file or a notebook cell, not through exec()."
        ) from None


class _Place:
    """A function that is no part of the key of a cache: its code is."""

    def __init__(self, function: types.FunctionType) -> None:
        self.function = function

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Place)

    def __hash__(self) -> int:
        return 0


def source_of(function: types.FunctionType) -> Source:
    """The tree of a plain Python function.

    Raises
    ------
    LoweringError
        It has no source, or is a generator or a coroutine.
    """
    code = function.__code__
    if code.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        raise LoweringError(
            f"{function.__name__!r} is a generator or a coroutine, which cannot be compiled. "
            "Return a list or an array instead of yielding."
        )
    return Source(_tree_of(code, _Place(function)), inspect.getsourcefile(code) or code.co_filename, function)
