"""Expressions: what is known of them, and what they become."""

from __future__ import annotations

import ast
import operator
import types
from typing import Any

import numpy as np

from . import attributes, comprehensions, host_calls, numpy_calls, twins
from .errors import NeedsValue
from .joins import DIVISIONS, OPERATOR, ORDER, joined
from .values import Dynamic, Known, Local, Method, Struct, Value, is_array, is_constant, number_kind

_FOLD = {cls: getattr(operator, name) for cls, name in OPERATOR.items()}
_UNARY = {ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert, ast.Not: operator.not_}
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
_CODES = {None: 0, "bool": 1, "int": 2, "float": 3, "complex": 4}
_TUPLE = 16

Pair = tuple[Value, ast.expr | None]


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
            raise self.error(at, f"{_describe(value)} cannot be handed to compiled code as a value")
        ast.copy_location(found, at)
        return ast.fix_missing_locations(found)

    def constant(self, known: Known, at: ast.AST, context: str = "") -> ast.expr:
        value = known.value
        if isinstance(value, np.generic) and is_constant(value):
            return _number(value)
        if isinstance(value, tuple) and is_constant(value) or isinstance(value, list):
            return self.sequence(known, at, context)
        if is_constant(value):
            return ast.Constant(value)
        if isinstance(value, int):  # IntEnum, numpy's bool is no int
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
        raise self.error(at, f"{_describe(known)} cannot be handed to compiled code as a value")

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

    # -- displays

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
        if isinstance(node.op, ast.Pow) and _number_of(left) == "int" and _negative(right):
            left, made_left = Dynamic("float", scalar=True), ast.Call(ast.Name("float", ast.Load()), [made_left], [])
        value = Dynamic(self.combined(left, right, node.op), scalar=_scalar(left) and _scalar(right))
        if type(node.op) in DIVISIONS and value.number in ("int", "float") and not _nonzero(right):
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
        codes = [ast.Constant(_CODES.get(_number_of(v), 0)) for v in values] or [ast.Constant(0)] * len(nodes)
        return ast.Call(self.stub("npb_" + name.strip("_")), [*nodes, *codes], [])

    def combined(self, left: Value, right: Value, op: ast.operator) -> str | None:
        a, b = _number_of(left), _number_of(right)
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
        if self.program.options.robust and _number_of(value) is None:
            names = {ast.USub: "npb_neg", ast.UAdd: "npb_plus", ast.Invert: "npb_invert"}
            return Dynamic(None, _scalar(value)), ast.Call(self.stub(names[type(node.op)]), [made], [])
        return Dynamic(_number_of(value), scalar=_scalar(value)), ast.UnaryOp(node.op, made)

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
        kinds = {_number_of(v) for v, _ in parts}
        number = kinds.pop() if len(kinds) == 1 else None
        return Dynamic(number, scalar=all(_scalar(v) for v, _ in parts)), ast.BoolOp(node.op, emitted)

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

    def apart(self, node: ast.expr) -> tuple[Pair, list[ast.stmt]]:
        """An expression, and the statements that must come before it."""
        self.pre.append([])
        found = self.expr(node)
        return found, self.pre.pop()

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
        scalar = _scalar(a) and _scalar(b)
        if "dtype" in (getattr(a, "number", None), getattr(b, "number", None)):
            sides = [self.dtype_side(v, m, node) for v, m in (left, right)]
            call = ast.Call(self.stub("npb_same_dtype"), sides, [])
            return Dynamic("bool", scalar=True), call if isinstance(op, ast.Eq) else ast.UnaryOp(ast.Not(), call)
        plain = isinstance(op, (ast.Is, ast.IsNot))
        if self.program.options.robust and not plain and (_number_of(a) is None or _number_of(b) is None):
            call = self.operator_call(
                type(op).__name__.lower(), [self.node(a, made_a, node), self.node(b, made_b, node)], [a, b]
            )
            return Dynamic(None, scalar), call
        number = "bool" if _number_of(a) and _number_of(b) else None
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

    # -- items

    def on_Subscript(self, node: ast.Subscript) -> Pair:
        base, made = self.expr(node.value)
        if isinstance(base, Known) and any(base.value is g for g in (np.mgrid, np.ogrid, np.s_, np.index_exp)):
            return numpy_calls.grid(self, base.value, node)
        if isinstance(base, Known) and any(base.value is g for g in (np.r_, np.c_)):
            return host_calls.bracketed(self, base.value, node)
        if isinstance(base, numpy_calls.Rows):
            base = Dynamic()
        if isinstance(base, (Known, Struct)) and not (isinstance(base, Struct) and made is not None and _sliced(node)):
            return self.item_of(base, made, node)
        number = base.number if isinstance(base, Dynamic) else None
        if number == "shape":
            return self._of_shape(made, node)
        made = self.whole(base, made)
        key = self.index(node.slice)
        scalar = self._picks_scalar(node.slice)
        if self.must_wrap(node.slice):
            return Dynamic(), ast.Call(self.stub("npb_getitem"), [made, key], [])
        return Dynamic(scalar=scalar), ast.Subscript(made, key, ast.Load())

    def _of_shape(self, made: ast.expr, node: ast.Subscript) -> Pair:
        value = Dynamic("shape") if isinstance(node.slice, ast.Slice) else Dynamic("int", scalar=True)
        return value, ast.Subscript(made, self.index(node.slice), ast.Load())

    def _picks_scalar(self, key: ast.expr) -> bool:
        return False

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
            raise self.error(node, f"{_describe(base)} cannot be sliced in compiled code")
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
            raise self.error(node, f"{_describe(base)} cannot be indexed in compiled code")
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
        if listed or isinstance(made, ast.ListComp):
            made = ast.Call(twins.reference("numpy.array"), [made], [])
        return made

    def must_wrap(self, key: ast.expr) -> bool:
        """Whether an index goes through our own indexing.

        Numba's indexing does all but arrays beside other arrays; it is
        tried first, because it costs less to compile.
        """
        if not self.program.options.robust:
            return False
        parts = key.elts if isinstance(key, ast.Tuple) else [key]
        return any(not isinstance(p, (ast.Slice, ast.Constant)) and not self._surely_scalar(p) for p in parts)

    def _surely_scalar(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            value = self.env.get(node.id)
            return _number_of(value) == "int" if value is not None else False
        if isinstance(node, ast.BinOp):
            return self._surely_scalar(node.left) and self._surely_scalar(node.right)
        if isinstance(node, ast.UnaryOp):
            return self._surely_scalar(node.operand)
        return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _nonzero(value: Value) -> bool:
    return isinstance(value, Known) and bool(value.value)


def _negative(value: Value) -> bool:
    return isinstance(value, Known) and number_kind(value.value) == "int" and value.value < 0


def _plain_key(key: Any) -> bool:
    return type(key) in (int, str, bool, float) or key is None


def _sliced(node: ast.Subscript) -> bool:
    return False


def _picks(value: Value) -> bool:
    return isinstance(value, Dynamic) or (isinstance(value, Known) and is_constant(value.value))


def _real(value: Any) -> Any:
    return twins.real_function(value)


def _number(value: np.generic) -> ast.expr:
    plain = value.item()
    if value.dtype.char in "?dlqD" and value.dtype.itemsize in (1, 8, 16):
        return ast.Constant(plain)
    return ast.Call(twins.scalar_type(value.dtype), [ast.Constant(plain)], [])


def _number_of(value: Value | None) -> str | None:
    if isinstance(value, Known):
        return number_kind(value.value)
    if isinstance(value, Dynamic):
        return value.number if value.number in ORDER else None
    return None


def _scalar(value: Value) -> bool:
    if isinstance(value, Known):
        return number_kind(value.value) is not None or isinstance(value.value, np.generic)
    return isinstance(value, Dynamic) and (value.scalar or value.number in ORDER)


def _fold(function: Any, *values: Any) -> Known | None:
    """The result of an operator on constants, where it is a constant itself."""
    if any(is_array(v) or not (is_constant(v) or isinstance(v, (list, tuple))) for v in values):
        return None
    try:
        result = function(*values)
    except Exception:  # it may never run: what it raises is for run time
        return None
    small = not isinstance(result, (str, list, tuple)) or len(result) < 10_000
    small = small and not (isinstance(result, int) and result.bit_length() > 64)
    return Known(result) if small and (is_constant(result) or isinstance(result, list)) else None


def _describe(value: Value) -> str:
    if isinstance(value, Known):
        held = value.value
        if isinstance(held, types.ModuleType):
            return f"the module {held.__name__}"
        where = f" ({value.path.text})" if value.path is not None else ""
        return f"an object of class {type(held).__name__!r}{where}"
    if isinstance(value, (Local, Method)):
        return "a function"
    return f"a {value.kind.__name__}" if isinstance(value, Struct) else "this"
