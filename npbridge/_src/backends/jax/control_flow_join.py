"""Trees of values made alike: what can hold the values of both sides, and how each side fits in.

Two values of one kind are one value of the run time.  Where the kinds differ (a float64
and a Python integer, an array and None, bound and not bound) they stay *options*.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ...array import core
from ...array.ragged import Ragged
from ...convert.places import UNBOUND
from ...storage.buffer import canonical
from .control_flow_values import UNDEFINED, Leaf, Node, Options, Static, same, variable
from .control_flow_windows import same_object

_RANK = {bool: 0, int: 1, float: 2, complex: 3}
_SORTS = {bool: "", int: "iu", float: "f", complex: "c"}
_MOST = 8  # so many kinds one value may be of
NOTHING = Static(UNBOUND)


class Mismatch(Exception):
    """Two values that cannot be one value at run time."""


def join(a, b, arrays=None):
    """The tree that can hold what either of two trees holds.

    `arrays` knows which arrays were there before: it has `both(a, b)`, the tree in the place
    of two of one kind, or None, `is_there(array)`, and `let_stand_for(leaf, other)`, which says
    what is made of a leaf that is to hold a new array, or one that is one of several.
    """
    if isinstance(a, Options) or isinstance(b, Options):
        options = list(_options(a))
        for o in _options(b):
            at = _place(options, o)
            if at is None:
                options.append(o)
            else:
                options[at] = join(options[at], o, arrays)
        return _either(options, arrays)
    if not fits_together(a, b):
        return _either([a, b], arrays)
    if isinstance(a, Node):
        return Node(a.cls, a.keys, [join(x, y, arrays) for x, y in zip(a.children, b.children, strict=True)])
    if isinstance(a, Static) or isinstance(b, Static):
        return a if isinstance(a, Static) else b
    if a.constant is not UNDEFINED and b.constant is not UNDEFINED and same_number(a, b):
        return a
    both = arrays.both(a, b) if arrays is not None and a.kind == b.kind == "array" else None
    return both or one_kind(a, b)


def _options(tree) -> list:
    return tree.options if isinstance(tree, Options) else [tree]


def _either(options, arrays):
    if len(options) > _MOST:
        raise Mismatch(" or ".join(o.describe() for o in options))
    return Options(Leaf("raw", (), "int32"), [settled(o, arrays) for o in options])


def settled(tree, arrays):
    """A tree in which an array that was there before is itself."""
    if isinstance(tree, Node):
        return Node(tree.cls, tree.keys, [settled(c, arrays) for c in tree.children])
    if isinstance(tree, Options):
        return Options(tree.which, [settled(o, arrays) for o in tree.options])
    if isinstance(tree, Leaf) and tree.origin is not None and arrays is not None and arrays.is_there(tree.origin):
        return Static(tree.origin)
    if isinstance(tree, Leaf) and tree.constant is UNDEFINED and tree.made is None:
        leaf = Leaf(tree.kind, tree.shape, tree.dtype, None, tree.weak)
        leaf.locked, leaf.refused = tree.locked, tree.refused
        if tree.origin is not None and arrays is not None:
            arrays.let_stand_for(leaf, tree)
        return leaf
    return tree


def _place(options, tree, otherwise=None) -> int | None:
    at = next((i for i, o in enumerate(options) if fits_together(o, tree)), None)
    if at is None and otherwise is not None:
        return next((i for i, o in enumerate(options) if otherwise(o, tree)), None)
    return at


def fits_together(a, b) -> bool:
    """Whether two trees, which are no options, are of one kind."""
    if isinstance(a, Node) and isinstance(b, Node):
        if a.cls is not b.cls or list(a.keys) != list(b.keys):
            return False
        return a.cls is not Ragged or all(map(_alike, a.children, b.children))
    if isinstance(a, Static) and isinstance(b, Static):
        return same(a.value, b.value) or same_object(a.value, b.value)
    if isinstance(a, Leaf) and isinstance(b, Leaf):
        return one_kind(a, b) is not None
    leaf, static = (a, b) if isinstance(a, Leaf) else (b, a)
    return isinstance(leaf, Leaf) and isinstance(static, Static) and leaf.origin is not None and (
        same_object(leaf.origin, static.value)
    )  # fmt: skip


def _alike(a, b) -> bool:
    """Whether parts of two arrays, which may be arrays from before already, are of one shape and dtype."""
    x, y = (o.value if isinstance(o, Static) else o for o in (a, b))
    if isinstance(x, Options) or isinstance(y, Options):
        return False
    return x.shape == y.shape and x.dtype == y.dtype


def one_kind(a: Leaf, b: Leaf) -> Leaf | None:
    """The kind of value that both are; None where they differ."""
    if a.shape != b.shape:
        return None
    if a.weak or b.weak:
        if a.weak is b.weak:
            return Leaf("number", (), a.dtype, None, a.weak)
        if a.weak and b.weak:
            return None
        number, other = (a, b) if a.weak else (b, a)
        if other.dtype.kind not in _SORTS[number.weak] or not _is_held(number, other.dtype):
            return None
        return Leaf(other.kind, (), other.dtype)
    if a.dtype != b.dtype:
        return None
    kind = a.kind
    if a.kind != b.kind:
        kind = "array" if "array" in (a.kind, b.kind) and a.shape else "raw" if "raw" in (a.kind, b.kind) else "scalar"
    leaf = Leaf(kind, a.shape, a.dtype)
    leaf.locked, leaf.refused = a.locked and b.locked, a.refused or b.refused
    return leaf


def _is_held(number: Leaf, dtype) -> bool:
    """Whether a number of Python's is the same number in a dtype."""
    if dtype == canonical(np.dtype(number.weak)):
        return True
    if type(number.constant) not in (bool, int, float, complex):
        return False
    with np.errstate(all="ignore"):
        held = np.array(number.constant).astype(dtype).item()
    return same(held, number.constant)


def same_number(a: Leaf, b: Leaf) -> bool:
    x, y = (z._read() if type(z) is core.JaxScalar else z for z in (a.constant, b.constant))
    return a.like(b) and same(x, y)


# -- how a tree fits into another


class Mapped:
    """A leaf whose value is looked up in a table: the numbers of options."""

    __slots__ = ("leaf", "table")

    def __init__(self, leaf, table) -> None:
        self.leaf, self.table = leaf, np.array(table, np.int32)

    @property
    def value(self):
        return jnp.asarray(self.table)[self.leaf.value]


def fit(tree, into) -> list:
    """For each leaf of `into` the one that gives its value, where the value is that of `tree`."""
    if isinstance(into, Options):
        mine = _options(tree)
        at = [_place(into.options, o, _takes) for o in mine]
        if None in at or len(set(at)) < len(at):
            raise Mismatch(tree.describe())
        which = Leaf("raw", (), "int32", np.int32(at[0]))
        if isinstance(tree, Options):
            which = tree.which if at == list(range(len(at))) else Mapped(tree.which, at)
        found = [which]
        for k, option in enumerate(into.options):
            found += fit(mine[at.index(k)], option) if k in at else _zeros(option)
        return found
    if isinstance(into, Node):
        return [leaf for x, y in zip(tree.children, into.children, strict=True) for leaf in fit(x, y)]
    return [tree] if isinstance(into, Leaf) else []


def _zeros(tree) -> list:
    """Leaves of which the values are never seen."""
    if isinstance(tree, Options):
        return [Leaf("raw", (), "int32", np.int32(0)), *(z for o in tree.options for z in _zeros(o))]
    if isinstance(tree, Node):
        return [z for c in tree.children for z in _zeros(c)]
    return [Leaf(tree.kind, tree.shape, tree.dtype, np.zeros(tree.shape, tree.dtype))] if isinstance(tree, Leaf) else []


# -- loops


def widened(entry, after):
    """The tree of a variable of a loop, from its trees at the start and the end of the body.

    A number takes the type that it has after an iteration, where the first value can
    be given that type without loss; else both are joined.
    """
    if isinstance(entry, Options) or isinstance(after, Options):
        return join(entry, after)
    if isinstance(entry, Node) and isinstance(after, Node) and Ragged in (entry.cls, after.cls):
        return variable(entry) if fits_together(entry, after) else join(variable(entry), after)
    if isinstance(entry, Node) and isinstance(after, Node) and entry.cls is after.cls:
        if list(entry.keys) == list(after.keys):
            children = [widened(x, y) for x, y in zip(entry.children, after.children, strict=True)]
            return Node(entry.cls, entry.keys, children)
    if isinstance(entry, Static) and isinstance(after, Static) and same(entry.value, after.value):
        return entry
    if entry is NOTHING:
        return join(entry, after)
    if not (isinstance(entry, Leaf) and isinstance(after, Leaf)) or entry.shape != after.shape:
        raise Mismatch(f"{entry.describe()} before it and {after.describe()} after its first iteration")
    if entry.like(after):
        return Leaf(entry.kind, entry.shape, entry.dtype, None, entry.weak)
    if _holds(after, entry):
        return Leaf(after.kind, after.shape, after.dtype, None, after.weak)
    return join(Leaf(entry.kind, entry.shape, entry.dtype, None, entry.weak), after)


def _takes(option, tree) -> bool:
    """Whether a loop that began with a value has it in an option of another dtype: see `widened`."""
    leaves_of_one_shape = isinstance(option, Leaf) and isinstance(tree, Leaf) and option.shape == tree.shape
    return leaves_of_one_shape and _holds(option, tree)


def _holds(new: Leaf, old: Leaf) -> bool:
    """Whether every value of `old` can be given the dtype of `new`."""
    if old.weak:
        return np.can_cast({int: np.int8}.get(old.weak, old.weak), new.dtype, "same_kind") and (
            new.weak is None or _RANK[new.weak] >= _RANK[old.weak]
        )
    return np.can_cast(old.dtype, new.dtype, "safe")
