"""Steps on numbers that are known: done once, while the program is made."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np


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
    "floor": np.floor, "ceil": np.ceil, "round_even": np.rint, "is_finite": np.isfinite,
    "select": lambda which, *cases: cases[int(which)],
}  # fmt: skip


def folded(op: str, dtype: np.dtype, args):
    """The number that a step on known numbers gives, or None where it is not known, or left to the run."""
    if any(a.constant is None for a in args):
        return None
    values = [np.asarray(a.constant, a.dtype)[()] for a in args]
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
