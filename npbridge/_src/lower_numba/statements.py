"""Statements: bindings, branches, loops, writes to attributes."""

from __future__ import annotations

import ast
import copy
from typing import Any

import numpy as np

from . import attributes, unroll
from .errors import NeedsValue
from .values import Dynamic, Known, Local, Method, Struct, Super, Value, is_constant, is_variable

_PASSES = 4


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
        made = method(node)
        made = [*self.pre.pop(), *(made if isinstance(made, list) else [made] if made is not None else [])]
        for new in made:
            if not hasattr(new, "lineno"):
                ast.copy_location(new, node)
            ast.fix_missing_locations(new)
        return made

    def hoist(self, statement: ast.stmt, node: ast.AST) -> None:
        """Put a statement before the one that is being emitted."""
        self.pre[-1].append(ast.copy_location(statement, node))

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
        self.returns.append((value, made))
        if made is None and not _representable(value):
            return ast.Return(self.returned(value, node))
        return ast.Return(self.node(value, made, node))

    def returned(self, value: Value, node: ast.AST) -> ast.expr:
        """What stands for an object or a structure that a function returns."""
        if isinstance(value, Struct):
            parts = [made if made is not None else self.returned(item, node) for item, made in value.items]
            return ast.Tuple(parts, ast.Load()) if parts else ast.Constant(0)
        if _representable(value):
            return self.node(value, None, node)
        return ast.Constant(0)

    def do_Delete(self, node: ast.Delete) -> list[ast.stmt]:
        for target in node.targets:
            if not isinstance(target, ast.Name):
                raise self.error(node, "only variables can be deleted in compiled code")
            self.env.pop(target.id, None)
        return []

    def do_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        value, test = self.test(node.test)
        if isinstance(value, Known) and value.value:
            return []
        self.program.may_raise = True
        message = [] if node.msg is None else [node.msg]
        call = ast.Call(ast.Name("AssertionError", ast.Load()), message, [])
        failed = self.do_Raise(ast.copy_location(ast.Raise(ast.copy_location(call, node), None), node))
        return [ast.If(ast.UnaryOp(ast.Not(), test), [ast.copy_location(failed, node)], [])]

    def do_Raise(self, node: ast.Raise) -> ast.stmt:
        self.program.may_raise = True
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

    # -- bindings

    def do_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        value, made = self.expr(node.value)
        if isinstance(node.value, ast.Attribute) and isinstance(made, ast.Name) and self.loses_its_name(node):
            # the attribute is bound to another array later on, which is written into
            # the same memory: this name keeps the values of before
            made = ast.Call(ast.Attribute(made, "copy", ast.Load()), [], [])
        if len(node.targets) > 1 and made is not None and not isinstance(made, (ast.Name, ast.Constant)):
            name = self.fresh("shared")
            self.hoist(ast.Assign([ast.Name(name, ast.Store())], made), node)
            made = ast.Name(name, ast.Load())
        emitted: list[ast.stmt] = []
        for target in node.targets:
            emitted.extend(self.store(target, value, made, node))
        return emitted

    def loses_its_name(self, node: ast.Assign) -> bool:
        """Whether the function also assigns to the attribute that is read here."""
        if not isinstance(node.targets[0], (ast.Name, ast.Attribute)):
            return False
        name = node.value.attr
        stored = (n for n in ast.walk(self.tree) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store))
        augmented = {id(n.target) for n in ast.walk(self.tree) if isinstance(n, ast.AugAssign)}
        if not any(n.attr == name and id(n) not in augmented for n in stored):
            return False
        owner, _ = self.expr(node.value.value)
        return isinstance(owner, Known) and not is_variable(getattr(owner.value, name, None))

    def do_AnnAssign(self, node: ast.AnnAssign) -> list[ast.stmt]:
        if node.value is None:
            return []
        value, made = self.expr(node.value)
        return self.store(node.target, value, made, node)

    def store(self, target: ast.expr, value: Value, made: ast.expr | None, node: ast.AST) -> list[ast.stmt]:
        if isinstance(target, ast.Name):
            return self.store_name(target, value, made, node)
        if isinstance(target, (ast.Tuple, ast.List)):
            return self.store_several(target, value, made, node)
        if isinstance(target, ast.Attribute):
            return attributes.store(self, target, value, made, node)
        if isinstance(target, ast.Subscript):
            return self.store_item(target, value, made, node)
        raise self.error(node, "this assignment target has no compiled form")

    def store_name(self, target: ast.Name, value: Value, made: ast.expr | None, node: ast.AST) -> list[ast.stmt]:
        name = target.id
        if name in self.globals_declared:
            self.program.note(
                f"assigning the global {name!r} in compiled code has no effect", self.filename, node.lineno
            )
            self.globals_declared.discard(name)
        if isinstance(value, Known) and not is_constant(value.value):
            self.env[name] = value
            return []
        if isinstance(value, (Struct, Local, Method, Super)) and made is None:
            return self.store_struct(name, value, node)
        made = self.node(value, made, node)
        if isinstance(value, Dynamic) and value.flat and isinstance(made, ast.Subscript):
            value = Dynamic(value.number, scalar=True)
        self.env[name] = self.settled(name, value)
        return [ast.Assign([ast.Name(name, ast.Store())], made)]

    def settled(self, name: str, value: Value) -> Value:
        """What the variable `name` is, once it holds `value`."""
        if isinstance(value, Known):
            return Known(value.value)
        if not isinstance(value, Struct):
            return value
        items = []
        for i, (v, m) in enumerate(value.items):
            if not isinstance(v, Known):
                v = v if isinstance(v, Dynamic) else Dynamic()
                v = Dynamic(v.number, v.scalar)
                m = ast.Subscript(ast.Name(name, ast.Load()), ast.Constant(i), ast.Load())
                m.of_tuple = name
            items.append((v, m))
        return Struct(value.kind, items, value.keys)

    def store_struct(self, name: str, value: Value, node: ast.AST) -> list[ast.stmt]:
        """A container keeps its items in variables of their own."""
        if not isinstance(value, Struct):
            self.env[name] = value
            return []
        emitted, items = [], []
        labels = value.keys if value.keys is not None else range(len(value.items))
        for label, (item, made) in zip(labels, value.items, strict=True):
            if made is not None and not isinstance(made, ast.Constant):
                part = self.struct_name(name, label)
                emitted.append(ast.Assign([ast.Name(part, ast.Store())], made))
                made = ast.Name(part, ast.Load())
            items.append((item, made))
        self.env[name] = Struct(value.kind, items, value.keys)
        return emitted

    def struct_name(self, name: str, label: Any) -> str:
        parts = self.__dict__.setdefault("_parts", {})
        key = (name, label)
        if key not in parts:
            parts[key] = self.fresh(f"{name}_{label}")
        return parts[key]

    def store_several(self, target: Any, value: Value, made: ast.expr | None, node: ast.AST) -> list[ast.stmt]:
        starred = [i for i, t in enumerate(target.elts) if isinstance(t, ast.Starred)]
        items = self.items_of(value)
        if items is None:
            if self.program.options.robust and not starred and getattr(value, "number", None) is None:
                call = ast.Call(
                    self.stub("npb_unpack"), [self.node(value, made, node), ast.Constant(len(target.elts))], []
                )
                value, made = Dynamic(), call
            if starred or any(not isinstance(t, (ast.Name, ast.Tuple, ast.List)) for t in target.elts):
                return self._through_temporaries(target, value, made, node)
            plain = _names_in(target)
            for name in plain:
                self.env[name] = Dynamic(scalar=value.scalar if isinstance(value, Dynamic) else False)
            if made is not None and getattr(value, "number", None) == "shape":
                for name in plain:
                    self.env[name] = Dynamic("int", scalar=True)
            return [ast.Assign([_as_store(target)], self.node(value, made, node))]
        if starred:
            (k,) = starred
            rest = len(items) - len(target.elts) + 1
            if rest < 0:
                raise self.error(node, f"{len(items)} values for at least {len(target.elts) - 1} names")
            gathered = (Struct(list, items[k : k + rest]), None)
            items = [*items[:k], gathered, *items[k + rest :]]
            plain = [t.value if isinstance(t, ast.Starred) else t for t in target.elts]
            target = ast.copy_location(ast.Tuple(plain, ast.Store()), target)
        if len(items) != len(target.elts):
            raise self.error(node, f"{len(items)} values for {len(target.elts)} names")
        return self._store_items(target, items, node)

    def _store_items(self, target: Any, items: list, node: ast.AST) -> list[ast.stmt]:
        """``a, b = x, y``: every value is taken before the first name changes."""
        simple = all(isinstance(t, ast.Name) for t in target.elts)
        if simple and all(made is not None for _, made in items):
            names = ast.Tuple([ast.Name(t.id, ast.Store()) for t in target.elts], ast.Store())
            for t, (value, _) in zip(target.elts, items, strict=True):
                self.env[t.id] = _plain(value)
            return [ast.Assign([names], ast.Tuple([made for _, made in items], ast.Load()))]
        held = []
        for value, made in items:
            if made is not None and not isinstance(made, ast.Constant):
                name = self.fresh("held")
                copied = made
                if isinstance(made, ast.Name) and attributes.rebinds(self, target):
                    copied = ast.Call(ast.Attribute(made, "copy", ast.Load()), [], [])
                self.hoist(ast.Assign([ast.Name(name, ast.Store())], copied), node)
                made = ast.Name(name, ast.Load())
            held.append((value, made))
        return [s for t, (value, made) in zip(target.elts, held, strict=True) for s in self.store(t, value, made, node)]

    def _through_temporaries(self, target: Any, value: Value, made: ast.expr | None, node: ast.AST) -> list[ast.stmt]:
        whole = self.fresh("whole")
        emitted: list[ast.stmt] = [ast.Assign([ast.Name(whole, ast.Store())], self.node(value, made, node))]
        last = len(target.elts)
        for i, t in enumerate(target.elts):
            if isinstance(t, ast.Starred):
                key: ast.expr = ast.Slice(ast.Constant(i), None if i == last - 1 else ast.Constant(i + 1 - last), None)
                t = t.value
            else:
                after = any(isinstance(u, ast.Starred) for u in target.elts[:i])
                key = ast.Constant(i - last if after else i)
            part = ast.Subscript(ast.Name(whole, ast.Load()), key, ast.Load())
            emitted.extend(self.store(t, Dynamic(), part, node))
        return emitted

    def store_item(self, target: ast.Subscript, value: Value, made: ast.expr | None, node: ast.AST) -> list[ast.stmt]:
        base, base_node = self.expr(target.value)
        if isinstance(base, Struct):
            return self._store_in_struct(target, base, value, made, node)
        if isinstance(base, Known):
            return self._store_in_known(target, base, value, made, node)
        return self._store_in_array(target, base, base_node, value, made, node)

    def _store_in_known(
        self, target: ast.Subscript, base: Known, value: Value, made: Any, node: ast.AST
    ) -> list[ast.stmt]:
        """``self.items[key] = value``: as an attribute, where an array or a number is there already."""
        key, _ = self.expr(target.slice)
        if base.path is not None and isinstance(key, Known) and type(base.value) in (list, dict):
            try:
                current = base.value[key.value]
            except LookupError:
                current = None
            held = attributes.store_at(self, base.path.item(key.value), current, value, made, node)
            if held is not None:
                return held
        raise self.error(
            node,
            "an item of a list or a dictionary that is an attribute, a global or a closure variable is assigned: "
            "compiled code takes such containers as constants. Use an array.",
        )

    def _store_in_array(
        self, target: Any, base: Any, base_node: Any, value: Value, made: Any, node: Any
    ) -> list[ast.stmt]:
        base_node = self.whole(base, base_node)
        key = self.index(target.slice)
        stored = self.node(value, made, node, context="array")
        if self.must_wrap(target.slice):
            call = ast.Call(self.stub("npb_setitem"), [base_node, key, stored], [])
            return [ast.Expr(call)]
        return [ast.Assign([ast.Subscript(base_node, key, ast.Store())], stored)]

    def _store_in_struct(self, target: Any, base: Struct, value: Value, made: Any, node: ast.AST) -> list[ast.stmt]:
        key, _ = self.expr(target.slice)
        if not isinstance(key, Known) or not isinstance(target.value, ast.Name) or base.kind is tuple:
            raise self.error(node, "items of this container can only be assigned by a constant key, on its own name")
        if base.kind is list:
            position = range(len(base.items))[key.value]
            label = position
        else:
            label = key.value
            position = base.keys.index(label) if label in base.keys else len(base.items)
        items, keys = list(base.items), None if base.keys is None else list(base.keys)
        emitted = []
        made = self.updated_item(target.value.id, label, value, made, node)
        if made is not None:
            part = self.struct_name(target.value.id, label)
            emitted = [ast.Assign([ast.Name(part, ast.Store())], made)]
            made = ast.Name(part, ast.Load())
        if position == len(items):
            items.append((value, made))
            keys.append(label)
        else:
            items[position] = (value, made)
        self.env[target.value.id] = Struct(base.kind, items, keys)
        return emitted

    def updated_item(self, name: str, label: Any, value: Value, made: Any, node: ast.AST) -> ast.expr | None:
        """Note that an item of a container that was an argument is replaced."""
        if name not in self.containers:
            return made
        if self.program.entry is not self:
            raise self.error(
                node,
                "an item of a container that the caller passed is replaced: compiled code does that in the outermost "
                "function only. Write into the array with [...] or return the new value.",
            )
        self.updates[name, label] = self.struct_name(name, label)
        return self.node(value, made, node)

    def do_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        target = node.target
        if isinstance(target, ast.Attribute):
            return attributes.augment(self, target, node)
        if isinstance(target, ast.Subscript):
            return self._augment_item(target, node)
        current, _ = self.load(target.id, target)
        if not isinstance(current, Dynamic):
            value, made = self.expr(self.binary_of(node))
            return self.store_name(ast.Name(target.id, ast.Store()), value, made, node)
        value, made = self.expr(node.value)
        made = self.node(value, made, node)
        if current.flat:
            place = ast.Subscript(ast.Name(target.id, ast.Load()), ast.Tuple([], ast.Load()), ast.Store())
            return [ast.AugAssign(place, node.op, made)]
        number = self.combined(current, value, node.op)
        self.env[target.id] = Dynamic(number, scalar=current.scalar)
        if self.program.options.robust:
            call = self.operator_call("i" + _OPERATOR[type(node.op)], [ast.Name(target.id, ast.Load()), made])
            return [ast.Assign([ast.Name(target.id, ast.Store())], call)]
        return [ast.AugAssign(ast.Name(target.id, ast.Store()), node.op, made)]

    def binary_of(self, node: ast.AugAssign) -> ast.expr:
        read = copy.copy(node.target)
        read.ctx = ast.Load()
        return ast.copy_location(ast.BinOp(read, node.op, node.value), node)

    def _augment_item(self, target: ast.Subscript, node: ast.AugAssign) -> list[ast.stmt]:
        base, base_node = self.expr(target.value)
        if isinstance(base, (Struct, Known)) and base_node is None:
            current, place = self.expr(ast.Subscript(target.value, target.slice, ast.Load()))
            if isinstance(current, Dynamic) and not current.scalar and isinstance(place, ast.Name):
                made = self.dynamic(node.value)
                return [ast.AugAssign(ast.Name(place.id, ast.Store()), node.op, made)]
        if not isinstance(base, Dynamic):
            value, made = self.expr(self.binary_of(node))
            return self.store_item(target, value, made, node)
        base_node = self.whole(base, base_node)
        key = self.index(target.slice)
        value, made = self.expr(node.value)
        made = self.node(value, made, node, context="array")
        if self.must_wrap(target.slice) or self.program.options.robust:
            base_node, key = self.held(base_node, node), self.held(key, node)
            old = ast.Call(self.stub("npb_getitem"), [base_node, key], [])
            new = self.operator_call(_OPERATOR[type(node.op)], [old, made])
            return [ast.Expr(ast.Call(self.stub("npb_setitem"), [base_node, key, new], []))]
        return [ast.AugAssign(ast.Subscript(base_node, key, ast.Store()), node.op, made)]

    def held(self, made: ast.expr, node: ast.AST) -> ast.expr:
        """`made` in a variable, so that it is evaluated once."""
        if isinstance(made, (ast.Name, ast.Constant)):
            return made
        name = self.fresh("held")
        self.hoist(ast.Assign([ast.Name(name, ast.Store())], made), node)
        return ast.Name(name, ast.Load())

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

    # -- branches

    def do_If(self, node: ast.If) -> list[ast.stmt]:
        value, test = self.test(node.test)
        if isinstance(value, Known):
            return self.block(node.body if value.value else node.orelse)
        before = dict(self.env)
        body = self.block(node.body)
        after = self.env
        self.env = dict(before)
        orelse = self.block(node.orelse)
        if ends(body):
            pass
        elif ends(orelse):
            self.env = after
        else:
            self.env = merged(after, self.env)
        return [ast.If(test, body or [ast.Pass()], orelse)]

    def do_With(self, node: ast.With) -> list[ast.stmt]:
        for item in node.items:
            call = item.context_expr
            if not isinstance(call, ast.Call):
                raise self.error(node, "this context manager has no compiled form")
            function, _ = self.expr(call.func)
            if not isinstance(function, Known) or function.value not in (np.errstate, np.printoptions):
                raise self.error(node, "only np.errstate and np.printoptions can be used as context managers here")
        return self.block(node.body)

    def do_Try(self, node: ast.Try) -> list[ast.stmt]:
        raise self.error(
            node, "try has no compiled form. Test the condition before, or catch the exception outside of jit."
        )

    def do_Match(self, node: ast.Match) -> list[ast.stmt]:
        value, made = self.expr(node.subject)
        name = self.fresh("subject")
        emitted = self.store_name(ast.Name(name, ast.Store()), value, made, node)
        chain: list[ast.stmt] = []
        for case in reversed(node.cases):
            test = self._pattern(case.pattern, name, node)
            if case.guard is not None:
                test = case.guard if test is None else ast.BoolOp(ast.And(), [test, case.guard])
            chain = (
                list(case.body) if test is None else [ast.copy_location(ast.If(test, case.body, chain), case.pattern)]
            )
        for statement in chain:
            ast.fix_missing_locations(ast.copy_location(statement, statement if hasattr(statement, "lineno") else node))
        return emitted + self.block(chain)

    def _pattern(self, pattern: ast.pattern, name: str, node: ast.AST) -> ast.expr | None:
        subject = ast.Name(name, ast.Load())
        if isinstance(pattern, ast.MatchValue):
            return ast.copy_location(ast.Compare(subject, [ast.Eq()], [pattern.value]), pattern)
        if isinstance(pattern, ast.MatchSingleton):
            return ast.copy_location(ast.Compare(subject, [ast.Is()], [ast.Constant(pattern.value)]), pattern)
        if isinstance(pattern, ast.MatchOr):
            return ast.copy_location(
                ast.BoolOp(ast.Or(), [self._pattern(p, name, node) for p in pattern.patterns]), pattern
            )
        if isinstance(pattern, ast.MatchAs) and pattern.pattern is None and pattern.name is None:
            return None
        raise self.error(node, "match works on constants here")

    # -- loops

    def do_While(self, node: ast.While) -> list[ast.stmt]:
        return self.looped(node, self._while)

    def _while(self, node: ast.While) -> list[ast.stmt]:
        self.pre.append([])
        value, test = self.test(node.test)
        before = self.pre.pop()
        if isinstance(value, Known) and not value.value:
            return self.block(node.orelse)
        test = ast.Constant(True) if isinstance(value, Known) else test
        body = self.block(node.body)
        orelse = self._orelse(node)
        if before:
            stop = ast.If(ast.UnaryOp(ast.Not(), test), [ast.Break()], [])
            if orelse:
                raise self.error(node, "the condition of a while loop with else is too involved for compiled code")
            return [ast.While(ast.Constant(True), [*before, stop, *body], [])]
        return [ast.While(test, body or [ast.Pass()], orelse)]

    def _orelse(self, node: Any) -> list[ast.stmt]:
        if not node.orelse:
            return []
        exits, self.env = self.env, dict(self.env)
        orelse = self.block(node.orelse)
        self.env = merged(exits, self.env)
        return orelse

    def looped(self, node: Any, emit: Any) -> list[ast.stmt]:
        """Emit a loop again until the names it changes have settled."""
        start = dict(self.env)
        for _ in range(_PASSES):
            self.env = dict(start)
            self.exits.append([])
            self.flags.append(None)
            kept = len(self.pre[-1])
            calls = len(self.calls)
            returns = len(self.returns)
            try:
                made = emit(node)
            finally:
                leaving = self.exits.pop()
                self.flags.pop()
            end = self.env
            for other in leaving:
                end = merged(end, other)
            settled = merged(start, end, keep=True)
            if all(same(settled[k], v) for k, v in start.items()):
                self.env = end if not start else merged(start, end)
                return made
            start = {k: settled[k] for k in start}
            del self.pre[-1][kept:]
            del self.calls[calls:]
            del self.returns[returns:]
        raise self.error(node, "the variables of this loop change their kind at every iteration")

    def do_For(self, node: ast.For) -> list[ast.stmt]:
        if unroll.must_unroll(self, node):
            return unroll.emit(self, node)
        before, kept, calls = dict(self.env), len(self.pre[-1]), len(self.calls)
        try:
            return self.looped(node, self._for)
        except NeedsValue as need:
            if not need.names & set(_names_in(node.target)) or not unroll.can_unroll(self, node):
                raise need.error from None
            self.env = before
            del self.pre[-1][kept:]
            del self.calls[calls:]
            return unroll.emit(self, node)

    def _for(self, node: ast.For) -> list[ast.stmt]:
        value, made = self.iterable(node.iter)
        names = _names_in(node.target)
        self.bind_loop(node.target, value)
        if any(not isinstance(n, (ast.Name, ast.Tuple, ast.List)) for n in _targets(node.target)):
            raise self.error(node, "the target of a for loop must be a variable here")
        body = self.block(node.body)
        orelse = self._orelse(node)
        del names
        return [ast.For(_as_store(node.target), made, body or [ast.Pass()], orelse)]


def _targets(target: ast.expr) -> list[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        return [target, *(x for t in target.elts for x in _targets(t))]
    return [target]


def _names_in(target: ast.expr) -> list[str]:
    return [t.id for t in _targets(target) if isinstance(t, ast.Name)]


def _as_store(target: ast.expr) -> ast.expr:
    if isinstance(target, (ast.Tuple, ast.List)):
        return ast.Tuple([_as_store(t) for t in target.elts], ast.Store())
    return ast.Name(target.id, ast.Store())


def _representable(value: Value) -> bool:
    return isinstance(value, Known) and is_constant(value.value)


def _plain(value: Value) -> Value:
    if isinstance(value, Known):
        return Known(value.value)
    if isinstance(value, Dynamic) and value.flat:
        return Dynamic(value.number, scalar=True)
    return value


def ends(body: list[ast.stmt]) -> bool:
    """Whether the statements after `body` cannot be reached from it."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
        return True
    return isinstance(last, ast.If) and ends(last.body) and ends(last.orelse)


def merged(first: dict[str, Value], second: dict[str, Value], keep: bool = False) -> dict[str, Value]:
    """What is known after either of two ways; `keep` looks at the names of `first` only."""
    result = {}
    for name in first if keep else {**first, **second}:
        if name not in first:
            result[name] = second[name]
        elif name not in second:
            result[name] = first[name]
        else:
            result[name] = joined(first[name], second[name])
    return result


def same(a: Value, b: Value) -> bool:
    """Whether two values are the same as far as code goes."""
    from .program import key_of

    return type(a) is type(b) and key_of(a) == key_of(b)


def joined(a: Value, b: Value) -> Value:
    from .unit import Conflict

    if isinstance(a, Conflict) or isinstance(b, Conflict):
        return a if isinstance(a, Conflict) else b
    if isinstance(a, Struct) and isinstance(b, Struct) and a.kind is b.kind and a.keys == b.keys:
        if len(a.items) == len(b.items):
            pairs = zip(a.items, b.items, strict=True)
            return Struct(a.kind, [(joined(x, y), m if m is not None else n) for (x, m), (y, n) in pairs], a.keys)
    if same(a, b):
        return a
    first, second = _as_dynamic(a), _as_dynamic(b)
    if first is not None and second is not None:
        return Dynamic(_wider(first.number, second.number), first.scalar and second.scalar, first.flat and second.flat)
    return Conflict(None)


_ORDER = ("bool", "int", "float", "complex")


def _wider(a: str | None, b: str | None) -> str | None:
    if a in _ORDER and b in _ORDER:
        return max(a, b, key=_ORDER.index)
    return None


def _as_dynamic(value: Value) -> Dynamic | None:
    if isinstance(value, Dynamic):
        return value
    if isinstance(value, Known) and is_constant(value.value):
        kind = type(value.value).__name__
        return Dynamic(kind if kind in _ORDER else None, scalar=kind in _ORDER or isinstance(value.value, np.generic))
    return None


_OPERATOR = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
    ast.BitAnd: "and_",
    ast.BitOr: "or_",
    ast.BitXor: "xor",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
}
