"""One loop of JAX from a loop of the user's.

The body is traced until it is known what it changes and of which types: the
variables, attributes and items that it binds, and the buffers that it writes, are
what the loop carries.
"""

from __future__ import annotations

import math

import numpy as np

from ...array import core, ragged, traced_index, traced_number, traced_range
from ...array.either import Either
from ...convert import context as contexts
from ...convert import status as statuses
from ...convert.operators import is_traced
from ...convert.places import UNBOUND, UNREAD
from ...ground.errors import ControlFlowError
from ...storage.buffer import Tracer, canonical
from ...storage.holding import keep
from ...storage.recording import contents, give_back, recorders_here
from . import control_flow_exchange as exchange
from .control_flow_emit import Emission
from .control_flow_join import NOTHING, Mismatch, widened
from .control_flow_lasting import Lasting
from .control_flow_shared import parts_of
from .control_flow_trace import NotRollable, Peel, same_object, trace_block
from .control_flow_values import (
    UNDEFINED,
    Leaf,
    Node,
    Options,
    alike,
    arrays_in,
    leaves,
    put_together,
    same,
    take_apart,
    variable,
    wants_value,
)

OURS = core.OURS
_GOES_ON = {statuses.NORMAL_CODE, statuses.CONTINUE_CODE}
_ATTEMPTS = 16
LONG = 512  # elements of which most may be gone


class Held:
    """A place of ours: whether a ``while`` loop goes on."""

    name = None
    shared = False

    def __init__(self) -> None:
        self.value = UNBOUND

    @property
    def key(self):
        return id(self)

    def get(self):
        return self.value

    def set(self, value) -> None:
        self.value = value


class Roll:
    """A loop on its way to ``lax``.

    `over`, `first` and `count` describe a ``for`` loop; `go` is the first answer of
    the test of a ``while`` loop.
    """

    def __init__(self, loop, over, first, count, go=None) -> None:
        self.loop, self.over, self.first, self.count = loop, over, first, count
        self.places = {p.key: p for p in loop.places}
        self.dynamic = over is None or is_traced(count)
        self.start = loop.start | loop.live if self.dynamic else loop.start
        self.live = loop.start | loop.live
        self.go = None
        if over is None:
            self.go = Held()
            self.go.value = go
            self.places[self.go.key] = self.go
        self.entry = {key: p.get() for key, p in self.places.items()}
        self.carried: dict = {}
        self.buffers: dict = {}
        self.proxies: dict = {}
        self.copies: dict = {}  # of what is in tuples and values of several kinds: which place has a buffer
        self.guards: list = []
        self.growing: dict = {}  # the lists that each iteration appends to
        self.turn: dict = {}
        self.windows: dict = {}  # the arrays that windows on older memory are after the loop
        self.pure = self.fails = False
        self.item = None  # of the iteration that is traced
        self.walk = over.walk() if over is not None and type(first) is int else None
        self._guess()

    def _guess(self) -> None:
        for key, p in self.places.items():
            value = self.entry[key]
            if p is self.go or value is UNBOUND or p.name not in self.start:
                continue
            tree = take_apart(value)
            if isinstance(tree, Options) or isinstance(tree, Leaf) and tree.kind != "array":
                self.carried[key] = variable(tree)
        known = contexts.current().memo.get(self.loop.code)
        buffers = [b for b, _ in known.values()] if known else []
        for name in self.loop.written:
            value = next((self.entry[k] for k, p in self.places.items() if p.name == name), UNBOUND)
            if type(value) is core.JaxArray:
                buffers.append(traced_index.root(value._buffer))
        for buffer in buffers:
            self.buffers[id(buffer)] = (buffer, _leaf_of(buffer))

    # -- finding out

    def trace(self) -> None:
        for _ in range(_ATTEMPTS):
            self.block = self._attempt()
            if self.block.error is not None:
                if self._as_it_begins():
                    self.fails = True  # in its first iteration, where there is one
                    return
                raise NotRollable(f"its body ends in raising {type(self.block.error).__name__}")
            if not self._learn():
                break
        else:
            raise NotRollable("the types of its variables do not settle")
        base = contexts.current().recorder
        # what is made in a body that is being traced is gone when the body is traced again
        gone = {key for recorder in recorders_here() if recorder is not base for key in recorder.own}
        lasting = {key: x for key, x in self.buffers.items() if key not in gone}
        contexts.current().memo[self.loop.code] = lasting
        self.turn = exchange.turn_of(self)
        self.pure = self._is_pure()

    def _as_it_begins(self) -> bool:
        """Whether what is carried is of the kinds that the first iteration finds."""
        found = [(self.entry[key], tree) for key, tree in self.carried.items()]
        return all(x is not UNBOUND and alike(variable(take_apart(x)), tree) for x, tree in found)

    def _attempt(self):
        index = Leaf("raw", (), canonical(np.dtype(np.int64)))
        carried = [leaf for tree in self.carried.values() for leaf in wants_value(tree)]
        entries = [self.entry[key] for key, tree in self.carried.items() if isinstance(tree, Leaf)]
        arrays = [e for e in entries if type(e) in OURS and not isinstance(e, core.JaxScalar) and e.weak is None]
        buffers = {id(e._buffer): e._buffer for e in arrays if type(e) is not core.JaxScalar}
        self.guards = [b for key, b in buffers.items() if key not in self.buffers]
        guards = [_leaf_of(b) for b in self.guards]
        inputs = [index, *carried, *(leaf for _, leaf in self.buffers.values()), *guards]
        inputs += [] if self.walk is None else [Leaf("raw", (), np.dtype(np.int32))]
        held = [b for b, _ in self.buffers.values()] + self.guards
        for b in held:
            keep(b)
        before = [(b, contents(b)) for b in held]
        self.inputs = len(carried), len(self.buffers)
        trace = contexts.current()
        kept, others = [(x, list(x)) for x in self.growing.values()], trace.growing
        trace.growing = others | set(self.growing)
        for x, items in kept:
            x[:] = [UNREAD] * max(len(items), 1)
        try:
            needed = {*self.live, None}
            places = list(self.places.values())
            return trace_block(self._run, places, self.loop.functions, inputs, self._enter, needed, in_loop=True)
        finally:
            trace.growing = others
            for x, items in kept:
                x[:] = items
            for b, what in before:
                give_back(b, what)

    def _enter(self, index, *values) -> None:
        number = traced_number.of_value(index, int)
        if self.over is not None:
            last = self.over.last()
            first = traced_number.form_of(self.first)
            traced_range.bound(number, 0, None if last is None or first is None else last.plus(first, -1))
        self.index = number if type(self.first) is int and self.first == 0 or self.over is None else number + self.first
        for key, p in self.places.items():
            if key not in self.carried and not p.shared and p.name not in self.start:
                p.set(UNBOUND)
        given, known = iter(values), set(map(id, values))
        self.proxies, self.copies = {}, {}
        for key, tree in self.carried.items():
            value = put_together(tree, given)
            self.places[key].set(value)
            if isinstance(tree, Leaf) and tree.kind == "array":
                self.proxies[key] = value
            else:
                made = [x._buffer for x in arrays_in(value) if id(x._buffer.device) in known]  # not what is itself
                self.copies |= {id(buffer): key for buffer in made}
        for buffer in [b for b, _ in self.buffers.values()] + self.guards:
            buffer.stand_in()
            buffer.device, buffer.current, buffer.snapshot = next(given), False, None
            buffer.version += 1
        self.place = next(given, None)

    def _run(self):
        if self.walk is not None:
            return self.loop.body(self.over.item_at(self.index, self.place))
        if self.over is not None:
            self.item = self.over.item(self.index)
            return self.loop.body(self.item)
        status = self.loop.body()
        code, possible, _ = statuses.parts(status)
        test = self.loop.test.__code__
        if possible <= _GOES_ON or not (test.co_names or test.co_freevars):  # `while True` asks nothing
            self.go.set(decided(self.loop.test()))
        elif not possible & _GOES_ON:
            self.go.set(False)
        else:
            from .control_flow import if_exp

            goes_on = (code == statuses.NORMAL_CODE) | (code == statuses.CONTINUE_CODE)
            self.go.set(if_exp(goes_on, lambda: _truth(self.loop.test()), lambda: False))
        return status

    def _learn(self) -> bool:
        """Take in what an attempt showed; whether another one is needed."""
        block, changed = self.block, False
        for key, (container, _) in block.grown.items():
            if key not in self.growing:
                self.growing[key] = container
                changed = True
        if block.grown and (self.dynamic or not block.possible <= _GOES_ON):
            raise NotRollable("a list changes its length, and how many iterations there are is known only at run time")
        own = {id(p._buffer) for p in self.proxies.values()}
        for key in own:
            block.buffers.pop(key, None)
        written = list(dict.fromkeys(self.copies[key] for key in block.buffers if key in self.copies))
        for key, (buffer, _) in block.buffers.items():
            if key not in self.buffers and key not in self.copies:
                self.buffers[key] = (buffer, _leaf_of(buffer))
                changed = True
        for key, tree in block.trees.items():
            place = block.places[key]
            if key not in self.places:
                self.places[key] = place
                self.entry[key] = block.entry[key]
            changed = self._learn_place(key, place, tree) or changed
        if written and not changed:
            self._see_that_they_are_alone(written)
        return changed

    def _see_that_they_are_alone(self, keys) -> None:
        """Arrays of a length of the run time that are carried and written must have no other name."""
        for key in keys:
            name, entry = self.places[key].name, self.entry[key]
            what = f"an array in {name}, which is not the same in each iteration, is written in place"
            if not isinstance(entry, ragged.Ragged) or self.block.grown:
                raise NotRollable(what)
            if not all(self.loop.is_born(x) for x in arrays_in(entry)):
                raise Peel(f"{name} is written in place and then bound to another array")
            own = [id(b) for b in self._buffers_of([key])]
            if set(own) & {id(b) for b in self._buffers_of([k for k in self.places if k != key])}:
                raise NotRollable(what)

    def _buffers_of(self, keys) -> list:
        """The buffers of what places hold before and after an iteration."""
        values = [x for k in keys for x in (self.entry[k], self.block.objects.get(k, UNBOUND))]
        return [traced_index.root(part._buffer) for x in values for a in arrays_in(x) for part in parts_of(a)]

    def _learn_place(self, key, place, tree) -> bool:
        entry = self.entry[key]
        taken_over = place.shared or place.name in self.start
        if place is self.go or not taken_over:
            return False
        if entry is UNBOUND and (place.shared or place.name not in self.loop.start or tree is UNDEFINED):
            return False
        now = self.block.objects[key]
        if key not in self.carried and (same_object(now, entry) or same(now, entry)):
            return False
        if key not in self.carried and not place.shared and self._needs_no_value(key, place, tree):
            return False
        if tree is UNDEFINED and place.shared:
            raise NotRollable(f"it unbinds {place.name}")
        old = self.carried.get(key)
        try:
            before = old if old is not None else NOTHING if entry is UNBOUND else take_apart(entry)
            before, after = Lasting(self).pinned(before, NOTHING if tree is UNDEFINED else tree)
            if self._is_anothers(after) or isinstance(before, Options) or isinstance(after, Options):
                before, after = (Lasting(self).with_older(t) for t in (before, after))
                self.block.trees[key] = after if tree is not UNDEFINED else tree
            new = variable(widened(variable(before), after))
        except Mismatch as error:
            raise Peel(f"{place.name} is {error}") from None
        self.carried[key] = new
        return old is None or not alike(old, new)

    def _is_anothers(self, tree) -> bool:
        """Whether a value is an array from before the loop which no name gives away: names that change places do."""
        if not isinstance(tree, Leaf) or tree.origin is None or not Lasting(self).is_older(tree.origin):
            return False
        rebound = [self.entry[k] for k, now in self.block.objects.items() if now is not self.entry.get(k, now)]
        return not any(same_object(tree.origin, x) for x in rebound)

    def _needs_no_value(self, key, place, tree) -> bool:
        """Whether a place holds arrays that are found again after the loop, and no iteration reads it before that."""
        if place.name not in self.loop.start:
            return Lasting(self).are_in(tree)
        if self.entry[key] is not UNBOUND or isinstance(tree, Options):
            return False
        # it was not bound at the start, and is at the end: nothing read it on the way, unless where an error says so
        reads = any(isinstance(error, NameError) and repr(place.name) in str(error) for _, error in self.block.checks)
        return not reads and Lasting(self).are_in(tree)

    def shrinking(self) -> str:
        """The name of a long array whose length is another one in each turn, in code for 'numpy'."""
        if not contexts.current().for_numpy:
            return ""
        for key, tree in self.carried.items():
            data = tree.children[0] if isinstance(tree, Node) and tree.cls is ragged.Ragged else None
            if isinstance(data, Leaf) and math.prod(data.shape) > LONG:
                return self.places[key].name or ""
        return ""

    def _is_pure(self) -> bool:
        """Whether everything that the loop computes with is a known number."""
        block = self.block
        if block.buffers or block.checks or (self.over is not None and is_traced(self.count)):
            return False
        entries = [self.entry[key] for key in self.carried if self.entry[key] is not UNBOUND]
        values = [leaf.value for entry in entries for leaf in leaves(take_apart(entry))]
        values += list(block.jaxpr.consts)
        trees = [*block.trees.values(), *(t for _, new in block.grown.values() for t in new)]
        arrays = any(leaf.shape for tree in trees for leaf in wants_value(tree))
        return not arrays and not any(isinstance(v, Tracer) for v in values)

    def described(self) -> str:
        """What ``explain`` says of the loop."""
        if self.over is None:
            text = "a loop that runs until its condition fails"
        elif is_traced(self.count):
            text = "a loop of a number of iterations known at run time"
        else:
            text = f"a loop of {self.count} iterations"
        names = contexts.current().names
        carried = [
            f"{self.places[key].name} ({_kinds(tree)})"
            for key, tree in self.carried.items()
            if self.places[key] is not self.go and key in self.block.trees
        ]
        written = [
            f"{names.get(key, 'an array')} ({buffer.dtype}{list(buffer.shape)})"
            for key, (buffer, _) in self.buffers.items()
            if key in self.block.buffers
        ]
        if carried:
            text += "; carries " + ", ".join(carried)
        if written:
            text += "; writes " + ", ".join(written)
        return text + (f"; {len(self.block.checks)} checks at run time" if self.block.checks else "")

    def run(self):
        """Make the loop, bind what it gives, and say how it was left."""
        try:
            emission = Emission(self)
        except Mismatch as error:
            raise ControlFlowError(
                f"a variable of this loop is {error}, depending on what is known only at run time. Give it the same "
                "shape and kind in each iteration, or run the function on the 'numpy' backend."
            ) from None
        return emission.run()


def _kinds(tree) -> str:
    return ", ".join(
        leaf.weak.__name__ if leaf.weak else f"{leaf.dtype}{list(leaf.shape) or ''}" for leaf in wants_value(tree)
    )


def _leaf_of(buffer) -> Leaf:
    return Leaf("array", buffer.shape, buffer.dtype)


def decided(answer):
    """The answer of a test, which can be one of several kinds, or an array."""
    return _truth(answer) if type(answer) is Either or is_traced(answer) and np.shape(answer) else answer


def _truth(x):
    from .control_flow_builtins import truth

    return truth(x)
