"""Expressions: conditions, calls and attributes become calls of operators."""

from __future__ import annotations

import ast

# Called with the frame of the caller in mind: they must stay where they are.
_OF_THE_FRAME = {"locals", "globals", "vars", "dir", "eval", "exec", "super", "breakpoint"}


_MAKING = ("array", "asarray")
_FOLDS = {"sum", "max", "min", "any", "all"}
_ITEM = "__npb_item__"
_IDENTITY = {ast.In: "in_", ast.NotIn: "not_in", ast.Is: "is_", ast.IsNot: "is_not"}


def operator_name(name: str):
    return ast.Attribute(ast.Name("__npb__", ast.Load()), name, ast.Load())


def call_operator(name: str, args: list):
    return ast.Call(operator_name(name), args, [])


def assign_at(node, where):
    """`node` and what it is made of, at the place of `where` unless they have one.

    The place is on one line: where a call ends on another line than it starts, Python
    3.11 shows the line of its end, and for a loop that would be in its body.
    """
    if not hasattr(node, "lineno"):
        ast.copy_location(node, where)
        if node.end_lineno != node.lineno:
            head = getattr(where, "test", None) or getattr(where, "iter", None) or getattr(where, "subject", None)
            node.end_lineno = node.lineno
            same_line = head is not None and head.end_lineno == node.lineno
            node.end_col_offset = head.end_col_offset if same_line else node.col_offset + 1
    return ast.fix_missing_locations(node)


def _binds(*nodes) -> bool:
    return any(isinstance(n, ast.NamedExpr) for node in nodes for n in ast.walk(node))


class Expressions(ast.NodeTransformer):
    """Converts the expressions of one function.

    `function` converts a nested function or lambda of the user's.
    """

    def __init__(self, scope, function) -> None:
        self.scope = scope
        self.function = function
        self.unsure: set[int] = set()  # the names, as nodes, that are read where they may not be bound

    def delayed(self, node):
        arguments = ast.arguments([], [], None, [], [], None, [])
        return assign_at(ast.Lambda(arguments, node), node)

    def visit_Lambda(self, node):
        node.args.defaults = [self.visit(d) for d in node.args.defaults]
        node.args.kw_defaults = [d if d is None else self.visit(d) for d in node.args.kw_defaults]
        return self.function(node)

    def visit_IfExp(self, node):
        if _binds(node.body, node.orelse):
            return self.generic_visit(node)
        parts = [self.visit(node.test), self.delayed(self.visit(node.body)), self.delayed(self.visit(node.orelse))]
        return assign_at(call_operator("if_exp", parts), node)

    def visit_BoolOp(self, node):
        if _binds(*node.values[1:]):
            return self.generic_visit(node)
        first, *others = [self.visit(v) for v in node.values]
        name = "and_" if isinstance(node.op, ast.And) else "or_"
        return assign_at(call_operator(name, [first, *map(self.delayed, others)]), node)

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.Not):
            return assign_at(call_operator("not_", [node.operand]), node)
        return node

    def visit_Name(self, node):
        if id(node) not in self.unsure:
            return node
        return assign_at(call_operator("bound", [node, ast.Constant(node.id)]), node)

    def visit_Subscript(self, node):
        self.generic_visit(node)
        plain = not isinstance(node.slice, (ast.Slice, ast.Tuple, ast.Constant, ast.Starred))
        if not isinstance(node.ctx, ast.Load) or not plain:
            return node
        return assign_at(call_operator("item", [node.value, node.slice]), node)

    def visit_Compare(self, node):
        name = _IDENTITY.get(type(node.ops[0])) if len(node.ops) == 1 else None
        if name is not None:
            left, right = self.visit(node.left), self.visit(node.comparators[0])
            return assign_at(call_operator(name, [left, right]), node)
        if len(node.ops) == 1 or _binds(*node.comparators):
            return self.generic_visit(node)
        names = ast.Tuple([ast.Constant(type(op).__name__) for op in node.ops], ast.Load())
        others = [self.delayed(self.visit(c)) for c in node.comparators]
        return assign_at(call_operator("compare", [names, self.visit(node.left), *others]), node)

    def visit_ListComp(self, node):
        self.generic_visit(node)
        for generator in node.generators:
            if not generator.is_async:
                generator.iter = assign_at(call_operator("items", [generator.iter]), generator.iter)
        return node

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def folded(self, node):
        """``sum(f(x) for x in y)``, ``array([f(x) for x in y])`` as calls with functions of an item, or None."""
        if node.keywords or len(node.args) != 1:
            return None
        made = node.args[0]
        listed = isinstance(made, ast.ListComp)
        called = getattr(node.func, "attr", "") if listed else ""
        called = node.func.id if isinstance(node.func, ast.Name) else called
        if not (listed and called in _MAKING or isinstance(made, ast.GeneratorExp) and called in _FOLDS):
            return None
        if len(made.generators) != 1 or _binds(made):
            return None
        (over,) = made.generators
        if over.is_async or (listed and over.ifs):
            return None
        parts = [made.elt]
        if over.ifs:
            parts.append(over.ifs[0] if len(over.ifs) == 1 else ast.BoolOp(ast.And(), over.ifs))
        functions = [self.of_item(part, over.target) for part in parts]
        name = "collected" if listed else "folded"
        return assign_at(call_operator(name, [self.visit(node.func), self.visit(over.iter), *functions]), node)

    def of_item(self, value, target):
        """``lambda item: [value for target in (item,)][0]``."""
        ast.copy_location(value, value if hasattr(value, "lineno") else target)
        item = ast.Name(_ITEM, ast.Load())
        only = ast.comprehension(target, ast.Tuple([item], ast.Load()), [], 0)
        body = ast.Subscript(ast.ListComp(self.visit(value), [only]), ast.Constant(0), ast.Load())
        arguments = ast.arguments([], [ast.arg(_ITEM)], None, [], [], None, [])
        return assign_at(ast.Lambda(arguments, body), value)

    def visit_Call(self, node):
        folded = self.folded(node)
        if folded is not None:
            return folded
        if isinstance(node.func, ast.Name) and node.func.id in _OF_THE_FRAME:
            if node.func.id == "super" and not node.args and self.scope.first:
                node.args = [ast.Name("__class__", ast.Load()), ast.Name(self.scope.first, ast.Load())]
                ast.fix_missing_locations(node)
                return node
            return self.generic_visit(node)
        self.generic_visit(node)
        node.func = assign_at(call_operator("call", [node.func]), node.func)
        return node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        text = node.left.value if isinstance(node.left, ast.Constant) else None
        if isinstance(node.op, ast.Mod) and isinstance(text, str):
            return assign_at(call_operator("percent", [node.left, node.right]), node)
        return node

    def visit_JoinedStr(self, node):
        parts = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                spec = ast.Constant("") if part.format_spec is None else self.visit(part.format_spec)
                part = ast.Tuple([self.visit(part.value), ast.Constant(part.conversion), spec], ast.Load())
            parts.append(part)
        return assign_at(call_operator("joined", parts), node)

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load) or (node.attr.startswith("__") and node.attr.endswith("__")):
            return node
        return assign_at(call_operator("attribute", [node.value, ast.Constant(node.attr)]), node)

    def visit_ClassDef(self, node):
        return node

    visit_AsyncFunctionDef = visit_ClassDef
