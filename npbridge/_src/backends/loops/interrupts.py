"""Ctrl-C in long loops: a look, every so often, whether a signal waits for Python; then the program is left.

How often is a matter of the work that a turn is expected to be.  A look takes the interpreter's lock, so there is none
before some time has gone by, and none in threads that get no signals.  What had been written in place is put back.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import threading
from collections.abc import Sequence
from typing import NamedTuple

from ...dispatch import forked
from ...program.nodes import Block, Node, Value
from . import helpers
from .elements import element
from .plan import LAZY, nbytes, step_cost
from .trees import INDEX

LONG = 2e8  # units of a tenth of a nanosecond: loops that are known to be shorter are not left
OFTEN = 2e7  # units of work between two looks at the clock
SELDOM = 5e9  # the most of it that there may be, where loops inside need not have as many turns as they may have
TURNS = 1 << 16  # turns between two, at most
PAUSE = 30_000_000  # nanoseconds between two looks for signals, at least
KEPT = 1 << 20  # bytes of which copies are kept
COPIES = 10  # units of work for each byte, for which a copy is worth while
DEEP = 8  # steps that are done twice
_ALONE, _CALL = 10, 5e4  # units: of a number on its own, and of a call of the host's

_main = ctypes.c_ulong(threading.main_thread().ident or 0)


def _moved() -> None:
    """A child's main thread is the one that forked."""
    _main.value = threading.get_ident()


forked.in_a_child(_moved)


class Counted(NamedTuple):
    """A loop of :func:`range`'s: over ``start``, ``start + 1``, ... below `last`.

    Attributes
    ----------
    at : int
        Which of the carried values counts.
    start : int
    last : Value
        Known before the loop.
    """

    at: int
    start: int
    last: Value


def counted(node: Node) -> Counted | None:
    """What a loop counts, where that is all that ends it."""
    condition, body = node.blocks
    test = condition.results[0].node
    if test not in condition.nodes or test.kind != "map" or test.params["op"] != "lt":
        return None
    value, last = test.args
    if value not in condition.inputs or value.dtype.kind != "i":
        return None
    at = condition.inputs.index(value)
    step, start = body.results[at].node, node.args[at].constant
    if step is None or step.kind != "map" or step.params["op"] != "add" or start is None or start < 0:
        return None
    if not any(a is body.inputs[at] and b.constant == 1 for a, b in (step.args, step.args[::-1])):
        return None
    if last in condition.inputs:
        k = condition.inputs.index(last)
        return Counted(at, int(start), node.args[k]) if body.results[k] is body.inputs[k] else None
    return None if last.constant is None and last.node in condition.nodes else Counted(at, int(start), last)


class Looks:
    """The loops of a program in the middle of which it may be left.

    Attributes
    ----------
    every : dict of Node to int
        How many turns of each lie between two looks at the clock: a power of two.
    limits : list of (Value, float)
        The length of a loop, and the work of a turn, where all such loops are counted by a number that may be known
        at the start of the program; empty where one is not.
    """

    def __init__(self, program: Block) -> None:
        self.every: dict[Node, int] = {}
        self.limits: list[tuple[Value, float]] = []
        always = False
        for node in program.nodes:
            before = len(self.every)
            self._of_node(node)
            new = list(self.every)[before:]
            if new == [node] and node.params["length"] is None and (loop := counted(node)) is not None:
                self.limits.append((loop.last, self._of_block(node.blocks[-1])))
            elif new:
                always = True
        if always:
            self.limits = []

    def _of_block(self, block: Block) -> float:
        return sum(map(self._of_node, block.nodes))

    def _of_node(self, node: Node) -> float:
        """The work of a node in units; infinite where only the run tells."""
        inside = [self._of_block(b) for b in node.blocks]
        if node.kind == "loop":
            return self._of_loop(node, sum(inside))
        if node.kind == "branch":
            return max(inside)
        return _ALONE + _of_step(node)

    def _of_loop(self, node: Node, turn: float) -> float:
        length = node.params["most"]
        whole = math.inf if length is None else length * turn
        if whole >= LONG:
            own = turn if turn and turn < math.inf else 1  # a loop inside looks itself
            often = OFTEN if all(_is_exact(block) for block in node.blocks) else SELDOM
            turns = int(min(max(often / own, 1), TURNS))
            self.every[node] = 1 << turns.bit_length() - 1
        return whole


def _is_exact(block: Block) -> bool:
    """Whether loops have as many turns as is said."""
    return all(node.params.get("length", 0) is not None and all(map(_is_exact, node.blocks)) for node in block.nodes)


def _of_step(node: Node) -> float:
    if node.kind in LAZY:
        return node.outs[0].size * step_cost(node)
    if node.kind == "product":
        (cx, _), _ = node.params["contract"], node.params["batch"]
        return node.outs[0].size * math.prod(node.args[0].shape[i] for i in cx)
    if node.kind == "call":
        return _CALL + 100 * sum(v.size for v in (*node.args, *node.outs))
    sizes = [v.size for v in (*node.args, *node.outs)]
    if node.kind in ("write", "scatter"):
        return 10 * node.args[-1 if node.kind == "scatter" else 1].size
    return 0 if node.kind in ("number", "array", "empty", "reshape") else max(sizes)


# -- in the text


def begin(emitter, pointers: list[str]) -> None:
    """At the start of a program that may be left: copy what is written in place, so that it can be put back.

    For signals that is done where loops have work for long; else it is not left.
    """
    code, looks = emitter.code, emitter.looks
    if looks.every:
        code.declared["interrupted"] = "declare i1 @npbridge_interrupted(ptr)"
        emitter.loops.used["npbridge_interrupted"] = helpers.interrupted(ctypes.addressof(_main), PAUSE)
        emitter.looked = code.slot("i64")
        code.do(f"store i64 0, ptr {emitter.looked}")
    if not emitter.donated or not (looks.every or emitter.leaves_late):
        return
    sometimes = looks.limits and not emitter.leaves_late
    after = code.fresh_label("kept")
    if sometimes:
        copied = code.fresh_label("keep")
        long = _is_long(emitter)
        code.do(f"store i64 {code.new(f'select i1 {long}, i64 0, i64 -1')}, ptr {emitter.looked}")
        code.jump_if(long, copied, after)
        code.label(copied)
    for k in emitter.donated:
        size = nbytes(emitter.program.inputs[k])
        kept = emitter.room.address(size)
        code.copy(pointers[k], kept, size)
        emitter.kept.append((kept, pointers[k], size))
    if sometimes:
        code.jump(after)
        code.label(after)


def _is_long(emitter) -> str:
    """Whether loops have so much work that copies are worth while."""
    code, long = emitter.code, "false"
    least = max(LONG / 4, COPIES * emitter.donates())
    for length, turn in emitter.looks.limits:
        n = _early(emitter, length)
        most = min(int(least / max(turn, 1)), 1 << 40)
        more = "true" if n is None else code.new(f"icmp sgt i64 {n}, {most}")
        long = code.new(f"or i1 {long}, {more}")
    return long


def _early(emitter, value: Value) -> str | None:
    """A number, as an i64, that inputs alone decide; None for others."""
    code = emitter.code

    def of(value: Value, depth: int):
        if value.constant is not None or value in emitter.program.inputs:
            return emitter.scalar(value)
        node = value.node
        if node is None or node.kind != "map" or depth > DEEP:
            return None
        args = [of(a, depth + 1) for a in node.args]
        if None in args:
            return None
        return element(code, node.params["op"], value.dtype, args, [a.dtype for a in node.args])

    found = None if value.shape else of(value, 0)
    return None if found is None else element(code, "convert", INDEX, [found], [value.dtype])


def look(emitter) -> None:
    """Leave the program where a signal asks for it."""
    code = emitter.code
    # what it writes is nothing that the program reads: else that would not stay in registers
    effects = "nounwind memory(argmem: readwrite, inaccessiblemem: readwrite)"
    stop = code.new(f"call i1 @npbridge_interrupted(ptr {emitter.looked}) {effects}")
    on = code.fresh_label("on")
    code.jump_if(stop, "stop", on, (1, TURNS))
    code.label(on)


@contextlib.contextmanager
def turns(emitter, start: int, last: str, every: int | None, facts: Sequence[str]):
    """The index of each turn of a loop, with a look before each so many."""
    code = emitter.code
    if not every:
        with code.loop(last, start=str(start), facts=facts) as i:
            yield i
        return
    shift = every.bit_length() - 1
    blocks = code.new(f"add i64 {code.new(f'ashr i64 {last}, {shift}')}, 1")
    countdown = Countdown(emitter, every)
    with code.loop(blocks) as k:
        first = code.times(k, every)
        end = code.call("i64", "llvm.smin.i64", ("i64", code.plus(first, str(every))), ("i64", last))
        if start:
            first = code.call("i64", "llvm.smax.i64", ("i64", first), ("i64", str(start)))
        size = code.new(f"sub nsw i64 {end}, {first}")
        countdown.count_all(size)
        with code.loop(size, facts=facts) as j:  # of a number of turns that LLVM sees
            yield code.plus(first, j)


class Countdown:
    """The turns of a loop that are left until the next look; loops inside others go on counting."""

    def __init__(self, emitter, every: int) -> None:
        self.emitter, self.every = emitter, every
        self.code = emitter.code
        self.slot = self.code.slot("i64")
        self.code.entry.append(f"  store i64 {every}, ptr {self.slot}")

    def start(self) -> None:
        """Begin to count anew where nothing is left."""
        code = self.code
        left = code.new(f"load i64, ptr {self.slot}")
        none = code.new(f"icmp eq i64 {left}, 0")
        code.do(f"store i64 {code.new(f'select i1 {none}, i64 {self.every}, i64 {left}')}, ptr {self.slot}")

    def count_all(self, turns: str) -> None:
        """Before several turns: count them, and look where it is time."""
        code = self.code
        again, on = code.fresh_label("look"), code.fresh_label("on")
        left = code.new(f"sub i64 {code.new(f'load i64, ptr {self.slot}')}, {turns}")
        code.do(f"store i64 {left}, ptr {self.slot}")
        code.jump_if(code.new(f"icmp slt i64 {left}, 0"), again, on, (1, 100))
        code.label(again)
        code.do(f"store i64 {self.every}, ptr {self.slot}")
        look(self.emitter)
        code.jump(on)
        code.label(on)

    def count(self, start: str) -> None:
        """At the start of a turn: count it, or look first and go back to the start of the loop."""
        code = self.code
        again, on = code.fresh_label("look"), code.fresh_label("on")
        left = code.new(f"load i64, ptr {self.slot}")
        code.jump_if(code.new(f"icmp eq i64 {left}, 0"), again, on, (1, TURNS))
        code.label(again)
        code.do(f"store i64 {self.every}, ptr {self.slot}")
        look(self.emitter)
        code.jump(start)
        code.label(on)
        code.do(f"store i64 {code.new(f'sub nsw i64 {left}, 1')}, ptr {self.slot}")


def end(emitter) -> list[str]:
    """The block that ends a program in its middle."""
    return ["stop:", *put_back(emitter), "  ret void"] if emitter.looked else []


def put_back(emitter) -> list[str]:
    """What lets arrays that were written in place have their first contents."""
    return [
        f"  call void @llvm.memcpy.p0.p0.i64(ptr {pointer}, ptr {kept}, i64 {size}, i1 false)"
        for kept, pointer, size in emitter.kept
    ]
