"""What draws numbers: the functions of ``numpy.random`` and the methods of its generators."""

from __future__ import annotations

import numpy as np

from .fact import Fact, rows

_STATE = ("bit_generator", "get_bit_generator", "get_state", "seed", "set_bit_generator", "set_state", "spawn")
_PERMUTE = (np.random.shuffle, np.random.RandomState.shuffle, np.random.Generator.shuffle)


def _draws(space: object, names: list[str]) -> list:
    found = [getattr(space, name) for name in names if name[0] != "_" and name not in _STATE and hasattr(space, name)]
    return [f for f in found if callable(f) and f not in _PERMUTE]


ROWS = [
    *rows("draw", *_draws(np.random, dir(np.random.RandomState))),
    *rows("draw", *_draws(np.random.RandomState, dir(np.random.RandomState))),
    *rows("draw", *_draws(np.random.Generator, dir(np.random.Generator))),
    *(Fact(f, "draw", writes=("x",)) for f in _PERMUTE),
]
