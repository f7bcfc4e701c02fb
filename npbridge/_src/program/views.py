"""How a view finds its elements: each index of what it looks at is a sum over the indices of the view.

A slice, a transpose, a broadcast, a reversal, an axis that is put in or left out, and any sequence of these, is one
:class:`Map`.  What no sum can say (two axes made one) is a copy, or the same memory read with another shape.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np


class Axis(NamedTuple):
    """One index of the source: ``offset`` plus the starts plus ``step * index[axis]`` of each term.

    Attributes
    ----------
    offset : int
    starts : tuple of (Value, int)
        Numbers that are known at run time only, and how often each counts.
    terms : tuple of (int, int)
        An axis of the view, and the step along the source.
    """

    offset: int = 0
    starts: tuple = ()
    terms: tuple = ()


class Map(NamedTuple):
    """The axes of a source, as functions of the index of a view."""

    axes: tuple[Axis, ...]

    def after(self, inner: Map) -> Map:
        """The map of a view (this one) of a view (`inner`): from the outer index to that of the first source."""
        return Map(tuple(_through(axis, self.axes) for axis in inner.axes))

    def is_identity(self, shape: tuple, source: tuple) -> bool:
        """Whether each element of a view of this shape is the one at the same place."""
        return shape == source and all(
            a.offset == 0 and not a.starts and a.terms == (((i, 1),) if shape[i] > 1 else ())
            for i, a in enumerate(self.trimmed(shape).axes)
        )

    def trimmed(self, shape: tuple) -> Map:
        """Without the terms of axes of length one, whose index is 0."""
        return Map(tuple(a._replace(terms=tuple(t for t in a.terms if shape[t[0]] != 1)) for a in self.axes))

    def trimmed_to(self, source: tuple) -> Map:
        """With index 0 along the axes of the source that have one element."""
        return Map(tuple(Axis() if n == 1 else a for a, n in zip(self.axes, source, strict=True)))

    def replaced(self, new: dict) -> Map:
        """With other values as starts."""
        if not any(value in new for a in self.axes for value, _ in a.starts):
            return self
        return Map(tuple(a._replace(starts=tuple((new.get(v, v), n) for v, n in a.starts)) for a in self.axes))

    def repeats(self, shape: tuple) -> bool:
        """Whether a view of this shape shows elements more than once."""
        seen = {axis for a in self.axes for axis, step in a.terms if step}
        return any(n > 1 and axis not in seen for axis, n in enumerate(shape))


def _through(axis: Axis, outer: tuple) -> Axis:
    offset, starts = axis.offset, list(axis.starts)
    terms: dict[int, int] = {}
    for at, step in axis.terms:
        inner = outer[at]
        offset += step * inner.offset
        starts += [(value, step * times) for value, times in inner.starts]
        for k, s in inner.terms:
            terms[k] = terms.get(k, 0) + step * s
    return Axis(offset, tuple(starts), tuple(sorted(terms.items())))


def identity(rank: int) -> Map:
    return Map(tuple(Axis(0, (), ((i, 1),)) for i in range(rank)))


def broadcast(source: tuple, dimensions: tuple) -> Map:
    """Of ``broadcast_in_dim``: axis i of the source lies along ``dimensions[i]`` of the view."""
    return Map(tuple(Axis(0, (), ((d, 1),)) if n != 1 else Axis() for n, d in zip(source, dimensions, strict=True)))


def transpose(permutation: tuple) -> Map:
    axes: list[Any] = [None] * len(permutation)
    for at, source in enumerate(permutation):
        axes[source] = Axis(0, (), ((at, 1),))
    return Map(tuple(axes))


def window(starts: tuple, strides: tuple) -> Map:
    """Of a slice: `starts` are ints, or values known at run time."""
    return Map(
        tuple(
            Axis(int(start), (), ((i, step),))
            if isinstance(start, (int, np.integer))
            else Axis(0, ((start, 1),), ((i, step),))
            for i, (start, step) in enumerate(zip(starts, strides, strict=True))
        )
    )


def reverse(shape: tuple, dimensions: tuple) -> Map:
    return Map(
        tuple(Axis(n - 1, (), ((i, -1),)) if i in dimensions else Axis(0, (), ((i, 1),)) for i, n in enumerate(shape))
    )


def reshape(source: tuple, new: tuple) -> Map | None:
    """Where each axis of the source is one axis of the view, or several; None where two of them become one."""
    axes, at = [], 0
    for n in source:
        if n == 1:
            axes.append(Axis())
            continue
        taken, size = [], 1
        while size < n and at < len(new):
            size *= new[at]
            taken.append(at)
            at += 1
        if size != n:
            return None
        terms = []
        step = 1
        for k in reversed(taken):
            if new[k] != 1:
                terms.append((k, step))
            step *= new[k]
        axes.append(Axis(0, (), tuple(sorted(terms))))
    return Map(tuple(axes))


def seen_through(to: Map, shape: tuple, written: Map, size: tuple) -> Map | bool | None:
    """What a view shows of an array that a part was written into: a map of the part, False for none of it.

    None where it shows some of it, or where that is not seen.
    """
    inside: list[Axis] = []
    for axis, part in zip(to.axes, written.axes, strict=True):
        if axis.starts != part.starts or any(step != 1 for _, step in part.terms) or len(part.terms) > 1:
            return None
        at = dict(part.terms)
        low, high = part.offset, part.offset + (size[next(iter(at))] - 1 if at else 0)
        first = axis.offset + sum(min(step * (shape[i] - 1), 0) for i, step in axis.terms)
        last = axis.offset + sum(max(step * (shape[i] - 1), 0) for i, step in axis.terms)
        if last < low or first > high:
            return False
        if first < low or last > high:
            return None
        inside.append(axis._replace(offset=axis.offset - low, starts=()))
    own = {i: k for k, part in enumerate(written.axes) for i, _ in part.terms}
    return Map(tuple(inside[own[i]] if i in own else Axis() for i in range(len(size))))


def steps_in_memory(shape: tuple) -> tuple:
    """The distance, in elements, between neighbours along each axis of an array in C order."""
    return tuple(math.prod(shape[i + 1 :]) for i in range(len(shape)))
