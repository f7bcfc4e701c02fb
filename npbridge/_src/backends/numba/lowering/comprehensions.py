"""Comprehensions: unrolled over objects, loops over everything else."""

from __future__ import annotations

import ast
import copy
from typing import Any

from . import unroll
from .values import Dynamic, Known, Struct, Value, is_constant

Pair = tuple[Value, ast.expr | None]


def emit(unit: Any, node: ast.ListComp) -> Pair:
    first = node.generators[0]
    found = unroll.probe(unit, first.iter)
    if found is not None and _objects(found):
        return _unrolled(unit, node, unroll.items(unit, first.iter))
    return _as_loop(unit, node)


def _objects(found: list[Pair]) -> bool:
    return any(not (isinstance(v, Known) and is_constant(v.value)) for v, _ in found) or len(found) <= 8


def _unrolled(unit: Any, node: ast.ListComp, found: list[Pair]) -> Pair:
    first, rest = node.generators[0], node.generators[1:]
    items: list[Pair] = []
    outer = dict(unit.env)
    for value, made in found:
        _bind(unit, first.target, value, made, node)
        if not _kept(unit, first.ifs, node):
            continue
        if rest:
            inner = ast.copy_location(ast.ListComp(node.elt, rest), node)
            value, made = emit(unit, inner)
            more = unit.items_of(value, made)
            if more is None:
                raise unit.error(node, "this nested comprehension has no compiled form: write it as loops")
            items.extend(more)
        else:
            value, made = unit.expr(node.elt)
            items.append((value, made))
    unit.env = outer
    return Struct(list, items), None


def _kept(unit: Any, tests: list[ast.expr], node: ast.AST) -> bool:
    for test in tests:
        value, _ = unit.test(test)
        if not isinstance(value, Known):
            raise unit.error(node, "a comprehension over objects cannot filter by values that are computed")
        if not value.value:
            return False
    return True


def _bind(unit: Any, target: ast.expr, value: Value, made: ast.expr | None, node: ast.AST) -> None:
    """Give the variables of a comprehension names of their own."""
    if isinstance(target, ast.Name):
        if made is None or isinstance(value, (Known, Struct)) and made is None:
            unit.env[target.id] = value
            return
        name = unit.fresh(target.id + "_item")
        unit.hoist(ast.Assign([ast.Name(name, ast.Store())], made), node)
        unit.env[target.id] = Struct(list, [(value, ast.Name(name, ast.Load()))])
        unit.env[target.id] = Renamed(name, value)
        return
    items = unit.items_of(value, made)
    if items is None or len(items) != len(target.elts):
        raise unit.error(node, "the items of this comprehension cannot be unpacked while compiling")
    for t, (v, m) in zip(target.elts, items, strict=True):
        _bind(unit, t, v, m, node)


class Renamed(Dynamic):
    """A run-time value under another name."""

    __slots__ = ("name",)

    def __init__(self, name: str, value: Value) -> None:
        super().__init__(getattr(value, "number", None), getattr(value, "scalar", False))
        self.name = name


def _as_loop(unit: Any, node: ast.ListComp) -> Pair:
    """A loop that appends.

    Numba makes a comprehension a function that it takes to pieces, and then drops every
    statement around it of which nothing is used: an index out of range would raise nothing.
    """
    node = _with_names_of_its_own(unit, node)
    name = unit.fresh("collected")
    append = ast.Call(ast.Attribute(ast.Name(name, ast.Load()), "append", ast.Load()), [node.elt], [])
    body: list[ast.stmt] = [ast.Expr(append)]
    for generator in reversed(node.generators):
        for test in reversed(generator.ifs):
            body = [ast.If(test, body, [])]
        body = [ast.For(_stored(generator.target), generator.iter, body, [])]
    start = ast.Assign([ast.Name(name, ast.Store())], ast.List([], ast.Load()))
    outer = dict(unit.env)
    for statement in (start, *body):
        ast.fix_missing_locations(ast.copy_location(statement, node))
        for made in unit.statement(statement):
            unit.hoist(made, node)
    unit.env = outer | {name: Dynamic()}
    return Dynamic(), ast.Name(name, ast.Load())


def _with_names_of_its_own(unit: Any, node: ast.ListComp) -> ast.ListComp:
    """The comprehension with new names for its variables, which are no others of the function."""
    bound = {n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
    names = _Renamer({name: unit.fresh(f"{name}_item") for name in sorted(bound)})
    new = copy.deepcopy(node)
    new = names.visit(new)
    new.generators[0].iter = node.generators[0].iter  # which is read outside
    return new


class _Renamer(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self.names.get(node.arg, node.arg)
        return node


def _stored(target: ast.expr) -> ast.expr:
    if isinstance(target, (ast.Tuple, ast.List)):
        return ast.copy_location(ast.Tuple([_stored(t) for t in target.elts], ast.Store()), target)
    return ast.copy_location(ast.Name(target.id, ast.Store()), target)


def emit_dict(unit: Any, node: ast.DictComp) -> Pair:
    if len(node.generators) != 1:
        raise unit.error(node, "a dictionary comprehension with several loops has no compiled form")
    found = unroll.items(unit, node.generators[0].iter)
    if found is None:
        raise unit.error(node, "a dictionary comprehension over computed values has no compiled form")
    outer = dict(unit.env)
    keys, items = [], []
    for value, made in found:
        _bind(unit, node.generators[0].target, value, made, node)
        if not _kept(unit, node.generators[0].ifs, node):
            continue
        key, _ = unit.expr(node.key)
        if not isinstance(key, Known):
            raise unit.error(node, "the keys of this dictionary must be known while compiling")
        value, made = unit.expr(node.value)
        if made is not None:
            made = unit.held(made, node)
        keys.append(key.value)
        items.append((value, made))
    unit.env = outer
    return Struct(dict, items, keys), None
