"""Writing LLVM's text: registers, blocks, loops, elements in memory."""

from __future__ import annotations

import contextlib
import functools
import platform
import re
import struct
from collections.abc import Sequence
from typing import Any

import llvmlite.binding as llvm
import numpy as np

from ...program.builder import NotHeld

# of instructions on floats whose last digits do not matter; NaN and infinities do
_FAST = re.compile(r"(fadd|fsub|fmul|fdiv|frem|fneg|fcmp) (?:reassoc )?")
_SUM = re.compile(r"(= f(?:add|sub)) (?!reassoc)")
_FLAGS = r"\1 reassoc nsz arcp contract afn "
FEW = 4  # turns that are written one after the other
LINES = 600  # where that makes no more lines than these
_TURN_BY_TURN = '!{!"llvm.loop.unroll.disable"}'
HALF, FLOAT = np.dtype("float16"), np.dtype("float32")
_NAMES = {"f2": "half", "f4": "float", "f8": "double", "b1": "i1"}
Register = Any  # a text; of a complex number two


def type_of(dtype: np.dtype) -> str:
    """The type of a register that holds a real element."""
    if dtype.kind in "iu":
        return f"i{8 * dtype.itemsize}"
    name = _NAMES.get(dtype.str[1:])
    if name is None or (name == "half" and not has_halves()):
        raise NotHeld(f"elements of {dtype}")
    return name


@functools.cache
def has_halves() -> bool:
    """Whether the machine turns a float16 into a float32 and back; else functions are called that may be missing."""
    return platform.machine() in ("aarch64", "arm64") or bool(llvm.get_host_cpu_features().get("f16c"))


def part_of(dtype: np.dtype) -> np.dtype:
    """The dtype of the two parts of a complex number; another one is its own."""
    return np.dtype(f"f{dtype.itemsize // 2}") if dtype.kind == "c" else dtype


def literal(x, dtype: np.dtype) -> Register:
    """A number as text."""
    if dtype.kind == "c":
        part = part_of(dtype)
        return literal(complex(x).real, part), literal(complex(x).imag, part)
    if dtype.kind == "b":
        return "true" if x else "false"
    if dtype.kind in "iu":
        return str(int(x))
    if dtype == HALF:
        with np.errstate(all="ignore"):
            return f"0xH{np.asarray(x, HALF).view(np.uint16)[()]:04X}"
    with np.errstate(all="ignore"):
        (bits,) = struct.unpack("<Q", struct.pack("<d", float(dtype.type(x))))
        return f"0x{bits:016X}"


class Code:
    """The text of one function as it grows; `fast` where the last digits of floats do not matter."""

    def __init__(self, fast: bool = False) -> None:
        self.fast = fast
        self.entry: list[str] = []  # memory on the stack, asked for at the start
        self.lines: list[str] = []
        self.ends: list[str] = []  # blocks where it ends early
        self.functions: list[str] = []  # others that it calls
        self.metadata: list[str] = []
        self.declared: dict[str, str] = {}
        self.loops: Any = None  # NumPy's, for what has no instruction
        self.count = 0
        self.leaves = False  # whether it may end early
        self._definitions: dict[str, str] = {}
        self._looked_at = (0, 0)
        self._repeated = 0  # lines that are there again when turns are written one after the other
        self.group: str | None = (
            None  # what marks accesses of the innermost loop, whose turns do not depend on each other
        )

    def fresh(self, stem: str = "t") -> str:
        self.count += 1
        return f"%{stem}{self.count}"

    def new(self, text: str) -> str:
        name = self.fresh()
        if self.fast:
            text = _FAST.sub(_FLAGS, text, count=1) if _FAST.match(text) else text
        self.lines.append(f"  {name} = {text}")
        return name

    def loosen(self) -> None:
        """Say of the last instruction, an addition of floats, that it may be done in another order with its like."""
        self.lines[-1] = _SUM.sub(r"\1 reassoc ", self.lines[-1], count=1)

    def do(self, text: str) -> None:
        self.lines.append(f"  {text}")

    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")

    def fresh_label(self, stem: str) -> str:
        return self.fresh(stem)[1:]

    def jump(self, label: str) -> None:
        self.do(f"br label %{label}")

    def definitions(self) -> dict[str, str]:
        """What each register is, as text."""
        entry, lines = self._looked_at
        for line in (*self.entry[entry:], *self.lines[lines:]):
            name, sign, text = line.partition(" = ")
            if sign:
                self._definitions[name.strip()] = text
        self._looked_at = len(self.entry), len(self.lines)
        return self._definitions

    def slot(self, kind: str, count: int = 1) -> str:
        """Memory on the stack."""
        name = self.fresh("s")
        size = f", i64 {count}" if count != 1 else ""
        self.entry.append(f"  {name} = alloca {kind}{size}, align 64")
        return name

    def note(self, text: str) -> str:
        """A line of metadata, by its number."""
        name = f"!{len(self.metadata)}"
        self.metadata.append(f"{name} = {text.replace('SELF', name)}")
        return name

    def call(self, kind: str, name: str, *args: tuple[str, str]) -> str:
        """Call a function of LLVM or of C on ``(type, register)``s; the register of what it returns."""
        self.declared[name] = f"declare {kind} @{name}({', '.join(t for t, _ in args)})"
        text = f"call {kind} @{name}({', '.join(f'{t} {r}' for t, r in args)})"
        if kind == "void":
            self.do(text)
            return ""
        return self.new(text)

    # -- elements in memory

    def _marked(self) -> str:
        return f", !llvm.access.group {self.group}" if self.group else ""

    def load(self, pointer: str, at: str, dtype: np.dtype) -> Register:
        if dtype.kind == "c":
            part = part_of(dtype)
            return self._load(pointer, at, part, 0), self._load(pointer, at, part, 1)
        if dtype.kind == "b":
            address = self.new(f"getelementptr inbounds i8, ptr {pointer}, i64 {at}")
            byte = self.new(f"load i8, ptr {address}, align 1{self._marked()}")
            return self.new(f"icmp ne i8 {byte}, 0")
        kind = type_of(dtype)
        address = self.new(f"getelementptr inbounds {kind}, ptr {pointer}, i64 {at}")
        return self.new(f"load {kind}, ptr {address}, align {dtype.itemsize}{self._marked()}")

    def _part(self, pointer, at, part, which) -> str:
        kind = type_of(part)
        return self.new(f"getelementptr inbounds {{{kind}, {kind}}}, ptr {pointer}, i64 {at}, i32 {which}")

    def _load(self, pointer, at, part, which) -> str:
        address = self._part(pointer, at, part, which)
        return self.new(f"load {type_of(part)}, ptr {address}, align {part.itemsize}{self._marked()}")

    def store(self, value: Register, pointer: str, at: str, dtype: np.dtype) -> None:
        if dtype.kind == "c":
            part = part_of(dtype)
            for which in (0, 1):
                address = self._part(pointer, at, part, which)
                self.do(f"store {type_of(part)} {value[which]}, ptr {address}, align {part.itemsize}{self._marked()}")
            return
        kind = type_of(dtype)
        if dtype.kind == "b":
            kind, value = "i8", self.new(f"zext i1 {value} to i8")
        address = self.new(f"getelementptr inbounds {kind}, ptr {pointer}, i64 {at}")
        self.do(f"store {kind} {value}, ptr {address}, align {dtype.itemsize}{self._marked()}")

    def copy(self, source: str, target: str, nbytes: int) -> None:
        size, no = ("i64", str(nbytes)), ("i1", "false")
        self.call("void", "llvm.memcpy.p0.p0.i64", ("ptr", target), ("ptr", source), size, no)

    # -- indices

    def plus(self, a: str, b: str) -> str:
        if a == "0":
            return b
        if b == "0":
            return a
        if _known(a) and _known(b):
            return str(int(a) + int(b))
        return self.new(f"add nsw i64 {a}, {b}")

    def times(self, a: str, n: int) -> str:
        if n == 0 or a == "0":
            return "0"
        if n == 1:
            return a
        if _known(a):
            return str(int(a) * n)
        return self.new(f"mul nsw i64 {a}, {n}")

    # -- loops

    @contextlib.contextmanager
    def loop(self, count: str, independent: bool = False, start: str = "0", facts: Sequence[str] = (_TURN_BY_TURN,)):
        """The index of each turn, from `start` up to `count`; `facts` are what LLVM is told.

        Loops over arrays are not written out: it gains little, and costs most of the time to compile.
        """
        head, body, after = (self.fresh_label(x) for x in ("head", "body", "after"))
        index = self.slot("i64")
        self.do(f"store i64 {start}, ptr {index}")
        self.jump(head)
        self.label(head)
        i = self.new(f"load i64, ptr {index}")
        self.jump_if(self.new(f"icmp slt i64 {i}, {count}"), body, after)
        self.label(body)
        before, size = self.group, len(self.lines) + self._repeated
        if independent:
            self.group = self.note("distinct !{}")
        yield i
        next_one = self.new(f"add nuw nsw i64 {i}, 1")
        self.do(f"store i64 {next_one}, ptr {index}")
        told = [fact for fact in facts if fact != _TURN_BY_TURN]
        if independent:
            told.append(f'!{{!"llvm.loop.parallel_accesses", {self.group}}}')
        size = len(self.lines) + self._repeated - size
        turns = int(count) - int(start) if _known(count) and _known(start) else FEW + 1
        if turns <= FEW and turns * size <= LINES:
            self._repeated += (turns - 1) * size
            # so often and no more: LLVM may put what it is told on the loop around, which has more turns
            told.append(f'!{{!"llvm.loop.unroll.count", i32 {max(turns, 1)}}}')
        elif _TURN_BY_TURN in facts:
            told.append(_TURN_BY_TURN)
        self.group = before
        self.turn(head, told)
        self.label(after)

    def turn(self, head: str, facts: Sequence[str]) -> None:
        """Go back to the head of a loop, of which LLVM is told some facts."""
        own = ", ".join(["SELF", *map(self.note, facts)])
        marked = f", !llvm.loop {self.note(f'distinct !{{{own}}}')}" if facts else ""
        self.do(f"br label %{head}{marked}")

    def jump_if(self, condition: str, then: str, otherwise: str, odds: tuple[int, int] | None = None) -> None:
        known = ""
        if odds:
            weights = f'!{{!"branch_weights", i32 {odds[0]}, i32 {odds[1]}}}'
            known = f", !prof {self.note(weights)}"
        self.do(f"br i1 {condition}, label %{then}, label %{otherwise}{known}")

    def leave_if(self, condition: str) -> None:
        """End the function here, without results."""
        go_on = self.fresh_label("on")
        self.leaves = True
        self.jump_if(condition, "leave", go_on)
        self.label(go_on)

    def text(self, name: str, arguments: str) -> str:
        """The whole module."""
        end = [*self.ends, *(["leave:", "  ret void"] if self.leaves else [])]
        body = "\n".join(
            [f"define void @{name}({arguments}) {{", "entry:", *self.entry, *self.lines, "  ret void", *end, "}"]
        )
        return "\n".join([*self.declared.values(), *self.functions, body, *self.metadata])


def _known(x: str) -> bool:
    return not x.startswith("%")
