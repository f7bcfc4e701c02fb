"""The arguments of a call: what is traced, what is part of the key.

Arrays become inputs.  Python numbers become inputs too, of weak type as NumPy has
it, until the function turns out to need their values; strings, booleans, ``None``
and whatever else is hashable are part of the key.
"""

from __future__ import annotations

import types
from typing import Any

import jax
import numpy as np

from ..array import core, traced_number
from ..array.frozen_values import VIEWS, NotComparable, Same, comparable, frozen
from ..storage.buffer import Buffer, Tracer, canonical
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


def weak_scalar(tracer, kind: type, origin) -> WeakScalar:
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


def fits(number: int) -> bool:
    """Whether compiled code can hold an integer."""
    bits = 8 * canonical(np.dtype(int)).itemsize - 1
    return -(1 << bits) <= number < 1 << bits


def objects_in(key) -> set[int]:
    """The identities of objects in the key of a signature."""
    return {part[1] for part in key[1] if type(part) is tuple and part[0] == "object"}


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

    def part(self, i, x, static):
        kind = type(x)
        if kind is Static:
            return ("static", type(x.value), x.value)
        if kind in OURS:
            if kind is core.JaxScalar and not isinstance(x._buffer.device, Tracer):
                self.arrays.append((i, as_input(x)))
                return ("scalar", x.dtype)
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
        if isinstance(x, np.generic) and x.dtype.char in core.STORED_KINDS:
            self.arrays.append((i, as_input(core.of_number(x))))
            return ("scalar", x.dtype)
        if kind in NUMBERS and i not in static and kind not in static and (kind is not int or fits(x)):
            self.numbers.append((i, x))
            return kind
        if is_object(x):
            return ("object", id(x))
        if kind in (str, bytes, bool, type(None)):
            return (kind, x)
        try:
            return (kind, frozen(x))
        except NotComparable:
            return ("object", Same(x))  # held, so that its identity stays its own


def as_input(scalar):
    """A scalar with a buffer of its own, which can hold a tracer for a while."""
    new = core._new(core.JaxScalar)
    new._buffer = core.array_of_scalar(scalar)._buffer
    return new


def layout_key(x) -> tuple:
    layout = x._layout
    if layout is None or layout is x._buffer.host:
        return x._buffer.shape, x._buffer.dtype
    window = x._window()
    return window.shape, window.strides, window.dtype, window.flags.writeable, x._buffer.shape, _offset(x, window)


def _offset(x, window) -> int:
    return core.view.address(window) - core.view.address(x._buffer.host) if window.size else 0
