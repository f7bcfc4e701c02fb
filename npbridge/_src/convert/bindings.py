"""Where a function reads a variable that may not be bound: a forward analysis over its statements."""

from __future__ import annotations

import ast

from .scopes import assigned

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def unsure(stmts, scope) -> set[int]:
    """The identities of the ``Name`` nodes of local variables that are read where they may not be bound."""
    own = set(assigned(stmts)) - scope.globals - scope.nonlocals
    analysis = _Analysis(own)
    analysis.block(stmts, set(scope.parameters))
    return analysis.found


class _Analysis:
    """`bound` is what is bound on every way to a place; None where no way leads on."""

    def __init__(self, own) -> None:
        self.own = own
        self.found: set[int] = set()

    def reads(self, node, bound) -> None:
        if node is None or isinstance(node, _FUNCTIONS):
            return
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load) and node.id in self.own and node.id not in bound:
                self.found.add(id(node))
            return
        if isinstance(node, _COMPREHENSIONS):
            bound = bound | {n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
        for child in ast.iter_child_nodes(node):
            self.reads(child, bound)

    def block(self, stmts, bound):
        for s in stmts:
            if bound is None:
                bound = set()  # never reached
            bound = self.statement(s, bound)
        return bound

    def statement(self, s, bound):
        if isinstance(s, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
            self.reads(s, bound)
            return None
        method = getattr(self, f"on_{type(s).__name__}", None)
        if method is not None:
            return method(s, bound)
        self.reads(s, bound)
        if isinstance(s, ast.Delete):
            return bound - set(assigned(s))
        if isinstance(s, ast.AnnAssign) and s.value is None:
            return bound
        return bound | set(assigned(s))

    def on_If(self, s, bound):
        self.reads(s.test, bound)
        bound = bound | set(assigned(s.test))
        return _meet(self.block(s.body, bound), self.block(s.orelse, bound))

    def on_For(self, s, bound):
        self.reads(s.iter, bound)
        self.block(s.body, bound | set(assigned(s.target)))
        self.block(s.orelse, bound)
        return bound

    def on_While(self, s, bound):
        self.reads(s.test, bound)
        self.block(s.body, bound)
        self.block(s.orelse, bound)
        return bound

    def on_With(self, s, bound):
        for item in s.items:
            self.reads(item.context_expr, bound)
            bound = bound | set(assigned(item))
        return self.block(s.body, bound)

    def on_Try(self, s, bound):
        after = self.block(s.body, bound)
        after = after if after is None else self.block(s.orelse, after)
        for h in s.handlers:
            self.reads(h.type, bound)
            after = _meet(after, self.block(h.body, bound | ({h.name} if h.name else set())))
        last = self.block(s.finalbody, bound)
        return None if after is None or last is None else after | last

    on_TryStar = on_Try

    def on_Match(self, s, bound):
        self.reads(s.subject, bound)
        for case in s.cases:
            inner = bound | set(assigned(case.pattern))
            self.reads(case.guard, inner)
            self.block(case.body, inner)
        return bound


def _meet(a, b):
    if a is None or b is None:
        return b if a is None else a
    return a & b
