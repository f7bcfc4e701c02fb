"""Products of vectors, matrices and stacks of matrices: small ones in loops, others by NumPy's, which asks BLAS."""

from __future__ import annotations

import itertools
import math

import numpy as np

from ...program import views
from ...program.nodes import Node, Value
from . import nests
from .code import FLOAT, HALF, literal
from .elements import element
from .inner_loops import inner_loop
from .reductions import Accumulator, combine
from .trees import flat

SMALL = 4096  # so many multiplications are not worth a call


class Operand:
    """One factor: memory, and its distances along stacked, free and summed axes."""

    def __init__(self, emitter, value: Value, stacked, summed) -> None:
        self.value, self.to = value, views.identity(len(value.shape))
        node = value.node
        if emitter.is_lazy(value):
            assert node is not None
            self.value, self.to = node.args[0], node.params["map"]
        axis = flat(self.value.shape, self.to)
        steps = dict(axis.terms)
        shape = value.shape
        self.start = axis
        free = [i for i in range(len(shape)) if i not in stacked and i not in summed]
        self.groups = [[(shape[i], steps.get(i, 0)) for i in axes] for axes in (stacked, free, summed)]
        self.sizes = [math.prod(n for n, _ in group) for group in self.groups]

    def joined(self) -> list | None:
        """The axes of each kind as one: ``(length, step)`` each; None if that cannot be."""
        found = []
        for group in self.groups:
            left = [(n, s) for n, s in group if n != 1]
            for (_, s), (m, t) in itertools.pairwise(left):
                if s != m * t:
                    return None
            found.append((math.prod(n for n, _ in left), left[-1][1] if left else 0))
        return found


def product(emitter, node: Node) -> None:
    """``dot_general``: stacked axes first, then the free ones of each factor."""
    (out,) = node.outs
    x, y = node.args
    (cx, cy), (bx, by) = node.params["contract"], node.params["batch"]
    factors = []
    for value, stacked, summed in ((x, bx, cx), (y, by, cy)):
        operand = Operand(emitter, value, stacked, summed)
        if operand.joined() is None:
            whole = nests.set_apart(emitter, value)
            operand = Operand(emitter, whole, stacked, summed)
            if operand.joined() is None:
                whole = nests.set_apart(emitter, _turned(value, stacked, summed))
                rank, b, c = len(value.shape), len(stacked), len(summed)
                operand = Operand(emitter, whole, range(b), range(rank - c, rank))
        factors.append(operand)
    target = emitter.take(out) if out.shape else None
    a, b = factors
    (stack, a_stack), (m, a_m), (k, a_k) = a.joined()
    (_, b_stack), (n, b_n), (_, b_k) = b.joined()
    dtype = out.dtype
    if target is None:
        emitter.scalars[out] = _vectors(emitter, a, b, k, a_k, b_k, dtype)
        return
    emitter.put(out, target)
    if out.size == 0:
        return
    code = emitter.code
    found = inner_loop(np.matmul, dtype.char * 3) if dtype.kind in "fc" and m * n * k * max(stack, 1) > SMALL else None
    if found is not None and k:
        pointers = [_first(emitter, a), _first(emitter, b), target.pointer()]
        size = dtype.itemsize
        steps = [a_stack, b_stack, m * n, a_m, a_k, b_k, b_n, n, 1]
        emitter.loops.call(
            code, f"matmul_{dtype.char}", found, pointers, [str(v) for v in (stack, m, k, n)], [s * size for s in steps]
        )
        return
    with code.loop(str(stack)) as s:
        for_rows(emitter, a, b, target, s, (m, n, k), (a_stack, a_m, a_k), (b_stack, b_n, b_k), dtype)


def _turned(value: Value, stacked, summed) -> Value:
    """With stacked axes first and summed ones last."""
    free = [i for i in range(len(value.shape)) if i not in stacked and i not in summed]
    order = (*stacked, *free, *summed)
    to = views.transpose(order)
    return Node("view", [value], {"map": to}).out(tuple(value.shape[i] for i in order), value.dtype)


def _first(emitter, operand: Operand) -> str:
    """The address of the first element."""
    code = emitter.code
    at = str(operand.start.offset)
    for value, times in operand.start.starts:
        at = code.plus(at, code.times(emitter.scalar(value), times))
    pointer = emitter.place(operand.value).pointer()
    at = code.times(at, operand.value.dtype.itemsize)
    return code.new(f"getelementptr inbounds i8, ptr {pointer}, i64 {at}")


def _vectors(emitter, a, b, k, a_k, b_k, dtype):
    code = emitter.code
    one = Accumulator(code, "sum", dtype)
    one.start()
    first, second = _first(emitter, a), _first(emitter, b)
    if not k:
        return one.result()
    part = Accumulator(code, "sum", dtype)
    for start, size in nests.runs(code, k):
        part.start()
        with code.loop(size) as j:
            i = code.plus(start, j)
            part.add(_times(code, dtype, first, code.times(i, a_k), second, code.times(i, b_k)))
        one.add(part.value())
    return one.result()


def _times(code, dtype, first, i, second, j):
    """A term of a sum: of float16 a float32, as NumPy has it."""
    factors = [code.load(first, i, dtype), code.load(second, j, dtype)]
    if dtype == HALF:
        factors = [element(code, "convert", FLOAT, [x], [HALF]) for x in factors]
        dtype = FLOAT
    return element(code, "mul", dtype, factors, [dtype, dtype])


def for_rows(emitter, a, b, target, s, sizes, of_a, of_b, dtype) -> None:
    """In loops: where rows of the result are long, row upon row, else one sum at a time."""
    code = emitter.code
    (m, n, k), (a_stack, a_m, a_k), (b_stack, b_n, b_k) = sizes, of_a, of_b
    first, second, pointer = _first(emitter, a), _first(emitter, b), target.pointer()
    with code.loop(str(m)) as i:
        row = code.plus(code.times(s, m * n), code.times(i, n))
        left = code.plus(code.times(s, a_stack), code.times(i, a_m))
        right = code.times(s, b_stack)
        if n > 1 and b_n == 1 and dtype != HALF:
            with code.loop(str(n), True) as j:
                code.store(literal(0, dtype), pointer, code.plus(row, j), dtype)
            with code.loop(str(k)) as term, code.loop(str(n), True) as j:
                at = code.plus(row, j)
                i_a, i_b = code.plus(left, code.times(term, a_k)), code.plus(right, code.plus(code.times(term, b_k), j))
                x = _times(code, dtype, first, i_a, second, i_b)
                code.store(combine(code, "sum", dtype, code.load(pointer, at, dtype), x), pointer, at, dtype)
            return
        with code.loop(str(n)) as j:
            one = Accumulator(code, "sum", dtype)
            one.start()
            with code.loop(str(k)) as term:
                i_a = code.plus(left, code.times(term, a_k))
                i_b = code.plus(right, code.plus(code.times(term, b_k), code.times(j, b_n)))
                one.add(_times(code, dtype, first, i_a, second, i_b))
            code.store(one.result(), pointer, code.plus(row, j), dtype)
