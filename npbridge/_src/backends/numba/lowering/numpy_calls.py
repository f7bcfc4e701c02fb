"""NumPy functions and array methods: Numba's own form, or one of ours."""

from __future__ import annotations

import ast
import contextlib
from typing import Any

import numpy as np

from ....facts.fact import fact_of, signature_of
from ....ground.compat import NO_VALUE
from ..overloads import compared
from . import host_calls, hosting, made_generators, twins
from .questions import CODES, is_scalar, number_of
from .values import Dynamic, Known, Struct, Value

Pair = tuple[Value, ast.expr | None]

# Where the dtype stands among the positional arguments.
_DTYPE_AT = {"zeros": 1, "ones": 1, "empty": 1, "full": 2, "array": 1, "asarray": 1, "zeros_like": 1, "ones_like": 1}
_DTYPE_AT |= {"empty_like": 1, "full_like": 2, "arange": 3, "eye": 3, "identity": 1, "astype": 0, "view": 0}

# Keyword arguments that say what Numba does anyway, of what has no signature.
_DEFAULTS = {"order": ("C", None), "copy": (True,), "subok": (True,), "like": (None,), "casting": ("same_kind",)}
_DEFAULTS |= {"where": (True,), "dtype": (None,), "out": (None,)}

# Functions of ``math`` that raise outside of their domain.
_CHECKED = frozenset(f"math.{name}" for name in "sqrt log log2 log10 acos asin".split())

# Functions whose arguments and results are about types.
_STATIC = (np.finfo, np.iinfo, np.dtype, np.issubdtype, np.result_type, np.promote_types, np.can_cast)


def function(unit: Any, value: Any, name: str, node: ast.Call) -> Pair:
    if value in (np.array, np.asarray) and node.args and isinstance(node.args[0], (ast.List, ast.Tuple)):
        found = _from_display(unit, node)
        if found is not None:
            return found
    if value is np.fromfunction:
        return host_calls.from_function(unit, node)
    args, kwargs = unit.arguments(node)
    return with_arguments(unit, value, name, args, kwargs, node)


def _from_display(unit: Any, node: ast.Call) -> Pair | None:
    """``np.array([1, 2.5])``, ``np.array([[a, 1], [2, 3.5]])``: rows that mix kinds are one row, reshaped."""
    rows = node.args[0].elts
    if len({type(r.value) for r in rows if isinstance(r, ast.Constant)}) > 1:
        with contextlib.suppress(ValueError):
            return _copied(unit, np.array(ast.literal_eval(node.args[0])), node)
    if not rows or not all(isinstance(r, (ast.List, ast.Tuple)) and r.elts for r in rows):
        return None
    if len({len(r.elts) for r in rows}) != 1 or any(isinstance(e, ast.Starred) for r in rows for e in r.elts):
        return None
    try:
        return _copied(unit, np.array(ast.literal_eval(node.args[0])), node)
    except ValueError:
        if any(isinstance(e, (ast.List, ast.Tuple)) for r in rows for e in r.elts):
            return None
    parts = [unit.expr(e) for r in rows for e in r.elts]
    if not any(is_scalar(v) for v, _ in parts):
        return None  # perhaps arrays: a number among them would say that they are not
    flat = ast.Call(
        twins.reference("numpy.array"), [ast.List([unit.node(v, m, node) for v, m in parts], ast.Load())], []
    )
    shape = ast.Tuple([ast.Constant(len(rows)), ast.Constant(len(rows[0].elts))], ast.Load())
    return _cast(unit, ast.Call(ast.Attribute(flat, "reshape", ast.Load()), [shape], []), node)


def _copied(unit: Any, value: np.ndarray, node: ast.Call) -> Pair:
    return _cast(unit, ast.Call(ast.Attribute(unit.program.constant(value, "table"), "copy", ast.Load()), [], []), node)


def _cast(unit: Any, made: ast.expr, node: ast.Call) -> Pair:
    dtype = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "dtype"), None)
    if dtype is not None:
        made = ast.Call(unit.stub("npb_astype"), [made, dtype_node(unit, unit.expr(dtype), node)], [])
    return Dynamic(), made


def with_arguments(unit: Any, value: Any, name: str, args: list, kwargs: dict, node: ast.AST) -> Pair:
    """A call of a NumPy function whose arguments have been walked."""
    found, made = _with_arguments(unit, value, name, args, kwargs, node)
    gives = fact_of(value).gives
    return (Dynamic(gives, scalar=True), made) if gives and isinstance(found, Dynamic) else (found, made)


def _with_arguments(unit: Any, value: Any, name: str, args: list, kwargs: dict, node: ast.AST) -> Pair:
    if name == "numpy.random.default_rng":
        return made_generators.made(unit, args, kwargs, node)
    if name.startswith("numpy.random."):
        unit.program.random = True
    if value in _STATIC and all(isinstance(v, Known) for v, _ in (*args, *kwargs.values())):
        return Known(value(*[v.value for v, _ in args], **{k: v.value for k, (v, _) in kwargs.items()})), None
    if value in (np.ndim, np.size, np.shape) and len(args) == 1:
        return _about(unit, value, args[0], node)
    if isinstance(value, np.ufunc) and value.signature is None:
        if hosting.refused_before(unit, name, node):
            return host_calls.call(unit, value, name, args, kwargs, node)
        return _ufunc(unit, value, name, args, kwargs, node)
    if isinstance(value, type) or not name.startswith("numpy.") or name.startswith("numpy.random."):
        return _other(unit, value, name, args, kwargs, node)
    kwargs = {k: p for k, p in kwargs.items() if not is_default(value, k, p[0])}
    refused = hosting.refused_before(unit, name, node)
    refused = refused or _fills_with_what_may_wrap(unit, value, args, kwargs)
    if refused or not compared.allows(value, _given(value, args, kwargs)):
        return host_calls.call(unit, value, name, args, kwargs, node)
    form = unit.program.forms.get(value)
    if form is not None:
        call = _through_form(unit, form, value, args, kwargs, node)
        if call is not None:
            return result_of(name, args), call
    return native(unit, twins.reference(name), name, args, kwargs, node)


def _fills_with_what_may_wrap(unit: Any, value: Any, args: list, kwargs: dict) -> bool:
    """Whether an array, of unsigned integers perhaps, is filled with what may be a negative float."""
    if value not in (np.full, np.full_like) or not unit.program.options.robust:
        return False
    pair = args[1] if len(args) > 1 else kwargs.get("fill_value")
    return pair is not None and not isinstance(pair[0], Known) and number_of(pair[0]) not in ("int", "bool")


def _given(value: Any, args: list, kwargs: dict) -> set[str]:
    """The parameters of NumPy's that a call gives, but for those of which the value is NumPy's default."""
    signature = signature_of(value)
    if signature is None:
        return set(kwargs)
    try:
        bound = signature.bind(*args, **kwargs).arguments
    except TypeError:
        return {"what NumPy does not take"}
    return {k for k, p in bound.items() if not (_is_pair(p) and is_default(value, k, p[0]))}


def _is_pair(found: Any) -> bool:
    return isinstance(found, tuple) and len(found) == 2 and isinstance(found[0], Value)


def is_default(value: Any, name: str, given: Value) -> bool:
    """Whether an argument is what NumPy takes where it is left out."""
    if not isinstance(given, Known):
        return False
    signature = signature_of(value)
    parameter = None if signature is None else signature.parameters.get(name)
    if parameter is None:
        return name in _DEFAULTS and given.value in _DEFAULTS[name]
    default = parameter.default
    same = type(default) is type(given.value) and default == given.value
    return same or (given.value is None and default is NO_VALUE)


def _other(unit: Any, value: Any, name: str, args: list, kwargs: dict, node: ast.AST) -> Pair:
    """Functions of ``math`` and ``numpy.random``."""
    form = unit.program.forms.get(value)
    if hosting.refused_before(unit, name, node):
        return host_calls.call(unit, value, name, args, kwargs, node)
    if form is not None:
        call = _through_form(unit, form, value, args, kwargs, node)
        if call is not None:
            return result_of(name, args), call
    if name in _CHECKED and len(args) == 1:
        made = ast.Call(unit.stub("npb_" + name.replace(".", "_")), [unit.node(*args[0], node)], [])
        return result_of(name, args), made
    if hosting.unknown(name):
        return host_calls.call(unit, value, name, args, kwargs, node)
    if name.startswith("numpy.random."):
        host_calls.with_scales(unit, name.removeprefix("numpy.random."), args, kwargs, node)
    return native(unit, twins.reference(name), name, args, kwargs, node)


def grid(unit: Any, value: Any, node: ast.Subscript) -> Pair:
    """``np.mgrid[...]``, ``np.ogrid[...]``, ``np.s_[...]``."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if value is np.s_ or value is np.index_exp:
        settled = [_slice_of(unit, p) for p in parts]
        return Known(tuple(settled) if isinstance(node.slice, ast.Tuple) else settled[0]), None
    if not all(isinstance(p, ast.Slice) for p in parts):
        raise unit.error(node, "np.mgrid and np.ogrid take slices")
    axes = [unit.held(_axis(unit, p, node), node) for p in parts]
    if value is np.ogrid:
        items = []
        for k, axis in enumerate(axes):
            shape = [ast.Constant(-1) if i == k else ast.Constant(1) for i in range(len(axes))]
            made = ast.Call(ast.Attribute(axis, "reshape", ast.Load()), [ast.Tuple(shape, ast.Load())], [])
            items.append((Dynamic(), made))
        return (Struct(tuple, items), ast.Tuple([m for _, m in items], ast.Load())) if len(items) > 1 else items[0]
    if len(axes) == 1:
        return Dynamic(), axes[0]
    whole = unit.held(ast.Call(unit.stub("npb_mgrid"), [ast.Constant(0), *axes], []), node)
    items = [(Dynamic(), ast.Subscript(whole, ast.Constant(k), ast.Load())) for k in range(len(axes))]
    return Rows(tuple, items), whole


class Rows(Struct):
    """An array whose first axis has a length that is known."""

    __slots__ = ()


def _axis(unit: Any, part: ast.Slice, node: ast.AST) -> ast.expr:
    start = ast.Constant(0) if part.lower is None else unit.dynamic(part.lower)
    stop = unit.dynamic(part.upper)
    step = (Known(1), None) if part.step is None else unit.expr(part.step)
    if isinstance(step[0], Known) and isinstance(step[0].value, complex):
        count = ast.Constant(int(abs(step[0].value)))
        return ast.Call(unit.stub("npb_linspace"), [start, stop, count, *map(ast.Constant, (True, False, None))], [])
    if not isinstance(step[0], Known):
        return ast.Call(unit.stub("npb_grid_axis"), [start, stop, unit.node(*step, node)], [])
    return ast.Call(twins.reference("numpy.arange"), [start, stop, unit.node(*step, node)], [])


def _slice_of(unit: Any, part: ast.expr) -> Any:
    if isinstance(part, ast.Slice):
        return slice(*[None if p is None else _slice_of(unit, p) for p in (part.lower, part.upper, part.step)])
    value, _ = unit.expr(part)
    if not isinstance(value, Known):
        raise unit.error(part, "np.s_ takes constants here")
    return value.value


def _about(unit: Any, value: Any, pair: Pair, node: ast.AST) -> Pair:
    found, made = pair
    if isinstance(found, Known):
        return Known(value(found.value)), None
    if found.scalar or found.number:
        return Known({np.ndim: 0, np.size: 1, np.shape: ()}[value]), None
    made = unit.whole(found, made)
    name = value.__name__
    return Dynamic("shape" if name == "shape" else "int", name != "shape"), ast.Attribute(made, name, ast.Load())


def _through_form(unit: Any, form: Any, value: Any, args: list, kwargs: dict, node: ast.AST) -> ast.expr | None:
    """The call of our own function, unless Numba's serves as well."""
    name = twins.dotted(value)
    try:
        bound = form.signature.bind(*args, **kwargs).arguments
    except TypeError:
        return host_calls.call(unit, value, name, args, kwargs, node)[1]
    given = {
        k for k, p in bound.items() if not (isinstance(p, tuple) and isinstance(p[0], Known) and p[0].value is None)
    }
    # Numba turns a list that is appended to and then handed to np.array into an array
    # everywhere, also where it is used as a list
    listed = name in ("numpy.array", "numpy.asarray") and isinstance(args[0][1] if args else None, ast.Name)
    if form.native is not None and given <= form.native and not unit.program.options.robust and not listed:
        return None
    return form_call(unit, form, bound, node)


def form_call(unit: Any, form: Any, bound: dict, node: ast.AST) -> ast.expr:
    form.check(unit, bound, node)
    made = []
    for parameter in form.signature.parameters.values():
        pair = bound.get(parameter.name, parameter.default)
        if parameter.kind is parameter.VAR_POSITIONAL:
            parts = [unit.node(v, m, node, "array") for v, m in (pair if isinstance(pair, tuple) else ())]
            made.append(ast.Tuple(parts, ast.Load()))
        elif not isinstance(pair, tuple) or not isinstance(pair[0], Value):
            made.append(ast.Constant(pair))
        elif parameter.name in ("arrays", "object") and isinstance(pair[1], ast.List) and pair[1].elts:
            made.append(ast.Tuple(pair[1].elts, ast.Load()) if _arrays(parameter.name, pair[1]) else pair[1])
        elif parameter.name == "arrays":
            made.append(unit.node(*pair, node))
        elif parameter.name == "dtype":
            made.append(dtype_node(unit, pair, node))
        else:
            made.append(unit.node(unit_whole(unit, pair)[0], unit_whole(unit, pair)[1], node, "array"))
    return ast.Call(unit.stub(form.name), made, [])


def _arrays(name: str, made: ast.List) -> bool:
    return name == "arrays"


def unit_whole(unit: Any, pair: Pair) -> Pair:
    return pair[0], pair[1]


def dtype_node(unit: Any, pair: Pair, node: ast.AST) -> ast.expr:
    value, made = pair
    if isinstance(value, Known):
        return ast.Constant(None) if value.value is None else twins.scalar_type(value.value)
    return unit.node(value, made, node)


def _is_default(name: str, value: Value) -> bool:
    return isinstance(value, Known) and value.value in _DEFAULTS[name]


def _ufunc(unit: Any, value: np.ufunc, name: str, args: list, kwargs: dict, node: ast.AST) -> Pair:
    given = {k: p for k, p in kwargs.items() if not (k in _DEFAULTS and _is_default(k, p[0]))}
    out = _out_of(value, args, given)
    if given.keys() - {"out"} or value.nout != 1 or value.signature is not None or len(args) < value.nin:
        return host_calls.call(unit, value, name, args, given, node)
    args = args[: value.nin]
    known = out is not None and not isinstance(out[0], Dynamic)  # a number, say, into which NumPy does not write
    if known or not all(isinstance(v, Dynamic) or is_scalar(v) for v, _ in args):
        return host_calls.call(unit, value, name, args, {} if out is None else {"out": out}, node)
    made = [unit.node(v, m, node, "array") for v, m in args]
    scalar = all(is_scalar(v) for v, _ in args)
    codes = [_code(v) for v, _ in args]
    if out is not None:
        place = unit.held(unit.whole(*out), node)
        unit.program.ufuncs[value.__name__] = value
        call = ast.Call(unit.stub("npb_into_" + value.__name__), [place, *made, *map(ast.Constant, codes)], [])
        unit.hoist(ast.Expr(call), node)
        return Dynamic(), place
    if unit.program.options.robust or not compared.is_plain(value):
        unit.program.ufuncs[value.__name__] = value
        call = ast.Call(unit.stub("npb_ufunc_" + value.__name__), [*made, *map(ast.Constant, codes)], [])
        return Dynamic(scalar=scalar), call
    return Dynamic(scalar=scalar), ast.Call(twins.reference(name), made, [])


def _out_of(value: np.ufunc, args: list, kwargs: dict) -> Pair | None:
    """The one array that a ufunc writes, by position or by name; None where there is none."""
    found = args[value.nin] if len(args) > value.nin else kwargs.get("out")
    if found is not None and isinstance(found[0], Struct) and len(found[0].items) == 1:
        found = host_calls.items_of(*found)[0]
    if found is None or (isinstance(found[0], Known) and found[0].value is None):
        kwargs.pop("out", None)
        return None
    return found


def _code(value: Value) -> int:
    return CODES[number_of(value)]


def native(unit: Any, made: ast.expr, name: str, args: list, kwargs: dict, node: ast.AST) -> Pair:
    short = name.rsplit(".", 1)[-1]
    at = _DTYPE_AT.get(short)
    emitted = []
    for i, pair in enumerate(args):
        if i == at and isinstance(pair[0], Known):
            emitted.append(dtype_node(unit, pair, node))
        else:
            context = "list" if short in ("array", "asarray") else "" if short in _SHAPED else "array"
            emitted.append(unit.node(*pair, node, context))
    keywords = []
    for key, pair in kwargs.items():
        if key in _DEFAULTS and _is_default(key, pair[0]):
            continue
        made_value = dtype_node(unit, pair, node) if key == "dtype" else unit.node(*pair, node, "array")
        keywords.append(ast.keyword(key, made_value))
    call = ast.Call(made, emitted, keywords)
    return result_of(name, args), call


# Functions whose first argument may be a tuple that means a shape.
_SHAPED = frozenset("zeros ones empty full reshape ndindex random rand randn normal uniform randint transpose".split())
_SCALARS = frozenset(
    "sum mean max min amax amin prod std var any all argmax argmin dot vdot trace det norm median ptp".split()
)


def result_of(name: str, args: list) -> Dynamic:
    if name.startswith("math."):
        short = name[5:]
        integer = short in ("floor", "ceil", "gcd", "lcm", "factorial", "isqrt", "comb", "trunc", "perm")
        boolean = short.startswith("is")
        return Dynamic("bool" if boolean else "int" if integer else "float", scalar=True)
    return Dynamic()
