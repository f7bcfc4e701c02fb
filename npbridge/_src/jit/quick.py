"""The short way through a call that looks like the last one.

Most calls of a compiled function have arguments of the same kinds as the call
before.  When they are whole arrays and numbers, that is checked here in one pass
and the executable is run without building a signature.
"""

from __future__ import annotations

from ..array import core
from ..dispatch.backend import active
from .discover import SIMPLE, same

MISS = object()
JaxArray = core.JaxArray


class Quick:
    """The last call: what its arguments were, and the executable that fits."""

    __slots__ = ("binding", "count", "entry", "guards", "held", "kinds", "plan", "single")

    def __init__(self, entry, binding, state, kinds) -> None:
        self.entry = entry
        self.binding = binding
        self.kinds = kinds
        self.held = [x for _, x in state.arrays]
        self.count = len(binding.buffers)
        self.guards = [(g.holder, g.key, g.value) for g in state.guards]
        tree, plan = entry.output
        self.plan = plan
        self.single = tree.num_nodes == 1 and len(plan) == 1

    def __call__(self, args):
        if len(args) != len(self.kinds):
            return MISS
        buffers, numbers = [], []
        for x, (kind, shape, dtype) in zip(args, self.kinds, strict=True):
            if type(x) is not kind:
                return MISS
            if kind is JaxArray:
                buffer = x._buffer
                layout = x._layout
                if layout is not None and layout is not buffer.host or buffer.shape != shape or buffer.dtype != dtype:
                    return MISS
                buffers.append(buffer)
            else:
                numbers.append(x)
        for holder, key, value in self.guards:
            try:
                now = holder[key]
            except (KeyError, IndexError):
                return MISS
            if now is not value and not (type(now) is type(value) and isinstance(now, SIMPLE) and same(now, value)):
                return MISS
        buffers += [x._buffer for x in self.held]
        if len(set(map(id, buffers))) != self.count:
            return MISS
        values = self.entry.execute(buffers, numbers)
        if self.single:
            how, what = self.plan[0]
            if how == "array":
                return core.array_of_device(values[what])
            if how == "scalar":
                return core.of_device(values[what])
            if how == "constant":
                return what
        return self.entry.rebuild(values, Rebound(args, buffers, self.held))


class Rebound:
    """The binding of a quick call, as far as rebuilding a result needs it."""

    __slots__ = ("buffers", "held", "leaves")

    def __init__(self, args, buffers, held) -> None:
        self.leaves = args
        self.buffers = buffers
        self.held = held


def quick_path(entry, binding, state, args, kwargs):
    """A :class:`Quick` for calls like this one; None where they need the long way."""
    if kwargs or binding.ndarrays or active().name != "jax":
        return None
    if len(set(binding.alias)) != len(binding.alias) or any(not x._whole for _, x in state.arrays):
        return None
    kinds = []
    for x in args:
        if type(x) is JaxArray and x._whole:
            kinds.append((JaxArray, x._buffer.shape, x._buffer.dtype))
        elif type(x) in (int, float, complex) and any(x is n for _, n in entry.signature.numbers):
            kinds.append((type(x), None, None))
        else:
            return None
    return Quick(entry, binding, state, kinds)
