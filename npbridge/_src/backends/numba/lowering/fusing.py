"""Expressions and assignments that become one loop: see :mod:`..overloads.fused`.

This works on the finished tree of a unit, so that nothing else has to know of it; what
is shown to the user is the tree as it was.  Fused are operators and ufuncs on one
another, and what is written in place from them.  Whether arrays are involved is seen
by their types, while Numba compiles.
"""

from __future__ import annotations

import ast
from typing import Any

from ..overloads.fused import declare
from ..overloads.trees import Leaf, Op, steps_in
from .fusing_names import Forwarder
from .fusing_steps import (
    COMPARE,
    UFUNC,
    Tree,
    chooses,
    code,
    is_in_place,
    is_unlike,
    only_slices,
    read,
    step,
    symbol,
    unfitted,
)  # fmt: skip
from .joins import OPERATOR

_LONGEST = 40  # steps of one loop
_CONDITIONS = frozenset(COMPARE.values()) | {"logical_and", "logical_or", "logical_not", "isnan", "isfinite", "isinf"}


def fused(tree: ast.FunctionDef, robust: bool) -> ast.FunctionDef:
    """The function with fused expressions."""
    tree = _unshared(tree)
    fuser = _Fuser(robust)
    Forwarder(fuser, tree).block(tree.body)
    return ast.fix_missing_locations(fuser.visit(tree))


def _unshared(node: Any) -> Any:
    """A copy in which no part stands in two places."""
    if isinstance(node, list):
        return [_unshared(x) for x in node]
    if not isinstance(node, ast.AST):
        return node
    made = type(node)(**{name: _unshared(value) for name, value in ast.iter_fields(node)})
    return ast.copy_location(made, node)


class _Fuser(ast.NodeTransformer):
    """Puts calls of fused functions in the places of expressions and assignments."""

    def __init__(self, robust: bool) -> None:
        self.robust = robust

    # -- expressions

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.expr):
            tree = Tree(self.robust)
            op = tree.op(node)
            if op is not None and tree.leaves and (self.worth(op) or _is_abs(node)):
                return self.call(tree, op, op.plain, None, node)
        return super().visit(node)

    def worth(self, op: Op) -> bool:
        """Numba itself fuses what is written with its own operators, up to choices."""
        return 2 <= steps_in(op) <= _LONGEST and (self.robust or chooses(op))

    def call(self, tree: Tree, op: Op, plain: str, place: str | None, node: ast.AST) -> ast.expr:
        leaves = [self.visit(x) for x in tree.leaves]
        name = declare(op, len(leaves), plain, place)
        return ast.copy_location(ast.Call(ast.Name(name, ast.Load()), leaves, []), node)

    # -- assignments

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        target, value = node.targets[0], node.value
        if len(node.targets) == 1 and isinstance(target, ast.Subscript):
            return self.stored(read(target), target.slice, value, node) or self.generic_visit(node)
        if len(node.targets) == 1 and isinstance(target, ast.Name) and is_in_place(value, read(target)):
            name = value.func.id.removeprefix("npb_i")
            return self.augmented(read(target), UFUNC[name], value.args[1], value.args[3].value, node, value)
        return self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        value, place = unfitted(node.value), read(node.target)
        name = UFUNC.get(OPERATOR[type(node.op)].strip("_"))
        known = isinstance(place, ast.Name) or (isinstance(place, ast.Subscript) and only_slices(place.slice))
        if name is None or not known or step(value, self.robust) is None:
            return self.generic_visit(node)
        return self.augmented(place, name, value, 0, node, None)

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "npb_setitem":
            base, key, value = call.args
            if only_slices(key) and is_in_place(value, ast.Call(ast.Name("npb_getitem", ast.Load()), [base, key], [])):
                name = UFUNC[value.func.id.removeprefix("npb_i")]
                return self.augmented(
                    ast.Subscript(base, key, ast.Load()), name, value.args[1], value.args[3].value, node, value
                )
            made = self.stored(ast.Subscript(base, key, ast.Load()), key, value, node)
            return made or self.generic_visit(node)
        return self.generic_visit(node)

    def stored(self, place: ast.Subscript, key: ast.expr, value: ast.expr, node: ast.stmt) -> ast.stmt | None:
        """``place = value`` for a window or a mask; None where this is not for us."""
        if not only_slices(key):
            return self.masked(place.value, key, value, node)
        tree = Tree(self.robust, place)
        op = tree.op(unfitted(value))
        if op is None or steps_in(op) > _LONGEST:
            return None
        return self.statement(tree, op, f"a0[...] = {op.plain}", "store", node)

    def masked(self, base: ast.expr, key: ast.expr, value: ast.expr, node: ast.stmt) -> ast.stmt | None:
        """``base[mask] = number``."""
        tree = Tree(self.robust, base)
        found = step(key, self.robust)
        perhaps = isinstance(key, ast.Name) and isinstance(node, ast.Expr)  # its type will tell
        if not perhaps and (found is None or found[0] not in _CONDITIONS):
            return None
        if not isinstance(base, ast.Name) or steps_in(tree.node(key)[0]) > _LONGEST:
            return None
        condition, text = tree.node(key)
        chosen, number = tree.node(value, code(value))
        plain = f"npb_setitem(a0, {text}, {number})" if isinstance(node, ast.Expr) else f"a0[{text}] = {number}"
        return self.statement(tree, Op("mask", (condition, chosen, Leaf(0)), plain), plain, "mask", node)

    def augmented(self, place: Any, name: str, value: Any, weak: int, node: ast.stmt, call: Any) -> ast.stmt:
        tree = Tree(self.robust, place)
        part, text = tree.node(value, weak or code(value))
        op = Op(name, (Leaf(0), part), "")
        if call is not None:
            plain = f"a0 = {call.func.id}(a0, {text}, {call.args[2].value}, {call.args[3].value})"
        else:
            name = OPERATOR[type(node.op)]
            unlike = f"a0 = npb_i{name}(a0, {text}, 0, {weak or code(value)})"
            plain = unlike if is_unlike(node.op) else f"a0 {symbol(node.op)}= npb_fit(a0, {text}, False)"
        if steps_in(op) > _LONGEST:
            return self.generic_visit(node)
        return self.statement(tree, op, plain, "augment", node)

    def statement(self, tree: Tree, op: Op, plain: str, place: str, node: ast.stmt) -> ast.stmt:
        made = self.call(tree, op, plain, place, node)
        target = tree.leaves[0]
        if place == "augment" and isinstance(target, ast.Name):
            return ast.copy_location(ast.Assign([ast.Name(target.id, ast.Store())], made), node)
        return ast.copy_location(ast.Expr(made), node)


def _is_abs(node: ast.expr) -> bool:
    """Python's function, which Numba has for numbers only."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "abs"
