"""Statements: control flow becomes calls of operators.

Each block becomes a nested function that shares the user's variables through cells
(``nonlocal``), so an operator can run it, run it under JAX's tracing, or not at all.
A block that can be left early (``break``, ``continue``, ``return``) returns a
*status*, and what follows it in its block becomes a function too, the *rest*: after
a condition known only at run time the rest is traced as part of the branches.
"""

from __future__ import annotations

import ast

from . import patterns
from .bindings import unsure
from .expressions import Expressions, assign_at, call_operator, operator_name
from .scopes import Liveness, Scope, assigned

_LOOPS = (ast.For, ast.While)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def exits(stmts, in_loop: bool = False) -> bool:
    """Whether running these statements can leave them early."""
    for s in stmts:
        if isinstance(s, ast.Return) or (isinstance(s, (ast.Break, ast.Continue)) and not in_loop):
            return True
        if isinstance(s, _SCOPES):
            continue
        for name, block in _blocks(s):
            if exits(block, in_loop or (isinstance(s, _LOOPS) and name == "body")):
                return True
    return False


def _blocks(s):
    for name in ("body", "orelse", "finalbody"):
        block = getattr(s, name, None)
        if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
            yield name, block
    for part in (*getattr(s, "handlers", ()), *getattr(s, "cases", ())):
        yield "handler", part.body


def falls_through(stmts) -> bool:
    """Whether control can reach the end of the statements."""
    for s in stmts:
        if isinstance(s, (ast.Return, ast.Break, ast.Continue, ast.Raise)):
            return False
        if isinstance(s, ast.If) and s.orelse and not falls_through(s.body) and not falls_through(s.orelse):
            return False
        if isinstance(s, ast.With) and not falls_through(s.body):
            return False
    return True


class Statements:
    """Converts the body of one function."""

    def __init__(self, node, counter=None) -> None:
        self.scope = Scope(node)
        self.expressions = Expressions(self.scope, self.function)
        self.counter = counter if counter is not None else iter(range(1 << 30))

    def body_of(self, node) -> list:
        """The converted body of a function definition."""
        patterns.lower_matches(node.body, self.counter)
        self.live = Liveness(node.body, self.scope)
        self.expressions.unsure = unsure(node.body, self.scope)
        names = [n for n in assigned(node.body) if n not in self.scope.globals | self.scope.nonlocals]
        names = [n for n in names if n not in self.scope.parameters]
        body = self.block(node.body, False)
        at = 0
        if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            at = 1  # the docstring stays first
        if names:
            body.insert(at, _bound_here(names, node))
        return body

    def function(self, node):
        """A nested function or lambda of the user's."""
        inner = Statements(node, self.counter)
        if inner.scope.generator:
            return node
        if isinstance(node, ast.Lambda):
            node.body = inner.expressions.visit(node.body)
        else:
            node.body = inner.body_of(node)
        return node

    # -- blocks

    def block(self, stmts, as_status: bool) -> list:
        """The converted statements; `as_status`: they run in a function that returns a status."""
        out = []
        for i, s in enumerate(stmts):
            if isinstance(s, (ast.Return, ast.Break, ast.Continue)):
                out.append(self.leave(s, as_status))
                return out
            if not isinstance(s, _SCOPES) and exits([s]):
                out.extend(self.leaving(s, stmts[i + 1 :], stmts, as_status))
                return out
            out.extend(self.statement(s))
        return out or [ast.Pass()]

    def leave(self, s, as_status):
        if isinstance(s, ast.Return):
            value = self.expressions.visit(s.value) if s.value is not None else None
            if as_status:
                value = call_operator("Return", [value if value is not None else ast.Constant(None)])
            return assign_at(ast.Return(value), s)
        return assign_at(ast.Return(operator_name(type(s).__name__.upper())), s)

    def leaving(self, s, rest, stmts, as_status) -> list:
        """A compound statement that can be left early, and the rest of its block."""
        live = self.live.at_end[id(stmts)]
        out: list = []
        rest_name = ast.Constant(None)
        if rest:
            rest_name = ast.Name(self.name("rest"), ast.Load())
        before = self.part(rest, rest_name.id, s, like=stmts) if rest else []
        names = self.names(assigned(s, rest))
        if isinstance(s, ast.If):
            test = self.expressions.visit(s.test)
            then, orelse = self.name("then"), self.name("otherwise")
            out += self.part(s.body, then, s) + self.part(s.orelse, orelse, s) + before
            between = sorted(live | self.live.after[id(s)])
            both = falls_through(s.body) and falls_through(s.orelse)
            args = [test, ast.Name(then, ast.Load()), ast.Name(orelse, ast.Load()), rest_name]
            args += [_strings(names), _strings(sorted(live)), _strings(between), ast.Constant(both)]
            status = call_operator("if_leaving", args)
        else:
            if isinstance(s, _LOOPS):
                loop, first = self.loop(s)
                out += loop + before
            else:
                kept = self.name("status")
                out += self.keeping_status(s, kept) + before
                first = ast.Name(kept, ast.Load())
            status = call_operator("after", [first, rest_name, _strings(names), _strings(sorted(live))])
        result = status if as_status else call_operator("result", [status])
        out.append(assign_at(ast.Return(result), s))
        return out

    def keeping_status(self, s, kept) -> list:
        """``try`` and ``with``: each block that can be left hands its status on."""
        out: list = []
        out.append(assign_at(ast.Assign([ast.Name(kept, ast.Store())], ast.Constant(None)), s))
        if isinstance(s, ast.Match):
            s.subject = self.expressions.visit(s.subject)
        for item in getattr(s, "items", ()):
            manager = self.expressions.visit(item.context_expr)
            item.context_expr = assign_at(call_operator("within", [manager]), manager)
        for holder in (s, *getattr(s, "handlers", ()), *getattr(s, "cases", ())):
            for name in ("body", "orelse", "finalbody"):
                stmts = getattr(holder, name, None)
                if not stmts:
                    continue
                if exits(stmts):
                    part = self.name("block")
                    run = assign_at(ast.Assign([ast.Name(kept, ast.Store())], _call(part)), stmts[0])
                    setattr(holder, name, [*self.part(stmts, part, stmts[0]), run])
                else:
                    setattr(holder, name, self.block(stmts, False))
        self.guard_try(s)
        return [*out, s]

    def part(self, stmts, name, where, like=None) -> list:
        """The definition of a nested function that runs the statements."""
        if like is not None:
            self.live.at_end[id(stmts)] = self.live.at_end[id(like)]
        body = self.declared(assigned(stmts)) + (self.block(stmts, True) if stmts else [ast.Pass()])
        return [self.define(name, [], body, stmts[0] if stmts else where)]

    def define(self, name, parameters, body, where):
        arguments = ast.arguments([], [ast.arg(p) for p in parameters], None, [], [], None, [])
        node = ast.FunctionDef(name, arguments, body, [], None)
        if "type_params" in ast.FunctionDef._fields:
            node.type_params = []
        return assign_at(node, where)

    def declared(self, names) -> list:
        own = [n for n in names if n not in self.scope.globals]
        shared = [n for n in names if n in self.scope.globals]
        return ([ast.Nonlocal(list(own))] if own else []) + ([ast.Global(list(shared))] if shared else [])

    def names(self, names) -> list[str]:
        return list(dict.fromkeys([*names, *sorted(self.scope.rebound)]))

    def name(self, what) -> str:
        return f"__npb_{what}_{next(self.counter)}__"

    # -- statements

    def statement(self, s) -> list:
        method = getattr(self, f"on_{type(s).__name__}", None)
        if method is not None:
            return method(s)
        return [self.expressions.visit(s)]

    def on_If(self, s) -> list:
        test = self.expressions.visit(s.test)
        then, orelse = self.name("then"), self.name("otherwise")
        names = self.names(assigned(s.body, s.orelse))
        live = sorted(self.live.after[id(s)])
        out = self.part(s.body, then, s) + (self.part(s.orelse, orelse, s) if s.orelse else [])
        other = ast.Name(orelse, ast.Load()) if s.orelse else ast.Constant(None)
        args = [test, ast.Name(then, ast.Load()), other, _strings(names), _strings(live)]
        return [*out, assign_at(ast.Expr(call_operator("if_stmt", args)), s)]

    def on_For(self, s) -> list:
        out, value = self.loop(s)
        return [*out, assign_at(ast.Expr(value), s)]

    on_While = on_For

    def loop(self, s):
        """Definitions, and the expression that runs the loop and gives a status."""
        start, after = sorted(self.live.at_start[id(s)]), self.live.after[id(s)]
        if s.orelse:
            after = after | self.live.at_end[id(s.body)]
        names = self.names(assigned(s.target, s.body) if isinstance(s, ast.For) else assigned(s.test, s.body))
        body, orelse = self.name("body"), self.name("otherwise")
        out: list = []
        if isinstance(s, ast.For):
            item = self.name("item")
            take = assign_at(ast.Assign([s.target], ast.Name(item, ast.Load())), s.target)
            statements = self.declared(assigned(s.target, s.body)) + [self.expressions.visit(take)]
            out.append(self.define(body, [item], statements + self.block(s.body, True), s.body[0]))
            first = self.expressions.visit(s.iter)
        else:
            test = self.name("test")
            value = assign_at(ast.Return(self.expressions.visit(s.test)), s.test)
            out.append(self.define(test, [], [*self.declared(assigned(s.test)), value], s.test))
            out += self.part(s.body, body, s)
            first = ast.Name(test, ast.Load())
        if s.orelse:
            out += self.part(s.orelse, orelse, s)
        other = ast.Name(orelse, ast.Load()) if s.orelse else ast.Constant(None)
        args = [first, ast.Name(body, ast.Load()), other, _strings(names), _strings(start), _strings(sorted(after))]
        args.append(_strings(sorted(_written_names(s))))
        return out, call_operator("for_stmt" if isinstance(s, ast.For) else "while_stmt", args)

    def on_FunctionDef(self, s) -> list:
        s.decorator_list = [self.expressions.visit(d) for d in s.decorator_list]
        a = s.args
        a.defaults = [self.expressions.visit(d) for d in a.defaults]
        a.kw_defaults = [d if d is None else self.expressions.visit(d) for d in a.kw_defaults]
        return [self.function(s)]

    def on_AsyncFunctionDef(self, s) -> list:
        return [s]

    on_ClassDef = on_AsyncFunctionDef

    def on_Assert(self, s) -> list:
        test = self.expressions.visit(s.test)
        message = self.expressions.visit(s.msg) if s.msg is not None else None
        if any(isinstance(n, ast.NamedExpr) for part in (s.msg,) if part for n in ast.walk(part)):
            return [s]
        args = [test] + ([self.expressions.delayed(message)] if message is not None else [])
        return [assign_at(ast.Expr(call_operator("assert_stmt", args)), s)]

    def on_Raise(self, s) -> list:
        if s.exc is not None:
            s.exc = assign_at(call_operator("raised", [self.expressions.visit(s.exc)]), s.exc)
        return [s]

    def on_With(self, s) -> list:
        for item in s.items:
            manager = self.expressions.visit(item.context_expr)
            item.context_expr = assign_at(call_operator("within", [manager]), manager)
        s.body = self.block(s.body, False)
        return [s]

    def on_Try(self, s) -> list:
        for holder in (s, *s.handlers):
            for name in ("body", "orelse", "finalbody"):
                stmts = getattr(holder, name, None)
                if stmts:
                    setattr(holder, name, self.block(stmts, False))
        self.guard_try(s)
        return [s]

    on_TryStar = on_Try

    def guard_try(self, s) -> None:
        """Let operators know, while the body of a ``try`` runs, which exceptions its handlers take."""
        if not getattr(s, "handlers", None):
            return
        kinds = [h.type if h.type is not None else ast.Name("BaseException", ast.Load()) for h in s.handlers]
        kinds = ast.copy_location(ast.Tuple(kinds, ast.Load()), s.body[0])
        manager = assign_at(call_operator("trying", [self.expressions.delayed(kinds)]), s.body[0])
        s.body = [assign_at(ast.With([ast.withitem(manager)], s.body), s.body[0])]

    def on_Match(self, s) -> list:
        s.subject = self.expressions.visit(s.subject)
        for case in s.cases:
            case.body = self.block(case.body, False)
            case.guard = self.expressions.visit(case.guard) if case.guard is not None else None
        return [s]


def _strings(names):
    return ast.Tuple([ast.Constant(n) for n in names], ast.Load())


def _call(name):
    return ast.Call(ast.Name(name, ast.Load()), [], [])


def _bound_here(names, node):
    """``if 0: a = b = None``: the names belong to this function; nothing runs."""
    targets = [ast.Name(n, ast.Store()) for n in names]
    return assign_at(ast.If(ast.Constant(0), [ast.Assign(targets, ast.Constant(None))], []), node)


def _written_names(loop) -> set[str]:
    """Names through which the loop writes: a first guess at what it changes."""
    found = set()
    for node in ast.walk(loop):
        target = node
        if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            while isinstance(target, (ast.Subscript, ast.Attribute)):
                target = target.value
        elif isinstance(node, ast.AugAssign):
            target = node.target
        else:
            continue
        if isinstance(target, ast.Name):
            found.add(target.id)
    return found
