"""Expressions over arrays as one loop, without an array for each step.

A tree of ufuncs is computed element by element, with the dtypes that NumPy takes at
each step, into a new array or straight into one that is there.  Which expressions
become such trees is decided in :mod:`..lowering.fusing`.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import numpy as np
from numba.core import types
from numba.np.numpy_support import as_dtype, from_dtype

from .arithmetic import must_fit, raising, within
from .fitting import npb_fit, npb_fit_stored
from .forms import STUBS, compiled, overloads, stub
from .indexing import NO_MASK, mask_fits
from .loops import generator, kernel
from .trees import COMPARISONS, Leaf, Node, Op, dtype_of, leaves_of, loop_of, numbered, settled
from .unsigned import wrapped

_ITEM = (types.Integer, types.Float, types.Boolean, types.Complex)
_KINDS = "?bBhHiIlLqQfdFD"


def declare(tree: Op, count: int, plain: str, place: str | None) -> str:
    """The name of a function of `count` arguments that computes `tree`.

    Parameters
    ----------
    tree : Op
    count : int
    plain : str
        The same as an expression of ``a0``, ``a1``, ..., for what is not made of arrays
        and numbers; with a place, the statement that assigns it.
    place : {None, "store", "augment", "mask"}
        None for a new array.  Otherwise the first argument is an array that is written,
        and is the result.
    """
    name = f"npb_fused_{hashlib.sha256(repr((tree, count, plain, place)).encode()).hexdigest()[:16]}"
    if name not in STUBS:
        head = ", ".join(f"a{i}" for i in range(count))
        space: dict[str, Any] = {"Fused": Fused, "what": (head, tree, plain, place)}
        exec(f"def {name}({head}):\n    raise NotImplementedError\n", space)
        exec(f"def typed({head}):\n    return Fused(({head},), *what).function()\n", space)
        overloads(stub(space[name]))(space["typed"])
    return name


class Fused:
    """The function for one tree and the types of its leaves."""

    def __init__(self, kinds: tuple, head: str, tree: Op, plain: str, place: str | None) -> None:
        self.kinds = [types.unliteral(k) for k in kinds]
        self.head, self.tree, self.plain, self.place = head, tree, plain, place
        self.lines: list[str] = []
        self.names: dict[str, Any] = {}

    def function(self) -> Any:
        for i, kind in enumerate(self.kinds):
            # NumPy's ufuncs take the number out of an array of no dimensions
            if isinstance(kind, types.Array) and kind.ndim == 0 and (i or self.place is None):
                self.lines.append(f"a{i} = a{i}[()]")
                self.kinds[i] = kind.dtype
        if not all(map(_usable, self.kinds)):
            return self.plainly()
        self.dtypes = [as_dtype(k.dtype if isinstance(k, types.Array) else k) for k in self.kinds]
        self.tree = settled(self.tree, [isinstance(k, types.Array) for k in self.kinds], self.dtypes)
        if not self.depth(self.tree) or not self.has_loops(self.tree):
            return self.plainly()
        if not self.sees_that_numbers_fit(self.tree):
            return self.plainly()
        if self.place is None:
            self.lines.append(f"return {self.call(self.split(self.tree))}")
            return self.made()
        return self.into()

    def plainly(self) -> Any:
        """As it was written."""
        plain = self.plain
        if self.place == "store":
            head, _, value = plain.partition(" = ")
            plain = f"{head} = npb_unsigned(a0, npb_strong(a0, {value}))"
        self.names = _ours_in(plain)
        self.lines += [f"return {plain}"] if self.place is None else [plain, "return a0"]
        return self.made()

    def made(self) -> Any:
        return compiled(f"def impl({self.head}):\n" + "".join(f"    {line}\n" for line in self.lines), **self.names)

    def into(self) -> Any:
        """The loop that writes into the first argument."""
        place = self.kinds[0]
        if not isinstance(place, types.Array) or not place.mutable:
            return self.plainly()
        stored = self.tree.args[1] if self.place == "mask" else self.tree
        if wrapped(self.dtypes[0], from_dtype(np.dtype(dtype_of(stored, self.dtypes)))) is not None:
            return self.plainly()
        if self.place == "mask" and not self.is_mask(self.tree.args[0], self.tree.args[1]):
            return self.plainly()
        result = dtype_of(self.tree, self.dtypes)
        if self.place == "augment" and not np.can_cast(result, self.dtypes[0], "same_kind"):
            text = f"Cannot cast ufunc {self.tree.name!r} output from {result!r} to {self.dtypes[0]!r} with casting "
            return raising(self.head, text + "rule 'same_kind'", "a0")
        root = self.split(self.tree)
        arrays = sorted({leaf.index for leaf in leaves_of(root) if self.depth(leaf)} - {0})
        if any(self.kinds[i].ndim > place.ndim for i in arrays):
            return self.plainly()
        if self.place == "mask":
            self.see_that_it_fits(root, arrays)
        self.lines += [f"a{i} = fit(a0, a{i}, False)" for i in arrays]
        self.lines += [self.call(root, "a0"), "return a0"]
        self.names["fit"] = npb_fit_stored if self.place == "store" else npb_fit
        return self.made()

    def see_that_it_fits(self, root: Op, arrays: list[int]) -> None:
        """A mask must have the shape of what it selects from; it is not broadcast."""
        condition, value, _ = root.args
        differs = " or ".join(f"a0.shape != a{i}.shape" for i in arrays)
        if isinstance(condition, Leaf) and arrays:
            self.names["mask_fits"] = mask_fits
            self.lines += [f"if {differs}:", f"    if not mask_fits(a{condition.index}, a0.shape):"]
            self.lines += [f"        raise IndexError({NO_MASK!r})", "    return a0"]
        elif arrays:  # they may still make a mask of that shape together
            self.names["npb_setitem"] = STUBS["npb_setitem"]
            number = f"a{value.index}" if isinstance(value, Leaf) else repr(value.value)
            self.lines += [f"if {differs}:", f"    mask = {self.call(condition)}"]
            self.lines += [f"    npb_setitem(a0, mask, {number})", "    return a0"]

    def is_mask(self, condition: Node, value: Node) -> bool:
        """Whether this is one number for all that a mask of the same dimensions selects."""
        boolean = dtype_of(condition, self.dtypes) == np.dtype(bool)
        # NumPy takes no complex number into a real array
        real = np.dtype(dtype_of(value, self.dtypes)).kind != "c" or self.dtypes[0].kind == "c"
        return boolean and real and self.depth(condition) == self.kinds[0].ndim and not self.depth(value)

    # -- questions about a part

    def depth(self, node: Node) -> int:
        """The number of dimensions of a part, 0 where it is a number."""
        kinds = (self.kinds[leaf.index] for leaf in leaves_of(node))
        return max((k.ndim for k in kinds if isinstance(k, types.Array)), default=0)

    def has_loops(self, node: Node) -> bool:
        """Whether Numba has the loops that NumPy takes."""
        if not isinstance(node, Op):
            return True
        if not all(map(self.has_loops, node.args)):
            return False
        return node.ufunc is None or generator(node, self.dtypes) is not None

    def sees_that_numbers_fit(self, node: Node) -> bool:
        """Whether Python's numbers are in the ranges of the dtypes that they take on, or are looked at."""
        if not isinstance(node, Op) or node.ufunc is None:
            return not isinstance(node, Op) or all(map(self.sees_that_numbers_fit, node.args))
        loop = loop_of(node, self.dtypes)
        for part, dtype in zip(node.args, loop, strict=False):
            weak = getattr(part, "weak", 0)
            if isinstance(part, Op) or not weak or node.ufunc in COMPARISONS:
                continue
            have = self.dtypes[part.index] if isinstance(part, Leaf) else np.dtype(np.int64)
            if not must_fit(dtype, weak, have):
                continue
            if isinstance(part, Leaf):
                self.names[f"within_{dtype.name}"] = within(dtype)
                self.lines.append(f"a{part.index} = within_{dtype.name}(a{part.index})")
            elif not np.iinfo(dtype).min <= part.value <= np.iinfo(dtype).max:
                return False
        return all(map(self.sees_that_numbers_fit, node.args))

    # -- emission

    def split(self, root: Op) -> Op:
        """`root`, with a name for what is computed once before the loop: numbers, and what each row would repeat."""
        whole = self.depth(root)

        def visit(node: Node) -> Node:
            if not isinstance(node, Op):
                return node
            depth = self.depth(node)
            if depth == 0:
                self.names |= _ours_in(node.plain)
                return self.held(node.plain, node)
            node = Op(node.name, tuple(map(visit, node.args)), node.plain)
            if node.name != root.name or node.plain != root.plain:
                if depth < whole or (whole > 1 and not node.cheap):
                    return self.held(self.call(node), node)
            return node

        return visit(root)

    def held(self, text: str, node: Op) -> Leaf:
        """A part that becomes a variable."""
        name = f"a{len(self.kinds)}"
        dtype = dtype_of(node, self.dtypes)
        depth = self.depth(node)
        self.lines.append(f"{name} = {text}")
        self.kinds.append(types.Array(from_dtype(dtype), depth, "C") if depth else from_dtype(dtype))
        self.dtypes.append(dtype)
        return Leaf(len(self.kinds) - 1)

    def call(self, node: Op, into: str | None = None) -> str:
        """The call of the loop for a part."""
        used = list(dict.fromkeys(leaf.index for leaf in leaves_of(node)))
        name = f"loop_{len(self.names)}"
        self.names[name] = kernel(numbered(node, {k: i for i, k in enumerate(used)}), len(used), into is not None)
        given = [f"a{k}" for k in used] + ([into] if into else [])
        return f"{name}({', '.join(given)})"


def _ours_in(text: str) -> dict[str, Any]:
    """Our own functions that a text names."""
    return {name: STUBS[name] for name in re.findall(r"npb_\w+", text)}


def _usable(kind: Any) -> bool:
    array = isinstance(kind, types.Array)
    item = kind.dtype if array else kind
    return isinstance(item, _ITEM) and as_dtype(item).char in _KINDS and not (array and kind.ndim == 0)


__all__ = ["Fused", "declare"]
