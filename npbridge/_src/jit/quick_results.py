"""The short way, second half: what is written, bound and returned when the values are there."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from ..array import core
from . import effects
from .quick_inputs import Unlike
from .results import number

_KINDS = (int, float, complex)


class _At:
    """The place of a value of a result, in a tree."""

    def __init__(self, how, what) -> None:
        self.how, self.what = how, what


class Outputs:
    """Expressions of the results of one compiled form, where they are arrays, numbers and containers of them."""

    def __init__(self, inputs) -> None:
        self.inputs = inputs
        self.lines: list[str] = []
        self.is_simple = True  # False where what is assigned is put together by another way
        self._made: dict[Any, str] = {}  # what is one array stays one
        self._arrays: set[int] = set()
        inputs.names |= {
            "array_of_device": core.array_of_device, "of_device": core.of_device, "number": number,
        }  # fmt: skip

    def expression(self, output) -> str:
        """What a result is made by, `lines` having run; Unlike where that is not so simple."""
        if not self.is_simple:
            raise Unlike
        tree, plan = output
        return self.of_tree(jax.tree.unflatten(tree, [_At(how, what) for how, what in plan]))

    def of_tree(self, x) -> str:
        kind = type(x)
        if kind is _At:
            return self.of_leaf(x.how, x.what)
        if x is None:
            return "None"
        if kind is tuple:
            return f"({', '.join(map(self.of_tree, x))}{',' if len(x) == 1 else ''})"
        if kind is list:
            return f"[{', '.join(map(self.of_tree, x))}]"
        if kind is dict and all(type(key) is str for key in x):
            return "{" + ", ".join(f"{key!r}: {self.of_tree(value)}" for key, value in x.items()) + "}"
        raise Unlike

    def of_leaf(self, how, what) -> str:
        if how == "constant":
            return self.inputs.name(what, "v")
        if how == "existing":
            return self.existing(what)
        if how == "array":
            text = f"array_of_device(out[{what}])"
            self._arrays.add(what)
        elif how == "scalar":
            text = f"out[{what}][()]" if self.inputs.on_host else f"of_device(out[{what}])"
        elif how in _KINDS:
            return f"number(out[{what}], {how.__name__})"
        else:
            raise Unlike
        if what not in self._made:
            self._made[what] = f"m{what}"
            self.lines.append(f"m{what} = {text}")
        return self._made[what]

    def existing(self, what) -> str:
        """An array that was there before the call."""
        if what[0] not in ("leaf", "held"):
            raise Unlike
        binding = self.inputs.binding
        array = (binding.leaves if what[0] == "leaf" else binding.held)[what[1]]
        if any(array is x for _, x in binding.ndarrays):
            at = binding.index[id(array._buffer)]
            there = array._whole and self.inputs.buffers.get(at) == f"n{at}"
            if not there or not (self.inputs.for_numpy or self.inputs.on_host):
                raise Unlike  # what stands for an ndarray is not there
            if self.inputs.for_numpy:
                self.inputs.names["borrowed"] = _borrowed
                return f"borrowed(n{at})"
            return self.copied(at, array.dtype)
        return (self.inputs.leaves if what[0] == "leaf" else self.inputs.held)[what[1]]

    def copied(self, at: int, dtype: np.dtype) -> str:
        """An array with the values that an ndarray has after the call: one, however often it is given."""
        name = f"k{at}"
        if name not in self._made:
            self._made[name] = name
            self.inputs.names["copied"] = _copied
            self.lines.append(f"{name} = copied(n{at}, {self.inputs.name(dtype, 'd')})")
        return name

    def assignments(self, entry) -> list[str]:
        """Lines that do again what the function assigned; first all values, then all assignments."""
        if any(effect.plan is None for effect in entry.effects):
            raise Unlike  # a name is unbound
        values = [f"e{i} = {self.expression(effect.plan)}" for i, effect in enumerate(entry.effects)]
        assignments = [self.assignment(effect, f"e{i}") for i, effect in enumerate(entry.effects)]
        return [*self.taken_lines(), *values, *assignments]

    def taken_lines(self) -> list[str]:
        lines, self.lines = self.lines, []
        return lines

    def known_lines(self) -> list[str]:
        """What puts the arrays that were made among the values, for what else is made of these."""
        return [*self.taken_lines(), *(f"out[{what}] = {self._made[what]}" for what in self._arrays)]

    def assignment(self, effect, value: str) -> str:
        holder = self.inputs.pool.state.places[effect.at][1]
        kind = type(effect.place)
        if kind is effects.Object:
            holder = vars(holder)
        elif kind not in (effects.Place, effects.Globals, effects.Sequence) or effect.key is None:
            raise Unlike
        return f"{self.inputs.name(holder, 'g')}[{self.inputs.name(effect.key, 'k')}] = {value}"


def _copied(values: np.ndarray, dtype: np.dtype) -> core.JaxArray:
    return core.of_fresh(values.astype(dtype, order="C"))


def _borrowed(values: np.ndarray) -> core.JaxArray:
    """An array of ours in the memory of an ndarray."""
    return core.of_memory(values, shared=True)


def written(inputs, at: int, first: int) -> list[str]:
    """What puts the new contents of a written buffer, the value `first`, in its place."""
    name = inputs.buffers[at]
    if name[0] == "n":
        inputs.names["copyto"] = np.copyto
        return [f"copyto({name}, out[{first}], casting='unsafe')"]
    # as Buffer.replace does for a buffer that is not shared, outside of a trace
    return [
        f"if {name}.shared: {name}.replace(out[{first}])",
        "else:",
        f"    {name}.device = out[{first}]; {name}.current = False; {name}.snapshot = None; {name}.reads = 0",
        f"    {name}.version += 1",
    ]
