"""Steps on what is known: done once, while the program is made."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np

from .nodes import Value
from .ranges import BEYOND, Ranges, limits


def only(x: Value) -> Value | None:
    """The number that all elements are, where it is seen."""
    if not x.shape:
        return x
    node = x.node
    return node.args[0] if node is not None and node.kind == "view" and not node.args[0].shape else None


def complex_of(re, im):
    """The complex numbers that have these parts: ``re + 1j * im`` is NaN where a part is infinite."""
    found = np.empty(np.broadcast_shapes(np.shape(re), np.shape(im)), np.result_type(re, im, np.complex64))
    found.real, found.imag = re, im
    return found[()]


def looked_at(x, dtype: np.dtype):
    """What a conversion to a dtype looks at: of a complex number the real part, unless it becomes complex or a truth.

    NumPy does the same, and warns.
    """
    return x.real if x.dtype.kind == "c" and dtype.kind not in "cb" else x


_STEPS: dict[str, Callable] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "neg": operator.neg, "abs": np.abs,
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "eq": operator.eq, "ne": operator.ne,
    "and": operator.and_, "or": operator.or_, "xor": operator.xor, "not": np.invert, "sign": np.sign,
    "max": np.maximum, "min": np.minimum, "real": np.real, "imag": np.imag, "complex": complex_of,
    "floor": np.floor, "ceil": np.ceil, "round_even": np.rint, "trunc": np.trunc, "is_finite": np.isfinite,
    "select": lambda which, *cases: cases[int(which)],
}  # fmt: skip


def folded(op: str, dtype: np.dtype, args):
    """The number that a step on known numbers gives, or None where it is not known, or left to the run."""
    if any(a.constant is None for a in args):
        return None
    return folded_numbers(op, dtype, [np.asarray(a.constant, a.dtype)[()] for a in args])


def folded_numbers(op: str, dtype: np.dtype, values: list):
    """The same of NumPy's scalars."""
    with np.errstate(all="ignore"):
        if op == "convert":
            return _converted(values[0], dtype)
        if op in ("div", "rem"):
            return _divided(op, dtype, *values)
        step = _STEPS.get(op)
        if step is None:
            return None
        if dtype.kind in "iu" and op not in ("select", "and", "or", "xor", "not", "max", "min", "sign"):
            exact = step(*(int(v) for v in values))
            return exact if _fits(exact, dtype) else None
        return dtype.type(step(*values))


def _converted(x, dtype: np.dtype):
    x = looked_at(x, dtype)
    if dtype.kind not in "iu":
        return dtype.type(x)
    whole = int(x) if np.isfinite(x) else None
    return whole if whole is not None and _fits(whole, dtype) else None


def _divided(op: str, dtype: np.dtype, x, y):
    if dtype.kind not in "iu" or y == 0 or y == -1 or x < 0 or y < 0:
        return None
    return dtype.type(x // y if op == "div" else x % y)


def _fits(number: int, dtype: np.dtype) -> bool:
    limits = np.iinfo(dtype)
    return limits.min <= number <= limits.max


def simpler(op: str, dtype: np.dtype, args, ranges: Ranges):
    """What a step gives without being done: one of its arguments, or a number; None where it must be done.

    Floats are what they are: 0 times a NaN is no 0.
    """
    if op == "select":
        return _chosen(*args)
    if len(args) == 1:
        return args[0] if op == "convert" and args[0].dtype == dtype else None
    if len(args) != 2 or any(a.dtype.kind not in "biu" for a in args):
        return None
    x, y = args
    if op.startswith(BEYOND):
        low, high = ranges.before_it_is_cut(op.removeprefix(BEYOND), x, y)
        least, most = limits(x.dtype)
        return False if least <= low and high <= most else True if high < least or low > most else None
    known = [None if (n := only(a)) is None else n.constant for a in args]
    if x is y and op in _OF_ITSELF:
        return {"sub": 0, "xor": 0}.get(op, op in ("eq", "le", "ge")) if op not in ("and", "or", "max", "min") else x
    if dtype.kind == "b" and op in ("eq", "ne") and x.dtype.kind == "b" and known[1] is not None:
        if bool(known[1]) == (op == "eq"):
            return x
    if op in _COMPARISONS:
        found = ranges.compared(op, x, y)
        return _which_was_chosen(op, x, known[1]) if found is None else found
    if op in ("max", "min"):
        return ranges.larger(x, y) if op == "max" else ranges.smaller(x, y)
    for number, other in ((known[1], x), (known[0], y)):
        if number is None or (number is known[0] and op not in _EITHER_WAY):
            continue
        if number == _LEAVES.get(op) and other.dtype == dtype:
            return other
        if op == "and" and dtype.kind == "b":
            return other if number else False
        if op == "or" and dtype.kind == "b" and number:
            return True
        if (op == "mul" and number == 0) or (op == "rem" and number == 1):
            return 0
    return None


_COMPARISONS = {"lt", "le", "gt", "ge", "eq", "ne"}
_OF_ITSELF = {"sub", "xor", "and", "or", "max", "min", *_COMPARISONS}
_EITHER_WAY = {"add", "mul", "and", "or", "xor"}
_LEAVES = {"add": 0, "sub": 0, "or": 0, "xor": 0, "mul": 1, "div": 1, "shift_left": 0}  # what changes nothing


def _chosen(which: Value, *cases: Value) -> Value | None:
    """The case that a choice is known to take."""
    number = only(which)
    if number is not None and number.constant is not None:
        return cases[int(number.constant)]
    return cases[0] if all(c is cases[0] for c in cases) else None


def _which_was_chosen(op: str, chosen: Value, number) -> Value | bool | None:
    """The truth by which one of two numbers was chosen, where a comparison asks which."""
    node = chosen.node
    if op not in ("eq", "ne") or number is None or node is None or node.kind != "map" or node.params["op"] != "select":
        return None
    truth, *cases = node.args
    numbers = [None if (n := only(x)) is None else n.constant for x in cases]
    if truth.shape or None in numbers or numbers[0] == numbers[1]:
        return None
    hits = [n == number for n in numbers]
    if hits == [op == "ne", op == "eq"]:
        return truth
    return None if any(hits) else op == "ne"
