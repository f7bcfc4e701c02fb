"""Walking through what an object holds: attributes, lists, tuples, dictionaries.

Everything is met once, by the first path that leads to it, in the order in which it
was put there; so shared parts are one part, and cycles end.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import numpy as np

from ..array import core
from ..ground.users import is_users_class

ATOMS = (int, float, complex, bool, str, bytes, type(None), type, types.ModuleType, types.FunctionType, np.dtype)


class Step(NamedTuple):
    """How something is held: the kind of place, and its name there."""

    kind: str
    key: Any


class Found(NamedTuple):
    """Something that was met.

    Attributes
    ----------
    path : tuple of Step
        From the root.
    value : object
    owner : object
        The nearest model above it, `value` itself where it is one; the root where there is none.
    local : tuple of Step
        The steps from the owner.
    """

    path: tuple[Step, ...]
    value: Any
    owner: Any
    local: tuple[Step, ...]


def is_array(value: Any) -> bool:
    """Whether a value is an array of numbers, ours or not."""
    if type(value) in core.OURS:
        return type(value) is not core.JaxScalar
    return isinstance(value, (np.ndarray, jax.Array))


def is_model(value: Any) -> bool:
    """Whether a value is an instance of ``Base``, seen from below that class."""
    return bool(getattr(type(value), "__npbridge_model__", False))


def is_object(value: Any) -> bool:
    """Whether a value is an object of the user's classes, whose attributes are looked at."""
    kind = type(value)
    if isinstance(value, (*ATOMS, np.generic)) or is_array(value) or callable(getattr(value, "__wrapped__", None)):
        return False
    if is_model(value):
        return True
    if not hasattr(value, "__dict__") and not _slots(kind):
        return False
    return is_users_class(kind)


def attributes(value: Any) -> Iterator[tuple[str, Any]]:
    """The attributes of an object, in the order in which they were set; slots first."""
    for name in _slots(type(value)):
        if name not in ("__dict__", "__weakref__"):
            try:
                yield name, getattr(value, name)
            except AttributeError:
                continue
    yield from list(getattr(value, "__dict__", {}).items())


def _slots(kind: type) -> list[str]:
    found: list[str] = []
    for base in reversed(kind.__mro__):
        slots = base.__dict__.get("__slots__", ())
        found += [slots] if isinstance(slots, str) else slots
    return found


def children(value: Any) -> list[tuple[Step, Any]]:
    """What an object or a container holds, and how."""
    if isinstance(value, dict):
        return [(Step("item", key), item) for key, item in list(value.items())]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return [(Step("attribute", name), item) for name, item in zip(value._fields, value, strict=True)]
    if isinstance(value, (list, tuple)):
        return [(Step("item", i), item) for i, item in enumerate(list(value))]
    if is_object(value):
        return [(Step("attribute", name), item) for name, item in attributes(value)]
    return []


def walk(root: Any) -> Iterator[Found]:
    """Everything that can be reached from `root`, itself included, depth first."""
    seen: dict[int, Any] = {}
    stack = [Found((), root, root, ())]
    while stack:
        found = stack.pop()
        value = found.value
        if isinstance(value, ATOMS):
            continue
        if id(value) in seen:
            continue
        seen[id(value)] = value  # kept: its id must stay its own
        if is_model(value):
            found = found._replace(owner=value, local=())
        yield found
        for step, item in reversed(children(value)):
            stack.append(Found((*found.path, step), item, found.owner, (*found.local, step)))


def dotted(path: tuple[Step, ...]) -> str:
    """A path as a name: ``layers.0.w``."""
    return ".".join(str(step.key) for step in path)
