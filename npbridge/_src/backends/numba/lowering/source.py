"""From a function object to its syntax tree, with the user's file and lines."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
import types
from dataclasses import dataclass
from typing import Any

from .errors import LoweringError


@dataclass(slots=True)
class Source:
    """A function's tree and what its free names mean."""

    node: ast.FunctionDef | ast.Lambda
    filename: str
    function: types.FunctionType

    @property
    def name(self) -> str:
        name = self.function.__name__
        return name if name.isidentifier() else "function"

    def cells(self) -> dict[str, Any]:
        """The closure's names and cells."""
        return dict(zip(self.function.__code__.co_freevars, self.function.__closure__ or (), strict=True))


@functools.lru_cache(maxsize=512)
def _tree_of(code: types.CodeType) -> tuple[ast.AST, str]:
    try:
        lines, start = inspect.getsourcelines(code)
    except (OSError, TypeError):
        raise LoweringError(
            f"the source of {code.co_name!r} cannot be read, so it cannot be compiled. "
            "Define it in a file or a notebook cell, not through exec()."
        ) from None
    text = "".join(lines)
    dedented = textwrap.dedent(text)
    tree = _parse(dedented, code)
    ast.increment_lineno(tree, start - 1)
    indent = _indent(text) - _indent(dedented)
    for node in ast.walk(tree):
        if hasattr(node, "col_offset"):
            node.col_offset += indent
            if node.end_col_offset is not None:
                node.end_col_offset += indent
    return _find(tree, code), inspect.getsourcefile(code) or code.co_filename


def _indent(text: str) -> int:
    first = text.split("\n", 1)[0]
    return len(first) - len(first.lstrip())


def _parse(text: str, code: types.CodeType) -> ast.AST:
    try:
        return ast.parse(text)
    except SyntaxError:
        pass
    # a lambda or a def inside a larger expression or statement
    for candidate in (f"(\n{text.strip().rstrip(',')}\n)", text.strip() + "\n    pass"):
        try:
            tree = ast.parse(candidate)
        except SyntaxError:
            continue
        if candidate.startswith("(\n"):
            ast.increment_lineno(tree, -1)
        return tree
    start = text.find("lambda")
    for stop in range(len(text), start, -1):
        try:
            return ast.parse(text[start:stop].strip(), mode="eval")
        except SyntaxError:
            continue
    raise LoweringError(f"the source of {code.co_name!r} cannot be told from the text around it")


def _find(tree: ast.AST, code: types.CodeType) -> ast.FunctionDef | ast.Lambda:
    if code.co_name == "<lambda>":
        found = [n for n in ast.walk(tree) if isinstance(n, ast.Lambda) and _same_code(n, code)]
        if len(found) > 1:
            raise LoweringError("two lambdas that look alike stand on one line: put them on lines of their own")
    else:
        found = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == code.co_name]
    if not found:
        raise LoweringError(f"the source of {code.co_name!r} is not a plain function")
    return found[0]


def _same_code(node: ast.Lambda, code: types.CodeType) -> bool:
    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    if names != list(code.co_varnames[: len(names)]):
        return False
    made = compile(ast.fix_missing_locations(ast.Expression(node)), "<lambda>", "eval")
    inner = next(c for c in made.co_consts if isinstance(c, types.CodeType))
    return _plain(inner) == _plain(code)


def _plain(code: types.CodeType) -> tuple:
    consts = tuple(_plain(c) if isinstance(c, types.CodeType) else c for c in code.co_consts)
    # a method of an imported module is loaded as an attribute, when the compiler knows of the import
    names = tuple(i.opname.replace("LOAD_METHOD", "LOAD_ATTR") for i in _instructions(code))
    return names, consts, code.co_names


def _instructions(code: types.CodeType) -> list:
    import dis

    skip = {"COPY_FREE_VARS", "LOAD_DEREF", "LOAD_GLOBAL", "LOAD_NAME", "MAKE_CELL", "LOAD_CLOSURE", "PUSH_NULL"}
    return [i for i in dis.get_instructions(code) if i.opname not in skip]


def source_of(function: types.FunctionType) -> Source:
    """The tree of a plain Python function.

    Raises
    ------
    LoweringError
        It has no source, or is a generator or a coroutine.
    """
    code = function.__code__
    if code.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        raise LoweringError(
            f"{function.__name__!r} is a generator or a coroutine, which cannot be compiled. "
            "Return a list or an array instead of yielding."
        )
    node, filename = _tree_of(code)
    return Source(node, filename, function)
