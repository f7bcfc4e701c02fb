"""Tuples, lists, dictionaries and comprehensions that are written out."""

from __future__ import annotations

import ast

from . import comprehensions
from .values import Dynamic, Known, Struct, Value, is_constant

Pair = tuple[Value, ast.expr | None]


class Displays:
    """The part of the walker that handles containers as they are written."""

    def on_Tuple(self, node: ast.Tuple) -> Pair:
        items = self.several(node.elts)
        if all(isinstance(v, Known) and is_constant(v.value) for v, _ in items):
            return Known(tuple(v.value for v, _ in items)), None
        return self.tuple_of(items, node)

    def tuple_of(self, items: list[Pair], node: ast.AST) -> Pair:
        if any(m is None and not (isinstance(v, Known) and is_constant(v.value)) for v, m in items):
            return Struct(tuple, items), None
        filled = [(v, self.node(v, m, node)) for v, m in items]
        return Struct(tuple, filled), ast.Tuple([m for _, m in filled], ast.Load())

    def on_List(self, node: ast.List) -> Pair:
        items = self.several(node.elts)
        if any(m is None and not (isinstance(v, Known) and is_constant(v.value)) for v, m in items):
            return Struct(list, items), None
        if any(isinstance(v, Dynamic) and v.flat for v, _ in items):
            return Struct(list, [(v, self.node(v, m, node)) for v, m in items]), None
        return Dynamic(), ast.List([self.node(v, m, node) for v, m in items], ast.Load())

    def on_Set(self, node: ast.Set) -> Pair:
        return Dynamic(), ast.Set([self.dynamic(e) for e in node.elts])

    def several(self, nodes: list[ast.expr]) -> list[Pair]:
        items: list[Pair] = []
        for item in nodes:
            if isinstance(item, ast.Starred):
                value, made = self.expr(item.value)
                more = self.items_of(value, made)
                if more is None and isinstance(made, ast.List):
                    more = [(Dynamic(), e) for e in made.elts]
                if more is None:
                    raise self.error(item, "only containers whose length is known can be unpacked with *")
                items.extend(more)
                continue
            place = len(self.pre[-1])
            found = self.expr(item)
            if len(self.pre[-1]) > place:
                items = [(v, self._held_at(place, v, m, item)) for v, m in items]
            items.append(found)
        return items

    def _held_at(self, place: int, value: Value, made: ast.expr | None, node: ast.AST) -> ast.expr | None:
        plain = isinstance(value, Dynamic) and not isinstance(made, (ast.List, ast.ListComp, ast.Dict))
        return self.evaluated_before(place, made, node) if plain else made

    def on_Dict(self, node: ast.Dict) -> Pair:
        if not node.keys:
            return Dynamic(), ast.Dict([], [])
        keys, items = [], []
        for key, item in zip(node.keys, node.values, strict=True):
            if key is None:
                value, _ = self.expr(item)
                if not isinstance(value, Struct) or value.kind is not dict:
                    raise self.error(node, "only dictionaries whose keys are known can be merged with **")
                keys.extend(value.keys)
                items.extend(value.items)
                continue
            found, _ = self.expr(key)
            if not isinstance(found, Known):
                pairs = zip(node.keys, node.values, strict=True)
                made = [(self.dynamic(k), self.dynamic(v)) for k, v in pairs]
                return Dynamic(), ast.Dict([k for k, _ in made], [v for _, v in made])
            keys.append(found.value)
            items.append(self.expr(item))
        return Struct(dict, items, keys), None

    def on_ListComp(self, node: ast.ListComp) -> Pair:
        return comprehensions.emit(self, node)

    def on_GeneratorExp(self, node: ast.GeneratorExp) -> Pair:
        return comprehensions.emit(self, ast.copy_location(ast.ListComp(node.elt, node.generators), node))

    def on_DictComp(self, node: ast.DictComp) -> Pair:
        return comprehensions.emit_dict(self, node)
