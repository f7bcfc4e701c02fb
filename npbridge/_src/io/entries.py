"""What of a model or a tree is saved, by name, and how it is put back.

Arrays and NumPy's scalars are saved wherever they are: in attributes, lists, tuples,
dictionaries and other nodes of pytrees.  So are random number generators, and the numbers
of a tree that no object holds.  What else an object holds is how it was configured, and stays.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

from ..array import core
from ..ground.errors import CheckpointError
from ..state.walk import ATOMS, Step, attributes, dotted, is_array, is_object
from . import states

NUMBERS = (bool, int, float, complex)


class Entry(NamedTuple):
    """Something that is saved.

    Attributes
    ----------
    kind : {"array", "number", "key", "random"}
    value : object
        Where it is now.
    """

    kind: str
    value: Any

    def host(self) -> np.ndarray:
        """The values as they go into the file."""
        value = self.value
        if self.kind == "key":
            value = jax.random.key_data(value)
        if type(value) in core.OURS:
            return np.asarray(value._read())
        if type(value) is int and not -(2**63) <= value < 2**64:
            raise CheckpointError(f"{value} does not fit into 64 bits, and is not saved")
        return np.asarray(value)

    def layout(self) -> tuple[np.dtype, tuple[int, ...]]:
        """The dtype and the shape that the values have."""
        if type(self.value) in core.OURS or isinstance(self.value, np.ndarray):
            return self.value.dtype, tuple(self.value.shape)
        values = self.host()
        return values.dtype, values.shape


def kind_of(value: Any, configuration: bool) -> str | None:
    """How a value is saved; None where it is not, or is looked into.

    Numbers below an object are its `configuration`.
    """
    if is_array(value):
        if isinstance(value, jax.Array) and jax.dtypes.issubdtype(value.dtype, jax.dtypes.prng_key):
            return "key"
        plain = not isinstance(value, np.ndarray) or value.dtype.char in core.STORED_KINDS
        return "array" if plain or value.dtype.name in _ALSO else None
    if isinstance(value, (np.number, np.bool_)):
        return "number"
    if isinstance(value, NUMBERS):
        return None if configuration else "number"
    if not is_object(value) and states.is_generator(value):
        return "random"
    return None


_ALSO = {"bfloat16", "float8_e4m3fn", "float8_e5m2"}


def collect(tree: Any) -> dict[str, Entry]:
    """What is saved of `tree`, in the order in which it is found.

    Raises
    ------
    CheckpointError
        Two different things have the same path as text.
    """
    found: dict[str, Entry] = {}

    def note(name: str, kind: str, value: Any) -> Any:
        if name in found:
            raise CheckpointError(
                f"two parts are called {name!r}: keys such as 0 and '0', or ones with dots, give the same path. Use "
                "keys that differ as text."
            )
        found[name] = Entry(kind, value)
        return value

    mapped(tree, note)
    return found


def mapped(tree: Any, leaf: Callable[[str, str, Any], Any]) -> Any:
    """`tree` with ``leaf(name, kind, value)`` in place of each thing that is saved.

    What can be changed is changed where it is (objects, lists, dictionaries), what
    cannot (tuples, other nodes of pytrees) is replaced where it is held.  Shared parts
    are visited once.
    """
    return _Mapping(leaf).of(tree, ())


class _Mapping:
    """One pass over a tree."""

    def __init__(self, leaf: Callable[[str, str, Any], Any]) -> None:
        self.leaf = leaf
        self.done: dict[int, tuple[Any, Any]] = {}  # the old one is kept: its id must stay its own

    def of(self, value: Any, path: tuple[Step, ...]) -> Any:
        kind = kind_of(value, any(step.kind == "attribute" for step in path))
        if kind == "number":
            return self.leaf(dotted(path), kind, value)
        if kind is None and isinstance(value, ATOMS):
            return value
        if id(value) in self.done:
            return self.done[id(value)][1]
        if kind is not None:
            new = self.leaf(dotted(path), kind, value)
        else:
            self.done[id(value)] = (value, value)  # a cycle ends here
            new = self.inside(value, path)
        self.done[id(value)] = (value, new)
        return new

    def inside(self, value: Any, path: tuple[Step, ...]) -> Any:
        if isinstance(value, dict):
            for key, item in list(value.items()):
                self.into(item, path, Step("item", key), functools.partial(value.__setitem__, key))
        elif isinstance(value, list):
            for i, item in enumerate(list(value)):
                self.into(item, path, Step("item", i), functools.partial(value.__setitem__, i))
        elif isinstance(value, tuple):
            return self.items(value, path)
        elif not jax.tree_util.all_leaves([value]):
            return self.node(value, path)
        elif is_object(value):
            for name, item in attributes(value):
                self.into(item, path, Step("attribute", name), functools.partial(object.__setattr__, value, name))
        return value

    def into(self, item: Any, path: tuple[Step, ...], step: Step, put: Callable[[Any], None]) -> None:
        new = self.of(item, (*path, step))
        if new is not item:
            put(new)

    def items(self, value: tuple, path: tuple[Step, ...]) -> Any:
        keys = getattr(value, "_fields", range(len(value)))
        new = [self.of(item, (*path, Step("item", key))) for key, item in zip(keys, value, strict=True)]
        if all(a is b for a, b in zip(new, value, strict=True)):
            return value
        return type(value)(*new) if hasattr(value, "_fields") else type(value)(new)

    def node(self, value: Any, path: tuple[Step, ...]) -> Any:
        """A node of pytrees that JAX knows: its children, and one like it of the new ones."""
        pairs, shape = jax.tree_util.tree_flatten_with_path(value, is_leaf=lambda x: x is not value)
        keys = [jax.tree_util.keystr(key, simple=True, separator=".") for key, _ in pairs]
        new = [self.of(item, (*path, Step("item", key))) for key, (_, item) in zip(keys, pairs, strict=True)]
        if all(a is b for a, (_, b) in zip(new, pairs, strict=True)):
            return value
        return jax.tree_util.tree_unflatten(shape, new)
