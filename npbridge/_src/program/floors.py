"""What is rounded by a choice: quotients and rests, down, by a positive number; floats, toward zero."""

from __future__ import annotations

import numpy as np

from .folding import only
from .nodes import Node, Value


def floored(no: Value, yes: Value, which: Value) -> tuple[str, Value, Value] | None:
    """``(op, x, y)``, where a choice corrects what was rounded toward zero: `op` is ``floor_div`` or ``floor_rem``."""
    own, other = no.node, yes.node
    if own is None or other is None or not own.kind == other.kind == "map":
        return None
    op = own.params["op"]
    if op not in ("div", "rem") or other.params["op"] != ("sub" if op == "div" else "add") or other.args[0] is not no:
        return None
    x, y = own.args
    by, added = _number(y), _number(other.args[1])
    if by is None or x.dtype.kind != "i" or x.dtype != y.dtype or by <= 0 or added != (1 if op == "div" else by):
        return None
    asked = _all_asked(which)
    told = {"below"} if op == "rem" else {"other sign", "rest"}
    kinds = {_what(truth, x, by) for truth in asked}
    return (f"floor_{op}", x, y) if told <= kinds <= {*told, "rest"} else None


def cut(no: Value, yes: Value, which: Value) -> Value | None:
    """The number that a choice between its two neighbours rounds toward zero."""
    up, down, asked = _step(yes, "ceil"), _step(no, "floor"), _step(which, "lt")
    if up is None or down is None or asked is None or not up.args[0] is down.args[0] is asked.args[0]:
        return None
    zero = only(asked.args[1])
    return up.args[0] if zero is not None and zero.constant is not None and zero.constant == 0 else None


def _number(value: Value) -> int | None:
    seen = only(value)
    return None if seen is None or seen.constant is None or seen.dtype.kind not in "iu" else int(seen.constant)


def _all_asked(truth: Value) -> list[Value]:
    """The truths that must all hold."""
    node = _step(truth, "and")
    return [truth] if node is None else [t for x in node.args for t in _all_asked(x)]


def _what(truth: Value, x: Value, by: int) -> str:
    """What a truth says of a quotient by a positive number: that it has a rest, one below zero, or another sign."""
    node = truth.node
    if node is None or node.kind != "map" or len(node.args) != 2:
        return ""
    op, left, number = node.params["op"], node.args[0], _number(node.args[1])
    rest, sign = _step(left, "rem"), _step(left, "sign")
    if rest is not None and rest.args[0] is x and _number(rest.args[1]) == by and number == 0:
        return {"ne": "rest", "lt": "below"}.get(op, "")
    return "other sign" if sign is not None and sign.args[0] is x and (op, number) == ("ne", 1) else ""


def _step(value: Value, op: str) -> Node | None:
    node = value.node
    return node if node is not None and node.kind == "map" and node.params["op"] == op else None


def rounded_down(op: str, x, y):
    """What the steps give, of NumPy's numbers or arrays."""
    return np.floor_divide(x, y) if op == "floor_div" else np.remainder(x, y)
