"""From a function and arguments to a compiled program and its driver."""

from __future__ import annotations

import ast
import copy
import functools
import inspect
import re
import types
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ....array.core import OURS
from . import disk_cache, exchange, fusing, guarding, show, unlike
from .attributes import NeedsBox
from .errors import LoweringError, NeedsValue
from .paths import Path, Root
from .program import Options, Program, key_of
from .refusals import Settings
from .source import source_of
from .unified import Compiler
from .unit import Unit
from .values import NUMBERS, Known, Struct, Value, at_hand, is_array

_NARROW = re.compile(r"^(float16|float32|complex64|u?int8|u?int16|u?int32|uint64|uint|uintp|intc|uintc|single|half)$")


@dataclass
class Lowered:
    """A program, ready to run."""

    program: Program
    entry: Unit
    template: Value | None
    dispatcher: Any
    fetch: Any
    holds: Any
    roles: list[str]
    flat: list[bool]
    written: list[bool]
    rebound: list
    source: str
    shown: Any
    updates: Any
    head: str
    texts: list[str]
    guards: str
    space: dict[str, Any]


def lower(executable: Any, args: tuple, settings: Settings) -> Lowered:
    while True:
        options = Options(**vars(settings))
        try:
            program, entry, leaves = _walk(executable, args, options)
        except NeedsBox as need:
            settings = replace(settings, boxed=settings.boxed | {need.path})
            continue
        except NeedsValue as need:
            raise need.error from None
        wanted = replace(
            settings,
            robust=settings.robust or _takes_part(program, args, "dlq"),
            narrow=settings.narrow or _takes_part(program, args, "?dlq"),  # sums of truth values are int64
        )
        if wanted != settings:
            settings = wanted
            continue
        break
    program.settings = settings
    program.finish()
    dispatcher = compile_units(program, entry, executable.options)
    return _driver(executable, program, entry, leaves, dispatcher)


def _walk(executable: Any, args: tuple, options: Options) -> tuple[Program, Unit, list[str]]:
    program = Program(options)
    entry, owner = executable.entry, executable.owner
    leaves: list[str] = []
    values: dict[str, Value] = {}
    for name, value in zip(executable.signature.parameters, args, strict=True):
        described = exchange.describe(value, Path(Root(f"arg_{name}", name)), leaves)
        if isinstance(described, Known):
            described = program.classify(described.value, described.path)[0]
        values[name] = described
    if isinstance(entry, functools.partial):
        return _walk_partial(program, entry, values, leaves)
    source = source_of(entry)
    if owner is not None:
        first = source.node.args
        name = (first.posonlyargs + first.args)[0].arg if (first.posonlyargs or first.args) else first.vararg.arg
        root = program.object_root(owner, object_label(owner))
        values = {name: Known(owner, Path(root)), **values}
    unit = Unit(program, source, source.name if source.name != "<lambda>" else "function")
    program.entry = unit
    program.units["entry", tuple((k, key_of(v)) for k, v in values.items())] = unit
    unit.bind(values)
    if owner is not None:
        unit.first = Known(owner, Path(root))
    unit.build()
    program.order.append(unit)
    return program, unit, leaves


def _walk_partial(program: Program, entry: Any, values: dict, leaves: list[str]) -> tuple[Program, Unit, list[str]]:
    """A partial object is a function of one statement."""
    parameters = inspect.signature(entry).parameters.values()
    named = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY}
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    passed = [f"{x.name}={x.name}" if x.name in named else stars.get(x.kind, "") + x.name for x in parameters]
    text = f"def partial({', '.join(values)}):\n    return inner({', '.join(passed)})"
    node = ast.parse(text).body[0]
    source = types.SimpleNamespace(
        node=node, filename="<partial>", function=types.FunctionType(_empty.__code__, {}), name="partial"
    )
    source.cells = dict
    unit = Unit(program, source, "partial")
    unit.bind(values)
    root = program.object_root(entry, "partial")
    unit.env["inner"] = Known(entry, Path(root))
    program.entry = program.units["entry"] = unit
    unit.build()
    program.order.append(unit)
    return program, unit, leaves


def _empty() -> None:
    return None


def object_label(value: Any) -> str:
    """The name of an object in compiled code: its own, or its class's and a number."""
    name = getattr(value, "name", None)
    if isinstance(name, str) and name.isidentifier() and hasattr(type(value), "__npbridge_base__"):
        return name
    kind = value if isinstance(value, type) else type(value)
    return f"{kind.__name__}0"


def _takes_part(program: Program, args: tuple, known: str) -> bool:
    """Whether other dtypes take part than the known ones, for which Numba's rules are NumPy's."""
    found = [lifted.initial for lifted in program.lifted.values() if is_array(lifted.initial)]
    if any(_is_other(v, known) for v in (*found, *args)):
        return True
    for unit in program.order:
        for node in ast.walk(unit.emitted):
            if isinstance(node, ast.Attribute) and _NARROW.match(node.attr):
                return True
    return False


def _is_other(value: Any, known: str) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return any(_is_other(v, known) for v in value)
    dtype = getattr(value, "dtype", None)
    return isinstance(dtype, np.dtype) and dtype.char not in known


# -- compiling


def compile_units(program: Program, entry: Unit, options: dict) -> Any:
    """The entry's dispatcher; every unit is compiled from its own tree, at its own lines."""
    import math

    import numba

    from .. import overloads

    space: dict[str, Any] = {"np": np, "math": math, "__name__": "npbridge.compiled"}
    keywords = {
        "parallel": options["parallel"],
        "fastmath": options["fastmath"],
        "boundscheck": options["boundscheck"] or options["debug"],
        "error_model": "numpy",
    }
    trees = {unit: unit.emitted for unit in program.order}
    if not options["parallel"]:  # Numba runs whole-array operations of its own on several threads
        trees = {unit: fusing.fused(tree, program.options.robust) for unit, tree in trees.items()}
    trees = {unit: unlike.without(copy.deepcopy(tree), program.options.robust) for unit, tree in trees.items()}
    space.update(program.constants)
    overloads.fill(space, program)
    space.update(program.hosts)
    for unit, tree in trees.items():
        module = ast.Module([tree], [])
        ast.fix_missing_locations(module)
        exec(compile(module, unit.filename, "exec"), space)
        function = space[unit.name]
        function.__npbridge_watched__ = {n for owner, n in program.options.watched if owner == unit.name}
        function.__npbridge_robust__ = program.options.robust
        function.__npbridge_looks__ = program.options.looks
        function.__module__ = getattr(unit.source.function, "__module__", None) or "npbridge.compiled"
        space[unit.name] = numba.njit(pipeline_class=Compiler, **keywords)(function)
    disk_cache.attach(space[entry.name], disk_cache.key_of(program, options))
    return space[entry.name]


# -- the driver


def _driver(executable: Any, program: Program, entry: Unit, leaves: list[str], dispatcher: Any) -> Lowered:
    formals = [f"arg_{name}" for name in executable.signature.parameters]
    head = ", ".join(formals)
    lifted = entry.needs
    texts = [*leaves, *(x.key.text for x in lifted)]
    roles = ["leaf"] * len(leaves) + [x.role for x in lifted]
    space = dict(program.roots)
    parts = []
    for text, role, x in zip(texts, roles, [None] * len(leaves) + list(lifted), strict=True):
        if role == "box":
            name = f"_box_{len(space)}"
            space[name] = functools.partial(np.array, dtype=x.number)
            text = f"{name}({text})"
        parts.append(text)
    code = f"def fetch({head}):\n    return ({''.join(p + ', ' for p in parts)})\n"
    guards = guarding.tests(program, space)
    code += f"def holds({head}):\n    return {guards}\n"
    exec(code, space)
    rebound = [(len(leaves) + i, _assigner(x, head, space)) for i, x in enumerate(lifted) if x.rebound]
    flat = [False] * len(leaves) + [x.flat for x in lifted]
    updates = _updater(entry, executable, head)
    roles = [
        ("moved" if x.moved else "rebound") if r == "array" and x.rebound else r
        for r, x in zip(roles, [None] * len(leaves) + list(lifted), strict=True)
    ]
    plain = entry.parameters[: len(leaves)]
    written = [name in entry.writes for name in plain] + [x.written for x in lifted]
    shown = show.Shown(executable, program, entry, leaves)
    return Lowered(
        program, entry, _template(entry), dispatcher, space["fetch"], _tolerant(space["holds"]), roles, flat, written,
        rebound, show.source_of(program), shown, updates, head, parts, guards, space,
    )  # fmt: skip


def _tolerant(holds: Any) -> Any:
    def checked(*args: Any) -> bool:
        try:
            return holds(*args)
        except (AttributeError, KeyError, IndexError, TypeError):
            return False  # what was there while compiling is gone

    return checked


def _assigner(lifted: Any, head: str, space: dict) -> Any:
    from ....array import core

    target = lifted.key.text
    if lifted.role == "box":
        return _number_assigner(lifted, head, space)
    scope = dict(space)
    exec(f"def assign({head + ', ' if head else ''}new_value):\n    {target} = new_value\n", scope)
    ours = type(lifted.initial) in OURS

    def assign(raw: np.ndarray, args: tuple) -> None:
        scope["assign"](*args, core.of_fresh(raw) if ours else raw)

    return assign


def _number_assigner(lifted: Any, head: str, space: dict) -> Any:
    """Assigns what a box holds, of the type that the number had before, where it has changed."""
    kind = type(lifted.initial)
    make = kind if kind in NUMBERS else _itself
    target, scope = lifted.key.text, {**space, "make": make, "changed": _changed}
    comma = ", " if head else ""
    exec(f"def assign({head}{comma}raw):\n    if changed({target}, raw): {target} = make(raw[()])\n", scope)

    def assign(raw: np.ndarray, args: tuple) -> None:
        scope["assign"](*args, raw)

    return assign


def _changed(now: Any, raw: np.ndarray) -> bool:
    return np.array(at_hand(now), raw.dtype).tobytes() != raw.tobytes()


def _itself(value: Any) -> Any:
    return value


def _updater(entry: Unit, executable: Any, head: str) -> Any:
    """A function that puts replaced items into the caller's containers."""
    if not entry.updates:
        return None
    lines = [f"    arg_{name}[{label!r}] = values[{i}]" for i, (name, label) in enumerate(entry.updates)]
    space: dict[str, Any] = {}
    exec(f"def update(values, {head}):\n" + "\n".join(lines) + "\n", space)
    return space["update"]


def _template(entry: Unit) -> Value | None:
    """How the result of the compiled function is put together again."""
    from .joins import always_returns, joined

    if not entry.returns:
        return None
    first = entry.returns[0][0]
    complete = always_returns(entry.emitted.body)
    same = all(type(v) is type(first) and key_of(v) == key_of(first) for v, _ in entry.returns)
    if same and complete:
        return first
    if any(isinstance(v, Struct) and v.kind is not tuple for v, _ in entry.returns):
        raise LoweringError("the return statements of a compiled function must give containers of the same form")
    merged = first
    for value, _ in entry.returns[1:]:
        merged = joined(merged, value)
    if not complete and not entry.updates:
        return None if all(isinstance(v, Known) and v.value is None for v, _ in entry.returns) else _Any()
    return merged if not isinstance(merged, Known) else _Any()


class _Any(Value):
    """A result of which nothing is known beforehand."""

    __slots__ = ()
