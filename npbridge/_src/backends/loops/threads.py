"""Loop nests that threads share.

The turns of such a nest are cut into parts, by the shape and the work alone, and its body becomes a function that does
one part after the other until none is left.  The caller does parts as well, and its helpers live no longer than the
nest: nothing has to be known after a fork, and any thread may call.  Who does which part changes no bit of a result.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import itertools
import math
import re
from typing import NamedTuple

from ...dispatch import forked
from ..numba import team
from . import helpers
from .code import Code
from .memory import Apart, Runs
from .plan import step_cost

UNIT = 0.1  # nanoseconds of a simple step on one element
SCATTERED = 10  # units of an element that an index tells
SLOW = 4  # times of another function: the loops for sin and cos of wide numbers
LEAST = 200_000  # nanoseconds of work that are worth a thread
ASKED = LEAST // 5  # where the user asks for threads
PART = 50_000  # nanoseconds of a part, about
START = 20_000  # nanoseconds that a thread costs
MOST = 64  # parts
_TYPE = re.compile(r"(?<![\w%.@])(?:i\d+|half|float|double|ptr)\b")
_DEFINED = re.compile(r"^  (%\w+) = (.*)$")
_LABEL = re.compile(r"^(\w+):$")
_REGISTER = re.compile(r"%\w+")
_ALLOCA = re.compile(r"alloca (.+?)(, i64 \d+)?, align \d+$")
_STORE = re.compile(r"^  store .*, ptr (%\w+)")

_size = ctypes.c_int64(0)  # how many threads may share a nest: read by the code at each run


@functools.cache
def _address() -> int | None:
    """Where the number of threads stands; None where there are no threads of this kind."""
    if not hasattr(ctypes.CDLL(None), "pthread_create"):
        return None
    _size.value = 1 if forked.in_child else min(team.size(), MOST)
    return ctypes.addressof(_size)


def _alone() -> None:
    _size.value = 1


forked.in_a_child(_alone)


class Part(NamedTuple):
    """The turns that are to be written: registers, or numbers.

    Attributes
    ----------
    first, last : str
    number : str
        Which part it is.
    step : str
        The distance from one turn to the next.
    """

    first: str
    last: str
    number: str = "0"
    step: str = "1"

    @contextlib.contextmanager
    def loop(self, code: Code, independent: bool = False):
        if self.step == "1":
            with code.loop(self.last, independent, self.first) as i:
                yield i
            return
        width = code.new(f"sub nsw i64 {self.last}, {self.first}")
        width = code.new(f"add nsw i64 {width}, {code.new(f'sub nsw i64 {self.step}, 1')}")
        with code.loop(code.new(f"sdiv i64 {width}, {self.step}"), independent) as k:
            yield code.plus(self.first, code.new(f"mul nsw i64 {k}, {self.step}"))


def parts_of(emitter, turns: int, work: float, grain: int = 1) -> tuple[int, int]:
    """How many parts a nest has, and how many turns each: one part where threads are not worth it.

    Parameters
    ----------
    work : float
        In units of :data:`UNIT`.
    grain : int
        Turns of a part are a multiple of this.
    """
    work *= UNIT
    if work < emitter.least or emitter.alone or _address() is None:
        return 1, turns
    count = min(MOST, max(2, int(work / min(PART, emitter.least / 4))))
    each = -(-turns // count)
    each = -(-each // grain) * grain
    return -(-turns // each), each


@contextlib.contextmanager
def shared(emitter, turns: int, work: float, grain: int = 1):
    """Let threads share the turns of a loop, which are independent: what is written inside is for one :class:`Part`."""
    count, each = parts_of(emitter, turns, work, grain)
    if count < 2:
        yield Part("0", str(turns))
        return
    code: Code = emitter.code
    outside, runs = (code.entry, code.lines, code.group), emitter.runs
    part = Part(*(code.fresh(stem) for stem in ("first", "last", "part")))
    code.entry, code.lines, code.group = [], [], None
    apart = Apart(code)
    emitter.runs, emitter.alone = Runs(apart, runs.length), True
    try:
        yield part
    finally:
        inside = code.entry, code.lines
        code.entry, code.lines, code.group = outside
        emitter.runs, emitter.alone = runs, False
    given = _given(code, *inside, part)
    emitter.apart = max(emitter.apart, apart.size)
    name = f"share_{len(code.functions)}"
    code.functions.append(_function(name, part, count, each, turns, given, *inside))
    _write_call(emitter, name, given, apart.size, count, min(count, math.isqrt(int(work * UNIT / START)) or 1))


class _Given(NamedTuple):
    """What a part uses of its surroundings: a register, its type, and whether memory of this type is meant."""

    name: str
    type: str
    copied: bool


def _given(code: Code, entry: list[str], lines: list[str], part: Part) -> list[_Given]:
    text = [*entry, *lines]
    known = {"%runs"} | {m[1] for line in text if (m := _DEFINED.match(line))} | {*part}
    known |= {"%" + m[1] for line in text if (m := _LABEL.match(line))}
    wanted = dict.fromkeys(itertools.chain.from_iterable(map(_REGISTER.findall, text)))
    wanted = [name for name in wanted if name not in known]
    definitions = code.definitions()
    found = []
    for name in wanted:
        definition = definitions.get(name)
        if definition is None:
            found.append(_Given(name, "ptr", False))  # an argument of the program
            continue
        memory = _ALLOCA.match(definition)
        if memory and not memory[2]:
            found.append(_Given(name, memory[1], True))
        else:
            found.append(_Given(name, _type(definition), False))
    copies = {g.name for g in found if g.copied}
    changed = {m[1] for line in text if (m := _STORE.match(line))}
    assert not copies & changed, "a part changes what is around it"
    return found


def _type(definition: str) -> str:
    """The type of a register."""
    word = definition.split(" ", 1)[0]
    if word in ("icmp", "fcmp"):
        return "i1"
    if word in ("getelementptr", "alloca"):
        return "ptr"
    types = _TYPE.findall(definition)
    return types[-1] if word == "select" or " to " in definition and word != "call" else types[0]


def _frame(given: list[_Given]) -> str:
    return "{" + ", ".join(["i64", "i64", "ptr", *(g.type for g in given)]) + "}"


def _function(name, part: Part, count, each, turns, given, entry, lines) -> str:
    """``i64 name(ptr frame, ptr runs)``: parts are taken until there are none; how many it were."""
    frame = _frame(given)
    text = [f"define internal i64 @{name}(ptr %frame, ptr %runs) noinline {{", "entry:"]
    for k, one in enumerate(given, 3):
        held = f"{one.name}.held" if one.copied else one.name
        text.append(f"  {one.name}.at = getelementptr inbounds {frame}, ptr %frame, i32 0, i32 {k}")
        text.append(f"  {held} = load {one.type}, ptr {one.name}.at")
        if one.copied:  # so that nobody seems to change it
            text.append(f"  {one.name} = alloca {one.type}, align 64")
            text.append(f"  store {one.type} {held}, ptr {one.name}")
    return "\n".join([
        *text, *entry,
        "  br label %next.part",
        "next.part:",
        "  %done = phi i64 [ 0, %entry ], [ %one.more, %part.done ]",
        f"  {part.number} = atomicrmw add ptr %frame, i64 1 monotonic",
        f"  %some = icmp slt i64 {part.number}, {count}",
        "  br i1 %some, label %do.part, label %no.part",
        "do.part:",
        f"  {part.first} = mul nuw nsw i64 {part.number}, {each}",
        f"  %end = add nuw nsw i64 {part.first}, {each}",
        f"  {part.last} = call i64 @llvm.smin.i64(i64 %end, i64 {turns})",
        *lines,
        "  br label %part.done",
        "part.done:",
        "  %one.more = add i64 %done, 1",
        "  br label %next.part",
        "no.part:",
        "  ret i64 %done",
        "}",
    ])  # fmt: skip


def _write_call(emitter, name: str, given, size: int, count: int, most: int) -> None:
    code: Code = emitter.code
    frame = _frame(given)
    slot = code.slot(frame)
    head = [("i64", "0"), ("i64", str(size)), ("ptr", f"@{name}")]  # the next part, bytes for runs, what does parts
    for k, (kind, value) in enumerate(head):
        at = code.new(f"getelementptr inbounds {frame}, ptr {slot}, i32 0, i32 {k}")
        code.do(f"store {kind} {value}, ptr {at}")
    for k, one in enumerate(given, 3):
        value = code.new(f"load {one.type}, ptr {one.name}") if one.copied else one.name
        at = code.new(f"getelementptr inbounds {frame}, ptr {slot}, i32 0, i32 {k}")
        code.do(f"store {one.type} {value}, ptr {at}")
    address = _address()
    assert address is not None
    code.declared["share"] = "declare void @npbridge_share(ptr, ptr, ptr, ptr, i64, i64)"
    emitter.loops.used["npbridge_share"] = helpers.share(address)
    runs = "%runs" if size else "null"
    code.declared["llvm.smin.i64"] = "declare i64 @llvm.smin.i64(i64, i64)"
    code.functions.append(f"@{name}.pause = internal global [2 x i64] zeroinitializer")
    given_over = f"ptr @{name}, ptr {slot}, ptr {runs}, ptr @{name}.pause, i64 {count}, i64 {max(most, 2)}"
    code.do(f"call void @npbridge_share({given_over})")


# -- what a nest costs


def weight(emitter, values, new: dict, stored: bool = True) -> float:
    """What one turn costs that computes values, and stores them or adds them up, in units."""
    seen: set = set()

    def of(value) -> float:
        if not value.shape or value in seen:
            return 0
        seen.add(value)
        if value in new:
            return of(new[value][0])
        if not emitter.is_lazy(value):
            return value.dtype.itemsize / 8
        node = value.node
        if node.kind == "gather":
            return SCATTERED + of(node.args[1])
        slow = SLOW if node.params.get("op") in ("sin", "cos") and value.dtype.itemsize > 4 else 1
        return slow * step_cost(node) + sum(of(a) for a in node.args)

    return sum(of(v) + (v.dtype.itemsize / 4 if stored else 0.5) for v in values)
