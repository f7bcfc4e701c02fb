"""What has to be as NumPy and Python compute it, to the last digit, and what may be rounded otherwise.

Sums may be made in another order, functions by way of others: each result is off by a few units in the last place.
That is no matter where it stays a little, and it is one where a number decides: which way a branch goes, how often a
loop turns, what an integer is, what comes first, how many they are.  There, with `exact` ``"decisions"``, and in
numbers that are given back, which may decide in what comes after, everything that the number was made of is computed
as NumPy does.  With ``"all"`` everything is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from . import elementwise, layouts, spans, views
from .builder import OWN, Builder, NotHeld, Rounded
from .folding import only
from .named import LIBRARYS
from .nodes import Block, Node, Value

LEVELS = ("", "decisions", "all")
_COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
_STEPPED = frozenset(
    {"floor", "ceil", "trunc", "whole", "round_even", "round_away", "sign", "rem", "floor_div", "floor_rem"}
)  # which jump somewhere
# steps that IEEE 754 defines, or that only choose
_DEFINED = frozenset("""
    add sub mul div neg abs max min sqrt select convert bitcast real imag complex conj nextafter is_finite
""".split()) | _COMPARISONS | _STEPPED  # fmt: skip
_OF_COMPLEX = _DEFINED - {"mul", "div", "abs", "sqrt", "sign", "rem"}


def settle(block: Block, builder: Builder, level: str) -> None:
    """Have what must be exact computed so; what need not is computed as it is the fastest.

    Raises
    ------
    Rounded
        A function whose result must be exact has a form that is not.
    NotHeld
        What must be exact has no such form.
    """
    wanted = _Wanted(block, builder)
    for value in _decisive(block):
        wanted.add(value)
    for value in block.results:
        if level == "all" or not value.shape:
            wanted.add(value)
    if level == "all":
        for node in _nodes(block):
            for value in node.outs:
                wanted.add(value)
    _loosen(block, builder, wanted.found)


def _nodes(block: Block) -> Iterator[Node]:
    for node in block.nodes:
        yield node
        for inner in node.blocks:
            yield from _nodes(inner)


def _is_rounded(value: Value) -> bool:
    return value.dtype.kind in "fc"


def _decisive(block: Block) -> Iterator[Value]:
    """The floats that decide something."""
    for node in _nodes(block):
        given = [x for x in node.args if _is_rounded(x)]
        if not given:
            continue
        if node.kind == "map":
            if _decides(node):
                yield from given
        elif (
            node.kind == "position"
            or node.kind == "sort" and len(node.args) > 1
            or node.kind == "call" and (node.acts or not all(map(_is_rounded, node.outs)))
        ):  # fmt: skip
            yield from given


def _decides(node: Node) -> bool:
    op, args = node.params["op"], node.args
    if op in _COMPARISONS:  # of a number with itself: whether it is one; with infinity: whether it is finite
        return not (args[0] is args[1] or any(map(_is_infinite, args)))
    if op in ("convert", "bitcast"):
        return not _is_rounded(node.outs[0])
    return op in _STEPPED


def _is_infinite(x: Value) -> bool:
    found = only(x)
    number = None if found is None else found.constant
    return number is not None and bool(np.isinf(number))


class _Wanted:
    """The values that have to be exact, with all that they are made of."""

    def __init__(self, block: Block, builder: Builder) -> None:
        self.rounded, self.padded = builder.rounded, builder.padded
        self.found: set[Value] = set()
        self.homes: dict[Value, tuple[Node, int]] = {}  # inputs of blocks: the loop, and which of its values
        for node in _nodes(block):
            for inner in node.blocks:
                first = len(inner.inputs) - len(node.args)
                if node.kind == "loop":
                    self.homes |= {x: (node, k - first) for k, x in enumerate(inner.inputs) if k >= first}
        self.layouts = layouts.Layouts(self.homes, builder.ordered)

    def add(self, value: Value) -> None:
        waiting = [value]
        while waiting:
            x = waiting.pop()
            if not _is_rounded(x) or x in self.found:
                continue
            self.found.add(x)
            if x in self.rounded:
                raise Rounded(self.rounded[x])
            if x.node is not None:
                waiting += self.of_node(x, x.node)
            elif x in self.homes:
                node, k = self.homes[x]
                waiting += self.of_loop(node, k)

    def of_loop(self, node: Node, k: int) -> list[Value]:
        carried = [block.inputs[k + len(block.inputs) - len(node.args)] for block in node.blocks]
        return [node.args[k], node.blocks[-1].results[k], *carried]

    def of_node(self, x: Value, node: Node) -> list[Value]:
        """See that a value is computed exactly; what it is made of."""
        if node.kind == "loop":
            return self.of_loop(node, node.outs.index(x))
        if node.kind == "branch":
            return [block.results[node.outs.index(x)] for block in node.blocks]
        self.make_exact(node)
        return node.args

    def make_exact(self, node: Node) -> None:
        """Have one node compute its floats as NumPy does."""
        if node.kind == "map":
            op, dtype = node.params["op"], node.args[-1].dtype
            if dtype.kind == "c" and op == "abs" and not node.outs[0].shape:
                node.params["op"] = op = LIBRARYS + "hypot"  # of its parts
            is_product = op == "mul" and not node.outs[0].shape  # of two complex numbers as C has it
            defined = _OF_COMPLEX if dtype.kind == "c" else _DEFINED
            if not (is_product or op in defined or op.startswith((LIBRARYS, OWN))):
                raise NotHeld(f"the step {op} of {dtype}, where last digits matter")
            if op.startswith(OWN) and any(map(layouts.is_read_backwards, node.args)):
                raise NotHeld(f"the step {op} on an array that is read backwards, where last digits matter")
        elif node.kind == "reduce" and node.params["op"] in ("sum", "prod"):
            self.see_what_counts(node)
            self.see_its_order(node)
            node.params["exact"] = True
        elif node.kind == "product":
            for x in node.args:
                if not self.is_c_behind_turns(x):
                    raise self.disordered(x, "a product")
            self.see_what_counts(node)
            node.params["exact"] = True
        elif node.kind == "call":
            if not node.params.get("numpys") or not all(self.layouts.is_c(x) for x in node.args if _is_rounded(x)):
                raise NotHeld(f"the step {node.params['name']}, where last digits matter")

    def see_what_counts(self, node: Node) -> None:
        """Have sums go over the places that count, where a box tells these; refuse others.

        NumPy's arrays are shorter, and it adds up in blocks, which begin with the first place.
        """
        parts = []
        for x in node.args:
            base = x
            while node.kind == "product" and base.node is not None and base.node.kind == "view":
                base = base.node.args[0]
            known = self.padded.get(base)
            parts.append(known is not None)
            if known is None:
                self.see_that_all_count(x)
            elif not self.is_a_box(base, known, node.params.get("op") == "prod") or (
                node.kind == "reduce" and len(base.shape) != 1
            ):
                raise NotHeld("a sum of as many elements as only the run knows, where last digits matter")
        if any(parts):
            node.params["parts"] = tuple(parts)

    @staticmethod
    def is_a_box(x: Value, axes: frozenset[int], fill: int) -> bool:
        """Whether the places that count along some axes, and no others, are those from one to another."""
        box = spans.within(x)
        return (
            box is not None
            and box.fill == fill
            and box.inner is not None
            and {i for i in axes if x.shape[i] > 1} == set(box.spans)
            and not any(s.step for s in box.spans.values())
        )

    def see_that_all_count(self, value: Value) -> None:
        waiting, seen = [value], set()
        while waiting:
            x = waiting.pop()
            if x in self.padded:
                raise NotHeld("a sum of as many elements as only the run knows, where last digits matter")
            if x.node is not None and x not in seen and x.node.kind in ("map", "view", "gather", "reshape"):
                waiting += x.node.args
            seen.add(x)

    def see_its_order(self, node: Node) -> None:
        """Refuse sums in an order of memory that is not known."""
        (x,) = node.args
        axes = [i for i in node.params["axes"] if x.shape[i] != 1]
        if not self.layouts.is_c(x) or (len(axes) > 1 and not layouts.is_whole(x)):
            raise self.disordered(x, "a sum")

    def disordered(self, value: Value, what: str) -> NotHeld:
        """Why the order of an array is not known; what was rounded on the way to it may be asked of NumPy."""
        waiting, seen = [value], set()
        while waiting:
            x = waiting.pop()
            if x in self.rounded:
                return Rounded(self.rounded[x])
            if x.node is not None and x not in seen and x.node.kind in ("map", "view", "gather", "reshape", "write"):
                waiting += x.node.args
            seen.add(x)
        return NotHeld(f"{what} in an order of memory that only NumPy knows, where last digits matter")

    def is_c_behind_turns(self, x: Value) -> bool:
        """Whether a factor is an array in C order, or shows one: BLAS is told how it lies."""
        while x.node is not None and x.node.kind == "view":
            x = x.node.args[0]
        return self.layouts.is_c(x)


def _loosen(block: Block, builder: Builder, wanted: set[Value]) -> None:
    """Compute what may be rounded otherwise as it is the fastest."""
    nodes: list[Node] = []
    for node in block.nodes:
        for inner in node.blocks:
            _loosen(inner, builder, wanted)
        if wanted.isdisjoint(node.outs):
            nodes += _faster(node, builder)
        nodes.append(node)
    block.nodes = nodes


def _faster(node: Node, builder: Builder) -> list[Node]:
    """Let a node be another one, that gives what it gave but for rounding; what has to be computed before."""
    if node.kind == "map" and node.outs[0].dtype.kind in "fc":
        op = node.params["op"]
        if op in (LIBRARYS + "pow", OWN + "power", "pow"):
            return _shorter(node, builder)
        node.params["op"] = _PLAIN.get(op, op)
    if node.kind == "product" and node.outs[0].shape == (1, 1) and all(1 in x.shape for x in node.args):
        return _summed(node, builder)
    return []


_NAMES = {
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "power": "pow", "multiply": "mul", "divide": "div", "absolute": "abs",
}  # fmt: skip
_PLAIN = {
    **{LIBRARYS + name: name for name in ("exp exp2 expm1 log log1p sin cos tan asin acos atan atan2 sinh cosh tanh "
       "asinh acosh atanh pow cbrt").split()},
    **{OWN + name: _NAMES.get(name, name) for name in ("exp exp2 expm1 log log1p sin cos tan arcsin arccos arctan "
       "arctan2 sinh cosh tanh arcsinh arccosh arctanh power cbrt sqrt multiply divide absolute").split()},
}  # fmt: skip


def _written(builder: Builder, make) -> tuple[list[Node], Value]:
    """The nodes that ``make()`` writes, and its result."""
    before, builder.block = builder.block, Block()
    made, builder._made = builder._made, [{}]
    try:
        found = make()
        return builder.block.nodes, found
    finally:
        builder.block, builder._made = before, made


def _become(node: Node, value: Value) -> None:
    """Have a node give a value that is there."""
    rank = len(value.shape)
    node.kind, node.args = "view", [value]
    node.params = {"map": views.identity(rank).trimmed(value.shape)}


def _shorter(node: Node, builder: Builder) -> list[Node]:
    x, y = node.args
    if x.shape == node.outs[0].shape and x.dtype == y.dtype:
        nodes, found = _written(builder, lambda: elementwise.shorter_power(builder, x, y))
        if found is not None:
            _become(node, found)
            return nodes
    node.params["op"] = "pow"
    return []


def _summed(node: Node, builder: Builder) -> list[Node]:
    """A product of two vectors as a sum, which needs neither of them in memory."""
    x, y = node.args
    (out,) = node.outs

    def make():
        column = builder.view(x, views.Map((views.Axis(), views.Axis(0, (), ((0, 1),)))), y.shape)
        terms = builder.map("mul", out.dtype, column, y, shape=y.shape)
        return builder.once("reduce", [terms], (1,), out.dtype, op="sum", axes=(0,))

    nodes, found = _written(builder, make)
    node.kind, node.args = "view", [found]
    node.params = {"map": views.Map((views.Axis(),))}
    return nodes
