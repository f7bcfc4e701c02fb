"""A program that is left in its middle, because something has failed: its last result says what."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ...program.nodes import Block, Node
from .code import type_of

ODDS = 1, 1 << 16  # that something fails

_WRITES_NOTHING = {"number", "array", "empty", "reshape", "leave", "place"}


def comes_late(block: Block) -> bool:
    """Whether a program may be left when arrays have been written."""
    return _goes_on(block, False) is None


def _goes_on(block: Block, written: bool) -> bool | None:
    """Whether arrays have been written after a block; None where it may be left when some have."""
    for node in block.nodes:
        if node.kind in ("leave", "place") and written:
            return None
        after = written or (node.kind not in _WRITES_NOTHING and any(v.shape for v in node.outs))
        for inner in node.blocks:
            before = after if node.kind == "loop" else written  # the turn before has written
            ends = _goes_on(inner, before)
            if ends is None:
                return None
            after = after or ends
        written = after
    return written


class Exits:
    """The blocks in which a program ends early, one for each number that it may end with.

    Attributes
    ----------
    place : str
        The address of its last result.
    """

    def __init__(self, emitter, place: str) -> None:
        self.emitter, self.place = emitter, place
        self.labels: dict[int, str] = {}

    def label(self, number: int) -> str:
        found = self.labels.get(number)
        if found is None:
            found = self.labels[number] = self.emitter.code.fresh_label("failed")
        return found

    def ends(self, before: list[str]) -> list[str]:
        """Their lines; `before` are those of what is done before the end."""
        kind = type_of(self.emitter.program.results[-1].dtype) if self.labels else ""
        lines = []
        for number, label in self.labels.items():
            lines += [f"{label}:", *before, f"  store {kind} {number}, ptr {self.place}", "  ret void"]
        return lines


def that_wait(node: Node) -> list[Node]:
    """What leaves the program in the middle of a loop, and can do so after it as well: LLVM writes out such loops.

    That is one thing alone, as what fails first is told, and in a loop whose turns do nothing that is seen outside.
    """
    found: list[Node] = []
    for inner in _inside(node.blocks[-1]):
        if inner.kind in ("loop", "call", "place"):
            return []
        if inner.kind == "leave":
            found.append(inner)
    return found if all(n.params["waits"] for n in found) and len({n.params["code"] for n in found}) == 1 else []


def _inside(block: Block) -> Iterator[Node]:
    for node in block.nodes:
        yield node
        for inner in node.blocks:
            yield from _inside(inner)


@contextlib.contextmanager
def waiting(emitter, nodes: list[Node]) -> Iterator[None]:
    """Around a loop in which some nodes only take down that they are to leave the program."""
    if not nodes:
        yield
        return
    code, slot = emitter.code, emitter.code.slot("i8")
    code.do(f"store i8 0, ptr {slot}")
    emitter.waiting |= dict.fromkeys(nodes, slot)
    yield
    failed = code.new(f"icmp ne i8 {code.new(f'load i8, ptr {slot}')}, 0")
    _jump(emitter, failed, nodes[0].params["code"])


def _jump(emitter, truth: str, number: int) -> None:
    go_on = emitter.code.fresh_label("on")
    emitter.code.jump_if(truth, emitter.exits.label(number), go_on, ODDS)
    emitter.code.label(go_on)


def leave(emitter, node: Node) -> None:
    """Where a truth is true; of several that must hold, one is asked after the other."""
    code, (truth,) = emitter.code, node.args
    slot = emitter.waiting.get(node)
    if slot is not None:
        before, failed = code.new(f"load i8, ptr {slot}"), code.new(f"zext i1 {emitter.scalar(truth)} to i8")
        code.do(f"store i8 {code.new(f'or i8 {before}, {failed}')}, ptr {slot}")
        return
    go_on = code.fresh_label("on")
    while truth.node is not None and truth.node.kind == "map" and truth.node.params["op"] == "and":
        first, truth = truth.node.args
        more = code.fresh_label("more")
        code.jump_if(emitter.scalar(first), more, go_on, ODDS)
        code.label(more)
    code.jump_if(emitter.scalar(truth), emitter.exits.label(node.params["code"]), go_on, ODDS)
    code.label(go_on)


def place(emitter, node: Node) -> None:
    """The place that an index stands for: itself, most times, which one comparison tells."""
    code, (out,), length = emitter.code, node.outs, node.params["length"]
    index, kind = emitter.scalar(node.args[0]), type_of(out.dtype)
    ask, other, inside = (code.fresh_label(x) for x in ("ask", "other", "inside"))
    code.jump(ask)
    code.label(ask)
    code.jump_if(code.new(f"icmp ult {kind} {index}, {length}"), inside, other, ODDS[::-1])
    code.label(other)
    moved = code.new(f"add {kind} {index}, {length}")
    fits = code.new(f"icmp ult {kind} {moved}, {length}")
    code.jump_if(fits, inside, emitter.exits.label(node.params["code"]))
    code.label(inside)
    emitter.scalars[out] = code.new(f"phi {kind} [ {index}, %{ask} ], [ {moved}, %{other} ]")
