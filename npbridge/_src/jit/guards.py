"""Guards: what compiled code took for constant, and how it is looked at again.

A guard answers whether all is as it was (``holds``), and writes the line that asks so
in the short way of a call (``line``).
"""

from __future__ import annotations

import operator

import jax
import numpy as np

from ..array import core

OURS = core.OURS
SIMPLE = (int, float, complex, bool, str, bytes, type(None), np.generic, np.dtype)
SIMPLE_TYPES = {int, float, complex, bool, str, bytes, type(None), *np.sctypeDict.values()}
LONG = 50  # so many constants in a list are looked at together
MISSING = object()


class Guard:
    """What a mapping or a list held where the compiled code read it."""

    __slots__ = ("array", "holder", "key", "path", "raw", "value")

    def __init__(self, holder, key, value, path) -> None:
        self.holder, self.key, self.value, self.path = holder, key, value, path
        self.array: int | None = None  # which of the state's arrays it is, where another may take its place
        self.raw: int | None = None  # which of its raw arrays, likewise

    def now(self):
        try:
            return self.holder[self.key]
        except (KeyError, IndexError, AttributeError):
            return MISSING

    def holds(self) -> bool:
        value = self.now()
        if value is self.value:
            return True
        return type(value) is type(self.value) and type(value) in SIMPLE_TYPES and same(value, self.value)

    def line(self, code) -> str:
        """The line that looks at it in the quick way."""
        holder, key, value = code.name(self.holder, "g"), code.name(self.key, "k"), code.name(self.value, "v")
        differs = f" and differs(now, {value})" if type(self.value) in SIMPLE_TYPES else ""
        return f"if (now := {holder}[{key}]) is not {value}{differs}: return MISS"


class Length:
    """How many entries a container had."""

    __slots__ = ("holder", "path", "value")
    array = raw = None

    def __init__(self, holder, path) -> None:
        self.holder, self.path = holder, f"the number of entries of {path}"
        self.value = len(holder)

    def now(self):
        return len(self.holder)

    def holds(self) -> bool:
        return len(self.holder) == self.value

    def line(self, code) -> str:
        return f"if len({code.name(self.holder, 'g')}) != {self.value}: return MISS"


class Copy:
    """What a long list or dict of constants held."""

    __slots__ = ("holder", "path", "value")
    array = raw = None

    def __init__(self, holder, path) -> None:
        self.holder, self.path = holder, f"the items of {path}"
        self.value = holder.copy()

    def now(self):
        return self.holder

    def holds(self) -> bool:
        return self.holder == self.value

    def line(self, code) -> str:
        return f"if {code.name(self.holder, 'g')} != {code.name(self.value, 'v')}: return MISS"


class Table:
    """The functions of a class, which may be replaced."""

    __slots__ = ("holder", "path", "value")
    array = raw = None

    def __init__(self, cls) -> None:
        self.holder, self.path = vars(cls), f"the class {cls.__name__}"
        self.value = dict(self.holder)

    def now(self):
        return self.holder

    def holds(self) -> bool:
        try:
            return self.holder == self.value  # one object is equal to itself, and not asked
        except (ValueError, TypeError):
            return False  # an array is another one

    def functions(self) -> tuple:
        return tuple([id(x) for x in self.value.values() if callable(x) or hasattr(x, "__get__")])

    def line(self, code) -> str:
        return f"if {code.name(self.holder, 'g')} != {code.name(self.value, 'v')}: return MISS"


class Members:
    """What a set held."""

    __slots__ = ("holder", "path", "value")
    array = raw = None

    def __init__(self, holder, path) -> None:
        self.holder, self.path = holder, f"the members of {path}"
        self.value = frozenset(holder)

    def now(self):
        return frozenset(self.holder)

    def holds(self) -> bool:
        return self.holder == self.value

    def line(self, code) -> str:
        return f"if {code.name(self.holder, 'g')} != {code.name(self.value, 'v')}: return MISS"


def same(a, b) -> bool:
    """Equality that tells ``0.0`` from ``-0.0`` and finds NaN equal to itself."""
    return a == b and repr(a) == repr(b) or (a != a and b != b)


class Contents:
    """The values of an ndarray that is a constant of the compiled function."""

    __slots__ = ("holder", "path", "value")
    array = raw = None

    def __init__(self, holder, path) -> None:
        self.holder, self.path, self.value = holder, path, holder.tobytes()

    def now(self):
        return self.holder.tobytes()

    def holds(self) -> bool:
        return self.now() == self.value

    def line(self, code) -> str:
        return f"if {code.name(self.holder, 'g')}.tobytes() != {code.name(self.value, 'v')}: return MISS"


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

    def __setitem__(self, key, value):
        self.cell.cell_contents = value


class Attributes:
    """The attributes of an object without a ``__dict__`` as a mapping."""

    __slots__ = ("object",)

    def __init__(self, object) -> None:
        self.object = object

    def __getitem__(self, key):
        return getattr(self.object, key)

    def __setitem__(self, key, value):
        object.__setattr__(self.object, key, value)  # also where the class is frozen


class Children:
    """What a tuple, or another node of pytrees, has inside, as a mapping: setting makes a new node in its place."""

    __slots__ = ("holder", "key")

    def __init__(self, holder, key) -> None:
        self.holder, self.key = holder, key

    def __getitem__(self, at):
        return children_of(self.holder[self.key])[0][at]

    def __setitem__(self, at, value):
        children, structure = children_of(self.holder[self.key])
        children[at] = value
        self.holder[self.key] = jax.tree_util.tree_unflatten(structure, children)

    def root(self):
        """Where the outermost node is held, in something that can be written."""
        return self.holder.root() if isinstance(self.holder, Children) else (self.holder, self.key)


class Node:
    """What is in an object of a library's that JAX knows as a tree: it may be changed in place."""

    __slots__ = ("leaves", "path", "structure", "taken", "value")
    array = raw = None

    def __init__(self, node, path, taken) -> None:
        self.value, self.path = node, f"what is in {path}"
        self.taken = taken  # whether raw arrays in it are inputs
        self.leaves, self.structure = self.now()

    def now(self):
        return jax.tree_util.tree_flatten(self.value, is_leaf=lambda x: type(x) in OURS)

    def holds(self) -> bool:
        leaves, structure = self.now()
        known = self.leaves
        try:
            return len(leaves) == len(known) and all(map(operator.is_, leaves, known)) and structure == self.structure
        except (ValueError, TypeError):
            return False  # what is beside the tree is an array, say, and was made anew

    def line(self, code) -> str:
        return f"if not {code.name(self, 'g')}.holds(): return MISS"


def children_of(node):
    """What a node of pytrees has inside, and its structure."""
    return jax.tree_util.tree_flatten(node, is_leaf=lambda x: x is not node)


def is_node(value) -> bool:
    """Whether a value is a node of pytrees."""
    return type(value) not in OURS and value is not None and not jax.tree_util.all_leaves([value])
