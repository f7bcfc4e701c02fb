"""Names for a step on the way: the expression goes where the name is read."""

from __future__ import annotations

import ast
from typing import Any

from .fusing_steps import Tree, chooses, is_in_place, is_slice, number, only_slices, read, step, unfitted


class Forwarder:
    """Puts an expression in the place of a name that the next statement reads, and nothing else does."""

    def __init__(self, fuser: Any, tree: ast.FunctionDef) -> None:
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
        if step(first.value, self.fuser.robust) is None or not self.takes(then) or not self.fuses(first, then):
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
        ops = [Tree(False).op(s.value) for s in (first, then)]
        return any(op is not None and chooses(op) for op in ops)

    def takes(self, then: ast.stmt) -> bool:
        """Whether a statement only computes, and writes at its end."""
        if isinstance(then, ast.Expr):
            call = then.value
            stores = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "npb_setitem"
            return stores and all(map(self.is_plain, call.args))
        if isinstance(then, (ast.Assign, ast.AugAssign)):
            targets = then.targets if isinstance(then, ast.Assign) else [then.target]
            values = [unfitted(then.value)]
            if len(targets) == 1 and isinstance(targets[0], ast.Name):
                if isinstance(then, ast.Assign) and is_in_place(then.value, read(targets[0])):
                    values = then.value.args[:2]
                return all(map(self.is_plain, values))
            return (
                len(targets) == 1
                and isinstance(targets[0], ast.Subscript)
                and only_slices(targets[0].slice)
                and all(map(self.is_plain, [*values, targets[0].value]))
            )
        return isinstance(then, ast.Return) and then.value is not None and self.is_plain(then.value)

    def is_plain(self, node: ast.expr) -> bool:
        """Whether an expression is made of names, numbers and steps."""
        if isinstance(node, ast.Name) or number(node) is not None:
            return True
        if isinstance(node, ast.Constant) or is_slice(node):
            return not any(isinstance(n, ast.Call) and not is_slice(n) for n in ast.walk(node))
        found = step(node, self.fuser.robust)
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
