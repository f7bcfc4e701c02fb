"""Every call of the case table inside a compiled function, against NumPy.

A call becomes the source of a function whose parameters are the arrays of the
call, and in a second form its numbers too::

    def call(a0, n0):
        return np.quantile(a0, n0, axis=0)

`stored.py` runs all of them in processes that may crash, and keeps what became of
them.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

import numpy as np

import npbridge
from npbridge._src.accuracy import of_function
from npbridge._src.array.core import STORED_KINDS

from ..fences import Fences
from ..oracle import VARIANTS, Variant, narrowed, set_up
from ..verdict import RIGHT, Judge, Verdict, call, copied
from .cases import CASES, DETERMINED
from .surface import name_of

BY_NAME = {v.name: v for v in VARIANTS}
RUNS = ("jax-64", "jax-32", "numpy-64")
KEYS = {name_of(f): f for f in CASES}
# Compiled, operations are fused, and their roundings with them.
LEAST_ULPS = 64


def names() -> list[str]:
    """Each call in each of its forms: ``sum-3`` has arrays as arguments, ``sum-3n`` the numbers too."""
    found = []
    for name, function in KEYS.items():
        for number, parts in enumerate(CASES[function]):
            found.append(f"{name}-{number}")
            if Source(function, parts, numbers=True).has_numbers:
                found.append(f"{name}-{number}n")
    return found


class Source:
    """The text of one call as a function, and what to call it with."""

    def __init__(self, function: Callable, parts: tuple, numbers: bool) -> None:
        self.numbers = numbers
        self.has_numbers = False
        self.given: dict[str, Any] = {}
        self.constants: dict[str, Any] = {"np": np}
        args, kwargs = parts
        words = [self._spell(a) for a in args] + [f"{k}={self._spell(v)}" for k, v in kwargs.items()]
        self.text = f"def call({', '.join(self.given)}):\n    return {self._name(function)}({', '.join(words)})\n"

    def _name(self, function: Callable) -> str:
        value: Any = np
        for part in name_of(function).split("."):
            value = getattr(value, part, None)
        return f"np.{name_of(function)}" if value is function else self._constant(function)

    def _constant(self, value: Any) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def _argument(self, letter: str, value: Any) -> str:
        name = f"{letter}{len(self.given)}"
        self.given[name] = value
        return name

    def _spell(self, value: Any) -> str:
        if isinstance(value, (np.ndarray, np.generic)) and value.dtype.char in STORED_KINDS:
            return self._argument("a", value)
        if type(value) in (int, float, complex):
            self.has_numbers = True
            if self.numbers:
                return self._argument("n", value)
            return repr(value) if np.isfinite(value) else self._constant(value)
        if type(value) is list:
            return f"[{', '.join(map(self._spell, value))}]"
        if type(value) is tuple:
            return f"({''.join(self._spell(v) + ', ' for v in value)})"
        if type(value) in (bool, str, type(None)):
            return repr(value)
        return self._constant(value)

    def function(self, name: str) -> Callable:
        file = f"call_{name}.py"
        linecache.cache[file] = (len(self.text), None, self.text.splitlines(keepends=True), file)
        space = {**self.constants, "__name__": "call"}
        exec(compile(self.text, file, "exec"), space)
        return space["call"]


def source_of(name: str) -> tuple[Callable, Source]:
    key, _, number = name.rpartition("-")
    function = KEYS[key]
    return function, Source(function, CASES[function][int(number.rstrip("n"))], number.endswith("n"))


def judge(run: str, name: str) -> Verdict:
    """Compile one call and call it twice: the second time it takes the short way; then on memory between fences."""
    with set_up(BY_NAME[run]) as variant:
        function, source = source_of(name)
        plain = source.function(name)
        compiled = npbridge.jit(plain) if variant.backend else plain
        determined = DETERMINED.get(function, lambda value: value)
        given = [narrowed(v) for v in source.given.values()] if variant.narrows else list(source.given.values())
        judge = Judge(variant, max(LEAST_ULPS, 4 * of_function(function)))
        for _ in range(2):
            verdict = _once(judge, variant, plain, compiled, determined, given)
            if verdict != RIGHT:
                return verdict
        if variant.backend == "numpy":
            fences = Fences()
            call(compiled, [fences.give(v) for v in given])
            if not fences.hold():
                return Verdict("memory", "it writes where no argument is")
        return RIGHT


def _once(judge: Judge, variant: Variant, plain: Any, compiled: Any, determined: Any, given: list) -> Verdict:
    want = call(plain, copied(given))
    got = call(compiled, [variant.give(v) for v in given])
    for told in (want, got):
        if told.error is None:
            try:
                told.value = determined(told.value)
            except AttributeError:  # not the named tuple that it should be
                return Verdict("container", f"result: {type(told.value).__name__}")
    return judge.verdict(want, got, given)
