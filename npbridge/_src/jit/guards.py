"""Guards: what compiled code took for constant, and how it is looked at again.

A guard answers whether all is as it was (``holds``), and writes the line that asks so
in the short way of a call (``line``).
"""

from __future__ import annotations

import collections
import functools
import marshal
import operator
import sys
import types

import jax
import numpy as np

from ..array import core
from ..array.frozen_values import NotComparable, Same, frozen, holds_in_c
from ..ground.users import is_users_class
from .bound import COMPILED

OURS = core.OURS
SIMPLE = (int, float, complex, bool, str, bytes, type(None), np.generic, np.dtype)
SIMPLE_TYPES = {int, float, complex, bool, str, bytes, type(None), *np.sctypeDict.values()}
_SCALARS = {*SIMPLE_TYPES, core.JaxScalar}
LONG = 50  # so many constants in a list are looked at together
MISSING = object()
# what is in them has guards of its own
_INSIDE = (tuple, list, dict, collections.deque, types.MethodType, functools.partial)
_HANDED_ON = (type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType, np.ufunc)
_MARSHALLED = {int, float, complex, bool, str, bytes, type(None)}


@functools.lru_cache(4096)
def compared_whole(kind: type) -> bool:
    """Whether values of a type are compared by what they are made of: Python's and NumPy's kinds of values."""
    if kind in OURS or issubclass(kind, (*SIMPLE, *_INSIDE, *_HANDED_ON, np.ndarray, jax.Array)):
        return False
    if is_users_class(kind):
        return holds_in_c(kind)
    if hasattr(kind, "__npbridge_reaches__"):
        return False
    top = kind.__module__.partition(".")[0]
    return top in ("builtins", "numpy") or top in sys.stdlib_module_names


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
        return type(value) is type(self.value) and type(value) in _SCALARS and same(value, self.value)

    def line(self, code) -> str:
        """The line that looks at it in the quick way."""
        holder, key, value = code.name(self.holder, "g"), code.name(self.key, "k"), code.name(self.value, "v")
        differs = f" and differs(now, {value})" if type(self.value) in _SCALARS else ""
        return f"if (now := {holder}[{key}]) is not {value}{differs}: return MISS"


class Length:
    """How many entries a container had."""

    __slots__ = ("holder", "path", "value")
    array = raw = None

    def __init__(self, holder, path) -> None:
        self.holder, self.path = holder, f"the number of entries of {path}"
        self.value = self.now()

    def now(self):
        return len(self.holder)

    def holds(self) -> bool:
        return self.now() == self.value

    def line(self, code) -> str:
        return f"if len({code.name(self.holder, 'g')}) != {self.value}: return MISS"


class Names(Length):
    """How many attributes an object had, but for the one that keeps its compiled methods."""

    __slots__ = ()

    def now(self):
        return len(self.holder) - (COMPILED in self.holder)

    def line(self, code) -> str:
        holder = code.name(self.holder, "g")
        return f"if len({holder}) - ({COMPILED!r} in {holder}) != {self.value}: return MISS"


class Keys:
    """The keys of a dictionary, in their order."""

    __slots__ = ("holder", "path", "types", "value")
    array = raw = None

    def __init__(self, holder, path) -> None:
        self.holder, self.path = holder, f"the keys of {path}"
        self.value, self.types = list(holder), list(map(type, holder))

    def now(self):
        return list(self.holder)

    def holds(self) -> bool:
        now = self.now()
        return now == self.value and list(map(type, now)) == self.types

    def line(self, code) -> str:
        if {str}.issuperset(self.types):
            return f"if [*{code.name(self.holder, 'g')}] != {code.name(self.value, 'v')}: return MISS"
        return f"if not {code.name(self, 'g')}.holds(): return MISS"


class Value:
    """What a value was: of a kind that is compared as a whole, wherever it is held."""

    __slots__ = ("holder", "key", "known", "path", "value")
    array = raw = None

    def __init__(self, holder, key, value, path) -> None:
        self.holder, self.key, self.path = holder, key, path
        self.known, self.value = value, frozen(value, as_one)  # the latter for `explain`, too

    def now(self):
        if self.holder is None:
            return self.known
        try:
            return self.holder[self.key]
        except (KeyError, IndexError, AttributeError):
            return MISSING

    def holds(self) -> bool:
        try:
            return frozen(self.now(), as_one) == self.value
        except NotComparable:
            return False

    def line(self, code) -> str:
        if type(self.known) in _FIXED and self.holder is not None:
            holder, key = code.name(self.holder, "g"), code.name(self.key, "k")
            return f"if {holder}[{key}] is not {code.name(self.known, 'v')}: return MISS"
        return f"if not {code.name(self, 'g')}.holds(): return MISS"


_FIXED = (range, type(Ellipsis))  # nothing in them can change


def as_one(value):
    """Arrays are inputs wherever they are met: only which one it is counts."""
    return Same(value) if type(value) in OURS and type(value) is not core.JaxScalar else None


class Copy:
    """What a long list or dict of constants held."""

    __slots__ = ("holder", "path", "value")
    array = raw = None

    def __init__(self, holder, path) -> None:
        self.holder, self.path = holder, f"the items of {path}"
        self.value = self.now()

    def now(self):
        """Its bytes: quickly made, and they tell ``1`` from ``1.0``, and ``0.0`` from ``-0.0``."""
        holder = self.holder
        if _MARSHALLED.issuperset(map(type, holder)):
            if type(holder) is list or _MARSHALLED.issuperset(map(type, holder.values())):
                return marshal.dumps(holder, 2)
        return frozen(holder, as_one)

    def holds(self) -> bool:
        try:
            return self.now() == self.value
        except NotComparable:
            return False

    def line(self, code) -> str:
        return f"if not {code.name(self, 'g')}.holds(): return MISS"


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
        return tuple([Same(x) for x in self.value.values() if callable(x) or hasattr(x, "__get__")])

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


class ClassItems:
    """The attributes of a class as a mapping that can be written."""

    __slots__ = ("cls",)

    def __init__(self, cls) -> None:
        self.cls = cls

    def __getitem__(self, key):
        return self.cls.__dict__[key]

    def __setitem__(self, key, value):
        type.__setattr__(self.cls, key, value)


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


# the holders in which another value can take the place of one that was found
WRITABLE = (dict, list, collections.deque, Cell, Attributes, ClassItems, Children)


def name_in(node, i: int, path: str) -> str:
    """What the part of a node, or of a tuple, at `i` is called."""
    return f"{path}.{node._fields[i]}" if hasattr(node, "_fields") else f"{path}[{i}]"
