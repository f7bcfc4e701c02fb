"""In which order NumPy has the elements of an array in memory, which is the order in which it adds them up.

NumPy lays out a result like the operands it came from.  What follows from C order has C order; of what was turned, and
of what came of that, nothing is said.
"""

from __future__ import annotations

from .nodes import Node, Value
from .views import Map


class Layouts:
    """Of the arrays of one program.

    Parameters
    ----------
    homes : dict of Value to (Node, int)
        Inputs of blocks: the loop, and which of its values.
    ordered : set of Value
        What is known to have C order.
    """

    def __init__(self, homes: dict[Value, tuple[Node, int]], ordered: set[Value]) -> None:
        self.homes = homes
        self._found: dict[Value, bool] = dict.fromkeys(ordered, True)

    def is_c(self, value: Value) -> bool:
        """Whether the axes lie in memory as they are counted, the last one innermost."""
        if sum(n > 1 for n in value.shape) < 2:
            return True
        found = self._found.get(value)
        if found is None:
            self._found[value] = True  # what is carried around is what it was, unless a turn says otherwise
            found = self._found[value] = self._of(value)
        return found

    def _of(self, value: Value) -> bool:
        node = value.node
        if node is None:
            home = self.homes.get(value)
            return home is None or self._carried(*home)
        if node.kind == "loop":
            return self._carried(node, node.outs.index(value))
        if node.kind == "branch":
            return all(self.is_c(block.results[node.outs.index(value)]) for block in node.blocks)
        if node.kind == "view":
            return in_order(node.params["map"], value.shape) and self.is_c(node.args[0])
        if node.kind == "gather":
            numbers = node.params["numbers"]
            first = len(value.shape) - len(numbers.offset_dims)
            last = tuple(range(first, len(value.shape)))
            return tuple(numbers.offset_dims) == last and tuple(numbers.start_index_map) == (0,)
        if node.kind in ("write", "scatter"):
            return self.is_c(node.args[0])
        if node.kind == "call":
            return False
        return node.kind in ("reshape", "product") or all(map(self.is_c, node.args))

    def _carried(self, node: Node, k: int) -> bool:
        return self.is_c(node.args[k]) and self.is_c(node.blocks[-1].results[k])


def in_order(to: Map, shape: tuple) -> bool:
    """Whether a view goes over the axes of its source in their order, forwards."""
    axes = [(at, step) for axis in to.axes for at, step in axis.terms if shape[at] > 1]
    return all(step > 0 for _, step in axes) and [at for at, _ in axes] == sorted(at for at, _ in axes)


def is_whole(value: Value) -> bool:
    """Whether the elements of an array in C order lie side by side: it is no part of a larger one."""
    node = value.node
    while node is not None and node.kind == "view":
        if value.size != node.args[0].size:
            return False
        value = node.args[0]
        node = value.node
    return True


def is_read_backwards(value: Value) -> bool:
    """Whether an array is a view that goes backwards over another one: NumPy has loops of their own for these."""
    while value.node is not None and value.node.kind == "view":
        to = value.node.params["map"]
        if any(step < 0 for axis in to.axes for at, step in axis.terms if value.shape[at] > 1):
            return True
        value = value.node.args[0]
    return False
