"""Whether a compiled function can fail after it has written something.

What it has written must then be put back, and only a copy made before the call
allows that.  Three answers: it cannot; it can, but whether it does depends on
shapes and integers only, so that a call that went well vouches for the next with
the same ones; it can, depending on values.
"""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass, field
from typing import Any

from .effects import PREFIX


class Risk(enum.IntEnum):
    """What a failure after a write depends on."""

    NONE = 0
    SHAPES = 1
    VALUES = 2


# Calls that raise for some values.
_CHECKED = (PREFIX, "npb_py_", "npb_math_", "npb_weak", "npb_number")
_SIZES = ("shape", "size", "ndim")


def risk_of(program: Any, facts: dict[Any, Any]) -> Risk:
    """The risk of a whole program; `facts` are what :mod:`.writes` found of each unit."""
    if program.options.looks:
        return Risk.VALUES
    known: dict[Any, Summary] = {}
    for unit in program.order:  # callees come first, apart from recursion
        known[unit] = _Walk(unit, facts[unit], known, unit is program.entry).summary()
    return known[program.entry].after


@dataclass
class Summary:
    """What a unit does: `fails` at all, fails `after` a write, writes."""

    fails: Risk = Risk.NONE
    after: Risk = Risk.NONE
    writes: bool = False


@dataclass
class _Walk:
    unit: Any
    facts: Any
    known: dict
    is_entry: bool
    result: Summary = field(default_factory=Summary)

    def summary(self) -> Summary:
        unit = self.unit
        self.outside = self.facts.reached(set(unit.parameters))
        self.exact = self._exact_names()
        self.callees = self.facts.callees
        self.block(unit.emitted.body, Risk.SHAPES, frozenset())
        return self.result

    # -- names that shapes and integer arguments decide

    def _exact_names(self) -> set[str]:
        stored: dict[str, list[ast.expr | None]] = {}
        for node in ast.walk(self.unit.emitted):
            if isinstance(node, (ast.Assign, ast.AugAssign, ast.For, ast.comprehension, ast.NamedExpr)):
                self._stored(node, stored)
        found = {p for p in self.unit.integers if self.is_entry and p not in stored}
        size = -1
        while size != len(found):
            size = len(found)
            found |= {n for n, v in stored.items() if len(v) == 1 and v[0] is not None and self._is_exact(v[0], found)}
        return found

    @staticmethod
    def _stored(node: Any, stored: dict) -> None:
        single = isinstance(node, (ast.Assign, ast.For, ast.comprehension))
        source = (node.value if isinstance(node, ast.Assign) else node.iter) if single else None
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            for name in ast.walk(target):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    stored.setdefault(name.id, []).append(source)

    def _is_exact(self, node: ast.AST, names: set[str]) -> bool:
        """Whether shapes and integers decide the value of an expression."""
        if isinstance(node, ast.Constant):
            return True
        if isinstance(node, ast.Name):
            return node.id in names
        if isinstance(node, ast.Attribute):
            return node.attr in _SIZES
        if isinstance(node, ast.Subscript):
            return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            return name == "len" or (name == "range" and all(self._is_exact(a, names) for a in node.args))
        if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.Tuple)):
            inner = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)]
            return all(self._is_exact(n, names) for n in inner)
        return False

    # -- statements in order

    def block(self, body: list[ast.stmt], level: Risk, checked: frozenset) -> Risk:
        """Walk statements; the level says what decides whether the next one runs."""
        for statement in body:
            level, checked = self.statement(statement, level, checked)
        return level

    def statement(self, node: ast.stmt, level: Risk, checked: frozenset) -> tuple[Risk, frozenset]:
        if isinstance(node, (ast.If, ast.While, ast.For)):
            return self.compound(node, level, checked)
        if isinstance(node, ast.Raise):
            self.fail(level)
            return level, checked
        checked = self.expression(node, level, checked)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)):
            self.writes(node)
        jump = isinstance(node, (ast.Break, ast.Continue, ast.Return))
        return level, checked if not jump else frozenset()

    def compound(self, node: Any, level: Risk, checked: frozenset) -> tuple[Risk, frozenset]:
        head = node.iter if isinstance(node, ast.For) else node.test
        checked = self.expression(head, level, checked)
        inside = level if self._is_exact(head, self.exact) else Risk.VALUES
        if isinstance(node, ast.For):
            inside = level if self._is_exact(head, self.exact) or _over_array(head) else Risk.VALUES
        for _ in range(1 if isinstance(node, ast.If) else 2):
            self.block(node.body, inside, checked)
        self.block(node.orelse, inside, checked)
        left = inside is Risk.VALUES or self._data_jump(node.body)
        jumps = any(isinstance(n, (ast.Break, ast.Continue, ast.Return)) for n in ast.walk(node))
        return (Risk.VALUES if left and jumps else level), checked

    def _data_jump(self, body: list[ast.stmt]) -> bool:
        tests = [n.test for s in body for n in ast.walk(s) if isinstance(n, (ast.If, ast.While))]
        return any(not self._is_exact(t, self.exact) for t in tests)

    # -- what can fail, what is written

    def fail(self, risk: Risk) -> None:
        result = self.result
        result.fails = max(result.fails, risk)
        if result.writes:
            result.after = max(result.after, risk)

    def expression(self, node: ast.AST, level: Risk, checked: frozenset) -> frozenset:
        for part in ast.walk(node):
            if isinstance(part, ast.Subscript):
                checked = self.index(part.value, part.slice, isinstance(part.ctx, ast.Store), level, checked)
            elif isinstance(part, ast.Call) and _is_index(part):
                checked = self.index(*part.args[:2], "get" not in part.func.id, level, checked)
            elif isinstance(part, ast.Call):
                self.call(part, level)
            elif isinstance(part, (ast.BinOp, ast.Compare, ast.AugAssign)):
                self.fail(level)  # shapes that do not fit
        return checked

    def index(self, base: ast.expr, key: ast.expr, stores: bool, level: Risk, checked: frozenset) -> frozenset:
        parts = key.elts if isinstance(key, ast.Tuple) else [key]
        if all(isinstance(p, ast.Slice) or (isinstance(p, ast.Constant) and p.value is ...) for p in parts):
            self.fail(Risk.SHAPES if stores else Risk.NONE)
            return checked
        key = ast.dump(base) + ast.dump(key)
        exact = all(isinstance(p, ast.Slice) or self._is_exact(p, self.exact) for p in parts)
        key = key.replace("Store()", "Load()")
        if exact and key in checked:
            return checked
        self.fail(level if exact else Risk.VALUES)
        return checked | {key} if exact else checked

    def call(self, node: ast.Call, level: Risk) -> None:
        callee = self.callees.get(id(node))
        if callee is None:
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name.startswith(PREFIX) and self.facts.call_targets(node) & self.outside:
                self.result.writes = True  # NumPy may have written a part when it raises
            checked = name.startswith(_CHECKED) and not all(self._is_exact(a, self.exact) for a in node.args)
            self.fail(Risk.VALUES if checked else level)
            return
        inner = self.known.get(callee, Summary(Risk.VALUES, Risk.VALUES, True))
        if inner.fails:
            self.fail(max(inner.fails, level))
        if inner.after:
            self.result.after = max(self.result.after, inner.after, level)
        if inner.writes and any(self.facts.roots(a) & self.outside for a in node.args):
            self.result.writes = True

    def writes(self, node: Any) -> None:
        """Note what a statement writes that lives outside of the unit."""
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for place in (t for t in targets if t is not None):
            for part in place.elts if isinstance(place, ast.Tuple) else [place]:
                if not (isinstance(node, ast.Assign) and isinstance(part, ast.Name)):
                    self.result.writes |= bool(self.facts.roots(part) & self.outside)
        for part in ast.walk(node):
            if isinstance(part, ast.Call) and id(part) not in self.callees:
                self.result.writes |= bool(self.facts.call_targets(part) & self.outside)


def _is_index(node: ast.Call) -> bool:
    """Whether this is our own indexing: its second argument is the key."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    return name in ("npb_getitem", "npb_setitem") or name.startswith("npb_at_")


def _over_array(node: ast.expr) -> bool:
    """A loop over the items of arrays runs as often as their shapes say."""
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        return name in ("enumerate", "zip") and all(_over_array(a) for a in node.args)
    return isinstance(node, (ast.Name, ast.Attribute))
