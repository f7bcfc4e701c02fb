"""While JAX traces, what follows from known numbers stays known.

A mask of ``np.arange(n) % 2 == 0``, a step ``1 / (n - 1)``: as values of the program
to come they could shape nothing, decide nothing and choose nothing.
"""

from __future__ import annotations

import jax
import numpy as np

from ...storage import digits
from ...storage.buffer import Tracer, recorders

LARGEST = 1 << 14  # so many numbers are computed while tracing; larger arrays are left to the program


def computed(compiled, values):
    """``compiled(*values)``, at once where all values are known and a trace is under way.

    Where it is to be NumPy's to the last bit, XLA is not asked: it belongs to the program.
    """
    if recorders and not digits.wanted.get() and all(map(_is_small_and_known, values)):
        with jax.ensure_compile_time_eval():
            return compiled(*values)
    return compiled(*values)


def _is_small_and_known(value) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_small_and_known, value))
    return not isinstance(value, Tracer) and np.size(value) <= LARGEST


def are_small(tree) -> bool:
    """Whether no array among the arguments of a call is a large one."""
    if isinstance(tree, (list, tuple)):
        return all(map(are_small, tree))
    if isinstance(tree, dict):
        return all(map(are_small, tree.values()))
    return isinstance(tree, type) or getattr(tree, "size", 0) <= LARGEST  # `dtype=np.float64` is a class
