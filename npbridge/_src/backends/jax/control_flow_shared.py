"""What new arrays of a block share: storage that several names lie in stays one after it.

``x = a * 2; y = x[1:]`` under a condition binds two names to one new memory, and so it is
after the condition: a write to ``y`` shows in ``x``.  The contents of such a memory are an
output of the block, and the names are windows on the array that is made of it.
"""

from __future__ import annotations

import collections

import jax.numpy as jnp

from ...array import choice, core, traced_index
from ...array.choice import Choice
from ...array.either import Either
from ...array.ragged import Ragged
from ...convert.places import UNBOUND
from .control_flow_values import UNDEFINED, Leaf, leaves, take_apart
from .control_flow_windows import window_of


def storage_of(array):
    """The buffer that an array lies in; None for one that is one of several."""
    buffer = traced_index.root(array._buffer)
    return None if type(buffer) is Choice else buffer


def parts_of(array) -> list:
    """The arrays that an array is one of; itself, where it is one."""
    if not choice.conditions_of(array):
        return [array]
    return parts_of(array._buffer.first) + parts_of(array._buffer.second)


def shared_in(trees, is_new) -> dict[int, Leaf]:
    """The contents of each new storage in which several of the arrays in the trees lie, by the identity of its buffer.

    An array and itself are several: two names have it.
    """
    found: dict = {}
    times: dict[int, int] = collections.Counter()
    for origin in [leaf.origin for tree in trees for leaf in ([] if tree is UNDEFINED else leaves(tree))]:
        for part in [] if origin is None else parts_of(origin):
            buffer = storage_of(part)
            if buffer is not None and is_new(buffer):
                found[id(buffer)] = buffer
                times[id(buffer)] += 1
    several = [(key, buffer) for key, buffer in found.items() if times[key] > 1]
    return {key: Leaf("array", b.shape, b.dtype, b.to_device()) for key, b in several}


class Stores:
    """The arrays made, after a block, of the storage that its new arrays share."""

    def __init__(self) -> None:
        self.arrays: dict[int, core.JaxArray] = {}
        self.known: dict[int, tuple] = {}

    def add(self, key: int, value) -> None:
        self.arrays[key] = core.array_of_device(value)

    def array(self, origin):
        """What an array of the block is after it; None where it shares nothing, or its place is not known."""
        buffer = storage_of(origin)
        base = None if buffer is None else self.arrays.get(id(buffer))
        window = None if base is None else window_of(origin)
        if window is None:
            return None
        if id(origin) not in self.known:
            array = base if origin._whole else window._replace(buffer=base._buffer).array(base)
            self.known[id(origin)] = origin, array
        return self.known[id(origin)][1]


class Shared:
    """The storage of the new arrays of both sides of a branch that have several names.

    Storage of one side that goes with storage of the other, name by name, is one
    storage after the branch; any other is one by itself, empty on the other side.
    """

    def __init__(self, a, b, pairs) -> None:
        self.blocks = a, b
        self.stores = Stores()
        self.partner = self._partners(pairs)

    def _partners(self, pairs) -> dict[int, int]:
        """From the storage of the first side to that of the second that it goes with."""
        partners: tuple[dict, dict] = (collections.defaultdict(set), collections.defaultdict(set))
        for x, y in pairs:
            left, right = ([] if tree is UNDEFINED else leaves(tree) for tree in (x, y))
            fit = len(left) == len(right)
            for k in range(max(len(left), len(right))):
                ones = [own[k] if k < len(own) else None for own in (left, right)]
                keys = [self._key(block, leaf) for block, leaf in zip(self.blocks, ones, strict=True)]
                if fit and None not in keys and not self._go_together(*ones):
                    fit = False
                for own, key, other in zip(partners, keys, reversed(keys), strict=True):
                    if key is not None:
                        own[key].add(other if fit else None)
        one, two = partners
        only = {key: next(iter(others)) for key, others in one.items() if len(others) == 1}
        return {key: other for key, other in only.items() if other is not None and two[other] == {key}}

    def _key(self, block, leaf) -> int | None:
        if leaf is None or leaf.origin is None or choice.conditions_of(leaf.origin):
            return None
        buffer = storage_of(leaf.origin)
        return id(buffer) if buffer is not None and id(buffer) in block.shared else None

    def _go_together(self, left, right) -> bool:
        one, two = window_of(left.origin), window_of(right.origin)
        buffers = [storage_of(leaf.origin) for leaf in (left, right)]
        return None not in (one, two) and one[1:] == two[1:] and buffers[0].shape == buffers[1].shape

    def outputs(self, merge) -> None:
        """Let the storage be among the outputs of the branch."""
        a, b = self.blocks
        taken = set(self.partner.values())
        self.keys = [(key, a.shared[key], b.shared.get(self.partner.get(key))) for key in a.shared]
        self.keys += [(key, None, leaf) for key, leaf in b.shared.items() if key not in taken]
        for _, left, right in self.keys:
            leaf = left or right
            empty = lambda outs, leaf=leaf: jnp.zeros(leaf.shape, leaf.dtype)  # noqa: E731
            merge.output(
                Leaf("array", leaf.shape, leaf.dtype),
                empty if left is None else merge.source(left, merge.at_a),
                empty if right is None else merge.source(right, merge.at_b),
            )

    def take(self, values) -> None:
        """Make the arrays of the values after the branch."""
        for key, _, _ in self.keys:
            self.stores.add(key, next(values))
        for one, two in self.partner.items():
            self.stores.arrays[two] = self.stores.arrays[one]

    def has(self, origin) -> bool:
        """Whether an array of either side shares storage, and its place in it is known."""
        buffer = None if origin is None else storage_of(origin)
        return any(id(buffer) in block.shared for block in self.blocks) and window_of(origin) is not None

    def go_together(self, a, b) -> bool:
        """Whether two arrays lie in storage that is one after the branch."""
        return self.has(a) and self.has(b) and self.partner.get(id(storage_of(a))) == id(storage_of(b))


class Sharing:
    """Lets what was one object at the end of a block be one after it, where it is in several places.

    `stores` has the arrays that lie in storage which they share.
    """

    def __init__(self, stores) -> None:
        self.stores = stores
        self.known: dict = {}  # by the identity of what the block left: it, and what came out of it

    def of(self, old, new):
        """What came out of a block for `old`, which it left: the same for each place that had it."""
        if old is new or type(old) not in _SHARED:
            return new
        if type(old) is Either or type(new) is Either:
            return self._options(old, new)
        found = self.known.get(id(old))
        if found is None or not _are_alike(found[1], new):
            found = self.known[id(old)] = old, self._made(old, new, self.of)
        return found[1]

    def _options(self, old, new):
        """The same where it is one of several: that it is known for other places does not say which of them it is."""
        if type(new) is not Either:
            return new
        if sum(o is not UNBOUND for o in new.options) == 1 and type(old) is not Either:
            return Either(new.which, [o if o is UNBOUND else self.of(old, o) for o in new.options])
        olds = old.options if type(old) is Either else [old]
        pairs = [(next((x for x in olds if _are_alike(x, o)), olds[0]), o) for o in new.options]
        return Either(new.which, [self._stored(x, o) for x, o in pairs])

    def _stored(self, old, new):
        either = type(old) is Either or type(new) is Either
        return self._options(old, new) if either else self._made(old, new, self._stored)

    def _made(self, old, new, each):
        """What came out, of the storage that is shared, with ``each(old, new)`` for what is in it."""
        if type(old) is not type(new) or type(old) not in _SHARED:
            return new
        if type(old) is core.JaxArray:
            stored = self.stores.array(old) if _are_alike(old, new) else None
            return new if stored is None else stored
        if type(old) is Ragged:
            data = each(old.data, new.data)
            return new if data is new.data else Ragged(data, new.extents)
        if len(new) != len(old):
            return new
        items = [each(x, y) for x, y in zip(old, new, strict=True)]
        return new if all(x is y for x, y in zip(items, new, strict=True)) else type(old)(items)


_SHARED = {core.JaxArray, Either, Ragged, list, tuple}


def _are_alike(a, b) -> bool:
    """Whether two values are of one kind, with all that is in them; numbers may be known in one of them."""
    if type(a) not in _SHARED and type(b) not in _SHARED:
        return _kind(a) == _kind(b)
    if type(a) is not type(b):
        return False
    if type(a) is core.JaxArray:
        return a.shape == b.shape and a.dtype == b.dtype
    if type(a) in (list, tuple, Either):
        x, y = (v.options if type(v) is Either else v for v in (a, b))
        return len(x) == len(y) and all(map(_are_alike, x, y))
    return True


def _kind(x):
    tree = take_apart(x)
    return (tree.weak, tree.dtype) if isinstance(tree, Leaf) else type(x)
