"""Arrays that change places: ``a, b = b, a`` in a loop.

The names carry the contents; which array a name stands for follows from the number
of iterations.  After the loop each array gets the contents that it has, if it was
written, and each name stands for the array that it names.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
from jax import lax

from ...array import choice, core
from ...convert.places import UNBOUND
from .control_flow_shared import parts_of
from .control_flow_trace import NotRollable, Peel, same_object, visible


def turn_of(roll) -> dict:
    """For each name that is exchanged, the name whose array it stands for after an iteration."""
    for key in roll.proxies:
        if id(roll.entry[key]._buffer) in roll.block.buffers:
            raise NotRollable(f"the array {roll.places[key].name} is written under another name while it is rebound")
    written = [k for k, p in roll.proxies.items() if id(p._buffer) in roll.block.recorder.saved]
    turn = {}
    for key in roll.proxies:
        now = roll.block.objects.get(key, UNBOUND)
        turn[key] = next((k for k, p in roll.proxies.items() if same_object(now, p)), None)
    closed = {k for k, v in turn.items() if v is not None}
    while any(turn[k] not in closed for k in closed):
        closed = {k for k in closed if turn[k] in closed}
    closed = {k for k in closed if k in {turn[x] for x in closed}}
    if not written:
        return {k: turn[k] for k in closed if turn[k] != k}
    _check_aliases(roll, [*written, *(closed - set(written))])
    for key in written:
        # what was made in an iteration that was run apart is known to nobody else
        if key not in closed and not roll.loop.is_born(roll.entry[key]):
            raise Peel(f"{roll.places[key].name} is written in place and then bound to another array")
    return {k: turn[k] for k in closed}


def _check_aliases(roll, written) -> None:
    jaxpr = roll.block.jaxpr.jaxpr
    at = 1 + sum(roll.inputs)
    guards = jaxpr.invars[at : at + len(roll.guards)]
    used = {id(v) for eqn in jaxpr.eqns for v in eqn.invars} | {id(v) for v in jaxpr.outvars}
    for buffer, var in zip(roll.guards, guards, strict=True):
        names = [roll.places[k].name for k in written if roll.entry[k]._buffer is buffer]
        if names and id(var) in used:
            raise NotRollable(f"the array {names[0]} is also used under another name, while {names[0]} is exchanged")
    buffers = [part._buffer for k in written for part in parts_of(roll.entry[k])]
    if len({id(b) for b in buffers}) < len(buffers) or any(id(b) in roll.block.buffers for b in buffers):
        raise NotRollable("two names stand for one array that is written, and one of them is bound to another array")


def hand_back(roll, carried, runs) -> None:
    """Give exchanged arrays the contents that they have after `runs` iterations."""
    if not roll.turn:
        return
    order = math.lcm(*(_period(roll.turn, k) for k in roll.turn))
    after = []  # for each remainder: which array a name stands for
    names = {k: k for k in roll.turn}
    for _ in range(order):
        after.append(names)
        names = {k: roll.turn[names[k]] for k in names}
    written = any(id(p._buffer) in roll.block.recorder.saved for p in roll.proxies.values())
    if isinstance(runs, int):
        for key, target in after[runs % order].items():
            array = roll.entry[target]
            if written:
                array[...] = carried[key]
            roll.places[key].set(array)
        return
    which = jnp.asarray(runs % order, "int32")
    for target in roll.turn if written else ():
        holders = [next(k for k, t in names.items() if t == target) for names in after]
        choices = [jnp.asarray(carried[k]._value()) for k in holders]
        roll.entry[target][...] = core.array_of_device(lax.select_n(which, *choices))
    for key in roll.turn:
        array = roll.entry[after[-1][key]]
        for k, names in reversed([*enumerate(after)][:-1]):
            array = choice.array_of(which == k, roll.entry[names[key]], array, carried[key]._value())
        roll.places[key].set(array)


def can_be_chosen(a, b) -> bool:
    """Whether one array can stand for either of two."""
    return type(a) is core.JaxArray and type(b) is core.JaxArray and (a.shape, a.dtype) == (b.shape, b.dtype)


def arrays_chosen(which, results, recorders):
    """`which` and the results, where arrays of one kind that were there before are one array that is each of them."""
    options, places = [], []
    for k, (new, recorder) in enumerate(zip(results, recorders, strict=True)):
        there = visible(new, recorder)
        at = next((i for i, old in enumerate(options) if there and can_be_chosen(old, new)), len(options))
        if at == len(options):
            options.append(new)
        elif not same_object(options[at], new):
            options[at] = choice.array_of(which == k, new, options[at], None)
        places.append(at)
    if len(options) == len(results):
        return which, results
    return jnp.asarray(places, "int32")[which], options


def _period(turn, key) -> int:
    n, k = 1, turn[key]
    while k != key:
        n, k = n + 1, turn[k]
    return n
