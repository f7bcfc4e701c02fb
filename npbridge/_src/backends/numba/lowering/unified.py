"""Values of several types that Numba would make one of, where Python keeps them apart.

``x[0] if c else 2.0``, ``[1, 2.5]`` and ``total = 0.0; total += float32`` have one type in
compiled code and another on each way in Python.  After Numba has typed a function, each place
where two ways meet is looked at.  A whole number that a float takes the place of (``total = 0``
before a loop) gets a flag; everything else is left to Python.
"""

from __future__ import annotations

import ast
import operator
from typing import Any

import numpy as np
from numba.core import errors, ir, types
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import AnalysisPass, register_pass
from numba.core.typed_passes import NopythonTypeInference

from ..overloads.indexing import npb_setitem
from .errors import LeftToPython
from .unified_stores import LookAtStores

MARK = "npbridge keeps apart"
UNLIKE = "npbridge takes operators of its own"
_ARITHMETIC = frozenset(
    getattr(operator, name)
    for name in """add sub mul truediv floordiv mod pow lshift rshift matmul neg pos invert iadd isub imul itruediv
    ifloordiv imod ipow ilshift irshift imatmul""".split()
)


@register_pass(mutates_CFG=False, analysis_only=True)
class KeepTypesApart(AnalysisPass):
    """Refuses what Numba has unified."""

    _name = "npbridge_keep_types_apart"

    def __init__(self) -> None:
        AnalysisPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        look = _Look(state)
        for block in state.func_ir.blocks.values():
            for statement in block.body:
                look.statement(statement)
        return False


class Compiler(CompilerBase):
    """Numba's own passes, and ours after it has found the types."""

    def define_pipelines(self) -> list:
        manager = DefaultPassBuilder.define_nopython_pipeline(self.state)
        manager.add_pass_after(LookAtStores, NopythonTypeInference)
        manager.add_pass_after(KeepTypesApart, NopythonTypeInference)
        manager.finalize()
        return [manager]


class _Look:
    def __init__(self, state: Any) -> None:
        self.state = state
        self.types = state.typemap
        self.calls = state.calltypes
        self.robust = getattr(state.func_id.func, "__npbridge_robust__", True)
        self.watched = getattr(state.func_id.func, "__npbridge_watched__", ())
        self.made_arrays = {name for block in state.func_ir.blocks.values() for name in self.arrays_in(block.body)}

    def arrays_in(self, body: list) -> Any:
        """The lists that are handed to ``np.array`` as they are written: NumPy gives their items one type, too."""
        for node in body:
            value = getattr(node, "value", None)
            if isinstance(node, ir.Assign) and isinstance(value, ir.Expr) and value.op == "call" and value.args:
                if getattr(self.types[value.func.name], "typing_key", None) in (np.array, np.asarray):
                    yield value.args[0].name

    def statement(self, node: Any) -> None:
        if not self.robust and isinstance(getattr(node, "value", None), ir.Expr) and self.is_unlike(node):
            raise errors.TypingError(UNLIKE, loc=node.loc)
        if isinstance(node, ir.Return):
            self.meet(node.value, self.state.return_type, "return", node.loc)
        elif isinstance(node, (ir.SetItem, ir.StaticSetItem)):
            place = self.types[node.target.name]
            if isinstance(place, types.List):
                self.meet(node.value, place.dtype, "", node.loc)
            elif isinstance(place, types.DictType):
                self.meet(node.index if isinstance(node, ir.SetItem) else node.index_var, place.key_type, "", node.loc)
                self.meet(node.value, place.value_type, "", node.loc)
        elif isinstance(node, ir.Assign):
            self.assigned(node.target, node.value, node.loc)

    def is_unlike(self, node: Any) -> bool:
        """Whether this computes with dtypes for which Numba's operators, or functions, are not NumPy's."""
        value = node.value
        if value.op not in ("binop", "inplace_binop", "unary", "call"):
            return False
        operands = [value.func] if value.op == "call" else list(value.list_vars())
        kinds = [_plain(self.types[v.name]) for v in operands if v.name in self.types]
        made = _plain(self.types[node.target.name])
        if isinstance(made, types.Array) and made.dtype not in (types.float64, types.int64, types.boolean):
            return True
        if value.op == "call" or value.fn not in _ARITHMETIC:
            return False
        numbers = all(isinstance(k, types.Boolean) for k in kinds)
        return numbers or any(isinstance(k, types.Array) and k.dtype == types.boolean for k in kinds)

    def assigned(self, target: Any, value: Any, place: Any) -> None:
        kind = self.types[target.name]
        if isinstance(value, ir.Var):
            self.meet(value, kind, _name(target), place)
        elif isinstance(value, ir.Const):
            self.compare(types.unliteral(_type_of(value.value)), kind, target, value, _name(target), place)
        elif isinstance(value, ir.Expr):
            self.expression(value, kind, target, place)

    def expression(self, value: Any, kind: Any, target: Any, place: Any) -> None:
        if value.op == "phi":
            for one in value.incoming_values:
                if one is not ir.UNDEFINED and one.name in self.types:
                    self.meet(one, kind, _name(target), place)
        elif value.op == "build_list" and isinstance(kind, types.List) and target.name not in self.made_arrays:
            for one in value.items:
                self.meet(one, kind.dtype, "", place)
        elif value.op == "cast":  # what is returned
            self.meet(value.value, kind, "return", place)
        elif value.op == "call":
            self.call(value, place)

    def call(self, value: Any, place: Any) -> None:
        function = self.types[value.func.name]
        key = getattr(function, "typing_key", None)
        signature = self.calls[value]
        if key in (max, min):
            given = signature.args
            kinds = [_plain(a) for a in (given[0].types if isinstance(given[0], types.BaseTuple) else given)]
            if len(set(kinds)) > 1 and all(isinstance(a, (types.Number, types.Boolean)) for a in kinds):
                raise _told("", "", f"{key.__name__} of numbers of several types", place)
        if key is npb_setitem and isinstance(signature.args[0], types.List):
            self.meet(value.args[2], signature.args[0].dtype, "", place)
        if isinstance(function, types.BoundFunction) and isinstance(function.this, types.List):
            if getattr(key, "__name__", key) in ("append", "list.append") or str(key).endswith("append"):
                self.meet(value.args[0], function.this.dtype, "", place)

    def meet(self, source: Any, kind: Any, name: str, place: Any) -> None:
        self.compare(self.types[source.name], kind, source, self.defined(source), name, place)

    def defined(self, source: Any) -> Any:
        """What a variable was bound to, where that is one thing."""
        found: Any = source
        for _ in range(8):
            if isinstance(found, ir.Var):
                known = self.state.func_ir._definitions.get(found.name, ())
                found = known[0] if len(known) == 1 else None
            elif isinstance(found, ir.Expr) and found.op == "cast":
                found = found.value
            else:
                break
        return found

    def compare(self, have: Any, kind: Any, source: Any, value: Any, name: str, place: Any) -> None:
        if not _differ(have, kind):
            return
        whole = isinstance(value, ir.Const) and type(value.value) in (int, bool)
        if whole and name and not name.startswith("$") and isinstance(kind, types.Float) and kind.bitwidth == 64:
            if name in self.watched:
                return
            raise _told(self.state.func_id.func_name, name, "a whole number becomes a float", place)
        raise _told("", "", f"one thing is {_plain(have)} or {_plain(kind)}, depending on values", place)


def _name(target: Any) -> str:
    return target.name.split(".")[0]


def _type_of(value: Any) -> Any:
    from numba import typeof

    try:
        return typeof(value)
    except ValueError:
        return types.undefined


def _plain(kind: Any) -> Any:
    kind = types.unliteral(kind)
    return _plain(kind.type) if isinstance(kind, (types.Optional, types.Omitted)) and hasattr(kind, "type") else kind


def _differ(have: Any, want: Any) -> bool:
    """Whether a value changes its type, where that can be seen."""
    have, want = _plain(have), _plain(want)
    if isinstance(have, types.Array) and isinstance(want, types.Array):
        return have.mutable != want.mutable  # a diagonal, or what may be written
    if isinstance(have, types.BaseTuple) and isinstance(want, types.BaseTuple):
        return any(map(_differ, have.types, want.types))
    numbers = (types.Number, types.Boolean)
    return isinstance(have, numbers) and isinstance(want, numbers) and have != want


def _told(unit: str, name: str, what: str, place: Any) -> Exception:
    return errors.TypingError(f"{MARK} <{unit}> <{name}>: {what}", loc=place)


# -- whole numbers that floats take the place of


def watch(unit: Any, names: set[str]) -> None:
    """Leave a call to Python in which a whole number is still one where it is returned or handed on."""
    _Watch(unit, names).add()


class _Watch:
    def __init__(self, unit: Any, names: set[str]) -> None:
        self.unit = unit
        self.returns = "return" in names
        self.flags = {n: f"{n}_is_whole" for n in sorted(names - {"return"})}
        unit.locals |= set(self.flags.values())
        self.error = unit.program.constant(LeftToPython, "LeftToPython")

    def add(self) -> None:
        body = self.unit.emitted.body
        start = [_assign(f, False, body[0]) for f in self.flags.values()]
        self.unit.emitted.body = [*start, *self.block(body)]
        ast.fix_missing_locations(self.unit.emitted)

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [new for statement in body for new in self.statement(statement)]

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        for field in ("body", "orelse"):
            if getattr(node, field, None):
                setattr(node, field, self.block(getattr(node, field)))
        if isinstance(node, ast.Return):
            if self.returns and isinstance(node.value, ast.Constant) and type(node.value.value) in (int, bool):
                return [self.leave(node)]
            return [*self.checks(node.value, node), node]
        if isinstance(node, ast.Expr):
            return [*self.checks(node.value, node), node]
        if isinstance(node, ast.For):
            node.body = [*self.set_flags(node.target, False, node), *node.body]
        if isinstance(node, ast.AugAssign):
            whole = isinstance(node.value, ast.Constant)
            return [node] if whole else [node, *self.set_flags(node.target, False, node)]
        if not isinstance(node, ast.Assign):
            return [node]
        return self.assigned(node)

    def assigned(self, node: ast.Assign) -> list[ast.stmt]:
        (target,) = node.targets
        whole = isinstance(node.value, ast.Constant) and type(node.value.value) in (int, bool)
        own = isinstance(target, ast.Name) and target.id in self.flags
        before = [] if own or not isinstance(target, ast.Name) else self.checks(node.value, node)
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = zip(target.elts, node.value.elts, strict=True)
            kinds = [(t, isinstance(v, ast.Constant) and type(v.value) in (int, bool)) for t, v in pairs]
            return [node, *(s for t, k in kinds for s in self.set_flags(t, k, node))]
        return [*before, node, *self.set_flags(target, whole, node)]

    def set_flags(self, target: ast.AST, whole: bool, node: ast.AST) -> list[ast.stmt]:
        names = [n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        return [_assign(self.flags[n], whole, node) for n in names if n in self.flags]

    def checks(self, value: ast.expr | None, node: ast.AST) -> list[ast.stmt]:
        names = sorted(_leaking(value, self.flags)) if value is not None else []
        return [
            ast.copy_location(ast.If(ast.Name(self.flags[n], ast.Load()), [self.leave(node)], []), node) for n in names
        ]

    def leave(self, node: ast.AST) -> ast.stmt:
        return ast.copy_location(ast.Raise(ast.Call(ast.Name(self.error.id, ast.Load()), [], []), None), node)


def _leaking(node: ast.expr, names: Any) -> set[str]:
    """The names whose type shows in that of an expression."""
    if isinstance(node, ast.Name):
        return {node.id} & set(names)
    if isinstance(node, ast.BinOp):
        sides = [_leaking(n, names) for n in (node.left, node.right)]
        fixed = [isinstance(n, ast.Constant) for n in (node.left, node.right)]
        both = all(s or f for s, f in zip(sides, fixed, strict=True))
        return sides[0] | sides[1] if both and not isinstance(node.op, ast.Div) else set()
    if isinstance(node, ast.Call):
        numpys = isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
        return set() if numpys and node.func.value.id == "np" else set().union(*(_leaking(a, names) for a in node.args))
    if isinstance(node, (ast.Tuple, ast.List, ast.UnaryOp, ast.IfExp)):
        return set().union(*(_leaking(n, names) for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)))
    return set()


def _assign(name: str, value: bool, node: ast.AST) -> ast.stmt:
    return ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], ast.Constant(value)), node)
