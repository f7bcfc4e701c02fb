"""Between which values an integer lies that is known only at run time.

The index of ``for j in range(i + 1, n)`` is at least ``i + 1`` and at most ``n - 1``;
so ``a[j]`` lies inside an array of length ``n``, and no check is needed at run time.
"""

from __future__ import annotations

import itertools

import numpy as np

from . import traced_number
from .traced_number import Form, TracedNumber, form_of

_STEPS = 16
_serials = itertools.count()


class Bounds:
    """The least and the greatest value of an unknown integer, as forms; None: not known.

    ``serial`` grows: an unknown is bounded by older ones.
    """

    __slots__ = ("greatest", "least", "serial")

    def __init__(self, least: Form | None, greatest: Form | None) -> None:
        self.least, self.greatest = least, greatest
        self.serial = next(_serials)


def constant(value: int) -> Form:
    return Form({}, int(value))


def bound(number: TracedNumber, least, greatest) -> None:
    """Let it be known that ``least <= number <= greatest``; integers or forms."""
    ends = [Form({}, x) if isinstance(x, int) else x for x in (least, greatest)]
    number.bounds = Bounds(*ends)


def extreme(form: Form | None, sign: int) -> int | None:
    """The greatest (`sign` 1) or least (-1) value of a form, where it is known."""
    for _ in range(_STEPS):
        if form is None:
            return None
        if not form.terms:
            return form.constant
        bounded = [(u.bounds.serial, u, k) for u, k in form.terms.values() if getattr(u, "bounds", None) is not None]
        if not bounded:
            return None
        _, unknown, factor = max(bounded, key=lambda entry: entry[0])
        end = unknown.bounds.greatest if factor * sign > 0 else unknown.bounds.least
        if end is None:
            return None
        alone = Form({id(unknown): (unknown, factor)}, 0)
        form = form.plus(alone, -1).plus(end.times(factor), 1)
    return None


def inside(number, n: int, low: int | None = None) -> bool:
    """Whether an index is known to lie in an axis of length `n` (not below `low`, which is ``-n``)."""
    form = form_of(number)
    least = extreme(form, -1)
    if least is None or least < (-n if low is None else low):
        return False
    greatest = extreme(form, 1)
    return greatest is not None and greatest < n


def of_result(ufunc, a, b, result) -> None:
    """Keep what is known of the result of an operator on integers."""
    if ufunc is np.remainder:
        if type(b) is int and b > 0:
            bound(result, 0, b - 1)
        return
    if ufunc not in (np.floor_divide, np.minimum, np.maximum):
        return
    least, greatest = extreme(form_of(a), -1), extreme(form_of(a), 1)
    if ufunc is np.floor_divide:
        if type(b) is int and b > 0:
            ends = [None if x is None else constant(x // b) for x in (least, greatest)]
            result.bounds = Bounds(*ends)
        return
    other = extreme(form_of(b), -1), extreme(form_of(b), 1)
    pick, sure = (min, 1) if ufunc is np.minimum else (max, 0)
    ends = []
    for k, (x, y) in enumerate(((least, other[0]), (greatest, other[1]))):
        known = [v for v in (x, y) if v is not None]
        # the smaller of two is at most either, and at least the least of both
        enough = len(known) == 2 or (known and k == sure)
        ends.append(constant(pick(known)) if enough else None)
    result.bounds = Bounds(*ends)


traced_number.of_result = of_result
