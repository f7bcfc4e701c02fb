"""What a call may change, as it was before: for putting it back where the call raises, or is made again."""

from __future__ import annotations

import functools
import random
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from ..array import core
from ..engine.effects import cannot_be_put_back, is_strange, seen_outside
from ..storage.buffer import Buffer
from ..storage.recording import Recorder
from . import discover, effects
from .guards import Contents, Guard, Value


class Undo(Recorder):
    """Copies of what buffers held before they were written; their memory stays what it is."""

    is_of_trace = False

    def before_write(self, buffer: Buffer) -> None:
        if not self.is_own(buffer) and id(buffer) not in self.saved:
            buffer.current or buffer._download()
            self.saved[id(buffer)] = buffer, (buffer.host.copy(),)

    def restore(self) -> None:
        for buffer, (values,) in self.saved.values():
            _put_back(buffer, values)


class Before:
    """Attributes, containers, names, ndarrays and random states in reach of a call, as they are now.

    Attributes
    ----------
    buffers : dict
        The buffers of our arrays in reach, and copies of what they hold, after :meth:`copy_ours`.
    """

    def __init__(self, function: Callable, args: tuple, kwargs: dict) -> None:
        self.function = function
        given = (*args, *kwargs.values())
        state = self._state = discover.State()
        state.visit(function, getattr(function, "__name__", "function"))
        for i, value in enumerate(given):
            state.visit(value, f"argument {i}")
        places = [make(*what) for make, *what in state.places] + [*effects.in_arguments((args, kwargs))]
        self.places = [place for place in places if place is not None]
        self.arrays = [(x, x.copy()) for x in _ndarrays(state, given) if x.flags.writeable]
        self.buffers: dict[int, tuple[Buffer, np.ndarray]] = {}
        held = [g.known if type(g) is Value else g.value for g in state.guards if type(g) in (Guard, Value)]
        self.reached = [*given, *held]
        self.draws = _draws(self.reached)

    def copy_ours(self) -> None:
        """Copy our arrays as well; without it they are somebody else's to put back."""
        for _, array in self._state.arrays:
            buffer = array._buffer
            if id(buffer) not in self.buffers:
                self.buffers[id(buffer)] = buffer, np.array(_values(buffer))

    def learn(self, undo: Undo) -> None:
        """Take in what a call wrote that nobody found before."""
        for key, (buffer, (values,)) in undo.saved.items():
            self.buffers.setdefault(key, (buffer, values))

    def restore(self) -> None:
        for place in self.places:
            place.restore()
        for array, values in self.arrays:
            np.copyto(array, values)
        for buffer, values in self.buffers.values():
            _put_back(buffer, values)
        for put_back, before in self.draws:
            put_back(before)

    def after(self) -> tuple:
        """What a call has made of it: arrays, and what was bound anew under ``(place, key)``."""
        changes = [(i, key, new) for i, place in enumerate(self.places) for key, _, new in place.changes()]
        arrays = [array for array, _ in self.arrays]
        ours = {key: _values(buffer) for key, (buffer, _) in self.buffers.items()}
        return arrays, ours, {(i, key): new for i, key, new in changes}

    def functions(self) -> list[types.FunctionType]:
        """The function itself, and the user's functions in reach."""
        inner = getattr(self.function, "__func__", self.function)
        own = [inner] if isinstance(inner, types.FunctionType) else []
        return [*own, *(f for f in self._state.functions() if f is not inner)]

    def once_only(self) -> str:
        """Why the call must be made once, and not tried; empty where nothing speaks against it."""
        strange = next((x for x in self._state.strangers() if is_strange(x)), None)
        if strange is not None:
            return f"what a {type(strange).__name__} of a library's keeps cannot be put back"
        return seen_outside(self.functions()) or cannot_be_put_back(self.reached)


def run(function: Callable, args: tuple, kwargs: dict) -> Any:
    """Call `function`; where it raises, arrays, attributes, containers, names and random states are put back."""
    before = Before(function, args, kwargs)
    undo = Undo()
    try:
        with undo:
            return function(*args, **kwargs)
    except BaseException:
        undo.restore()
        before.restore()
        raise


def _values(buffer: Buffer) -> np.ndarray:
    return core.of_view(buffer, None, None)._read()


def _put_back(buffer: Buffer, values: np.ndarray) -> None:
    with buffer.lock:
        np.copyto(buffer.host_for_writing(), values)


def _ndarrays(state: discover.State, values: Any) -> list[np.ndarray]:
    found = [array for array, _, _ in state.ndarrays.values()]
    found += [guard.holder for guard in state.guards if type(guard) is Contents]
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, np.ndarray):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
    return list({id(x): x for x in found}.values())


def _draws(held: list) -> list[tuple[Callable, Any]]:
    """What puts random states back, and the states: NumPy's and Python's own, and those of generators in reach."""
    found: list[tuple[Callable, Any]] = [(random.setstate, random.getstate())]
    found.append((np.random.set_state, np.random.get_state(legacy=False)))
    for x in {id(x): x for x in held}.values():
        if isinstance(x, np.random.Generator):
            found.append((functools.partial(setattr, x.bit_generator, "state"), x.bit_generator.state))
        elif isinstance(x, np.random.RandomState):
            found.append((x.set_state, x.get_state(legacy=False)))
        elif isinstance(x, random.Random):
            found.append((x.setstate, x.getstate()))
    return found
