"""What compiled code took for constant, and the test that it is still so at a later call."""

from __future__ import annotations

import operator
import types
from typing import Any

import numpy as np

from ....array.core import OURS
from ....array.frozen_values import NotComparable, frozen, same
from .errors import LoweringError
from .values import at_hand, is_array, is_constant

_CONTAINERS = (list, dict, tuple)


def kind_of(value: Any) -> str:
    """How `value` is compared later: by its ``"value"``, as the same object, or by its ``"keys"`` alone.

    Of an object that has attributes, and of a container of objects or arrays, each part that
    is used has a guard of its own.
    """
    if is_constant(value):
        return "equal"
    if type(value) in _CONTAINERS:
        return "value" if _plain(value) else "keys"
    if type(value) in OURS or isinstance(value, (types.ModuleType, types.FunctionType, type, np.random.Generator)):
        return "is"
    if _has_attributes(value) or not _can_change(value):
        return "is"
    if _frozen(value) is not None:
        return "value"
    raise LoweringError(
        f"an object of class {type(value).__name__!r} is read, which cannot be compared with what it is at the next "
        "call, so it cannot be taken for a constant. Hand over a list or an array."
    )


def _has_attributes(value: Any) -> bool:
    """Whether it is an object of a class written in Python, whose attributes are looked at one by one."""
    plain = (set, frozenset, bytearray, *_CONTAINERS)
    return (hasattr(value, "__dict__") or callable(value)) and not isinstance(value, plain)


def _can_change(value: Any) -> bool:
    return not (type(value) is object or isinstance(value, (np.ufunc, types.BuiltinFunctionType, types.MethodType)))


def _plain(value: Any) -> bool:
    """Whether a container holds nothing but constants, in containers."""
    kind = type(value)
    if kind is dict:
        return all(map(_plain, value.values()))
    if kind in (list, tuple):
        return all(map(_plain, value))
    if is_constant(value):
        return True
    if is_array(value) or _has_attributes(value) or not _can_change(value):
        return False
    return _frozen(value) is not None


def _frozen(value: Any) -> Any:
    try:
        return frozen(value)
    except NotComparable:
        return None


def tests(program: Any, space: dict[str, Any]) -> str:
    """The guards as one expression over the arguments; what it needs is put into `space`."""
    boxes = {path: x for path, x in program.lifted.items() if x.role == "box"}
    inside = {(path.root, path.steps[:k]) for path in boxes for k in range(len(path.steps))}
    parts = [f"{a.text} is {b.text}" for a, b in program.same]
    for k, (path, x) in enumerate(boxes.items()):
        space[f"_kind_{k}"] = _kind(x.initial)
        space["_kind"] = _kind
        parts.append(f"_kind({path.text}) is _kind_{k}")
    for k, (path, guard) in enumerate(program.guards.items()):
        if path in program.lifted:
            continue
        name, kind, value = f"_held_{k}", guard.kind, guard.value
        if kind == "value" and (path.root, path.steps) in inside:
            kind = "keys"  # it holds a number that the function assigns
        space[name] = value
        if kind == "is" or value is None or isinstance(value, bool):
            parts.append(f"{path.text} is {name}")
        elif kind == "equal":
            space["_same"] = _same
            parts.append(f"((now := {path.text}) is {name} or _same(now, {name}))")
        elif kind == "value":
            space[name] = Held(value).holds
            parts.append(f"{name}({path.text})")
        elif isinstance(value, dict):
            space[name] = Held(list(value)).holds
            parts.append(f"{name}(list({path.text}))")
        else:
            space[name] = len(value)
            parts.append(f"len({path.text}) == {name}")
    return " and ".join(parts) or "True"


def _kind(value: Any) -> Any:
    """Whether a number is one of Python's or NumPy's, and of which width."""
    return value.dtype if hasattr(value, "dtype") else type(value)


class Held:
    """A value as it was while compiling; it may have been changed in place since."""

    def __init__(self, value: Any) -> None:
        self.kind = type(value)
        self.key = _frozen(value)
        # a list of numbers or text that are the very same objects is the same list
        simple = self.kind in (list, tuple) and all(map(is_constant, value))
        self.parts = list(value) if simple else None

    def holds(self, now: Any) -> bool:
        if type(now) is not self.kind:
            return False
        parts = self.parts
        if parts is not None and len(now) == len(parts) and all(map(operator.is_, now, parts)):
            return True
        return _frozen(now) == self.key


def _same(now: Any, then: Any) -> bool:
    now = at_hand(now)
    return now is then or same(now, then)
