"""Calls of functions and methods that are written in Python: each becomes a unit for what is known of its arguments."""

from __future__ import annotations

import ast
import functools
import inspect
import types
from typing import Any

import numpy as np

from . import attributes, numpy_calls, twins
from .joins import always_returns
from .program import key_of
from .source import Source, source_of
from .values import NUMBERS, Dynamic, Known, Local, Method, Struct, Value, is_constant

Pair = tuple[Value, ast.expr | None]
_FEW = 4
_DEPTH = 60


class Invoking:
    """The part of the walker that calls what is written in Python."""

    def invoke(self, function: Value, args: list[Pair], kwargs: dict[str, Pair], node: ast.AST) -> Pair:
        """Call anything that is written in Python."""
        if isinstance(function, Method):
            made = function.owner
            return self.call_function(function.function, [(made, None), *args], kwargs, node)
        if isinstance(function, Local):
            return self.call_local(function, args, kwargs, node)
        if not isinstance(function, Known):
            raise self.error(node, "this cannot be called in compiled code")
        value = function.value
        if isinstance(value, functools.partial):
            return self._partial(function, args, kwargs, node)
        if isinstance(value, types.FunctionType):
            if hasattr(value, "__wrapped__") and _is_ours(value.__wrapped__):
                value = value.__wrapped__
            return self.call_function(value, args, kwargs, node)
        if isinstance(value, types.MethodType):
            found, _ = attributes._bound(self, value, Known(None), function.path)
            return self.invoke(found, args, kwargs, node)
        inner = getattr(value, "__wrapped__", None)
        if _is_ours(type(value)) and inner is not None:
            path = function.path.attr("__wrapped__") if function.path is not None else None
            return self.invoke(self.classify(inner, path)[0], args, kwargs, node)
        entry = inspect.getattr_static(type(value), "__call__", None)
        if isinstance(entry, types.FunctionType):
            return self.call_function(entry, [(function, None), *args], kwargs, node)
        name = getattr(value, "__qualname__", type(value).__name__)
        module = getattr(value, "__module__", None)
        raise self.error(
            node,
            f"{module + '.' if module else ''}{name} has no compiled form on 'numpy'. Compute it before the compiled "
            "function, or write it with NumPy functions.",
        )

    def _partial(self, function: Known, args: list[Pair], kwargs: dict[str, Pair], node: ast.AST) -> Pair:
        value, path = function.value, function.path
        bound = [
            self.classify(a, path.attr("args").item(i) if path is not None else None) for i, a in enumerate(value.args)
        ]
        named = {
            k: self.classify(v, path.attr("keywords").item(k) if path is not None else None)
            for k, v in value.keywords.items()
        }
        inner = Known(value.func, path.attr("func") if path is not None else None)
        name = twins.dotted(twins.real_function(value.func))
        if name is not None:
            return numpy_calls.with_arguments(
                self, twins.real_function(value.func), name, [*bound, *args], named | kwargs, node
            )
        return self.invoke(inner, [*bound, *args], named | kwargs, node)

    def call_function(self, function: Any, args: list[Pair], kwargs: dict[str, Pair], node: ast.AST) -> Pair:
        function = inspect.unwrap(function) if _is_ours(function) else function
        if not isinstance(function, types.FunctionType):
            return self.invoke(Known(function), args, kwargs, node)
        source = source_of(function)
        defaults = {
            name: self.classify(p.default, None)
            for name, p in inspect.signature(function, follow_wrapped=False).parameters.items()
            if p.default is not p.empty
        }
        return self._call(source, function, None, args, kwargs, defaults, node)

    def call_local(self, function: Local, args: list[Pair], kwargs: dict[str, Pair], node: ast.AST) -> Pair:
        outer = function.unit
        source = Source(function.node, outer.filename, outer.source.function)
        return self._call(source, function.node, outer, args, kwargs, function.defaults, node)

    def _call(self, source: Any, identity: Any, outer: Any, args: Any, kwargs: Any, defaults: Any, node: Any) -> Pair:
        bound = self.bound(source.node.args, args, kwargs, defaults, node)
        bound = {name: self._passed(identity, name, pair) for name, pair in bound.items()}
        captured = key_of_environment(outer) if outer is not None else None
        key = (id(identity), id(outer), captured, tuple((k, key_of(v)) for k, (v, _) in bound.items()))
        unit = self.program.units.get(key)
        if unit is None:
            unit = self._make_unit(key, source, outer, {k: v for k, (v, _) in bound.items()}, node)
        call = ast.Call(ast.Name(unit.name, ast.Load()), self._flattened(bound, node), [])
        self.calls.append((call, unit))
        return self._result(unit, call, node)

    def _make_unit(self, key: Any, source: Any, outer: Any, values: dict[str, Value], node: ast.AST) -> Any:
        from .unit import Unit

        program = self.program
        if len(program.units) > 2000 or self.depth > _DEPTH:
            raise self.error(node, "this recursion over objects or constants does not end while compiling")
        name = getattr(source.node, "name", "function")
        taken = {u.name for u in program.units.values()} | self.locals
        k = 0
        base = name
        while name in taken:
            k += 1
            name = f"{base}_{k}"
        unit = Unit(program, source, name, outer)
        unit.depth = self.depth + 1
        program.units[key] = unit
        unit.bind(values)
        try:
            unit.build()
        except BaseException:
            del program.units[key]
            raise
        program.order.append(unit)
        return unit

    depth = 0

    def _passed(self, identity: Any, name: str, pair: Pair) -> Pair:
        """How an argument is passed: numbers as arguments, what names a choice as itself."""
        value, made = pair
        if isinstance(value, Known) and made is None and is_constant(value.value):
            kind = type(value.value)
            if kind is float or kind is complex or isinstance(value.value, np.generic):
                return Dynamic(kind.__name__ if kind in NUMBERS else None, scalar=True), self.constant(
                    value, self.node_at
                )
            if kind is int:
                seen = self.program.specialised.setdefault((id(identity), name), set())
                if value.value not in seen and len(seen) >= _FEW:
                    return Dynamic("int", scalar=True), ast.Constant(value.value)
                seen.add(value.value)
        if isinstance(value, Struct) and made is not None and value.kind is tuple:
            if all(isinstance(m, (ast.Name, ast.Constant, ast.Subscript)) for _, m in value.items):
                return value, None
            return Dynamic(), made
        if isinstance(value, Dynamic) and value.flat and isinstance(made, ast.Subscript):
            return value, made.value
        return pair

    node_at = ast.Constant(0, lineno=0, col_offset=0)

    def _flattened(self, bound: dict[str, Pair], node: ast.AST) -> list[ast.expr]:
        found: list[ast.expr] = []

        def add(value: Value, made: ast.expr | None) -> None:
            if isinstance(value, Dynamic):
                found.append(self.node(value, made, node))
            elif isinstance(value, Struct):
                for v, m in value.items:
                    add(v, m)

        for value, made in bound.values():
            add(value, made)
        return found

    def _result(self, unit: Any, call: ast.Call, node: ast.AST) -> Pair:
        """What a call gives, when the callee's returns are known."""
        if not unit.done or not unit.returns:
            if unit.done:
                self.hoist(ast.Expr(call), node)
                return Known(None), None
            return Dynamic(), call
        first, _ = unit.returns[0]
        same = all(type(v) is type(first) and key_of(v) == key_of(first) for v, _ in unit.returns)
        complete = always_returns(unit.emitted.body)
        if same and complete and isinstance(first, Known):
            self._for_its_effects(unit, call, node)
            return Known(first.value, first.path), None
        if same and complete and isinstance(first, (Local, Method)):
            self._for_its_effects(unit, call, node)
            return first, None
        if same and complete and isinstance(first, Struct):
            return self._structure(first, call, node)
        if same and isinstance(first, Dynamic) and complete:
            return Dynamic(first.number, first.scalar), call
        kinds = [v for v, _ in unit.returns]
        if complete and all(_plain_number(v) for v in kinds):
            return Dynamic(scalar=True), call
        return Dynamic(), call

    def _for_its_effects(self, unit: Any, call: ast.Call, node: ast.AST) -> None:
        if isinstance(unit.emitted.body[0], ast.Return):
            self.calls.remove(next(c for c in self.calls if c[0] is call))
        else:
            self.hoist(ast.Expr(call), node)

    def _structure(self, first: Struct, call: ast.Call, node: ast.AST) -> Pair:
        name = self.fresh("result")
        self.hoist(ast.Assign([ast.Name(name, ast.Store())], call), node)

        def items(value: Struct, base: ast.expr) -> list[Pair]:
            found: list[Pair] = []
            for i, (v, _) in enumerate(value.items):
                part = ast.Subscript(base, ast.Constant(i), ast.Load())
                if isinstance(v, Struct):
                    found.append((Struct(v.kind, items(v, part), v.keys), part if v.kind is tuple else None))
                elif isinstance(v, Dynamic):
                    found.append((Dynamic(v.number, v.scalar), part))
                else:
                    found.append((v, None))
            return found

        value = Struct(first.kind, items(first, ast.Name(name, ast.Load())), first.keys)
        return value, ast.Name(name, ast.Load()) if first.kind is tuple else None

    # -- binding

    def bound(self, formals: ast.arguments, args: Any, kwargs: Any, defaults: Any, node: ast.AST) -> dict[str, Pair]:
        """Arguments by the name of the parameter, as Python binds them."""
        kwargs = dict(kwargs)
        positional = [a.arg for a in (*formals.posonlyargs, *formals.args)]
        found: dict[str, Pair] = dict(zip(positional, args, strict=False))
        if len(args) > len(positional) and formals.vararg is None:
            raise self.error(node, f"{len(args)} positional arguments for {len(positional)} parameters")
        only = {a.arg for a in formals.posonlyargs}
        for name in (*positional, *(a.arg for a in formals.kwonlyargs)):
            if name in kwargs and name not in only:
                if name in found:
                    raise self.error(node, f"the argument {name!r} is given twice")
                found[name] = kwargs.pop(name)
            elif name not in found:
                if name not in defaults:
                    raise self.error(node, f"the argument {name!r} is missing")
                found[name] = defaults[name]
        ordered = {name: found[name] for name in positional}
        if formals.vararg is not None:
            ordered[formals.vararg.arg] = (Struct(tuple, list(args[len(positional) :])), None)
        ordered.update((a.arg, found[a.arg]) for a in formals.kwonlyargs)
        if formals.kwarg is not None:
            ordered[formals.kwarg.arg] = (Struct(dict, list(kwargs.values()), list(kwargs)), None)
        elif kwargs:
            raise self.error(node, f"unexpected keyword arguments: {', '.join(kwargs)}")
        return ordered


def _is_ours(value: Any) -> bool:
    module = getattr(value, "__module__", None) or getattr(type(value), "__module__", "")
    return isinstance(module, str) and module.split(".")[0] == "npbridge"


def _plain_number(value: Value) -> bool:
    if isinstance(value, Known):
        return type(value.value) in NUMBERS
    return isinstance(value, Dynamic) and value.scalar


def key_of_environment(unit: Any) -> Any:
    """What a function inside `unit` may see of it, as far as it changes the code."""
    return tuple(sorted((name, repr(key_of(v))) for name, v in unit.env.items()))
