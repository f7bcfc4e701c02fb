"""Writing a random program, one line after another.

While it is written, the program is run with NumPy after each line: what is known at
a place (names, dtypes, shapes) is what was there when the place was first reached,
and a line that raises is taken out again, but for those that are to raise.
"""

from __future__ import annotations

import contextlib
import copy
import linecache
import random
import re
import signal
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import forms

DTYPES = ["float64"] * 9 + ["int64"] * 4 + ["float32"] * 3 + ["bool", "int32", "complex128", "int8", "uint8", "float16"]
DTYPES += ["uint16", "int16", "uint32", "uint64", "complex64"]
SHAPES = [(5,), (4,), (6,), (3, 4), (2, 3), (4, 4), (1,), (3,), (2, 2, 3), (), (0,), (0, 3), (1, 4)]
SHAPE_WEIGHTS = [9, 7, 6, 6, 5, 4, 2, 5, 2, 1, 1, 1, 2]


class State:
    """A plain object among the arguments."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)


@dataclass
class Program:
    """A function's source, the helpers above it, and two sets of arguments."""

    source: str
    arguments: list[list[Any]]
    seed: int | None = None

    def function(self, file: str = "random_program.py") -> Any:
        linecache.cache[file] = (len(self.source), None, self.source.splitlines(keepends=True), file)
        space: dict[str, Any] = {"np": np, "__name__": "program"}
        exec(compile(self.source, file, "exec"), space)
        return space["program"]


@contextlib.contextmanager
def limited(seconds: float = 0.5) -> Iterator[None]:
    """Raise TimeoutError where a program is not done in so much time of the processor: others may use it, too."""

    def stop(*_: object) -> None:
        raise TimeoutError("the program does not end")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@dataclass
class Writer:
    """One program while it is written."""

    random: random.Random
    lines: list[str] = field(default_factory=list)
    names: int = 0

    # -- values

    def array(self, shape: tuple | None = None) -> np.ndarray:
        dtype = np.dtype(self.random.choice(DTYPES))
        shape = self.random.choices(SHAPES, SHAPE_WEIGHTS)[0] if shape is None else shape
        number = int(np.prod(shape))
        values = np.array([self.random.randint(-12, 12) for _ in range(number)], np.int64).reshape(shape)
        if dtype.kind == "f":
            return (values * 0.25).astype(dtype)
        if dtype.kind == "c":
            return (values * 0.5 + 1j * (values % 3)).astype(dtype)
        return (abs(values) if dtype.kind == "u" else values % 2 if dtype.kind == "b" else values).astype(dtype)

    def arguments(self) -> dict[str, Any]:
        shape = self.random.choices(SHAPES, SHAPE_WEIGHTS)[0]
        given: dict[str, Any] = {"a": self.array(shape)}
        if self.random.random() < 0.8:
            given["b"] = self.array(shape if self.random.random() < 0.75 else None)
        if self.random.random() < 0.3:
            given["c"] = self.array(shape[-1:])
        if self.random.random() < 0.6:
            given["n"] = self.random.randint(1, 4)
        if self.random.random() < 0.4:
            given["h"] = self.random.choice([0.5, 0.25, 1.5, -0.75])
        if self.random.random() < 0.35:
            w = self.array(shape)
            given["p"] = State(t=0.0, n=1, w=w, last=None, items=[1.0], table={"n": 2, "w": w.copy()}, pair=(0.0, 1.0))
        return given

    # -- running what there is

    def run(self, lines: list[str]) -> tuple[dict[str, Any] | None, BaseException | None]:
        """Run the lines; what the names were at ``PROBE``, and the error."""
        seen: list[dict[str, Any]] = []

        def probe(names: dict[str, Any]) -> None:
            if not seen:
                seen.append({k: v for k, v in names.items() if not k.startswith("_")})

        text = [line.replace("PROBE", "_probe(dict(locals()))") for line in lines]
        space: dict[str, Any] = {"np": np, "_probe": probe}
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                with limited():
                    exec("\n".join(text), space)
                    space["program"](*copy.deepcopy(list(self.given.values())))
            except Exception as error:
                return (seen[0] if seen else None), error
        return (seen[0] if seen else None), None

    def here(self, indent: str) -> dict[str, Any]:
        found, _ = self.run([*self.lines, f"{indent}PROBE"])
        if found is None:
            return self.known
        self.known = found
        return found

    def add(self, line: str, *, raises: bool = False) -> bool:
        """Keep a line if the program still runs."""
        _, error = self.run([*self.lines, line])
        if (error is not None) != raises or isinstance(error, (SyntaxError, TimeoutError)):
            return False
        self.lines.append(line)
        return True

    # -- filling slots

    def pick(self, names: dict[str, Any], what: Any) -> str | None:
        fitting = [k for k, v in names.items() if what(v)]
        state = names.get("p")
        if state is not None:
            fitting += [f"p.{k}" for k, v in vars(state).items() if what(v)]
        return self.random.choice(fitting) if fitting else None

    def slot(self, letter: str, names: dict[str, Any]) -> str | None:
        rng = self.random
        if letter == "x":
            return rng.choice(["0", "1", "0.5", "2.0", "-1", "1.5", "3", "h" if "h" in names else "0.25"])
        if letter in ("n", "n1"):
            own = [k for k in ("n", "i") if k in names and letter == "n"] + (["n"] if "n" in names else [])
            return rng.choice([*own, "1", "2", "3"] + (["0"] if letter == "n" else []))
        if letter == "k":
            return rng.choice(["0", "0", "-1", "1"])
        if letter == "s0":
            return self.pick(names, lambda v: type(v) is int and 0 <= v < 9) or "2"
        if letter == "s":
            return self.pick(names, lambda v: type(v) in (int, float) or isinstance(v, np.number)) or "1.5"
        kinds = {"a": "biufc", "f": "f", "i": "iu", "m": "b", "v": "iuf", "M": "iuf", "o": "biufc", "q": "f"}[letter]
        least = {"v": 1, "M": 2}.get(letter, 0)
        return self.pick(
            names,
            lambda v: (
                type(v) is np.ndarray
                and v.dtype.kind in kinds
                and v.size <= 200
                and (v.ndim == 1 if letter == "v" else v.ndim >= least)
                and (letter != "o" or v.flags.writeable)
            ),
        )

    def fill(self, form: str, names: dict[str, Any]) -> str | None:
        parts = re.split(r"(\{\{|\}\}|\{\w+\})", form)
        for k, part in enumerate(parts):
            if part in ("{{", "}}"):
                parts[k] = part[0]
            elif part.startswith("{"):
                word = self.slot(part[1:-1], names)
                if word is None:
                    return None
                parts[k] = word
        return "".join(parts)

    def name(self, names: dict[str, Any]) -> str:
        own = [k for k in names if k not in ("p", "i", "n", "h", "row", "u", "w", "item") and not k.startswith("k")]
        if own and self.random.random() < 0.3:
            return self.random.choice(own)
        self.names += 1
        return f"x{self.names}"

    # -- statements

    def statement(self, indent: str, depth: int, loop: bool) -> None:
        for _ in range(8):
            names = self.here(indent)
            chance = self.random.random()
            if chance < 0.40:
                done = self.plain(indent, names, forms.VALUES, self.name(names) + " = ")
            elif chance < 0.62:
                done = self.plain(indent, names, forms.table(forms.WRITES))
            elif chance < 0.70:
                done = self.plain(indent, names, forms.table(forms.NUMBERS), self.name(names) + " = ")
            elif chance < 0.78 and "p" in names:
                done = self.plain(indent, names, forms.table(forms.STATE))
            elif chance < 0.86 and depth < 2:
                done = self.loop(indent, names, depth)
            elif chance < 0.94 and depth < 3:
                done = self.branch(indent, names, depth, loop)
            elif chance < 0.97:
                done = self.sequence(indent, names, depth)
            else:
                done = self.helper(indent, names)
            if done:
                return

    def plain(self, indent: str, names: dict[str, Any], table: tuple[str, ...], before: str = "") -> bool:
        text = self.fill(self.random.choice(table), names)
        return text is not None and self.add(f"{indent}{before}{text}")

    def block(self, head: str, indent: str, depth: int, loop: bool, most: int = 3) -> bool:
        """A statement with a body; it is left out where the body stays empty."""
        start = len(self.lines)
        _, error = self.run([*self.lines, head, f"{indent}    pass"])
        if error is not None:
            return False
        self.lines.append(head)
        for _ in range(self.random.randint(1, most)):
            self.statement(f"{indent}    ", depth + 1, loop)
        if len(self.lines) == start + 1:
            self.lines.pop()
            return False
        return True

    def loop(self, indent: str, names: dict[str, Any], depth: int) -> bool:
        if self.random.random() < 0.2:
            return self.while_loop(indent, names, depth)
        head = self.fill(self.random.choice(forms.table(forms.LOOPS)), names)
        return head is not None and self.block(f"{indent}{head}:", indent, depth, True)

    def while_loop(self, indent: str, names: dict[str, Any], depth: int) -> bool:
        condition = self.fill(self.random.choice(forms.table(forms.CONDITIONS)), names)
        if condition is None or not self.add(f"{indent}k{depth} = 0"):
            return False
        more = f" and {condition}" if self.random.random() < 0.5 else ""
        head = f"{indent}while k{depth} < {self.slot('n1', names)}{more}:"
        start = len(self.lines)
        self.lines.append(head)
        self.lines.append(f"{indent}    k{depth} += 1")
        if self.run(self.lines)[1] is not None:
            del self.lines[start:]
            return False
        self.statement(f"{indent}    ", depth + 1, True)
        return True

    def branch(self, indent: str, names: dict[str, Any], depth: int, loop: bool) -> bool:
        condition = self.fill(self.random.choice(forms.table(forms.CONDITIONS)), names)
        if condition is None:
            return False
        leave = self.random.random()
        if loop and leave < 0.2:
            return self._two(f"{indent}if {condition}:", f"{indent}    " + self.random.choice(["break", "continue"]))
        if leave < 0.3:
            value = self.pick(names, lambda v: isinstance(v, (np.ndarray, np.generic)))
            return value is not None and self._two(f"{indent}if {condition}:", f"{indent}    return {value}")
        if not self.block(f"{indent}if {condition}:", indent, depth, loop, 2):
            return False
        if self.random.random() < 0.4:
            self.block(f"{indent}else:", indent, depth, loop, 2)
        return True

    def _two(self, first: str, second: str) -> bool:
        if self.run([*self.lines, first, second])[1] is not None:
            return False
        self.lines += [first, second]
        return True

    def sequence(self, indent: str, names: dict[str, Any], depth: int) -> bool:
        """Lists that grow, tuples that swap."""
        lists = [k for k, v in names.items() if type(v) is list]
        if lists and self.random.random() < 0.7:
            one = self.random.choice(lists)
            form = self.random.choice([f"{one}.append({{a}})", f"{one}.append({{s}})", f"{one} = {one} + [{{s}}]"])
            return self.plain(indent, names, (form,))
        arrays = [k for k, v in names.items() if type(v) is np.ndarray]
        if len(arrays) > 1 and self.random.random() < 0.5:
            one, two = self.random.sample(arrays, 2)
            return self.add(f"{indent}{one}, {two} = {two}, {one}")
        self.names += 1
        if depth == 0:
            return self.add(f"{indent}x{self.names} = []")
        return self.plain(indent, names, ("({a}, {s})", "[{a}, {a}]"), f"x{self.names} = ")

    def helper(self, indent: str, names: dict[str, Any]) -> bool:
        if not self.helpers:
            return False
        return self.plain(indent, names, tuple(f"{h}({{a}}, {{s}})" for h in self.helpers), self.name(names) + " = ")

    # -- the whole

    def write(self) -> Program:
        rng = self.random
        self.given = self.arguments()
        self.known = dict(self.given)
        self.helpers: list[str] = []
        if rng.random() < 0.4:
            self.write_helper()
        self.lines.append(f"def program({', '.join(self.given)}):")
        if self.add("    pass"):
            self.lines.pop()
        for _ in range(rng.randint(2, 7)):
            self.statement("    ", 0, False)
        if rng.random() < 0.09:
            self.raising()
        names = self.here("    ")
        results = [k for k in names if k not in ("p", "n", "h") and not k.startswith("k")] or ["None"]
        chosen = list(dict.fromkeys([*rng.sample(results, min(len(results), rng.randint(0, 3))), results[-1]]))
        self.lines.append(f"    return {', '.join(chosen)}")
        other = Writer(random.Random(rng.random()))
        again = [other.like(v) for v in self.given.values()]
        return Program("\n".join(self.lines) + "\n", [list(self.given.values()), again])

    def write_helper(self) -> None:
        body = self.random.choice(
            [
                ["    y = x * s", "    return y + 1"],
                ["    x[...] = x + 1", "    return x.sum() * s"],
                ["    if s > 1:", "        return x * 2", "    return x"],
                ["    total = 0.0", "    for item in x.ravel():", "        total += item * s", "    return total"],
                ["    x[0] = s", "    return x"],
                ["    return x[::-1], s"],
            ]
        )
        self.lines += ["def helper(x, s):", *body, "", ""]
        self.helpers.append("helper")

    def raising(self) -> None:
        for _ in range(10):
            names = self.here("    ")
            text = self.fill(self.random.choice(forms.table(forms.RAISING)), names)
            condition = self.fill(self.random.choice(forms.table(forms.CONDITIONS)), names)
            if text is None or condition is None:
                continue
            if self.random.random() < 0.5:
                if self.run([*self.lines, f"    {text}"])[1] is not None:
                    self.lines.append(f"    {text}")
                    return
            elif self._two(f"    if {condition}:", "        pass"):
                self.lines[-1] = f"        {text}"
                return

    def like(self, value: Any) -> Any:
        """Another value of the same kind, for the second set of arguments."""
        if isinstance(value, np.ndarray):
            made = self.array(value.shape)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return abs(made).astype(value.dtype) if value.dtype.kind == "u" else made.astype(value.dtype)
        if isinstance(value, State):
            return State(**{k: self.like(v) for k, v in vars(value).items()})
        if type(value) is int:
            return value + 1
        if type(value) is float:
            return value + 0.5
        return copy.deepcopy(value)


def program(seed: int) -> Program:
    made = Writer(random.Random(seed)).write()
    made.seed = seed
    return made
