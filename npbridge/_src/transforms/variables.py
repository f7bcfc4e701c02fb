"""What a derivative is taken with respect to, as a flat list of inputs and back."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import jax
import numpy as np

from ..array import core
from ..ground.errors import TransformError
from ..state.collector import Collector
from . import lift

OURS = core.OURS


def flat_variables(variables) -> tuple[list, Callable[[Sequence], Any], Hashable]:
    """The arrays in `variables`, a function that puts values in their places, and which places those are.

    `variables` is an array, a list, tuple or dictionary of such, or an object with
    ``vars()``.
    """
    if type(variables) in OURS:
        return [variables], lambda values: values[0], None
    if isinstance(variables, dict):
        keys = tuple(variables)
        flat, build, places = _several(variables.values())
        kind: Any = type(variables) if isinstance(variables, Collector) else dict
        return flat, lambda values: kind(zip(keys, build(values), strict=True)), (kind, keys, places)
    if isinstance(variables, (list, tuple)):
        flat, build, places = _several(variables)
        make: Any = type(variables)
        named = hasattr(make, "_fields")
        return flat, lambda values: make(*build(values)) if named else make(build(values)), (make, places)
    if callable(getattr(variables, "vars", None)):
        return flat_variables(variables.vars())
    if isinstance(variables, (jax.Array, np.ndarray)):
        kind = "an ndarray" if isinstance(variables, np.ndarray) else "a jax.Array"
        raise TypeError(
            f"grad_vars holds {kind}, which says nothing of where the function finds it. Hold it as one of ours "
            "(npbridge.asarray, npbridge.TrainVar), or make it an argument and name that in argnums=."
        )
    raise TypeError(
        f"grad_vars takes arrays, lists, tuples and dictionaries of arrays, and objects with vars(); "
        f"got {type(variables).__name__}. Name the arrays: grad_vars=(model.w, model.b)."
    )


def _several(items):
    parts = [flat_variables(x) for x in items]
    _, build = _joined([(len(flat), make) for flat, make, _ in parts])
    return [x for flat, _, _ in parts for x in flat], build, tuple(places for _, _, places in parts)


class Selection:
    """The inputs of a derivative: variables first, then arguments.

    Attributes
    ----------
    inputs : list of Argument or Held
    slots : list of int
        For each leaf of the structure, which input it is; one array named twice is one input.
    build : callable
        From a value per leaf to the structure.
    """

    def __init__(self, variables, argnums, args, kwargs) -> None:
        self.leaves, self.tree = lift.flatten(args, kwargs)
        self.inputs: list = []
        self.slots: list[int] = []
        parts = []
        if variables is not None:
            parts.append(self._variables(variables))
        if argnums is not None:
            several = not isinstance(argnums, int)
            numbers = tuple(argnums) if several else (argnums,)
            builds = [self._argument(n, args) for n in numbers]
            parts.append(_joined(builds) if several else builds[0])
        if len(parts) == 1:
            self.build = parts[0][1]
        else:
            self.build = _joined(parts)[1]

    def _variables(self, variables):
        flat, build, _ = variables
        seen: dict[int, int] = {}
        for array in flat:
            if isinstance(array, (core.JaxScalar, np.generic)):
                raise TypeError("grad_vars holds a scalar that never changes: make it an array with npbridge.array")
            at = seen.get(id(array))
            if at is None:
                if any(array._buffer is x.array._buffer for x in self.inputs):
                    raise ValueError("grad_vars holds two windows on the same memory: name the whole array once")
                at = seen[id(array)] = len(self.inputs)
                self.inputs.append(lift.Held(array))
            self.slots.append(at)
        return len(flat), build

    def _argument(self, number, args):
        if not -len(args) <= number < len(args):
            raise TypeError(
                f"argnums says argument {number}, and the call has {len(args)} positional arguments. Pass by position "
                "what a derivative is taken of."
            )
        number %= len(args)
        flat, tree = lift.leaves_of(args[number])
        # `leaves` also has a leaf for each None; arguments come before keywords, in order
        start = sum(len(lift.flatten((a,), {})[0]) for a in args[:number])
        place = [i for i, x in enumerate(lift.flatten((args[number],), {})[0]) if x is not None]
        for i, x in zip(place, flat, strict=True):
            _check_leaf(x, number)
            self.slots.append(len(self.inputs))
            self.inputs.append(lift.Argument(start + i, x))
        return len(flat), lambda values: jax.tree.unflatten(tree, values)

    def given(self) -> list:
        """For each leaf of the structure, what it was."""
        return [getattr(self.inputs[i], "given", None) for i in self.slots]


def _check_leaf(x, number) -> None:
    if type(x) in OURS or isinstance(x, (jax.Array, np.ndarray, np.generic)) or type(x) in (int, float, complex, bool):
        return
    raise TransformError(
        f"argument {number} holds a {type(x).__name__}, of which there is no derivative. Name the arguments that are "
        "arrays with argnums=."
    )


def _joined(parts):
    ends = np.cumsum([0, *(n for n, _ in parts)])

    def build(values):
        return tuple(make(values[a:b]) for (_, make), a, b in zip(parts, ends[:-1], ends[1:], strict=True))

    return int(ends[-1]), build
