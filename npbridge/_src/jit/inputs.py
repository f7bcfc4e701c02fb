"""What is held outside of arrays of ours and is an input: ``jax.Array``\\ s, and numbers that move.

A number that a compiled function binds anew (``self.t += dt``) is not a constant: it is
handed in at each call, as a number among the arguments is, and the new one comes out.
"""

from __future__ import annotations

import jax
import numpy as np

from ..array import core
from .arguments import NUMBERS, can_move, is_scalar, stand_in

OURS = core.OURS


class Raw:
    """A ``jax.Array``, a number or a scalar that is held where another can take its place."""

    __slots__ = ("holder", "key", "path", "plain", "value")

    def __init__(self, holder, key, path, value, plain=True) -> None:
        self.holder, self.key, self.path, self.value = holder, key, path, value
        self.plain = plain  # whether code sees a Python number as one: a library's trees get arrays, as from JAX

    def kind(self) -> tuple:
        return kind_of(self.value)

    def takes(self, now) -> bool:
        """Whether what the place holds now may be handed in like what was there."""
        if is_raw(self.value):
            return is_raw(now)
        return type(now) is type(self.value) and can_move(now) and kind_of(now) == self.kind()

    def given(self):
        """What compiled code takes."""
        return core.value_of(self.value)

    def stand_in(self, tracer):
        """What code sees while it is traced."""
        if is_raw(self.value) or not self.plain and type(self.value) in NUMBERS:
            return tracer
        return stand_in(self.value, tracer, self.path)


def kind_of(raw) -> tuple:
    """What code depends on that was compiled for a ``jax.Array``, or a number."""
    if type(raw) in NUMBERS:
        return (), np.dtype(type(raw)), True
    if is_scalar(raw):
        return (), raw.dtype, type(raw)
    return raw.shape, raw.dtype, raw.aval.weak_type


def is_raw(value) -> bool:
    """Whether a value is a ``jax.Array``."""
    return isinstance(value, jax.Array) and type(value) not in OURS
