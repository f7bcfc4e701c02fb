"""Which values of a program get memory, and until when each is needed.

What is computed element by element is not kept unless it must be: it is computed where it is used, in the same loop.
It is kept where it would be computed again and again, or where a whole array is asked for.
"""

from __future__ import annotations

import numpy as np

from ...program import spans
from ...program.builder import OWN
from ...program.nodes import Block, Node, Value

LAZY = {"map", "view", "iota", "gather"}
HEAVY = {
    "exp", "exp2", "log", "log1p", "expm1", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh",
    "tanh", "asinh", "acosh", "atanh", "pow", "cbrt", "erf", "erfc", "lgamma",
}  # fmt: skip
_COSTS = {"div": 5, "rem": 8, "floor_div": 8, "floor_rem": 8, "sqrt": 5}
TWICE = 3  # what costs more is not computed twice
LARGEST = 120  # nor is a tree larger than this put into one loop


class Plan:
    """For a whole program, with the blocks inside.

    Attributes
    ----------
    kept : set of Value
        Those among the lazy ones that get memory.
    last : dict of Block to (dict of Value to int)
        The position of the last node that reads the memory of a value, in each block that does; ``len(nodes)`` where
        a result does.
    """

    def __init__(self, program: Block) -> None:
        self._depth: dict[Value, int] = {}
        self._depths(program, 1)
        self.kept: set[Value] = set()
        self.cost: dict[Value, float] = {}
        self.uses: dict[Value, int] = {}
        self.must: set[Value] = set()
        self.spread: set[Value] = set()
        self._costs(program, settle=False)
        self._needs(program, 1)
        self._costs(program, settle=True)
        self.last: dict[Block, dict[Value, int]] = {}
        self._reach: dict[Value, frozenset] = {}
        self._lives(program)

    def is_lazy(self, value: Value) -> bool:
        return bool(value.shape) and value.node is not None and value.node.kind in LAZY and value not in self.kept

    def _depths(self, block: Block, times: int) -> None:
        """How often, about, each value is computed."""
        for value in block.inputs:
            self._depth[value] = times
        for node in block.nodes:
            for out in node.outs:
                self._depth[out] = times
            for inner in node.blocks:
                self._depths(inner, times * (16 if node.kind == "loop" else 1))

    # -- costs

    def _costs(self, block: Block, settle: bool) -> None:
        """What each lazy value costs; `settle` decides, in order, which are kept, as those cost nothing afterwards."""
        if settle:
            self.kept.difference_update(*(node.outs for node in block.nodes))
        for node in block.nodes:
            for inner in node.blocks:
                self._costs(inner, settle)
            if node.kind not in LAZY:
                continue
            (out,) = node.outs
            own = step_cost(node)
            for arg in node.args:
                if arg.shape and arg.node is not None and arg.node.kind in LAZY:
                    own += 0.5 if arg in self.kept else self.cost.get(arg, 0)
            self.cost[out] = own
            if settle:
                self._decide(node)

    # -- who needs what

    def _needs(self, block: Block, times: int) -> None:
        for value in block.results:
            if value.shape:
                self.must.add(value)
        for node in reversed(block.nodes):
            for inner in node.blocks:
                self._needs(inner, times * (16 if node.kind == "loop" else 1))
            self._decide(node)
            self._ask(node, times)

    def _decide(self, node: Node) -> None:
        if node.kind not in LAZY:
            return
        (out,) = node.outs
        cost = self.cost[out]
        again = self.uses.get(out, 0) > 1
        if out.shape and (
            out in self.must
            or (again and cost > TWICE)
            or (out in self.spread and cost > 1 and node.kind != "view")
            or (cost > LARGEST and node.kind != "view")
        ):
            self.kept.add(out)

    def _ask(self, node: Node, times: int) -> None:
        """How a node reads its arguments."""
        kind, args = node.kind, node.args
        through = 1
        if kind in LAZY and node.outs[0].shape and node.outs[0] not in self.kept:
            through = max(self.uses.get(node.outs[0], 0), 1)
        for at, arg in enumerate(args):
            if not arg.shape:
                continue
            if kind == "product":
                self._factor(arg)
                continue
            if kind in ("call", "reshape") or (kind == "gather" and at == 0):
                self.must.add(arg)
                continue
            self.uses[arg] = self.uses.get(arg, 0) + max(through, times // self._depth[arg])
            if kind == "view" and (
                node.params["map"].repeats(node.outs[0].shape) or (node.outs[0] in self.spread and through)
            ):
                self.spread.add(arg)
            if kind == "map" and node.outs[0] in self.spread and node.outs[0] not in self.kept:
                self.spread.add(arg)

    def _factor(self, value: Value) -> None:
        """Have what a factor of a product looks at in memory."""
        seen, _, _ = spans.factor(value)
        self.must.add(seen if seen.shape else value)

    # -- how long

    def reach(self, value: Value) -> frozenset:
        """The values whose memory is read when this one is."""
        found = self._reach.get(value)
        if found is None:
            if not value.shape:
                found = frozenset()
            elif self.is_lazy(value):
                found = frozenset().union(*(self.reach(a) for a in value.node.args))  # type: ignore[union-attr]
            else:
                found = frozenset((value,))
            self._reach[value] = found
        return found

    def _lives(self, block: Block) -> set:
        """Fill :attr:`last`, and return what is read in a block."""
        last: dict[Value, int] = {}
        for at, node in enumerate(block.nodes):
            for value in self._read(node):
                last[value] = at
        for result in block.results:
            for value in self.reach(result):
                last[value] = len(block.nodes)
        self.last[block] = last
        return set(last)

    def _read(self, node: Node) -> set:
        found: set = set()
        lazy = node.kind in LAZY and self.is_lazy(node.outs[0])
        if not lazy:  # else it is read by who reads the result
            for arg in node.args:
                found |= self.reach(arg)
        for inner in node.blocks:
            found |= self._lives(inner)
        return found


def is_heavy(op: str) -> bool:
    """Whether a step is worth doing for a run of elements at once."""
    return op in HEAVY or op.startswith(OWN)


def step_cost(node: Node) -> float:
    """What a lazy node costs for each element, as multiples of an addition."""
    own = 3.0 if node.kind == "gather" else 0.0
    if node.kind == "map":
        op = node.params["op"]
        own = 20 if is_heavy(op) else _COSTS.get(op, 1)
    return 3 * own if node.outs[0].dtype.kind == "c" else own


def nbytes(value: Value) -> int:
    return int(np.prod(value.shape, dtype=np.int64)) * value.dtype.itemsize
