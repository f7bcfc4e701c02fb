"""Trees of ufuncs, and the dtypes that NumPy computes their steps in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

WEAK = {1: bool, 2: int, 3: float, 4: complex}
_ZEROS = {bool: False, int: 0, float: 0.0, complex: 0j}

# ufuncs that cost little more than the reading of what they are given
_CHEAP = frozenset(
    """
    add subtract multiply divide negative positive absolute fabs conjugate square sqrt maximum minimum fmax fmin
    equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor logical_not
    bitwise_and bitwise_or bitwise_xor invert left_shift right_shift isnan isinf isfinite signbit copysign
    """.split()
)

COMPARISONS = frozenset({np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal})


@dataclass(frozen=True)
class Leaf:
    """Argument number `index`; ``weak`` is 1 to 4 where it was a number of Python's, by its kind."""

    index: int
    weak: int = 0


@dataclass(frozen=True)
class Number:
    """A number that is written in the code."""

    value: Any
    weak: int = 0


@dataclass(frozen=True)
class Op:
    """A step: a ufunc by its name, ``"where"``, or ``"mask"`` (a value where a condition holds, else what was there).

    ``plain`` is the same as an expression of ``a0``, ``a1``, ...
    """

    name: str
    args: tuple
    plain: str = ""

    @property
    def ufunc(self) -> np.ufunc | None:
        """The ufunc of this step; None for a choice."""
        return None if self.name in ("where", "mask") else getattr(np, self.name)

    @property
    def cheap(self) -> bool:
        return self.ufunc is None or self.name in _CHEAP


Node = Leaf | Number | Op


def leaves_of(node: Node) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, Op):
        for arg in node.args:
            yield from leaves_of(arg)


def steps_in(node: Node) -> int:
    """How many steps a tree has."""
    return 1 + sum(map(steps_in, node.args)) if isinstance(node, Op) else 0


def numbered(node: Node, places: dict[int, int]) -> Node:
    """The same tree with other numbers for its leaves."""
    if isinstance(node, Leaf):
        return Leaf(places[node.index], node.weak)
    if isinstance(node, Op):
        return Op(node.name, tuple([numbered(a, places) for a in node.args]))
    return node


def loop_of(node: Op, dtypes: list[np.dtype]) -> tuple[np.dtype, ...]:
    """The dtypes of the loop that NumPy takes for a step; `dtypes` are those of the leaves."""
    return resolved(node.ufunc, [dtype_of(a, dtypes) for a in node.args])


def resolved(ufunc: np.ufunc, given: list) -> tuple[np.dtype, ...]:
    """The dtypes of the loop for operands of such dtypes, or types of Python's numbers."""
    given = [np.dtype(bool) if d is bool else d for d in given]  # it is not weak
    if all(isinstance(d, type) for d in given):
        given = [np.dtype(d) for d in given]
    elif ufunc in COMPARISONS and any(not isinstance(d, type) and d.kind in "iub" for d in given):
        given = [np.dtype(np.int64) if d is int else d for d in given]  # also with what the dtype cannot hold
    return ufunc.resolve_dtypes((*given, *[None] * ufunc.nout))


def dtype_of(node: Node, dtypes: list[np.dtype]) -> Any:
    """The dtype of a step or of a leaf; a type of Python's for its numbers."""
    if isinstance(node, Leaf):
        return WEAK[node.weak] if node.weak else dtypes[node.index]
    if isinstance(node, Number):
        return WEAK[node.weak] if node.weak else np.asarray(node.value).dtype
    if node.name == "mask":
        return dtype_of(node.args[2], dtypes)
    if node.name == "where":
        return _chosen(*(dtype_of(a, dtypes) for a in node.args[1:]))
    return loop_of(node, dtypes)[-1]


def _chosen(a: Any, b: Any) -> np.dtype:
    """The dtype of ``np.where(condition, a, b)``."""
    if isinstance(a, type) and isinstance(b, type):
        return np.result_type(np.dtype(a), np.dtype(b))
    return np.result_type(*(_ZEROS[d] if isinstance(d, type) else d for d in (a, b)))


def settled(node: Node, is_array: list[bool], dtypes: list[np.dtype]) -> Node:
    """The tree as it is computed, once the types of its leaves are known.

    A number beside an array in ``where`` takes part as one of Python's: the array's dtype
    holds.  Small powers are products.
    """
    if not isinstance(node, Op):
        return node
    args = [settled(a, is_array, dtypes) for a in node.args]
    if node.name == "where":
        whole = [any(is_array[leaf.index] for leaf in leaves_of(a)) for a in args[1:]]
        if sum(whole) == 1:
            args[1:] = [a if w else _weak(a, dtypes) for a, w in zip(args[1:], whole, strict=True)]
    if node.name == "power" and args[1] in (Number(2, 2), Number(3, 2)) and dtype_of(args[0], dtypes).kind in "fc":
        square = Op("square", (args[0],), node.plain)
        return square if args[1].value == 2 else Op("multiply", (square, args[0]), node.plain)
    if node.name == "power" and args[1] == Number(2, 2) and dtype_of(args[0], dtypes).kind == "b":
        called = node.plain.startswith(("np.", "npb_ufunc"))
        return node if called else Op("square", (args[0],), node.plain)  # NumPy's operator squares
    return Op(node.name, tuple(args), node.plain)


def _weak(node: Node, dtypes: list[np.dtype]) -> Node:
    return Leaf(node.index, _code(dtypes[node.index])) if isinstance(node, Leaf) else node


def _code(dtype: np.dtype) -> int:
    return {"b": 1, "i": 2, "u": 2, "f": 3, "c": 4}[dtype.kind]
