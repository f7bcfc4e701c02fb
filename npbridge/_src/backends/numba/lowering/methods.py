"""Methods of arrays, of containers that are known while compiling, and of ufuncs."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from . import host_calls, hosting, twins
from .numpy_calls import dtype_node, native, with_arguments
from .values import Dynamic, Known, Struct, Value, is_constant

Pair = tuple[Value, ast.expr | None]

_METHOD_OF = {
    name: getattr(np, name)
    for name in """sum mean max min prod std var any all argmax argmin clip cumsum cumprod round take repeat swapaxes
    squeeze trace diagonal argsort nonzero searchsorted dot ravel""".split()
}
_METHOD_OF["conj"] = _METHOD_OF["conjugate"] = np.conj


def method(unit: Any, base: Value, made: ast.expr | None, name: str, node: ast.Call) -> Pair:
    """``x.name(...)`` where `x` is no object of the user's."""
    if not isinstance(base, Dynamic):
        return of_container(unit, base, made, name, node)
    args, kwargs = unit.arguments(node)
    if name in _METHOD_OF and not (name == "dot" and not args):
        function_of = _METHOD_OF[name]
        return with_arguments(unit, function_of, twins.dotted(function_of), [(base, made), *args], kwargs, node)
    drawn = host_calls.draw_from_generator(unit, (base, made), name, args, kwargs, node)
    if drawn is not None:
        return drawn
    special = _SPECIAL.get(name)
    if special is not None and not (name in _TAKES_NOTHING and (args or kwargs)) and "order" not in kwargs:
        return special(unit, base, made, args, kwargs, node)
    if hosting.method_wanted(unit, name, node) or (name == "sort" and base.number is None and (args or kwargs)):
        return host_calls.method_call(unit, (base, made), name, args, kwargs, node)
    whole = unit.whole(base, made)
    call = native(unit, ast.Attribute(whole, name, ast.Load()), name, args, kwargs, node)[1]
    return Dynamic(), call


def _astype(unit: Any, base: Dynamic, made: ast.expr, args: list, kwargs: dict, node: ast.AST) -> Pair:
    pair = args[0] if args else kwargs["dtype"]
    if base.scalar or base.number or unit.program.options.robust:
        return Dynamic(scalar=base.scalar), ast.Call(unit.stub("npb_astype"), [made, dtype_node(unit, pair, node)], [])
    return Dynamic(), ast.Call(ast.Attribute(made, "astype", ast.Load()), [dtype_node(unit, pair, node)], [])


def _item(unit: Any, base: Dynamic, made: ast.expr, args: list, kwargs: dict, node: ast.AST) -> Pair:
    if base.scalar or base.number:
        return base, made
    nodes = [unit.node(v, m, node) for v, m in args]
    return Dynamic(scalar=True), ast.Call(unit.stub("npb_item"), [unit.whole(base, made), *nodes], [])


def _reshape(unit: Any, base: Dynamic, made: ast.expr, args: list, kwargs: dict, node: ast.AST) -> Pair:
    shape = [unit.node(v, m, node) for v, m in args]
    target = shape[0] if len(shape) == 1 else ast.Tuple(shape, ast.Load())
    return Dynamic(), ast.Call(unit.stub("npb_reshape"), [unit.whole(base, made), target], [])


def _transpose(unit: Any, base: Dynamic, made: ast.expr, args: list, kwargs: dict, node: ast.AST) -> Pair:
    if not args:
        return Dynamic(), ast.Attribute(made, "T", ast.Load())
    axes = [unit.node(v, m, node) for v, m in args]
    target = axes[0] if len(axes) == 1 else ast.Tuple(axes, ast.Load())
    return Dynamic(), ast.Call(ast.Attribute(made, "transpose", ast.Load()), [target], [])


def _copy(unit: Any, base: Dynamic, made: ast.expr, args: list, kwargs: dict, node: ast.AST) -> Pair:
    if base.scalar or base.number:
        return base, made
    return Dynamic(), ast.Call(ast.Attribute(made, "copy", ast.Load()), [], [])


def _fill(unit: Any, base: Dynamic, made: ast.expr, args: list, kwargs: dict, node: ast.AST) -> Pair:
    place = unit.whole(base, made)
    key: ast.expr = ast.Tuple([], ast.Load()) if base.flat else ast.Constant(Ellipsis)
    value = ast.Call(unit.stub("npb_unsigned"), [place, unit.fitting(place, *args[0], node)], [])
    unit.hoist(ast.Assign([ast.Subscript(place, key, ast.Store())], value), node)
    return Known(None), None


def _sort(unit: Any, base: Dynamic, made: ast.expr, args: list, kwargs: dict, node: ast.AST) -> Pair:
    return Dynamic(), ast.Call(ast.Attribute(made, "sort", ast.Load()), [], [])


_TAKES_NOTHING = ("sort", "copy")
_SPECIAL = {
    "astype": _astype,
    "item": _item,
    "reshape": _reshape,
    "transpose": _transpose,
    "copy": _copy,
    "fill": _fill,
    "sort": _sort,
}


def of_container(unit: Any, base: Value, made: ast.expr | None, name: str, node: ast.Call) -> Pair:
    """Methods of lists, dictionaries and strings that are known while compiling."""
    from . import unroll

    args, _ = unit.arguments(node)
    if isinstance(base, Struct) and base.kind is list and name == "append":
        return _append(unit, node, base, args)
    if name in ("items", "values", "keys") and not args:
        found = unroll.items(unit, node)
        if found is not None:
            return Struct(list, found), None
    if name == "get" and isinstance(args[0][0], Known):
        keys = base.keys if isinstance(base, Struct) else base.value
        if args[0][0].value in keys:
            return unit._known_item(base, args[0][0].value, node)
        return args[1] if len(args) > 1 else (Known(None), None)
    if isinstance(base, Known):
        values = [v for v, _ in args]
        if all(isinstance(v, Known) for v in values) and name not in _MUTATING:
            method_of = getattr(base.value, name, None)
            if method_of is None:
                raise unit.error(node, f"{type(base.value).__name__!r} object has no attribute {name!r}")
            if type(base.value) in (list, dict):
                unit.program.guard(base.path, "keys", base.value)
            return Known(method_of(*[v.value for v in values])), None
        if name in _MUTATING:
            raise unit.error(
                node,
                f"a list or a dictionary that is an attribute, a global or a closure variable is changed by {name}(): "
                "compiled code takes such containers as constants. Use an array, or collect in a local list.",
            )
        if isinstance(base.value, str) and name in ("format", "join", "ljust", "rjust", "center"):
            return host_calls.text(unit, getattr(base.value, name), "format", args, node)
        if is_constant(base.value):
            call = ast.Call(ast.Attribute(unit.node(base, made, node), name, ast.Load()), [], [])
            call.args = [unit.node(v, m, node) for v, m in args]
            return Dynamic(), call
    if isinstance(base, Struct) and made is not None:
        call = ast.Call(ast.Attribute(made, name, ast.Load()), [unit.node(v, m, node) for v, m in args], [])
        return Dynamic(), call
    raise unit.error(node, f"the method {name!r} has no compiled form here")


_MUTATING = frozenset("append extend insert pop remove clear update setdefault popitem sort reverse".split())


def _append(unit: Any, node: ast.Call, base: Struct, args: list) -> Pair:
    target = node.func.value
    if not isinstance(target, ast.Name):
        raise unit.error(node, "a list of objects can only be extended by its own name")
    if target.id in unit.containers:
        raise unit.error(node, "a list that the caller passed is appended to. Return a new list, or use an array")
    value, made = args[0]
    if made is not None and not isinstance(made, ast.Constant):
        name = unit.struct_name(target.id, len(base.items))
        unit.hoist(ast.Assign([ast.Name(name, ast.Store())], made), node)
        made = ast.Name(name, ast.Load())
    unit.env[target.id] = Struct(list, [*base.items, (value, made)])
    return Known(None), None


def ufunc_method(unit: Any, method_of: Any, node: ast.Call) -> Pair:
    """``np.add.reduce(x)`` and its like."""
    ufunc, kind = method_of.__self__, method_of.__name__
    args, kwargs = unit.arguments(node)
    reduction = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min}
    reduction |= {np.logical_and: np.all, np.logical_or: np.any}
    running = {np.add: np.cumsum, np.multiply: np.cumprod}
    if kind == "reduce" and ufunc in reduction:
        if len(args) < 2 and "axis" not in kwargs:
            kwargs = {**kwargs, "axis": (Known(0), None)}
        target = reduction[ufunc]
        return with_arguments(unit, target, twins.dotted(target), args, kwargs, node)
    if kind == "accumulate" and ufunc in running and len(args) == 1:
        kwargs = {"axis": (Known(0), None), **kwargs}
        return with_arguments(unit, running[ufunc], twins.dotted(running[ufunc]), args, kwargs, node)
    again = hosting.refused_before(unit, kind, node)
    if not again and not kwargs and kind in ("outer", "accumulate", "at") and ufunc.nin == 2:
        made = [unit.node(v, m, node, "array") for v, m in args]
        unit.program.ufuncs[ufunc.__name__] = ufunc
        return Dynamic(), ast.Call(unit.stub(f"npb_{kind}_{ufunc.__name__}"), made, [])
    return host_calls.call(unit, method_of, kind, args, kwargs, node)
