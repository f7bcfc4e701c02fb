"""The two sides of a branch, traced each by itself, as one ``lax.cond``."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax

from ...array import choice
from ...convert import context as contexts
from ...convert import status as statuses
from ...convert.places import UNBOUND
from ...ground.errors import ControlFlowError
from .control_flow_join import NOTHING, Mapped, Mismatch, fit, join, one_kind, settled
from .control_flow_shared import Shared
from .control_flow_trace import same_object, visible
from .control_flow_values import UNDEFINED, Leaf, Static, cast, leaves, put_together, take_apart, variable


class Merge:
    """The two sides of a branch, made alike."""

    def __init__(self, pred, a, b) -> None:
        self.pred, self.a, self.b = pred, a, b
        self.chosen: list = []  # the arrays that are one or another
        # for each side: functions from its outputs to the merged outputs
        self.picks: list[tuple] = []
        self.merged: list[Leaf] = []
        self.at_a = {id(leaf): i for i, leaf in enumerate(a.outputs)}
        self.at_b = {id(leaf): i for i, leaf in enumerate(b.outputs)}

    def pair(self, x, y, what):
        """The tree for two trees; its leaves become outputs."""
        try:
            tree = join(x, y, self)
            sides = fit(x, tree), fit(y, tree)
        except Mismatch as mismatch:
            raise ControlFlowError(
                f"{what} is {mismatch}, depending on a condition that is known only at run time. Give it the same "
                "shape and kind on both paths, or run the function on the 'numpy' backend."
            ) from None
        for leaf, left, right in zip(leaves(tree), *sides, strict=True):
            if leaf.constant is UNDEFINED:
                self.output(leaf, self.source(left, self.at_a), self.source(right, self.at_b))
                self.output_conditions(leaf)
        return tree

    def output_conditions(self, leaf) -> None:
        """What it depends on which arrays the parts of a leaf are: false on the side that does not know."""
        for condition in [c for part in leaf.parts for c in part.conditions]:
            places = [(own, id(condition) in own) for own in (self.at_a, self.at_b)]
            self.output(condition, *(self.source(condition, own) if there else _false for own, there in places))

    def is_there(self, array) -> bool:
        return visible(array, self.a.recorder, self.b.recorder)

    def both(self, a, b):
        """For two arrays of one kind: themselves, where they are one, and one or another where somebody has them."""
        x, y = a.origin, b.origin
        if x is not None and y is not None and same_object(x, y):
            return Static(x)
        known = [v for v in (x, y) if v is not None]
        if not any(self.is_there(v) or choice.conditions_of(v) or self.shared.has(v) for v in known):
            return None
        leaf = one_kind(a, b)
        if x is not None and y is not None and self.shared.go_together(x, y):
            leaf.made = lambda value, found: self.shared.stores.array(x)
            return leaf

        def made(value, found):
            conditions = iter(found)
            array = choice.array_of(self.pred, *(self.again(v, value, conditions) for v in (x, y)), value)
            self.chosen.append(array)
            return array

        leaf.made, leaf.parts = made, [a, b]
        return leaf

    def let_stand_for(self, leaf, other) -> None:
        """Have a leaf become what another one, of a new array or one that is one of several, is after its block."""
        if other.conditions or self.shared.has(other.origin):
            leaf.parts, leaf.made = [other], lambda value, found: self.again(other.origin, value, iter(found))

    def again(self, array, value, conditions):
        """An array of a block as it is after it: itself, one of several, or None where nobody else has it."""
        if array is None:
            return None
        if not choice.conditions_of(array):
            return array if self.is_there(array) else self.shared.stores.array(array)
        buffer = array._buffer
        condition = next(conditions)
        first, second = (self.again(x, value, conditions) for x in (buffer.first, buffer.second))
        # the value is its own only where it is the one: it is read as what its parts say
        return array if self.is_there(array) else choice.array_of(condition, first, second, value)

    def source(self, leaf, positions):
        if type(leaf) is Mapped:
            inner, table = self.source(leaf.leaf, positions), leaf.table
            return lambda outs: jnp.asarray(table)[inner(outs)]
        at = positions.get(id(leaf))
        if at is not None:
            return lambda outs: outs[at]
        return lambda outs: leaf.value

    def output(self, leaf, from_a, from_b) -> None:
        self.merged.append(leaf)
        self.picks.append((from_a, from_b))

    def apply(self):
        a, b = self.a, self.b
        self.shared = Shared(a, b, self.pairs() if a.shared or b.shared else [])
        self.shared.outputs(self)
        code, value, possible = self.status()
        bound = {}
        for key in {**a.places, **b.places}:
            bound[key] = self.place(key)
        buffers = {**a.buffers, **b.buffers}
        for key, (buffer, _) in buffers.items():
            self.buffer(key, buffer)
        for side, (own, block) in enumerate(((self.at_a, a), (self.at_b, b))):
            for leaf, _ in block.checks:
                pick = self.source(leaf, own)
                never = lambda outs: False  # noqa: E731
                self.output(leaf, *((pick, never) if side == 0 else (never, pick)))
        values = iter(self.run())
        self.shared.take(values)
        status = statuses.assemble(
            *(
                put_together(code, values),
                possible,
                statuses.MISSING if value is UNDEFINED else put_together(value, values),
            )
        )
        for key, (how, what) in bound.items():
            place = a.places.get(key) or b.places[key]
            place.set(what if how == "object" else put_together(what, values))
        for buffer, _ in buffers.values():
            with buffer.lock:
                buffer.replace(next(values))
        for array in self.chosen:
            array._buffer.settle()
        for _, error in (*a.checks, *b.checks):
            contexts.current().checks.append((next(values), error))
        return status

    def pairs(self) -> list:
        """The trees of both sides of each value that comes out of the branch."""
        a, b = self.a, self.b
        keys = {**a.places, **b.places}
        found = [(self.tree(a, key, self.now(a, key)), self.tree(b, key, self.now(b, key))) for key in keys]
        return [(a.value, b.value), *found]

    def now(self, block, key):
        """What a place has at the end of a side."""
        return block.objects.get(key, self.a.entry.get(key, self.b.entry.get(key)))

    def run(self):
        def side(block, which):
            def outputs():
                outs = block.run()
                return [cast(pick[which](outs), leaf) for pick, leaf in zip(self.picks, self.merged, strict=True)]

            return outputs

        if not self.merged and not (self.a.jaxpr.effects or self.b.jaxpr.effects):  # effects: what prints
            return []
        return lax.cond(self.pred, side(self.a, 0), side(self.b, 1))

    def status(self):
        a, b = self.a, self.b
        possible = a.possible | b.possible
        if len(possible) == 1:
            code = Static(next(iter(possible)))
        else:
            code = Leaf("raw", (), "int32")
            self.output(code, self.code_of(a, self.at_a), self.code_of(b, self.at_b))
        if a.value is UNDEFINED or b.value is UNDEFINED:
            value = a.value if b.value is UNDEFINED else b.value
            if value is not UNDEFINED:
                value = self.one_sided(value, a.value is not UNDEFINED)
            return code, value, possible
        if same_object(a.returned, b.returned):
            return code, Static(a.returned), possible
        return code, self.pair(a.value, b.value, "the value"), possible

    def code_of(self, block, positions):
        if isinstance(block.code, Static):
            known = block.code.value
            return lambda outs: np.int32(known)
        return self.source(block.code, positions)

    def one_sided(self, tree, first):
        """A value that only one path returns; the code says where it counts."""
        merged = variable(settled(tree, self))
        for leaf, own in zip(leaves(merged), fit(tree, merged), strict=True):
            pick = self.source(own, self.at_a if first else self.at_b)
            unused = lambda outs, leaf=leaf: jnp.zeros(leaf.shape, leaf.dtype)  # noqa: E731
            self.output(leaf, *((pick, unused) if first else (unused, pick)))
            self.output_conditions(leaf)
        return merged

    def place(self, key):
        a, b = self.a, self.b
        place = a.places.get(key) or b.places[key]
        x, y = self.now(a, key), self.now(b, key)
        if same_object(x, y):
            return "object", x
        if place.shared and (x is UNBOUND or y is UNBOUND):
            raise ControlFlowError(
                f"whether {place.name} is there depends on a condition that is known only at run time. Give it a value "
                "on both paths, or run the function on the 'numpy' backend."
            )
        return "tree", self.pair(self.tree(a, key, x), self.tree(b, key, y), place.name)

    def tree(self, block, key, now):
        tree = block.trees.get(key)
        if now is UNBOUND or tree is UNDEFINED:
            return NOTHING
        return take_apart(now) if tree is None else tree

    def buffer(self, key, buffer) -> None:
        now = buffer.to_device()
        picks = []
        for block, positions in ((self.a, self.at_a), (self.b, self.at_b)):
            found = block.buffers.get(key)
            picks.append((lambda outs: now) if found is None else self.source(found[1], positions))
        self.output(Leaf("array", buffer.shape, buffer.dtype), *picks)


def _false(outs):
    return False
