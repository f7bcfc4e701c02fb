"""What loops go through."""

from __future__ import annotations

import ast
from typing import Any

from .values import Dynamic, Known, Struct, Value

Pair = tuple[Value, ast.expr | None]


def _named(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def iterable(unit: Any, node: ast.expr) -> Pair:
    """What a loop goes through: a description of its items, and the emitted form."""
    if isinstance(node, ast.Call):
        function = None
        if isinstance(node.func, ast.Name) and node.func.id not in unit.locals:
            function = node.func.id
        if function == "range":
            args = [unit.dynamic(a) for a in node.args]
            return Dynamic("int", scalar=True), _range_name(unit, args)
        if function == "enumerate":
            inner, made = iterable(unit, node.args[0])
            more = [unit.dynamic(a) for a in node.args[1:]] + [unit.dynamic(k.value) for k in node.keywords]
            return Struct(tuple, [(Dynamic("int", scalar=True), None), (inner, None)]), _named("enumerate", made, *more)
        if function == "zip":
            parts = [iterable(unit, a) for a in node.args]
            return Struct(tuple, [(v, None) for v, _ in parts]), _named("zip", *[m for _, m in parts])
        if function == "reversed":
            return _reversed(unit, node)
        if function in ("list", "tuple", "iter") and len(node.args) == 1:
            return iterable(unit, node.args[0])
    value, made = unit.expr(node)
    if isinstance(value, Known) and isinstance(value.value, range):
        return Dynamic("int", scalar=True), unit.node(value, None, node)
    if isinstance(value, Known):
        kinds = {type(x) for x in value.value} if isinstance(value.value, (list, tuple)) else set()
        number = kinds.pop().__name__ if len(kinds) == 1 else None
        return Dynamic(number if number in ("int", "float") else None, scalar=True), unit.node(value, made, node)
    return Dynamic(), unit.node(value, made, node)


def _range_name(unit: Any, args: list[ast.expr]) -> ast.expr:
    return _named("range", *args)


def _reversed(unit: Any, node: ast.Call) -> Pair:
    inner = node.args[0]
    if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "range":
        args = [unit.dynamic(a) for a in inner.args]
        start, stop, step = {
            1: lambda: (ast.Constant(0), args[0], ast.Constant(1)),
            2: lambda: (*args, ast.Constant(1)),
            3: lambda: tuple(args),
        }[len(args)]()
        call = ast.Call(unit.stub("npb_reversed_range"), [start, stop, step], [])
        return Dynamic("int", scalar=True), call
    value, made = unit.expr(inner)
    whole = ast.Slice(None, None, ast.Constant(-1))
    return Dynamic(), ast.Subscript(unit.node(value, made, node), whole, ast.Load())


def bind_loop(unit: Any, target: ast.expr, value: Value) -> None:
    if isinstance(target, ast.Name):
        unit.env[target.id] = value if isinstance(value, Dynamic) else Dynamic()
        return
    if isinstance(value, Struct) and len(value.items) == len(target.elts):
        for t, (v, _) in zip(target.elts, value.items, strict=True):
            bind_loop(unit, t, v)
        return
    for t in target.elts:
        bind_loop(unit, t, Dynamic())
