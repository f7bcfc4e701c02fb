"""Going over the indices of a shape, with heavy steps done for runs of neighbours."""

from __future__ import annotations

import contextlib
import math

from ...program import views
from ...program.builder import OWN
from ...program.nodes import Value
from . import boxes, threads
from .code import Code
from .elements import element
from .trees import Turn, heavy

RUN = 512  # how many elements heavy steps are done for at once
MOST = 64  # heavy steps of one nest that are done so
SHORT = 8  # fewer are not worth it
LONG = 64  # fewer neighbours are put together with the next
GRAIN = 64  # so many neighbours, at least, are left to one thread
COLUMNS = 256  # so many of each row


def start_of(shape: tuple) -> views.Map:
    return views.identity(len(shape)).trimmed(shape)


def run(
    emitter,
    shape: tuple,
    values: list[Value],
    new: dict,
    body,
    independent: bool,
    share: int | None = None,
    stored: bool = True,
    box: boxes.Box | None = None,
    steps: dict[int, str] | None = None,
) -> None:
    """Loop over all indices of a shape, in C order, with heavy steps of the values done for runs of the last axis.

    Parameters
    ----------
    independent : bool
        Whether no turn of the last axis depends on another.
    share : int, optional
        An axis along which no turn depends on another.
    stored : bool
        Whether values are stored, and not added up.
    box : dict of int to (str, str), optional
        The only part of the indices that matters,
    steps : dict of int to str, optional
        and of that every so many places.
    """
    if math.prod(shape) == 0:
        return
    found: dict = {}
    for value in values:
        heavy(emitter, value, start_of(shape), new, found)
    nest = _Nest(emitter, shape, chosen(found), new, body, independent, box or {}, steps or {})
    if share is None or share in nest.box or share > nest.last:
        nest.outer(0)
        return
    turns, grain = share_of(shape, share, nest.rows if share == nest.last else 0)
    work = math.prod(shape) * threads.weight(emitter, values, new, stored)
    with threads.shared(emitter, turns, work, grain) as part:
        nest.parts[share] = part
        nest.outer(0)


def is_numpys(step) -> bool:
    """Whether NumPy's own loop has to do a step, for all elements of a row."""
    value, _ = step
    return value.node.params["op"].startswith(OWN)


def chosen(found: dict) -> list:
    """The heavy steps that are done for runs of elements."""
    steps = found.get("steps", [])
    return steps[:MOST] if len(steps) <= MOST else [s for k, s in enumerate(steps) if k < MOST or is_numpys(s)]


def share_of(shape: tuple, axis: int, rows: int) -> tuple[int, int]:
    """How many turns the loop over an axis has, where each does some `rows`, and how many threads leave together."""
    if rows:
        return -(-shape[axis] // rows), 1
    if axis < len(shape) - 1:
        return shape[axis], 1
    return shape[-1], GRAIN if len(shape) == 1 else COLUMNS


def outermost(shape: tuple, axes=None) -> int | None:
    """The first axis, among some, that has several turns."""
    return next((i for i in (range(len(shape)) if axes is None else axes) if shape[i] != 1), None)


class _Nest:
    """Loops over the indices of a shape.

    Attributes
    ----------
    last : int
        The axis that is cut into runs: the last one, or one before it where the axes after it are short.
    rows : int
        How many of its places make a run; 0 where there are no heavy steps.
    """

    def __init__(self, emitter, shape, heavy_steps, new, body, independent: bool, box: boxes.Box, steps) -> None:
        self.emitter, self.shape, self.heavy_steps, self.new, self.steps = emitter, shape, heavy_steps, new, steps
        self.body, self.independent, self.box = body, independent, box
        self.parts: dict[int, threads.Part] = {}
        self.index = ["0"] * len(shape)
        self.last, self.rows = max(len(shape) - 1, 0), 0
        if heavy_steps:
            while self.last and math.prod(shape[self.last :]) < LONG:
                self.last -= 1
            if math.prod(shape[self.last :]) >= SHORT or any(map(is_numpys, heavy_steps)):
                self.rows = RUN // math.prod(shape[self.last + 1 :])
            else:
                self.last = len(shape) - 1

    def outer(self, axis: int) -> None:
        if axis == self.last or not self.shape:
            self.inner()
            return
        if self.shape[axis] == 1:
            self.outer(axis + 1)
            return
        with self._turns(axis).loop(self.emitter.code) as i:
            self.index[axis] = i
            self.outer(axis + 1)
        self.index[axis] = "0"

    def _turns(self, axis: int) -> threads.Part:
        first, last = self.box.get(axis, ("0", str(self.shape[axis])))
        return self.parts.get(axis) or threads.Part(first, last, step=self.steps.get(axis, "1"))

    def inner(self) -> None:
        emitter, code, shape = self.emitter, self.emitter.code, self.shape
        if self.rows:
            n, part, span = shape[self.last], self.parts.get(self.last), self.box.get(self.last)
            for first, count in runs(code, n, part, span, self.rows):
                run = Run(code, self.index, self.last, shape, first, count)
                staged = all_staged(emitter, self.heavy_steps, run, self.new)
                with run.each(self.independent) as (index, k):
                    self.body(turn_in(emitter, index, k, staged))
                emitter.runs.all_back(staged)
        elif not shape or shape[-1] == 1:
            self.body(Turn(emitter, list(self.index)))
        else:
            with self._turns(self.last).loop(code, self.independent) as i:
                self.body(Turn(emitter, [*self.index[:-1], i]))


class Run:
    """Turns for which heavy steps are done at once: some places of an axis, with all those of the axes after it.

    Attributes
    ----------
    size : str
        How many they are.
    """

    def __init__(self, code: Code, index: list[str], axis: int, shape: tuple, first: str, count: str) -> None:
        self.code, self.index, self.axis, self.after = code, list(index), axis, shape[axis + 1 :]
        self.first, self.count = first, count
        self.size = code.times(count, math.prod(self.after))

    @contextlib.contextmanager
    def each(self, independent: bool):
        """The index of each turn, and which one of the run it is."""
        code = self.code
        with contextlib.ExitStack() as loops:
            k = loops.enter_context(code.loop(self.count, independent and not self.after))
            index = [*self.index[: self.axis], code.plus(self.first, k)]
            for i, n in enumerate(self.after):
                innermost = i == len(self.after) - 1
                j = loops.enter_context(code.loop(str(n), independent and innermost)) if n != 1 else "0"
                index.append(j)
                k = code.plus(code.times(k, n), j)
            yield index, k


def turn_in(emitter, index: list[str], k: str, staged: dict) -> Turn:
    """One turn of a run."""
    turn = Turn(emitter, list(index))
    turn.staged = {key: (pointer, k) for key, pointer in staged.items()}
    return turn


def runs(code: Code, n: int, part: threads.Part | None = None, span: tuple[str, str] | None = None, most: int = RUN):
    """A loop over parts of `n` turns, as a generator of one turn: the first of each part, and how many they are.

    `span` are the first turn that matters, and the one after the last; `most` is how many turns a part has.
    """
    if span is None:
        with (part or threads.Part("0", str(-(-n // most)))).loop(code) as block:
            first = code.times(block, most)
            left = code.new(f"sub nsw i64 {n}, {first}")
            yield first, code.call("i64", "llvm.smin.i64", ("i64", left), ("i64", str(most)))
        return
    begin = code.new(f"sdiv i64 {span[0]}, {most}")
    end = code.new(f"sdiv i64 {code.plus(span[1], str(most - 1))}, {most}")
    with (part or threads.Part(begin, end)).loop(code) as block:
        first = code.times(block, most)
        first, last = boxes.both(code, (first, code.plus(first, str(most))), span)
        size = code.new(f"sub nsw i64 {last}, {first}")
        yield first, code.call("i64", "llvm.smax.i64", ("i64", size), ("i64", "0"))


def all_staged(emitter, steps, run: Run, new: dict) -> dict:
    """Do heavy steps for a part of the turns: where their results stand."""
    staged: dict = {}
    for value, to in steps:
        _stage(emitter, value, to, run, staged, new)
    return staged


def _stage(emitter, value: Value, to: views.Map, run: Run, staged: dict, new: dict) -> None:
    """Do a heavy step for a run of elements: NumPy's own loop, on arguments that were put side by side."""
    code = emitter.code
    node = value.node
    assert node is not None
    # a number stands beside all elements, as it does in NumPy
    numbers = [code.slot(f"[{arg.dtype.itemsize} x i8]") if not arg.shape else "" for arg in node.args]
    args = [x or emitter.runs.take(arg.dtype.itemsize) for x, arg in zip(numbers, node.args, strict=True)]
    for arg, pointer in zip(node.args, numbers, strict=True):
        if pointer:
            code.store(emitter.scalar(arg), pointer, "0", arg.dtype)
    target = emitter.runs.take(value.dtype.itemsize)
    with run.each(True) as (index, k):
        turn = turn_in(emitter, index, k, staged)
        turn.new.update(new)
        for arg, pointer in zip(node.args, args, strict=True):
            if arg.shape:
                code.store(turn.at(arg, to), pointer, k, arg.dtype)
    kinds = [a.dtype for a in node.args]
    steps = [a.dtype.itemsize if a.shape else 0 for a in node.args]
    if not emitter.loops.apply(code, node.params["op"], kinds, args, value.dtype, target, run.size, steps):
        with code.loop(run.size) as j:
            registers = [code.load(p, j if a.shape else "0", a.dtype) for p, a in zip(args, node.args, strict=True)]
            code.store(element(code, node.params["op"], value.dtype, registers, kinds), target, j, value.dtype)
    for arg, pointer in zip(node.args, args, strict=True):
        if arg.shape:
            emitter.runs.give_back(arg.dtype.itemsize, pointer)
    staged[value, to] = target
