"""Checks of a program that cannot fail: proved, and left out.

An index that comes from ``argsort``, ``flatnonzero`` or ``k % n`` lies inside.  One that
is read from an array, or was a number among the arguments, does where those lie between
certain limits.  Such limits are looked at on the host before the call, for an array only
after it was written; so the program need not be waited for, and what it writes need not
be kept.  Calls that break the limits take the program with the checks.
"""

from __future__ import annotations

import itertools
import operator
import weakref
from typing import Any, NamedTuple

import jax
from jax import lax
from jax.extend.core import ClosedJaxpr, Literal

from ..ground.compat import dce_jaxpr
from ..program.counters import step_of
from ..storage import digits
from .intervals import COMPARISONS, FALSE, NOWHERE, Interval, decided, joined, of_values, result_of, whole


class Limits(NamedTuple):
    """What must hold of an input for the checks to be left out."""

    place: int
    low: int
    high: int


class Proved(NamedTuple):
    """A program without the checks that cannot fail.

    Attributes
    ----------
    jaxpr : ClosedJaxpr
        Without the number of the check that failed, where none is left.
    limits : tuple of Limits
    all : bool
        Whether none is left.
    """

    jaxpr: ClosedJaxpr
    limits: tuple
    all: bool


class Lean:
    """A program without checks, and whether it may run."""

    def __init__(self, proof: Proved, arrays: int) -> None:
        self.jaxpr = proof.jaxpr
        self.arrays = [limits for limits in proof.limits if limits.place < arrays]
        self.numbers = [x._replace(place=x.place - arrays) for x in proof.limits if x.place >= arrays]
        self.seen: dict[int, Any] = {x.place: _nothing for x in self.arrays}  # what gave each array that was last seen
        self.last = True  # whether they did at the last call

    def holds(self, values, numbers) -> bool:
        """Whether the inputs of a call lie between the limits."""
        self.last = all(x.low <= numbers[x.place] <= x.high for x in self.numbers) and all(
            self.seen[x.place]() is values[x.place] or self.array_holds(x.place, values[x.place]) for x in self.arrays
        )
        return self.last

    def array_holds(self, place, value) -> bool:
        """Whether an array that was not the last one lies between its limits."""
        limits = next(x for x in self.arrays if x.place == place)
        found = None if isinstance(value, jax.core.Tracer) else _limits_of(value)
        if found is None or found.low < limits.low or found.high > limits.high:
            return False
        if isinstance(value, jax.Array):  # which stays as it is
            self.seen[place] = weakref.ref(value)
        return True


def _nothing() -> None:
    return None


def proved(closed, given, may_be_limited) -> Proved:
    """Leave out the checks that cannot fail as long as some inputs lie between limits.

    Parameters
    ----------
    closed : ClosedJaxpr
        Its last output is the number of the check that failed, 0 where none did.
    given : sequence
        The inputs of the call at hand.
    may_be_limited : sequence of int
        Which of them may be looked at before each call.
    """
    without = _Walk(closed, {})
    if without.cannot_fail:
        return without.proof()
    compared = without.asked & set(may_be_limited) & set(without.constants)
    values = {i: _limits_of(given[i]) for i in sorted(compared)}
    values = {i: x for i, x in values.items() if x is not None}
    for nearest in (False, True):
        limits = {i: _between(x, without.constants[i], whole(closed.in_avals[i]), nearest) for i, x in values.items()}
        walk = _Walk(closed, limits)
        if walk.cannot_fail:
            return walk.proof()
    return without.proof()


def _limits_of(value):
    if isinstance(value, (bool, int)):
        return Interval(int(value), int(value))
    if isinstance(value, jax.Array) and not value.is_fully_addressable:
        return None
    return of_values(value)


def _between(given, constants, everything, nearest: bool) -> tuple[int, int]:
    """Limits around what was given: of what the program compares with, the farthest, or the nearest."""
    below, above = [c for c in constants if c <= given.low], [c for c in constants if c > given.high]
    if not nearest:
        below, above = below and [min(below)], above and [max(above)]
    return max(below, default=everything.low), min(above, default=everything.high + 1) - 1


class _Walk:
    """The limits of all that a program computes, if some inputs have limits."""

    def __init__(self, closed, limits) -> None:
        self.limits = limits
        self.asked: frozenset = NOWHERE  # the inputs that undecided comparisons depend on
        self.constants: dict[int, set] = {}  # what they are compared with
        self.used: frozenset = NOWHERE  # those on whose limits a decision rests
        self.held: dict[Any, list] = {}  # what loops carry, by their first results
        jaxpr = closed.jaxpr
        inputs = []
        for i, v in enumerate(jaxpr.invars):
            source = frozenset([i])
            inputs.append(Interval(*limits[i], source) if i in limits else whole(v.aval, source))
        outs, self.jaxpr = self.of(jaxpr, [*map(of_values, closed.consts)], inputs)
        self.closed = closed
        self.cannot_fail = outs[-1] is not None and outs[-1][:2] == FALSE[:2]

    def proof(self) -> Proved:
        jaxpr = self.jaxpr
        if self.cannot_fail:
            used = [True] * (len(jaxpr.outvars) - 1) + [False]
            jaxpr, _ = dce_jaxpr(jaxpr, used, instantiate=True)
        limits = tuple([Limits(i, *self.limits[i]) for i in sorted(self.used & set(self.limits))])
        return Proved(ClosedJaxpr(jaxpr, self.closed.consts), limits, self.cannot_fail)

    # -- one jaxpr

    def of(self, jaxpr, constants, inputs):
        """The limits of the outputs, and the jaxpr with what was decided."""
        known: dict = dict(zip(jaxpr.constvars, constants, strict=True))
        known.update(zip(jaxpr.invars, inputs, strict=True))
        eqns = []
        for eqn in jaxpr.eqns:
            eqn = eqn.replace(invars=[self.spelled_out(v, known) for v in eqn.invars])
            operands = [self.read(v, known) for v in eqn.invars]
            outs, new = self.equation(eqn, operands)
            eqns.append(new)
            known.update(zip(eqn.outvars, outs, strict=True))  # also those that a loop carries no longer
        outputs = [self.spelled_out(v, known) for v in jaxpr.outvars]
        return [self.read(v, known) for v in outputs], jaxpr.replace(eqns=eqns, outvars=outputs)

    def spelled_out(self, v, known):
        """The one value that a number can have."""
        if isinstance(v, Literal) or v.aval.shape or (x := known[v]) is None or not x.is_one:
            return v
        self.used |= x.sources
        return Literal(v.aval.dtype.type(x.low), v.aval)

    @staticmethod
    def read(v, known):
        return of_values(v.val) if isinstance(v, Literal) else known[v]

    def equation(self, eqn, operands):
        name = eqn.primitive.name
        inner = _WITH_JAXPRS.get(name)
        if inner is not None:
            return inner(self, eqn, operands)
        if name in COMPARISONS and None not in operands:
            return self.comparison(eqn, operands)
        return result_of(eqn, operands), eqn

    def comparison(self, eqn, operands):
        a, b = operands
        (result,) = result_of(eqn, operands)
        answer = decided(eqn.primitive.name, a, b)
        if answer is None:
            self.asked |= result.sources
            for x, y in ((a, b), (b, a)):
                for source in x.sources:
                    if y.is_one and not y.sources:
                        self.constants.setdefault(source, set()).update((y.low, y.low + (eqn.primitive.name == "gt")))
            return [result], eqn
        self.used |= result.sources
        shape = eqn.outvars[0].aval.shape
        v = next((v for v in eqn.invars if not isinstance(v, Literal) and v.aval.shape == shape), None)
        # a thing compared with itself is what every compiler knows
        return [result], eqn if v is None else eqn.replace(primitive=lax.eq_p if answer else lax.ne_p, invars=[v, v])

    # -- equations that hold others

    def call(self, eqn, operands):
        closed, name = eqn.params["jaxpr"], eqn.params["name"]
        outs, new = self.of(closed.jaxpr, [*map(of_values, closed.consts)], operands)
        if digits.is_mark(name):  # it says what it is by its name and what it takes
            known = None
            if name.startswith(digits.OVERFLOWS):
                known = self.overflow(name.removeprefix(digits.OVERFLOWS), *operands, whole(eqn.invars[0].aval))
            return outs if known is None else [known], eqn
        return outs, eqn.replace(params={**eqn.params, "jaxpr": ClosedJaxpr(new, closed.consts)})

    def overflow(self, op, a, b, limits):
        """FALSE where a step on two integers is known to fit between the limits of their dtype."""
        if a is None or b is None:
            return None
        step = {"add": operator.add, "sub": operator.sub, "mul": operator.mul}[op]
        ends = [step(x, y) for x in a[:2] for y in b[:2]]
        if min(ends) < limits.low or max(ends) > limits.high:
            return None
        self.used |= a.sources | b.sources
        return FALSE

    def branches(self, eqn, operands):
        made, all_outs = [], []
        for closed in eqn.params["branches"]:
            outs, new = self.of(closed.jaxpr, [*map(of_values, closed.consts)], operands[1:])
            made.append(ClosedJaxpr(new, closed.consts))
            all_outs.append(outs)
        outs = [joined(xs) for xs in zip(*all_outs, strict=True)]
        return outs, eqn.replace(params={**eqn.params, "branches": tuple(made)})

    def loop(self, eqn, operands):
        p = eqn.params
        n, m = p["cond_nconsts"], p["body_nconsts"]
        asking, constants, carry = operands[:n], operands[n : n + m], operands[n + m :]
        cond, body = p["cond_jaxpr"], p["body_jaxpr"]
        avals = [v.aval for v in body.jaxpr.outvars]

        def once(carry):
            _, asked = self.of(cond.jaxpr, [*map(of_values, cond.consts)], [*asking, *carry])
            inside = self.held_by(cond, [*asking, *carry], n)
            outs, new = self.of(body.jaxpr, [*map(of_values, body.consts)], [*constants, *inside])
            return outs, (asked, new)

        carry, (asked, new) = self.settled(once, carry, avals, eqn.outvars)
        kept = [i for i, (v, x) in enumerate(zip(avals, carry, strict=True)) if v.shape or x is None or not x.is_one]
        asked = asked.replace(invars=[*asked.invars[:n], *[asked.invars[n + i] for i in kept]])
        new = new.replace(
            invars=[*new.invars[:m], *[new.invars[m + i] for i in kept]], outvars=[new.outvars[i] for i in kept]
        )
        params = {**p, "cond_jaxpr": ClosedJaxpr(asked, cond.consts), "body_jaxpr": ClosedJaxpr(new, body.consts)}
        return carry, eqn.replace(
            invars=[*eqn.invars[: n + m], *[eqn.invars[n + m + i] for i in kept]],
            outvars=[eqn.outvars[i] for i in kept], params=params,
        )  # fmt: skip

    def scan(self, eqn, operands):
        p = eqn.params
        n, m = p["num_consts"], p["num_carry"]
        constants, carry = operands[:n], operands[n : n + m]
        rows = [x and x._replace(made=None) for x in operands[n + m :]]
        closed = p["jaxpr"]
        results: list = []

        counted = _counted(closed.jaxpr, n, carry, p["length"])

        def once(carry):
            inside = [counted[k][0] if k in counted else x for k, x in enumerate(carry)]
            outs, new = self.of(closed.jaxpr, [*map(of_values, closed.consts)], [*constants, *inside, *rows])
            results[:] = outs[m:]
            return [carry[k] if k in counted else x for k, x in enumerate(outs[:m])], new

        carry, new = self.settled(once, carry, [v.aval for v in closed.jaxpr.outvars[:m]], eqn.outvars)
        carry = [counted[k][1] if k in counted else x for k, x in enumerate(carry)]
        return [*carry, *results], eqn.replace(params={**p, "jaxpr": ClosedJaxpr(new, closed.consts)})

    def settled(self, once, carry, avals, outvars):
        """The limits that hold at each turn of a loop, and what `once` gave for them.

        A loop in a loop is come to again and again: it starts from what held the last time.
        """
        key = outvars[0] if outvars else None
        carry = [joined(pair) for pair in zip(carry, self.held.get(key, carry), strict=True)]
        before = (self.asked, dict(self.constants), self.used)
        for turn in itertools.count():
            # what was decided for limits that did not hold does not count
            self.asked, self.used = before[0], before[2]
            self.constants = {k: set(v) for k, v in before[1].items()}
            carry = [x and x._replace(made=None) for x in carry]  # each has another value at each turn
            outs, made = once(carry)
            after = [joined(pair) for pair in zip(carry, outs, strict=True)]
            if all(_covers(x, y) for x, y in zip(carry, after, strict=True)):
                self.held[key] = carry
                return carry, made
            if turn:  # an end that has moved twice may go anywhere
                after = [y and _widened(x, y, whole(a)) for a, x, y in zip(avals, carry, after, strict=True)]
            carry = after

    def held_by(self, cond, inputs, skipped):
        """The carry in the body of a loop: where its condition ``i < n`` holds, i is less than n."""
        jaxpr = cond.jaxpr
        made = {v: eqn for eqn in jaxpr.eqns for v in eqn.outvars}
        known = dict(zip(jaxpr.invars, inputs, strict=True))
        true = [v for v in jaxpr.outvars if not isinstance(v, Literal)]
        while true:
            eqn = made.get(true.pop())
            if eqn is None:
                continue
            if eqn.primitive.name == "and":
                true += [v for v in eqn.invars if not isinstance(v, Literal)]
            elif eqn.primitive.name in ("lt", "gt"):
                _let_be_less(*(eqn.invars if eqn.primitive.name == "lt" else eqn.invars[::-1]), known)
        return [known[v] for v in jaxpr.invars[skipped:]]


def _counted(jaxpr, skipped: int, carry, length: int) -> dict[int, tuple[Interval, Interval]]:
    """Of numbers that grow by the same in each turn: the limits inside the loop, and the number after it."""
    found = {}
    for k, x in enumerate(carry):
        own, out = jaxpr.invars[skipped + k], jaxpr.outvars[k]
        if x is None or not x.is_one or not length or (step := step_of(jaxpr, own, out)) is None:
            continue
        everything = whole(own.aval)
        last, after = x.low + step * (length - 1), x.low + step * length
        if everything.low <= after <= everything.high:
            found[k] = Interval(min(x.low, last), max(x.low, last), x.sources), Interval(after, after, x.sources)
    return found


def _widened(before, after, everything):
    low = everything.low if after.low < before.low else after.low
    high = everything.high if after.high > before.high else after.high
    return Interval(low, high, after.sources)


def _let_be_less(small, large, known) -> None:
    a, b = (of_values(v.val) if isinstance(v, Literal) else known.get(v) for v in (small, large))
    if a is None or b is None:
        return
    sources = a.sources | b.sources
    if not isinstance(small, Literal):
        known[small] = Interval(min(a.low, b.high - 1), min(a.high, b.high - 1), sources)
    if not isinstance(large, Literal):
        known[large] = Interval(max(b.low, a.low + 1), max(b.high, a.low + 1), sources)


_WITH_JAXPRS: dict[str, Any] = {
    "jit": _Walk.call, "pjit": _Walk.call, "cond": _Walk.branches, "while": _Walk.loop, "scan": _Walk.scan,
}  # fmt: skip


def _covers(a, b) -> bool:
    """Whether what lies between `b` lies between `a`, on no more assumptions."""
    if a is None or b is None:
        return True
    return a.low <= b.low and b.high <= a.high and b.sources <= a.sources
