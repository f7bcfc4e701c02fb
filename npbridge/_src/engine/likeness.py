"""Whether an engine gave what NumPy gave: values, types, dtypes, shapes."""

from __future__ import annotations

import collections
from typing import Any, NamedTuple

import numpy as np

from ..array.classes import OURS
from ..ground.users import is_users_class

# of the scale of the numbers in an array: how far results may part where sums are reordered, and functions rounded
CLOSE = {8: 1e-9, 4: 1e-5, 2: 1e-2}
DEEP = 20


class Kept:
    """The values of an array at a moment, and whether it was one of ours."""

    __slots__ = ("ours", "values")

    def __init__(self, array: Any) -> None:
        self.ours = type(array) in OURS
        self.values = np.array(array._read() if self.ours else array, copy=True)


class Parts(NamedTuple):
    """What was in a container or an object."""

    kind: type
    keys: Any
    items: list


def kept(x: Any, depth: int = 0, around: tuple = ()) -> Any:
    """`x` with copies of the arrays in it, at any depth of containers and objects of the user's."""
    kind = type(x)
    if kind in OURS or isinstance(x, np.ndarray):
        return Kept(x)
    if depth > DEEP or id(x) in around:
        return kind
    around = (*around, id(x))
    if kind in (list, collections.deque) or isinstance(x, tuple):
        return Parts(kind, len(x), [kept(v, depth + 1, around) for v in x])
    if isinstance(x, dict):
        return Parts(kind, list(x), [kept(v, depth + 1, around) for v in x.values()])
    if is_users_class(kind) and not isinstance(x, type) and type(getattr(x, "__dict__", None)) is dict:
        return Parts(kind, list(vars(x)), [kept(v, depth + 1, around) for v in vars(x).values()])
    return x


def largest(x: Any) -> float:
    """The largest finite number among the floating-point ones."""
    if type(x) is Kept:
        values = x.values
        if values.dtype.kind not in "fc" or not values.size:
            return 0.0
        sizes = np.abs(values)
        return float(np.max(sizes, initial=0.0, where=np.isfinite(sizes)))
    if isinstance(x, (float, complex, np.inexact)):
        size = abs(complex(x))
        return size if np.isfinite(size) else 0.0
    if type(x) is Parts:
        return max(map(largest, x.items), default=0.0)
    return 0.0


def difference(numpys: Any, engines: Any, scale: float = 0.0, exact: str = "") -> str | None:
    """What is not alike in two values that :func:`kept` gave; None where nothing is.

    Parameters
    ----------
    scale : float
        That of all the numbers that belong together: what is left of sums of large numbers is rounding.
    exact : str
        What has to be alike to the last digit: ``"all"``, or ``"decisions"``, which are numbers and not arrays.
    """
    if type(numpys) is Kept:
        return _of_arrays(numpys.values, engines, scale, exact == "all")
    if type(engines) is Kept:
        return f"an array for {type(numpys).__name__}"
    if type(numpys) is not type(engines):
        return f"{_name(engines)} for {_name(numpys)}"
    if type(numpys) is Parts:
        if numpys.kind is not engines.kind or numpys.keys != engines.keys:
            return f"{engines.kind.__name__} of {engines.keys} for {numpys.kind.__name__} of {numpys.keys}"
        found = (difference(a, b, scale, exact) for a, b in zip(numpys.items, engines.items, strict=True))
        return next((text for text in found if text), None)
    if isinstance(numpys, (float, complex, np.generic)):
        return _of_arrays(np.asarray(numpys), np.asarray(engines), scale, bool(exact))
    try:
        return None if numpys is engines or bool(numpys == engines) else f"{engines!r:.80} for {numpys!r:.80}"
    except Exception:
        return f"{_name(engines)}: nothing to compare it by"


def _name(x: Any) -> str:
    return f"{x!r:.60}" if isinstance(x, type) else type(x).__name__


def _of_arrays(a: np.ndarray, engines: Any, scale: float, exact: bool) -> str | None:
    b = engines.values if type(engines) is Kept else engines
    if not isinstance(b, np.ndarray):
        return f"{_name(b)} for an array"
    if a.dtype != b.dtype or a.shape != b.shape:
        return f"{b.dtype} {b.shape} for {a.dtype} {a.shape}"
    if a.dtype.kind not in "fc":
        return None if np.array_equal(a, b) else "other values"
    if not a.size:
        return None
    close = CLOSE.get(a.dtype.itemsize // (2 if a.dtype.kind == "c" else 1), 1e-9)
    with np.errstate(all="ignore"):
        equal = (a == b) | ((a != a) & (b != b))
        if equal.all():
            return None
        finite = np.isfinite(a) & np.isfinite(b)
        if not (equal | finite).all():
            return "other infinities or NaNs"
        apart = float(np.max(np.abs(a - b), where=finite, initial=0.0))
        if exact:
            return f"values that part by {apart:.1e}, where none may"
        limit = close * float(np.max(np.abs(a), where=finite, initial=0.0)) + close * 1e-4 * scale
    return None if apart <= limit else f"values that part by {apart:.1e}, where {limit:.1e} is rounding"
