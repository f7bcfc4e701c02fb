"""The arrays of one call: arguments, captured arrays, and what stands for ndarrays."""

from __future__ import annotations

import functools

import numpy as np

from ..array import core
from ..storage.buffer import Buffer
from . import ndarrays, results
from .arguments import Signature, layout_key

OURS = core.OURS


class Binding:
    """The buffers of one call, in the order in which the executable takes them."""

    def __init__(self, signature: Signature, state, in_place: bool = False) -> None:
        self.buffers: list[Buffer] = []
        self.index: dict[int, int] = {}
        self.leaves = list(signature.leaves)
        self.ndarrays: list[tuple[np.ndarray, core.JaxArray]] = []
        alias = []
        given = [x for _, x in signature.arrays if isinstance(x, np.ndarray)]
        captured = [x for x, _, _ in state.ndarrays.values()]
        shared = iter(())
        if given or captured:
            others = [x for _, x in (*signature.arrays, *state.arrays) if type(x) in OURS]
            stand_ins = ndarrays.borrowed if in_place else ndarrays.copies
            shared = stand_ins([*given, *captured], [x._buffer for x in others])
        for i, x in signature.arrays:
            if isinstance(x, np.ndarray):
                original, x = x, next(shared)
                self.ndarrays.append((original, x))
                if not x._whole:
                    alias.append(layout_key(x))
            self.leaves[i] = x
            alias.append(self.place(x._buffer))
        self.raws = [*(x for _, x in signature.tracers), *(x.given() for x in state.raws)]
        self.places = state.places
        self.state = state
        self.stand_ins = []  # for ndarrays that are captured: arrays of ours, and the places that they take
        for original, _, places in state.ndarrays.values():
            x = next(shared)
            self.ndarrays.append((original, x))
            self.stand_ins.append((original, x, places))
        self.paths = [*state.arrays, *((path, x) for _, path, _ in state.ndarrays.values())]
        self.held = [*(x for _, x in state.arrays), *(x for _, x, _ in self.stand_ins)]
        self.captured = [x._buffer for x in self.held]
        for x in self.held:
            if not x._whole:
                alias.append(layout_key(x))
            alias.append(self.place(x._buffer))
        self.alias = tuple(alias)
        self.in_place = in_place

    def memories_meet(self) -> bool:
        """Whether two buffers lie in the same memory, as those do that were made of one ndarray."""
        return len(self.buffers) > 1 and ndarrays.meet(self.ndarrays if self.in_place else [], self.buffers)

    @functools.cached_property
    def known(self) -> dict:
        """What was there before the call, by identity: see results."""
        return results.known_in(self.state)

    def names(self, arguments) -> dict[int, str]:
        """The names of buffers, by identity."""
        found = {id(x._buffer): path for path, x in self.paths}
        for i, x in enumerate(self.leaves):
            if type(x) in OURS and i < len(arguments):
                found[id(x._buffer)] = arguments[i]
        return found

    def described(self) -> list[str]:
        """The captured arrays, in words."""
        return [f"{path}, {b.dtype}{list(b.shape)}" for (path, _), b in zip(self.paths, self.captured, strict=True)]

    def place(self, buffer: Buffer) -> int:
        where = self.index.get(id(buffer))
        if where is None:
            where = self.index[id(buffer)] = len(self.buffers)
            self.buffers.append(buffer)
        return where
