"""Finding the syntax tree of a function.

The whole file is parsed, so that lines and columns in tracebacks are the user's.
"""

from __future__ import annotations

import ast
import functools
import linecache
import os
import time
import types

_STARTED = time.time()


class NoSource(Exception):
    """The source of a function cannot be found, or is not what the function was made from."""


def tree_of(function: types.FunctionType) -> ast.FunctionDef | ast.Lambda:
    """The syntax tree of `function`, a node that belongs to the caller alone."""
    code = function.__code__
    lines = linecache.getlines(code.co_filename, function.__globals__)
    if not lines:
        raise NoSource(f"there is no source for {code.co_filename}")
    source = "".join(lines)
    if _written_since(code.co_filename) and not any(_same_code(code, c) for c in _codes_in(source, code.co_filename)):
        raise NoSource(f"{code.co_filename} has changed since {code.co_name} was defined")
    candidates = [node for node in _functions(source) if _first_line(node) == code.co_firstlineno]
    if code.co_name == "<lambda>":
        found = [n for n in candidates if isinstance(n, ast.Lambda) and _spans(n, code)]
    else:
        found = [n for n in candidates if getattr(n, "name", None) == code.co_name]
    found = [n for n in found if _arguments(n) == code.co_varnames[: len(_arguments(n))]]
    if code.co_name == "<lambda>":  # of lambdas within lambdas the innermost one, in which all positions lie
        found = [n for n in found if not any(m is not n and m in ast.walk(n) for m in found)]
    if len(found) != 1:
        raise NoSource(f"{code.co_filename} has changed since {code.co_name} was defined")
    return _copy(found[0])


def _written_since(filename: str) -> bool:
    """Whether a file was written after this program started: its lines may be another program's."""
    try:
        return os.stat(filename).st_mtime > _STARTED
    except OSError:
        return False


@functools.lru_cache(maxsize=64)
def _codes_in(source: str, filename: str) -> list[types.CodeType]:
    try:
        found = [compile(source, filename, "exec", dont_inherit=True)]
    except SyntaxError as error:
        raise NoSource(str(error)) from None
    for code in found:
        found += [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return found


def _same_code(a: types.CodeType, b: types.CodeType) -> bool:
    return (a.co_firstlineno, a.co_code, a.co_names, _plain(a)) == (b.co_firstlineno, b.co_code, b.co_names, _plain(b))


def _plain(code: types.CodeType) -> str:
    return repr([c for c in code.co_consts if not isinstance(c, types.CodeType)])


@functools.lru_cache(maxsize=64)
def _functions(source: str) -> list[ast.AST]:
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise NoSource(str(error)) from None
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def _first_line(node) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(d.lineno for d in decorators)])


def _spans(node: ast.Lambda, code: types.CodeType) -> bool:
    """Whether the code's own positions lie in the body of this lambda."""
    body = node.body
    start, end = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
    places = [p for p in code.co_positions() if None not in p and p[0] != p[1] + 1 and p[3] > p[2]]
    own = [p for p in places if (p[0], p[2]) >= start and (p[1], p[3]) <= end]
    return bool(own) and len(own) == len(places)


def _arguments(node) -> tuple[str, ...]:
    a = node.args
    names = [x.arg for x in (*a.posonlyargs, *a.args, *a.kwonlyargs)]
    names += [x.arg for x in (a.vararg, a.kwarg) if x is not None]
    return tuple(names)


def _copy(node):
    """A deep copy: passes change trees, and the parsed file is kept."""
    if isinstance(node, list):
        return [_copy(x) for x in node]
    if not isinstance(node, ast.AST):
        return node
    new = type(node)(**{name: _copy(value) for name, value in ast.iter_fields(node)})
    return ast.copy_location(new, node) if hasattr(node, "lineno") else new
