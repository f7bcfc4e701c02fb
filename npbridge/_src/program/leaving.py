"""A program that is left where it fails, in place of one that goes on to its end with what it says about that.

It is written anew: the truths that :mod:`.marks` finds end it as soon as they are known, loops and branches carry them
no more, and what comes after knows that they are false.  An index that has been looked at is moved inside no more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from . import views
from .blocks import put_loop
from .builder import Builder
from .marks import Marks, flags
from .nodes import Block, Node, Value
from .ranges import Range, Ranges
from .turns import one_way

_FALSE = np.dtype(bool)


def leaving(program: Block, ranges: Ranges) -> Block:
    """The same program, with nodes that leave it; itself where its last result does not say what has failed."""
    if not program.results or not (found := flags(program.results[-1])):
        return program
    return _Copy(program, ranges, Marks(program, found)).program


class _Copy:
    """Writes a program again.

    Attributes
    ----------
    program : Block
    new : dict of Value to Value
        What stands for each value.
    """

    def __init__(self, old: Block, ranges: Ranges, marks: Marks) -> None:
        self.b, self.ranges, self.marks = Builder(), ranges, marks
        self.new: dict[Value, Value] = {}
        self.program = self.b.block
        self.program.inputs = self._fresh(old.inputs)
        self.nodes(old)
        kind = old.results[-1].dtype
        self.program.results = [*self._of(old.results[:-1]), self.b.constant(0, kind)]

    def _of(self, values: Iterable[Value]) -> list[Value]:
        return [self.new[v] for v in values]

    def _fresh(self, inputs: list[Value]) -> list[Value]:
        """Inputs of a block, of which the same is known."""
        found = []
        for old in inputs:
            value = self.new[old] = Value(old.shape, old.dtype)
            if old in self.ranges.given:
                self.b.ranges.given[value] = self.ranges.given[old]
            found.append(value)
        return found

    def nodes(self, block: Block) -> None:
        """Write the nodes of a block into the one that is open, with what leaves the program."""
        codes = self.marks.codes.get(block, {})
        # what fails first is told: a truth that is known early waits for those before it, also in loops and branches
        order: dict[Any, int] = dict(codes)
        order |= {node: least for node in block.nodes if (least := self.marks.least(node)) is not None}
        left = sorted(order, key=lambda x: order[x], reverse=True)
        made = {out for node in block.nodes for out in node.outs}
        ready: set = {value for value in codes if value not in made}
        for node in block.nodes:
            if node.kind == "number":
                self.new[node.outs[0]] = self.b.constant(node.params["value"], node.outs[0].dtype)
            else:
                self._node(node)
            ready.update((node, *node.outs))
            while left and left[-1] in ready:
                x = left.pop()
                if x in codes:
                    self._leave(x, codes[x])
        for x in reversed(left):
            self._leave(x, codes[x])

    def _leave(self, old: Value, code: int) -> None:
        """Leave where a truth is true; then it is known to be false."""
        b, truth = self.b, self.new[old]
        asked = _index(truth)
        if asked is not None:
            self._place(*asked, code)
        facts = {**b.ranges.told(truth, False), **_floats(truth)}
        if asked is None and (truth.constant is None or truth.constant):
            b.node("leave", [truth], code=code, acts=True, waits=not facts)
        b.ranges.learn(facts)
        self.new[old] = b.constant(False, _FALSE)

    def _place(self, index: Value, length: int, code: int) -> None:
        """Leave where an index is outside; else it is known which place it stands for."""
        b = self.b
        place = b.node("place", [index], length=length, code=code, acts=True).out((), index.dtype)
        below, moved = b.map("lt", _FALSE, index, b.constant(0, index.dtype)), b.constant(length, index.dtype)
        b.known("map", [below, index, b.map("add", index.dtype, index, moved)], place, op="select")

    def _node(self, node: Node) -> None:
        kind, params = node.kind, node.params
        if kind == "loop":
            self._loop(node)
            return
        if kind == "branch":
            self._branch(node)
            return
        args = self._of(node.args)
        if kind in ("map", "view", "write"):
            self.new[node.outs[0]] = self._step(node, args)
        elif kind in ("empty", "array", "call", "sort"):
            made = self.b.node(kind, args, **params)
            for out in node.outs:
                self.new[out] = made.out(out.shape, out.dtype)
        else:
            (out,) = node.outs
            self.new[out] = self.b.once(kind, args, out.shape, out.dtype, **params)

    def _step(self, node: Node, args: list[Value]) -> Value:
        b, (out,) = self.b, node.outs
        if node.kind == "map":
            params = {k: v for k, v in node.params.items() if k != "op"}
            return b.map(node.params["op"], out.dtype, *args, shape=out.shape, **params)
        to = self._map(node.params["map"])
        return b.view(args[0], to, out.shape) if node.kind == "view" else b.write(args[0], args[1], to)

    def _map(self, to: views.Map) -> views.Map:
        return views.Map(tuple(self._axis(a) for a in to.axes))

    def _axis(self, axis: views.Axis) -> views.Axis:
        offset, starts = axis.offset, []
        for old, times in axis.starts:
            start = self.new[old]
            if start.constant is not None:
                offset += int(start.constant) * times
            else:
                starts.append((start, times))
        return views.Axis(offset, tuple(starts), axis.terms)

    # -- loops and branches

    def _loop(self, node: Node) -> None:
        """Without the truths that it carried to the end."""
        carried, never = self.marks.carried, self.b.constant(False, _FALSE)
        left = [k for k, out in enumerate(node.outs) if out not in self.marks.handed]
        self.new |= {v: never for block in node.blocks for v in block.inputs if v in carried}
        self.new |= {out: never for k, out in enumerate(node.outs) if k not in left}
        blocks = []
        for k, limit in self._one_way(node).items():
            for old in node.blocks:
                self.ranges.give(old.inputs[len(old.inputs) - len(node.outs) + k], limit)
        for old in node.blocks:
            inputs = self._fresh([v for v in old.inputs if v not in carried])
            gives = left if old is node.blocks[-1] else range(len(old.results))

            def results(old=old, gives=gives):
                self.nodes(old)
                return self._of(old.results[k] for k in gives)

            with self.b.ranges.apart():
                blocks.append(self.b.inner(None, None, None, inputs, results))
        init = [self.new[node.args[k]] for k in left]
        outs = put_loop(self.b, init, blocks, node.params["length"])
        self.new |= dict(zip([node.outs[k] for k in left], outs, strict=True))

    def _one_way(self, node: Node) -> dict[int, Range]:
        """The limits of the numbers that only grow, or only shrink, in a loop."""
        body = node.blocks[-1]
        inputs = body.inputs[len(body.inputs) - len(node.outs) :]
        found = {}
        for k, (x, before, after) in enumerate(zip(node.args, inputs, body.results, strict=True)):
            limit = one_way(self.ranges, x, before, after)
            if limit is not None:
                found[k] = limit
        return found

    def _branch(self, node: Node) -> None:
        """Without the truths that were handed on."""
        b, which = self.b, self.new[node.args[0]]
        left = [k for k, out in enumerate(node.outs) if out not in self.marks.handed]
        never = b.constant(False, _FALSE)
        self.new |= {out: never for k, out in enumerate(node.outs) if k not in left}
        if which.constant is not None:
            block = node.blocks[min(max(int(which.constant), 0), len(node.blocks) - 1)]
            self.nodes(block)
            self.new |= {node.outs[k]: self.new[block.results[k]] for k in left}
            return
        blocks = []
        for k, old in enumerate(node.blocks):

            def results(old=old):
                self.nodes(old)
                return self._of(old.results[k] for k in left)

            with b.ranges.apart():
                if len(node.blocks) == 2:
                    b.ranges.learn(b.ranges.told(which, bool(k)))
                blocks.append(b.inner(None, None, None, [], results))
        made = b.node("branch", [which], blocks=blocks)
        self.new |= {node.outs[k]: made.out(node.outs[k].shape, node.outs[k].dtype) for k in left}


def _index(truth: Value) -> tuple[Value, int] | None:
    """An index, and the length of the axis, where a truth says that it is outside; else None."""
    node = truth.node
    if node is None or node.kind != "map" or node.params["op"] != "or":
        return None
    below, above = (x.node for x in node.args)
    if below is None or above is None or not below.kind == above.kind == "map":
        return None
    if (below.params["op"], above.params["op"]) != ("lt", "ge") or below.args[0] is not above.args[0]:
        return None
    index, low, high = above.args[0], below.args[1].constant, above.args[1].constant
    if index.shape or index.dtype.kind != "i" or low is None or high is None or low != -high or high <= 0:
        return None
    return index, int(high)


def _floats(truth: Value) -> dict[Value, Range]:
    """The float that lies between two numbers where a truth does not hold, which is so for NaN."""
    both = truth.node.args[0].node if truth.node is not None and truth.node.params.get("op") == "not" else None
    if both is None or both.kind != "map" or both.params["op"] != "and":
        return {}
    least, below = (x.node for x in both.args)
    if least is None or below is None or not least.kind == below.kind == "map":
        return {}
    if least.params["op"] not in ("ge", "gt") or below.params["op"] != "lt" or least.args[0] is not below.args[0]:
        return {}
    value, low, high = least.args[0], least.args[1].constant, below.args[1].constant
    if value.dtype.kind != "f" or low is None or high is None:
        return {}
    first = math.ceil(low) if least.params["op"] == "ge" else math.floor(low) + 1  # where it is cut to an integer
    return {value: (first, math.ceil(high) - 1)}
