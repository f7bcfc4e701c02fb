"""Built-in functions: what is settled while compiling, and what Numba runs."""

from __future__ import annotations

import ast
import builtins
from typing import Any

import numpy as np

from . import attributes, host_calls, iterables, twins, unroll
from .questions import number_of
from .values import NUMBERS, Dynamic, Known, Local, Method, Struct, Value, is_constant

Pair = tuple[Value, ast.expr | None]


def _named(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def _plain(name: str, number: str | None = None) -> Any:
    """A built-in function that Numba has."""

    def call(unit: Any, node: ast.Call) -> Pair:
        args, kwargs = unit.arguments(node)
        values = [v for v, _ in args] + [v for v, _ in kwargs.values()]
        if values and all(isinstance(v, Known) and (is_constant(v.value) or isinstance(v.value, list)) for v in values):
            try:
                found = getattr(builtins, name)(
                    *[v.value for v, _ in args], **{k: v.value for k, (v, _) in kwargs.items()}
                )
                if is_constant(found) or isinstance(found, (list, range)):
                    return Known(found), None
            except Exception:  # for run time
                pass
        made = [unit.node(v, m, node) for v, m in args]
        keywords = [ast.keyword(k, unit.node(v, m, node)) for k, (v, m) in kwargs.items()]
        numbers = [
            getattr(v, "number", None) or (type(v.value).__name__ if isinstance(v, Known) else None) for v in values
        ]
        kind = number
        if kind is None and name in ("abs", "min", "max") and numbers and len(set(numbers)) == 1:
            kind = numbers[0] if numbers[0] in ("int", "float") else None
        return Dynamic(kind, scalar=kind is not None), ast.Call(ast.Name(name, ast.Load()), made, keywords)

    return call


def _len(unit: Any, node: ast.Call) -> Pair:
    value, made = unit.expr(node.args[0])
    items = unit.items_of(value, made)
    if items is not None:
        return Known(len(items)), None
    if isinstance(value, Known) and isinstance(getattr(type(value.value), "__len__", None), type(_len)):
        return unit.invoke(Method(type(value.value).__len__, value), [], {}, node)
    return Dynamic("int", scalar=True), _named("len", unit.node(value, made, node))


def _range(unit: Any, node: ast.Call) -> Pair:
    args = [unit.expr(a) for a in node.args]
    if all(isinstance(v, Known) and isinstance(v.value, (int, np.integer)) for v, _ in args):
        return Known(range(*[int(v.value) for v, _ in args])), None
    return Dynamic("range"), _named("range", *[unit.node(v, m, node) for v, m in args])


def _isinstance(unit: Any, node: ast.Call) -> Pair:
    value, _ = unit.expr(node.args[0])
    kinds, _ = unit.expr(node.args[1])
    if isinstance(kinds, Struct):
        kinds = Known(tuple(v.value for v, _ in kinds.items))
    wanted = kinds.value if isinstance(kinds.value, tuple) else (kinds.value,)
    if isinstance(value, Known):
        return Known(isinstance(value.value, wanted)), None
    if isinstance(value, Struct):
        return Known(issubclass(value.kind, wanted)), None
    if isinstance(value, (Local, Method)):
        return Known(False), None
    return _isinstance_dynamic(unit, value, wanted, node)


def _isinstance_dynamic(unit: Any, value: Dynamic, wanted: tuple, node: ast.AST) -> Pair:
    if value.number in ("bool", "int", "float", "complex"):
        return Known(issubclass(getattr(builtins, value.number), wanted)), None
    arrays = any(k is np.ndarray or k.__name__ in ("JaxArray", "ndarray") for k in wanted)
    if not value.scalar and all(k is np.ndarray or k.__name__ in ("JaxArray", "ndarray") for k in wanted):
        return Dynamic("bool", scalar=True), ast.Call(unit.stub("npb_is_array"), [unit.dynamic(node.args[0])], [])
    if value.scalar:
        found = any(issubclass(k, (np.generic, int, float)) for k in wanted)
        return Known(found and not arrays), None
    return Dynamic("bool", scalar=True), ast.Call(unit.stub("npb_is_number"), [unit.dynamic(node.args[0])], [])


def _type(unit: Any, node: ast.Call) -> Pair:
    value, _ = unit.expr(node.args[0])
    if isinstance(value, Known):
        return Known(type(value.value)), None
    if isinstance(value, Struct):
        return Known(value.kind), None
    if value.number in ("bool", "int", "float", "complex"):
        return Known(getattr(builtins, value.number)), None
    raise unit.error(node, "the type of a value that is computed is not known while compiling")


def _getattr(unit: Any, node: ast.Call) -> Pair:
    name, _ = unit.expr(node.args[1])
    if not isinstance(name, Known):
        raise unit.error(node, "getattr needs a name that is known while compiling")
    if len(node.args) > 2:
        value, _ = unit.expr(node.args[0])
        if isinstance(value, Known) and not hasattr(value.value, name.value):
            return unit.expr(node.args[2])
    return attributes.load(unit, ast.copy_location(ast.Attribute(node.args[0], name.value, ast.Load()), node))


def _hasattr(unit: Any, node: ast.Call) -> Pair:
    value, _ = unit.expr(node.args[0])
    name, _ = unit.expr(node.args[1])
    if isinstance(value, Known) and isinstance(name, Known):
        return Known(hasattr(value.value, name.value)), None
    if isinstance(value, Struct) and isinstance(name, Known):
        return Known(hasattr(value.kind, name.value)), None
    if isinstance(value, Dynamic) and isinstance(name, Known):
        return Known(not value.scalar and hasattr(np.ndarray, name.value)), None
    raise unit.error(node, "hasattr needs a name that is known while compiling")


def _setattr(unit: Any, node: ast.Call) -> Pair:
    name, _ = unit.expr(node.args[1])
    value, made = unit.expr(node.args[2])
    target = ast.copy_location(ast.Attribute(node.args[0], name.value, ast.Store()), node)
    for statement in attributes.store(unit, target, value, made, node):
        unit.hoist(ast.fix_missing_locations(ast.copy_location(statement, node)), node)
    return Known(None), None


def _callable(unit: Any, node: ast.Call) -> Pair:
    value, _ = unit.expr(node.args[0])
    return Known(callable(value.value) if isinstance(value, Known) else isinstance(value, (Local, Method))), None


def _sum(unit: Any, node: ast.Call) -> Pair:
    value, made = unit.expr(node.args[0])
    items = unit.items_of(value, made)
    if items is None:
        return (
            _plain("sum")(unit, node)
            if len(node.args) > 1
            else (
                Dynamic(),
                ast.Call(unit.stub("npb_builtin_sum"), [unit.node(value, made, node)], []),
            )
        )
    start = unit.expr(node.args[1]) if len(node.args) > 1 else (Known(0), None)
    total, sofar = start
    for item, part in items:
        if isinstance(total, Known) and isinstance(item, Known):
            total, sofar = Known(total.value + item.value), None
        elif isinstance(total, Known) and type(total.value) is int and total.value == 0:
            total, sofar = item, part
        else:
            made = ast.BinOp(unit.node(total, sofar, node), ast.Add(), unit.node(item, part, node))
            total, sofar = Dynamic(unit.combined(total, item, ast.Add())), made
    return total, sofar


def _extreme(name: str) -> Any:
    def call(unit: Any, node: ast.Call) -> Pair:
        if len(node.args) != 1 or node.keywords:
            if node.keywords:
                raise unit.error(node, f"{name} with key= or default= has no compiled form")
            return _plain(name)(unit, node)
        value, made = unit.expr(node.args[0])
        items = unit.items_of(value, made)
        if not items:
            return Dynamic(), ast.Call(unit.stub(f"npb_builtin_{name}"), [unit.node(value, made, node)], [])
        if all(isinstance(v, Known) for v, _ in items):
            return Known(getattr(builtins, name)(v.value for v, _ in items)), None
        if len(items) == 1:
            return items[0]
        return Dynamic(), _named(name, *[unit.node(v, m, node) for v, m in items])

    return call


def _truth(name: str) -> Any:
    def call(unit: Any, node: ast.Call) -> Pair:
        value, made = unit.expr(node.args[0])
        items = unit.items_of(value, made)
        if items is None:
            return Dynamic("bool", scalar=True), ast.Call(
                unit.stub(f"npb_builtin_{name}"), [unit.node(value, made, node)], []
            )
        stop = name == "any"
        left = []
        for v, m in items:
            if isinstance(v, Known):
                if bool(v.value) == stop:
                    return Known(stop), None
            else:
                left.append(m)
        if not left:
            return Known(not stop), None
        joined = left[0] if len(left) == 1 else ast.BoolOp(ast.Or() if stop else ast.And(), left)
        return Dynamic("bool", scalar=True), _named("bool", joined)

    return call


def _sequence(kind: type) -> Any:
    def call(unit: Any, node: ast.Call) -> Pair:
        if not node.args:
            return (Known(()), None) if kind is tuple else (Dynamic(), ast.List([], ast.Load()))
        found = unroll.items(unit, node.args[0])
        if found is None:
            value, made = unit.expr(node.args[0])
            found = unit.items_of(value, made)
            if found is None:
                return Dynamic(), _named("list", unit.node(value, made, node)) if kind is list else made
        if kind is tuple:
            return unit.tuple_of(found, node)
        if found and all(m is not None or (isinstance(v, Known) and is_constant(v.value)) for v, m in found):
            return Dynamic(), ast.List([unit.node(v, m, node) for v, m in found], ast.Load())
        return Struct(list, found), None

    return call


def _dict(unit: Any, node: ast.Call) -> Pair:
    if node.args:
        value, _ = unit.expr(node.args[0])
        if not isinstance(value, Struct) or value.kind is not dict:
            raise unit.error(node, "dict() of this has no compiled form")
        keys, items = list(value.keys), list(value.items)
    else:
        keys, items = [], []
    if not node.args and not node.keywords:
        return Dynamic(), ast.Dict([], [])
    for k in node.keywords:
        keys.append(k.arg)
        items.append(unit.expr(k.value))
    return Struct(dict, items, keys), None


def _iterator(name: str) -> Any:
    """``enumerate`` and ``zip`` where they are no loop's iterable."""

    def call(unit: Any, node: ast.Call) -> Pair:
        found = unroll.items(unit, node)
        if found is not None:
            return Struct(list, found), None
        return iterables.iterable(unit, node)

    return call


def _map(unit: Any, node: ast.Call) -> Pair:
    found = unroll.items(unit, node.args[1])
    if found is None or len(node.args) != 2:
        raise unit.error(node, "map has no compiled form here: write a loop")
    function, _ = unit.expr(node.args[0])
    return Struct(list, [unit.invoke(function, [item], {}, node) for item in found]), None


def _print(unit: Any, node: ast.Call) -> Pair:
    return host_calls.printed(unit, node)


def _text(function: Any) -> Any:
    """``str`` and ``repr`` of computed values."""

    def call(unit: Any, node: ast.Call) -> Pair:
        args, _ = unit.arguments(node)
        if all(isinstance(v, Known) and is_constant(v.value) for v, _ in args):
            return Known(function(*[v.value for v, _ in args])), None
        return host_calls.text(unit, function, "format", args, node)

    return call


def convert(unit: Any, kind: type, node: ast.Call) -> Pair:
    """``int(x)``, ``np.float32(x)``."""
    if not node.args:
        return Known(kind()), None
    args, kwargs = unit.arguments(node)
    if all(isinstance(v, Known) and is_constant(v.value) for v, _ in (*args, *kwargs.values())):
        return Known(kind(*[v.value for v, _ in args], **{k: v.value for k, (v, _) in kwargs.items()})), None
    if kwargs or (len(args) > 1 and kind is not complex):
        raise unit.error(node, f"{kind.__name__}() with more than one argument has no compiled form")
    if len(args) == 2:
        return Dynamic("complex", scalar=True), _named("complex", *[unit.node(v, m, node) for v, m in args])
    value, made = args[0]
    made = unit.node(value, made, node)
    if kind is bool:
        return Dynamic("bool", scalar=True), _named("bool", made)
    if kind in NUMBERS:
        whole = unit.whole(value, made)
        weak = ast.Constant(number_of(value) is not None)
        call = ast.Call(unit.stub("npb_number"), [whole, ast.Constant(kind.__name__), weak], [])
        return Dynamic(kind.__name__, scalar=True), call
    if issubclass(kind, np.integer):
        return Dynamic(scalar=True), ast.Call(unit.stub("npb_astype"), [made, twins.scalar_type(kind)], [])
    return Dynamic(scalar=True), ast.Call(twins.scalar_type(kind), [made], [])


def _round(unit: Any, node: ast.Call) -> Pair:
    """To digits, or of arrays, as Python and NumPy round."""
    args, kwargs = unit.arguments(node)
    if len(args) == 1 and not kwargs and getattr(args[0][0], "number", None):
        return _plain("round", "int")(unit, node)
    if all(isinstance(v, Known) for v, _ in (*args, *kwargs.values())):
        return _plain("round")(unit, node)
    return host_calls.call(unit, round, "round", args, kwargs, node)


def _divmod(unit: Any, node: ast.Call) -> Pair:
    args, _ = unit.arguments(node)
    numbers = [getattr(v, "number", None) or isinstance(v, Known) for v, _ in args]
    if len(args) != 2 or not all(numbers):
        return host_calls.call(unit, divmod, "divmod", args, {}, node)
    left, right = node.args
    parts = [ast.BinOp(left, op(), right) for op in (ast.FloorDiv, ast.Mod)]
    return unit.expr(ast.fix_missing_locations(ast.copy_location(ast.Tuple(parts, ast.Load()), node)))


def _pow(unit: Any, node: ast.Call) -> Pair:
    if len(node.args) != 2 or node.keywords:
        return _plain("pow")(unit, node)
    made = ast.BinOp(node.args[0], ast.Pow(), node.args[1])
    return unit.expr(ast.fix_missing_locations(ast.copy_location(made, node)))


TABLE = {
    id(len): _len,
    id(range): _range,
    id(isinstance): _isinstance,
    id(type): _type,
    id(getattr): _getattr,
    id(hasattr): _hasattr,
    id(setattr): _setattr,
    id(callable): _callable,
    id(sum): _sum,
    id(min): _extreme("min"),
    id(max): _extreme("max"),
    id(any): _truth("any"),
    id(all): _truth("all"),
    id(list): _sequence(list),
    id(tuple): _sequence(tuple),
    id(dict): _dict,
    id(enumerate): _iterator("enumerate"),
    id(zip): _iterator("zip"),
    id(map): _map,
    id(print): _print,
    id(abs): _plain("abs"),
    id(round): _round,
    id(divmod): _divmod,
    id(pow): _pow,
    id(sorted): _plain("sorted"),
    id(set): _plain("set"),
    id(str): _text(str),
    id(repr): _text(repr),
    id(format): _text(format),
    id(ord): _plain("ord", "int"),
    id(chr): _plain("chr"),
    id(bin): _plain("bin"),
    id(hash): _plain("hash"),
    id(slice): _plain("slice"),
}
