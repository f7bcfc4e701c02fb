"""How loops of the program go along memory."""

from __future__ import annotations

from ...program.nodes import Block, Node, Value


def writes_across(node: Node) -> bool:
    """Whether turns of a loop write elements that do not lie side by side: LLVM would scatter them, which is slow."""
    body = node.blocks[-1]
    moving = set(body.inputs)
    return any(inner.kind == "write" and _goes_across(inner, moving) for inner in _nodes(body, moving))


def _nodes(block: Block, moving: set[Value]):
    """The nodes of a block and its branches; `moving` gets the numbers that are not the same in each turn."""
    for node in block.nodes:
        if any(arg in moving for arg in node.args):
            moving.update(node.outs)
        yield node
        for inner in node.blocks:
            yield from _nodes(inner, moving)


def _goes_across(node: Node, moving: set[Value]) -> bool:
    return any(start in moving for axis in node.params["map"].axes[:-1] for start, _ in axis.starts)
