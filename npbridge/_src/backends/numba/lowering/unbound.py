"""Names that may have no value where they are used: they raise ``UnboundLocalError``, as in Python.

Numba's variables start at zero.  The emitted tree of each unit is walked along the ways that a
call can take; a name that is not bound on all of them, where it is used, gets a flag that
says whether it is.
"""

from __future__ import annotations

import ast
from typing import Any

_MESSAGE = "cannot access local variable {!r} where it is not associated with a value"
_SCOPES = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
Bound = frozenset  # the names that surely have a value; None where nothing arrives


def see_to(unit: Any) -> None:
    """Add flags and checks to the emitted tree of `unit`."""
    parameters = frozenset(a.arg for a in unit.emitted.args.args)
    stored = {n.id for n in ast.walk(unit.emitted) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    deleted = any(isinstance(n, ast.Delete) for n in ast.walk(unit.emitted))
    walk = _Walk(stored, parameters)
    walk.block(unit.emitted.body, parameters)
    if walk.doubtful or deleted:
        _Flags(walk).add(unit)


class _Walk:
    """Which uses are of names that are not surely bound there."""

    def __init__(self, stored: set[str], parameters: Bound) -> None:
        self.stored = stored
        self.parameters = parameters
        self.doubtful: dict[int, list[str]] = {}  # statements, and what has to be looked at before them
        self.inside: dict[int, str] = {}  # uses that are reached for some values only
        self.names: set[str] = set()
        self.loops: list[tuple[list, list]] = []

    def block(self, body: list[ast.stmt], bound: Bound | None) -> Bound | None:
        for statement in body:
            if bound is None:
                return None
            bound = self.statement(statement, bound)
        return bound

    def statement(self, node: ast.stmt, bound: Bound) -> Bound | None:
        if isinstance(node, ast.If):
            self.uses(node, node.test, bound)
            return _either(self.block(node.body, bound), self.block(node.orelse, bound))
        if isinstance(node, (ast.For, ast.While)):
            return self.loop(node, bound)
        if isinstance(node, ast.Delete):
            names = {t.id for t in node.targets}
            self.note(node, sorted(names - bound))
            return bound - names
        if isinstance(node, ast.Try):
            return self.tried(node, bound)
        for part in ast.iter_child_nodes(node):
            self.uses(node, part, bound)
        if isinstance(node, (ast.Return, ast.Raise)):
            return None
        if isinstance(node, (ast.Break, ast.Continue)):
            self.loops[-1][isinstance(node, ast.Continue)].append(bound)
            return None
        return bound | _targets(node)

    def loop(self, node: Any, bound: Bound) -> Bound | None:
        self.uses(node, node.iter if isinstance(node, ast.For) else node.test, bound)
        self.loops.append(([], []))
        inner = bound | _names(node.target) if isinstance(node, ast.For) else bound
        end = self.block(node.body, inner)
        breaks, continues = self.loops.pop()
        for other in continues:
            end = _either(end, other)
        endless = isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and bool(node.test.value)
        after = None if endless else end if _surely_runs(node) else bound
        after = self.block(node.orelse, after) if after is not None else None
        for other in breaks:
            after = _either(after, other)
        return after

    def tried(self, node: ast.Try, bound: Bound) -> Bound | None:
        end = self.block(node.body, bound)
        end = self.block(node.orelse, end)
        for handler in node.handlers:
            end = _either(end, self.block(handler.body, bound | ({handler.name} if handler.name else set())))
        return self.block(node.finalbody, bound if end is None else end) if node.finalbody else end

    # -- uses

    def uses(self, statement: ast.stmt, node: ast.AST, bound: Bound) -> None:
        """Note what an expression uses; what it uses for some values only is looked at in its place."""
        always: list[str] = []
        self._uses(node, bound, always, surely=True)
        if isinstance(statement, ast.AugAssign) and node is statement.target and isinstance(node, ast.Name):
            always += [node.id] if node.id not in bound else []
        self.note(statement, always)

    def _uses(self, node: ast.AST, bound: Bound, always: list[str], surely: bool) -> None:
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load) and node.id in self.stored and node.id not in bound:
                self.names.add(node.id)
                if surely:
                    always.append(node.id)
                else:
                    self.inside[id(node)] = node.id
            return
        if isinstance(node, ast.BoolOp):
            self._uses(node.values[0], bound, always, surely)
            parts, surely = node.values[1:], False
        elif isinstance(node, ast.IfExp):
            self._uses(node.test, bound, always, surely)
            parts, surely = [node.body, node.orelse], False
        elif isinstance(node, _SCOPES):
            self._scope(node, bound, always, surely)
            return
        else:
            parts = list(ast.iter_child_nodes(node))
        for part in parts:
            self._uses(part, bound, always, surely)

    def _scope(self, node: Any, bound: Bound, always: list[str], surely: bool) -> None:
        if isinstance(node, ast.Lambda):
            return
        for k, generator in enumerate(node.generators):
            self._uses(generator.iter, bound, always, surely and not k)
            bound = bound | _names(generator.target)
            for test in generator.ifs:
                self._uses(test, bound, always, False)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self._uses(part, bound, always, False)

    def note(self, statement: ast.stmt, names: list[str]) -> None:
        if names:
            self.names |= set(names)
            found = self.doubtful.setdefault(id(statement), [])
            found += [n for n in names if n not in found]


class _Flags(ast.NodeTransformer):
    """Puts in flags, and the statements that look at them."""

    def __init__(self, walk: _Walk) -> None:
        self.walk = walk

    def add(self, unit: Any) -> None:
        taken = self.walk.stored | unit.locals
        self.flags = {}
        for name in sorted(self.walk.names):
            flag = f"{name}_is_bound"
            while flag in taken:
                flag += "_"
            self.flags[name] = flag
        unit.locals |= set(self.flags.values())
        body = self.block(unit.emitted.body)
        first = body[0] if body else unit.emitted
        start = [_assign(f, n in self.walk.parameters, first) for n, f in self.flags.items()]
        unit.emitted.body = [*start, *body]
        ast.fix_missing_locations(unit.emitted)

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [new for statement in body for new in self.statement(statement)]

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        before = [self.check(name, node) for name in self.walk.doubtful.get(id(node), ())]
        if isinstance(node, ast.Delete):
            return [*before, *(_assign(self.flags[t.id], False, node) for t in node.targets if t.id in self.flags)]
        for field in ("test", "iter", "value", "targets", "target", "exc", "msg"):
            part = getattr(node, field, None)
            if isinstance(part, ast.AST):
                setattr(node, field, self.visit(part))
            elif isinstance(part, list):
                setattr(node, field, [self.visit(p) for p in part])
        for field in ("body", "orelse", "finalbody"):
            if getattr(node, field, None):
                setattr(node, field, self.block(getattr(node, field)))
        for handler in getattr(node, "handlers", ()):
            handler.body = self.block(handler.body)
        if isinstance(node, ast.For):
            node.body = [*self.set_flags(_names(node.target), node), *node.body]
            return [*before, node]
        return [*before, node, *self.set_flags(_targets(node), node)]

    def set_flags(self, names: Any, node: ast.AST) -> list[ast.stmt]:
        return [_assign(self.flags[n], True, node) for n in sorted(names) if n in self.flags]

    def check(self, name: str, node: ast.AST) -> ast.stmt:
        error = ast.Call(ast.Name("UnboundLocalError", ast.Load()), [ast.Constant(_MESSAGE.format(name))], [])
        test = ast.UnaryOp(ast.Not(), ast.Name(self.flags[name], ast.Load()))
        return ast.copy_location(ast.If(test, [ast.copy_location(ast.Raise(error, None), node)], []), node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        name = self.walk.inside.get(id(node))
        if name is None:
            return node
        flag = ast.Name(self.flags[name], ast.Load())
        return ast.copy_location(ast.Call(ast.Name("npb_bound", ast.Load()), [node, flag], []), node)


def _assign(name: str, value: bool, node: ast.AST) -> ast.stmt:
    return ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], ast.Constant(value)), node)


def _either(a: Bound | None, b: Bound | None) -> Bound | None:
    return b if a is None else a if b is None else a & b


def _names(target: ast.AST) -> Bound:
    """The names that a target binds, not those of arrays that it writes into."""
    return frozenset(n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _targets(node: ast.stmt) -> Bound:
    """What a simple statement binds."""
    if isinstance(node, ast.Assign):
        return frozenset().union(*map(_names, node.targets))
    return _names(node.target) if isinstance(node, (ast.AnnAssign, ast.AugAssign)) else frozenset()


def _surely_runs(node: Any) -> bool:
    """Whether a loop runs at least once: over ``range`` of constants, or with a test that is true."""
    if isinstance(node, ast.While):
        return isinstance(node.test, ast.Constant) and bool(node.test.value)
    call = node.iter
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range"):
        return False
    values = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, int)]
    return len(values) == len(call.args) and bool(range(*values))
