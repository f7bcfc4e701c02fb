"""Between which limits the integers lie that the equations of a jaxpr compute.

One rule for each primitive, from the limits of the operands to those of the results.
What has no rule, or could leave its dtype, lies anywhere that its dtype can hold.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

NOWHERE: frozenset = frozenset()


class Interval(NamedTuple):
    """All elements of an array lie from `low` to `high`.

    Attributes
    ----------
    low, high : int
    sources : frozenset of int
        The inputs of the program on whose limits that rests.
    made : tuple or None
        Of a sum or a comparison: the primitive and the intervals of its operands, known by identity.
    """

    low: int
    high: int
    sources: frozenset = NOWHERE
    made: tuple | None = None

    def joined(self, other: Interval) -> Interval:
        return Interval(min(self.low, other.low), max(self.high, other.high), self.sources | other.sources)

    @property
    def is_one(self) -> bool:
        return self.low == self.high


FALSE = Interval(0, 0)


def whole(aval, sources=NOWHERE) -> Interval | None:
    """Anything that a dtype can hold; None for what is no integer."""
    dtype = getattr(aval, "dtype", None)
    if not isinstance(dtype, np.dtype) or dtype.kind not in "biu":
        return None
    if dtype.kind == "b":
        return Interval(0, 1, sources)
    info = np.iinfo(dtype)
    return Interval(int(info.min), int(info.max), sources)


def of_values(values, source=None) -> Interval | None:
    """The limits of values that are known."""
    values = np.asarray(values)
    if values.dtype.kind not in "biu" or not values.size:
        return None
    return Interval(int(values.min()), int(values.max()), NOWHERE if source is None else frozenset([source]))


def within(aval, low, high, sources) -> Interval | None:
    """The limits, if the dtype holds them; else anything."""
    everything = whole(aval, sources)
    if everything is None or (everything.low <= low and high <= everything.high):
        return everything and Interval(low, high, sources)
    return everything


# -- comparisons


def decided(name, a: Interval, b: Interval) -> bool | None:
    """What a comparison gives for all elements, if that is known."""
    if name in ("gt", "le"):
        return decided("lt" if name == "gt" else "ge", b, a)
    if name in ("lt", "ge"):
        if a.high < b.low:
            return name == "lt"
        return name == "ge" if a.low >= b.high else None
    if a.high < b.low or b.high < a.low:
        return name == "ne"
    return name == "eq" if a.is_one and b.is_one else None


COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")


# -- the rules: (equation, limits of its operands) -> limits of its (first) result


def _same(eqn, a, *rest):
    return a


def _one_of(eqn, a):
    """The greatest, the least, any or all of them; of none of them it is something else."""
    return a if 0 not in eqn.invars[0].aval.shape else None


def joined(intervals) -> Interval | None:
    """What holds of all, where it is known of each."""
    return None if None in intervals else functools.reduce(Interval.joined, intervals)


def _product(eqn, a, b):
    ends = [x * y for x in a[:2] for y in b[:2]]
    return min(ends), max(ends)


def _remainder(eqn, a, b):
    # the sign of the dividend, as in C
    if b.low <= 0 <= b.high:
        return None
    most = max(abs(b.low), abs(b.high)) - 1
    return max(-most, min(a.low, 0)), min(most, max(a.high, 0))


def _quotient(eqn, a, b):
    if b.low <= 0:
        return None
    ends = [abs(x) // y * (1 if x > 0 else -1) for x in a[:2] for y in b[:2]]  # towards zero, as in C
    return min(ends), max(ends)


def _and(eqn, a, b):
    if eqn.outvars[0].aval.dtype == bool:
        return min(a.low, b.low), min(a.high, b.high)
    signs = [x for x in (a, b) if x.low >= 0]
    return (0, min(x.high for x in signs)) if signs else None


def _or(eqn, a, b):
    if a.low < 0 or b.low < 0:
        return None
    most = (1 << max(a.high.bit_length(), b.high.bit_length())) - 1
    return max(a.low, b.low), most


def _not(eqn, a):
    if eqn.outvars[0].aval.dtype == bool:
        return 1 - a.high, 1 - a.low
    return (~a.high, ~a.low) if eqn.outvars[0].aval.dtype.kind == "i" else None


def _absolute(eqn, a):
    return (0 if a.low <= 0 <= a.high else min(abs(a.low), abs(a.high))), max(abs(a.low), abs(a.high))


def _clamped(eqn, low, x, high):
    return min(max(x.low, low.low), high.low), max(min(x.high, high.high), low.low)


def _along(eqn, a):
    axes = eqn.params["axes"]
    shape = eqn.invars[0].aval.shape
    n = int(np.prod([shape[i] for i in axes], dtype=object))
    return min(n * a.low, 0), max(n * a.high, 0)


def _cumulated(eqn, a):
    n = eqn.invars[0].aval.shape[eqn.params["axis"]]
    return min(n * a.low, a.low), max(n * a.high, a.high)


def _place(eqn, *operands):
    shape = eqn.invars[0].aval.shape
    return 0, max(int(np.prod([shape[i] for i in eqn.params["axes"]], dtype=object)) - 1, 0), NOWHERE


def _counted(eqn, *operands):
    return 0, max(eqn.params["shape"][eqn.params["dimension"]] - 1, 0), NOWHERE


def _shifted_right(eqn, a, b):
    return (0, a.high) if a.low >= 0 else None


def _chosen(which, *cases):
    """What a choice gives: where it is made by a comparison, each case is what that leaves of it."""
    if which.is_one:
        case = cases[which.low]
        return Interval(case.low, case.high, case.sources | which.sources)
    if which.made is not None and len(cases) == 2:
        cases = [_where(x, *which.made, holds) for x, holds in zip(cases, (False, True), strict=True)]
        cases = [x for x in cases if x.low <= x.high]  # the others are never taken
    result = joined(cases)
    return Interval(result.low, result.high, result.sources | which.sources)


def _where(x, name, a, b, holds: bool):
    """An interval, where a comparison holds, or does not, of what it is made of."""
    if not holds:
        name = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "eq": "ne", "ne": "eq"}[name]
    if x.made is not None and x.made[0] in ("add", "sub") and x.made[2].is_one:
        inner = _where(x.made[1], name, a, b, True)
        step = x.made[2].low if x.made[0] == "add" else -x.made[2].low
        return Interval(inner.low + step, inner.high + step, x.sources | inner.sources)
    if x is b:
        a, b, name = b, a, {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}.get(name, name)
    if x is not a:
        return x
    sources = a.sources | b.sources
    low, high = a[:2]
    if name in ("lt", "le"):
        high = min(high, b.high - (name == "lt"))
    elif name in ("gt", "ge"):
        low = max(low, b.low + (name == "gt"))
    elif name == "eq":
        low, high = max(low, b.low), min(high, b.high)
    return Interval(low, high, sources)


_JOINED = ("concatenate", "dynamic_update_slice", "scatter", "pad", "stack")


def _gathered(eqn, a, index):
    mode = str(eqn.params["mode"])
    if "FILL" not in mode:
        return a
    fill = eqn.params["fill_value"]
    return None if fill is None else (min(a.low, int(fill)), max(a.high, int(fill)))


SAME = (
    "broadcast_in_dim", "reshape", "transpose", "squeeze", "expand_dims", "rev", "slice", "dynamic_slice", "copy",
    "copy_p", "stop_gradient", "cummax", "cummin", "split", "unstack",
)  # fmt: skip
RULES = {
    **dict.fromkeys(SAME, _same),
    **dict.fromkeys(("reduce_max", "reduce_min", "reduce_or", "reduce_and"), _one_of),
    "add": lambda eqn, a, b: (a.low + b.low, a.high + b.high),
    "sub": lambda eqn, a, b: (a.low - b.high, a.high - b.low),
    "mul": _product,
    "neg": lambda eqn, a: (-a.high, -a.low),
    "max": lambda eqn, a, b: (max(a.low, b.low), max(a.high, b.high)),
    "min": lambda eqn, a, b: (min(a.low, b.low), min(a.high, b.high)),
    "rem": _remainder,
    "div": _quotient,
    "and": _and,
    "or": _or,
    "xor": lambda eqn, a, b: (0, _or(eqn, a, b)[1]) if _or(eqn, a, b) else None,
    "not": _not,
    "abs": _absolute,
    "sign": lambda eqn, a: (-1 if a.low < 0 else 0 if a.low == 0 else 1, 1 if a.high > 0 else 0 if a.high == 0 else -1),
    "clamp": _clamped,
    "convert_element_type": _same,
    "reduce_sum": _along,
    "cumsum": _cumulated,
    "argmax": _place,
    "argmin": _place,
    "iota": _counted,
    "shift_right_logical": _shifted_right,
    "shift_right_arithmetic": _shifted_right,
    "population_count": lambda eqn, a: (0, eqn.invars[0].aval.dtype.itemsize * 8),
    "gather": _gathered,
}
EACH_ITS_OWN = ("sort", "optimization_barrier")
# whose operands need not be integers
FROM_ANYTHING = ("iota", "argmax", "argmin")


def result_of(eqn, operands) -> list:
    """The limits of the results of an equation that has no jaxprs in it."""
    name = eqn.primitive.name
    sources = frozenset().union(*[x.sources for x in operands if x is not None])
    avals = [v.aval for v in eqn.outvars]
    anything = [whole(a, sources) for a in avals]
    if name in EACH_ITS_OWN:
        return [x and anything[i] and within(avals[i], *x[:3]) for i, x in enumerate(operands)]
    if name == "select_n":
        found = None if None in operands else _chosen(*operands)
    elif name in _JOINED:
        found = joined(_stored(eqn, operands))
    elif name in COMPARISONS:
        answer = None if None in operands else decided(name, *operands)
        if answer is None:
            return [Interval(0, 1, sources, None if None in operands else (name, *operands))]
        found = (int(answer), int(answer))
    elif name in RULES and (name in FROM_ANYTHING or None not in operands):
        found = RULES[name](eqn, *operands)
        if name == "convert_element_type" and avals[0].dtype == bool and found is not None:
            found = (int(found.low > 0), int(not found.low == found.high == 0))
    else:
        return anything
    if found is None:
        return anything
    first = within(avals[0], found[0], found[1], sources if len(found) == 2 else found[2])
    if name in ("add", "sub") and (first.low, first.high) == found:
        first = first._replace(made=(name, *operands))
    return [first if name in SAME else x for x in anything] if len(avals) > 1 else [first]


def _stored(eqn, operands):
    """What a result is put together of: not the places where a part is put."""
    name = eqn.primitive.name
    if name == "dynamic_update_slice":
        return operands[:2]
    return (operands[0], operands[2]) if name == "scatter" else operands
