"""How many turns a loop has at most, as far as the program tells: a number moves one way, and may only lie inside."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np

from .nodes import Block, Node, Value
from .ranges import Range, Ranges, limits

INDEX = np.dtype("int64")
SMALL_STEP = 1024  # in years no counter comes to its limit by such steps
BOTTOM, TOP = limits(INDEX)[0] + SMALL_STEP, limits(INDEX)[1] - SMALL_STEP
FAR = 1 << 62  # what lies beyond is no limit
DEEP = 8  # steps that are looked through


def most(ranges: Ranges, init: list[Value], cond: Block, body: Block) -> int | None:
    """The largest number of turns of a loop that goes on while `cond` says so; None where none is known."""
    facts = list(_facts(ranges, cond, body))
    found = []
    for k, (x, before, after) in enumerate(zip(init, body.inputs, body.results, strict=True)):
        if x.shape or x.dtype.kind not in "iu":
            continue
        step = _moved(ranges, after, before)
        if step is None or step[0] <= 0 <= step[1]:
            continue
        own = {before, after, cond.inputs[k]}
        for value, limit in facts:
            if value in own:
                limit = _within(ranges.of(x), limit, up=step[0] > 0)
            elif not _moves_along(value, before, body):
                continue
            turns = _turns(limit, step)
            if turns is not None:
                found.append(turns)
    return min(found, default=None)


def one_way(ranges: Ranges, x: Value, before: Value, after: Value) -> Range | None:
    """Where a number lies that only grows, or only shrinks, by small steps: in years none comes to its limits."""
    if x.dtype != INDEX or x.shape or (moved := _moved(ranges, after, before, slowly=True)) is None:
        return None
    low, high = ranges.of(x)
    if 0 <= moved[0] <= moved[1] <= SMALL_STEP:
        return (low, TOP) if high < FAR or high == TOP else None  # it may come from another that grows
    if -SMALL_STEP <= moved[0] <= moved[1] <= 0:
        return (BOTTOM, high) if low > -FAR or low == BOTTOM else None
    return None


def carried(
    ranges: Ranges, init: list[Value], before: list[Value], after: list[Value], known: dict[int, Range]
) -> dict[int, Range]:
    """Limits of the integers that a loop carries, by what its turns leave, whatever they find.

    They hold before each turn and after the last.  Nothing is given where all is `known`.
    """
    found: dict[int, Range] = {}
    for k, (x, own, result) in enumerate(zip(init, before, after, strict=True)):
        if own.dtype.kind not in "iu" or own is result or own.shape:
            continue
        (low, high), (a, c), whole = ranges.of(x), ranges.of(result), limits(own.dtype)
        limit = min(low, a), max(high, c)
        if limit == whole:
            limit = one_way(ranges, x, own, result) or whole
        now = known.get(k, whole)
        limit = max(limit[0], now[0]), min(limit[1], now[1])
        if limit != now:
            found[k] = limit
    return {**known, **found} if found else {}


def _facts(ranges: Ranges, cond: Block, body: Block) -> Iterator[tuple[Value, Range]]:
    """Between which limits numbers lie in each turn that another one follows."""
    asked = [cond.results[0]]
    while asked:
        truth = asked.pop()
        node = truth.node
        if node is not None and node.kind == "map" and node.params["op"] == "and" and node in cond.nodes:
            asked += node.args
        elif truth in cond.inputs:  # the turn before has said so
            yield from ranges.told(body.results[cond.inputs.index(truth)], True).items()
        else:
            yield from ranges.told(truth, True).items()
    for node in body.nodes:
        if node.kind == "place":
            yield node.args[0], (-node.params["length"], node.params["length"] - 1)
        if node.kind == "leave":
            yield from ranges.told(node.args[0], False).items()


def _moved(ranges: Ranges, value: Value, before: Value, depth: int = 0, slowly: bool = False) -> Range | None:
    """By how much a number differs from what it was before a turn; `slowly` counts one turn of each loop inside."""
    if value is before:
        return 0, 0
    node = value.node
    if node is None or depth > DEEP:
        return None
    inside = functools.partial(_moved, ranges, before=before, depth=depth + 1, slowly=slowly)
    at = node.outs.index(value)
    if node.kind == "branch":
        return _any_of([inside(block.results[at]) for block in node.blocks])
    if node.kind == "loop":
        first, body = inside(node.args[at]), node.blocks[-1]
        own = body.inputs[at + len(body.inputs) - len(node.outs)]
        turn = None if first is None else _moved(ranges, body.results[at], own, depth + 1, slowly)
        if first is None or turn is None:
            return None
        far = 1 if slowly else FAR
        return first[0] + far * min(turn[0], 0), first[1] + far * max(turn[1], 0)
    if node.kind != "map":
        return None
    op, args = node.params["op"], node.args
    if op == "select":
        return _any_of([inside(x) for x in args[1:]])
    if op not in ("add", "sub"):
        return None
    for x, y in (args, args[::-1]) if op == "add" else (args,):
        moved = inside(x)
        if moved is not None:
            low, high = ranges.of(y)
            return (moved[0] + low, moved[1] + high) if op == "add" else (moved[0] - high, moved[1] - low)
    return None


def _any_of(moves: list[Range | None]) -> Range | None:
    known = [m for m in moves if m is not None]
    return (min(m[0] for m in known), max(m[1] for m in known)) if len(known) == len(moves) else None


def _moves_along(value: Value, before: Value, body: Block) -> bool:
    """Whether a number is the one that moves, with one added that stays the same in all turns."""
    node: Node | None = value.node
    if node is None or node.kind != "map" or node.params["op"] != "add" or before not in node.args:
        return False
    other = node.args[node.args[0] is before]
    return other not in body.inputs and (other.node is None or other.node not in body.nodes)


def _within(start: Range, limit: Range, up: bool) -> Range:
    """Where a number lies that comes from the start and moves one way."""
    return (start[0], limit[1]) if up else (limit[0], start[1])


def _turns(limit: Range, step: Range) -> int | None:
    low, high = limit
    if low <= -FAR or high >= FAR:
        return None
    return max(high - low, 0) // min(abs(step[0]), abs(step[1])) + 2
