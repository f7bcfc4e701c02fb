"""From a program to the text of one function: node by node, with neighbours in one loop nest."""

from __future__ import annotations

import contextlib
from typing import Any

from ...program import views
from ...program.builder import NotHeld
from ...program.nodes import Block, Node, Value
from . import (
    along,
    calls,
    control,
    gathers,
    in_order,
    interrupts,
    leaving,
    nests,
    products,
    reductions,
    runs,
    sorting,
    sums,
    threads,
)
from .code import Code, Register, literal
from .elements import element
from .inner_loops import Loops
from .memory import Buffer, Room, Runs
from .plan import LAZY, Plan, nbytes
from .trees import Turn


class Frame:
    """A block that is being written, and how far."""

    def __init__(self, block: Block, repeats: bool) -> None:
        self.block, self.repeats = block, repeats
        self.at = 0
        self.taken: list[Buffer] = []


class Emitter:
    """Writes one program.

    Parameters
    ----------
    program : Block
    donated : dict of int to int
        Arguments whose memory becomes that of a result.
    least : float
        Nanoseconds of work from which on threads share a nest.
    fastmath : bool
        Whether the last digits of floats do not matter.
    stops : bool
        Whether signals are looked for in long loops.
    reorders : bool
        Whether sums that loops carry may be added in another order.

    Attributes
    ----------
    looks : interrupts.Looks
    """

    def __init__(
        self,
        program: Block,
        donated: dict[int, int] | None = None,
        least: float = threads.LEAST,
        fastmath: bool = False,
        stops: bool = True,
        reorders: bool = True,
    ) -> None:
        self.program = program
        self.least = least
        self.alone = False  # whether what is written is one thread's
        self.apart = 0  # bytes for runs that the caller needs in nests that threads share
        self.plan = Plan(program)
        self.looks = interrupts.Looks(program if stops else Block())
        self.waiting: dict[Node, str] = {}  # what leaves the program after the loop around it, and where it says so
        self.leaves_late = leaving.comes_late(program)
        self.looked = ""  # where it stands when that was
        self.kept: list[tuple[str, str, int]] = []  # copies of what is written in place, where it lies, and bytes
        self.code = Code(fastmath)
        self.room = Room(self.code)
        self.frames: list[Frame] = []
        self.scalars: dict[Value, Register] = {}
        self.places: dict[Value, Buffer] = {}
        self.wanted: dict[Value, Buffer] = {}  # where it would be good to have a value
        self.constants: list[Any] = []
        self.donated = donated or {}
        self._loose = sums.loose(program) if reorders else set()
        self._defined: dict[Block, set[Value]] = {}
        self.is_lazy = self.plan.is_lazy
        self.loops = self.code.loops = Loops()
        self.runs = Runs(self.room, runs.RUN)
        self.callbacks: list = []

    def text(self) -> str:
        """The module with the function ``program(inputs, results, constants, room)``."""
        code, block = self.code, self.program
        pointer = self._pointers("inputs", len(block.inputs))
        for k, value in enumerate(block.inputs):
            if not value.shape:
                self.scalars[value] = code.load(pointer[k], "0", value.dtype)
                continue
            self.put(value, Buffer(code, self._slot(pointer[k]), nbytes(value), k in self.donated, pointer[k]))
        interrupts.begin(self, pointer)
        pointer = self._pointers("results", len(block.results))
        self.exits = leaving.Exits(self, pointer[-1] if pointer else "null")
        outs: list = []
        self.given_back = {j: self.places[v] for i, j in self.donated.items() if (v := block.inputs[i]).shape}
        for k, value in enumerate(block.results):
            if not value.shape:
                outs.append(pointer[k])
                continue
            buffer = self.given_back.get(k) or Buffer(code, self._slot(pointer[k]), nbytes(value), True, pointer[k])
            outs.append(buffer)
            control.want(self, value, buffer)
        with self.frame(block, False):
            self.nodes(block)
            control.settle(self, block.results, outs)
        code.ends += [*interrupts.end(self), *self.exits.ends(interrupts.put_back(self))]
        if self.apart:
            code.entry.append(f"  %runs = getelementptr inbounds i8, ptr %room, i64 {self.room.extend(self.apart)}")
        return code.text("program", "ptr %inputs, ptr %results, ptr %constants, ptr %room")

    def donates(self) -> int:
        """How many bytes are written in place."""
        return sum(nbytes(self.program.inputs[k]) for k in self.donated)

    def always_copies(self) -> bool:
        """Whether what is written in place is always copied before."""
        return self.leaves_late or bool(self.looks.every and not self.looks.limits)

    def _pointers(self, of: str, count: int) -> list[str]:
        found = []
        for k in range(count):
            address = self.code.new(f"getelementptr inbounds ptr, ptr %{of}, i64 {k}")
            found.append(self.code.new(f"load ptr, ptr {address}"))
        return found

    def _slot(self, pointer: str) -> str:
        slot = self.code.slot("ptr")
        self.code.do(f"store ptr {pointer}, ptr {slot}")
        return slot

    def callback(self, function, arguments, results) -> calls.Callback:
        """What calls a function of the host."""
        self.callbacks.append(calls.Callback(function, arguments, results))
        return self.callbacks[-1]

    # -- where values are

    def scalar(self, value: Value) -> Register:
        found = self.scalars.get(value)
        if found is None:
            assert value.constant is not None, value
            return literal(value.constant, value.dtype)
        return found

    def place(self, value: Value) -> Buffer:
        return self.places[value]

    def put(self, value: Value, buffer: Buffer) -> None:
        """Let a value lie there."""
        self.places[value] = buffer
        buffer.holders.add(value)

    def take(self, value: Value, wanted: bool = True) -> Buffer:
        """Memory for a value: where it is wanted, if that is free."""
        there = self.wanted.get(value) if wanted else None
        if there is not None and self.is_free(there, including=1):
            there.holders.clear()
            return there
        buffer = self.room.take(nbytes(value))
        buffer.holders.clear()
        self.frames[-1].taken.append(buffer)
        return buffer

    def is_over(self, value: Value, including: int = 0) -> bool:
        """Whether nobody reads a value after the present node; with `including` 1 the present one does not either."""
        for frame in reversed(self.frames):
            if self.plan.last[frame.block].get(value, -1) > frame.at - including:
                return False
            including = 0  # what blocks inside it read, a node around them reads too
            if value in self.defined(frame.block):
                return True
            if frame.repeats:
                return False
        return True

    def defined(self, block: Block) -> set:
        """The values that a block makes, inputs included."""
        found = self._defined.get(block)
        if found is None:
            found = self._defined[block] = {*block.inputs, *(out for node in block.nodes for out in node.outs)}
        return found

    def is_free(self, buffer: Buffer, including: int = 0) -> bool:
        """Whether it may be overwritten after the present node, or by it."""
        return buffer.owned and not buffer.reserved and all(self.is_over(v, including) for v in buffer.holders)

    def release(self) -> None:
        """Give back what nobody needs any more."""
        frame = self.frames[-1]
        left = []
        for buffer in frame.taken:
            if buffer.inside and buffer.holders and all(self.is_over(v) for v in buffer.holders):
                buffer.holders.clear()
                self.room.give_back(buffer)
            else:
                left.append(buffer)
        frame.taken = left

    # -- blocks

    @contextlib.contextmanager
    def frame(self, block: Block, repeats: bool):
        frame = Frame(block, repeats)
        self.frames.append(frame)
        try:
            yield frame
        finally:
            self.frames.pop()
            for buffer in frame.taken:
                buffer.holders.clear()
                self.room.give_back(buffer)

    def nodes(self, block: Block) -> None:
        """Write the nodes of the block whose frame is the last."""
        frame = self.frames[-1]
        done: set[Node] = set()
        for at, node in enumerate(block.nodes):
            if node in done:
                continue
            frame.at = at
            self.node(node, block, at, done)
            self.release()
        frame.at = len(block.nodes)

    def node(self, node: Node, block: Block, at: int, done: set) -> None:
        kind = node.kind
        if kind in LAZY:
            (out,) = node.outs
            if not out.shape:
                self.number(node)
            elif not self.is_lazy(out):
                nests.together(self, block, at, done)
            return
        if kind == "write":
            nests.together(self, block, at, done)
            return
        _KINDS[kind](self, node)

    def number(self, node: Node) -> None:
        """Compute a value without axes now."""
        (out,) = node.outs
        if node.kind == "map":
            args = [self.scalar(a) for a in node.args]
            kinds = [a.dtype for a in node.args]
            self.scalars[out] = element(self.code, node.params["op"], out.dtype, args, kinds)
            if node in self._loose:
                self.code.loosen()
            return
        turn = Turn(self, [])
        if node.kind == "view":
            self.scalars[out] = turn.at(node.args[0], node.params["map"])
            return
        if node.kind == "gather":
            self.scalars[out] = turn.gathered(out, views.Map(()))
            return
        raise NotHeld(f"{node.kind} without axes")


def _nothing(emitter, node) -> None:
    pass


def _array(emitter: Emitter, node: Node) -> None:
    (out,) = node.outs
    k = len(emitter.constants)
    emitter.constants.append(node.params["value"])
    code = emitter.code
    slot = code.slot("ptr")
    address, pointer = code.fresh("a"), code.fresh("a")
    code.entry.append(f"  {address} = getelementptr inbounds ptr, ptr %constants, i64 {k}")
    code.entry.append(f"  {pointer} = load ptr, ptr {address}")
    code.entry.append(f"  store ptr {pointer}, ptr {slot}")
    emitter.put(out, Buffer(code, slot, nbytes(out), False, pointer))


def _empty(emitter: Emitter, node: Node) -> None:
    (out,) = node.outs
    emitter.put(out, emitter.take(out))


def _reshape(emitter: Emitter, node: Node) -> None:
    (out,) = node.outs
    emitter.put(out, emitter.place(node.args[0]))


def _reduce(emitter: Emitter, node: Node) -> None:
    (in_order if node.params.get("exact") else reductions).reduce(emitter, node)


_KINDS = {
    "number": _nothing,
    "array": _array,
    "empty": _empty,
    "reshape": _reshape,
    "reduce": _reduce,
    "position": along.position,
    "running": along.running,
    "sort": sorting.sort,
    "product": products.product,
    "scatter": gathers.scatter,
    "loop": control.loop,
    "branch": control.branch,
    "call": calls.call,
    "leave": leaving.leave,
    "place": leaving.place,
}
