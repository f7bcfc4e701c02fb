"""One random stream: NumPy's, also inside compiled code.

Numba keeps a Mersenne twister of its own.  It makes the same numbers from the
same state, so the state is carried over before a call and back after it.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from ....ground.compat import legacy_random_state


class _State(ctypes.Structure):
    # numba/_random.c: rnd_state_t, the same since Numba 0.18
    _fields_ = [
        ("index", ctypes.c_int),
        ("mt", ctypes.c_uint32 * 624),
        ("has_gauss", ctypes.c_int),
        ("gauss", ctypes.c_double),
        ("is_initialized", ctypes.c_int),
    ]


def _numba_state() -> _State:
    return _State.from_address(legacy_random_state())


def to_numba() -> None:
    """Let compiled code go on from NumPy's global state."""
    _, key, position, has_gauss, gauss = _get()
    state = _numba_state()
    ctypes.memmove(state.mt, np.ascontiguousarray(key, np.uint32).ctypes.data, 624 * 4)
    state.index = position
    state.has_gauss = has_gauss
    state.gauss = gauss
    state.is_initialized = 1


def from_numba() -> None:
    """Let NumPy go on from where compiled code stopped."""
    state = _numba_state()
    key = np.ctypeslib.as_array(state.mt).copy()
    kept = state.gauss if state.has_gauss else 0.0  # NumPy forgets the number that was taken
    np.random.set_state(("MT19937", key, state.index, state.has_gauss, kept))


def streams(own: bool, states: list, roles: Any, host: list) -> list:
    """The generators that a call may draw from, and their states; `own`: the global state, handed to Numba."""
    found: list = [(state, np.random.RandomState.get_state(state)) for state in states]
    if own:
        found.append((None, _get()))
        to_numba()
    for role, value in zip(roles, host, strict=False):
        if role in ("generator", "leaf") and isinstance(value, np.random.Generator):
            found.append((value, value.bit_generator.state))
    return found


def restore(states: list) -> None:
    """Give the generators the states that they had before a call that failed."""
    for generator, state in states:
        if generator is None:
            np.random.set_state(state)
        elif isinstance(generator, np.random.RandomState):
            np.random.RandomState.set_state(generator, state)
        else:
            generator.bit_generator.state = state


def _get() -> Any:
    return np.random.get_state()
