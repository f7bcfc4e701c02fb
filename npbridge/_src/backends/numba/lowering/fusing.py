"""Expressions and assignments that become one loop: see :mod:`..overloads.fused`.

This works on the finished tree of a unit, so that nothing else has to know of it; what
is shown to the user is the tree as it was.  Fused are operators and ufuncs on one
another, and what is written in place from them.  Whether arrays are involved is seen
by their types, while Numba compiles.
"""

from __future__ import annotations

import ast
import copy
from typing import Any

import numpy as np

from ..overloads.fused import declare
from ..overloads.trees import Leaf, Node, Number, Op, steps_in
from .joins import OPERATOR

_UFUNC = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide",
    "mod": "remainder", "pow": "power", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "left_shift", "rshift": "right_shift", "eq": "equal", "noteq": "not_equal", "lt": "less",
    "lte": "less_equal", "gt": "greater", "gte": "greater_equal",
    "neg": "negative", "plus": "positive", "invert": "invert",
}  # fmt: skip
_UNARY = {ast.USub: "negative", ast.UAdd: "positive", ast.Invert: "invert"}
_COMPARE = {
    ast.Eq: "equal", ast.NotEq: "not_equal", ast.Lt: "less", ast.LtE: "less_equal", ast.Gt: "greater",
    ast.GtE: "greater_equal",
}  # fmt: skip
_LONGEST = 40  # steps of one loop
_CONDITIONS = frozenset(_COMPARE.values()) | {"logical_and", "logical_or", "logical_not", "isnan", "isfinite", "isinf"}


def fused(tree: ast.FunctionDef, robust: bool) -> ast.FunctionDef:
    """The function with fused expressions."""
    tree = _unshared(tree)
    fuser = _Fuser(robust)
    _Forwarder(fuser, tree).block(tree.body)
    return ast.fix_missing_locations(fuser.visit(tree))


def _unshared(node: Any) -> Any:
    """A copy in which no part stands in two places."""
    if isinstance(node, list):
        return [_unshared(x) for x in node]
    if not isinstance(node, ast.AST):
        return node
    made = type(node)(**{name: _unshared(value) for name, value in ast.iter_fields(node)})
    return ast.copy_location(made, node)


class _Tree:
    """A tree under construction: its leaves are the arguments of the function that computes it."""

    def __init__(self, robust: bool, place: ast.expr | None = None) -> None:
        self.robust = robust
        self.leaves: list[ast.expr] = []
        self.keys: dict[str, int] = {}
        if isinstance(place, ast.Subscript):  # the expression reads it in one of these ways
            read = ast.Call(ast.Name("npb_getitem", ast.Load()), [place.value, place.slice], [])
            self.keys |= {ast.dump(place): 0, ast.dump(read): 0}
            place = place.value if _is_whole(place.slice) else place
        if place is not None:
            self.keys[ast.dump(place)] = 0
            self.leaves.append(place)

    def leaf(self, node: ast.expr) -> int:
        """The number of an argument; a name is handed over once."""
        key = ast.dump(node)
        if key in self.keys:
            return self.keys[key]
        if isinstance(node, ast.Name):
            self.keys[key] = len(self.leaves)
        self.leaves.append(node)
        return len(self.leaves) - 1

    def node(self, made: ast.expr, weak: int = 0) -> tuple[Node, str]:
        """A part, and its text in terms of the leaves."""
        number = _number(made)
        if number is not None:
            return Number(number, weak), f"({number!r})"
        op = self.op(made)
        if op is not None:
            return op, op.plain
        index = self.leaf(made)
        return Leaf(index, weak), f"a{index}"

    def op(self, made: ast.expr) -> Op | None:
        """A step, or None for what is a leaf."""
        found = _step(made, self.robust)
        if found is None:
            return None
        name, args, codes, template = found
        parts = [self.node(a, w) for a, w in zip(args, codes, strict=True)]
        return Op(name, tuple(p for p, _ in parts), template.format(*(text for _, text in parts)))


def _number(node: ast.expr) -> Any:
    """The value of a number that is written out."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _number(node.operand)
        return None if value is None or isinstance(value, bool) else -value
    if not isinstance(node, ast.Constant) or type(node.value) not in (bool, int, float, complex):
        return None
    return node.value if np.isfinite(node.value) and abs(node.value) < 2**63 else None


def _code(node: ast.expr) -> int:
    """How a constant without a code of its own takes part: as a number of Python's."""
    value = _number(node)
    return 0 if value is None else (bool, int, float, complex).index(type(value)) + 1


def _step(node: ast.expr, robust: bool) -> tuple[str, list, list, str] | None:
    """The ufunc of an expression, its arguments, the codes of these, and a template for the text."""
    if isinstance(node, ast.Call) and not node.keywords and not any(isinstance(a, ast.Starred) for a in node.args):
        return _called(node)
    if robust:
        return None  # an operator that is left is about numbers
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.MatMult):
        args = [node.left, node.right]
        return _UFUNC[OPERATOR[type(node.op)].strip("_")], args, [*map(_code, args)], f"({{}}{_symbol(node.op)}{{}})"
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARE:
        args = [node.left, node.comparators[0]]
        symbol = ast.unparse(ast.Compare(ast.Name("a"), node.ops, [ast.Name("b")]))[1:-1]
        return _COMPARE[type(node.ops[0])], args, [*map(_code, args)], f"({{}}{symbol}{{}})"
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY and _number(node) is None:
        symbol = ast.unparse(ast.UnaryOp(node.op, ast.Name("a")))[0]
        return _UNARY[type(node.op)], [node.operand], [_code(node.operand)], f"({symbol}{{}})"
    return None


def _symbol(op: ast.operator) -> str:
    return ast.unparse(ast.BinOp(ast.Name("a"), op, ast.Name("b")))[1:-1].strip()


def _called(node: ast.Call) -> tuple[str, list, list, str] | None:
    function, args = node.func, node.args
    if isinstance(function, ast.Attribute):
        if not (isinstance(function.value, ast.Name) and function.value.id == "np"):
            return None
        name, text = function.attr, f"np.{function.attr}"
    elif isinstance(function, ast.Name):
        name, text = function.id, function.id
    else:
        return None
    if name in ("where", "npb_where") and len(args) == 3:
        return "where", args, [*map(_code, args)], f"{text}({{}}, {{}}, {{}})"
    if name.startswith("npb_"):
        return _ours(name.removeprefix("npb_"), text, args)
    ufunc = np.absolute if name == "abs" else getattr(np, name, None) if text.startswith("np.") else None
    if isinstance(ufunc, np.ufunc) and ufunc.nout == 1 and ufunc.signature is None and ufunc.nin == len(args):
        return ufunc.__name__, args, [*map(_code, args)], f"{text}({', '.join(['{}'] * len(args))})"
    return None


def _ours(name: str, text: str, args: list) -> tuple[str, list, list, str] | None:
    ufunc = name.removeprefix("ufunc_") if name.startswith("ufunc_") else _UFUNC.get(name)
    if ufunc is None or len(args) not in (1, 4):
        return None
    if len(args) == 1:
        return ufunc, args, [_code(args[0])], f"{text}({{}})"
    codes = [a.value for a in args[2:]]
    return ufunc, args[:2], codes, f"{text}({{}}, {{}}, {codes[0]}, {codes[1]})"


class _Fuser(ast.NodeTransformer):
    """Puts calls of fused functions in the places of expressions and assignments."""

    def __init__(self, robust: bool) -> None:
        self.robust = robust

    # -- expressions

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.expr):
            tree = _Tree(self.robust)
            op = tree.op(node)
            if op is not None and self.worth(op):
                return self.call(tree, op, op.plain, None, node)
        return super().visit(node)

    def worth(self, op: Op) -> bool:
        """Numba itself fuses what is written with its own operators, up to choices."""
        return 2 <= steps_in(op) <= _LONGEST and (self.robust or _chooses(op))

    def call(self, tree: _Tree, op: Op, plain: str, place: str | None, node: ast.AST) -> ast.expr:
        leaves = [self.visit(x) for x in tree.leaves]
        name = declare(op, len(leaves), plain, place)
        return ast.copy_location(ast.Call(ast.Name(name, ast.Load()), leaves, []), node)

    # -- assignments

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        target, value = node.targets[0], node.value
        if len(node.targets) == 1 and isinstance(target, ast.Subscript):
            return self.stored(_read(target), target.slice, value, node) or self.generic_visit(node)
        if len(node.targets) == 1 and isinstance(target, ast.Name) and _is_in_place(value, _read(target)):
            name = value.func.id.removeprefix("npb_i")
            return self.augmented(_read(target), _UFUNC[name], value.args[1], value.args[3].value, node, value)
        return self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        value, place = _unfitted(node.value), _read(node.target)
        name = _UFUNC.get(OPERATOR[type(node.op)].strip("_"))
        known = isinstance(place, ast.Name) or (isinstance(place, ast.Subscript) and _only_slices(place.slice))
        if name is None or not known or _step(value, self.robust) is None:
            return self.generic_visit(node)
        return self.augmented(place, name, value, 0, node, None)

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "npb_setitem":
            base, key, value = call.args
            if _only_slices(key) and _is_in_place(
                value, ast.Call(ast.Name("npb_getitem", ast.Load()), [base, key], [])
            ):
                name = _UFUNC[value.func.id.removeprefix("npb_i")]
                return self.augmented(
                    ast.Subscript(base, key, ast.Load()), name, value.args[1], value.args[3].value, node, value
                )
            made = self.stored(ast.Subscript(base, key, ast.Load()), key, value, node)
            return made or self.generic_visit(node)
        return self.generic_visit(node)

    def stored(self, place: ast.Subscript, key: ast.expr, value: ast.expr, node: ast.stmt) -> ast.stmt | None:
        """``place = value`` for a window or a mask; None where this is not for us."""
        if not _only_slices(key):
            return self.masked(place.value, key, value, node)
        tree = _Tree(self.robust, place)
        op = tree.op(value)
        if op is None or steps_in(op) > _LONGEST:
            return None
        return self.statement(tree, op, f"a0[...] = {op.plain}", "store", node)

    def masked(self, base: ast.expr, key: ast.expr, value: ast.expr, node: ast.stmt) -> ast.stmt | None:
        """``base[mask] = number``."""
        tree = _Tree(self.robust, base)
        step = _step(key, self.robust)
        if not (step is not None and step[0] in _CONDITIONS or (self.robust and isinstance(key, ast.Name))):
            return None
        if not isinstance(base, ast.Name) or steps_in(tree.node(key)[0]) > _LONGEST:
            return None
        condition, text = tree.node(key)
        chosen, number = tree.node(value, _code(value))
        plain = f"npb_setitem(a0, {text}, {number})" if isinstance(node, ast.Expr) else f"a0[{text}] = {number}"
        return self.statement(tree, Op("mask", (condition, chosen, Leaf(0)), plain), plain, "mask", node)

    def augmented(self, place: Any, name: str, value: Any, weak: int, node: ast.stmt, call: Any) -> ast.stmt:
        tree = _Tree(self.robust, place)
        part, text = tree.node(value, weak or _code(value))
        op = Op(name, (Leaf(0), part), "")
        if call is not None:
            plain = f"a0 = {call.func.id}(a0, {text}, {call.args[2].value}, {call.args[3].value})"
        else:
            plain = f"a0 {_symbol(node.op)}= npb_fit(a0, {text}, False)"
        if steps_in(op) > _LONGEST:
            return self.generic_visit(node)
        return self.statement(tree, op, plain, "augment", node)

    def statement(self, tree: _Tree, op: Op, plain: str, place: str, node: ast.stmt) -> ast.stmt:
        made = self.call(tree, op, plain, place, node)
        target = tree.leaves[0]
        if place == "augment" and isinstance(target, ast.Name):
            return ast.copy_location(ast.Assign([ast.Name(target.id, ast.Store())], made), node)
        return ast.copy_location(ast.Expr(made), node)


def _chooses(node: Node) -> bool:
    return isinstance(node, Op) and (node.name == "where" or any(map(_chooses, node.args)))


def _read(target: Any) -> Any:
    """A target as an expression."""
    read = copy.copy(target)
    read.ctx = ast.Load()
    return read


def _is_in_place(value: ast.expr, place: ast.expr) -> bool:
    """Whether this is ``npb_iadd(place, ...)`` or one of its like."""
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and len(value.args) == 4):
        return False
    short = value.func.id.removeprefix("npb_i")
    return short != value.func.id and short in _UFUNC and ast.dump(value.args[0]) == ast.dump(place)


def _unfitted(value: ast.expr) -> ast.expr:
    """What is added in place, without the look at its shape: the fused form has its own."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "npb_fit":
        return value.args[1]
    return value


def _only_slices(key: ast.expr) -> bool:
    """Whether an index gives a window into an array, and is written so that it surely does."""
    parts = key.elts if isinstance(key, ast.Tuple) else [key]
    windows = [p for p in parts if _is_slice(p) or (isinstance(p, ast.Constant) and p.value is ...)]
    return bool(windows) and all(p in windows or isinstance(p, ast.Constant) for p in parts)


def _is_whole(key: ast.expr) -> bool:
    """``[:]`` or ``[...]``."""
    if isinstance(key, ast.Slice):
        return key.lower is None and key.upper is None and key.step is None
    if isinstance(key, ast.Constant):
        return key.value is ...
    return _is_slice(key) and all(isinstance(a, ast.Constant) and a.value is None for a in key.args)


def _is_slice(node: ast.expr) -> bool:
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "slice"
    return isinstance(node, ast.Slice) or called


# -- names that stand for one step on the way


class _Forwarder:
    """Puts an expression in the place of a name that the next statement reads, and nothing else does."""

    def __init__(self, fuser: _Fuser, tree: ast.FunctionDef) -> None:
        self.fuser = fuser
        names = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
        self.reads = _counted(n.id for n in names if isinstance(n.ctx, ast.Load))
        self.writes = _counted(n.id for n in names if isinstance(n.ctx, ast.Store))

    def block(self, body: list[ast.stmt]) -> None:
        for statement in body:
            for name in ("body", "orelse", "finalbody"):
                self.block(getattr(statement, name, []))
        for i in range(len(body) - 2, -1, -1):
            if self.forward(body[i], body[i + 1]):
                del body[i]

    def forward(self, first: ast.stmt, then: ast.stmt) -> bool:
        """Whether the value of `first` was put into `then`."""
        if not (isinstance(first, ast.Assign) and len(first.targets) == 1 and isinstance(first.targets[0], ast.Name)):
            return False
        name = first.targets[0].id
        if self.reads.get(name) != 1 or self.writes.get(name) != 1 or not self.is_plain(first.value):
            return False
        if _step(first.value, self.fuser.robust) is None or not self.takes(then) or not self.fuses(first, then):
            return False
        if not any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(then)):
            return False
        _Replace(name, first.value).visit(then)
        return True

    def fuses(self, first: ast.Assign, then: ast.stmt) -> bool:
        """Whether the two become one loop of ours: Numba's would compute parts again for each row."""
        in_place = isinstance(then, (ast.AugAssign, ast.Expr))
        if (
            self.fuser.robust
            or in_place
            or (isinstance(then, ast.Assign) and isinstance(then.targets[0], ast.Subscript))
        ):
            return True
        ops = [_Tree(False).op(s.value) for s in (first, then)]
        return any(op is not None and _chooses(op) for op in ops)

    def takes(self, then: ast.stmt) -> bool:
        """Whether a statement only computes, and writes at its end."""
        if isinstance(then, ast.Expr):
            call = then.value
            stores = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "npb_setitem"
            return stores and all(map(self.is_plain, call.args))
        if isinstance(then, (ast.Assign, ast.AugAssign)):
            targets = then.targets if isinstance(then, ast.Assign) else [then.target]
            values = [_unfitted(then.value)]
            if len(targets) == 1 and isinstance(targets[0], ast.Name):
                if isinstance(then, ast.Assign) and _is_in_place(then.value, _read(targets[0])):
                    values = then.value.args[:2]
                return all(map(self.is_plain, values))
            return (
                len(targets) == 1
                and isinstance(targets[0], ast.Subscript)
                and _only_slices(targets[0].slice)
                and all(map(self.is_plain, [*values, targets[0].value]))
            )
        return isinstance(then, ast.Return) and then.value is not None and self.is_plain(then.value)

    def is_plain(self, node: ast.expr) -> bool:
        """Whether an expression is made of names, numbers and steps."""
        if isinstance(node, ast.Name) or _number(node) is not None:
            return True
        if isinstance(node, ast.Constant) or _is_slice(node):
            return not any(isinstance(n, ast.Call) and not _is_slice(n) for n in ast.walk(node))
        found = _step(node, self.fuser.robust)
        return found is not None and all(map(self.is_plain, found[1]))


class _Replace(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self.name, self.value = name, value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.value if node.id == self.name and isinstance(node.ctx, ast.Load) else node


def _counted(names: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found
