"""One function, specialised for what is known of its parameters."""

from __future__ import annotations

import ast
import builtins
from typing import Any

from . import errors
from .bindings import Bindings
from .calls import Calls
from .conditions import Conditions
from .control import Control
from .displays import Displays
from .expressions import Expressions
from .invoking import Invoking
from .items import Items
from .paths import Path, Root
from .program import Lifted, Program
from .raising import Raising
from .statements import Statements
from .values import Conflict, Dynamic, Known, Struct, Value, is_constant


class Unit(Statements, Bindings, Control, Calls, Invoking, Raising, Expressions, Conditions, Displays, Items):
    """The walker over one function and what it emits.

    Parameters
    ----------
    program : Program
    source : Source
        The function's tree; for a function defined inside another, `enclosing`
        is the unit of the outer one.
    name : str
        What the compiled function is called.
    """

    def __init__(self, program: Program, source: Any, name: str, enclosing: Unit | None = None) -> None:
        self.program = program
        self.source = source
        self.tree = source.node
        self.filename = source.filename
        self.name = name
        self.enclosing = enclosing
        self.needs: list[Lifted] = []
        self.calls: list[tuple[ast.Call, Unit]] = []
        self.parameters: list[str] = []
        self.integers: set[str] = set()
        self.writes: set[str] = set()
        self.binds: set[str] = set()
        self.gives: set[str] | None = None  # the parameters whose memory the result may share
        self.returns: list[tuple[Value, ast.expr | None]] = []
        self.template: Any = None
        self.done = False
        self.first: Value | None = None
        self.env: dict[str, Value] = {}
        self.pre: list[list[ast.stmt]] = []
        self.exits: list[list[dict[str, Value]]] = []
        self.temporaries = 0
        self.containers: set[str] = set()
        self.updates: dict[tuple[str, object], str] = {}
        self.locals = local_names(self.tree)
        self.globals_declared = {n for s in ast.walk(self.tree) if isinstance(s, ast.Global) for n in s.names}
        self.emitted: ast.FunctionDef | None = None

    # -- parameters

    def bind(self, values: dict[str, Value]) -> None:
        """Give each formal parameter its value; emitted parameters are added in order."""
        for name, value in values.items():
            self.env[name] = self.parameter(name, value)
        formals = list(values)
        if formals:
            self.first = self.env[formals[0]]

    def parameter(self, name: str, value: Value) -> Value:
        if isinstance(value, Dynamic):
            self.parameters.append(name)
            if value.number in ("int", "bool"):
                self.integers.add(name)
            return value
        if isinstance(value, Struct):
            items = []
            labels = value.keys if value.keys is not None else range(len(value.items))
            if value.kind is not tuple:
                self.containers.add(name)
            for label, (item, _) in zip(labels, value.items, strict=True):
                part = self.parameter(self.struct_name(name, label), item)
                items.append((part, self.node_of_parameter(part)))
            return Struct(value.kind, items, value.keys)
        return Known(value.value, value.path) if isinstance(value, Known) else value

    def node_of_parameter(self, value: Value) -> ast.expr | None:
        if not isinstance(value, Dynamic):
            return None
        node: ast.expr = ast.Name(self.parameters[-1], ast.Load())
        if value.flat:
            node = ast.Subscript(node, ast.Tuple([], ast.Load()), ast.Load())
        return node

    def fresh(self, label: str) -> str:
        """A local name that nothing else has."""
        label = "".join(c if c.isalnum() or c == "_" else "_" for c in label)
        name = label
        while name in self.locals:
            self.temporaries += 1
            name = f"{label}_{self.temporaries}"
        self.locals.add(name)
        return name

    # -- names

    def need(self, lifted: Lifted) -> None:
        if lifted not in self.needs and not self.owns(lifted):
            self.needs.append(lifted)

    def owns(self, lifted: Lifted) -> bool:
        return lifted.role == "capture" and lifted.key[1] == id(self)

    def classify(self, value: Any, path: Path | None) -> tuple[Value, ast.expr | None]:
        found, node = self.program.classify(value, path)
        for lifted in self.program.lifted.values():
            if lifted.nodes and node is not None and any(n is lifted.nodes[-1] for n in ast.walk(node)):
                self.need(lifted)
        return found, node

    def load(self, name: str, node: ast.AST) -> tuple[Value, ast.expr | None]:
        """What a name means here."""
        if name in self.env:
            return self.local(name, node)
        if name in self.locals and name not in self.globals_declared:
            return Dynamic(), ast.Name(name, ast.Load())
        if self.enclosing is not None:
            captured = self.captured(name, node)
            if captured is not None:
                return captured
        cells = self.source.cells()
        if name in cells:
            if name == "__class__":
                return Known(cells[name].cell_contents), None
            holder = self.program.hidden_root(cells[name], f"cell_{name}")
            try:
                value = cells[name].cell_contents
            except ValueError:
                raise self.error(node, f"the variable {name!r} of the enclosing function has no value yet") from None
            return self.classify(value, Path(Root(f"{holder}.cell_contents", name)))
        space = self.source.function.__globals__
        if name in space:
            holder = self.program.hidden_root(space, "globals_" + _identifier(space.get("__name__", "")))
            return self.classify(space[name], Path(Root(f"{holder}[{name!r}]", name)))
        if hasattr(builtins, name):
            return Known(getattr(builtins, name)), None
        raise self.error(node, f"the name {name!r} is not defined")

    def local(self, name: str, node: ast.AST) -> tuple[Value, ast.expr | None]:
        value = self.env[name]
        if isinstance(value, Conflict):
            raise self.error(
                node,
                f"{name!r} is one object or another, or none, depending on the branch taken, which compiled code "
                "cannot follow. Use arrays for what changes, or call the objects inside the branches.",
            )
        if isinstance(value, Dynamic):
            read: ast.expr = ast.Name(getattr(value, "name", name), ast.Load())
            if value.flat:
                read = ast.Subscript(read, ast.Tuple([], ast.Load()), ast.Load())
            return value, read
        if isinstance(value, Struct) and value.kind is tuple and value.items:
            return value, self.whole_tuple(value)
        return value, None

    @staticmethod
    def whole_tuple(value: Struct) -> ast.expr | None:
        """The variable that holds a tuple, where there is one."""
        first = value.items[0][1]
        if all(isinstance(m, ast.Subscript) and getattr(m, "of_tuple", None) for _, m in value.items):
            return ast.Name(first.of_tuple, ast.Load())
        return None

    def captured(self, name: str, node: ast.AST) -> tuple[Value, ast.expr | None] | None:
        """A variable of the function that this one is defined in."""
        outer = self.enclosing
        if name in outer.env:
            value = outer.env[name]
            if isinstance(value, Dynamic):
                lifted = self.program.capture(outer, name)
                lifted.flat = value.flat
                self.need(lifted)
                read: ast.expr = lifted.ref()
                if value.flat:
                    read = ast.Subscript(read, ast.Tuple([], ast.Load()), ast.Load())
                return value, read
            if isinstance(value, Struct):
                return self._captured_struct(outer, value)
            return outer.local(name, node)
        if name in outer.locals:
            lifted = self.program.capture(outer, name)
            self.need(lifted)
            return Dynamic(), lifted.ref()
        return outer.captured(name, node) if outer.enclosing is not None else None

    def _captured_struct(self, outer: Unit, value: Struct) -> tuple[Value, None]:
        items = []
        for item, node in value.items:
            if isinstance(item, Dynamic):
                name = next(n.id for n in ast.walk(node) if isinstance(n, ast.Name))
                lifted = self.program.capture(outer, name)
                self.need(lifted)
                node = lifted.ref()
            items.append((item, node))
        return Struct(value.kind, items, value.keys), None

    # -- emission

    def build(self) -> None:
        """Walk the body and emit the function."""
        body = self.tree.body
        if isinstance(self.tree, ast.Lambda):
            body = [ast.copy_location(ast.Return(body), body)]
        statements = [*self.settled_parameters(), *self.block(body)]
        if not statements:
            statements = [ast.copy_location(ast.Pass(), body[0])]
        if self.updates:
            statements = self.with_updates(statements)
        made = ast.FunctionDef(
            name=self.name,
            args=ast.arguments([], [], None, [], [], None, []),
            body=statements,
            decorator_list=[],
            returns=None,
            type_comment=None,
        )
        if hasattr(made, "type_params"):
            made.type_params = []
        self.emitted = ast.copy_location(made, self.tree)
        self.done = True

    def with_updates(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """Return the replaced items of the caller's containers beside the result."""
        if not _ends_in_return(statements):
            self.returns.append((Known(None), None))
            statements.append(ast.copy_location(ast.Return(ast.Constant(None)), statements[-1]))
        for statement in statements:
            for node in ast.walk(statement):
                if isinstance(node, ast.Return):
                    result = node.value if node.value is not None else ast.Constant(None)
                    parts = [ast.Name(part, ast.Load()) for part in self.updates.values()]
                    node.value = ast.Tuple([result, ast.Tuple(parts, ast.Load())], ast.Load())
            ast.fix_missing_locations(statement)
        return statements

    def settled_parameters(self) -> list[ast.stmt]:
        """Variables for constant arguments that the body assigns to."""
        stored = {n.id for n in ast.walk(self.tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        made = []
        for name, value in self.env.items():
            if name in stored and isinstance(value, Known) and is_constant(value.value):
                node = ast.Assign([ast.Name(name, ast.Store())], self.constant(value, self.tree))
                made.append(ast.fix_missing_locations(ast.copy_location(node, self.tree)))
        return made

    def close(self) -> None:
        """Add the lifted parameters, once they are all known."""
        own = {lifted.key: name for name in self.locals if (lifted := self._capture_of(name)) is not None}
        self.parameters.extend(lifted.name for lifted in self.needs)
        for node, callee in self.calls:
            node.args.extend(
                ast.Name(own[lifted.key] if self.owns(lifted) else lifted.name, ast.Load()) for lifted in callee.needs
            )
        plain = len(self.parameters) - len(self.needs)
        self.emitted.args.args = [ast.arg(name, None) for name in self.parameters]
        self.emitted.args.defaults = [ast.Constant(None) for _ in self.parameters[plain:]]
        ast.fix_missing_locations(self.emitted)

    def _capture_of(self, name: str) -> Lifted | None:
        return self.program.lifted.get(("capture", id(self), name))

    def names_used(self) -> set[str]:
        return self.locals

    def error(self, node: ast.AST, message: str) -> errors.LoweringError:
        return errors.at(self.filename, node, message)

    def error_for_now(self, node: ast.AST, message: str) -> errors.LoweringError:
        return errors.at(self.filename, node, message, errors.ForNow)


def _ends_in_return(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Return)


def _identifier(text: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in text)


def local_names(node: ast.AST) -> set[str]:
    """The names that a function binds, without those of functions inside it."""
    found: set[str] = set()
    arguments = node.args
    for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        found.add(arg.arg)
    found |= {a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None}
    body = node.body if isinstance(node.body, list) else [node.body]
    queue = list(body)
    while queue:
        item = queue.pop()
        if isinstance(item, (ast.FunctionDef, ast.ClassDef)):
            found.add(item.name)
            continue
        if isinstance(item, ast.Lambda):
            continue
        if isinstance(item, ast.Name) and isinstance(item.ctx, (ast.Store, ast.Del)):
            found.add(item.id)
        if isinstance(item, (ast.Import, ast.ImportFrom)):
            found |= {(a.asname or a.name).split(".")[0] for a in item.names}
        if isinstance(item, ast.ExceptHandler) and item.name:
            found.add(item.name)
        queue.extend(ast.iter_child_nodes(item))
    return found
