"""Which names a piece of a function binds, and which values are still needed where.

Liveness is the textbook backward analysis over structured statements.  It is
cautious: what a nested function reads, and what is global, counts as needed always.
"""

from __future__ import annotations

import ast

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def assigned(*parts) -> tuple[str, ...]:
    """The names that statements or expressions bind, in order, nested scopes left out."""
    names: dict[str, None] = {}
    for part in parts:
        for node in part if isinstance(part, list) else [part]:
            _bind(node, names, False)
    return tuple(names)


def _bind(node, names, inside_comprehension) -> None:
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, (ast.Store, ast.Del)) and not inside_comprehension:
            names[node.id] = None
        return
    if isinstance(node, ast.NamedExpr):
        names[node.target.id] = None
        _bind(node.value, names, inside_comprehension)
        return
    if isinstance(node, _FUNCTIONS):
        if not isinstance(node, ast.Lambda):
            names[node.name] = None
            for child in (*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)):
                _bind(child, names, inside_comprehension)
        return
    if isinstance(node, ast.ClassDef):
        names[node.name] = None
        return
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names.update((a.asname or a.name.partition(".")[0], None) for a in node.names)
    if isinstance(node, ast.ExceptHandler) and node.name:
        names[node.name] = None
    if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
        names[node.name] = None
    if isinstance(node, ast.MatchMapping) and node.rest:
        names[node.rest] = None
    inside = inside_comprehension or isinstance(node, _COMPREHENSIONS)
    for child in ast.iter_child_nodes(node):
        _bind(child, names, inside)


def reads(node) -> set[str]:
    """The names that an expression may read, nested scopes included."""
    found: set[str] = set()
    if node is None:
        return found
    for part in node if isinstance(node, (list, tuple)) else [node]:
        found.update(n.id for n in ast.walk(part) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    return found


def _own_nodes(stmts):
    """All nodes of a function's own scope; nested functions are given but not entered."""
    stack = list(stmts)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(node))


class Scope:
    """The names of one function, by what they are."""

    def __init__(self, node) -> None:
        body = node.body if isinstance(node.body, list) else []
        a = node.args
        self.parameters = [x.arg for x in (*a.posonlyargs, *a.args, *a.kwonlyargs)]
        self.parameters += [x.arg for x in (a.vararg, a.kwarg) if x is not None]
        positional = [x.arg for x in (*a.posonlyargs, *a.args)]
        self.first = positional[0] if positional else None
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.captured: set[str] = set()
        self.rebound: set[str] = set()
        self.generator = False
        for n in _own_nodes(body if body else [node.body]):
            if isinstance(n, ast.Global):
                self.globals.update(n.names)
            elif isinstance(n, ast.Nonlocal):
                self.nonlocals.update(n.names)
            elif isinstance(n, (ast.Yield, ast.YieldFrom, ast.Await)):
                self.generator = True
            elif isinstance(n, (*_FUNCTIONS, ast.ClassDef)):
                self._look_into(n)
        self.generator = self.generator or isinstance(node, ast.AsyncFunctionDef)

    def _look_into(self, node) -> None:
        inner = ast.walk(node)
        own = set(Scope(node).parameters) if isinstance(node, _FUNCTIONS) else set()
        body = node.body if isinstance(node.body, list) else [node.body]
        own |= set(assigned(body))
        for n in inner:
            if isinstance(n, ast.Nonlocal):
                self.rebound.update(n.names)
                own -= set(n.names)
        self.captured |= {x for x in reads(body) if x not in own} | self.rebound

    @property
    def always(self) -> set[str]:
        """Names whose values somebody else may read at any time."""
        return self.captured | self.globals | self.nonlocals


def kept_by_break(loop, live) -> set[str]:
    """What the body binds and is needed after a ``break``: other iterations must keep it."""
    return live & set(assigned(loop.body)) if _breaks(loop.body) else set()


def _breaks(stmts) -> bool:
    for s in stmts:
        if isinstance(s, ast.Break):
            return True
        if isinstance(s, (ast.For, ast.While)):
            if _breaks(s.orelse):
                return True
        elif not isinstance(s, (*_FUNCTIONS, ast.ClassDef)):
            blocks = [getattr(s, name, None) or [] for name in ("body", "orelse", "finalbody")]
            blocks += [part.body for part in (*getattr(s, "handlers", ()), *getattr(s, "cases", ()))]
            if any(map(_breaks, blocks)):
                return True
    return False


class Liveness:
    """What is needed before and after each statement of a function.

    Attributes
    ----------
    after : dict
        ``id(node)`` of a compound statement to the names needed after it.
    at_start : dict
        ``id(node)`` of a loop to the names that its body (for ``while``: its test, too)
        takes over from the iteration before.
    at_end : dict
        ``id(list)`` of a block to the names needed where the block is left.
    """

    def __init__(self, body: list, scope: Scope) -> None:
        self.after: dict[int, set[str]] = {}
        self.at_start: dict[int, set[str]] = {}
        self.at_end: dict[int, set[str]] = {}
        self.always = scope.always
        self.block(body, set(self.always), set(), set())

    def block(self, stmts, out, at_break, at_continue) -> set[str]:
        self.at_end[id(stmts)] = out | at_break | at_continue
        live = set(out)
        for s in reversed(stmts):
            method = getattr(self, type(s).__name__, None)
            live = (method(s, live, at_break, at_continue) if method else self.simple(s, live)) | self.always
        return live

    def simple(self, s, live):
        if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return (live - {s.name}) | reads(s)
        used = reads(s)
        if isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Name):
            used.add(s.target.id)
        # a walrus may be in a part that is not evaluated: it binds, but it ends nothing
        walrus = {n.target.id for n in ast.walk(s) if isinstance(n, ast.NamedExpr)}
        return (live - (set(assigned(s)) - walrus)) | used

    def Return(self, s, live, at_break, at_continue):
        return reads(s.value)

    def Raise(self, s, live, at_break, at_continue):
        return reads(s)

    def Break(self, s, live, at_break, at_continue):
        return set(at_break)

    def Continue(self, s, live, at_break, at_continue):
        return set(at_continue)

    def If(self, s, live, at_break, at_continue):
        self.after[id(s)] = set(live)
        branches = self.block(s.body, live, at_break, at_continue) | self.block(s.orelse, live, at_break, at_continue)
        return reads(s.test) | branches

    def For(self, s, live, at_break, at_continue):
        self.after[id(s)] = set(live)
        finished = self.block(s.orelse, live, at_break, at_continue)
        targets = set(assigned(s.target))
        header = set(finished)
        while True:
            start = self.block(s.body, header, live, header) - targets
            if start <= header:
                break
            header |= start
        self.at_start[id(s)] = start | reads(s.target) | kept_by_break(s, live)
        return reads(s.iter) | header

    def While(self, s, live, at_break, at_continue):
        self.after[id(s)] = set(live)
        finished = self.block(s.orelse, live, at_break, at_continue)
        header = reads(s.test) | finished
        while True:
            start = self.block(s.body, header, live, header)
            if start <= header:
                break
            header |= start
        # not what is needed after the loop alone, and bound in each iteration
        self.at_start[id(s)] = start | reads(s.test) | kept_by_break(s, live)
        return set(header)

    def Try(self, s, live, at_break, at_continue):
        self.after[id(s)] = set(live)
        out = self.block(s.finalbody, live, at_break, at_continue) | live
        handlers = set()
        for h in s.handlers:
            handlers |= self.block(h.body, out, at_break, at_continue) | reads(h.type)
        rest = self.block(s.orelse, out, at_break, at_continue)
        return self.block(s.body, rest | handlers, at_break, at_continue) | handlers | out

    TryStar = Try

    def With(self, s, live, at_break, at_continue):
        self.after[id(s)] = set(live)
        inner = self.block(s.body, live, at_break, at_continue)
        bound = set()
        used = set()
        for item in s.items:
            used |= reads(item)
            bound |= set(assigned(item))
        return (inner - bound) | used | live

    def Match(self, s, live, at_break, at_continue):
        self.after[id(s)] = set(live)
        result = reads(s.subject) | live
        for case in s.cases:
            result |= self.block(case.body, live, at_break, at_continue) | reads(case.guard) | reads(case.pattern)
        return result
