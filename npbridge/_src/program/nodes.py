"""What a program is made of: values with a shape and a dtype, nodes that compute them, blocks of nodes.

A value is written once.  A node that writes into an array gives the next version of it; whether both versions lie in
the same memory is found out by who looks at the whole block.  Blocks of loops and branches use the values around them
by themselves: what a loop only reads is not among its inputs.
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np

_numbers = itertools.count()


class Value:
    """One version of an array or number.

    Attributes
    ----------
    shape : tuple of int
    dtype : numpy.dtype
    node : Node or None
        What computes it; None for the input of a block.
    number : int
        In the order of creation.
    """

    __slots__ = ("dtype", "node", "number", "shape")

    def __init__(self, shape: tuple, dtype: Any, node: Node | None = None) -> None:
        self.shape = tuple(shape)
        self.dtype = np.dtype(dtype)
        self.node = node
        self.number = next(_numbers)

    @property
    def size(self) -> int:
        size = 1
        for n in self.shape:
            size *= n
        return size

    @property
    def constant(self) -> Any:
        """The number that it always is, or None."""
        return self.node.params["value"] if self.node is not None and self.node.kind == "number" else None

    def __repr__(self) -> str:
        return f"%{self.number}:{self.dtype.name}[{','.join(map(str, self.shape))}]"


class Node:
    """One step.

    Attributes
    ----------
    kind : str
        ``number`` (a constant), ``array`` (one with elements), ``empty`` (what is written later), ``map`` (element by
        element), ``view``, ``iota``, ``reshape`` (where no view will do), ``gather``, ``reduce``, ``position`` (of the
        largest), ``running`` (sums up to each place), ``sort`` (short rows, by the first of several arrays), ``write``
        (a part of an array), ``scatter``, ``product``, ``loop``, ``branch``, ``call`` (of a function of the host),
        ``leave`` (the program, where a truth says that it has failed; it `waits` where nothing after it relies on
        that), ``place`` (that an index stands for; outside the program is left).
    args, outs : list of Value
    params : dict
        What else the kind needs.
    """

    __slots__ = ("args", "kind", "outs", "params")

    def __init__(self, kind: str, args: list, params: dict) -> None:
        self.kind = kind
        self.args = list(args)
        self.params = params
        self.outs: list[Value] = []

    def out(self, shape, dtype) -> Value:
        value = Value(shape, dtype, self)
        self.outs.append(value)
        return value

    @property
    def blocks(self) -> list[Block]:
        return self.params.get("blocks", [])

    @property
    def acts(self) -> bool:
        """Whether it does something beside giving values, as a call that prints or draws."""
        return self.params.get("acts", False) or any(node.acts for block in self.blocks for node in block.nodes)

    def __repr__(self) -> str:
        shown = {k: v for k, v in self.params.items() if k != "blocks" and v is not None}
        words = "".join(f" {k}={v}" for k, v in shown.items())
        return f"{', '.join(map(repr, self.outs))} = {self.kind}{words} {' '.join(f'%{a.number}' for a in self.args)}"


class Block:
    """Nodes one after the other, from inputs to results."""

    __slots__ = ("inputs", "nodes", "results")

    def __init__(self) -> None:
        self.inputs: list[Value] = []
        self.nodes: list[Node] = []
        self.results: list[Value] = []

    def prune(self) -> set[Value]:
        """Leave out nodes that nobody needs; the values from outside that are used."""
        used: set[Value] = {*self.results}
        kept = []
        for node in reversed(self.nodes):
            if not node.acts and not used.intersection(node.outs):
                continue
            for block in node.blocks:
                used |= block.prune()
            used.update(node.args)
            kept.append(node)
        self.nodes = kept[::-1]
        return used

    def uses(self) -> Counter[Value]:
        """How often each value is used, in blocks inside too."""
        found = Counter(self.results)
        for node in self.nodes:
            found.update(node.args)
            for block in node.blocks:
                found.update(block.uses())
        return found

    def replace(self, new: dict[Value, Value]) -> None:
        """Have other values used in place of some."""
        for node in self.nodes:
            node.args = [new.get(x, x) for x in node.args]
            if "map" in node.params:
                node.params["map"] = node.params["map"].replaced(new)
            for block in node.blocks:
                block.replace(new)
        self.results = [new.get(x, x) for x in self.results]

    def lines(self, indent: str = "") -> list[str]:
        """The text of it, a node a line."""
        lines = [f"{indent}({', '.join(map(repr, self.inputs))}) ->"]
        for node in self.nodes:
            lines.append(f"{indent}  {node!r}")
            for block in node.blocks:
                lines += block.lines(indent + "    ")
        lines.append(f"{indent}  return {' '.join(f'%{r.number}' for r in self.results)}")
        return lines

    def __str__(self) -> str:
        return "\n".join(self.lines())
