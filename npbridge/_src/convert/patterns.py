"""``match`` on constants as a chain of conditions."""

from __future__ import annotations

import ast


def lower_matches(stmts: list, counter) -> None:
    """Replace, in place, the ``match`` statements whose patterns are constants."""
    for i, s in enumerate(stmts):
        if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for name in ("body", "orelse", "finalbody"):
            block = getattr(s, name, None)
            if isinstance(block, list):
                lower_matches(block, counter)
        for part in (*getattr(s, "handlers", ()), *getattr(s, "cases", ())):
            lower_matches(part.body, counter)
        if isinstance(s, ast.Match) and all(_simple(case.pattern) for case in s.cases):
            stmts[i : i + 1] = _chain(s, f"__npb_subject_{next(counter)}__")
            _again(stmts, i + 2, counter)
            return


def _again(stmts, start, counter) -> None:
    rest = stmts[start:]
    lower_matches(rest, counter)
    stmts[start:] = rest


def _simple(pattern) -> bool:
    if isinstance(pattern, ast.MatchOr):
        return all(_simple(p) for p in pattern.patterns)
    if isinstance(pattern, ast.MatchAs):
        return pattern.pattern is None or _simple(pattern.pattern)
    return isinstance(pattern, (ast.MatchValue, ast.MatchSingleton))


def _chain(s: ast.Match, name: str) -> list:
    where = s
    first = ast.Assign([ast.Name(name, ast.Store())], s.subject)
    chain: list = []
    for case in reversed(s.cases):
        bound, test = _test(case.pattern, name)
        body = bound + case.body
        if case.guard is not None:
            test = _both(test, _with_names(bound, case.guard, name))
        if test is None:
            chain = body
            continue
        node = ast.If(test, body, chain)
        chain = [_place(node, case.pattern)]
    if not chain:
        chain = [ast.Pass()]
    if not (len(chain) == 1 and isinstance(chain[0], ast.If)):
        chain = [ast.If(ast.Constant(True), chain, [])]
    return [_place(first, where), _place(chain[0], where)]


def _test(pattern, name):
    """``(bindings, condition or None)`` of one pattern."""
    subject = ast.Name(name, ast.Load())
    if isinstance(pattern, ast.MatchValue):
        return [], _place(ast.Compare(subject, [ast.Eq()], [pattern.value]), pattern)
    if isinstance(pattern, ast.MatchSingleton):
        return [], _place(ast.Compare(subject, [ast.Is()], [ast.Constant(pattern.value)]), pattern)
    if isinstance(pattern, ast.MatchOr):
        return [], _place(
            ast.BoolOp(ast.Or(), [_test(p, name)[1] or ast.Constant(True) for p in pattern.patterns]), pattern
        )
    bound = [_place(ast.Assign([ast.Name(pattern.name, ast.Store())], subject), pattern)] if pattern.name else []
    if pattern.pattern is None:
        return bound, None
    return bound, _test(pattern.pattern, name)[1]


def _with_names(bound, guard, name):
    """The guard, where the captured name is the subject."""
    for b in bound:
        captured = b.targets[0].id
        for node in ast.walk(guard):
            if isinstance(node, ast.Name) and node.id == captured:
                node.id = name
    return guard


def _both(test, guard):
    return guard if test is None else _place(ast.BoolOp(ast.And(), [test, guard]), guard)


def _place(node, where):
    if not hasattr(node, "lineno"):
        ast.copy_location(node, where)
    return ast.fix_missing_locations(node)
