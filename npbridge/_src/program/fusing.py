"""Products of a vector and a matrix that is made for it alone: sums of what is computed, so that it is never stored."""

from __future__ import annotations

from collections import Counter

import numpy as np

from . import spans, views
from .nodes import Block, Node, Value

HALF = np.dtype("float16")


def fuse(block: Block) -> None:
    """Make sums of such products, in a block and those inside."""
    _fuse(block, block.uses())


def _fuse(block: Block, uses: Counter[Value]) -> None:
    made = {out for node in block.nodes for out in node.outs}
    nodes: list[Node] = []
    for node in block.nodes:
        for inner in node.blocks:
            _fuse(inner, uses)
        nodes += _sum(node, made, uses) if node.kind == "product" else [node]
    block.nodes = nodes


def _sum(node: Node, made: set[Value], uses: Counter[Value]) -> list[Node]:
    """The nodes that stand for a product: itself, or a sum of products of elements."""
    (cx, cy), (bx, _) = node.params["contract"], node.params["batch"]
    (x, y), (out,) = node.args, node.outs
    ranks = len(x.shape) - len(cx), len(y.shape) - len(cy)
    if bx or 0 not in ranks or not out.shape or out.dtype == HALF or node.params.get("exact"):
        return [node]
    (matrix, summed), (vector, order) = ((y, cy), (x, cx)) if ranks[0] == 0 else ((x, cx), (y, cy))
    if not _is_for(matrix, made, uses):
        return [node]
    # the axes of the vector, in the order in which the matrix has them
    axes = [views.Axis()] * len(order)
    for own, at in zip(order, summed, strict=True):
        axes[own] = views.Axis(0, (), ((at, 1),) if matrix.shape[at] != 1 else ())
    beside = Node("view", [vector], {"map": views.Map(tuple(axes))})
    terms = Node("map", [matrix, beside.out(matrix.shape, vector.dtype)], {"op": "mul"})
    total = Node("reduce", [terms.out(matrix.shape, out.dtype)], {"op": "sum", "axes": tuple(sorted(summed))})
    total.outs = node.outs
    out.node = total
    return [beside, terms, total]


def _is_for(matrix: Value, made: set[Value], uses: Counter[Value]) -> bool:
    """Whether a matrix is computed element by element, here, and for nothing else."""
    node = matrix.node
    if node is None or uses[matrix] != 1 or matrix not in made:
        return False
    if node.kind == "view":
        return bool(node.args[0].shape) and matrix.size == node.args[0].size and _is_for(node.args[0], made, uses)
    return node.kind == "map" and not spans.factor(matrix)[2]
