"""Statements: blocks, and the simple ones."""

from __future__ import annotations

import ast

from ....ground.errors import NpbridgeError
from .attributes import NeedsBox
from .errors import NeedsValue
from .joins import ends, representable
from .values import Dynamic, Known, Local, Struct, Value


class Statements:
    """The part of the walker that handles statements."""

    # -- blocks

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        emitted: list[ast.stmt] = []
        for statement in body:
            emitted.extend(self.statement(statement))
            if emitted and ends(emitted):
                break
        return emitted

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        method = getattr(self, "do_" + type(node).__name__, None)
        if method is None:
            raise self.error(node, f"a {type(node).__name__.lower()} statement has no compiled form")
        self.pre.append([])
        try:
            made = method(node)
        except (NpbridgeError, NeedsValue, NeedsBox):
            raise
        except Exception as error:  # what this walker did not think of ends as words, too
            raise self.error(node, f"this has no compiled form ({type(error).__name__}: {error})") from error
        made = [*self.pre.pop(), *(made if isinstance(made, list) else [made] if made is not None else [])]
        for new in made:
            if not hasattr(new, "lineno"):
                ast.copy_location(new, node)
            ast.fix_missing_locations(new)
        return made

    def hoist(self, statement: ast.stmt, node: ast.AST) -> None:
        """Put a statement before the one that is being emitted."""
        self.pre[-1].append(ast.fix_missing_locations(ast.copy_location(statement, node)))

    # -- simple statements

    def do_Pass(self, node: ast.Pass) -> ast.stmt:
        return ast.Pass()

    def do_Global(self, node: ast.Global) -> None:
        return None

    def do_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            module = __import__(alias.name)
            if alias.asname:
                for part in alias.name.split(".")[1:]:
                    module = getattr(module, part)
            self.env[alias.asname or alias.name.split(".")[0]] = Known(module)

    def do_ImportFrom(self, node: ast.ImportFrom) -> None:
        package = self.source.function.__globals__.get("__package__")
        module = __import__("importlib").import_module("." * node.level + (node.module or ""), package)
        for alias in node.names:
            self.env[alias.asname or alias.name] = Known(getattr(module, alias.name))

    def do_Nonlocal(self, node: ast.Nonlocal) -> None:
        names = ", ".join(node.names)
        raise self.error(
            node,
            f"nonlocal {names}: compiled code cannot rebind a variable of the enclosing function. "
            "Keep the value in an array of one element and write into it.",
        )

    def do_Expr(self, node: ast.Expr) -> list[ast.stmt]:
        if isinstance(node.value, ast.Constant):
            return []
        _, made = self.expr(node.value)
        return [ast.Expr(made)] if made is not None and not isinstance(made, (ast.Name, ast.Constant)) else []

    def do_Return(self, node: ast.Return) -> ast.stmt:
        value, made = self.expr(node.value) if node.value is not None else (Known(None), None)
        value, made = self.leaving(value, made) if self.program.entry is self else (value, self.as_window(made))
        self.returns.append((value, made))
        if made is None and not representable(value):
            return ast.Return(self.returned(value, node))
        return ast.Return(self.node(value, made, node))

    def leaving(self, value: Value, made: ast.expr | None) -> tuple[Value, ast.expr | None]:
        """What leaves compiled code: an array of no dimensions as itself, where compiled code reads its number."""
        if isinstance(value, Struct) and (made is None or isinstance(made, ast.Tuple)):
            items = [self.leaving(*item) for item in value.items]
            if isinstance(made, ast.Tuple) and len(made.elts) == len(items):
                made = ast.copy_location(ast.Tuple([m for _, m in items], ast.Load()), made)
            return Struct(value.kind, items, value.keys), made
        boxes = [node for x in self.program.lifted.values() if x.role == "box" for node in x.nodes]
        made = self.as_window(made)
        if isinstance(value, Dynamic) and value.flat and isinstance(made, ast.Subscript):
            if all(made.value is not node for node in boxes):
                return Dynamic(), made.value
        return value, made

    def returned(self, value: Value, node: ast.AST) -> ast.expr:
        """What stands for an object or a structure that a function returns."""
        if isinstance(value, Struct):
            parts = [made if made is not None else self.returned(item, node) for item, made in value.items]
            return ast.Tuple(parts, ast.Load()) if parts else ast.Constant(0)
        if representable(value):
            return self.node(value, None, node)
        return ast.Constant(0)

    def do_Delete(self, node: ast.Delete) -> list[ast.stmt]:
        for target in node.targets:
            if not isinstance(target, ast.Name):
                raise self.error(node, "only variables can be deleted in compiled code")
            if self.env.pop(target.id, None) is None and target.id not in self.locals:
                raise self.error(node, "what is deleted is no variable of this function")
        return [ast.Delete([ast.Name(t.id, ast.Del()) for t in node.targets])]

    def do_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        value, test = self.test(node.test)
        if isinstance(value, Known) and value.value:
            return []
        message = [] if node.msg is None else [node.msg]
        call = ast.Call(ast.Name("AssertionError", ast.Load()), message, [])
        failed = self.do_Raise(ast.copy_location(ast.Raise(ast.copy_location(call, node), None), node))
        if isinstance(value, Known):
            return [ast.copy_location(failed, node)]
        return [ast.If(ast.UnaryOp(ast.Not(), test), [ast.copy_location(failed, node)], [])]

    def do_Raise(self, node: ast.Raise) -> ast.stmt:
        if node.exc is None:
            return ast.Raise(None, None)
        return ast.Raise(self.exception(node.exc), None)

    def do_Break(self, node: ast.Break) -> list[ast.stmt]:
        self.exits[-1].append(dict(self.env))
        flag = self.flags[-1] if self.flags else None
        made: list[ast.stmt] = [ast.Break()]
        if flag is not None:
            made.insert(0, ast.Assign([ast.Name(flag, ast.Store())], ast.Constant(True)))
        return made

    def do_Continue(self, node: ast.Continue) -> ast.stmt:
        self.exits[-1].append(dict(self.env))
        # an unrolled iteration is a loop that runs once
        return ast.Break() if self.flags and self.flags[-1] is not None else ast.Continue()

    @property
    def flags(self) -> list[str | None]:
        if not hasattr(self, "_flags"):
            self._flags: list[str | None] = []
        return self._flags

    # -- functions inside functions

    def do_FunctionDef(self, node: ast.FunctionDef) -> list[ast.stmt]:
        if node.decorator_list:
            raise self.error(node, "a decorated function inside a compiled function has no compiled form")
        self.env[node.name] = Local(node, self, self.defaults(node.args))
        return []

    def defaults(self, arguments: ast.arguments) -> dict[str, tuple[Value, ast.expr | None]]:
        found = {}
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs = list(zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True))
        pairs += [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None]
        for arg, default in pairs:
            value, made = self.expr(default)
            if made is not None and not isinstance(made, ast.Constant):
                name = self.fresh(f"default_{arg.arg}")
                self.hoist(ast.Assign([ast.Name(name, ast.Store())], made), default)
                self.env[name] = value
                made = ast.Name(name, ast.Load())
            found[arg.arg] = (value, made)
        return found
