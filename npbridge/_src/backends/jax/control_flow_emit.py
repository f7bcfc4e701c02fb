"""From a traced body to a loop of ``lax``: what it carries, and what it leaves behind."""

from __future__ import annotations

import functools

import jax.numpy as jnp
import numpy as np
from jax import lax

from ...array import choice, core
from ...array.either import Either
from ...array.ragged import Ragged
from ...convert import context as contexts
from ...convert import status as statuses
from ...convert.operators import is_traced
from ...convert.places import UNBOUND
from ...storage import recording
from ...storage.buffer import canonical
from . import control_flow_exchange as exchange
from .control_flow_join import NOTHING, Mapped, fit, fits_together, settled
from .control_flow_lasting import Lasting
from .control_flow_shared import Sharing, Stores, storage_of
from .control_flow_trace import same_object, visible
from .control_flow_values import (
    UNDEFINED,
    Leaf,
    Options,
    Static,
    cast,
    leaves,
    put_together,
    take_apart,
    variable,
    wants_value,
)

OURS = core.OURS
_GOES_ON = {statuses.NORMAL_CODE, statuses.CONTINUE_CODE}


class Emission:
    """One loop of JAX.

    What is carried is a list of slots ``(leaf, first value, pick)``, where `pick` takes
    the value after an iteration from the outputs of the body.  In order: whether a
    ``while`` goes on, the code and the value of the status, variables, buffers, places
    that are only bound, checks.
    """

    def __init__(self, roll) -> None:
        self.roll, self.block = roll, roll.block
        self.at = {id(leaf): i for i, leaf in enumerate(self.block.outputs)}
        self.slots: list[tuple] = []
        self.go = self.code = None
        self.value = self.block.value
        self.lasting = Lasting(roll)
        self.kind = canonical(np.dtype(np.int64))
        self._add_control()
        self.carried_at = len(self.slots)
        self._add_variables()
        self.buffers_at = len(self.slots)
        self._add_results()
        self._add_lists()
        self.checks_at = len(self.slots)
        for leaf, _ in self.block.checks:
            self.add(Leaf("raw", (), bool), np.bool_(False), self.source(leaf))

    def add(self, leaf, first, pick) -> int:
        self.slots.append((leaf, first, pick))
        return len(self.slots) - 1

    def source(self, leaf):
        if type(leaf) is Mapped:
            inner = self.source(leaf.leaf)
            return lambda outs: jnp.asarray(leaf.table)[inner(outs)]
        i = self.at.get(id(leaf))
        return (lambda outs: leaf.value) if i is None else (lambda outs: outs[i])

    def _add_control(self) -> None:
        roll, block = self.roll, self.block
        if roll.go is not None:
            answer = block.trees[roll.go.key]
            self.go = self.add(Leaf("raw", (), bool), _truth(roll.entry[roll.go.key]), _as_bool(self.source(answer)))
        if not block.possible <= _GOES_ON:
            known = block.code.value if isinstance(block.code, Static) else None
            pick = self.source(block.code) if known is None else (lambda outs: np.int32(known))
            self.code = self.add(Leaf("raw", (), "int32"), np.int32(0), pick)
        if self.value is not UNDEFINED:
            kept = self.lasting.kept(block.value)
            self.value = variable(kept)
            for leaf, own in zip(wants_value(self.value), leaves(kept), strict=True):
                # never seen: the code says where a value has been returned
                self.add(leaf, np.zeros(leaf.shape, leaf.dtype), self.source(own))

    def _add_variables(self) -> None:
        roll, block = self.roll, self.block
        for key, tree in roll.carried.items():
            entry = roll.entry[key]
            first = fit(NOTHING if entry is UNBOUND else take_apart(entry), tree)
            after = block.trees.get(key)
            new = [None] * len(first) if after is None else fit(NOTHING if after is UNDEFINED else after, tree)
            for leaf, old, now in zip(leaves(tree), first, new, strict=True):
                self.add(leaf, old.value, None if now is None else self.source(now))

    def _add_results(self) -> None:
        roll, block = self.roll, self.block
        for key, (buffer, leaf) in roll.buffers.items():
            if key in block.buffers:
                self.add(leaf, buffer.to_device(), self.source(block.buffers[key][1]))
        bound = {k: t for k, t in block.trees.items() if k not in roll.carried and self._is_new(k)}
        self.bound = {k: self.lasting.kept(t) for k, t in bound.items()}
        for tree in self.bound.values():
            for leaf in [] if tree is UNDEFINED else wants_value(tree):
                self.add(leaf, np.zeros(leaf.shape, leaf.dtype), self.source(leaf))
        # what is one whole array under several names is found without its storage: see `share`
        apart = roll.dynamic or any(self._is_part(x) for x in block.objects.values())
        self.stores_at = len(self.slots)
        self.shared = block.shared if apart else {}
        for leaf in self.shared.values():
            self.add(leaf, np.zeros(leaf.shape, leaf.dtype), self.source(leaf))

    def _is_part(self, value) -> bool:
        """Whether there is a part of a storage that several names share in a value."""
        if type(value) in (list, tuple):
            return any(map(self._is_part, value))
        if type(value) is Either:
            return any(map(self._is_part, value.options))
        return type(value) is core.JaxArray and not value._whole and id(storage_of(value)) in self.block.shared

    def _add_lists(self) -> None:
        """What is appended to lists: one array of all items for each number or array in one."""
        self.stacks: dict[int, object] = {}
        self.lists = []
        for container, trees in self.block.grown.values():
            kept = [settled(tree, self) for tree in trees]  # an array that was there is itself, again and again
            for tree, now in zip(kept, trees, strict=True):
                for leaf, own in zip(leaves(tree), fit(now, tree), strict=True):
                    if leaf.constant is UNDEFINED:
                        shape = (self.roll.count, *leaf.shape)
                        i = self.add(Leaf("raw", shape, leaf.dtype), np.zeros(shape, leaf.dtype), self.source(own))
                        self.stacks[i] = leaf
            self.lists.append((container, kept))

    def is_there(self, array) -> bool:
        """Whether an array was there before the loop."""
        return visible(array, self.block.recorder) and not any(array is p for p in self.roll.proxies.values())

    def let_stand_for(self, leaf, other) -> None:
        """Have a leaf become a new array; where it may be somebody's it cannot be written."""
        if not other.conditions:
            return
        theirs = self.may_be_there(other.origin)

        def made(value, found):
            array = core.array_of_device(value)
            if theirs:
                recording.freeze(array, "an item of a list")
            return array

        leaf.made = made

    def may_be_there(self, array) -> bool:
        """Whether an array, or one of those that it is one of, was there before the loop."""
        if type(array) is Either:
            return any(map(self.may_be_there, array.options))
        if choice.conditions_of(array):
            return self.may_be_there(array._buffer.first) or self.may_be_there(array._buffer.second)
        return visible(array, self.block.recorder)

    def _is_new(self, key) -> bool:
        """Whether a place has another value after the loop than before it."""
        place = self.block.places[key]
        if place is self.roll.go:
            return False
        now, entry = self.block.objects[key], self.roll.entry[key]
        return not (same_object(now, entry) and (place.shared or place.name in self.roll.start))

    # -- running

    def run(self):
        """Make the loop, bind what it gives, and say how it was left."""
        roll = self.roll
        # buffers that were thought to be written, but are not, are constants
        self.constant = {k: b.to_device() for k, (b, _) in roll.buffers.items() if k not in self.block.buffers}
        self.guards = [b.to_device() for b in roll.guards]
        count = roll.count
        if count is not None and is_traced(count):
            count = (count._value() if type(count) in OURS else count).astype(self.kind)
        first = [cast(value, leaf) for leaf, value, _ in self.slots]
        if roll.walk is not None:
            runs, _, final = lax.while_loop(
                lambda carry: self.goes_on(None, carry[0], carry[2]) & (carry[1] < roll.walk.end),
                lambda carry: (carry[0] + 1, roll.walk.after(carry[1]), self.step(carry[0], carry[2], carry[1])),
                (jnp.zeros((), self.kind), roll.walk.start(roll.first), first),
            )
        elif self.go is None and self.code is None:
            final, runs = lax.fori_loop(0, count, self.step, first), count
        else:
            runs, final = lax.while_loop(
                lambda carry: self.goes_on(count, *carry),
                lambda carry: (carry[0] + 1, self.step(*carry)),
                (jnp.zeros((), self.kind), first),
            )
        return self.finish(final, runs)

    def step(self, k, values, *place):
        written = iter(values[self.buffers_at :])
        buffers = [self.constant[key] if key in self.constant else next(written) for key in self.roll.buffers]
        carried = values[self.carried_at : self.buffers_at]
        outs = self.block.run(jnp.asarray(k, self.kind), *carried, *buffers, *self.guards, *place)
        new = []
        for i, ((leaf, _, pick), value) in enumerate(zip(self.slots, values, strict=True)):
            if i in self.stacks:
                item = jnp.asarray(pick(outs), leaf.dtype)
                new.append(lax.dynamic_update_index_in_dim(value, item, k, 0))
            else:
                new.append(value if pick is None else cast(pick(outs), leaf))
        failed = values[self.checks_at :]
        if len(failed) > 1:  # what fails in a turn after the first that failed is nothing that Python comes to
            before = functools.reduce(jnp.logical_or, failed)
            new[self.checks_at :] = [flag & ~before for flag in new[self.checks_at :]]
        new[self.checks_at :] = [now | then for now, then in zip(new[self.checks_at :], failed, strict=True)]
        return new

    def goes_on(self, count, k, values):
        answer = True if count is None else k < count
        if self.go is not None:
            answer = values[self.go] & answer
        if self.code is not None:
            code = values[self.code]
            answer = ((code == statuses.NORMAL_CODE) | (code == statuses.CONTINUE_CODE)) & answer
        for failed in values[self.checks_at :]:
            answer = answer & jnp.logical_not(failed)  # where Python raises nothing goes on: it might never end
        return answer

    def finish(self, final, runs):
        roll, block = self.roll, self.block
        returned = statuses.MISSING
        self.lasting.settle(runs)
        if self.value is not UNDEFINED:
            n = len(wants_value(self.value))
            returned = put_together(self.value, iter(final[self.carried_at - n : self.carried_at]))
            self._freeze(block.returned, returned, "the value")
        self.stores = Stores()
        for key, value in zip(self.shared, final[self.stores_at :], strict=False):
            self.stores.add(key, value)
        sharing = Sharing(self.stores)
        values = iter(final[self.carried_at :])
        carried = {key: put_together(tree, values) for key, tree in roll.carried.items()}
        for key, (buffer, _) in roll.buffers.items():
            if key in block.buffers:
                with buffer.lock:
                    buffer.replace(next(values))
        for key, new in carried.items():
            if key not in roll.turn:
                if key in block.objects and not any(block.objects[key] is p for p in roll.proxies.values()):
                    self._freeze(block.objects[key], new, roll.places[key].name)
                roll.places[key].set(self._as_it_was(key, sharing.of(block.objects.get(key), new), runs))
        exchange.hand_back(roll, carried, runs)
        self._bind(values, runs, sharing)
        values = iter(final[self.stores_at + len(self.shared) :])
        self._extend_lists(values)
        for _, error in block.checks:
            contexts.current().checks.append((next(values), error))
        if self.code is None:
            return None
        possible = block.possible - _GOES_ON if self._never_ends() else block.possible | {statuses.NORMAL_CODE}
        return statuses.assemble(final[self.code], possible, returned)

    def _freeze(self, old, new, name) -> None:
        """Refuse writes to what stands for an array that somebody else has; `old` is what the body left there."""
        if type(new) is Either:
            for option in new.options:
                self._freeze(old, option, name)
        elif type(old) in (list, tuple) and type(new) is type(old) and len(old) == len(new):
            for x, y in zip(old, new, strict=True):
                self._freeze(x, y, name)
        elif isinstance(new, Ragged):
            self._freeze(old.data if isinstance(old, Ragged) else old, new.data, name)
        elif type(new) is core.JaxArray and self.may_be_there(old) and not self.lasting.is_itself(new, old):
            recording.freeze(new, name)

    def _extend_lists(self, values) -> None:
        for container, trees in self.lists:
            made = [[core.array_of_device(next(values)) for _ in wants_value(tree)] for tree in trees]
            for k in range(self.roll.count):
                for tree, stacks in zip(trees, made, strict=True):
                    container.append(put_together(tree, iter([_row(stack, k) for stack in stacks])))

    def _as_it_was(self, key, new, runs):
        """What a place has after the loop: where nothing ran, the value that it had, which may be of another kind."""
        entry = self.roll.entry[key]
        if not self.roll.dynamic or entry is UNBOUND or self.roll.places[key] is self.roll.go:
            return new
        tree = self.roll.carried[key]
        if isinstance(tree, Leaf) and not fits_together(take_apart(entry), tree):
            return _one_of(runs, entry, new)
        if isinstance(tree, Options) and _holds_arrays(entry):
            return _one_of(runs, entry, new)
        return self._as_they_were(entry, new, self.block.objects.get(key), runs)

    def _as_they_were(self, before, after, left, runs):
        """The same for the arrays in a value; `left` is what the body left there."""
        if type(before) in (list, tuple) and type(after) is type(before) and len(after) == len(before):
            parts = left if type(left) is type(before) and len(left) == len(before) else [None] * len(before)
            return type(before)(self._as_they_were(*x, runs) for x in zip(before, after, parts, strict=True))
        if isinstance(before, Ragged):
            return _one_of(runs, before, after)
        if type(before) is not core.JaxArray or type(after) is not core.JaxArray or before is after:
            return after
        if after._buffer in recording.frozen:
            return after
        alone = self.stores.array(left) if type(left) is core.JaxArray else None
        array = choice.array_of(jnp.asarray(runs) <= 0, before, alone, after._value())
        array._buffer.settle()
        array._buffer.leaves_as_values = alone is None
        return array

    def _never_ends(self) -> bool:
        """Whether it is a ``while True``, which only ``break`` and ``return`` end."""
        if self.go is None:
            return False
        answer = self.block.trees[self.roll.go.key]
        return isinstance(answer, Leaf) and answer.constant is True and self.roll.entry[self.roll.go.key] is True

    def _bind(self, values, runs, sharing) -> None:
        """Give places that the body binds what they were last bound to."""
        roll, block = self.roll, self.block
        for key, tree in self.bound.items():
            place = roll.places[key]
            now = UNBOUND if tree is UNDEFINED else put_together(tree, values)
            self._freeze(block.objects[key], now, place.name)
            now = sharing.of(block.objects[key], now)
            old = roll.entry[key]
            if roll.dynamic and place.name in roll.loop.live and now is not UNBOUND:
                now = _one_of(runs, old, now)
            place.set(now)


def _one_of(runs, before, after):
    """The value from before the loop where nothing ran, else the one from after it."""
    nothing_ran = jnp.asarray(runs) <= 0
    options = list(before.options) if type(before) is Either else [before]
    places = []
    for new in after.options if type(after) is Either else (after,):
        at = next((k for k, old in enumerate(options) if same_object(old, new)), None)
        if at is None:
            at = next((k for k, old in enumerate(options) if exchange.can_be_chosen(old, new)), len(options))
        if at == len(options):
            options.append(new)
        elif not same_object(options[at], new):
            options[at] = choice.array_of(nothing_ran, options[at], new, options[at]._value())
        places.append(at)
    numbers = [x.which if type(x) is Either else 0 for x in (before, after)]
    which = jnp.where(nothing_ran, numbers[0], jnp.asarray(places, "int32")[numbers[1]])
    return Either(which.astype("int32"), options) if len(options) > 1 else options[0]


def _holds_arrays(x) -> bool:
    """Whether there is an array in a value, which somebody else may have."""
    if type(x) is Either:
        return any(map(_holds_arrays, x.options))
    if isinstance(x, (list, tuple, dict)):
        return any(map(_holds_arrays, x.values() if isinstance(x, dict) else x))
    return type(x) is core.JaxArray or isinstance(x, Ragged)


def _row(stack, k):
    """The k-th item, read when it is needed."""
    return jnp.asarray(stack._value())[k]


def _truth(x):
    return x._value() if type(x) in OURS else x if is_traced(x) else bool(x)


def _as_bool(pick):
    return lambda outs: jnp.reshape(jnp.asarray(pick(outs)), ()).astype(bool)
