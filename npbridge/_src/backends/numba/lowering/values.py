"""What is known of a value while compiling."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from ....array.core import OURS, STORED_KINDS, JaxScalar


class Value:
    """Anything that an expression can stand for."""

    __slots__ = ()


@dataclass(slots=True)
class Dynamic(Value):
    """Known at run time only.

    ``number`` is ``"bool"``, ``"int"``, ``"float"`` or ``"complex"`` for what Python itself
    computes with (NumPy keeps the dtype of an array that meets such a number),
    else None.
    """

    number: str | None = None
    scalar: bool = False
    flat: bool = False  # an array of no dimensions


@dataclass(slots=True)
class Known(Value):
    """An object that exists while compiling, and where it was found."""

    value: Any
    path: Any = None
    node: ast.expr | None = None


class Conflict(Known):
    """A name that two branches left with different objects."""

    __slots__ = ()


@dataclass(slots=True)
class Struct(Value):
    """A container whose items have values of their own."""

    kind: Any
    items: list[tuple[Value, ast.expr | None]]
    keys: list | None = None


@dataclass(slots=True)
class Method(Value):
    """A Python function bound to an owner."""

    function: Any
    owner: Value
    path: Any = None


@dataclass(slots=True)
class Super(Value):
    """``super()`` in a method of `cls` on `owner`."""

    cls: type
    owner: Known


@dataclass(slots=True)
class Local(Value):
    """A function defined inside a compiled function."""

    node: Any
    unit: Any
    defaults: dict


NUMBERS = (bool, int, float, complex)
# what a class derived from ``int`` may have of its own without being another number
_SHOWN = {"__new__", "__repr__", "__str__", "__format__", "__doc__", "__getattribute__", "__getnewargs__", "__sizeof__"}
_COMPUTING = [name for name in vars(int) if name.startswith("__") and name not in _SHOWN]


def is_array(value: Any) -> bool:
    """Whether a value is an array that compiled code takes as an argument."""
    kind = type(value)
    if kind in OURS:
        return kind is not JaxScalar
    if isinstance(value, np.ndarray):
        return value.dtype.char in STORED_KINDS
    return isinstance(value, jax.Array)


def at_hand(value: Any) -> Any:
    """`value`, and the number in place of a scalar that lies elsewhere."""
    return value._read() if type(value) is JaxScalar else value


def is_variable(value: Any) -> bool:
    """Whether assigning to an attribute that holds `value` writes into it."""
    return bool(getattr(type(value), "__npbridge_variable__", False))


def number_kind(value: Any) -> str | None:
    kind = type(value)
    return kind.__name__ if kind in NUMBERS else None


def is_counted_as_int(value: Any) -> bool:
    """Whether a value of a class derived from ``int``, such as one of an enumeration, computes as an integer does."""
    if not isinstance(value, int):
        return False
    kinds = (int, enum.IntEnum, enum.IntFlag)
    return all(any(getattr(type(value), n) is getattr(k, n) for k in kinds) for n in _COMPUTING)


def is_constant(value: Any) -> bool:
    """Whether `value` can be written in source text."""
    if value is None or value is Ellipsis or type(value) in (*NUMBERS, str):
        return True
    if isinstance(value, np.generic):
        return value.dtype.char in STORED_KINDS
    return type(value) is tuple and all(map(is_constant, value))
