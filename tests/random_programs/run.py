"""One program on NumPy, eagerly on ours, and compiled: four calls, all compared.

The arguments of the second call are what the first left, those of the third are
others, and the fourth call meets what the third left.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import npbridge
from npbridge._src.dispatch import fallback

from ..oracle import VARIANTS, Variant, set_up
from ..verdict import RIGHT, Judge, Told, Verdict, call, copied, everywhere
from .generate import Program, State, limited

BY_NAME = {v.name: v for v in VARIANTS}
BACKENDS = {"jax": "jax-64", "numpy": "numpy-64", "exact": "numpy-64", "np": "np"}
# Sums in another order, fused products: a few programs add up what nearly cancels.
ULPS = 2048
# The same for what float64 holds and narrower floats were computed with, in units of these.
NARROW_ULPS = 16
SECONDS = 60
CALLS = ((0, True), (0, False), (1, True), (1, False))


def give(variant: Variant, value: Any, memo: dict[int, Any]) -> Any:
    """`value` for our side; what is the same object twice stays so."""
    if id(value) not in memo:
        if isinstance(value, State):
            memo[id(value)] = State(**{k: give(variant, v, memo) for k, v in vars(value).items()})
        elif type(value) in (list, tuple):
            memo[id(value)] = type(value)(give(variant, v, memo) for v in value)
        elif type(value) is dict:
            memo[id(value)] = {k: give(variant, v, memo) for k, v in value.items()}
        else:
            memo[id(value)] = variant.give(value)
    return memo[id(value)]


def rounding(program: Program) -> float:
    """The relative error of values that were computed in the narrowest floats that a program has."""
    found = [np.sqrt(np.ones(1, x.dtype)).dtype for value in program.arguments[0] for x in everywhere(value)]
    found += [np.dtype(name) for name in ("float16", "float32") if name in program.source]
    return NARROW_ULPS * float(max([np.finfo(dtype).eps for dtype in found if np.finfo(dtype).bits < 64], default=0))


def judge(backend: str, program: Program) -> Verdict:
    """How the program's compiled calls, and before them its eager ones, differ from NumPy's."""
    with set_up(BY_NAME[BACKENDS[backend]]) as variant:
        fallback.reset()  # what is said once is said for each program
        plain = program.function()
        if backend == "exact":  # to the last bit
            return _calls(variant, plain, npbridge.jit(plain, exact=True), program, rolls_back=True, exact=True)
        eager = _calls(variant, plain, plain, program, rolls_back=False)
        if eager != RIGHT:
            return Verdict(eager.kind, f"eagerly, {eager.text}")
        if variant.backend is None:
            return RIGHT
        return _calls(variant, plain, npbridge.jit(plain), program, rolls_back=True)


def _calls(
    variant: Variant, plain: Callable, ours: Callable, program: Program, *, rolls_back: bool, exact: bool = False
) -> Verdict:
    ulps, relative = (0, 0.0) if exact else (ULPS, rounding(program))
    judge = Judge(variant, ulps, numbers="bifc", ndarrays=not rolls_back, rounding=relative)
    theirs: list[Any] = []
    mine: list[Any] = []
    for number, (which, fresh) in enumerate(CALLS):
        if fresh:
            theirs = copied(program.arguments)[which]
            mine = [give(variant, v, memo) for memo in [{}] for v in copy.deepcopy(theirs)]
        before = copy.deepcopy(theirs)
        with limited(2):
            want = call(plain, theirs)
        if isinstance(want.error, TimeoutError):
            return RIGHT  # with these arguments it does not end
        got, told = _watched(ours, mine)
        judge.ndarrays = not rolls_back or bool(told)  # plain Python is as it is eagerly
        if want.error is not None and rolls_back:
            theirs = want.arguments = before
        if want.error is not None and not rolls_back:
            before = want.arguments
        verdict = judge.verdict(want, got, before, probe=number == len(CALLS) - 1)
        if verdict != RIGHT:
            return Verdict(verdict.kind, f"call {number + 1}, {verdict.text}")
        if told:
            return Verdict("refused", told)
    return RIGHT


def _watched(ours: Callable, arguments: list) -> tuple[Told, str]:
    """A call, and what was said where the function runs as plain Python."""
    with warnings.catch_warnings(record=True) as said, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        try:
            with limited(SECONDS):
                told = Told(ours(*arguments), None, arguments)
        except Exception as error:
            told = Told(None, error, arguments)
    plain = [str(w.message) for w in said if "plain Python" in str(w.message) or "interpreter" in str(w.message)]
    return told, " ".join(plain[0].split())[:160] if plain else ""
