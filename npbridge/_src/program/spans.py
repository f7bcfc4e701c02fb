"""Where an array is more than one number: a mask made of indices tells, as that of a slice of a length of the run time.

Outside a box all elements are the same constant, so that a sum need not look there.  The sides of the box are numbers
that the program knows before it comes to the array.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import folding, views
from .nodes import Node, Value
from .ranges import limits

DEEP = 40  # a tree of steps that is deeper is not looked through


class Side(NamedTuple):
    """A number that the run knows: ``sign * value + add``, or the smaller or larger of two.

    Attributes
    ----------
    value : Value or None
    sign, add : int
    op : str
        ``min`` or ``max`` of `of`, or empty.
    of : tuple of Side
    """

    value: Value | None = None
    sign: int = 1
    add: int = 0
    op: str = ""
    of: tuple = ()


class Span(NamedTuple):
    """From `first` up to `last`, along one axis, or every `step`-th place of these; nothing where `last` is less."""

    first: Side
    last: Side
    step: Side | None = None


class Within(NamedTuple):
    """What an array is.

    Attributes
    ----------
    fill : numpy scalar
        All elements outside the box.
    spans : dict of int to Span
        The box, along the axes where it is less than the array.
    inner : (Value, Map) or None
        What all elements inside are, where that is seen; of a mask None, and `exact` says that all are ``not fill``.
    """

    fill: np.generic
    spans: dict[int, Span]
    exact: bool = False
    inner: tuple[Value, views.Map] | None = None


def within(value: Value, to: views.Map | None = None, shape: tuple | None = None) -> Within | None:
    """The box of an array that is looked at through a map; None where there is none."""
    if shape is None:
        shape = value.shape
    if to is None:
        to = views.identity(len(shape)).trimmed(shape)
    return _Finder(shape).of(value, to, 0)


def factor(value: Value) -> tuple[Value, views.Map, dict[int, Span]]:
    """What a factor of a product is: elements of which array, and the box outside which they are 0."""
    to = views.identity(len(value.shape)).trimmed(value.shape)
    box = within(value, to)
    spans: dict[int, Span] = {}
    if box is not None and box.inner is not None and box.fill == 0 and not any(s.step for s in box.spans.values()):
        (value, to), spans = box.inner, box.spans
    while (node := value.node) is not None and node.kind == "view" and value.shape:
        value, to = node.args[0], to.after(node.params["map"])
    return value, to, spans


def hull(boxes: list[Within | None], rank: int) -> dict[int, Span]:
    """A box around several; empty if one of them is everywhere."""
    if not boxes or any(b is None for b in boxes):
        return {}
    return {axis: span for axis in range(rank) if (span := _around([b.spans.get(axis) for b in boxes if b]))}


def _around(spans: list[Span | None]) -> Span | None:
    """The places that are in any of several; None if one of them is everywhere."""
    if any(s is None for s in spans):
        return None
    found = spans[0]
    for span in spans[1:]:
        if span != found:
            found = Span(_either("min", found.first, span.first), _either("max", found.last, span.last))  # type: ignore[union-attr]
    return found


def _either(op: str, a: Side, b: Side) -> Side:
    if op == "max" and Side() in (a, b):  # 0, and no place lies before it
        return a if b == Side() else b
    return a if a == b else Side(op=op, of=(a, b))


def _both(a: dict[int, Span], b: dict[int, Span]) -> tuple[dict[int, Span], bool]:
    """The box inside two, and whether it holds nothing else than what is in both."""
    found, exact = dict(a), True
    for axis, span in b.items():
        old = found.get(axis)
        if old is not None:
            first = _either("max", old.first, span.first)
            steps = {s.step for s in (old, span) if s.step is not None}
            kept = len(steps) == 1 and all(s.first == first for s in (old, span) if s.step is not None)
            exact = exact and (kept or not steps)
            span = Span(first, _either("min", old.last, span.last), steps.pop() if kept else None)
        found[axis] = span
    return found, exact


class _Finder:
    """For arrays that are looked at by the indices of one shape."""

    def __init__(self, shape: tuple) -> None:
        self.shape = shape
        self.known: dict[tuple[Value, views.Map], Within | None] = {}

    def of(self, value: Value, to: views.Map, deep: int) -> Within | None:
        key = value, to
        if key not in self.known:
            self.known[key] = self._of(value, to, deep) if deep < DEEP else None
        return self.known[key]

    def _of(self, value: Value, to: views.Map, deep: int) -> Within | None:
        node = value.node
        if node is None or not value.shape:
            return None
        if node.kind == "view":
            return self.of(node.args[0], to.after(node.params["map"]), deep + 1)
        if node.kind != "map":
            return None
        op = node.params["op"]
        if op == "select":
            return self._selected(node, to, deep)
        if op in _MIRRORED and all(a.dtype.kind in "iu" for a in node.args):
            found = self._compared(op, node, to)
            if found is not None:
                return found
        return self._step(value, node, to, deep)

    def _selected(self, node: Node, to: views.Map, deep: int) -> Within | None:
        which, *cases = node.args
        mask = self.of(which, to, deep + 1)
        if mask is None:
            return None
        outside, inside = cases[int(mask.fill)], cases[1 - int(mask.fill)]
        number = folding.only(outside)
        if number is None or number.constant is None:
            return None
        fill = node.outs[0].dtype.type(number.constant)
        spans, inner, exact = mask.spans, None, mask.exact
        own = self.of(inside, to, deep + 1)
        if own is not None and own.fill.tobytes() == fill.tobytes():
            spans, kept = _both(spans, own.spans)
            inner = own.inner
            exact = exact and kept and inner is not None
        elif exact:
            inner = inside, to
        return Within(fill, spans, False, inner if exact else None)

    def _step(self, value: Value, node: Node, to: views.Map, deep: int) -> Within | None:
        """Of a step on arrays that are constants outside boxes."""
        boxes: list[Within | None] = []
        for arg in node.args:
            number = folding.only(arg)
            if number is not None and number.constant is not None:
                boxes.append(Within(arg.dtype.type(number.constant), {}))
                continue
            boxes.append(self.of(arg, to, deep + 1))
        op, dtype = node.params["op"], value.dtype
        if op == "and" and dtype.kind == "b":
            return self._all_of(node.args, to, boxes)
        if any(b is None for b in boxes):
            return None
        fill = folding.folded_numbers(op, dtype, [b.fill for b in boxes if b])
        moving = [b for b in boxes if b is not None and b.spans]
        spans = hull(list(moving), len(self.shape))
        if fill is None or not spans:
            return None
        same = op == "not" and moving[0].exact
        return Within(dtype.type(fill), spans, same)

    def _all_of(self, masks: list[Value], to: views.Map, boxes: list[Within | None]) -> Within | None:
        """Of masks that must all hold."""
        found = [b for b in boxes if b is not None and b.spans and not b.fill]
        if not found:
            return None
        spans: dict[int, Span] = {}
        kept = True
        for one in found:
            spans, own = _both(spans, one.spans)
            kept = kept and own
        exact = kept and all(b.exact for b in found)
        for mask, box in zip(masks, boxes, strict=True):
            if box in found:
                continue
            axis, first, step = self._every(mask, to) or (-1, None, None)
            if axis in spans and spans[axis].first == first and spans[axis].step is None:
                spans[axis] = spans[axis]._replace(step=step)
            else:
                exact = False
        return Within(np.False_, spans, exact)

    def _every(self, mask: Value, to: views.Map) -> tuple[int, Side, Side] | None:
        """Of a mask that holds at every so many places from one on: ``(axis, the first, step)``."""
        node = mask.node
        while node is not None and node.kind == "view" and mask.shape:
            mask, to = node.args[0], to.after(node.params["map"])
            node = mask.node
        if node is None or node.kind != "map" or node.params["op"] != "eq":
            return None
        rest, zero = node.args
        number = folding.only(zero)
        if number is None or number.constant is None or number.constant != 0 or rest.node is None:
            return None
        if rest.node.kind != "map" or rest.node.params["op"] != "rem":
            return None
        place, step = rest.node.args[0], folding.only(rest.node.args[1])
        if step is None or step.dtype == np.uint64:
            return None
        first: Side | None = Side(add=0)
        index = self._index(place, to)
        if index is None and place.node is not None and place.node.kind == "map" and place.node.params["op"] == "sub":
            start = folding.only(place.node.args[1])
            index = self._index(place.node.args[0], to)
            first = None if start is None or start.dtype == np.uint64 else _side_of(start)
        if index is None or first is None or index[1:] != (1, 0):
            return None
        return index[0], first, _side_of(step)

    def _compared(self, op: str, node: Node, to: views.Map) -> Within | None:
        """Of an index beside a number."""
        x, y = node.args
        number = folding.only(y)
        place = self._index(x, to)
        if number is None or place is None:
            number, place, op = folding.only(x), self._index(y, to), _MIRRORED[op]
            if number is None or place is None:
                return None
        if number.dtype == np.uint64:
            return None
        axis, sign, add = place
        n = self.shape[axis]
        # sign * i + add  op  number
        sides = {
            "lt": (None, 0), "le": (None, 1), "gt": (1, None), "ge": (0, None), "eq": (0, 1),
        }.get(op)  # fmt: skip
        if sides is None:
            return None
        if sign < 0:  # i  op mirrored  add - number
            sides = {"lt": (1, None), "le": (0, None), "gt": (None, 0), "ge": (None, 1), "eq": (0, 1)}[op]
        base = Side(number, sign, -sign * add) if number.constant is None else None
        exactly = -sign * add if base is not None else sign * int(number.constant) - sign * add

        def side(by: int | None, otherwise: int) -> Side:
            if by is None:
                return Side(add=otherwise)
            if base is None:
                return Side(add=min(max(exactly + by, 0), n))
            return base._replace(add=base.add + by)

        return Within(np.False_, {axis: Span(side(sides[0], 0), side(sides[1], n))}, True)

    def _index(self, value: Value, to: views.Map) -> tuple[int, int, int] | None:
        """``(axis, sign, add)`` of what is ``sign * index + add``."""
        node = value.node
        if node is None or not value.shape:
            return None
        if node.kind == "view":
            return self._index(node.args[0], to.after(node.params["map"]))
        if node.kind == "iota":
            axis = to.axes[node.params["axis"]]
            if axis.starts or len(axis.terms) != 1 or abs(axis.terms[0][1]) != 1:
                return None
            if value.shape[node.params["axis"]] - 1 > limits(value.dtype)[1]:
                return None
            at, sign = axis.terms[0]
            return at, sign, axis.offset
        if node.kind == "map" and node.params["op"] == "convert":
            source = node.args[0]
            fits = source.dtype.kind in "iu" and max(source.shape) - 1 <= limits(value.dtype)[1]
            return self._index(source, to) if fits else None
        return None


def _side_of(number: Value) -> Side:
    return Side(number) if number.constant is None else Side(add=int(number.constant))


_MIRRORED: dict[str, str] = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq"}
