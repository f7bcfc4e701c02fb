"""Loops over objects: one copy of the body for each."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from .joins import merged
from .values import Dynamic, Known, Struct, Value, is_constant, number_kind

_LIMIT = 256
_SHORT = 32

Pair = tuple[Value, ast.expr | None]


def items(unit: Any, node: ast.expr) -> list[Pair] | None:
    """What a loop goes through, where that is known while compiling."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in unit.env:
        special = _CALLS.get(node.func.id)
        if special is not None:
            return special(unit, node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        if node.func.attr in ("items", "values", "keys"):
            return _of_dict(unit, node)
    if isinstance(node, ast.Call):
        return None
    value, made = unit.expr(node)
    if isinstance(value, Struct) and made is not None and not isinstance(made, (ast.Name, ast.Tuple)):
        return None
    return unit.items_of(value)


def _enumerate(unit: Any, node: ast.Call) -> list[Pair] | None:
    inner = items(unit, node.args[0])
    start = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "start"), None)
    first = 0 if start is None else getattr(unit.expr(start)[0], "value", None)
    if inner is None or first is None:
        return None
    return [(Struct(tuple, [(Known(first + i), None), item]), None) for i, item in enumerate(inner)]


def _zip(unit: Any, node: ast.Call) -> list[Pair] | None:
    parts = [items(unit, a) for a in node.args]
    known = [p for p in parts if p is not None]
    if not known:
        return None
    count = min(len(p) for p in known)
    for i, part in enumerate(parts):
        if part is None:
            value, made = unit.expr(node.args[i])
            if not isinstance(value, Dynamic):
                return None
            made = unit.held(made, node)
            parts[i] = [(Dynamic(), ast.Subscript(made, ast.Constant(k), ast.Load())) for k in range(count)]
    return [(Struct(tuple, list(group)), None) for group in zip(*[p[:count] for p in parts], strict=True)]


def _reversed(unit: Any, node: ast.Call) -> list[Pair] | None:
    inner = items(unit, node.args[0])
    return None if inner is None else inner[::-1]


def _listed(unit: Any, node: ast.Call) -> list[Pair] | None:
    return items(unit, node.args[0]) if node.args else None


_CALLS = {"enumerate": _enumerate, "zip": _zip, "reversed": _reversed, "list": _listed, "tuple": _listed}


def _of_dict(unit: Any, node: ast.Call) -> list[Pair] | None:
    base, _ = unit.expr(node.func.value)
    if isinstance(base, Struct) and base.kind is dict:
        keys, found = base.keys, base.items
    elif isinstance(base, Known) and isinstance(base.value, dict):
        unit.program.guard(base.path, "keys", base.value)
        keys = list(base.value)
        found = [unit.part(base, k) for k in keys] if node.func.attr != "keys" else []
    else:
        return None
    if node.func.attr == "keys":
        return [(Known(k), None) for k in keys]
    if node.func.attr == "values":
        return list(found)
    return [(Struct(tuple, [(Known(k), None), item]), None) for k, item in zip(keys, found, strict=True)]


def probe(unit: Any, node: ast.expr) -> list[Pair] | None:
    """:func:`items` without a trace in what is emitted."""
    unit.pre.append([])
    calls = len(unit.calls)
    try:
        return items(unit, node)
    finally:
        unit.pre.pop()
        del unit.calls[calls:]


def must_unroll(unit: Any, node: ast.For) -> bool:
    """Whether the loop goes through objects, or through values of different kinds."""
    found = probe(unit, node.iter)
    if found is None:
        return False
    if not found:
        return True
    flat = [v for value, _ in found for v in _leaves(value)]
    if all(isinstance(v, Known) and number_kind(v.value) for v in flat):
        kinds = {number_kind(v.value) for v in flat}
        return bool(found) and (isinstance(found[0][0], Struct) or len(kinds) > 1) and len(found) <= _SHORT
    if all(isinstance(v, Dynamic) for v in flat) and not isinstance(found[0][0], Struct):
        return len(found) <= _SHORT
    return True


def _leaves(value: Value) -> list[Value]:
    if isinstance(value, Struct):
        return [leaf for v, _ in value.items for leaf in _leaves(v)]
    return [value]


def can_unroll(unit: Any, node: ast.For) -> bool:
    found = _range(unit, node.iter)
    return found is not None and len(found) <= _LIMIT


def _range(unit: Any, node: ast.expr) -> range | None:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"):
        return None
    unit.pre.append([])
    values = [unit.expr(a)[0] for a in node.args]
    unit.pre.pop()
    if all(isinstance(v, Known) and isinstance(v.value, (int, np.integer)) for v in values):
        return range(*[int(v.value) for v in values])
    return None


def emit(unit: Any, node: ast.For) -> list[ast.stmt]:
    found = _range(unit, node.iter)
    pairs: list[Pair] = [(Known(i), None) for i in found] if found is not None else items(unit, node.iter)
    breaks, continues = _jumps(node.body)
    flag = None
    emitted: list[ast.stmt] = []
    if breaks or continues:
        flag = unit.fresh("stopped")
        emitted.append(_assign(flag, False, node))
    walked = _lengths(unit, node)
    for k, (value, made) in enumerate(pairs):
        body = _iteration(unit, node, value, made, flag)
        if flag is not None:
            once = ast.Call(ast.Name("range", ast.Load()), [ast.Constant(1)], [])
            name = unit.fresh("once")
            body = [ast.For(ast.Name(name, ast.Store()), once, body or [ast.Pass()], [])]
            if k and breaks:
                body = [ast.If(ast.UnaryOp(ast.Not(), ast.Name(flag, ast.Load())), body, [])]
        for statement in body:
            if not hasattr(statement, "lineno"):
                ast.copy_location(statement, node)
            ast.fix_missing_locations(statement)
        emitted.extend(body)
        if body and isinstance(body[-1], ast.Return):
            return emitted
    if _lengths(unit, node) != walked:
        raise unit.error(node, "a list or a dictionary grows or shrinks while a loop goes through it")
    orelse = unit.block(node.orelse)
    if orelse and breaks:
        orelse = [ast.If(ast.UnaryOp(ast.Not(), ast.Name(flag, ast.Load())), orelse, [])]
    return [*emitted, *orelse]


def _lengths(unit: Any, node: ast.For) -> list[tuple[str, int]]:
    """How long the containers are that the loop goes through."""
    names = sorted({n.id for n in ast.walk(node.iter) if isinstance(n, ast.Name)})
    held = [(n, unit.env.get(n)) for n in names]
    return [(n, len(v.items)) for n, v in held if isinstance(v, Struct) and v.kind is not tuple]


def _iteration(unit: Any, node: ast.For, value: Value, made: Any, flag: str | None) -> list[ast.stmt]:
    unit.pre.append([])
    bound = unit.store(node.target, value, made, node)
    bound = [*unit.pre.pop(), *bound]
    for statement in bound:
        ast.fix_missing_locations(ast.copy_location(statement, node))
    if flag is None:
        return [*bound, *unit.block(node.body)]
    before = dict(unit.env)
    unit.exits.append([])
    unit.flags.append(flag)
    body = unit.block(node.body)
    unit.flags.pop()
    for other in unit.exits.pop():
        unit.env = merged(unit.env, other)
    del before
    return [*bound, *body]


def _assign(name: str, value: Any, node: ast.AST) -> ast.stmt:
    made = ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], ast.Constant(value)), node)
    return ast.fix_missing_locations(made)


def _jumps(body: list[ast.stmt]) -> tuple[bool, bool]:
    breaks = continues = False
    queue = list(body)
    while queue:
        node = queue.pop()
        breaks |= isinstance(node, ast.Break)
        continues |= isinstance(node, ast.Continue)
        if isinstance(node, (ast.For, ast.While)):
            queue.extend(node.orelse)
        elif not isinstance(node, (ast.FunctionDef, ast.Lambda)):
            queue.extend(ast.iter_child_nodes(node))
    return breaks, continues


__all__ = ["can_unroll", "emit", "is_constant", "items", "must_unroll", "probe"]
