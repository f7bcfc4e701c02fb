"""One loop of JAX from a loop of the user's.

The body is traced until it is known what it changes and of which types: the
variables, attributes and items that it binds, and the buffers that it writes, are
what the loop carries.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from jax import lax

from ...array import core, traced_index, traced_number
from ...convert import context as contexts
from ...convert import status as statuses
from ...convert.operators import is_traced
from ...convert.places import UNBOUND
from ...storage.buffer import Tracer, canonical, recorders
from ...storage.recording import contents, give_back
from .control_flow_trace import same_object, trace_block
from .control_flow_values import (
    UNDEFINED,
    Leaf,
    Mismatch,
    Static,
    alike,
    cast,
    leaves,
    put_together,
    same,
    take_apart,
    variable,
    wants_value,
    widened,
)

OURS = core.OURS
_GOES_ON = {statuses.NORMAL_CODE, statuses.CONTINUE_CODE}
_ATTEMPTS = 16


class NotRollable(Exception):
    """The body cannot be traced with an index that is known only at run time."""


class Peel(Exception):
    """The first iteration is of another kind than the others."""


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
        self.guards: list = []
        self.turn: dict = {}
        self.pure = False
        self._guess()

    def _guess(self) -> None:
        for key, p in self.places.items():
            value = self.entry[key]
            if p is self.go or value is UNBOUND or p.name not in self.start:
                continue
            tree = take_apart(value)
            if isinstance(tree, Leaf) and tree.kind != "array":
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
                raise NotRollable(f"its body ends in raising {type(self.block.error).__name__}")
            if not self._learn():
                break
        else:
            raise NotRollable("the types of its variables do not settle")
        base = contexts.current().recorder
        # what is made in a body that is being traced is gone when the body is traced again
        gone = {key for recorder in recorders if recorder is not base for key in recorder.own}
        lasting = {key: x for key, x in self.buffers.items() if key not in gone}
        contexts.current().memo[self.loop.code] = lasting
        self._exchange()
        self.pure = self._is_pure()

    def _attempt(self):
        index = Leaf("raw", (), canonical(np.dtype(np.int64)))
        carried = [leaf for tree in self.carried.values() for leaf in wants_value(tree)]
        entries = [self.entry[key] for key, tree in self.carried.items() if isinstance(tree, Leaf)]
        arrays = [e for e in entries if type(e) in OURS and not isinstance(e, core.JaxScalar) and e.weak is None]
        buffers = {id(e._buffer): e._buffer for e in arrays if type(e) is not core.JaxScalar}
        self.guards = [b for key, b in buffers.items() if key not in self.buffers]
        guards = [_leaf_of(b) for b in self.guards]
        inputs = [index, *carried, *(leaf for _, leaf in self.buffers.values()), *guards]
        held = [b for b, _ in self.buffers.values()] + self.guards
        before = [(b, contents(b)) for b in held]
        self.inputs = len(carried), len(self.buffers)
        try:
            return trace_block(
                self._run, list(self.places.values()), self.loop.functions, inputs, self._enter, {*self.live, None}
            )
        finally:
            for b, what in before:
                give_back(b, what)

    def _enter(self, index, *values) -> None:
        number = traced_number.of_value(index, int)
        self.index = number if type(self.first) is int and self.first == 0 or self.over is None else number + self.first
        for key, p in self.places.items():
            if key not in self.carried and not p.shared and p.name not in self.start:
                p.set(UNBOUND)
        given = iter(values)
        self.proxies = {}
        for key, tree in self.carried.items():
            value = put_together(tree, given)
            self.places[key].set(value)
            if isinstance(tree, Leaf) and tree.kind == "array":
                self.proxies[key] = value
        for buffer in [b for b, _ in self.buffers.values()] + self.guards:
            buffer.stand_in()
            buffer.device, buffer.current, buffer.snapshot = next(given), False, None
            buffer.version += 1

    def _run(self):
        if self.over is not None:
            return self.loop.body(self.over.item(self.index))
        status = self.loop.body()
        code, possible, _ = statuses.parts(status)
        if possible <= _GOES_ON:
            self.go.set(self.loop.test())
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
        own = {id(p._buffer) for p in self.proxies.values()}
        for key in own:
            block.buffers.pop(key, None)
        for key, (buffer, _) in block.buffers.items():
            if key not in self.buffers:
                self.buffers[key] = (buffer, _leaf_of(buffer))
                changed = True
        for key, tree in block.trees.items():
            place = block.places[key]
            if key not in self.places:
                self.places[key] = place
                self.entry[key] = block.entry[key]
            changed = self._learn_place(key, place, tree) or changed
        return changed

    def _learn_place(self, key, place, tree) -> bool:
        entry = self.entry[key]
        taken_over = place.shared or place.name in self.start
        if place is self.go or entry is UNBOUND or not taken_over:
            return False
        now = self.block.objects[key]
        if key not in self.carried and (same_object(now, entry) or same(now, entry)):
            return False
        if tree is UNDEFINED:
            raise NotRollable(f"it unbinds {place.name}")
        old = self.carried.get(key)
        try:
            new = variable(widened(variable(take_apart(entry)) if old is None else old, tree))
        except Mismatch as error:
            raise Peel(f"{place.name} is {error}") from None
        self.carried[key] = new
        return old is None or not alike(old, new)

    def _exchange(self) -> None:
        """Names that are bound to other arrays in the body while the arrays are written."""
        written = [k for k, p in self.proxies.items() if id(p._buffer) in self.block.recorder.saved]
        if not written:
            return
        self._check_aliases(written)
        turn = {}
        for key in self.proxies:
            now = self.block.objects.get(key, UNBOUND)
            turn[key] = next((k for k, p in self.proxies.items() if same_object(now, p)), None)
        closed = {k for k, v in turn.items() if v is not None}
        while any(turn[k] not in closed for k in closed):
            closed = {k for k in closed if turn[k] in closed}
        closed = {k for k in closed if k in {turn[x] for x in closed}}
        for key in written:
            if key in closed:
                continue
            if id(self.entry[key]._buffer) in self.loop.born:
                continue
            raise Peel(f"{self.places[key].name} is written in place and then bound to another array")
        self.turn = {k: turn[k] for k in closed}

    def _check_aliases(self, written) -> None:
        jaxpr = self.block.jaxpr.jaxpr
        guards = jaxpr.invars[1 + sum(self.inputs) :]
        used = {id(v) for eqn in jaxpr.eqns for v in eqn.invars} | {id(v) for v in jaxpr.outvars}
        for buffer, var in zip(self.guards, guards, strict=True):
            names = [self.places[k].name for k in written if self.entry[k]._buffer is buffer]
            if names and id(var) in used:
                raise NotRollable(f"the array {names[0]} is also used under another name, while {names[0]} is exchanged")
        buffers = [self.entry[k]._buffer for k in written]
        if len({id(b) for b in buffers}) < len(buffers) or any(id(b) in self.block.buffers for b in buffers):
            raise NotRollable("two names stand for one array that is written, and one of them is bound to another array")

    def _is_pure(self) -> bool:
        """Whether everything that the loop computes with is a known number."""
        block = self.block
        if block.buffers or block.checks or (self.over is not None and is_traced(self.count)):
            return False
        values = [leaf.value for key in self.carried for leaf in leaves(take_apart(self.entry[key]))]
        values += list(block.jaxpr.consts)
        arrays = any(leaf.shape for tree in block.trees.values() for leaf in wants_value(tree))
        return not arrays and not any(isinstance(v, Tracer) for v in values)

    # -- running

    def run(self):
        """Make the loop, bind what it gives, and say how it was left."""
        block = self.block
        at = {id(leaf): i for i, leaf in enumerate(block.outputs)}
        possible = block.possible
        leaves_early = not possible <= _GOES_ON
        self.parts: list[tuple] = []  # (leaf, initial value, from outputs or None: unchanged)

        def slot(leaf, initial, source):
            self.parts.append((leaf, initial, source))

        def source(leaf):
            i = at.get(id(leaf))
            return (lambda outs: leaf.value) if i is None else (lambda outs: outs[i])

        go = block.trees[self.go.key] if self.go is not None else None
        go_leaf = None
        if self.go is not None:
            go_leaf = len(self.parts)
            slot(Leaf("raw", (), bool), _bool(self.entry[self.go.key]), _as_bool(source(go)))
        code_leaf = None
        if leaves_early:
            code_leaf = len(self.parts)
            known = block.code.value if isinstance(block.code, Static) else None
            pick = source(block.code) if known is None else (lambda outs: np.int32(known))
            slot(Leaf("raw", (), "int32"), np.int32(0), pick)
        value = block.value
        if value is not UNDEFINED:
            value = variable(value)
            for leaf, own in zip(wants_value(value), leaves(block.value), strict=True):
                slot(leaf, np.zeros(leaf.shape, leaf.dtype), source(own))
        carried_at = len(self.parts)
        for key, tree in self.carried.items():
            old = leaves(take_apart(self.entry[key]))
            new = leaves(block.trees[key]) if key in block.trees else None
            for n, (leaf, first) in enumerate(zip(wants_value(tree), old, strict=True)):
                slot(leaf, first.value, source(new[n]) if new is not None else None)
        buffers_at = len(self.parts)
        for key, (buffer, leaf) in self.buffers.items():
            if key in block.buffers:
                slot(leaf, buffer.to_device(), source(block.buffers[key][1]))
        out = {k: t for k, t in block.trees.items() if k not in self.carried and self._is_new(k)}
        for tree in out.values():
            for leaf in [] if tree is UNDEFINED else wants_value(tree):
                slot(leaf, np.zeros(leaf.shape, leaf.dtype), source(leaf))
        for leaf, _ in block.checks:
            slot(Leaf("raw", (), bool), np.bool_(False), source(leaf))
        checks_at = len(self.parts) - len(block.checks)

        # buffers that were thought to be written, but are not, are constants
        constant = {key: b.to_device() for key, (b, _) in self.buffers.items() if key not in block.buffers}
        guards = [b.to_device() for b in self.guards]
        count, kind = self._count()

        def step(k, values):
            written = iter(values[buffers_at:])
            buffers = [constant[key] if key in constant else next(written) for key in self.buffers]
            outs = block.run(jnp.asarray(k, kind), *values[carried_at:buffers_at], *buffers, *guards)
            new = [v if pick is None else cast(pick(outs), leaf) for (leaf, _, pick), v in zip(self.parts, values, strict=True)]
            for i in range(checks_at, len(new)):
                new[i] = new[i] | values[i]
            return new

        initial = [cast(first, leaf) for leaf, first, _ in self.parts]
        if go_leaf is None and code_leaf is None:
            final, runs = lax.fori_loop(0, count, step, initial), count
        else:
            final, runs = self._while(step, initial, count, kind, go_leaf, code_leaf)
        return self._finish(final, runs, value, out, code_leaf, carried_at, buffers_at)

    def _count(self):
        kind = canonical(np.dtype(np.int64))
        count = self.count
        if count is not None and is_traced(count):
            count = (count._value() if type(count) in OURS else count).astype(kind)
        return count, kind

    def _while(self, step, initial, count, kind, go_leaf, code_leaf):
        def goes_on(carry):
            k, values = carry
            answer = True if count is None else k < count
            if go_leaf is not None:
                answer = values[go_leaf] & answer
            if code_leaf is not None:
                code = values[code_leaf]
                answer = ((code == statuses.NORMAL_CODE) | (code == statuses.CONTINUE_CODE)) & answer
            return answer

        runs, final = lax.while_loop(
            goes_on, lambda carry: (carry[0] + 1, step(*carry)), (jnp.zeros((), kind), initial)
        )
        return final, runs

    def _is_new(self, key) -> bool:
        """Whether a place has another value after the loop than before it."""
        place = self.block.places[key]
        if place is self.go:
            return False
        now, entry = self.block.objects[key], self.entry[key]
        return not (same_object(now, entry) and (place.shared or place.name in self.start))

    def _finish(self, final, runs, value, out, code_leaf, carried_at, buffers_at):
        from .control_flow import freeze, visible

        block = self.block
        n_value = 0 if value is UNDEFINED else len(wants_value(value))
        values = iter(final[carried_at - n_value :])
        returned = statuses.MISSING if value is UNDEFINED else put_together(value, values)
        if visible(block.returned, block.recorder):
            freeze(returned, "the value")
        carried = {key: put_together(tree, values) for key, tree in self.carried.items()}
        for key, (buffer, _) in self.buffers.items():
            if key in block.buffers:
                with buffer.lock:
                    buffer.replace(next(values))
        for key, new in carried.items():
            if key not in self.turn:
                self.places[key].set(new)
        self._hand_back(carried, runs)
        for key, tree in out.items():
            self.places[key].set(UNBOUND if tree is UNDEFINED else put_together(tree, values))
            if visible(block.objects[key], block.recorder):
                freeze(self.places[key].get(), self.places[key].name)
            if self.dynamic and self.entry[key] is UNBOUND and self.places[key].name in self.loop.live:
                self._check_bound(self.places[key].name, runs)
        for _, error in block.checks:
            contexts.current().checks.append((next(values), error))
        if code_leaf is None:
            return None
        possible = block.possible - {statuses.CONTINUE_CODE} | {statuses.NORMAL_CODE}
        return statuses.Traced(final[code_leaf], block.possible | possible, returned)

    def _check_bound(self, name, runs) -> None:
        error = UnboundLocalError(f"cannot access local variable '{name}' where it is not associated with a value")
        contexts.current().checks.append((runs <= 0, error))

    def _hand_back(self, carried, runs) -> None:
        """Give exchanged arrays the contents that they have after the loop."""
        if not self.turn:
            return
        order = math.lcm(*(self._period(k) for k in self.turn))
        after = []  # for each remainder: which array a name stands for
        names = {k: k for k in self.turn}
        for _ in range(order):
            after.append(names)
            names = {k: self.turn[names[k]] for k in names}
        if isinstance(runs, int):
            for key, target in after[runs % order].items():
                array = self.entry[target]
                array[...] = carried[key]
                self.places[key].set(array)
            return
        for target in self.turn:
            holders = [next(k for k, t in names.items() if t == target) for names in after]
            choices = [carried[k]._value() for k in holders]
            self.entry[target][...] = core.array_of_device(lax.select_n((runs % order).astype("int32"), *choices))
        for key in self.turn:
            self.places[key].set(carried[key])

    def _period(self, key) -> int:
        n, k = 1, self.turn[key]
        while k != key:
            n, k = n + 1, self.turn[k]
        return n


def _leaf_of(buffer) -> Leaf:
    return Leaf("array", buffer.shape, buffer.dtype)


def _bool(x):
    return x._value() if type(x) in OURS else bool(x) if not is_traced(x) else x


def _as_bool(pick):
    return lambda outs: jnp.reshape(jnp.asarray(pick(outs)), ()).astype(bool)


def _truth(x):
    from .control_flow_builtins import truth

    return truth(x)
