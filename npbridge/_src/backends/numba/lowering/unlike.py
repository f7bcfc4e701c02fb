"""Operators that are left in a finished tree and that Numba computes in ways of its own.

Division, remainders, powers and shifts of integers stop the process, or lie, at the ends
of their ranges, at zero and for negative numbers.  They become calls of ours, which are
NumPy's.
"""

from __future__ import annotations

import ast
import copy

from .fusing_steps import code, is_unlike
from .joins import OPERATOR


def without(tree: ast.FunctionDef, robust: bool) -> ast.FunctionDef:
    """The function with our operators; the tree is changed.

    In a `robust` program operators are calls of ours, and only numbers that are too large are left.
    """
    return ast.fix_missing_locations(_Replacer(robust).visit(tree))


class _Replacer(ast.NodeTransformer):
    def __init__(self, robust: bool) -> None:
        self.robust = robust
        self.limit = 2**64 if robust else 2**63  # without unsigned arrays, none holds more

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        node.left, node.right = self.beside(node.left, node.right), self.beside(node.right, node.left)
        if self.robust or not is_unlike(node.op) or _is_safe(node):
            return node
        return ast.copy_location(_call("", node.op, node.left, node.right), node)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        node.left, *node.comparators = map(self.as_float, (node.left, *node.comparators))
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if len(node.args) == 4 and isinstance(node.func, ast.Name) and node.func.id.startswith("npb_"):
            a, b = node.args[:2]
            if self.is_huge(a) or self.is_huge(b):
                codes = [ast.Constant(3) if self.is_huge(x) else c for x, c in zip((a, b), node.args[2:], strict=True)]
                node.args = [self.beside(a, b), self.beside(b, a), *codes]
        return node

    def is_huge(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Constant) and type(node.value) is int and not -(2**63) <= node.value < self.limit

    def as_float(self, node: ast.expr) -> ast.expr:
        return ast.copy_location(ast.Constant(float(node.value)), node) if self.is_huge(node) else node

    def beside(self, node: ast.expr, other: ast.expr) -> ast.expr:
        """`node`, which may be such a number, or stand beside one."""
        if self.is_huge(other) and not isinstance(node, ast.Constant):
            return ast.copy_location(ast.Call(ast.Name("npb_no_integer", ast.Load()), [node], []), node)
        return self.as_float(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt | list:
        self.generic_visit(node)
        if self.is_huge(node.value):
            read = copy.deepcopy(node.target)
            read.ctx = ast.Load()
            check = ast.Expr(ast.Call(ast.Name("npb_no_integer", ast.Load()), [read], []))
            node.value = self.as_float(node.value)
            return [ast.copy_location(check, node), self.visit_AugAssign(node)]
        if self.robust or not is_unlike(node.op):
            return node
        read = copy.deepcopy(node.target)
        read.ctx = ast.Load()
        in_place = _call("i", node.op, read, node.value)
        return ast.copy_location(ast.Assign([node.target], in_place), node)


def _call(prefix: str, op: ast.operator, left: ast.expr, right: ast.expr) -> ast.Call:
    name = f"npb_{prefix}{OPERATOR[type(op)]}"
    return ast.Call(ast.Name(name, ast.Load()), [left, right, ast.Constant(code(left)), ast.Constant(code(right))], [])


def _is_safe(node: ast.BinOp) -> bool:
    """Whether the right side is written out as a number that does no harm."""
    right = node.right
    if not isinstance(right, ast.Constant) or type(right.value) is not int:
        return False
    return isinstance(node.op, ast.Pow) and right.value in (2, 3)
