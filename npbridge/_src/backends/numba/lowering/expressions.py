"""Expressions: what is known of them, and what they become."""

from __future__ import annotations

import ast
import operator
from typing import Any

import numpy as np

from . import attributes, host_calls, twins
from .joins import DIVISIONS, OPERATOR, ORDER
from .questions import CODES, describe, is_scalar, negative, nonzero, number_node, number_of
from .values import Dynamic, Known, Local, Struct, Value, is_array, is_constant, is_counted_as_int, number_kind

_FOLD = {cls: getattr(operator, name) for cls, name in OPERATOR.items()}
_UNARY = {ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert, ast.Not: operator.not_}
_TUPLE = 16

Pair = tuple[Value, ast.expr | None]


def _negated(node: ast.BinOp, exponent: Value) -> bool:
    """Whether the exponent is written as the negative of an integer: Python gives a float."""
    minus = isinstance(node.right, ast.UnaryOp) and isinstance(node.right.op, ast.USub)
    return minus and is_scalar(exponent) and number_of(exponent) == "int"


class Expressions:
    """The part of the walker that handles expressions."""

    def expr(self, node: ast.expr) -> Pair:
        """The value of an expression, and its emitted form unless it is Known."""
        method = getattr(self, "on_" + type(node).__name__, None)
        if method is None:
            raise self.error(node, f"a {type(node).__name__} expression has no compiled form")
        value, made = method(node)
        if made is not None:
            ast.copy_location(made, node)
        return value, made

    def dynamic(self, node: ast.expr, context: str = "") -> ast.expr:
        value, made = self.expr(node)
        return self.node(value, made, node, context)

    def node(self, value: Value, made: ast.expr | None, at: ast.AST, context: str = "") -> ast.expr:
        """The emitted form of a value, also of one that is Known."""
        if made is not None:
            return made
        if isinstance(value, Known):
            found = self.constant(value, at, context)
        elif isinstance(value, Struct) and value.kind in (list, tuple):
            parts = [self.node(v, m, at) for v, m in value.items]
            listed = context == "list" or (context == "array" and value.kind is list)
            found = ast.List(parts, ast.Load()) if listed else ast.Tuple(parts, ast.Load())
        else:
            raise self.error(at, f"{describe(value)} cannot be handed to compiled code as a value")
        ast.copy_location(found, at)
        return ast.fix_missing_locations(found)

    def constant(self, known: Known, at: ast.AST, context: str = "") -> ast.expr:
        value = known.value
        if isinstance(value, np.generic) and is_constant(value):
            return number_node(value)
        if isinstance(value, tuple) and is_constant(value) or isinstance(value, list):
            return self.sequence(known, at, context)
        if is_constant(value):
            return ast.Constant(value)
        if is_counted_as_int(value):
            return ast.Constant(int(value))
        if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
            return twins.scalar_type(value)
        if isinstance(value, slice):
            parts = [self.constant(Known(x), at) for x in (value.start, value.stop, value.step)]
            return ast.Call(ast.Name("slice", ast.Load()), parts, [])
        if value in (float, int, bool, complex, str, len, abs, min, max, range, print, round):
            return ast.Name(value.__name__, ast.Load())
        if isinstance(value, range):
            parts = [ast.Constant(x) for x in (value.start, value.stop, value.step)]
            return ast.Call(ast.Name("range", ast.Load()), parts, [])
        name = twins.dotted(twins.real_function(value))
        if name is not None:
            return twins.reference(name)
        raise self.error(at, f"{describe(known)} cannot be handed to compiled code as a value")

    def sequence(self, known: Known, at: ast.AST, context: str) -> ast.expr:
        """A list or a tuple of constants."""
        value = known.value
        if isinstance(value, list):
            self.program.guard(known.path, "keys", value)
        if len(value) > _TUPLE and all(number_kind(x) for x in value):
            return self.program.constant(np.array(value), "table")
        items = [self.part(known, i) for i in range(len(value))]
        parts = [self.node(v, m, at, context) for v, m in items]
        listed = context == "list" or (context == "array" and isinstance(value, list))
        return ast.List(parts, ast.Load()) if listed and parts else ast.Tuple(parts, ast.Load())

    def part(self, known: Known, key: Any) -> Pair:
        """An item of a Known container."""
        path = known.path.item(key) if known.path is not None and _plain_key(key) else None
        return self.classify(known.value[key], path)

    # -- leaves

    def on_Constant(self, node: ast.Constant) -> Pair:
        return Known(node.value), None

    def on_Name(self, node: ast.Name) -> Pair:
        return self.load(node.id, node)

    def on_NamedExpr(self, node: ast.NamedExpr) -> Pair:
        value, made = self.expr(node.value)
        for statement in self.store_name(node.target, value, made, node):
            self.hoist(ast.fix_missing_locations(ast.copy_location(statement, node)), node)
        return self.load(node.target.id, node)

    def on_Attribute(self, node: ast.Attribute) -> Pair:
        return attributes.load(self, node)

    def on_Lambda(self, node: ast.Lambda) -> Pair:
        return Local(node, self, self.defaults(node.args)), None

    def on_JoinedStr(self, node: ast.JoinedStr) -> Pair:
        parts = []
        for item in node.values:
            if isinstance(item, ast.Constant):
                parts.append(str(item.value))
                continue
            value, _ = self.expr(item.value)
            if not isinstance(value, Known) or value.path is not None and not is_constant(value.value):
                return host_calls.formatted(self, node)
            held = value.value
            text = held if item.conversion == -1 else {114: repr, 115: str, 97: ascii}[item.conversion](held)
            spec = self.on_JoinedStr(item.format_spec)[0].value if item.format_spec is not None else ""
            parts.append(format(text, spec))
        return Known("".join(parts)), None

    def on_Starred(self, node: ast.Starred) -> Pair:
        raise self.error(node, "a starred expression has no compiled form here")

    # -- operators

    def on_BinOp(self, node: ast.BinOp) -> Pair:
        left, made_left = self.expr(node.left)
        place = len(self.pre[-1])
        right, made_right = self.expr(node.right)
        made_left = self.evaluated_before(place, made_left, node)
        if isinstance(left, Known) and isinstance(right, Known):
            folded = _fold(_FOLD[type(node.op)], left.value, right.value)
            if folded is not None:
                return folded, None
        if isinstance(left, Known) and isinstance(left.value, str) and isinstance(node.op, ast.Mod):
            pattern = left.value
            return host_calls.text(self, lambda value: pattern % value, "format", [(right, made_right)], node)
        if isinstance(left, Struct) and isinstance(right, Struct) and isinstance(node.op, ast.Add):
            if left.kind is right.kind and left.kind in (list, tuple):
                return (
                    self.tuple_of([*left.items, *right.items], node)
                    if left.kind is tuple
                    else (
                        Struct(list, [*left.items, *right.items]),
                        None,
                    )
                )
        made_left = self.node(left, made_left, node.left)
        made_right = self.node(right, made_right, node.right)
        if isinstance(node.op, ast.Pow) and number_of(left) == "int" and (negative(right) or _negated(node, right)):
            left, made_left = Dynamic("float", scalar=True), ast.Call(ast.Name("float", ast.Load()), [made_left], [])
        value = Dynamic(self.combined(left, right, node.op), scalar=is_scalar(left) and is_scalar(right))
        whole = is_scalar(left) and is_scalar(right) and value.number == "int" and not isinstance(right, Known)
        if isinstance(node.op, ast.Pow) and whole:
            return value, ast.Call(self.stub("npb_py_pow"), [made_left, made_right], [])
        if type(node.op) in DIVISIONS and value.number in ("int", "float") and not nonzero(right):
            return value, ast.Call(self.stub("npb_py_" + OPERATOR[type(node.op)]), [made_left, made_right], [])
        if self.program.options.robust and value.number is None:
            name = OPERATOR[type(node.op)]
            return value, self.operator_call(name, [made_left, made_right], [left, right])
        return value, ast.BinOp(made_left, node.op, made_right)

    def evaluated_before(self, place: int, made: ast.expr | None, node: ast.AST) -> ast.expr | None:
        """`made`, computed before the statements that were emitted from `place` on.

        A call whose result is taken apart while compiling is a statement of its own;
        what stands to the left of it is computed first.
        """
        if len(self.pre[-1]) == place or made is None or isinstance(made, (ast.Name, ast.Constant)):
            return made
        name = self.fresh("held")
        held = ast.Assign([ast.Name(name, ast.Store())], made)
        self.pre[-1].insert(place, ast.fix_missing_locations(ast.copy_location(held, node)))
        return ast.copy_location(ast.Name(name, ast.Load()), node)

    def operator_call(self, name: str, nodes: list[ast.expr], values: Any = ()) -> ast.expr:
        codes = [ast.Constant(CODES.get(number_of(v), 0)) for v in values] or [ast.Constant(0)] * len(nodes)
        return ast.Call(self.stub("npb_" + name.strip("_")), [*nodes, *codes], [])

    def combined(self, left: Value, right: Value, op: ast.operator) -> str | None:
        a, b = number_of(left), number_of(right)
        if a is None or b is None:
            return None
        wide = max(a, b, key=ORDER.index)
        if isinstance(op, ast.Div) and wide in ("int", "bool"):
            return "float"
        return "int" if wide == "bool" else wide

    def on_UnaryOp(self, node: ast.UnaryOp) -> Pair:
        value, made = self.test(node.operand) if isinstance(node.op, ast.Not) else self.expr(node.operand)
        if isinstance(value, Known):
            folded = _fold(_UNARY[type(node.op)], value.value)
            if folded is not None:
                return folded, None
        made = self.node(value, made, node.operand)
        if isinstance(node.op, ast.Not):
            return Dynamic("bool", scalar=True), ast.UnaryOp(node.op, made)
        if self.program.options.robust and number_of(value) is None:
            names = {ast.USub: "npb_neg", ast.UAdd: "npb_plus", ast.Invert: "npb_invert"}
            return Dynamic(None, is_scalar(value)), ast.Call(self.stub(names[type(node.op)]), [made], [])
        if number_of(value) == "bool":  # as Python has it, which counts truths as 0 and 1
            return Dynamic("int", scalar=True), ast.UnaryOp(node.op, ast.Call(ast.Name("int", ast.Load()), [made], []))
        return Dynamic(number_of(value), scalar=is_scalar(value)), ast.UnaryOp(node.op, made)

    def apart(self, node: ast.expr) -> tuple[Pair, list[ast.stmt]]:
        """An expression, and the statements that must come before it."""
        self.pre.append([])
        found = self.expr(node)
        return found, self.pre.pop()


def _plain_key(key: Any) -> bool:
    return type(key) in (int, str, bool, float) or key is None


def _fold(function: Any, *values: Any) -> Known | None:
    """The result of an operator on constants, where it is a constant itself."""
    if any(is_array(v) or not (is_constant(v) or isinstance(v, (list, tuple))) for v in values):
        return None
    try:
        result = function(*values)
    except Exception:  # it may never run: what it raises is for run time
        return None
    small = not isinstance(result, (str, list, tuple)) or len(result) < 10_000
    small = small and not (isinstance(result, int) and result.bit_length() > 1000)
    return Known(result) if small and (is_constant(result) or isinstance(result, list)) else None
