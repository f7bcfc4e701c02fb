"""Values at the border of a loop or a branch: taken apart, made alike, put together.

A value is a tree of containers whose leaves are arrays and numbers; whatever else is
in it is *static* and must be the same on every path.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...array import core, ragged, traced_number
from ...ground.errors import UnsupportedError
from ...storage.buffer import Tracer, canonical

OURS = core.OURS
UNDEFINED = type("Undefined", (), {"__repr__": lambda self: "not bound", "__slots__": ()})()
_SIMPLE = (int, float, complex, bool, str, bytes, range, slice, np.generic, np.dtype, type(None))
_RANK = {bool: 0, int: 1, float: 2, complex: 3}


class Mismatch(Exception):
    """Two values that cannot be one value at run time."""


class Leaf:
    """An array or a number.

    Attributes
    ----------
    kind : {"array", "scalar", "number", "raw"}
        Ours, NumPy's kind of scalar, Python's kind of number, a ``jax.Array``.
    weak : type or None
        The Python type of a number.
    value : object
        The values, for JAX.
    constant : object
        The Python number or NumPy scalar where it is known, else UNDEFINED.
    """

    __slots__ = ("constant", "dtype", "kind", "shape", "value", "weak")

    def __init__(self, kind, shape, dtype, value=None, weak=None, constant=UNDEFINED) -> None:
        self.kind = kind
        self.shape = tuple(shape)
        self.dtype = canonical(np.dtype(dtype))
        self.value = value
        self.weak = weak
        self.constant = constant

    @property
    def aval(self):
        return jax.ShapeDtypeStruct(self.shape, self.dtype)

    def describe(self) -> str:
        if self.weak:
            return f"a Python {self.weak.__name__}"
        return f"an array of shape {self.shape} and dtype {self.dtype}" if self.shape else f"a {self.dtype} scalar"

    def like(self, other: Leaf) -> bool:
        return (self.shape, self.dtype, self.weak, self.kind) == (other.shape, other.dtype, other.weak, other.kind)


class Static:
    """Something that is no number."""

    __slots__ = ("value",)

    def __init__(self, value) -> None:
        self.value = value

    def describe(self) -> str:
        return "nothing" if self.value is None else f"a {type(self.value).__name__}"


class Node:
    """A list, tuple or dict."""

    __slots__ = ("children", "cls", "keys")

    def __init__(self, cls, keys, children) -> None:
        self.cls = cls
        self.keys = keys
        self.children = children

    def describe(self) -> str:
        return f"a {self.cls.__name__} of {len(self.children)}"


def take_apart(x) -> Any:
    """The tree of a value."""
    kind = type(x)
    if kind in OURS:
        return _take_ours(x)
    if kind is bool:
        return Leaf("scalar", (), bool, x, None, x)
    if kind in (int, float, complex):
        try:
            return Leaf("number", (), np.dtype(kind), x, kind, x)
        except OverflowError:
            return Static(x)
    if isinstance(x, np.generic) and x.dtype.char in core.STORED_KINDS:
        return Leaf("scalar", (), x.dtype, x, None, x)
    if isinstance(x, np.ndarray) and kind is np.ndarray and x.dtype.char in core.STORED_KINDS:
        return Leaf("array", x.shape, x.dtype, x)
    if isinstance(x, (jax.Array, Tracer)):
        return Leaf("raw", x.shape, x.dtype, x)
    if kind is list or kind is tuple:
        return Node(kind, range(len(x)), [take_apart(y) for y in x])
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return Node(kind, x._fields, [take_apart(y) for y in x])
    if kind is dict:
        return Node(kind, tuple(x), [take_apart(y) for y in x.values()])
    if kind is ragged.Ragged:
        raise UnsupportedError(
            ragged.REFUSED.format(what="a variable, in a loop or branch, or a result that is a part")
        )
    return Static(x)


def _take_ours(x) -> Leaf:
    if x.weak is not None:
        return Leaf("number", (), x.dtype, x._value(), x.weak)
    if isinstance(x, core.JaxScalar) or type(x) is core.JaxScalar:
        buffer = x._buffer
        constant = UNDEFINED if isinstance(buffer.device, Tracer) else x
        return Leaf("scalar", (), x.dtype, x._value(), None, constant)
    return Leaf("array", x.shape, x.dtype, x._value())


def leaves(tree) -> list[Leaf]:
    if isinstance(tree, Leaf):
        return [tree]
    return [leaf for child in tree.children for leaf in leaves(child)] if isinstance(tree, Node) else []


def put_together(tree, values) -> Any:
    """The value of a tree whose leaves take their values from the iterator."""
    if isinstance(tree, Static):
        return tree.value
    if isinstance(tree, Node):
        children = [put_together(c, values) for c in tree.children]
        if tree.cls is dict:
            return dict(zip(tree.keys, children, strict=True))
        return tree.cls(*children) if hasattr(tree.cls, "_fields") else tree.cls(children)
    if tree.constant is not UNDEFINED:
        return tree.constant
    value = next(values)
    if tree.kind == "number":
        return traced_number.of_value(value, tree.weak)
    if tree.kind == "scalar":
        return core.of_device(value)
    return value if tree.kind == "raw" else core.array_of_device(value)


def cast(value, leaf: Leaf):
    """A leaf's values in the form that `leaf` asks for."""
    value = jnp.asarray(value)
    return value if value.dtype == leaf.dtype else value.astype(leaf.dtype)


def same(a, b) -> bool:
    """Whether two Python objects need no telling apart."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if type(a) is tuple:
        return len(a) == len(b) and all(map(same, a, b))
    # by their text too: 0.0 and -0.0 are equal
    return isinstance(a, _SIMPLE) and type(a) not in OURS and (a == b or a != a) and repr(a) == repr(b)


def join(a, b) -> Any:
    """The tree that can hold what either of two trees holds."""
    if isinstance(a, Node) and isinstance(b, Node) and a.cls is b.cls and list(a.keys) == list(b.keys):
        return Node(a.cls, a.keys, [join(x, y) for x, y in zip(a.children, b.children, strict=True)])
    if isinstance(a, Static) and isinstance(b, Static) and same(a.value, b.value):
        return a
    if not (isinstance(a, Leaf) and isinstance(b, Leaf)) or a.shape != b.shape:
        raise Mismatch(f"{a.describe()} and {b.describe()}")
    if a.constant is not UNDEFINED and b.constant is not UNDEFINED and same_number(a, b):
        return a
    kind, dtype, weak = a.kind, common_dtype(a, b), None
    if a.weak and b.weak:
        weak = max(a.weak, b.weak, key=_RANK.get)
    elif a.kind != b.kind:
        kind = "array" if "array" in (a.kind, b.kind) and a.shape else "raw" if "raw" in (a.kind, b.kind) else "scalar"
    return Leaf(kind, a.shape, dtype, None, weak)


def same_number(a: Leaf, b: Leaf) -> bool:
    x, y = (z._number if type(z) is core.JaxScalar else z for z in (a.constant, b.constant))
    return a.like(b) and same(x, y)


def common_dtype(a: Leaf, b: Leaf):
    """The dtype of both, as NumPy promotes (Python numbers give way)."""
    if a.weak and b.weak:
        return np.dtype(max(a.weak, b.weak, key=_RANK.get))
    x = a.weak(0) if a.weak else a.dtype
    y = b.weak(0) if b.weak else b.dtype
    return np.result_type(x, y)


def widened(entry, after) -> Any:
    """The tree of a variable of a loop, from its trees at the start and the end of the body.

    A number takes the type that it has after an iteration, where the first value can
    be given that type without loss; else both are joined.
    """
    if isinstance(entry, Node) and isinstance(after, Node) and entry.cls is after.cls:
        if list(entry.keys) == list(after.keys):
            children = [widened(x, y) for x, y in zip(entry.children, after.children, strict=True)]
            return Node(entry.cls, entry.keys, children)
    if isinstance(entry, Static) and isinstance(after, Static) and same(entry.value, after.value):
        return entry
    if not (isinstance(entry, Leaf) and isinstance(after, Leaf)) or entry.shape != after.shape:
        raise Mismatch(f"{entry.describe()} before it and {after.describe()} after its first iteration")
    if entry.like(after):
        return Leaf(entry.kind, entry.shape, entry.dtype, None, entry.weak)
    if _holds(after, entry):
        return Leaf(after.kind, after.shape, after.dtype, None, after.weak)
    joined = join(Leaf(entry.kind, entry.shape, entry.dtype, None, entry.weak), after)
    joined.constant = UNDEFINED
    return joined


def _holds(new: Leaf, old: Leaf) -> bool:
    """Whether every value of `old` can be given the dtype of `new`."""
    if old.weak:
        return np.can_cast({int: np.int8}.get(old.weak, old.weak), new.dtype, "same_kind") and (
            new.weak is None or _RANK[new.weak] >= _RANK[old.weak]
        )
    return np.can_cast(old.dtype, new.dtype, "safe")


def alike(a, b) -> bool:
    """Whether two trees have the same structure and types."""
    if isinstance(a, Node) and isinstance(b, Node):
        return a.cls is b.cls and list(a.keys) == list(b.keys) and all(map(alike, a.children, b.children))
    if isinstance(a, Leaf) and isinstance(b, Leaf):
        return a.like(b)
    return isinstance(a, Static) and isinstance(b, Static) and same(a.value, b.value)


def variable(tree) -> Any:
    """The tree with its known numbers as values of the run time."""
    if isinstance(tree, Node):
        return Node(tree.cls, tree.keys, [variable(c) for c in tree.children])
    if isinstance(tree, Leaf):
        return Leaf(tree.kind, tree.shape, tree.dtype, tree.value, tree.weak)
    return tree


def wants_value(tree) -> list[Leaf]:
    """The leaves that take values, in order."""
    return [leaf for leaf in leaves(tree) if leaf.constant is UNDEFINED]
