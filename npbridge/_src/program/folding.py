"""Steps on numbers that are known: done once, while the program is made."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np

_STEPS: dict[str, Callable] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "neg": operator.neg, "abs": np.abs,
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "eq": operator.eq, "ne": operator.ne,
    "and": operator.and_, "or": operator.or_, "xor": operator.xor, "not": np.invert, "sign": np.sign,
    "max": np.maximum, "min": np.minimum, "real": np.real, "imag": np.imag, "complex": lambda a, b: a + 1j * b,
    "floor": np.floor, "ceil": np.ceil, "round_even": np.rint, "is_finite": np.isfinite, "convert": lambda a: a,
    "select": lambda which, *cases: cases[int(which)], "div": None, "rem": None,
}  # fmt: skip


def folded(op: str, dtype: np.dtype, args):
    """The number that a step on known numbers gives, or None where it is not known, or left to the run."""
    step = _STEPS.get(op)
    if op not in _STEPS or any(a.constant is None for a in args):
        return None
    values = [np.asarray(a.constant, a.dtype)[()] for a in args]
    if op in ("div", "rem"):
        if dtype.kind not in "iu" or values[1] == 0 or values[1] == -1 or values[0] < 0 or values[1] < 0:
            return None
        return dtype.type(values[0] // values[1] if op == "div" else values[0] % values[1])
    assert step is not None
    if op == "convert" and dtype.kind in "iu":
        whole = int(values[0].real) if np.isfinite(values[0]) else None
        return whole if whole is not None and _fits(whole, dtype) else None
    if dtype.kind in "iu" and op not in ("select", "and", "or", "xor", "not", "max", "min", "sign"):
        exact = step(*(int(v) for v in values))
        return exact if _fits(exact, dtype) else None
    with np.errstate(all="ignore"):
        return dtype.type(step(*values))


def _fits(number: int, dtype: np.dtype) -> bool:
    limits = np.iinfo(dtype)
    return limits.min <= number <= limits.max
