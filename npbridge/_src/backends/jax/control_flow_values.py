"""Values at the border of a loop or a branch: taken apart, and put together.

A value is a tree of containers whose leaves are arrays and numbers; whatever else is
in it is *static* and must be the same on every path.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...array import choice, core, ragged, traced_number
from ...array.either import Either
from ...convert.places import Unread
from ...ground.errors import UnsupportedError
from ...storage import recording
from ...storage.buffer import Tracer, canonical

OURS = core.OURS
UNDEFINED = type("Undefined", (), {"__repr__": lambda self: "not bound", "__slots__": ()})()
_SIMPLE = (int, float, complex, bool, str, bytes, range, slice, np.generic, np.dtype, type(None))


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
    origin : JaxArray or None
        The array that it was taken from.
    conditions : list of Leaf
        Of an array that is one of several: on what it depends which.
    made : callable or None
        From the values of the run time, and the conditions of `parts`, to the array that it stands for.
    parts : list of Leaf
        The leaves whose conditions it takes.
    locked : bool
        Whether the array is read-only.
    refused : str or None
        Why it must not be written while tracing.
    """

    __slots__ = (
        "conditions", "constant", "dtype", "kind", "locked", "made", "origin", "parts", "refused", "shape", "value",
        "weak",
    )  # fmt: skip

    def __init__(self, kind, shape, dtype, value=None, weak=None, constant=UNDEFINED) -> None:
        self.kind = kind
        self.shape = tuple(shape)
        self.dtype = canonical(np.dtype(dtype))
        self.value = value
        self.weak = weak
        self.constant = constant
        self.origin = self.made = None
        self.conditions, self.parts = [], []
        self.locked, self.refused = False, None

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
    """A list, tuple or dict; or an array of a length known only at run time, of its data and the masks of its axes."""

    __slots__ = ("children", "cls", "keys")

    def __init__(self, cls, keys, children) -> None:
        self.cls = cls
        self.keys = keys
        self.children = children

    def describe(self) -> str:
        if self.cls is ragged.Ragged:
            dtype = getattr(self.children[0], "dtype", None)  # none where it is one of several, or from before
            return f"an array of a length known only at run time{f' and dtype {dtype}' if dtype is not None else ''}"
        return f"a {self.cls.__name__} of {len(self.children)}"


class Options:
    """A value of one of several kinds; `which` says the number of the option."""

    __slots__ = ("options", "which")

    def __init__(self, which: Leaf, options: list) -> None:
        self.which, self.options = which, options

    def describe(self) -> str:
        return " or ".join(o.describe() for o in self.options)


def take_apart(x) -> Any:
    """The tree of a value."""
    kind = type(x)
    if kind in OURS:
        return _take_ours(x)
    if kind is Unread:
        x._refuse()
    if kind is Either:
        return Options(Leaf("raw", (), "int32", x.which), [take_apart(o) for o in x.options])
    if kind in (bool, int, float, complex):
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
    if isinstance(x, ragged.Ragged):
        return _take_ragged(x)
    return Static(x)


def _take_ragged(x) -> Node:
    base = x
    while isinstance(base, ragged.Ragged) and base.window is not None:
        base = base.window[0]
    if base is not x and not isinstance(base, ragged.Ragged):
        raise UnsupportedError(ragged.REFUSED.format(what="a variable, in a loop or branch, that is a part"))
    masks = [Leaf("raw", (n,), bool, e.mask(n)) for n, e in zip(x.data.shape, x.extents, strict=True) if e is not None]
    return Node(ragged.Ragged, tuple(e is not None for e in x.extents), [take_apart(x.data), *masks])


def _take_ours(x) -> Leaf:
    if x.weak is not None:
        return Leaf("number", (), x.dtype, x._value(), x.weak)
    if isinstance(x, core.JaxScalar) or type(x) is core.JaxScalar:
        buffer = x._buffer
        constant = UNDEFINED if isinstance(buffer.device, Tracer) else x
        return Leaf("scalar", (), x.dtype, x._value(), None, constant)
    leaf = Leaf("array", x.shape, x.dtype, x._value())
    leaf.origin, leaf.locked, leaf.refused = x, not x.flags.writeable, recording.frozen.get(x._buffer)
    leaf.conditions = [Leaf("raw", (), bool, c) for c in choice.conditions_of(x)]
    return leaf


def leaves(tree) -> list[Leaf]:
    if isinstance(tree, Leaf):
        return [tree]
    if isinstance(tree, Options):
        return [tree.which, *(leaf for option in tree.options for leaf in leaves(option))]
    return [leaf for child in tree.children for leaf in leaves(child)] if isinstance(tree, Node) else []


def put_together(tree, values) -> Any:
    """The value of a tree whose leaves take their values from the iterator."""
    if isinstance(tree, Static):
        return tree.value
    if isinstance(tree, Options):
        which = next(values)
        return Either(which, [put_together(o, values) for o in tree.options])
    if isinstance(tree, Node):
        children = [put_together(c, values) for c in tree.children]
        if tree.cls is ragged.Ragged:
            data, *masks = children
            chosen = iter(masks)
            return ragged.Ragged(data, [ragged.Chosen(next(chosen)) if there else None for there in tree.keys])
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
    if tree.made is not None:
        return tree.made(value, [next(values) for part in tree.parts for _ in part.conditions])
    if tree.kind == "raw":
        return value
    array = core.array_of_device(value)
    if tree.refused:
        recording.frozen[array._buffer] = tree.refused
    if tree.locked:
        array.flags.writeable = False
    return array


def arrays_in(x) -> list:
    """The arrays in a value."""
    if type(x) is core.JaxArray:
        return [x]
    if isinstance(x, ragged.Ragged):
        return arrays_in(x.data)
    parts = x.options if type(x) is Either else x.values() if type(x) is dict else x
    holds = type(x) is Either or isinstance(x, (list, tuple, dict))
    return [array for part in parts for array in arrays_in(part)] if holds else []


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


def alike(a, b) -> bool:
    """Whether two trees have the same structure and types."""
    if isinstance(a, Node) and isinstance(b, Node):
        return a.cls is b.cls and list(a.keys) == list(b.keys) and all(map(alike, a.children, b.children))
    if isinstance(a, Options) and isinstance(b, Options):
        return len(a.options) == len(b.options) and all(map(alike, a.options, b.options))
    if isinstance(a, Leaf) and isinstance(b, Leaf):
        return a.like(b)
    return isinstance(a, Static) and isinstance(b, Static) and same(a.value, b.value)


def variable(tree) -> Any:
    """The tree with its known numbers as values of the run time."""
    if isinstance(tree, Node):
        return Node(tree.cls, tree.keys, [variable(c) for c in tree.children])
    if isinstance(tree, Options):
        return Options(variable(tree.which), [variable(o) for o in tree.options])
    if isinstance(tree, Leaf) and tree.made is None:
        leaf = Leaf(tree.kind, tree.shape, tree.dtype, tree.value, tree.weak)
        leaf.locked, leaf.refused = tree.locked, tree.refused
        return leaf
    return tree


def wants_value(tree) -> list[Leaf]:
    """The leaves that take values, in order."""
    return [leaf for leaf in leaves(tree) if leaf.constant is UNDEFINED]


def conditions_of(tree) -> list[Leaf]:
    """What it depends on which arrays those of a tree are."""
    return [condition for leaf in leaves(tree) for condition in leaf.conditions]
