"""Which parameters a compiled function may write, found in its emitted tree.

The answer may name too many parameters, never too few: it decides which arrays
are handed out as writable memory.
"""

from __future__ import annotations

import ast
from typing import Any

from . import failures
from .effects import effects_of, of_array_method
from .joins import assigned

_VARIABLE = "<a Variable>"
_FRESH = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Constant, ast.JoinedStr, ast.ListComp)


def find(program: Any) -> None:
    """Fill ``unit.writes`` and ``lifted.written`` of a finished program."""
    from ..overloads.arithmetic import ufunc_stubs  # which import Numba

    for name, ufunc in program.ufuncs.items():
        ufunc_stubs(name, ufunc)
    facts = {}
    for unit in program.order:  # callees come first, apart from recursion
        facts[unit] = _Facts(unit)
        unit.gives = facts[unit].returned() & set(unit.parameters)
    _settle(program, facts)
    _see_what_binds(program, facts)
    _see_that_copies_will_do(program, facts)
    _see_that_variables_stay(facts)
    for found in facts.values():
        found.targets |= {name for name, _, _ in found.rebound}
    _settle(program, facts)
    for unit in program.order:
        for lifted in unit.needs:
            if lifted.name in unit.writes:
                lifted.written = True
    program.risk = failures.risk_of(program, facts)
    program.fresh_result = not facts[program.entry].returned() & set(program.entry.parameters)


def _see_what_binds(program: Any, facts: dict) -> None:
    """Which attributes each unit binds anew, itself or in what it calls."""
    for unit in program.order:
        unit.binds = {name for name, _, _ in facts[unit].rebound}
    changed = True
    while changed:
        changed = False
        for unit in program.order:
            new = unit.binds.union(*(callee.binds for _, callee in unit.calls))
            changed = changed or new != unit.binds
            unit.binds = new


def _settle(program: Any, facts: dict) -> None:
    """What each unit writes, itself or in what it calls."""
    changed = True
    while changed:
        changed = False
        for unit in program.order:
            new = facts[unit].written()
            if new != unit.writes:
                unit.writes = new
                changed = True


def _see_that_copies_will_do(program: Any, facts: dict) -> None:
    """``self.a = x`` copies `x` into the memory of the old array here, where in Python the two are one from then on.

    That shows where either is written or returned, where a name still stands for the old array, and to whoever
    holds the old array outside: the last is looked at before each call.
    """
    rebound = {x.name: x for x in program.lifted.values() if x.rebound and x.role == "array"}
    for unit, found in facts.items():
        for name in unit.writes & set(rebound):
            rebound[name].moved = True  # the old array may have been written: whoever holds it sees that
        for name, sources, node in found.rebound:
            sources = {found.copies.get(s, s) for s in sources}
            shared = sources & found.outside
            parameters = {n for n in found.reached(set(sources)) if n in unit.parameters or n.startswith(_KEPT)}
            old = {n.removeprefix(_KEPT) for n in parameters}
            for one in old & set(rebound):
                rebound[one].moved = True
            both = unit.writes & {name, *sources}
            if sources and both and not _is_handed_over(unit, found, sources, node):
                raise unit.error(node, _ONE_ARRAY.format(name))
            if old - set(rebound):
                raise unit.error(node, _GIVEN.format(name))
            if found.returned() & found.reached(set(sources) - shared):
                raise unit.error(node, _ONE_ARRAY.format(name))
        _see_that_no_name_stays(unit, found, rebound)


def _see_that_no_name_stays(unit: Any, found: _Facts, rebound: dict) -> None:
    """A name for an array, or for a part of it, that is used after an attribute was bound to another array."""
    for name, lifted in rebound.items():
        kept = found.reached({_KEPT + name}) - {_KEPT + name}
        if kept & (found.written() | found.returned()):
            lifted.moved = True
        names = found.reached({name}) - {name}
        nodes = [n for n in ast.walk(unit.emitted) if isinstance(n, ast.Call)] if names else []
        for node in (n for n in nodes if _binds_anew(n, name, lifted, found)):
            _, after = _around(unit.emitted.body, node)
            later = {n.id for s in after for n in ast.walk(s) if isinstance(n, ast.Name)}
            if names & later or (names and _is_in_a_loop(unit.emitted.body, node)):
                raise unit.error(node, _OLD_NAME.format(name, ", ".join(sorted(names - set(unit.parameters)))))


def _binds_anew(node: ast.Call, name: str, lifted: Any, found: _Facts) -> bool:
    """Whether a call binds an attribute anew, itself or in what it calls."""
    callee = found.callees.get(id(node))
    if callee is not None:
        return lifted in callee.needs and lifted.name in callee.binds
    return _is_rebinding(node) and node.args[0].id == name


def _is_in_a_loop(body: list, node: ast.AST) -> bool:
    loops = (n for s in body for n in ast.walk(s) if isinstance(n, (ast.For, ast.While)))
    return any(n is node for loop in loops for n in ast.walk(loop))


_ONE_ARRAY = (
    "an attribute ({}) and another name stand for one array here, which is written or returned. Write "
    "self.a = x.copy() for an array of its own, or self.a[...] = x to write into what is there."
)
_GIVEN = (
    "an attribute ({}) becomes an array that is there already, an argument or another attribute. Write "
    "self.a = x.copy() for an array of its own, or self.a[...] = x to write into what is there."
)
_OLD_NAME = "an attribute ({}) is bound to another array while a name ({}) still stands for the old one"
_KEPT = "<kept> "  # a copy of what an attribute was before it is bound anew


def _is_handed_over(unit: Any, found: _Facts, sources: set[str], call: ast.AST) -> bool:
    """Whether what an attribute becomes was made here, just before, and is not looked at again under its own name."""
    before, after = _around(unit.emitted.body, call)
    made = {s.targets[0].id for s in before if _makes(s, found)}
    aliases = set().union(*(found.links.get(s, set()) for s in sources)) - sources
    later = {n.id for s in after for n in ast.walk(s) if isinstance(n, ast.Name)}
    return sources <= made and not aliases and not sources & (later | set(unit.parameters))


def _makes(statement: ast.stmt, found: _Facts) -> bool:
    """Whether a statement binds one name to memory of its own."""
    return (
        isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], ast.Name)
        and not found.roots(statement.value)
    )


def _around(body: list, node: ast.AST) -> tuple[list, list]:
    """The statements before `node` in its own block, and all that come after it."""
    for i, statement in enumerate(body):
        if not any(n is node for n in ast.walk(statement)):
            continue
        for block in ("body", "orelse", "finalbody"):
            inner = getattr(statement, block, [])
            if any(n is node for s in inner for n in ast.walk(s)):
                before, after = _around(inner, node)
                return before, after + body[i + 1 :]
        return body[:i], body[i + 1 :]
    return [], []


def _see_that_variables_stay(facts: dict) -> None:
    """A ``Variable`` that is made in compiled code is an array there: it cannot leave as one."""
    for unit, found in facts.items():
        leaving = found.returned().union(*(found.reached(set(sources)) for _, sources, _ in found.rebound))
        if _VARIABLE in leaving:
            raise unit.error(
                found.made[0],
                "a Variable that is made in code compiled for 'numpy' cannot be returned or kept. Make it before the "
                "call, or return an array.",
            )


def _containers_in(tree: ast.AST) -> set[str]:
    """The names that are bound, somewhere at least, to a list or a dictionary that is written out."""
    pairs = assigned(list(ast.walk(tree)))
    return {t.id for t, v in pairs if isinstance(t, ast.Name) and isinstance(v, (ast.Dict, ast.List))}


def _is_rebinding(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "npb_rebind"


class _Facts(ast.NodeVisitor):
    """Aliases and writes inside one unit, without regard to order."""

    def __init__(self, unit: Any) -> None:
        self.unit = unit
        self.callees = {id(node): callee for node, callee in unit.calls}
        self.links: dict[str, set[str]] = {}
        self.targets: set[str] = set()
        self.handed: list[tuple[Any, str, set[str]]] = []
        self.made: list[ast.AST] = []  # variables
        self.copies: dict[str, str] = {}  # of local arrays, on their way to attributes
        self.rebound: list[tuple[str, set[str], ast.AST]] = []  # attributes, what they become, where
        self.containers = _containers_in(unit.emitted)
        for statement in unit.emitted.body:
            self.visit(statement)
        self.outside = self.reached(set(unit.parameters) | {n for n in self.links if n.startswith(_KEPT)})

    def written(self) -> set[str]:
        reached = set(self.targets)
        for callee, parameter, names in self.handed:
            if parameter in callee.writes:
                reached |= names
        return self.reached(reached)

    def reached(self, reached: set[str]) -> set[str]:
        """`reached` and every name that shares memory with it."""
        queue = list(reached)
        while queue:
            for other in self.links.get(queue.pop(), ()):
                if other not in reached:
                    reached.add(other)
                    queue.append(other)
        return reached

    def returned(self) -> set[str]:
        """The names whose memory the result may share."""
        statements = [n for s in self.unit.emitted.body for n in ast.walk(s) if isinstance(n, ast.Return)]
        return self.reached(set().union(*(self.roots(n.value) for n in statements)))

    def roots(self, node: ast.AST | None) -> set[str]:
        """The names whose memory an expression may share."""
        if node is None or isinstance(node, _FRESH) or getattr(node, "fresh", False):
            return set()
        if getattr(node, "kept", False):
            name = node.func.value.id
            return {_KEPT + name} if name in self.unit.parameters else set()
        if getattr(node, "variable", False):
            self.made.append(node)
            return {_VARIABLE}
        if isinstance(node, ast.Name):
            return {node.id}
        if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred, ast.NamedExpr)):
            return self.roots(node.value)
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            return set().union(*map(self.roots, node.elts))
        if isinstance(node, ast.IfExp):
            return self.roots(node.body) | self.roots(node.orelse)
        if isinstance(node, ast.BoolOp):
            return set().union(*map(self.roots, node.values))
        if isinstance(node, ast.Call):
            callee = self.callees.get(id(node))
            if callee is not None and callee.gives is not None:
                pairs = zip(callee.parameters, node.args, strict=False)
                return set().union(*(self.roots(a) for p, a in pairs if p in callee.gives))
            given = node.args if callee is not None else effects_of(node, self.unit.program).shows
            return set().union(*map(self.roots, given))
        return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}

    def roots_of_array(self, node: ast.expr) -> set[str]:
        """The same of what must be an array: then ``x.copy()`` is no copy of a list, which has the old items."""
        told = id(node) in self.callees or any(getattr(node, mark, False) for mark in ("fresh", "kept", "variable"))
        found = of_array_method(node) if isinstance(node, ast.Call) and not told else None
        return self.roots(node) if found is None else set().union(*map(self.roots, found.shows))

    def link(self, target: ast.AST, sources: set[str]) -> None:
        if isinstance(target, ast.Name):
            for source in sources:
                self.links.setdefault(target.id, set()).add(source)
                self.links.setdefault(source, set()).add(target.id)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for item in target.elts:
                self.link(item, sources)
        elif isinstance(target, ast.Starred):
            self.link(target.value, sources)
        else:
            self.targets |= self.roots(target)
            place = getattr(target, "value", None)
            if isinstance(place, ast.Name) and place.id in self.containers:
                self.link(place, sources)  # its item is the array itself, which may be written by that

    def visit_Assign(self, node: ast.Assign) -> None:
        sources = self.roots(node.value)
        if getattr(node.value, "kept", False) and not sources:
            self.copies[node.targets[0].id] = node.value.func.value.id
        for target in node.targets:
            self.link(target, sources)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.link(node.target, self.roots(node.value))
        self.generic_visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.link(node.target, self.roots(node.value))
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.targets |= self.roots(node.target)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self.link(node.target, self.items(node.iter))
        self.generic_visit(node)

    def items(self, node: ast.expr) -> set[str]:
        """The names whose memory the items of an expression may share."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("enumerate", "zip"):
            return set().union(*map(self.items, node.args))
        return self.roots(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.link(node.target, self.items(node.iter))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        callee = self.callees.get(id(node))
        if callee is not None:
            for parameter, arg in zip(callee.parameters, node.args, strict=True):
                self.handed.append((callee, parameter, self.roots(arg)))
        elif _is_rebinding(node):
            self.rebound.append((node.args[0].id, self.roots_of_array(node.args[1]), node))
        else:
            self.targets |= self.call_targets(node)
            if isinstance(node.func, ast.Name) and node.func.id == "npb_setitem":
                self.link(ast.Subscript(*node.args[:2], ast.Store()), self.roots(node.args[2]))
            kept = effects_of(node, self.unit.program).keeps
            for container in self.roots(kept[0]) if kept else ():
                self.link(ast.Name(container), set().union(*map(self.roots, kept[1:])))
        self.generic_visit(node)

    def call_targets(self, node: ast.Call) -> set[str]:
        """What a call of anything but another unit may write."""
        return set().union(*map(self.roots, effects_of(node, self.unit.program).writes))
