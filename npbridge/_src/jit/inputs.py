"""What is held outside of arrays of ours and is an input: ``jax.Array``\\ s, and numbers that move.

A number that a compiled function binds anew (``self.t += dt``) is not a constant: it is
handed in at each call, as a number among the arguments is, and the new one comes out.
"""

from __future__ import annotations

import jax
import numpy as np

from ..array import core
from ..storage.buffer import canonical
from .arguments import NUMBERS, fits, weak_scalar

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
        return given(self.value)

    def stand_in(self, tracer):
        """What code sees while it is traced."""
        kind = type(self.value)
        if kind in NUMBERS:
            return weak_scalar(tracer, kind, self.path) if self.plain else tracer
        return tracer if is_raw(self.value) else core.scalar_of_device(tracer)


def given(value):
    """A held value as compiled code takes it."""
    if type(value) in OURS:
        return value._value()
    return np.asarray(value, canonical(value.dtype)) if isinstance(value, np.generic) else value


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


def is_scalar(value) -> bool:
    """Whether a value is a number of Python's, or a scalar of NumPy's or ours."""
    kind = type(value)
    return kind in NUMBERS or kind is core.JaxScalar or kind not in OURS and isinstance(value, np.generic)


def can_move(value) -> bool:
    """Whether compiled code can hold a number: its integers have an end, and it has no dates."""
    kind = type(value)
    if kind is int:
        return fits(value)
    if kind is core.JaxScalar:
        return not value._buffer.traced
    return kind in NUMBERS or isinstance(value, np.generic) and value.dtype.char in core.STORED_KINDS
