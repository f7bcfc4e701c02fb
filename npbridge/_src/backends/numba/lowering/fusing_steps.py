"""What a step of a fused expression is, as it stands in a unit's tree."""

from __future__ import annotations

import ast
import copy
from typing import Any

import numpy as np

from ..overloads.arithmetic import UFUNC as BINARY
from ..overloads.trees import Leaf, Node, Number, Op
from .joins import OPERATOR

UFUNC = BINARY | {"neg": "negative", "plus": "positive", "invert": "invert"}
_UNARY = {ast.USub: "negative", ast.UAdd: "positive", ast.Invert: "invert"}
COMPARE = {
    ast.Eq: "equal", ast.NotEq: "not_equal", ast.Lt: "less", ast.LtE: "less_equal", ast.Gt: "greater",
    ast.GtE: "greater_equal",
}  # fmt: skip


class Tree:
    """A tree under construction: its leaves are the arguments of the function that computes it."""

    def __init__(self, robust: bool, place: ast.expr | None = None) -> None:
        self.robust = robust
        self.leaves: list[ast.expr] = []
        self.keys: dict[str, int] = {}
        if isinstance(place, ast.Subscript):  # the expression reads it in one of these ways
            read = ast.Call(ast.Name("npb_getitem", ast.Load()), [place.value, place.slice], [])
            self.keys |= {ast.dump(place): 0, ast.dump(read): 0}
            place = place.value if is_whole(place.slice) else place
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
        value = number(made)
        if value is not None:
            return Number(value, weak), f"({value!r})"
        op = self.op(made)
        if op is not None:
            return op, op.plain
        index = self.leaf(made)
        return Leaf(index, weak), f"a{index}"

    def op(self, made: ast.expr) -> Op | None:
        """A step, or None for what is a leaf."""
        found = step(made, self.robust)
        if found is None:
            return None
        name, args, codes, template = found
        parts = [self.node(a, w) for a, w in zip(args, codes, strict=True)]
        return Op(name, tuple(p for p, _ in parts), template.format(*(text for _, text in parts)))


def number(node: ast.expr) -> Any:
    """The value of a number that is written out."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = number(node.operand)
        return None if value is None or isinstance(value, bool) else -value
    if not isinstance(node, ast.Constant) or type(node.value) not in (bool, int, float, complex):
        return None
    return node.value if abs(node.value) < 2**63 and np.isfinite(node.value) else None


def code(node: ast.expr) -> int:
    """How a constant without a code of its own takes part: as a number of Python's."""
    value = number(node)
    return 0 if value is None else (bool, int, float, complex).index(type(value)) + 1


def step(node: ast.expr, robust: bool) -> tuple[str, list, list, str] | None:
    """The ufunc of an expression, its arguments, the codes of these, and a template for the text."""
    found = _step(node, robust)
    return None if found is None or any(map(_is_huge, found[1])) else found


def _is_huge(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and number(node) is None


def _step(node: ast.expr, robust: bool) -> tuple[str, list, list, str] | None:
    if isinstance(node, ast.Call) and not node.keywords and not any(isinstance(a, ast.Starred) for a in node.args):
        return _called(node)
    if robust:
        return None  # an operator that is left is about numbers
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.MatMult):
        args, name = [node.left, node.right], OPERATOR[type(node.op)].strip("_")
        a, b = codes = [*map(code, args)]
        # what is left of the tree is computed as it stands: not with Numba's operator, where that is not NumPy's
        template = f"npb_{name}({{}}, {{}}, {a}, {b})" if is_unlike(node.op) else f"({{}}{symbol(node.op)}{{}})"
        return UFUNC[name], args, codes, template
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARE:
        args = [node.left, node.comparators[0]]
        text = ast.unparse(ast.Compare(ast.Name("a"), node.ops, [ast.Name("b")]))[1:-1]
        return COMPARE[type(node.ops[0])], args, [*map(code, args)], f"({{}}{text}{{}})"
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY and number(node) is None:
        text = ast.unparse(ast.UnaryOp(node.op, ast.Name("a")))[0]
        return _UNARY[type(node.op)], [node.operand], [code(node.operand)], f"({text}{{}})"
    return None


# Numba's operators that are not NumPy's, at the ends of integers, of zero or of negative numbers
_UNLIKE = (ast.FloorDiv, ast.Mod, ast.Pow, ast.LShift, ast.RShift)


def is_unlike(op: ast.operator) -> bool:
    return isinstance(op, _UNLIKE)


def symbol(op: ast.operator) -> str:
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
        return "where", args, [*map(code, args)], f"{text}({{}}, {{}}, {{}})"
    if name.startswith("npb_"):
        return _ours(name.removeprefix("npb_"), text, args)
    ufunc = np.absolute if name == "abs" else getattr(np, name, None) if text.startswith("np.") else None
    if isinstance(ufunc, np.ufunc) and ufunc.nout == 1 and ufunc.signature is None and ufunc.nin == len(args):
        return ufunc.__name__, args, [*map(code, args)], f"{text}({', '.join(['{}'] * len(args))})"
    return None


def _ours(name: str, text: str, args: list) -> tuple[str, list, list, str] | None:
    ufunc = name.removeprefix("ufunc_") if name.startswith("ufunc_") else UFUNC.get(name)
    if ufunc is None or len(args) not in (1, 2, 4):
        return None
    if len(args) == 1:
        return ufunc, args, [code(args[0])], f"{text}({{}})"
    count = len(args) // 2
    codes = [a.value for a in args[count:]]
    return ufunc, args[:count], codes, f"{text}({', '.join(['{}'] * count)}, {', '.join(map(str, codes))})"


def chooses(node: Node) -> bool:
    return isinstance(node, Op) and (node.name == "where" or any(map(chooses, node.args)))


def read(target: Any) -> Any:
    """A target as an expression."""
    read = copy.copy(target)
    read.ctx = ast.Load()
    return read


def is_in_place(value: ast.expr, place: ast.expr) -> bool:
    """Whether this is ``npb_iadd(place, ...)`` or one of its like."""
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and len(value.args) == 4):
        return False
    short = value.func.id.removeprefix("npb_i")
    return short != value.func.id and short in UFUNC and ast.dump(value.args[0]) == ast.dump(place)


def unfitted(value: ast.expr) -> ast.expr:
    """What is stored, without the look at its shape or memory: the fused form has its own."""
    looks = ("npb_fit", "npb_apart", "npb_unsigned")
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in looks:
        value = value.args[1]
    return value


def only_slices(key: ast.expr) -> bool:
    """Whether an index gives a window into an array, and is written so that it surely does."""
    parts = key.elts if isinstance(key, ast.Tuple) else [key]
    windows = [p for p in parts if is_slice(p) or (isinstance(p, ast.Constant) and p.value is ...)]
    return bool(windows) and all(p in windows or isinstance(p, ast.Constant) for p in parts)


def is_whole(key: ast.expr) -> bool:
    """``[:]`` or ``[...]``."""
    if isinstance(key, ast.Slice):
        return key.lower is None and key.upper is None and key.step is None
    if isinstance(key, ast.Constant):
        return key.value is ...
    return is_slice(key) and all(isinstance(a, ast.Constant) and a.value is None for a in key.args)


def is_slice(node: ast.expr) -> bool:
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "slice"
    return isinstance(node, ast.Slice) or called
