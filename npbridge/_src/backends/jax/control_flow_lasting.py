"""What a loop leaves in a name that was there before it, or is a part of what it runs over: itself, not a copy.

``pair = a[::-1], i`` in a loop binds a view of ``a`` each time; after ``for row in rows``
the name has the last row.  Such arrays are made again after the loop, on the memory that
they lie in, so that writes show and what is written later is seen.
"""

from __future__ import annotations

import contextlib
import functools
import operator

import jax.numpy as jnp

from ...array import choice, core, traced_number, traced_range
from ...convert import context as contexts
from .control_flow_trace import NEEDS_VALUE, same_object
from .control_flow_values import Leaf, Node, Options, Static, leaves
from .control_flow_windows import window_in_buffer


class Lasting:
    """The arrays in what the body of a loop leaves behind that are no copies after it."""

    def __init__(self, roll) -> None:
        self.roll, self.block = roll, roll.block
        self.last: dict = {}  # the item of the last iteration, after the loop, by whether it moves
        self.made: dict[int, core.JaxArray] = {}

    def is_older(self, array) -> bool:
        """Whether an array lies in memory from before the loop that no iteration moves."""
        if type(array) is not core.JaxArray:
            return False
        buffer = array._buffer
        if choice.conditions_of(array) and not (self.is_older(buffer.first) and self.is_older(buffer.second)):
            return False
        return not self.block.recorder.is_own(buffer) and not any(
            buffer is p._buffer for p in self.roll.proxies.values()
        )

    def path_in_item(self, array):
        """Where in an item of the loop the array is that an array is a view of; None where it is not."""
        if type(array) is not core.JaxArray or self.roll.over is None or self.roll.item is None:
            return None
        return _path_in(self.roll.item, array)

    def kept(self, tree):
        """A tree in which such arrays are themselves."""
        if isinstance(tree, Node):
            return Node(tree.cls, tree.keys, [self.kept(c) for c in tree.children])
        if isinstance(tree, Options):
            return Options(tree.which, [self.kept(o) for o in tree.options])
        if not isinstance(tree, Leaf) or tree.origin is None:
            return tree
        if self.is_older(tree.origin):
            return Static(self._again(tree.origin))
        path = self.path_in_item(tree.origin)
        if path is not None:
            tree.made = lambda value, found: self._part(tree.origin, path, value)
        return tree

    def with_older(self, tree):
        """The tree of a value of several kinds, with the arrays from before the loop in it as themselves."""
        if isinstance(tree, Options):
            return Options(tree.which, [self.with_older(o) for o in tree.options])
        if isinstance(tree, Node):
            return Node(tree.cls, tree.keys, [self.with_older(c) for c in tree.children])
        older = isinstance(tree, Leaf) and tree.origin is not None and self.is_older(tree.origin)
        return Static(self._again(tree.origin)) if older else tree

    def are_in(self, tree) -> bool:
        """Whether a tree has such arrays."""
        found = [leaf.origin for leaf in leaves(tree) if leaf.origin is not None]
        return any(self.is_older(x) or self.path_in_item(x) is not None for x in found)

    def is_itself(self, new, old) -> bool:
        """Whether an array after the loop is no copy of the one that the body left."""
        same = isinstance(old, core.JaxArray) and new._buffer is old._buffer
        return same or any(
            new is x for x in (*self.made.values(), *self.roll.windows.values(), *self.roll.entry.values())
        )

    def pinned(self, before, after):
        """The trees of a value before and after an iteration, with the arrays in it that stay themselves as such."""
        if isinstance(before, Node) and isinstance(after, Node) and before.cls is after.cls:
            if list(before.keys) == list(after.keys):
                pairs = [self.pinned(x, y) for x, y in zip(before.children, after.children, strict=True)]
                return tuple(Node(before.cls, before.keys, list(side)) for side in zip(*pairs, strict=True)) or (
                    before,
                    after,
                )
        if not isinstance(after, Leaf) or after.origin is None:
            return before, after
        stays = before.value if isinstance(before, Static) else getattr(before, "origin", None)
        if stays is None or not self.is_older(after.origin) or not same_object(stays, after.origin):
            return before, after
        return Static(stays), Static(stays)

    def _again(self, array):
        same = next((x for x in self.roll.entry.values() if x is array), None)
        if same is not None or choice.conditions_of(array):
            return array
        window = window_in_buffer(array)
        key = id(window.buffer), *window[1:]
        if key not in self.roll.windows:
            self.roll.windows[key] = window.array()
        return self.roll.windows[key]

    def settle(self, runs) -> None:
        """Let the loop have run so often."""
        roll = self.roll
        if roll.over is None or roll.walk is not None or isinstance(runs, int) and not runs:
            return
        index = traced_number.of_value(jnp.maximum(jnp.asarray(runs) - 1, 0), int)
        last = roll.over.last()
        traced_range.bound(index, 0, last if type(roll.first) is int and roll.first == 0 else None)
        trace = contexts.current()
        checks, trace.checks = trace.checks, []  # where nothing ran, nobody asks for it
        for moves, place in ((True, index), (False, runs - 1 if isinstance(runs, int) else index)):
            # a list among what it runs over has no item whose number is not known
            with contextlib.suppress(*NEEDS_VALUE):
                self.last[moves] = roll.over.item(place + roll.first)
        trace.checks = checks

    def _part(self, array, path, value):
        """The view of the last item that an array was of its own; a copy of its values where that is not known."""
        moves = not array._whole  # its layout is one in the storage of an item that moves
        if moves not in self.last:
            return core.array_of_device(value)
        part = functools.reduce(operator.getitem, path, self.last[moves])
        if moves:
            part = window_in_buffer(array)._replace(buffer=part._buffer).array(part)
        return self.made.setdefault(id(array), part)


def _path_in(item, array):
    """Where in an item of a loop the storage of an array is: the places in tuples; None where it is not."""
    if type(item) is core.JaxArray and item._buffer is array._buffer:
        return []
    for i, part in enumerate(item if type(item) is tuple else ()):
        path = _path_in(part, array)
        if path is not None:
            return [i, *path]
    return None
