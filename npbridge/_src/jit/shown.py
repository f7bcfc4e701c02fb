"""What ``show_code`` prints of a function before it is called: the arrays that it reaches have become arguments."""

from __future__ import annotations

import ast
import functools
import inspect
import pprint
import textwrap
import types
from typing import Any

from ..array import core


def with_state_as_arguments(function) -> str:
    """The source with captured arrays lifted to arguments, and the function that hands them over at each call.

    Empty where the source is not at hand.
    """
    plain, owner = _parts(function)
    try:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(plain))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return ""
    if not isinstance(tree, ast.FunctionDef):
        return ""
    lift = _Lift(plain, owner, tree)
    tree = ast.fix_missing_locations(lift.visit(tree))
    handed = [f"{name}={text}," for name, text in lift.found.items()]
    given = [f"{text}, " for text in _arguments(inspect.signature(function))]
    call = "".join(given + handed) if handed else "".join(given).removesuffix(", ")
    name = tree.name
    driver = f"def new_{name}{inspect.signature(function)}:\n    return {name}({call})"
    return (
        _section(ast.unparse(tree), lift.named)
        + "\n"
        + _section(driver, {**lift.roots, name: _Text(f"CPUDispatcher(<function {name} at {id(plain):#x}>)")})
    )


def _parts(function) -> tuple[Any, Any]:
    """The function in Python, and the object that it is a method of."""
    while isinstance(function, functools.partial):
        function = function.func
    if isinstance(function, types.MethodType):
        return function.__func__, function.__self__
    if isinstance(function, types.FunctionType):
        return function, None
    return type(function).__call__, function


class _Lift(ast.NodeTransformer):
    """Puts arguments in the places of captured arrays.

    Attributes
    ----------
    found : dict of str to str
        The new arguments, and what is handed over for each.
    roots, named : dict of str to object
        The objects that hold them, and those that the function still names.
    """

    def __init__(self, function, owner, tree: ast.FunctionDef) -> None:
        self.found: dict[str, str] = {}
        self.roots: dict[str, Any] = {}
        self.named: dict[str, Any] = {}
        outer = inspect.getclosurevars(function)
        self.outer = {**outer.globals, **outer.nonlocals}
        self.me, self.owner = "", owner
        if owner is not None:
            self.me = (tree.args.posonlyargs or tree.args.args).pop(0).arg
            self.root = f"{type(owner).__name__}0"
        self.own = {a.arg for a in ast.walk(tree.args) if isinstance(a, ast.arg)}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list = []
        node.body = [self.visit(x) for x in node.body]
        for name in self.found:
            if node.args.vararg or node.args.kwonlyargs:
                node.args.kwonlyargs.append(ast.arg(name))
                node.args.kw_defaults.append(ast.Constant(None))
            else:
                node.args.args.append(ast.arg(name))
                node.args.defaults.append(ast.Constant(None))
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        path: list[str] = []
        at: ast.AST = node
        while isinstance(at, ast.Attribute):
            path.insert(0, at.attr)
            at = at.value
        if not isinstance(at, ast.Name) or at.id in self.own:
            return self.generic_visit(node)
        mine = bool(self.me) and at.id == self.me
        value, root = (self.owner, self.root) if mine else (self.outer.get(at.id), at.id)
        for k, name in enumerate(path):
            value = getattr(value, "__dict__", {}).get(name)
            if type(value) in core.ARRAYS:
                return self.lifted(node, root, self.owner if mine else self.outer[at.id], path, k + 1, value)
        return self.generic_visit(node)

    def lifted(self, node: ast.Attribute, root: str, holder, path: list[str], length: int, value) -> ast.AST:
        """The argument in the place of the array, with the attributes of the array that follow."""
        self.roots[root] = holder
        text = ".".join([root, *path[:length]])
        name = text.replace(".", "_")
        self.found[name] = _handed(text, value)
        outcome: ast.expr = ast.Name(name, node.ctx if length == len(path) else ast.Load())
        for k, attribute in enumerate(path[length:], length + 1):
            outcome = ast.Attribute(outcome, attribute, node.ctx if k == len(path) else ast.Load())
        return outcome

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if self.me and node.id == self.me:
            self.named[self.root] = self.owner
            return ast.Name(self.root, node.ctx)
        value = self.outer.get(node.id)
        if type(value) in core.ARRAYS and node.id not in self.own:
            self.roots[node.id] = value
            self.found[node.id] = _handed(node.id, value)
        return node


def _handed(text: str, value) -> str:
    return f"{text}.value" if hasattr(type(value), "value") else text


def _arguments(signature: inspect.Signature):
    for name, p in signature.parameters.items():
        if p.kind is p.KEYWORD_ONLY:
            yield f"{name}={name}"
        else:
            yield {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "") + name


def _section(source: str, space: dict[str, Any]) -> str:
    names = pprint.pformat({k: _Text(repr(v)) for k, v in space.items()}) if space else "{}"
    title, other = "The recompiled function:", "The namespace of the above function:"
    return "\n".join([title, "-" * (len(title) + 1), "", source, "", other, "-" * len(other), names, ""])


class _Text:
    """A text that shows as it is, cut where it is long."""

    def __init__(self, text: str) -> None:
        self.text = text if len(text) < 200 else text[:197] + "..."

    def __repr__(self) -> str:
        return self.text
