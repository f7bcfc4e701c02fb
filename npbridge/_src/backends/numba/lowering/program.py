"""Everything that is compiled together: units, lifted state, guards."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import errors, guarding, recursion, unbound, unified, writes
from .paths import Path, Root
from .values import Dynamic, Known, Local, Method, Struct, Super, Value, at_hand, is_array, is_constant, is_variable


@dataclass(eq=False)
class Lifted:
    """State that became an argument of the compiled functions.

    ``role`` is ``"array"``, ``"generator"`` (a ``numpy.random.Generator``), ``"box"`` (a number that the code
    assigns to, as an array of no dimensions), or ``"capture"`` (a variable of an
    enclosing compiled function).
    """

    key: Any
    role: str
    label: str
    flat: bool = False
    variable: bool = False
    number: str | None = None
    name: str = ""
    written: bool = False
    rebound: bool = False
    moved: bool = False  # the old array goes elsewhere, as a copy
    read: bool = False
    stored: Any = None  # where a number in a model is assigned: file and line
    initial: Any = None
    nodes: list[ast.Name] = field(default_factory=list)

    def ref(self) -> ast.Name:
        node = ast.Name(self.label, ast.Load())
        self.nodes.append(node)
        return node


@dataclass
class Guard:
    """What a path led to while compiling: ``kind`` is as in :mod:`.guarding`."""

    kind: str
    value: Any


@dataclass
class Options:
    """How a program is lowered.

    ``robust`` sends the operations that Numba types differently from NumPy through our own
    overloads; ``widened`` are the boxes that hold floating-point numbers; ``hosted`` are names of NumPy functions, and
    lines, whose calls go through the interpreter.
    """

    robust: bool = False
    narrow: bool = False
    widened: frozenset = frozenset()
    boxed: frozenset = frozenset()
    hosted: frozenset = frozenset()
    watched: frozenset = frozenset()
    looks: bool = False


class Program:
    """The units that one entry function needs."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.lifted: dict[Any, Lifted] = {}
        self.guards: dict[Path, Guard] = {}
        self.same: set[tuple[Path, Path]] = set()  # two ways to one list or dictionary
        self.paths: dict[int, Path] = {}  # of objects, which their guards keep alive
        self.units: dict[Any, Any] = {}
        self.order: list[Any] = []
        self.recursive = False
        self.constants: dict[str, Any] = {}
        self.roots: dict[str, Any] = {}
        self.notes: dict[str, tuple[str, int]] = {}
        self.messages: list[Any] = []
        self.random = False
        self.states: list[np.random.RandomState] = []  # of which the interpreter draws
        self.specialised: dict[Any, set] = {}
        self.forms: dict[Any, Any] = forms()
        self.ufuncs: dict[str, Any] = {}
        self.hosts: dict[str, Any] = {}
        self.effects: dict[str, Any] = {}  # of what is called through the interpreter
        self.host_notes: list[tuple[str, int, str]] = []
        self.numpy_calls: dict[str, set] = {}
        self.entry: Any = None
        self.fresh_result = False
        self.risk: Any = None

    # -- roots

    def object_root(self, value: Any, label: str) -> Root:
        """A root that the driver holds as a name of its own."""
        for name, held in self.roots.items():
            if held is value:
                return Root(name, name)
        name, k = label, 0
        while name in self.roots:
            k += 1
            name = f"{label}_{k}"
        self.roots[name] = value
        return Root(name, name)

    def hidden_root(self, value: Any, label: str) -> str:
        return self.object_root(value, label).text

    # -- state

    def lift(self, path: Path, value: Any, role: str = "array") -> Lifted:
        found = self.lifted.get(path)
        if found is None:
            found = self.lifted[path] = Lifted(path, role, path.label)
            found.flat = role == "box" or (role == "array" and np.ndim(value) == 0)
            found.variable = is_variable(value)
            found.initial = value
            if role == "box":
                kind = value.dtype.name if hasattr(value, "dtype") else type(value).__name__
                found.number = "float" if path in self.options.widened else kind
        return found

    def capture(self, unit: Any, name: str) -> Lifted:
        key = ("capture", id(unit), name)
        found = self.lifted.get(key)
        if found is None:
            found = self.lifted[key] = Lifted(key, "capture", name)
        return found

    def guard(self, path: Path | None, kind: str, value: Any) -> None:
        if path is not None and path not in self.guards:
            self.guards[path] = Guard(kind, value)

    def note(self, message: str, filename: str, line: int) -> None:
        self.notes.setdefault(message, (filename, line))

    def constant(self, value: Any, label: str = "constant") -> ast.Name:
        for name, held in self.constants.items():
            if held is value:
                return ast.Name(name, ast.Load())
        name = f"{label}_{len(self.constants)}"
        self.constants[name] = value
        return ast.Name(name, ast.Load())

    # -- classification

    def classify(self, value: Any, path: Path | None) -> tuple[Value, ast.expr | None]:
        """The value that an object found at `path` has in compiled code."""
        if is_array(value):
            if path is None:
                path = Path(self.object_root(value, "array"))
            lifted = self.lift(path, value)
            return self.loaded(lifted)
        if isinstance(value, np.random.Generator) and path is not None:
            return Dynamic(), self.lift(path, value, "generator").ref()
        if path is not None and path in self.options.boxed:
            lifted = self.lift(path, value, "box")
            return self.loaded(lifted)
        value = at_hand(value)
        if path is not None and not isinstance(value, type(ast)):
            if path not in self.guards:
                self.guard(path, guarding.kind_of(value), value)
            # what is reached in several ways has one path, so that its arrays are handed over once
            if self.guards[path].kind == "is":
                path = self.paths.setdefault(id(value), path)
            elif type(value) in (list, dict):
                first = self.paths.setdefault(id(value), path)
                self.same |= {(first, path)} if first != path else set()
                path = first
        return Known(value, path), None

    def loaded(self, lifted: Lifted) -> tuple[Value, ast.expr]:
        node = lifted.ref()
        lifted.read = True
        if lifted.flat:
            read = ast.Subscript(node, ast.Tuple([], ast.Load()), ast.Load())
            return Dynamic(lifted.number, scalar=True, flat=True), read
        return Dynamic(), node

    # -- the end

    def finish(self) -> None:
        """Hand lifted state down to every unit that needs it, and settle names."""
        changed = True
        while changed:
            changed = False
            for unit in self.order:
                for _, callee in unit.calls:
                    extra = [x for x in callee.needs if x not in unit.needs and not unit.owns(x)]
                    if extra:
                        unit.needs.extend(extra)
                        changed = True
        self._settle_names()
        for unit in self.order:
            unit.close()
            unbound.see_to(unit)
            names = {name for owner, name in self.options.watched if owner == unit.name}
            if names:
                unified.watch(unit, names)
        self._see_that_numbers_of_models_stay()
        writes.find(self)
        self.recursive = recursion.limit(self)

    def _see_that_numbers_of_models_stay(self) -> None:
        """In a Base a number that is only assigned is lost, with a warning; one that is read, too, is an error."""
        for path, lifted in self.lifted.items():
            if lifted.stored is not None and lifted.read:
                raise errors.number_of_a_model(path.text, *lifted.stored)

    def _settle_names(self) -> None:
        taken = {name for unit in self.order for name in unit.names_used()} | set(self.constants) | {"np", "math"}
        taken |= {unit.name for unit in self.order}
        for lifted in self.lifted.values():
            if lifted.role == "capture" and not any(lifted in unit.needs for unit in self.order):
                continue
            name, k = lifted.label, 0
            while name in taken:
                k += 1
                name = f"{lifted.label}_{k}"
            taken.add(name)
            lifted.name = name
            for node in lifted.nodes:
                node.id = name


def forms() -> dict[Any, Any]:
    from ..overloads import FORMS

    return FORMS


def key_of(value: Value) -> Any:
    """What tells one specialisation of a function from another."""
    if isinstance(value, Dynamic):
        return "d", value.number, value.flat, value.scalar
    if isinstance(value, Known):
        if value.path is not None and not is_constant(value.value):
            return "p", value.path
        if is_constant(value.value):
            return "c", type(value.value), repr(value.value)
        return "i", id(value.value)
    if isinstance(value, Struct):
        return "s", value.kind, tuple(value.keys or ()), tuple(key_of(v) for v, _ in value.items)
    if isinstance(value, Method):
        return "m", id(value.function), key_of(value.owner)
    if isinstance(value, Super):
        return "u", value.cls, key_of(value.owner)
    if isinstance(value, Local):
        return "l", id(value.node), id(value.unit)
    raise TypeError(type(value))
