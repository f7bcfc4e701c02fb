"""The states of random number generators as text."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ..array import core
from ..random import functions
from ..random.generators import Keyed


def is_generator(value: Any) -> bool:
    """Whether a value is a random number generator, or a module that is one."""
    if isinstance(value, type):
        return False
    if callable(getattr(value, "get_state", None)) and callable(getattr(value, "set_state", None)):
        return True
    return hasattr(getattr(value, "bit_generator", None), "state")


def _two_streams(generator: Any) -> tuple[Any, Any] | None:
    """The stream for ``'jax'`` and NumPy's generator, where `generator` has both."""
    if isinstance(generator, Keyed):
        return generator, generator
    if getattr(generator, "__name__", None) == "npbridge.random":
        return functions.state, np.random
    return None


def state_of(generator: Any) -> Any:
    """What its numbers depend on, on either backend."""
    both = _two_streams(generator)
    if both is not None:
        keyed, numpys = both
        return {"key": keyed._key_now(), "numpy": _numpys_state(numpys)}
    if callable(getattr(generator, "get_state", None)):
        return generator.get_state()
    return generator.bit_generator.state


def _numpys_state(generator: Any) -> Any:
    if isinstance(generator, np.random.Generator):
        return generator.bit_generator.state
    if generator is np.random:
        return np.random.get_state(legacy=False)
    return np.random.RandomState.get_state(generator, legacy=False)


def set_state(generator: Any, state: Any) -> None:
    """Let a generator go on from a state."""
    both = _two_streams(generator)
    if both is not None:
        keyed, numpys = both
        if isinstance(numpys, np.random.Generator):
            numpys.bit_generator.state = state["numpy"]
        elif numpys is np.random:
            np.random.set_state(state["numpy"])
        else:
            np.random.RandomState.set_state(numpys, state["numpy"])
        keyed._stream.set(state["key"])
    elif callable(getattr(generator, "set_state", None)):
        generator.set_state(state)
    else:
        generator.bit_generator.state = state


def to_text(state: Any) -> str:
    """A state as JSON."""
    return json.dumps(_plain(state))


def from_text(text: str) -> Any:
    """The state that :func:`to_text` was given; arrays come as ndarrays."""
    return _rebuilt(json.loads(text))


def kind_of(state: Any) -> Any:
    """What two states must have in common to be of the same kind of generator."""
    if isinstance(state, dict):
        return {k: v if isinstance(v, str) else kind_of(v) for k, v in state.items()}
    if isinstance(state, (tuple, list)):
        return [v if isinstance(v, str) else kind_of(v) for v in state]
    if isinstance(state, np.ndarray) or type(state) in core.OURS:
        return [list(state.shape), str(state.dtype)]
    return "number" if isinstance(state, (int, float, np.generic)) else type(state).__name__


def _plain(state: Any) -> Any:
    if isinstance(state, dict):
        return {"dict": {k: _plain(v) for k, v in state.items()}}
    if isinstance(state, tuple):
        return {"tuple": [_plain(v) for v in state]}
    if isinstance(state, list):
        return {"list": [_plain(v) for v in state]}
    if isinstance(state, np.generic):
        return state.item()
    if state is None or isinstance(state, (int, float, str)) and type(state) not in core.OURS:
        return state
    values = np.asarray(state)
    return {"array": values.reshape(-1).tolist(), "dtype": values.dtype.name, "shape": list(values.shape)}


def _rebuilt(plain: Any) -> Any:
    if not isinstance(plain, dict):
        return plain
    if "array" in plain:
        return np.array(plain["array"], plain["dtype"]).reshape(plain["shape"])
    ((kind, parts),) = plain.items()
    if kind == "dict":
        return {k: _rebuilt(v) for k, v in parts.items()}
    return (tuple if kind == "tuple" else list)(_rebuilt(v) for v in parts)
