"""Attributes: state that becomes arguments, constants, methods, properties."""

from __future__ import annotations

import ast
import enum
import functools
import inspect
import types
from typing import Any

import numpy as np

from ....state.variable import WHAT_INSTEAD
from . import twins
from .paths import Path
from .questions import number_of
from .values import NUMBERS, Dynamic, Known, Method, Struct, Super, Value, at_hand, is_array, is_constant, is_variable

_MISSING = object()
_NOT_A_VARIABLE = (
    "assigning {path} inside compiled code has no effect after the call: it is no Variable. Hold it in a Variable "
    "or an array and write into that, or return it."
)


class NeedsBox(Exception):
    """A number that is an attribute is assigned: it must be an argument."""

    def __init__(self, path: Any, wide: bool = False) -> None:
        super().__init__(path)
        self.path = path
        self.wide = wide


# -- reading


def load(unit: Any, node: ast.Attribute) -> tuple[Value, ast.expr | None]:
    base, made = unit.expr(node.value)
    return load_from(unit, base, made, node)


def load_from(unit: Any, base: Value, made: ast.expr | None, node: ast.Attribute) -> tuple[Value, ast.expr | None]:
    """The attribute that `node` names, of what has been walked already."""
    name = node.attr
    if isinstance(base, Dynamic):
        return _of_dynamic(unit, base, made, name)
    if isinstance(base, Struct):
        return _of_struct(unit, base, name, node)
    if isinstance(base, Super):
        return _of_super(unit, base, name, node)
    if isinstance(base, Method):
        found = getattr(base.function, name, _MISSING)
        return (Known(found), None) if found is not _MISSING else _missing(unit, base, name, node)
    if not isinstance(base, Known):
        raise unit.error(node, "functions defined in compiled code have no attributes")
    return of_known(unit, base, name, node)


def _of_dynamic(unit: Any, base: Dynamic, made: ast.expr, name: str) -> tuple[Value, ast.expr | None]:
    if name == "value":
        return base, made
    if name in ("shape", "ndim", "size", "dtype", "T", "real", "imag", "strides", "flat") and base.flat:
        made = unit.whole(base, made)
    if name in ("shape", "dtype"):
        return Dynamic(name), ast.Attribute(made, name, ast.Load())
    if name in ("ndim", "size", "itemsize", "nbytes"):
        of_dtype = name == "itemsize" and base.number == "dtype" and isinstance(made, ast.Attribute)
        return Dynamic("int", scalar=True), ast.Attribute(made.value if of_dtype else made, name, ast.Load())
    if name == "mT":
        return Dynamic(), ast.Call(unit.stub("npb_matrix_transpose"), [made], [])
    return Dynamic(scalar=base.scalar), ast.Attribute(made, name, ast.Load())


def _of_struct(unit: Any, base: Struct, name: str, node: ast.AST) -> tuple[Value, ast.expr | None]:
    fields = getattr(base.kind, "_fields", ())
    if name in fields:
        return base.items[fields.index(name)]
    function = getattr(base.kind, name, None)
    if isinstance(function, types.FunctionType):
        return Method(function, base), None
    raise unit.error(node, f"{base.kind.__name__}.{name} has no compiled form here")


def _of_super(unit: Any, base: Super, name: str, node: ast.AST) -> tuple[Value, ast.expr | None]:
    owner = base.owner
    cls = owner.value if isinstance(owner.value, type) else type(owner.value)
    order = cls.__mro__
    for parent in order[order.index(base.cls) + 1 :]:
        if name in parent.__dict__:
            return of_class_entry(unit, parent.__dict__[name], owner, name, node)
    raise unit.error(node, f"no base class of {base.cls.__name__} has {name!r}")


def of_class_entry(unit: Any, entry: Any, owner: Known, name: str, node: ast.AST) -> tuple[Value, ast.expr | None]:
    """What an entry of a class's dictionary is for an instance."""
    if isinstance(entry, types.FunctionType):
        return Method(entry, owner), None
    if isinstance(entry, staticmethod):
        return Known(entry.__func__), None
    if isinstance(entry, classmethod):
        cls = owner.value if isinstance(owner.value, type) else type(owner.value)
        known = Known(cls, Path(unit.program.object_root(cls, cls.__name__)))  # its attributes may change
        return Method(entry.__func__, known), None
    if isinstance(entry, property):
        return unit.invoke(Method(entry.fget, owner), [], {}, node)
    return unit.classify(entry, None)


def of_known(unit: Any, base: Known, name: str, node: ast.AST) -> tuple[Value, ast.expr | None]:
    value = base.value
    if isinstance(value, types.ModuleType):
        real = twins.real_module(value)
        return _of_module(unit, base, real if hasattr(real, name) else value, name, node)
    path = base.path.attr(name) if base.path is not None else None
    if isinstance(value, enum.Enum) and name in ("value", "name"):
        return Known(getattr(value, name)), None
    if isinstance(value, np.generic) and name == "value":
        return base, None
    entry = inspect.getattr_static(value if isinstance(value, type) else type(value), name, _MISSING)
    own = vars(value).get(name, _MISSING) if hasattr(value, "__dict__") else _MISSING
    if own is _MISSING and not isinstance(value, type) and not _is_slot(entry):
        if isinstance(entry, (types.FunctionType, staticmethod, classmethod, property)):
            return of_class_entry(unit, entry, base, name, node)
        if type(entry).__module__.startswith("npbridge") and isinstance(
            getattr(entry, "__wrapped__", None), types.FunctionType
        ):
            return Method(entry.__wrapped__, base), None
    found = getattr(value, name, _MISSING)
    if found is _MISSING:
        return _missing(unit, base, name, node)
    if isinstance(entry, functools.cached_property):
        path = None
    if isinstance(found, types.MethodType):
        return _bound(unit, found, base, path)
    return unit.classify(found, path)


def _is_slot(entry: Any) -> bool:
    return isinstance(entry, types.MemberDescriptorType)


def _bound(unit: Any, method: types.MethodType, base: Known, path: Any) -> tuple[Value, None]:
    """A bound method that was found as an attribute."""
    if method.__self__ is base.value:
        return Method(method.__func__, base), None
    owner = method.__self__
    if path is None:
        owner_path = None
    else:
        unit.program.guard(path.attr("__func__"), "is", method.__func__)
        owner_path = path.attr("__self__")
    return Method(method.__func__, Known(owner, None if isinstance(owner, type) else owner_path)), None


def _of_module(unit: Any, base: Known, module: Any, name: str, node: ast.AST) -> tuple[Value, ast.expr | None]:
    found = getattr(module, name, _MISSING)
    if found is _MISSING:
        raise unit.error(node, f"module {module.__name__!r} has no attribute {name!r}")
    library = module.__name__.split(".")[0] in ("numpy", "npbridge", "math", "cmath", "builtins", "operator", "numba")
    path = None if library or base.path is None else base.path.attr(name)
    if library and not is_array(found):
        return Known(found), None
    if path is None:
        root = unit.program.object_root(module, module.__name__.replace(".", "_"))
        from .paths import Path

        path = Path(root).attr(name)
    return unit.classify(found, path)


def _missing(unit: Any, base: Known | Method, name: str, node: ast.AST) -> Any:
    kind = type(base.value).__name__ if isinstance(base, Known) else "method"
    raise unit.error(node, f"{kind!r} object has no attribute {name!r}")


# -- writing


def rebinds(unit: Any, target: Any) -> bool:
    return any(isinstance(t, ast.Attribute) for t in target.elts)


def store(unit: Any, target: ast.Attribute, value: Value, made: ast.expr | None, node: ast.AST) -> list[ast.stmt]:
    """``object.name = value``."""
    base, base_node = unit.expr(target.value)
    if isinstance(base, Dynamic):
        return _store_in_array(unit, base, base_node, target, value, made, node)
    if not isinstance(base, Known) or base.path is None:
        raise unit.error(node, "an attribute of this object cannot be assigned in compiled code")
    entry = inspect.getattr_static(type(base.value), target.attr, None)
    if isinstance(entry, property):
        if entry.fset is None:
            raise unit.error(node, f"property {target.attr!r} has no setter")
        _, call = unit.invoke(Method(entry.fset, base), [(value, made)], {}, node)
        return [ast.Expr(call)] if call is not None else []
    path = base.path.attr(target.attr)
    current = getattr(base.value, target.attr, None)
    if not (is_array(current) or _is_number(current)):
        return _store_loose(unit, path, target, value, made, node)
    if _is_number(current):
        return _store_number(unit, path, current, value, unit.node(value, made, node), node)
    if is_variable(current) and getattr(type(base.value), "__npbridge_model__", False):
        return _write_variable(unit, path, type(base.value).__name__, current, value, made, node)
    return _rebind_array(unit, path, current, value, made, node)


def store_at(unit: Any, path: Any, current: Any, value: Value, made: Any, node: ast.AST) -> list[ast.stmt] | None:
    """Store where an array or a number was found; None where neither is."""
    if is_array(current):
        return _rebind_array(unit, path, current, value, made, node)
    if _is_number(current):
        return _store_number(unit, path, current, value, unit.node(value, made, node), node)
    return None


def _is_number(value: Any) -> bool:
    value = at_hand(value)
    return type(value) in (bool, int, float, complex) or (isinstance(value, np.generic) and is_constant(value))


def _store_in_array(unit: Any, base: Dynamic, base_node: Any, target: Any, value: Any, made: Any, node: Any) -> Any:
    if target.attr == "shape" and isinstance(target.value, ast.Name):
        shaped = ast.Call(unit.stub("npb_reshape"), [base_node, unit.node(value, made, node)], [])
        name = target.value.id
        unit.env[name] = Dynamic()
        return [ast.Assign([ast.Name(name, ast.Store())], shaped)]
    if target.attr not in ("value", "real", "imag", "flat"):
        raise unit.error(node, f"the attribute {target.attr!r} of an array cannot be assigned in compiled code")
    place = unit.whole(base, base_node)
    if target.attr in ("real", "imag"):
        place = ast.Attribute(place, target.attr, ast.Load())
    made = unit.node(value, made, node, context="array")
    if target.attr == "flat":
        return [ast.Expr(ast.Call(unit.stub("npb_set_flat"), [place, made], []))]
    variable = next((x for x in unit.program.lifted.values() if x.variable and place in x.nodes), None)
    if target.attr == "value" and variable is not None:
        made = _fitting(unit, variable.ref(), made, f"a {type(variable.initial).__name__}")
    key: ast.expr = ast.Tuple([], ast.Load()) if base.flat else ast.Constant(Ellipsis)
    return [ast.Assign([ast.Subscript(place, key, ast.Store())], made)]


def _rebind_array(unit: Any, path: Any, current: Any, value: Value, made: Any, node: ast.AST) -> list[ast.stmt]:
    """Another array takes the place of the one that is there, as in Python."""
    lifted = unit.program.lift(path, current)
    unit.need(lifted)
    if isinstance(made, ast.Name) and any(made is n for n in lifted.nodes):
        return []
    made = unit.node(value, made, node, context="array")
    lifted.rebound = True
    call = ast.copy_location(ast.Call(unit.stub("npb_rebind"), [lifted.ref(), made], []), node)
    return [ast.Expr(call)]


def _fitting(unit: Any, place: ast.expr, made: ast.expr, what: str) -> ast.expr:
    """A value that is written whole into `place`, which is `what` and keeps its shape."""
    what = what.replace("{", "{{").replace("}", "}}")
    unit.program.messages.append(what + " of shape {} cannot become one of shape {}." + WHAT_INSTEAD)
    number = ast.Constant(f"\x00{len(unit.program.messages) - 1}")
    return ast.Call(unit.stub("npb_fits"), [place, made, number], [])


def _write_variable(
    unit: Any, path: Any, owner: str, current: Any, value: Value, made: Any, node: ast.AST
) -> list[ast.stmt]:
    """A model writes into its variables."""
    lifted = unit.program.lift(path, current)
    unit.need(lifted)
    if isinstance(made, ast.Name) and any(made is n for n in lifted.nodes):
        return []
    made = unit.node(value, made, node, context="array")
    key: ast.expr = ast.Tuple([], ast.Load()) if lifted.flat else ast.Constant(Ellipsis)
    name = lifted.ref()
    checked = _fitting(unit, lifted.ref(), made, f"{owner}.{path.steps[-1][1]}, a {type(current).__name__}")
    write = ast.Assign([ast.Subscript(name, key, ast.Store())], checked)
    # people are shown the assignment that they wrote
    write.shown = ast.Assign([name], made)
    return [write]


def _store_number(unit: Any, path: Any, current: Any, value: Value, made: ast.expr, node: ast.AST) -> list[ast.stmt]:
    """A number is bound anew: it is an argument, in a box, and what the box holds afterwards is assigned."""
    if path not in unit.program.options.boxed:
        raise NeedsBox(path)
    lifted = unit.program.lift(path, current, "box")
    unit.need(lifted)
    if _is_in_a_model(unit.program, path):
        unit.program.note(_NOT_A_VARIABLE.format(path=path.text), unit.filename, node.lineno)
        lifted.stored = lifted.stored or (unit.filename, node.lineno)
        exact: Any = None
    else:
        lifted.rebound = True
        exact = _kept_kind(unit, current, value, node)
    parts = [lifted.ref(), made, ast.Constant(path.text), ast.Constant(exact)]
    return [ast.Expr(ast.Call(unit.stub("npb_store_number"), parts, []))]


def _is_in_a_model(program: Any, path: Any) -> bool:
    """Whether the number is an attribute of a ``Base``, whose state is in its Variables."""
    *before, last = path.steps
    if last[0] != "attr":
        return False
    owner = Path(path.root, tuple(before))
    held = program.guards.get(owner)
    value = held.value if held is not None else program.roots.get(path.root.text) if not before else None
    return bool(getattr(type(value), "__npbridge_model__", False))


def _kept_kind(unit: Any, current: Any, value: Value, node: ast.AST) -> str:
    """The dtype that the number must have, to be of the same kind afterwards; Python's and NumPy's are told apart."""
    python = type(current) in NUMBERS
    given = number_of(value)
    if python and given is not None and given != type(current).__name__:
        raise unit.error_for_now(node, f"a number changes its type here, from {type(current).__name__} to {given}")
    mixed = (given is None) is python
    if mixed and (unit.program.options.robust or type(current) not in (float, np.float64)):
        raise unit.error_for_now(node, "a number of Python's becomes one of NumPy's here, or the other way round")
    return str(np.asarray(at_hand(current)).dtype)


def _store_loose(unit: Any, path: Any, target: Any, value: Value, made: Any, node: ast.AST) -> list[ast.stmt]:
    """An attribute that is new, or holds neither a number nor an array."""
    raise unit.error_for_now(
        node,
        f"{path.text} is bound to something else in compiled code, and holds neither a number nor an array before. "
        "Hold it in a Variable or an array and write into that, or return it.",
    )


def augment(unit: Any, target: ast.Attribute, node: ast.AugAssign) -> list[ast.stmt]:
    """``object.name += value``."""
    base, _ = unit.expr(target.value)
    if isinstance(base, Known) and base.path is not None:
        current = getattr(base.value, target.attr, None)
        path = base.path.attr(target.attr)
        entry = inspect.getattr_static(type(base.value), target.attr, None)
        if is_array(current) and not isinstance(entry, property):
            return _augment_array(unit, path, current, node)
    if isinstance(base, Dynamic) and target.attr == "value":
        value, made = unit.expr(node.value)
        place = unit.whole(base, unit.expr(target.value)[1])
        key: ast.expr = ast.Tuple([], ast.Load()) if base.flat else ast.Constant(Ellipsis)
        return [ast.AugAssign(ast.Subscript(place, key, ast.Store()), node.op, unit.node(value, made, node))]
    value, made = unit.expr(unit.binary_of(node))
    return store(unit, target, value, made, node)


def _augment_array(unit: Any, path: Any, current: Any, node: ast.AugAssign) -> list[ast.stmt]:
    lifted = unit.program.lift(path, current)
    unit.need(lifted)
    value, made = unit.expr(node.value)
    made = unit.node(value, made, node, context="array")
    name = lifted.ref()
    if lifted.flat:
        place = ast.Subscript(name, ast.Tuple([], ast.Load()), ast.Store())
        return [ast.AugAssign(place, node.op, made)]
    made = unit.fitted(lifted.ref(), made, Dynamic(), value)
    name.ctx = ast.Store()
    return [ast.AugAssign(name, node.op, made)]
