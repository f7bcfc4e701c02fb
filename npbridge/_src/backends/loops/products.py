"""Products of vectors, matrices and stacks of matrices: small ones in loops, others by NumPy's, which asks BLAS."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np

from ...program import spans, views
from ...program.builder import NotHeld
from ...program.nodes import Node, Value
from . import boxes, nests
from .code import FLOAT, HALF, literal
from .elements import element
from .inner_loops import inner_loop
from .reductions import Accumulator, combine
from .trees import flat

SMALL = 4096  # so many multiplications are not worth a call


class Axes(NamedTuple):
    """Axes of a factor as one.

    Attributes
    ----------
    length, step : int
        The distance between neighbours, in elements.
    axis : int or None
        The axis that it is, where the others have one element.
    """

    length: int
    step: int
    axis: int | None


class Operand:
    """One factor: memory, its distances along stacked, free and summed axes, and the box outside which it is 0."""

    def __init__(self, emitter, value: Value, stacked, summed) -> None:
        self.value, self.to = value, views.identity(len(value.shape))
        self.spans: dict[int, spans.Span] = {}
        if emitter.is_lazy(value):
            self.value, self.to, self.spans = spans.factor(value)
        axis = flat(self.value.shape, self.to) if self.value.shape else views.Axis()
        steps = dict(axis.terms)
        shape = value.shape
        self.start = axis
        free = [i for i in range(len(shape)) if i not in stacked and i not in summed]
        self.groups = [[(shape[i], steps.get(i, 0), i) for i in axes] for axes in (stacked, free, summed)]
        self.sizes = [math.prod(n for n, _, _ in group) for group in self.groups]

    def joined(self) -> list[Axes] | None:
        """The axes of each kind as one; None if that cannot be."""
        found = []
        for group in self.groups:
            left = [x for x in group if x[0] != 1]
            for (_, s, _), (m, t, _) in itertools.pairwise(left):
                if s != m * t:
                    return None
            if len(left) > 1 and any(i in self.spans for _, _, i in left):
                return None
            step, axis = (left[-1][1], left[0][2] if len(left) == 1 else None) if left else (0, None)
            found.append(Axes(math.prod(n for n, _, _ in left), step, axis))
        return None if found[0].axis in self.spans else found

    def span(self, axes: Axes) -> spans.Span | None:
        return None if axes.axis is None else self.spans.get(axes.axis)


class Range(NamedTuple):
    """Places along an axis that are looked at: numbers, or registers."""

    first: str
    last: str
    count: str
    whole: bool = True

    @classmethod
    def of(cls, emitter, span: spans.Span | None, n: int) -> Range:
        if span is None:
            return cls("0", str(n), str(n))
        first, last = boxes.registers(emitter, {0: span}, (n,))[0]
        code = emitter.code
        count = code.call("i64", "llvm.smax.i64", ("i64", code.new(f"sub nsw i64 {last}, {first}")), ("i64", "0"))
        return cls(first, code.plus(first, count), count, False)


class Sizes(NamedTuple):
    """Rows, columns and terms of one product, and of them what is looked at."""

    m: int
    n: int
    k: int
    rows: Range
    columns: Range
    terms: Range


def product(emitter, node: Node) -> None:
    """``dot_general``: stacked axes first, then the free ones of each factor."""
    (out,) = node.outs
    (cx, cy), (bx, by) = node.params["contract"], node.params["batch"]
    wanted = [(node.args[0], bx, cx), (node.args[1], by, cy)]
    exact = node.params.get("exact", False)
    if exact:
        parts = node.params.get("parts", (False, False))
        wanted = [(x if p else _as_it_lies(emitter, x), *axes) for p, (x, *axes) in zip(parts, wanted, strict=True)]
    factors = [_factor(emitter, *w) for w in wanted]
    seen = [f.span(f.joined()[2]) for f in factors]
    if seen[0] != seen[1] and exact:
        raise NotHeld("a product of parts that begin in different places, where last digits matter")
    if seen[0] != seen[1]:  # where one is 0 it meets something else, and 0 times that may be NaN
        for i in (0, 1):
            if seen[i] is not None:
                factors[i] = _factor(emitter, nests.set_apart(emitter, wanted[i][0]), *wanted[i][1:])
    target = emitter.take(out)
    emitter.put(out, target)
    if out.size == 0:
        return
    a, b = factors
    (stacked_a, m, k), (stacked_b, n, k_b) = a.joined(), b.joined()
    code, dtype = emitter.code, out.dtype
    sizes = Sizes(
        m.length, n.length, k.length,
        Range.of(emitter, a.span(m), m.length), Range.of(emitter, b.span(n), n.length),
        Range.of(emitter, a.span(k), k.length),
    )  # fmt: skip
    steps = (stacked_a.step, m.step, k.step), (stacked_b.step, n.step, k_b.step)
    stack = stacked_a.length
    if exact and min(*(x for axes in steps for x in axes), 0) < 0:
        raise NotHeld("a product of an array that is read backwards, where last digits matter")
    large = exact or dtype.kind in "fc" and m.length * n.length * k.length * max(stack, 1) > SMALL
    found = inner_loop(np.matmul, dtype.char * 3) if large else None
    if found is not None and k.length:
        size = dtype.itemsize
        first = _first(emitter, a, (m.step, sizes.rows), (k.step, sizes.terms))
        second = _first(emitter, b, (n.step, sizes.columns), (k_b.step, sizes.terms))
        third = code.plus(code.times(sizes.rows.first, sizes.n), sizes.columns.first)
        third = code.new(f"getelementptr inbounds i8, ptr {target.pointer()}, i64 {code.times(third, size)}")
        counts = [str(stack), sizes.rows.count, sizes.terms.count, sizes.columns.count]
        given = [steps[0][0], steps[1][0], sizes.m * sizes.n, m.step, k.step, k_b.step, n.step, sizes.n, 1]
        emitter.loops.call(
            code, f"matmul_{dtype.char}", found, [first, second, third], counts, [s * size for s in given]
        )
    elif exact and k.length:
        raise NotHeld(f"products of {dtype} by NumPy's own loop")
    else:
        with code.loop(str(stack)) as s:
            for_rows(emitter, a, b, target, s, sizes, *steps, dtype)
    if not (sizes.rows.whole and sizes.columns.whole):
        with code.loop(str(stack)) as s:
            _rest(emitter, a, b, target, s, sizes, *steps, dtype)


def _as_it_lies(emitter, value: Value) -> Value:
    """A factor as NumPy has it: a part of an array that is in memory, or an array that was computed."""
    seen = value
    while emitter.is_lazy(seen) and seen.node.kind == "view":
        seen = seen.node.args[0]
    return value if seen.shape and not emitter.is_lazy(seen) else nests.set_apart(emitter, value)


def _factor(emitter, value: Value, stacked, summed) -> Operand:
    """A factor whose axes can be joined: as it lies there, or else set apart, or turned and set apart."""
    operand = Operand(emitter, value, stacked, summed)
    if operand.joined() is None:
        operand = Operand(emitter, nests.set_apart(emitter, value), stacked, summed)
    if operand.joined() is None:
        whole = nests.set_apart(emitter, _turned(value, stacked, summed))
        rank, b, c = len(value.shape), len(stacked), len(summed)
        operand = Operand(emitter, whole, range(b), range(rank - c, rank))
    return operand


def _turned(value: Value, stacked, summed) -> Value:
    """With stacked axes first and summed ones last."""
    free = [i for i in range(len(value.shape)) if i not in stacked and i not in summed]
    order = (*stacked, *free, *summed)
    to = views.transpose(order)
    return Node("view", [value], {"map": to}).out(tuple(value.shape[i] for i in order), value.dtype)


def _first(emitter, operand: Operand, *moved: tuple[int, Range]) -> str:
    """The address of the first element that is looked at."""
    code = emitter.code
    at = str(operand.start.offset)
    for value, times in operand.start.starts:
        at = code.plus(at, code.times(emitter.scalar(value), times))
    for step, places in moved:
        at = code.plus(at, code.times(places.first, step))
    at = code.times(at, operand.value.dtype.itemsize)
    return code.new(f"getelementptr inbounds i8, ptr {_memory(emitter, operand)}, i64 {at}")


def _memory(emitter, operand: Operand) -> str:
    if operand.value.shape:
        return emitter.place(operand.value).pointer()
    slot = emitter.code.slot(f"[{operand.value.dtype.itemsize} x i8]")  # the same number everywhere
    emitter.code.store(emitter.scalar(operand.value), slot, "0", operand.value.dtype)
    return slot


def _times(code, dtype, first, i, second, j):
    """A term of a sum: of float16 a float32, as NumPy has it."""
    return _multiplied(code, dtype, code.load(first, i, dtype), code.load(second, j, dtype))


def _multiplied(code, dtype, *factors):
    if dtype == HALF:
        factors = tuple(element(code, "convert", FLOAT, [x], [HALF]) for x in factors)
        dtype = FLOAT
    return element(code, "mul", dtype, list(factors), [dtype, dtype])


def for_rows(emitter, a, b, target, s, sizes: Sizes, of_a, of_b, dtype) -> None:
    """In loops: where rows of the result are long, row upon row, else one sum at a time."""
    code = emitter.code
    m, n, _, rows, columns, terms = sizes
    (a_stack, a_m, a_k), (b_stack, b_n, b_k) = of_a, of_b
    first, second, pointer = _first(emitter, a), _first(emitter, b), target.pointer()
    with code.loop(rows.last, start=rows.first) as i:
        row = code.plus(code.times(s, m * n), code.times(i, n))
        left = code.plus(code.times(s, a_stack), code.times(i, a_m))
        right = code.times(s, b_stack)
        if n > 1 and b_n == 1 and dtype != HALF:
            with code.loop(columns.last, True, columns.first) as j:
                code.store(literal(0, dtype), pointer, code.plus(row, j), dtype)
            with (
                code.loop(terms.last, start=terms.first) as term,
                code.loop(columns.last, True, columns.first) as j,
            ):
                at = code.plus(row, j)
                i_a, i_b = code.plus(left, code.times(term, a_k)), code.plus(right, code.plus(code.times(term, b_k), j))
                x = _times(code, dtype, first, i_a, second, i_b)
                code.store(combine(code, "sum", dtype, code.load(pointer, at, dtype), x), pointer, at, dtype)
            return
        with code.loop(columns.last, start=columns.first) as j:
            one = Accumulator(code, "sum", dtype)
            one.start()
            with code.loop(terms.last, start=terms.first) as term:
                i_a = code.plus(left, code.times(term, a_k))
                i_b = code.plus(right, code.plus(code.times(term, b_k), code.times(j, b_n)))
                one.add(_times(code, dtype, first, i_a, second, i_b))
            code.store(one.result(), pointer, code.plus(row, j), dtype)


def _rest(emitter, a, b, target, s, sizes: Sizes, of_a, of_b, dtype) -> None:
    """Rows and columns that a factor of 0 makes: sums of 0 times what the other has, which are 0, or NaN."""
    code = emitter.code
    m, n, _, rows, columns, terms = sizes
    (a_stack, a_m, a_k), (b_stack, b_n, b_k) = of_a, of_b
    first, second, pointer = _first(emitter, a), _first(emitter, b), target.pointer()
    zero = literal(0, dtype)

    def total(memory: str, start: str, step: int) -> object:
        one = Accumulator(code, "sum", dtype)
        one.start()
        with code.loop(terms.last, start=terms.first) as term:
            x = code.load(memory, code.plus(start, code.times(term, step)), dtype)
            one.add(_multiplied(code, dtype, zero, x))
        return one.result()

    def place(i: str, j: str) -> str:
        return code.plus(code.times(s, m * n), code.plus(code.times(i, n), j))

    def outside(places: Range, count: int, body) -> None:
        for start, end in (("0", places.first), (places.last, str(count))):
            with code.loop(end, start=start) as i:
                body(i)

    if not rows.whole:
        with code.loop(columns.last, start=columns.first) as j:
            right = code.plus(code.times(s, b_stack), code.times(j, b_n))
            found = total(second, right, b_k)
            outside(rows, m, lambda i: code.store(found, pointer, place(i, j), dtype))
    if not columns.whole:
        with code.loop(rows.last, start=rows.first) as i:
            left = code.plus(code.times(s, a_stack), code.times(i, a_m))
            found = total(first, left, a_k)
            outside(columns, n, lambda j: code.store(found, pointer, place(i, j), dtype))
        if not rows.whole:
            outside(rows, m, lambda i: outside(columns, n, lambda j: code.store(zero, pointer, place(i, j), dtype)))
