"""What a ``for`` statement can run over without knowing the index."""

from __future__ import annotations

import builtins
import functools
import math

import numpy as np

from ...array import core, positions, ragged, traced_errors, traced_number, traced_range
from ...array.flat import Flat
from ...convert.operators import is_traced

OURS = core.OURS
ONE = traced_range.constant(1)


class Iteration:
    """Something of known or traced length whose items are made from an index.

    Attributes
    ----------
    length : int or traced number
    """

    length: object

    def item(self, index):
        raise NotImplementedError

    def walk(self):
        """A :class:`positions.Walk` where each item is found from the one before; else None."""
        return None

    def item_at(self, index, place):
        """``item(index)``, which the walk found at `place`."""
        return self.item(index)

    def first(self):
        """The first item."""
        way = self.walk()
        return self.item(0) if way is None else self.item_at(0, way.start(0))

    def by_number(self) -> Iteration:
        """Itself, made ready for items that are asked for in any order."""
        return self

    def last(self):
        """The greatest index, as a form; None where nothing is known of it."""
        length = traced_number.form_of(self.length)
        return None if length is None else length.plus(ONE, -1)

    def __iter__(self):
        for i in builtins.range(self.length):
            yield self.item(i)

    def __len__(self):
        return self.length


class Range(Iteration):
    """``range`` whose ends may be traced."""

    def __init__(self, *ends) -> None:
        start, stop, step = {1: lambda: (0, ends[0], 1), 2: lambda: (*ends, 1), 3: lambda: ends}[len(ends)]()
        self.start, self.stop, self.step = map(as_number, (start, stop, step))
        if any(map(is_traced, (self.start, self.stop, self.step))):
            self.length = _length(self.start, self.stop, self.step)
        else:
            self.length = len(builtins.range(self.start, self.stop, self.step))

    def item(self, index):
        if type(self.step) is not int or self.step != 1:
            index = index * self.step
        return index if type(self.start) is int and self.start == 0 else index + self.start

    def last(self):
        start, stop = traced_number.form_of(self.start), traced_number.form_of(self.stop)
        if start is None or stop is None or not is_traced(self.length) or is_traced(self.step) or self.step**2 != 1:
            return super().last()
        steps = stop.plus(start, -1) if self.step == 1 else start.plus(stop, -1)
        return steps.plus(ONE, -1)

    def __reversed__(self):
        last = self.start + (self.length - 1) * self.step
        new = object.__new__(Range)
        new.start, new.stop, new.step, new.length = last, self.start - self.step, -self.step, self.length
        return new


def as_number(x):
    """An integer as Python has it."""
    if is_traced(x):
        if type(x) in OURS and x.weak in (bool, int):
            return x if x.weak is int else +x
        value = x._value() if type(x) in OURS else x
        if value.dtype.kind not in "iu":
            raise TypeError(f"'{value.dtype}' object cannot be interpreted as an integer")
        number = traced_number.of_value(value, int)
        form = traced_number.form_of(x) if type(x) in OURS else None
        if form is not None:
            number.form = form
        return number
    return x.__index__()


def _length(start, stop, step):
    """How many items: ``max(0, ceil((stop - start) / step))``."""
    known = traced_number.distance(start, stop)
    if known is not None and not is_traced(step):
        return len(builtins.range(0, known, step))
    if not is_traced(step) and abs(step) == 1:
        steps = stop - start if step == 1 else start - stop
    else:
        steps = -((stop - start) // -step)
    return traced_number.compute(np.maximum, steps, 0)


class Rows(Iteration):
    """The items of an array."""

    def __init__(self, array) -> None:
        if not array.ndim:
            raise TypeError("iteration over a 0-d array")
        self.array = array
        self.length = array.shape[0]

    def item(self, index):
        return self.array[index]


class RaggedItems(Iteration):
    """The items of an array of a length known only at run time."""

    def __init__(self, array) -> None:
        self.array = array
        self.way = positions.walk_over(array)
        self.length = array.shape[0]
        if self.way is None:
            self.by_number()

    def by_number(self):
        if isinstance(self.array.extents[0], ragged.Chosen) and self.array.data.shape[0]:
            positions.running_count(self.array.extents[0])  # here, before the loop is entered
        return self

    def item(self, index):
        return self.array.item_at(index)

    def walk(self):
        return self.way

    def item_at(self, index, place):
        return positions.item_at(self.array, place)


class Listed(Iteration):
    """The items of a Python sequence: their index must be known."""

    def __init__(self, items) -> None:
        self.items = items
        self.length = len(items)

    def item(self, index):
        return self.items[index.__index__()]


class Numbered(Iteration):
    """``enumerate``."""

    def __init__(self, inner: Iteration, start) -> None:
        self.inner, self.start, self.length = inner, start, inner.length

    def item(self, index):
        return index + self.start, self.inner.item(index)

    def walk(self):
        return self.inner.walk()

    def item_at(self, index, place):
        return index + self.start, self.inner.item_at(index, place)

    def by_number(self):
        self.inner.by_number()
        return self

    def last(self):
        return self.inner.last()


class Indices(Iteration):
    """``np.ndindex``: the last axis fastest."""

    def __init__(self, shape) -> None:
        self.shape = shape
        self.length = math.prod(shape)

    def item(self, index):
        found = []
        for n in reversed(self.shape):
            found.append(index % n)
            index = index // n
        return tuple(found[::-1])


class Elements(Indices):
    """``np.ndenumerate``."""

    def __init__(self, array) -> None:
        super().__init__(array.shape)
        self.array = array

    def item(self, index):
        place = super().item(index)
        return place, self.array[place]


class Zipped(Iteration):
    """``zip``."""

    def __init__(self, parts, length) -> None:
        self.parts, self.length = parts, length
        ways = [p.walk() for p in parts]
        # what one mask chose, as the positions that np.nonzero gives, is found together
        self.way = ways[0] if all(w is not None and w.mask is ways[0].mask for w in ways) else None
        if self.way is None:
            self.by_number()

    def item(self, index):
        return tuple(p.item(index) for p in self.parts)

    def walk(self):
        return self.way

    def item_at(self, index, place):
        return tuple(p.item_at(index, place) for p in self.parts)

    def by_number(self):
        for part in self.parts:
            part.by_number()
        return self


class Backwards(Iteration):
    """``reversed``."""

    def __init__(self, inner: Iteration) -> None:
        self.inner, self.length = inner.by_number(), inner.length

    def item(self, index):
        return self.inner.item(self.length - 1 - index)

    def last(self):
        return self.inner.last()


def iteration_over(x):
    """An :class:`Iteration` where `x` can be run over by index, else None."""
    if isinstance(x, Iteration):
        return x
    if type(x) is builtins.range:
        return Range(x.start, x.stop, x.step)
    if type(x) in OURS and x.weak is None:
        return Rows(x)
    if isinstance(x, ragged.Ragged):
        return RaggedItems(x)
    if type(x) is Flat and not x.index:
        return Rows(x.base.reshape(-1))
    if type(x) is np.ndarray and x.dtype.char in core.STORED_KINDS:
        return Rows(core.of_fresh(x.copy())) if x.ndim else None
    if isinstance(x, core.jax.Array):
        return Rows(core.array_of_device(x))
    return None


def _has_arrays(parts) -> bool:
    return any(p is not None and not isinstance(p, Listed) for p in parts)


def ranged(*ends):
    """``range``."""
    return Range(*ends) if any(map(is_traced, ends)) else builtins.range(*ends)


def enumerated(iterable, start=0):
    """``enumerate``."""
    inner = iteration_over(iterable)
    return builtins.enumerate(iterable, start) if inner is None else Numbered(inner, start)


def zipped(*iterables, strict=False):
    """``zip``."""
    parts = [Listed(x) if type(x) in (list, tuple) else iteration_over(x) for x in iterables]
    if any(p is None for p in parts) or not _has_arrays(parts):
        return builtins.zip(*iterables, strict=strict)
    if any(is_traced(p.length) for p in parts):
        if any(isinstance(p, Listed) for p in parts):
            return builtins.zip(*iterables, strict=strict)
        if strict:
            first, *others = (p.length for p in parts)
            differ = functools.reduce(np.logical_or, [np.not_equal(first, n) for n in others], np.False_)
            traced_errors.see(differ, ValueError("zip() has arguments of different lengths"))
        return Zipped(parts, functools.reduce(_shorter, [p.length for p in parts]))
    lengths = {p.length for p in parts}
    if strict and len(lengths) > 1:
        return builtins.zip(*iterables, strict=True)
    return Zipped(parts, min(lengths))


def _shorter(a, b):
    return a if traced_number.distance(a, b) == 0 else traced_number.compute(np.minimum, a, b)


def indices(*shape):
    """``np.ndindex``."""
    whole = shape[0] if len(shape) == 1 and type(shape[0]) is tuple else shape
    if all(type(n) is int and n >= 0 for n in whole):
        return Indices(whole)
    return np.ndindex(*shape)


def enumerated_elements(array):
    """``np.ndenumerate``."""
    ours = type(array) in OURS and array.weak is None and array.ndim
    return Elements(array) if ours else np.ndenumerate(array)


def reverse(x):
    """``reversed``."""
    inner = iteration_over(x)
    if isinstance(inner, Range):
        return reversed(inner)
    return builtins.reversed(x) if inner is None else Backwards(inner)
