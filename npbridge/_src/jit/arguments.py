"""The arguments of a call: what is traced, what is part of the key.

Arrays become inputs.  NumPy's scalars and Python's numbers become inputs too, the latter of
weak type as NumPy has it, until the function turns out to need their values; strings, booleans, ``None``
and whatever else is hashable are part of the key.
"""

from __future__ import annotations

import types
from typing import Any

import jax
import numpy as np

from ..array import core, traced_number
from ..array.frozen_values import VIEWS, NotComparable, Same, comparable, frozen
from ..storage.buffer import Buffer, canonical
from .guards import compared_whole
from .order import in_order

OURS = core.OURS
NUMBERS = (int, float, complex)


class WeakScalar(traced_number.TracedNumber):
    """A Python number that was an argument: known at run time, weakly typed."""

    __slots__ = ()

    @property
    def __class__(self):
        return self.weak


# for functions that a library compiles; what it makes of one is no argument
jax.tree_util.register_pytree_node(WeakScalar, traced_number._flatten, traced_number._unflatten)


class Static:
    """An argument that the user declared static: part of the key, whatever it is."""

    __slots__ = ("value",)

    def __init__(self, value) -> None:
        self.value = value


def stand_in(value, tracer, origin):
    """What code sees of a number or a scalar while it is traced; `origin` is the place of the input."""
    kind = type(value)
    if kind not in NUMBERS:
        return core.scalar_of_device(tracer)
    scalar = core._new(WeakScalar)
    scalar._buffer = Buffer(tracer, None, (), tracer.dtype)
    scalar._layout = scalar._base = scalar._cached = None
    scalar.weak, scalar.origins = kind, frozenset({origin})
    return scalar


def flatten(args, kwargs):
    """Leaves and structure; our arrays are leaves."""
    return jax.tree.flatten(in_order((args, kwargs)), is_leaf=is_leaf)


def is_leaf(x) -> bool:
    return type(x) in OURS or isinstance(x, (np.ndarray, jax.Array, Static, *VIEWS)) or x is None


def is_object(x) -> bool:
    """Whether an argument is an object whose attributes, or a function whose variables, are state."""
    kind = type(x)
    if kind in OURS or kind in NUMBERS or isinstance(x, (np.ndarray, np.generic, jax.Array, type, str)):
        return False
    if compared_whole(kind) and comparable(x):
        return False
    return (hasattr(x, "__dict__") or hasattr(kind, "__slots__")) and not isinstance(x, (types.ModuleType, np.ufunc))


def is_scalar(value) -> bool:
    """Whether a value is a number of Python's, or a scalar of NumPy's or ours."""
    kind = type(value)
    return kind in NUMBERS or kind is core.JaxScalar or kind not in OURS and isinstance(value, np.generic)


def can_move(value) -> bool:
    """Whether compiled code can hold a number: its integers have an end, and it has no dates."""
    kind = type(value)
    if kind is core.JaxScalar:
        return not value._buffer.traced
    if kind is int or isinstance(value, np.integer):
        return fits(value)
    return kind in NUMBERS or isinstance(value, np.generic) and value.dtype.char in core.STORED_KINDS


def fits(number: int | np.integer) -> bool:
    """Whether compiled code can hold an integer."""
    bits = 8 * canonical(np.dtype(int)).itemsize - 1
    return -(1 << bits) <= number < 1 << bits


class Signature:
    """One way to call: the key, and what the leaves are."""

    def __init__(self, leaves, tree, static: frozenset) -> None:
        self.leaves = [x.value if type(x) is Static else x for x in leaves]
        self.tree = tree
        self.arrays: list[tuple[int, Any]] = []
        self.numbers: list[tuple[int, Any]] = []
        self.tracers: list[tuple[int, Any]] = []
        parts = []
        for i, x in enumerate(leaves):
            parts.append(self.part(i, x, static))
        self.key = (tree, tuple(parts))

    def given(self) -> list:
        """The numbers as compiled code takes them."""
        return [core.value_of(x) for _, x in self.numbers]

    def part(self, i, x, static):
        kind = type(x)
        if kind is Static:
            return ("static", type(x.value), x.value)
        if is_scalar(x) and can_move(x) and i not in static and kind not in static:
            self.numbers.append((i, x))
            return kind if kind in NUMBERS else ("scalar", x.dtype)
        if kind in OURS:
            self.arrays.append((i, x))
            return ("ours", *layout_key(x))
        if isinstance(x, np.ndarray):
            if x.dtype.char not in core.STORED_KINDS:
                return (kind, frozen(x)) if comparable(x) else ("object", Same(x))
            self.arrays.append((i, x))
            return ("ndarray", x.shape, x.dtype)
        if isinstance(x, jax.Array):
            self.tracers.append((i, x))
            return ("jax", x.shape, x.dtype, x.aval.weak_type)
        if is_object(x):
            return ("object", type(x))  # which one it is, the pool says
        if kind in (str, bytes, bool, type(None)):
            return (kind, x)
        try:
            return (kind, frozen(x))
        except NotComparable:
            return ("object", Same(x))  # held, so that its identity stays its own


def layout_key(x) -> tuple:
    layout = x._layout
    if layout is None or layout is x._buffer.host:
        return x._buffer.shape, x._buffer.dtype
    window = x._window()
    return window.shape, window.strides, window.dtype, window.flags.writeable, x._buffer.shape, _offset(x, window)


def _offset(x, window) -> int:
    return core.view.address(window) - core.view.address(x._buffer.host) if window.size else 0
