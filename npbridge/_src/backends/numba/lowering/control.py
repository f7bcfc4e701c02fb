"""Branches and loops: what they emit, and what is known after them."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from . import unroll
from .errors import NeedsValue
from .joins import as_store, ends, merged, names_in, same, targets_of
from .questions import number_of
from .values import Dynamic, Known

_PASSES = 4


class Control:
    """The part of the walker that handles branches and loops."""

    def do_If(self, node: ast.If) -> list[ast.stmt]:
        value, test = self.test(node.test)
        if isinstance(value, Known):
            return self.block(node.body if value.value else node.orelse)
        before = dict(self.env)
        body = self.block(node.body)
        after = self.env
        self.env = dict(before)
        orelse = self.block(node.orelse)
        if ends(body):
            pass
        elif ends(orelse):
            self.env = after
        else:
            self.env = merged(after, self.env)
        return [ast.If(test, body or [ast.Pass()], orelse)]

    def do_With(self, node: ast.With) -> list[ast.stmt]:
        for item in node.items:
            call = item.context_expr
            if not isinstance(call, ast.Call):
                raise self.error(node, "this context manager has no compiled form")
            function, _ = self.expr(call.func)
            if not isinstance(function, Known) or function.value not in (np.errstate, np.printoptions):
                raise self.error(node, "only np.errstate and np.printoptions can be used as context managers here")
            told = [k.value.value if isinstance(k.value, ast.Constant) else None for k in call.keywords]
            if function.value is np.errstate and not {"ignore", "warn"}.issuperset(told):
                raise self.error(node, "compiled code does not look for floating-point errors, which are to raise here")
        return self.block(node.body)

    def do_Try(self, node: ast.Try) -> list[ast.stmt]:
        raise self.error(
            node, "try has no compiled form. Test the condition before, or catch the exception outside of jit."
        )

    def do_Match(self, node: ast.Match) -> list[ast.stmt]:
        value, made = self.expr(node.subject)
        name = self.fresh("subject")
        emitted = self.store_name(ast.Name(name, ast.Store()), value, made, node)
        chain: list[ast.stmt] = []
        for case in reversed(node.cases):
            test = self._pattern(case.pattern, name, node)
            if case.guard is not None:
                test = case.guard if test is None else ast.BoolOp(ast.And(), [test, case.guard])
            chain = (
                list(case.body) if test is None else [ast.copy_location(ast.If(test, case.body, chain), case.pattern)]
            )
        for statement in chain:
            ast.fix_missing_locations(ast.copy_location(statement, statement if hasattr(statement, "lineno") else node))
        return emitted + self.block(chain)

    def _pattern(self, pattern: ast.pattern, name: str, node: ast.AST) -> ast.expr | None:
        subject = ast.Name(name, ast.Load())
        if isinstance(pattern, ast.MatchValue):
            return ast.copy_location(ast.Compare(subject, [ast.Eq()], [pattern.value]), pattern)
        if isinstance(pattern, ast.MatchSingleton):
            return ast.copy_location(ast.Compare(subject, [ast.Is()], [ast.Constant(pattern.value)]), pattern)
        if isinstance(pattern, ast.MatchOr):
            return ast.copy_location(
                ast.BoolOp(ast.Or(), [self._pattern(p, name, node) for p in pattern.patterns]), pattern
            )
        if isinstance(pattern, ast.MatchAs) and pattern.pattern is None and pattern.name is None:
            return None
        raise self.error(node, "match works on constants here")

    # -- loops

    def do_While(self, node: ast.While) -> list[ast.stmt]:
        return self.looped(node, self._while)

    def _while(self, node: ast.While) -> list[ast.stmt]:
        self.pre.append([])
        value, test = self.test(node.test)
        before = self.pre.pop()
        if isinstance(value, Known) and not value.value:
            return self.block(node.orelse)
        test = ast.Constant(True) if isinstance(value, Known) else test
        body = self.block(node.body)
        orelse = self._orelse(node)
        if before:
            stop = ast.If(ast.UnaryOp(ast.Not(), test), [ast.Break()], [])
            if orelse:
                raise self.error(node, "the condition of a while loop with else is too involved for compiled code")
            return [ast.While(ast.Constant(True), [*before, stop, *body], [])]
        return [ast.While(test, body or [ast.Pass()], orelse)]

    def _orelse(self, node: Any) -> list[ast.stmt]:
        if not node.orelse:
            return []
        exits, self.env = self.env, dict(self.env)
        orelse = self.block(node.orelse)
        self.env = merged(exits, self.env)
        return orelse

    def looped(self, node: Any, emit: Any) -> list[ast.stmt]:
        """Emit a loop again until the names it changes have settled."""
        start = dict(self.env)
        for _ in range(_PASSES):
            self.env = dict(start)
            self.exits.append([])
            self.flags.append(None)
            kept = len(self.pre[-1])
            calls = len(self.calls)
            returns = len(self.returns)
            try:
                made = emit(node)
            finally:
                leaving = self.exits.pop()
                self.flags.pop()
            end = self.env
            for other in leaving:
                end = merged(end, other)
            settled = merged(start, end, keep=True)
            if self.program.options.narrow:
                self._see_that_floats_stay(start, end, node)
            if all(same(settled[k], v) for k, v in start.items()):
                self.env = merged(start, end)
                return made
            start = {k: settled[k] for k in start}
            del self.pre[-1][kept:]
            del self.calls[calls:]
            del self.returns[returns:]
        raise self.error(node, "the variables of this loop change their kind at every iteration")

    def _see_that_floats_stay(self, start: dict, end: dict, node: Any) -> None:
        """``total = 0.0; total += x[i]``: Python's float takes the dtype of what is added, NumPy's numbers do not."""
        for name, before in start.items():
            after = end.get(name)
            if number_of(before) is not None and number_of(after) is None and isinstance(after, Dynamic):
                raise self.error(
                    node,
                    f"{name!r} is a number of Python's before this loop and one of NumPy's in it. Start with one of "
                    "NumPy's: np.float32(0), say.",
                )

    def do_For(self, node: ast.For) -> list[ast.stmt]:
        if unroll.must_unroll(self, node):
            return unroll.emit(self, node)
        before, kept, calls = dict(self.env), len(self.pre[-1]), len(self.calls)
        try:
            return self.looped(node, self._for)
        except NeedsValue as need:
            if not need.names & set(names_in(node.target)) or not unroll.can_unroll(self, node):
                raise need.error from None
            self.env = before
            del self.pre[-1][kept:]
            del self.calls[calls:]
            return unroll.emit(self, node)

    def _for(self, node: ast.For) -> list[ast.stmt]:
        value, made = self.iterable(node.iter)
        names = names_in(node.target)
        self.bind_loop(node.target, value)
        if any(not isinstance(n, (ast.Name, ast.Tuple, ast.List)) for n in targets_of(node.target)):
            raise self.error(node, "the target of a for loop must be a variable here")
        body = self.block(node.body)
        orelse = self._orelse(node)
        del names
        return [ast.For(as_store(node.target), made, body or [ast.Pass()], orelse)]
