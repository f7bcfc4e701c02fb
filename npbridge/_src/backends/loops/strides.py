"""How loops of the program go along memory."""

from __future__ import annotations

from ...program.nodes import Block, Node, Value


def facts(node: Node) -> list[str]:
    """What LLVM is told of a loop."""
    found = []
    if _writes_across(node):
        found.append('!{!"llvm.loop.vectorize.enable", i1 false}')
    if _jumps(node):
        found.append('!{!"llvm.loop.unroll.disable"}')
    return found


def _writes_across(node: Node) -> bool:
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


def _jumps(node: Node) -> bool:
    """Whether turns of a loop write at places that the counter does not tell.

    What several turns at once read there before they write is often read too early, and then again.
    """
    body = node.blocks[-1]
    first = len(body.inputs) - len(node.outs)
    counters = {v for v, r in zip(body.inputs[first:], body.results, strict=True) if _is_next(r, v)}
    counters.update(body.inputs[:first])
    moving = set(body.inputs)
    for inner in _nodes(body, moving):
        if inner.kind == "write":
            starts = {v for axis in inner.params["map"].axes for v, _ in axis.starts}
            if any(v in moving and not _is_told(v, counters, moving) for v in starts):
                return True
    return False


def _is_next(value: Value, before: Value) -> bool:
    node = value.node
    return node is not None and node.kind == "map" and node.params["op"] in ("add", "sub") and before in node.args


def _is_told(value: Value, counters: set[Value], moving: set[Value]) -> bool:
    """Whether a number is made of counters, and of what is the same in all turns."""
    if value in counters or value not in moving:
        return True
    node = value.node
    steps = ("add", "sub", "mul", "convert", "max", "min")
    if node is None or (node.kind != "place" and not (node.kind == "map" and node.params["op"] in steps)):
        return False
    return all(_is_told(x, counters, moving) for x in node.args)
