"""The part of an array that a nest has to look at, as registers: what is constant outside is left out."""

from __future__ import annotations

from ...program.nodes import Value
from ...program.spans import Side, Span
from .elements import element
from .trees import INDEX

Box = dict[int, tuple[str, str]]


def registers(emitter, spans: dict[int, Span], shape: tuple) -> Box:
    """The first place along each axis, and the one after the last, both inside the array."""
    known: dict = {}
    found = {}
    for axis, span in spans.items():
        ends = _side(emitter, span.first, known), _side(emitter, span.last, known)
        first, last = (_smaller(emitter.code, _larger(emitter.code, end, "0"), str(shape[axis])) for end in ends)
        found[axis] = first, last
    return found


def steps(emitter, spans: dict[int, Span]) -> dict[int, str]:
    """The distance between places along each axis, where not all between the first and the last matter."""
    known: dict = {}
    found = {}
    for axis, span in spans.items():
        if span.step is None:
            continue
        code = emitter.code
        outside = code.new(f"icmp slt i64 {_side(emitter, span.first, known)}, 0")  # where it cannot begin
        step = _larger(code, _side(emitter, span.step, known), "1")
        found[axis] = code.new(f"select i1 {outside}, i64 1, i64 {step}")
    return found


def begins_inside(emitter, spans: dict[int, Span]) -> str:
    """Whether places that are some steps apart begin where the box does: no step leads to another place of it."""
    known: dict = {}
    code, found = emitter.code, "true"
    for span in spans.values():
        if span.step is not None:
            for side, least in ((span.first, 0), (span.step, 1)):
                found = code.new(f"and i1 {found}, {code.new(f'icmp sge i64 {_side(emitter, side, known)}, {least}')}")
    return found


def both(code, a: tuple[str, str], b: tuple[str, str] | None) -> tuple[str, str]:
    """The places that are in two parts."""
    return a if b is None else (_larger(code, a[0], b[0]), _smaller(code, a[1], b[1]))


def _side(emitter, side: Side, known: dict) -> str:
    if side in known:
        return known[side]
    if side.op:
        step = _larger if side.op == "max" else _smaller
        found = step(emitter.code, *(_side(emitter, s, known) for s in side.of))
    elif side.value is None:
        found = str(side.add)
    else:
        found = _moved(emitter, side.value, side.sign, side.add)
    known[side] = found
    return found


def _moved(emitter, value: Value, sign: int, add: int) -> str:
    """``sign * value + add``, or the largest integer."""
    code = emitter.code
    found = element(code, "convert", INDEX, [emitter.scalar(value)], [value.dtype])
    if sign < 0:
        found = code.call("i64", "llvm.ssub.sat.i64", ("i64", "0"), ("i64", found))
    return code.call("i64", "llvm.sadd.sat.i64", ("i64", found), ("i64", str(add))) if add else found


def _larger(code, a: str, b: str) -> str:
    return _of_two(code, "max", a, b)


def _smaller(code, a: str, b: str) -> str:
    return _of_two(code, "min", a, b)


def _of_two(code, op: str, a: str, b: str) -> str:
    if not a.startswith("%") and not b.startswith("%"):
        return str((max if op == "max" else min)(int(a), int(b)))
    return a if a == b else code.call("i64", f"llvm.s{op}.i64", ("i64", a), ("i64", b))
