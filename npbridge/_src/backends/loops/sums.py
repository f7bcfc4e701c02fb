"""Sums of numbers that loops carry: their terms may be added in another order, as those of sums of arrays are.

That holds where a turn does nothing else with the number: what is computed from sums so far, as what was rounded away,
is computed from just those.  Where a turn writes into arrays too, the order stays: LLVM would gather and scatter.
"""

from __future__ import annotations

from collections import Counter

from ...program.nodes import Block, Node, Value


def loose(program: Block) -> set[Node]:
    """The additions whose order does not matter."""
    found: set[Node] = set()
    _of_block(program, program.uses(), found)
    return found


def _of_block(block: Block, uses: Counter[Value], found: set[Node]) -> None:
    for node in block.nodes:
        for inner in node.blocks:
            _of_block(inner, uses, found)
        if node.kind == "loop" and not any(out.shape for out in node.outs):
            body = node.blocks[-1]
            carried = body.inputs[len(body.inputs) - len(node.outs) :]
            for before, after in zip(carried, body.results, strict=True):
                if before.dtype.kind == "f" and not before.shape and before is not after and uses[after] == 1:
                    found |= _steps(after, before, body, uses) or set()


def _steps(value: Value, before: Value, block: Block, uses: Counter[Value]) -> set[Node] | None:
    """The additions by which a number becomes another; None where it is used for something else too."""
    node, found = value.node, set()
    while value is not before:
        if node is None or node not in block.nodes or node.kind != "map" or uses[value] != 1:
            return None
        found.add(node)
        x, y = node.args if len(node.args) == 2 else (None, None)
        if node.params["op"] not in ("add", "sub") or x is None or y is None:
            return None
        value = y if node.params["op"] == "add" and _leads_to(y, before, block) else x
        node = value.node
    return found if uses[before] == 1 else None


def _leads_to(value: Value, before: Value, block: Block) -> bool:
    """Whether a number is made of another by additions alone."""
    while value is not before:
        node = value.node
        if node is None or node not in block.nodes or node.kind != "map" or node.params["op"] not in ("add", "sub"):
            return False
        value = node.args[0]
    return True
