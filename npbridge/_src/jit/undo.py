"""A function that runs as plain Python where it was to be compiled: an exception leaves everything as it was."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from ..storage.buffer import Buffer
from ..storage.recording import Recorder
from . import discover, effects
from .guards import Contents


class Undo(Recorder):
    """Copies of what buffers held before they were written; their memory stays what it is."""

    is_of_trace = False

    def before_write(self, buffer: Buffer) -> None:
        if not self.is_own(buffer) and id(buffer) not in self.saved:
            buffer.current or buffer._download()
            self.saved[id(buffer)] = buffer, (buffer.host.copy(),)

    def restore(self) -> None:
        for buffer, (values,) in self.saved.values():
            with buffer.lock:
                np.copyto(buffer.host_for_writing(), values)


def run(function: Callable, args: tuple, kwargs: dict) -> Any:
    """Call `function`; where it raises, arrays, attributes, containers, names and random states are put back."""
    state = discover.State()
    state.visit(function, getattr(function, "__name__", "function"))
    for i, value in enumerate((*args, *kwargs.values())):
        state.visit(value, f"argument {i}")
    places = [make(*what) for make, *what in state.places] + [*effects.in_arguments((args, kwargs))]
    places = [place for place in places if place is not None]
    arrays = [(x, x.copy()) for x in _ndarrays(state, (*args, *kwargs.values())) if x.flags.writeable]
    draws = _draws([*args, *(x for place in places for x in place.before.values())])
    undo = Undo()
    try:
        with undo:
            return function(*args, **kwargs)
    except BaseException:
        undo.restore()
        for place in places:
            place.restore()
        for array, values in arrays:
            np.copyto(array, values)
        for put_back, before in draws:
            put_back(before)
        raise


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
    """What puts random states back, and the states."""
    found: list[tuple[Callable, Any]] = [(random.setstate, random.getstate())]
    found.append((np.random.set_state, np.random.get_state(legacy=False)))
    for generator in {id(x): x for x in held if isinstance(x, np.random.Generator)}.values():
        bits = generator.bit_generator
        found.append((functools.partial(setattr, bits, "state"), bits.state))
    return found
