"""Between which numbers integers lie, as far as the program tells: counters of loops, indices, what is made of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import numpy as np

from .nodes import Node, Value

Range = tuple[int, int]
_OTHERWISE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}
BEYOND = "beyond."  # whether a step on integers gives more than they hold: before the name of the step
FEW = 4096  # constants with more elements are not looked through


class Ranges:
    """Of the integers and truths of one program.

    Attributes
    ----------
    given : dict of Value to (int, int)
        What is known of inputs of blocks.
    """

    def __init__(self) -> None:
        self.given: dict[Value, Range] = {}
        self._learned: dict[Value, Range] = {}
        self._found: dict[Value, Range] = {}  # what is made of all that

    def of(self, value: Value) -> Range:
        """The smallest and the largest that it may be."""
        found = self._found.get(value)
        if found is None:
            widest = limits(value.dtype)
            found = self.given.get(value) if value.node is None else _of_node(self, value.node)
            if found is None or found[0] < widest[0] or found[1] > widest[1]:
                found = widest
            low, high = self._learned.get(value, found)
            if max(low, found[0]) <= min(high, found[1]):
                found = max(low, found[0]), min(high, found[1])
            self._found[value] = found
        return found

    def give(self, value: Value, limit: Range) -> None:
        """Say that an input of a block lies there."""
        low, high = self.given.get(value, limit)
        self.given[value] = max(low, limit[0]), min(high, limit[1])
        self._found.pop(value, None)

    def before_it_is_cut(self, op: str, x: Value, y: Value) -> Range:
        """Between which numbers the result of a step lies, if integers know no end."""
        found = _STEPS[op](self.of(x), self.of(y))
        assert found is not None
        return found

    def told(self, truth: Value, is_true: bool) -> dict[Value, Range]:
        """What a truth says of the integers that it was made of."""
        node = truth.node
        if node is not None and node.kind == "branch" and len(node.blocks) == 2:
            return self._told_by_branch(node, node.outs.index(truth), is_true)
        if node is None or node.kind != "map":
            return {}
        op, args = node.params["op"], node.args
        if op == "convert" and args[0].dtype.kind == "b":
            return self.told(args[0], is_true)
        if op == "not" and truth.dtype.kind == "b":
            return self.told(args[0], not is_true)
        if truth.dtype.kind == "b" and op == ("and" if is_true else "or"):
            return self._both(self.told(args[0], is_true), self.told(args[1], is_true))
        if op not in _OTHERWISE or any(a.dtype.kind not in "iu" for a in args):
            return {}
        op = op if is_true else _OTHERWISE[op]
        x, y = args[::-1] if op in ("gt", "ge") else args
        (a, b), (c, d) = self.of(x), self.of(y)
        if op in ("lt", "gt"):
            found = {x: (a, min(b, d - 1)), y: (max(c, a + 1), d)}
        elif op in ("le", "ge"):
            found = {x: (a, min(b, d)), y: (max(c, a), d)}
        elif op == "eq":
            found = dict.fromkeys((x, y), (max(a, c), min(b, d)))
        else:
            return {}
        return {v: r for v, r in found.items() if v.constant is None and r[0] <= r[1]}

    def _told_by_branch(self, node: Node, at: int, is_true: bool) -> dict[Value, Range]:
        """A truth that only one of two branches can have given says which of them was taken."""
        results = [block.results[at] for block in node.blocks]
        can = [x.constant is None or bool(x.constant) == is_true for x in results]
        if can.count(True) != 1:
            return {}
        taken = can.index(True)
        return self._both(self.told(node.args[0], bool(taken)), self.told(results[taken], is_true))

    def _both(self, facts: dict[Value, Range], more: dict[Value, Range]) -> dict[Value, Range]:
        """What two truths say together."""
        found = {**facts, **more}
        for value in facts.keys() & more.keys():
            (a, b), (c, d) = facts[value], more[value]
            found[value] = max(a, c), min(b, d)
        return {v: r for v, r in found.items() if r[0] <= r[1]}

    @contextlib.contextmanager
    def apart(self) -> Iterator[None]:
        """A part of the program in which more is learned, which does not hold after it."""
        before = self._learned, self._found
        self._learned, self._found = dict(self._learned), dict(self._found)
        try:
            yield
        finally:
            self._learned, self._found = before

    def learn(self, facts: dict[Value, Range]) -> None:
        """Between which limits values lie from here on, and what is made of them."""
        if facts:
            self._learned |= facts
            self._found = {}

    def that_fits(self, value: Value, dtype: np.dtype) -> Value | None:
        """The float that becomes an integer of a dtype, where it was seen to lie between the limits of those."""
        if value.dtype.kind != "f" or dtype.kind != "i":
            return None
        node = value.node
        if node is not None and node.kind == "map" and node.params["op"] == "trunc":
            value = node.args[0]
        found = self._learned.get(value)
        fits = found is not None and limits(dtype)[0] <= found[0] and found[1] <= limits(dtype)[1]
        return value if fits else None

    def of_chosen(self, which: Value, *cases: Value) -> Range | None:
        """Of the one of several numbers that a truth, or a number, chooses."""
        if any(c.dtype.kind not in "biu" for c in cases):
            return None
        found = [self.of(c) for c in cases]
        if len(cases) == 2:
            found = [self._where(c, self.told(which, bool(k))) for k, c in enumerate(cases)]
        return min(f[0] for f in found), max(f[1] for f in found)

    def _where(self, value: Value, facts: dict[Value, Range]) -> Range:
        """The range of a number, or of a sum of two, where more is known."""
        known, node = facts.get(value, self.of(value)), value.node
        if value not in facts and node is not None and node.kind == "map" and node.params["op"] in ("add", "sub"):
            found = _STEPS[node.params["op"]](*(facts.get(x, self.of(x)) for x in node.args)) or known
            if limits(value.dtype)[0] <= found[0] and found[1] <= limits(value.dtype)[1]:
                return max(found[0], known[0]), min(found[1], known[1])
        return known

    @contextlib.contextmanager
    def given_that(self, facts: dict[Value, Range]) -> Iterator[None]:
        """While values are known to lie between other limits, and what is made of them."""
        with self.apart():
            self.learn(facts)
            yield

    def compared(self, op: str, x: Value, y: Value) -> bool | None:
        """What a comparison gives for all that the two may be."""
        (a, b), (c, d) = self.of(x), self.of(y)
        if op in ("gt", "ge"):
            op, a, b, c, d = {"gt": "lt", "ge": "le"}[op], c, d, a, b
        if op == "lt":
            return True if b < c else False if a >= d else None
        if op == "le":
            return True if b <= c else False if a > d else None
        apart = b < c or d < a
        if apart:
            return op == "ne"
        return op == "eq" if a == b == c == d else None

    def larger(self, x: Value, y: Value) -> Value | None:
        """The one that is known to be the larger."""
        (a, b), (c, d) = self.of(x), self.of(y)
        return x if a >= d else y if c >= b else None

    def smaller(self, x: Value, y: Value) -> Value | None:
        (a, b), (c, d) = self.of(x), self.of(y)
        return x if b <= c else y if d <= a else None


def limits(dtype: np.dtype) -> Range:
    if dtype.kind == "b":
        return 0, 1
    found = np.iinfo(dtype)
    return int(found.min), int(found.max)


def _of_node(ranges: Ranges, node: Node) -> Range | None:
    kind, args = node.kind, node.args
    if kind == "number":
        n = int(node.params["value"])
        return n, n
    if kind == "iota":
        return 0, max(node.outs[0].shape[node.params["axis"]] - 1, 0)
    if kind in ("view", "reshape"):
        return ranges.of(args[0])
    if kind == "place":
        return 0, node.params["length"] - 1
    if kind == "array" and 0 < node.params["value"].size <= FEW:
        return int(node.params["value"].min()), int(node.params["value"].max())
    if kind == "map" and node.params["op"] == "select":
        return ranges.of_chosen(*args)
    if kind != "map" or any(a.dtype.kind not in "biu" for a in args):
        return None
    step: Callable[..., Range | None] | None = _STEPS.get(node.params["op"])
    return step(*map(ranges.of, args)) if step is not None else None


def _product(x: Range, y: Range) -> Range:
    found = [a * b for a in x for b in y]
    return min(found), max(found)


def _quotient(x: Range, y: Range) -> Range | None:
    return (x[0] // y[1], x[1] // y[0]) if x[0] >= 0 and y[0] > 0 else None


def _rest(x: Range, y: Range) -> Range | None:
    """Of a remainder with the sign of what is divided."""
    if y[0] <= 0:
        return None
    return -min(max(-x[0], 0), y[1] - 1), min(max(x[1], 0), y[1] - 1)


def _both(x: Range, y: Range) -> Range | None:
    return (0, min(x[1], y[1])) if x[0] >= 0 and y[0] >= 0 else None


_STEPS: dict[str, Callable[..., Range | None]] = {
    "add": lambda x, y: (x[0] + y[0], x[1] + y[1]),
    "sub": lambda x, y: (x[0] - y[1], x[1] - y[0]),
    "mul": _product,
    "neg": lambda x: (-x[1], -x[0]),
    "max": lambda x, y: (max(x[0], y[0]), max(x[1], y[1])),
    "min": lambda x, y: (min(x[0], y[0]), min(x[1], y[1])),
    "convert": lambda x: x,
    "div": _quotient,
    "rem": _rest,
    "floor_div": lambda x, y: (x[0] // y[0], x[1] // y[0]) if y[0] == y[1] else None,
    "floor_rem": lambda x, y: (0, y[1] - 1),
    "and": _both,
}
