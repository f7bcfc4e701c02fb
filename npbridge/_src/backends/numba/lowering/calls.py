"""Calls: what is called, its arguments; objects that are known, and classes."""

from __future__ import annotations

import ast
import types
from typing import Any

import numpy as np

from . import attributes, builtin_calls, host_calls, iterables, methods, numpy_calls, twins
from .values import NUMBERS, Dynamic, Known, Struct, Super, Value, is_constant

Pair = tuple[Value, ast.expr | None]


class Calls:
    """The part of the walker that handles calls."""

    def stub(self, name: str) -> ast.Name:
        """One of our own compiled functions, by name."""
        return ast.Name(name, ast.Load())

    def iterable(self, node: ast.expr) -> Pair:
        return iterables.iterable(self, node)

    def bind_loop(self, target: ast.expr, value: Value) -> None:
        iterables.bind_loop(self, target, value)

    def on_Call(self, node: ast.Call) -> Pair:
        if isinstance(node.func, ast.Name) and node.func.id == "super" and "super" not in self.env:
            return self.super_of(node), None
        function, made = self.expr_of_callee(node.func)
        if isinstance(function, MethodOfValue):
            return methods.method(self, function.base, function.made, function.name, node)
        if isinstance(function, host_calls.Draw):
            return host_calls.draw(self, function, node)
        if isinstance(function, Dynamic):
            args = [self.dynamic(a) for a in node.args]
            keywords = [ast.keyword(k.arg, self.dynamic(k.value)) for k in node.keywords]
            return Dynamic(), ast.Call(made, args, keywords)
        if isinstance(function, Known):
            handled = self.known_call(function, node)
            if handled is not None:
                return handled
        args, kwargs = self.arguments(node)
        return self.invoke(function, args, kwargs, node)

    def expr_of_callee(self, node: ast.expr) -> Pair:
        """The callee; a method of a run-time value is told from an attribute."""
        if isinstance(node, ast.Attribute):
            base, made = self.expr(node.value)
            if isinstance(base, Dynamic) or (isinstance(base, Struct) and base.kind in (list, tuple, dict)):
                return MethodOfValue(base, made, node.attr), None
            if isinstance(base, Known) and (is_constant(base.value) or type(base.value) in (list, dict, str)):
                return MethodOfValue(base, made, node.attr), None
            if isinstance(base, Known) and isinstance(base.value, np.random.RandomState):
                return host_calls.Draw(base.value, node.attr), None
            value, made = attributes.load_from(self, base, made, node)
            if made is not None:
                ast.copy_location(made, node)
            return value, made
        return self.expr(node)

    def arguments(self, node: ast.Call) -> tuple[list[Pair], dict[str, Pair]]:
        args = self.several(node.args)
        kwargs: dict[str, Pair] = {}
        for keyword in node.keywords:
            value, made = self.expr(keyword.value)
            if keyword.arg is not None:
                kwargs[keyword.arg] = self.callable_pair(value, made)
            elif isinstance(value, Struct) and value.kind is dict:
                kwargs.update(zip(value.keys, value.items, strict=True))
            elif isinstance(value, Known) and isinstance(value.value, dict):
                self.program.guard(value.path, "keys", value.value)
                kwargs.update((k, self.part(value, k)) for k in value.value)
            else:
                raise self.error(node, "only dictionaries whose keys are known can be unpacked with **")
        return args, kwargs

    def callable_pair(self, value: Value, made: ast.expr | None) -> Pair:
        return value, made

    def super_of(self, node: ast.Call) -> Super:
        if node.args:
            cls, _ = self.expr(node.args[0])
            owner, _ = self.expr(node.args[1])
            return Super(cls.value, owner)
        cls = self.source.cells()["__class__"].cell_contents
        return Super(cls, self.first)

    # -- objects that are known

    def known_call(self, function: Known, node: ast.Call) -> Pair | None:
        """Calls of functions that are not written in Python, or have a form of their own."""
        value = twins.real_function(function.value)
        if id(value) in builtin_calls.TABLE:
            return builtin_calls.TABLE[id(value)](self, node)
        if value in (np.ndenumerate, np.ndindex, np.nditer):
            return numpy_calls.function(self, value, f"numpy.{value.__name__}", node)
        if isinstance(value, type) and not (issubclass(value, np.generic) or value in (*NUMBERS, np.ndarray)):
            return self.construct(value, node)
        if value in NUMBERS or (isinstance(value, type) and issubclass(value, np.generic)):
            return builtin_calls.convert(self, value, node)
        if getattr(value, "__npbridge_at_run_time__", False):
            return host_calls.at_run_time(self, value, node)
        name = twins.dotted(value)
        if name is not None:
            return numpy_calls.function(self, value, name, node)
        return self.compiled_elsewhere(function, value, node)

    def compiled_elsewhere(self, function: Known, value: Any, node: ast.Call) -> Pair | None:
        if type(value).__module__.startswith("numba.") and hasattr(value, "py_func"):
            args = [self.dynamic(a) for a in node.args]
            keywords = [ast.keyword(k.arg, self.dynamic(k.value)) for k in node.keywords]
            return Dynamic(), ast.Call(self.program.constant(value, value.__name__), args, keywords)
        if isinstance(value, (types.BuiltinFunctionType, types.BuiltinMethodType)):
            if isinstance(value.__self__, np.ufunc):
                return methods.ufunc_method(self, value, node)
            args, kwargs = self.arguments(node)
            values = [v for v, _ in (*args, *kwargs.values())]
            pure = getattr(value, "__module__", None) in ("math", "cmath", "operator", "_operator")
            if pure and all(isinstance(v, Known) and is_constant(v.value) for v in values):
                return Known(value(*[v.value for v, _ in args], **{k: v.value for k, (v, _) in kwargs.items()})), None
            raise self.error(node, f"{getattr(value, '__qualname__', value)!r} has no compiled form")
        return None

    def construct(self, cls: type, node: ast.Call) -> Pair:
        """A class that is called."""
        args, kwargs = self.arguments(node)
        fields = getattr(cls, "_fields", None)
        if fields is not None and issubclass(cls, tuple):
            found = dict(zip(fields, args, strict=False)) | kwargs
            for name, default in getattr(cls, "_field_defaults", {}).items():
                found.setdefault(name, self.classify(default, None))
            return Struct(cls, [found[f] for f in fields]), None
        if issubclass(cls, BaseException):
            return Known(cls), None
        if getattr(cls, "__npbridge_variable__", False) and len(args) == 1:
            made = numpy_calls.with_arguments(self, np.array, "numpy.array", args, {}, node)[1]
            made = ast.Call(ast.Attribute(made, "copy", ast.Load()), [], []) if isinstance(made, ast.Name) else made
            made.variable = True
            return Dynamic(), ast.copy_location(made, node)
        raise self.error(
            node,
            f"objects of class {cls.__name__!r} cannot be made in compiled code. Make them before, or use "
            "a namedtuple.",
        )


class MethodOfValue(Value):
    """``x.name`` where `x` is known at run time only, about to be called."""

    __slots__ = ("base", "made", "name")

    def __init__(self, base: Value, made: ast.expr | None, name: str) -> None:
        self.base, self.made, self.name = base, made, name
