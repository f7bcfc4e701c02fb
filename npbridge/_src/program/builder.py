"""Writing nodes: what rules for primitives write with, and where they are filed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax.extend.core import Literal

from . import floors, folding, views
from .folding import only
from .nodes import Block, Node, Value
from .ranges import Ranges

INDEX = np.dtype("int64")
OWN = "np."  # before the names of steps that NumPy's own loops do: for numbers they are others than for arrays
# What makes nodes, by the names of primitives: ``f(builder, eqn, *values)`` gives a value, or a list of them.  The one
# without a name is for primitives that have none of their own.
RULES: dict[str, Callable] = {}


def registering(table: dict[str, Callable]) -> Callable:
    """A decorator that files functions in a table under the names it is given."""

    def rule(*names: str) -> Callable:
        def register(function):
            table.update(dict.fromkeys(names, function))
            return function

        return register

    return rule


rule = registering(RULES)


class NotHeld(Exception):
    """The program has a step that no node stands for."""


class Rounded(NotHeld):
    """What must be NumPy's to the last digit is computed in another way, by the form of a function of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}, which is not computed as NumPy does, where last digits matter")
        self.name = name


def dtype_of(aval) -> np.dtype:
    """The dtype of a value of JAX's, where arrays of a program can have it."""
    dtype = getattr(aval, "dtype", None)
    if not isinstance(dtype, np.dtype) or dtype.kind not in "biufc":
        raise NotHeld(f"values of type {aval}")
    return dtype


class Builder:
    """Writes nodes into the block that is open; what was computed before, there or around it, is not done again.

    Attributes
    ----------
    exact : bool
        Whether last digits may matter: then nothing is computed in another way than it is written.
    rounded : dict of Value to str
        What is computed in another way than NumPy does, and by which function.
    ordered : set of Value
        What NumPy gives in C order, though it is not seen how it is computed.
    padded : dict of Value to frozenset of int
        What is longer than NumPy's, along which axes: only the run knows how long that is.
    """

    def __init__(self, exact: bool = False) -> None:
        self.exact = exact
        self.rounded: dict[Value, str] = {}
        self.ordered: set[Value] = set()
        self.padded: dict[Value, frozenset[int]] = {}
        self.block = Block()
        self.ranges = Ranges()
        self.taken: dict[Value, int] = {}  # the branches that are open, by what decided them
        self._made: list[dict] = [{}]  # values by what computes them, for each block that is open

    def run(self, jaxpr, consts, inputs) -> list[Value]:
        """Put the steps of a jaxpr here, and return its results."""
        values: dict[Any, Value] = dict(zip(jaxpr.invars, inputs, strict=True))
        for var, const in zip(jaxpr.constvars, consts, strict=True):
            values[var] = const if isinstance(const, Value) else self.constant(const)
        for eqn in jaxpr.eqns:
            make = RULES.get(eqn.primitive.name, RULES[""])
            args = [self.literal(x) if isinstance(x, Literal) else values[x] for x in eqn.invars]
            outs = make(self, eqn, *args)
            if isinstance(outs, Value):
                outs = [outs]
            for var, out in zip(eqn.outvars, outs, strict=True):
                if out is not None:
                    values[var] = out
        return [self.literal(x) if isinstance(x, Literal) else values[x] for x in jaxpr.outvars]

    def inner(self, jaxpr, consts, captured, inputs, more=None) -> Block:
        """A block of its own; `captured` are the values that come before its inputs."""
        before, self.block = self.block, Block()
        self._made.append({})
        try:
            block = self.block
            block.inputs = inputs
            block.results = self.run(jaxpr, consts, [*captured, *inputs]) if more is None else more()
            return block
        finally:
            self.block = before
            self._made.pop()

    # -- nodes

    def node(self, kind, args, **params) -> Node:
        node = Node(kind, args, params)
        self.block.nodes.append(node)
        return node

    def once(self, kind, args, shape, dtype, **params) -> Value:
        """The value of a node that depends on nothing but its arguments."""
        key = _key(kind, args, shape, dtype, params)
        return self._once(key, lambda: self.node(kind, args, **params).out(shape, dtype))

    def known(self, kind, args, value: Value, **params) -> None:
        """Say which value a node would have, in the block that is open and those inside."""
        self._made[-1][_key(kind, args, value.shape, value.dtype, params)] = value

    def _once(self, key: tuple, make: Callable[[], Value]) -> Value:
        for made in reversed(self._made):
            if key in made:
                return made[key]
        found = self._made[-1][key] = make()
        return found

    def literal(self, x) -> Value:
        return self.constant(x.val, dtype_of(x.aval))

    def constant(self, x, dtype=None) -> Value:
        if jax.dtypes.issubdtype(getattr(x, "dtype", np.dtype(bool)), jax.dtypes.extended):
            raise NotHeld("random keys")
        x = np.asarray(x, dtype)
        if x.dtype.kind not in "biufc":
            raise NotHeld(f"constants of {x.dtype}")
        if x.shape == ():
            return self._number(x[()])
        x = np.ascontiguousarray(x)
        if x.size and (x == x.flat[0]).all() and not (np.signbit(x.real).any() or np.signbit(x.imag).any()):
            return self.splat(self.constant(x.flat[0], x.dtype), x.shape)
        return self.node("array", [], value=x).out(x.shape, x.dtype)

    def _number(self, x) -> Value:
        key = "number", x.dtype, x.tobytes()  # zeros have signs, and NaN is not NaN
        return self._once(key, lambda: self.node("number", [], value=x).out((), x.dtype))

    def integer(self, n: int) -> Value:
        return self.constant(n, INDEX)

    def map(self, op, dtype, *args, shape=None, **params) -> Value:
        """Element by element; arguments without axes, or with axes of length one, stand beside all elements."""
        folded = folding.folded(op, dtype, args)
        if folded is not None:
            return self.constant(folded, dtype)
        if shape is None:
            shape = np.broadcast_shapes(*(a.shape for a in args))
        same = folding.simpler(op, dtype, args, self.ranges)
        if isinstance(same, Value):
            return same if same.shape == tuple(shape) else self.along(same, shape)
        if same is not None:
            return self.splat(self.constant(same, dtype), shape)
        if op == "select" and len(args) == 3 and (down := floors.floored(*args[1:], args[0])) is not None:
            name, *terms = down
            positive = self.ranges.of(terms[0])[0] >= 0
            return self.map(name.removeprefix("floor_") if positive else name, dtype, *terms, shape=shape)
        if op == "select" and len(args) == 3 and (whole := floors.cut(*args[1:], args[0])) is not None:
            return self.map("trunc", dtype, whole, shape=shape)
        if op == "convert" and (number := self.ranges.that_fits(args[0], np.dtype(dtype))) is not None:
            op, args = "whole", (number,)
        beside = [a if a.shape in ((), shape) else self.along(a, shape) for a in args]
        seen = [only(a) for a in beside]
        if shape and (math.prod(shape) == 1 or None not in seen) and not op.startswith(OWN):
            # one number, whatever its shape
            numbers = [self.number(a if x is None else x) for x, a in zip(seen, beside, strict=True)]
            return self.splat(self.map(op, dtype, *numbers, **params), shape)
        return self.once("map", beside, shape, dtype, op=op, **params)

    def view(self, x: Value, to: views.Map, shape) -> Value:
        shape = tuple(shape)
        node = x.node
        if node is not None and node.kind == "view":
            x, to = node.args[0], to.after(node.params["map"])
            node = x.node
        to = to.trimmed(shape)
        if to.is_identity(shape, x.shape):
            return x
        if node is not None and node.kind == "write":
            seen = views.seen_through(to, shape, node.params["map"], node.args[1].shape)
            if isinstance(seen, views.Map):  # nothing but what was written there
                return self.view(node.args[1], seen, shape)
            if seen is not None:  # nothing of it
                return self.view(node.args[0], to, shape)
        if shape and math.prod(shape) == 1 and x.shape:
            x, to = self.view(x, to, ()), views.Map(())  # a number is read now, whatever its shape
        return self.once("view", [x, *(v for a in to.axes for v, _ in a.starts)], shape, x.dtype, map=to)

    def along(self, x: Value, shape) -> Value:
        """`x` repeated along axes of length one; a number everywhere."""
        if not x.shape:
            return self.splat(x, shape)
        return self.view(x, views.broadcast(x.shape, tuple(range(len(shape)))), shape)

    def number(self, x: Value) -> Value:
        """The only element of a value."""
        return self.view(x, views.Map((views.Axis(),) * len(x.shape)), ()) if x.shape else x

    def splat(self, x: Value, shape) -> Value:
        return self.view(x, views.Map(()), shape) if x.shape != tuple(shape) else x

    def cast(self, x: Value, dtype) -> Value:
        return x if x.dtype == dtype else self.map("convert", np.dtype(dtype), x)

    def empty(self, shape, dtype) -> Value:
        return self.node("empty", []).out(shape, dtype)

    def write(self, old: Value, new: Value, to: views.Map) -> Value:
        """`old` with `new` at the places that `to` gives for each of its indices."""
        if new.size == 0:
            return old
        to = to.trimmed(new.shape)
        if to.is_identity(new.shape, old.shape):
            return new
        return self.node("write", [old, new, *(v for a in to.axes for v, _ in a.starts)], map=to).out(
            old.shape, old.dtype
        )

    def clamped(self, start: Value, high: int):
        """A start of a slice, moved to where it lies inside: an int where it is known."""
        if start.constant is not None:
            return min(max(int(start.constant), 0), high)
        if high == 0:
            return 0
        if start.dtype.kind == "u":
            start = self.map(
                "min", start.dtype, start, self.constant(min(high, np.iinfo(start.dtype).max), start.dtype)
            )
            return self.cast(start, INDEX)
        start = self.cast(start, INDEX)
        return self.map("min", INDEX, self.map("max", INDEX, start, self.integer(0)), self.integer(high))


def _key(kind: str, args, shape, dtype, params: dict) -> tuple:
    """What tells a node from others, where it depends on nothing but its arguments."""
    return kind, tuple(args), tuple(shape), np.dtype(dtype), *params.values()
