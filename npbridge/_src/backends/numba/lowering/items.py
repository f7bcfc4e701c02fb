"""Items: of containers that are known while compiling, and of arrays."""

from __future__ import annotations

import ast
import types
from typing import Any

import numpy as np

from . import host_calls, numpy_calls, twins
from .errors import NeedsValue
from .joins import dictionaries_in
from .questions import describe, number_of
from .values import Dynamic, Known, Method, Struct, Value, is_constant

Pair = tuple[Value, ast.expr | None]


class Items:
    """The part of the walker that handles what stands in brackets."""

    def on_Subscript(self, node: ast.Subscript) -> Pair:
        base, made = self.expr(node.value)
        if isinstance(base, Known) and any(base.value is g for g in (np.mgrid, np.ogrid, np.s_, np.index_exp)):
            return numpy_calls.grid(self, base.value, node)
        if isinstance(base, Known) and any(base.value is g for g in (np.r_, np.c_)):
            return host_calls.bracketed(self, base.value, node)
        if isinstance(base, numpy_calls.Rows):
            base = Dynamic()
        if isinstance(base, (Known, Struct)):
            return self.item_of(base, made, node)
        number = base.number if isinstance(base, Dynamic) else None
        if number == "shape":
            return self._of_shape(made, node)
        made = self.whole(base, made)
        key = self.index(node.slice)
        if self.must_wrap(node.slice, made):
            return Dynamic(), ast.Call(self.stub("npb_getitem"), [made, key], [])
        made = ast.Subscript(made, key, ast.Load())
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
        made.window = any(isinstance(p, ast.Constant) and p.value is ... for p in parts)
        return Dynamic(), made

    def _of_shape(self, made: ast.expr, node: ast.Subscript) -> Pair:
        value = Dynamic("shape") if isinstance(node.slice, ast.Slice) else Dynamic("int", scalar=True)
        return value, ast.Subscript(made, self.index(node.slice), ast.Load())

    def as_window(self, made: ast.expr | None) -> ast.expr | None:
        """``x[..., 0]``, which is an array also where it has no dimensions; in arithmetic it may be a number."""
        if not getattr(made, "window", False):
            return made
        return ast.copy_location(ast.Call(self.stub("npb_window"), [made], []), made)

    def whole(self, base: Value, made: ast.expr) -> ast.expr:
        """An array of no dimensions itself, where `made` reads its value."""
        if isinstance(base, Dynamic) and base.flat and isinstance(made, ast.Subscript):
            return made.value
        return made

    def item_of(self, base: Value, made: ast.expr | None, node: ast.Subscript) -> Pair:
        if isinstance(node.slice, ast.Slice):
            parts = [
                None if p is None else self.expr(p)[0] for p in (node.slice.lower, node.slice.upper, node.slice.step)
            ]
            if all(p is None or isinstance(p, Known) for p in parts):
                key = slice(*[None if p is None else p.value for p in parts])
                return self._slice_of(base, key, node)
        key, made_key = self.expr(node.slice)
        if isinstance(key, Known):
            return self._known_item(base, key.value, node)
        items = self.items_of(base)
        if items is not None and all(_picks(v) for v, _ in items):
            table = made if made is not None else self.node(base, None, node)
            return Dynamic(), ast.Subscript(table, self.node(key, made_key, node), ast.Load())
        names = {n.id for n in ast.walk(node.slice) if isinstance(n, ast.Name)}
        raise NeedsValue(
            names,
            self.error(
                node, "which object is meant depends on a value that is only known at run time. Loop over them."
            ),
        )

    def _slice_of(self, base: Value, key: slice, node: ast.AST) -> Pair:
        if isinstance(base, Known) and isinstance(base.value, (str, range)):
            return Known(base.value[key]), None
        if isinstance(base, Known) and is_constant(base.value):
            return Known(base.value[key]), None
        items = self.items_of(base)
        if items is None:
            raise self.error(node, f"{describe(base)} cannot be sliced in compiled code")
        kind = base.kind if isinstance(base, Struct) else type(base.value)
        return Struct(kind, items[key]), None

    def _known_item(self, base: Value, key: Any, node: ast.AST) -> Pair:
        if isinstance(base, Struct):
            try:
                position = base.keys.index(key) if base.kind is dict else key
                return base.items[position]
            except (ValueError, IndexError, TypeError):
                raise self.error(node, f"there is no item {key!r}") from None
        if twins.dotted(base.value) or not hasattr(type(base.value), "__getitem__"):
            raise self.error(node, f"{describe(base)} cannot be indexed in compiled code")
        getter = type(base.value).__getitem__
        if isinstance(getter, types.FunctionType):
            return self.invoke(Method(getter, base), [(Known(key), None)], {}, node)
        if isinstance(key, tuple) and isinstance(base.value, list):
            raise self.error(node, "a list cannot be indexed by a tuple")
        try:
            return self.part(base, key)
        except (KeyError, IndexError) as error:
            raise self.error(node, f"there is no item {error}") from None

    def items_of(self, value: Value, made: ast.expr | None = None) -> list[Pair] | None:
        """The items of a container whose length is known, else None."""
        if isinstance(value, Struct):
            return [(Known(k), None) for k in value.keys] if value.kind is dict else list(value.items)
        if isinstance(value, Known):
            held = value.value
            if isinstance(held, (list, tuple)):
                if isinstance(held, list):
                    self.program.guard(value.path, "keys", held)
                return [self.part(value, i) for i in range(len(held))]
            if isinstance(held, dict):
                self.program.guard(value.path, "keys", held)
                return [(Known(k), None) for k in held]
            if isinstance(held, (range, str)):
                return [(Known(x), None) for x in held]
        return None

    # -- indices of arrays

    def index(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Slice):
            parts = [None if p is None else self.dynamic(p) for p in (node.lower, node.upper, node.step)]
            if self.program.options.robust:
                filled = [ast.Constant(None) if p is None else p for p in parts]
                return ast.copy_location(ast.Call(ast.Name("slice", ast.Load()), filled, []), node)
            return ast.copy_location(ast.Slice(*parts), node)
        if isinstance(node, ast.Tuple):
            return ast.copy_location(ast.Tuple([self.index(e) for e in node.elts], ast.Load()), node)
        value, made = self.expr(node)
        if isinstance(value, Known) and isinstance(value.value, tuple) and not is_constant(value.value):
            return ast.Tuple([self.node(Known(x), None, node) for x in value.value], ast.Load())
        listed = isinstance(made, ast.List) or (isinstance(value, Known) and isinstance(value.value, list))
        made = self.node(value, made, node, context="array")
        if listed or isinstance(node, ast.ListComp):
            made = ast.Call(twins.reference("numpy.array"), [made], [])
        return made

    def must_wrap(self, key: ast.expr, base: ast.expr | None = None) -> bool:
        """Whether an index goes through our own indexing.

        Numba's lacks arrays beside other arrays, and does not look at the lengths of masks
        or whether an index of ``x.flat`` is in it.
        """
        if isinstance(base, ast.Attribute) and base.attr == "flat":
            return True
        if self.is_dictionary(base):
            return False
        parts = key.elts if isinstance(key, ast.Tuple) else [key]
        return any(not isinstance(p, (ast.Slice, ast.Constant)) and not self._surely_scalar(p) for p in parts)

    def is_dictionary(self, base: ast.expr | None) -> bool:
        """Whether a name stands for nothing but dictionaries that are written out in this function.

        Numba tells the types of an empty one from the assignments to its items: no call of ours may take their place.
        """
        return isinstance(base, ast.Name) and base.id not in self.parameters and base.id in dictionaries_in(self.tree)

    def _surely_scalar(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            value = self.env.get(node.id)
            return number_of(value) == "int" if value is not None else False
        if isinstance(node, ast.BinOp):
            return self._surely_scalar(node.left) and self._surely_scalar(node.right)
        if isinstance(node, ast.UnaryOp):
            return self._surely_scalar(node.operand)
        return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _picks(value: Value) -> bool:
    return isinstance(value, Dynamic) or (isinstance(value, Known) and is_constant(value.value))
