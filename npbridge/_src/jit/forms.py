"""The form of a state: all that its guards saw and compiled code depends on, as a part of the key.

Two states of one form share what is compiled: objects stand in it by the order in which
they were met, constants by their values, arrays not at all.
"""

from __future__ import annotations

import collections
import types
from typing import Any

import numpy as np

from ..array import core
from ..array.frozen_values import Same, comparable, frozen, holds_in_c
from ..ground.users import is_users_class
from .guards import (
    SIMPLE,
    SIMPLE_TYPES,
    WRITABLE,
    Copy,
    Guard,
    Keys,
    Node,
    Table,
    Value,
    as_one,
    children_of,
    compared_whole,
    is_node,
    name_in,
)
from .inputs import NUMBERS, can_move, is_raw, is_scalar

OURS = core.OURS


class Forms:
    """What was found of a function's state, as a key."""

    def __init__(self, raws_are_constants: bool) -> None:
        self.raws_are_constants = raws_are_constants
        self.guards: list[Any] = []
        # ndarrays by identity: the array, its name, and where it is held
        self.ndarrays: dict[int, tuple[np.ndarray, str, list[tuple[Any, Any]]]] = {}
        self._numbers: dict[int, int] = {}  # of objects and containers, in the order in which they were met
        self._constants: tuple | None = None

    def moves(self, value, path: str) -> bool:
        """Whether a number or scalar is an input, where it can be one."""
        raise NotImplementedError

    def constants(self) -> tuple:
        """What the guards saw, for the key: it does not change while they hold."""
        if self._constants is None:
            self._constants = tuple([(g.path, type(g.value).__name__, self.frozen(g)) for g in self.guards])
        return self._constants

    def varied(self, known) -> frozenset[str]:
        """The paths of NumPy's scalars that are constants here, and had other values in those that are known."""
        own = {
            g.path: (g.path, type(g.value).__name__, self.frozen(g))
            for g in self.guards
            if type(g) is Guard and g.raw is None and isinstance(g.holder, WRITABLE) and can_vary(g.value)
        }
        others = [constant for constants in known for constant in constants if constant[0] in own]
        return frozenset([c[0] for c in others if c != own[c[0]] and c[1] == own[c[0]][1]])

    def frozen(self, guard):
        """What code depends on that was compiled for what a guard saw."""
        if type(guard) is Table:
            return guard.functions()
        if type(guard) in (Copy, Value, Keys):
            return guard.value if type(guard) is not Keys else tuple(guard.value)
        if guard.raw is not None and is_scalar(guard.value):
            return type(guard.value)
        if type(guard) is Node:
            return self.form(guard.value, guard.path, guard.taken)
        return self.form(guard.value, guard.path, isinstance(guard.holder, WRITABLE))

    def form(self, value, path: str, taken: bool):
        """What of a value is constant: a new container of the same form is as good.

        `taken` says whether another value can take its place.
        """
        kind = type(value)
        if taken and is_scalar(value) and self.moves(value, path):
            return kind
        if kind in OURS and kind is not core.JaxScalar:
            return kind
        if isinstance(value, SIMPLE):
            return repr(value) if kind in SIMPLE_TYPES else (kind, repr(value))
        if isinstance(value, np.ndarray):
            return "ndarray" if id(value) in self.ndarrays else Same(value)
        if is_raw(value):
            return "jax.Array" if taken and not self.raws_are_constants else Same(value)
        if isinstance(value, dict):  # its items have guards of their own, and so have those of lists
            return kind, tuple(map(repr, value)), self._numbers.get(id(value))
        if isinstance(value, (list, collections.deque)):
            return kind, len(value), self._numbers.get(id(value))
        if isinstance(value, tuple) or is_node(value):
            return self.form_of_node(value, path, taken)
        if compared_whole(kind) and comparable(value, as_one):
            return frozen(value, as_one)
        return self.form_of_object(value)

    def form_of_object(self, value):
        """An object of the user's: another one in whose place the same was found is as good; of others the object."""
        number = self._numbers.get(id(value))
        if number is not None and type(value) is types.MethodType:
            return Same(value.__func__), self.form_of_object(value.__self__)
        if number is None or isinstance(value, type) or not is_users_class(type(value)) or holds_in_c(type(value)):
            return Same(value)
        return type(value), number

    def form_of_node(self, value, path: str, taken: bool):
        if is_users_class(type(value)) and not isinstance(value, tuple):
            return self.form_of_object(value)  # its attributes have guards of their own
        children, structure = children_of(value) if is_node(value) else (value, None)
        taken = taken and structure is not None
        try:
            hash(structure)
        except TypeError:
            return Same(value)
        numbers = taken and not self.raws_are_constants and not isinstance(value, tuple)
        form = []
        for i, x in enumerate(children):
            if numbers and type(x) in NUMBERS:
                form.append(type(x))
            else:
                form.append(self.form(x, name_in(value, i, path), taken))
        return type(value), structure, tuple(form)


def can_vary(value) -> bool:
    """Whether a value is a scalar of NumPy's: results of computations are, which seldom are the same again."""
    return type(value) not in OURS and isinstance(value, np.generic) and can_move(value)
