"""Generators that a function makes for itself: ``rng = np.random.default_rng(0)`` compiled for ``'numpy'``."""

from __future__ import annotations

import ast
import functools
from typing import Any

import numpy as np

from ....face.generators import given
from .paths import Path, Root
from .values import Known, Value

Pair = tuple[Value, ast.expr | None]
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.Expr, ast.Return)
_SEVERAL = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp, ast.BoolOp)


def made(unit: Any, args: list, kwargs: dict, node: ast.AST) -> Pair:
    """A generator that is made anew before each call, and handed in: Numba cannot make one."""
    seeds = [*args, *kwargs.values()]
    make = _maker(unit, seeds[0] if seeds else (Known(None), None))
    if len(seeds) > 1 or make is None or not _once_in_each_call(unit, node):
        raise unit.error(
            node,
            "a generator is made in code compiled for 'numpy' only from a seed that is known while compiling or an "
            "argument, and outside of loops, branches and functions that are called. Else make it before the call, "
            "and hold it in an attribute or a global, or hand it over: compiled code goes on from its state.",
        )
    function, text = make
    name = unit.program.hidden_root(function, "made_generator")
    return unit.classify(np.random.default_rng(0), Path(Root(f"{name}({text})", name)))


def _maker(unit: Any, seed: Pair) -> tuple[Any, str] | None:
    """What makes the generator, and the argument that it takes from the call."""
    known = _known(seed)
    if known is not Ellipsis:
        return functools.partial(np.random.default_rng, known), ""
    name: Any = getattr(seed[1], "id", None)
    if name not in unit.parameters or any(_binds(n, name) for n in ast.walk(unit.tree)):
        return None
    return _of_argument, f"arg_{name}"


def _of_argument(seed: Any) -> np.random.Generator:
    return np.random.default_rng(given(seed))


def _binds(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)


def _known(seed: Pair) -> Any:
    """The seed, where it is None, an integer or integers; else an Ellipsis."""
    found, written = seed
    if isinstance(written, (ast.List, ast.Tuple)):
        items = [x.value if isinstance(x, ast.Constant) else ... for x in written.elts]
    elif isinstance(found, Known):
        if type(found.value) not in (list, tuple):
            return found.value if type(found.value) in (int, type(None)) else ...
        items = list(found.value)
    else:
        return ...
    return items if all(type(x) is int for x in items) else ...


def _once_in_each_call(unit: Any, node: Any) -> bool:
    if unit is not unit.program.entry:
        return False
    where = node.lineno, node.col_offset
    body = unit.tree.body
    for statement in body if isinstance(body, list) else [ast.Expr(body)]:  # a lambda is one expression
        found = [n for n in ast.walk(statement) if isinstance(n, ast.Call) and (n.lineno, n.col_offset) == where]
        if found:
            several = any(isinstance(n, _SEVERAL) and _holds(n, where) for n in ast.walk(statement))
            return isinstance(statement, _SIMPLE) and not several
    return False


def _holds(outer: ast.AST, where: tuple) -> bool:
    return any((getattr(n, "lineno", 0), getattr(n, "col_offset", 0)) == where for n in ast.walk(outer))
