"""Making a failing program small: lines and parts of lines go while it fails in the same way."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .generate import Program, State

TRIES = 150


def shrunk(program: Program, fails: Callable[[Program], bool]) -> Program:
    """The smallest program found that still fails."""
    left = TRIES
    smaller = True
    while smaller and left > 0:
        smaller = False
        for candidate in (*_fewer(program), *_simpler(program), *_less_data(program)):
            left -= 1
            if left <= 0:
                break
            if fails(candidate):
                program, smaller = candidate, True
                break
    return program


def _with(program: Program, tree: ast.Module) -> Program:
    return Program(ast.unparse(tree) + "\n", program.arguments, program.seed)


def _bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            if isinstance(getattr(node, name, None), list) and not isinstance(node, ast.Module):
                yield getattr(node, name)


def _edits(program: Program, edit: Callable[[list[ast.stmt], int], bool]) -> Iterator[Program]:
    """The programs that come of one edit at one statement, the last statements first."""
    places = [(b, i) for b, body in enumerate(_bodies(ast.parse(program.source))) for i in range(len(body))]
    for b, i in reversed(places):
        tree = ast.parse(program.source)
        if edit(list(_bodies(tree))[b], i):
            yield _with(program, tree)


def _delete(body: list[ast.stmt], i: int) -> bool:
    if len(body) == 1:
        if isinstance(body[0], ast.Pass):
            return False
        body[0] = ast.Pass()
        return True
    del body[i]
    return True


def _unwrap(body: list[ast.stmt], i: int) -> bool:
    if not isinstance(body[i], (ast.If, ast.For, ast.While)):
        return False
    body[i : i + 1] = body[i].body
    return True


def _fewer(program: Program) -> Iterator[Program]:
    yield from _edits(program, _delete)
    yield from _edits(program, _unwrap)
    tree = ast.parse(program.source)
    if len(tree.body) > 1:
        del tree.body[0]
        yield _with(program, tree)


class _Replace(ast.NodeTransformer):
    """Put a part of the expression with the given number in its place."""

    def __init__(self, number: int, part: int) -> None:
        self.left = number
        self.part = part
        self.done = False

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, (ast.BinOp, ast.Call, ast.Subscript, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.Tuple)):
            if self.left == 0 and not self.done:
                parts = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)]
                parts = [n for n in parts if not (isinstance(node, ast.Call) and n is node.func)]
                parts += [node.func.value] if isinstance(getattr(node, "func", None), ast.Attribute) else []
                if self.part < len(parts) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
                    self.done = True
                    return parts[self.part]
            self.left -= 1
        return self.generic_visit(node)


def _simpler(program: Program) -> Iterator[Program]:
    for number in range(30):
        for part in range(3):
            replace = _Replace(number, part)
            tree = replace.visit(ast.parse(program.source))
            if replace.done:
                yield _with(program, ast.fix_missing_locations(tree))


def _less_data(program: Program) -> Iterator[Program]:
    """The second set of arguments like the first; numbers that are easier to read."""
    first, second = program.arguments
    if repr(first) != repr(second) and not any(isinstance(v, State) for v in first):
        yield Program(program.source, [first, copy.deepcopy(first)], program.seed)
    for k, value in enumerate(first):
        if isinstance(value, np.ndarray) and value.size:
            plain = (np.arange(value.size) % 5).reshape(value.shape).astype(value.dtype)
            if not np.array_equal(plain, value):
                given = [*first[:k], plain, *first[k + 1 :]]
                yield Program(program.source, [given, second], program.seed)
