"""What is true: comparisons, ``and``, ``or``, ``in``, and what is chosen by a test."""

from __future__ import annotations

import ast
import operator
from typing import Any

from . import twins
from .joins import joined
from .questions import is_scalar, number_of
from .values import Dynamic, Known, Struct, Value

Pair = tuple[Value, ast.expr | None]

_COMPARE = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}


class Conditions:
    """The part of the walker that handles expressions of which the truth matters."""

    def on_BoolOp(self, node: ast.BoolOp) -> Pair:
        stop = isinstance(node.op, ast.Or)
        parts: list[Pair] = []
        for k, item in enumerate(node.values):
            (value, made), emitted = self.apart(item)
            if emitted and parts:
                rest = ast.BoolOp(node.op, node.values[k:]) if k + 1 < len(node.values) else item
                return self._chosen(parts, stop, ast.copy_location(rest, node), node)
            self.pre[-1].extend(emitted)
            if isinstance(value, (Known, Struct)) and made is None:
                truth = bool(value.value if isinstance(value, Known) else value.items)
                if truth == stop:
                    parts.append((value, made))
                    break
                continue
            parts.append((value, made))
        return self._joined_truth(parts, node) if parts else (value, made)

    def _joined_truth(self, parts: list[Pair], node: ast.BoolOp) -> Pair:
        if len(parts) == 1:
            return parts[0]
        emitted = [self.node(v, m, node) for v, m in parts]
        kinds = {number_of(v) for v, _ in parts}
        number = kinds.pop() if len(kinds) == 1 else None
        return Dynamic(number, scalar=all(is_scalar(v) for v, _ in parts)), ast.BoolOp(node.op, emitted)

    def _chosen(self, parts: list[Pair], stop: bool, rest: ast.expr, node: ast.BoolOp) -> Pair:
        """``a and f(b)`` where the second part needs statements of its own."""
        first, made = self._joined_truth(parts, node)
        name = self.fresh("truth")
        self.hoist(ast.Assign([ast.Name(name, ast.Store())], self.node(first, made, node)), node)
        (second, made), emitted = self.apart(rest)
        body = [*emitted, ast.Assign([ast.Name(name, ast.Store())], self.node(second, made, node))]
        test: ast.expr = ast.Name(name, ast.Load())
        self.hoist(ast.If(ast.UnaryOp(ast.Not(), test) if stop else test, body, []), node)
        value = joined(first, second)
        return value if isinstance(value, Dynamic) else Dynamic(), ast.Name(name, ast.Load())

    def on_Compare(self, node: ast.Compare) -> Pair:
        left = self.expr(node.left)
        tests: list[Pair] = []
        rest = [self.expr(c) for c in node.comparators]
        if len(rest) > 1:
            rest = [(v, m if m is None else self.held(m, node)) for v, m in rest[:-1]] + rest[-1:]
        for op, right in zip(node.ops, rest, strict=True):
            tests.append(self.compared(left, op, right, node))
            left = right
        if any(isinstance(v, Known) and not v.value for v, _ in tests):
            return Known(False), None
        tests = [t for t in tests if not isinstance(t[0], Known)]
        if not tests:
            return Known(True), None
        if len(tests) == 1:
            return tests[0]
        return Dynamic("bool", scalar=True), ast.BoolOp(ast.And(), [m for _, m in tests])

    def compared(self, left: Pair, op: ast.cmpop, right: Pair, node: ast.AST) -> Pair:
        (a, made_a), (b, made_b) = left, right
        if isinstance(a, Known) and isinstance(b, Known):
            try:
                return Known(bool(_COMPARE[type(op)](_real(a.value), _real(b.value)))), None
            except TypeError:
                pass
        if isinstance(op, (ast.Is, ast.IsNot)):
            settled = self._identity(a, b)
            if settled is not None:
                return Known(settled if isinstance(op, ast.Is) else not settled), None
        if isinstance(op, (ast.In, ast.NotIn)):
            return self.membership(left, op, right, node)
        scalar = is_scalar(a) and is_scalar(b)
        if "dtype" in (getattr(a, "number", None), getattr(b, "number", None)):
            sides = [self.dtype_side(v, m, node) for v, m in (left, right)]
            call = ast.Call(self.stub("npb_same_dtype"), sides, [])
            return Dynamic("bool", scalar=True), call if isinstance(op, ast.Eq) else ast.UnaryOp(ast.Not(), call)
        plain = isinstance(op, (ast.Is, ast.IsNot))
        if self.program.options.robust and not plain and (number_of(a) is None or number_of(b) is None):
            call = self.operator_call(
                type(op).__name__.lower(), [self.node(a, made_a, node), self.node(b, made_b, node)], [a, b]
            )
            return Dynamic(None, scalar), call
        number = "bool" if number_of(a) and number_of(b) else None
        return Dynamic(number, scalar), ast.Compare(self.node(a, made_a, node), [op], [self.node(b, made_b, node)])

    def dtype_side(self, value: Value, made: ast.expr | None, node: ast.AST) -> ast.expr:
        """A dtype, or what can be compared with one."""
        return twins.scalar_type(value.value) if isinstance(value, Known) else self.node(value, made, node)

    def _identity(self, a: Value, b: Value) -> bool | None:
        """What ``is`` says where compiled values meet None, True or other objects."""
        if isinstance(a, Known) and isinstance(b, Known):
            return a.value is b.value
        if isinstance(a, Known) or isinstance(b, Known):
            known, other = (a, b) if isinstance(a, Known) else (b, a)
            if not isinstance(other, Dynamic) or other.scalar or other.number:
                return False
            return None if known.value is None else False
        return None

    def membership(self, left: Pair, op: ast.cmpop, right: Pair, node: ast.AST) -> Pair:
        container = right[0]
        items = self.items_of(container, right[1])
        inverted = isinstance(op, ast.NotIn)
        if isinstance(container, Struct) and container.kind is dict and isinstance(left[0], Known):
            return Known((left[0].value in container.keys) != inverted), None
        if items is None or isinstance(container, Known) and isinstance(container.value, str):
            return Dynamic("bool", scalar=True), ast.Compare(self.node(*left, node), [op], [self.node(*right, node)])
        found: list[ast.expr] = []
        subject = self.held(self.node(*left, node), node)
        for item in items:
            value, made = self.compared((left[0], subject), ast.Eq(), item, node)
            if isinstance(value, Known):
                if value.value:
                    return Known(not inverted), None
            else:
                found.append(made)
        if not found:
            return Known(inverted), None
        any_of = found[0] if len(found) == 1 else ast.BoolOp(ast.Or(), found)
        return Dynamic("bool", scalar=True), ast.UnaryOp(ast.Not(), any_of) if inverted else any_of

    def test(self, node: ast.expr) -> Pair:
        """An expression of which only the truth matters."""
        value, made = self.expr(node)
        if made is None and not isinstance(value, Dynamic):
            if isinstance(value, Known):
                return Known(bool(value.value)), None
            return Known(bool(value.items) if isinstance(value, Struct) else True), None
        return value, made

    def on_IfExp(self, node: ast.IfExp) -> Pair:
        value, test = self.test(node.test)
        if isinstance(value, Known):
            return self.expr(node.body if value.value else node.orelse)
        (first, before), (second, instead) = self.apart(node.body), self.apart(node.orelse)
        value = joined(first[0], second[0])
        if not isinstance(value, (Dynamic, Struct)):
            value = Dynamic()
        if before or instead:
            name = self.fresh("chosen")
            before.append(ast.Assign([ast.Name(name, ast.Store())], self.node(*first, node.body)))
            instead.append(ast.Assign([ast.Name(name, ast.Store())], self.node(*second, node.orelse)))
            self.hoist(ast.If(test, before, instead), node)
            return value if isinstance(value, Dynamic) else Dynamic(), ast.Name(name, ast.Load())
        made = ast.IfExp(test, self.node(*first, node.body), self.node(*second, node.orelse))
        return value if isinstance(value, Dynamic) else Dynamic(), made


def _real(value: Any) -> Any:
    return twins.real_function(value)
