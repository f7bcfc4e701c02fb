"""What is known where two ways through a function meet, and small questions about trees."""

from __future__ import annotations

import ast

import numpy as np

from .values import Conflict, Dynamic, Known, Struct, Value, is_constant


def targets_of(target: ast.expr) -> list[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        return [target, *(x for t in target.elts for x in targets_of(t))]
    return [target]


def names_in(target: ast.expr) -> list[str]:
    return [t.id for t in targets_of(target) if isinstance(t, ast.Name)]


def dictionaries_in(tree: ast.AST) -> set[str]:
    """The names that are bound to dictionaries that are written out, and to nothing else."""
    nodes = list(ast.walk(tree))
    written = {id(t): t.id for t, value in assigned(nodes) if isinstance(t, ast.Name) and type(value) is ast.Dict}
    stored = (n for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    return set(written.values()) - {n.id for n in stored if id(n) not in written}


def assigned(nodes: list[ast.AST]) -> list[tuple[ast.expr, ast.expr | None]]:
    """What is assigned, and to what; ``a, b = x, y`` is two assignments."""
    whole = [(t, n.value) for n in nodes if isinstance(n, ast.Assign) for t in n.targets]
    whole += [(n.target, n.value) for n in nodes if isinstance(n, ast.AnnAssign)]
    return [pair for target, value in whole for pair in _paired(target, value)]


def _paired(target: ast.expr, value: ast.expr | None) -> list[tuple[ast.expr, ast.expr | None]]:
    if not isinstance(target, ast.Tuple) or not isinstance(value, ast.Tuple) or len(target.elts) != len(value.elts):
        return [(target, value)]
    if _has_star(target) or _has_star(value):
        return [(target, value)]
    return [pair for t, v in zip(target.elts, value.elts, strict=True) for pair in _paired(t, v)]


def _has_star(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Starred) for n in ast.walk(node))


def as_store(target: ast.expr) -> ast.expr:
    if isinstance(target, (ast.Tuple, ast.List)):
        return ast.Tuple([as_store(t) for t in target.elts], ast.Store())
    return ast.Name(target.id, ast.Store())


def representable(value: Value) -> bool:
    return isinstance(value, Known) and is_constant(value.value)


def settled_value(value: Value) -> Value:
    if isinstance(value, Known):
        return Known(value.value)
    if isinstance(value, Dynamic) and value.flat:
        return Dynamic(value.number, scalar=True)
    return value


def ends(body: list[ast.stmt]) -> bool:
    """Whether the statements after `body` cannot be reached from it."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
        return True
    return isinstance(last, ast.If) and ends(last.body) and ends(last.orelse)


def merged(first: dict[str, Value], second: dict[str, Value], keep: bool = False) -> dict[str, Value]:
    """What is known after either of two ways; `keep` looks at the names of `first` only."""
    result = {}
    for name in first if keep else {**first, **second}:
        if name not in first:
            result[name] = _perhaps(second[name])
        elif name not in second:
            result[name] = _perhaps(first[name])
        else:
            result[name] = joined(first[name], second[name])
    return result


def _perhaps(value: Value) -> Value:
    """A value that a name has on one of two ways only: what is not a variable there cannot be told from nothing."""
    if isinstance(value, Known):
        return _as_dynamic(value) or Conflict(None)
    if isinstance(value, Struct) and all(m is not None for _, m in value.items):
        return Struct(value.kind, [(_perhaps(v) if m is not None else v, m) for v, m in value.items], value.keys)
    return value if isinstance(value, Dynamic) else Conflict(None)


def same(a: Value, b: Value) -> bool:
    """Whether two values are the same as far as code goes."""
    from .program import key_of

    return type(a) is type(b) and key_of(a) == key_of(b)


def joined(a: Value, b: Value) -> Value:
    if isinstance(a, Conflict) or isinstance(b, Conflict):
        return a if isinstance(a, Conflict) else b
    if isinstance(a, Struct) and isinstance(b, Struct) and a.kind is b.kind and a.keys == b.keys:
        if len(a.items) == len(b.items):
            pairs = zip(a.items, b.items, strict=True)
            return Struct(a.kind, [(joined(x, y), m if m is not None else n) for (x, m), (y, n) in pairs], a.keys)
    if same(a, b):
        return a
    first, second = _as_dynamic(a), _as_dynamic(b)
    if first is not None and second is not None:
        return Dynamic(_wider(first.number, second.number), first.scalar and second.scalar, first.flat and second.flat)
    return Conflict(None)


ORDER = ("bool", "int", "float", "complex")


def _wider(a: str | None, b: str | None) -> str | None:
    if a in ORDER and b in ORDER:
        return max(a, b, key=ORDER.index)
    return None


def _as_dynamic(value: Value) -> Dynamic | None:
    if isinstance(value, Dynamic):
        return value
    if isinstance(value, Known) and is_constant(value.value):
        kind = type(value.value).__name__
        return Dynamic(kind if kind in ORDER else None, scalar=kind in ORDER or isinstance(value.value, np.generic))
    return None


OPERATOR = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
    ast.BitAnd: "and_",
    ast.BitOr: "or_",
    ast.BitXor: "xor",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
}

# They raise where Python's own numbers are divided by zero.
DIVISIONS = (ast.Div, ast.FloorDiv, ast.Mod)


def always_returns(body: list[ast.stmt]) -> bool:
    if not body:
        return False
    last = body[-1]
    if isinstance(last, (ast.Return, ast.Raise)):
        return True
    return isinstance(last, ast.If) and always_returns(last.body) and always_returns(last.orelse)
