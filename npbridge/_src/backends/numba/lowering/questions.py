"""Small questions about values."""

from __future__ import annotations

import ast
import types

import numpy as np

from . import twins
from .joins import ORDER
from .values import Dynamic, Known, Local, Method, Struct, Value, number_kind

# how our own operators are told of Python's numbers
CODES = {None: 0, "bool": 1, "int": 2, "float": 3, "complex": 4}


def number_of(value: Value | None) -> str | None:
    if isinstance(value, Known):
        return number_kind(value.value)
    if isinstance(value, Dynamic):
        return value.number if value.number in ORDER else None
    return None


def is_scalar(value: Value) -> bool:
    if isinstance(value, Known):
        return number_kind(value.value) is not None or isinstance(value.value, np.generic)
    return isinstance(value, Dynamic) and (value.scalar or value.number in ORDER)


def describe(value: Value) -> str:
    if isinstance(value, Known):
        held = value.value
        if isinstance(held, types.ModuleType):
            return f"the module {held.__name__}"
        where = f" ({value.path.text})" if value.path is not None else ""
        return f"an object of class {type(held).__name__!r}{where}"
    if isinstance(value, (Local, Method)):
        return "a function"
    return f"a {value.kind.__name__}" if isinstance(value, Struct) else "this"


def negative(value: Value) -> bool:
    return isinstance(value, Known) and number_kind(value.value) == "int" and value.value < 0


def nonzero(value: Value) -> bool:
    return isinstance(value, Known) and bool(value.value)


def number_node(value: np.generic) -> ast.expr:
    plain = value.item()
    if value.dtype.char in "?dlqD" and value.dtype.itemsize in (1, 8, 16):
        return ast.Constant(plain)
    return ast.Call(twins.scalar_type(value.dtype), [ast.Constant(plain)], [])
