"""Which NumPy calls of a program go through the interpreter, and their emitted form."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from typing import Any

import numpy as np

from ....array import core
from ....dispatch.backend import backend
from . import effects, twins
from .effects import PREFIX
from .hosting import refused_before
from .values import Dynamic, Known, Struct, Value, is_constant

Pair = tuple[Value, ast.expr | None]

# Their results in NumPy are named tuples.
_NAMED = {
    np.linalg.eigh: "EighResult",
    np.linalg.eig: "EigResult",
    np.linalg.qr: "QRResult",
    np.linalg.svd: "SVDResult",
    np.linalg.slogdet: "SlogdetResult",
}


def call(
    unit: Any, value: Callable, name: str, args: list, kwargs: dict, node: ast.AST, gives: Any = ..., of: Any = None
) -> Pair:
    """The call of a NumPy function through the interpreter.

    `gives` is an example of its results, where known; `of` is what the function does, where it is not NumPy's own.
    """
    from ..overloads.hosted import Site, random_state_kept, stub_of

    fact = effects.known(value if of is None else of)
    if name.startswith("numpy.random."):
        value = random_state_kept(value)

    if value is np.squeeze and len(args) + len(kwargs) == 1:
        raise unit.error(node, "np.squeeze() without axis= gives a number of dimensions that depends on the shape")
    handed: list[ast.expr] = []
    strong: list[bool] = []

    def template(pair: Pair) -> Any:
        found, made = pair
        if isinstance(found, Known) and (made is None or isinstance(made, ast.Constant)):
            return _constant(unit, found, node, template)
        if isinstance(made, ast.Constant):
            return made.value  # an item of a list that is written out
        if isinstance(found, Struct):
            items = [template(p) for p in items_of(found, made)]
            if found.kind is dict:
                return dict(zip(found.keys, items, strict=True))
            return found.kind(*items) if hasattr(found.kind, "_fields") else found.kind(items)
        if isinstance(made, ast.List):
            return [template((Dynamic(), e)) for e in made.elts]
        if not isinstance(found, Dynamic):
            raise unit.error(node, f"{name} takes a function or an object here, which has no compiled form")
        return _hole(unit, found, made, handed, strong)

    spans: dict[int, range] = {}

    def taken(pair: Pair) -> Any:
        start = len(handed)
        made = template(pair)
        spans[id(pair)] = range(start, len(handed))
        return made

    filled = [taken(p) for p in args]
    named = {k: taken(p) for k, p in kwargs.items()}
    label = f"{PREFIX}{name.rsplit('.', 1)[-1]}_{len(unit.program.hosts)}"
    unit.program.effects[label] = effects.noted(fact, args, kwargs, spans)
    site = Site(value, filled, named, strong, gives)
    unit.program.hosts[label] = stub_of(site)
    unit.program.host_notes.append((unit.filename, getattr(node, "lineno", 0), name))
    made = ast.Call(ast.Name(label, ast.Load()), [ast.Tuple(handed, ast.Load())], [])
    return named_result(unit, value, made, node) if _gives_all(value, args, kwargs) else (Dynamic(), made)


def _gives_all(value: Any, args: list, kwargs: dict) -> bool:
    """Whether a function whose results have names is asked for all of them."""
    if value is np.linalg.svd:
        return len(args) < 3 and "compute_uv" not in kwargs
    if value is np.linalg.qr:
        mode = args[1] if len(args) > 1 else kwargs.get("mode")
        return mode is None or (isinstance(mode[0], Known) and mode[0].value in ("reduced", "complete"))
    return value in _NAMED


def named_result(unit: Any, value: Any, made: ast.expr, node: ast.AST) -> Pair:
    """The result of a function that gives a named tuple has its fields."""
    if value not in _NAMED:
        return Dynamic(), made
    import numpy.linalg._linalg as linear

    kind = getattr(linear, _NAMED[value])
    whole = unit.held(made, node)
    parts = [(Dynamic(), ast.Subscript(whole, ast.Constant(i), ast.Load())) for i in range(len(kind._fields))]
    return Struct(kind, parts), None


def _hole(unit: Any, found: Dynamic, made: ast.expr, handed: list, strong: list) -> Any:
    from ..overloads.hosted import Hole

    handed.append(unit.whole(found, made) if found.flat and found.number is None else made)
    strong.append(found.number is None)
    return Hole(len(handed) - 1, found.number is None)


def items_of(found: Struct, made: ast.expr | None) -> list[Pair]:
    """The items of a structure, read from its variable where it has one."""
    if made is None or isinstance(made, ast.Tuple):
        return list(found.items)
    return [
        (v, m if isinstance(v, Known) else ast.Subscript(made, ast.Constant(i), ast.Load()))
        for i, (v, m) in enumerate(found.items)
    ]


def _constant(unit: Any, found: Known, node: ast.AST, template: Callable) -> Any:
    value = twins.real_function(found.value)
    if is_constant(value) or isinstance(value, (np.dtype, slice)) or twins.dotted(value):
        return value
    if value in (float, int, bool, complex):
        return value
    if isinstance(value, (list, tuple)):
        unit.program.guard(found.path, "keys", value)
        return type(value)([template(unit.part(found, i)) for i in range(len(value))])
    if isinstance(value, range):
        return value
    raise unit.error(node, f"an object of class {type(value).__name__!r} has no compiled form as an argument here")


def method_call(unit: Any, base: Pair, name: str, args: list, kwargs: dict, node: ast.AST) -> Pair:
    """``x.name(...)`` through the interpreter."""

    if name == "squeeze" and not args and not kwargs:
        raise unit.error(node, "x.squeeze() without axis= gives a number of dimensions that depends on the shape")

    def function(x: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(np.asarray(x), name)(*args, **kwargs)

    return call(unit, function, name, [base, *args], kwargs, node, of=getattr(np.ndarray, name))


def bracketed(unit: Any, value: Any, node: ast.Subscript) -> Pair:
    """``np.r_[...]``, ``np.c_[...]``."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    pairs = [_sliced(unit, p) if isinstance(p, ast.Slice) else unit.expr(p) for p in parts]
    name = "r_" if value is np.r_ else "c_"

    def function(*key: Any) -> Any:
        return value[key]

    return call(unit, function, name, pairs, {}, node, of=effects.NOTHING)


def _sliced(unit: Any, part: ast.Slice) -> Pair:
    bounds = [Known(None) if p is None else unit.expr(p)[0] for p in (part.lower, part.upper, part.step)]
    if not all(isinstance(b, Known) for b in bounds):
        raise unit.error(part, "a range in np.r_ or np.c_ must be known while compiling: use np.arange there")
    return Known(slice(*[b.value for b in bounds])), None


def from_function(unit: Any, node: ast.Call) -> Pair:
    """``np.fromfunction(f, shape)``: `f` of the indices."""
    args, kwargs = unit.arguments(node)
    function, shape = args[0], args[1] if len(args) > 1 else kwargs["shape"]
    more = {k: p for k, p in kwargs.items() if k not in ("shape", "dtype")}
    rank = len(unit.items_of(*shape) or ())
    if not rank:
        raise unit.error(node, "np.fromfunction needs a shape whose length is known while compiling")
    dtype = kwargs.get("dtype", args[2] if len(args) > 2 else (Known(float), None))
    whole = unit.held(call(unit, np.indices, "numpy.indices", [shape, dtype], {}, node)[1], node)
    parts = [(Dynamic(), ast.Subscript(whole, ast.Constant(k), ast.Load())) for k in range(rank)]
    return unit.invoke(function[0], parts, more, node)


# -- text


def text(unit: Any, function: Callable, label: str, pairs: list[Pair], node: ast.AST) -> Pair:
    """Text that `function` makes of computed values."""
    return call(unit, function, label, pairs, {}, node, "", effects.NOTHING)


def formatted(unit: Any, node: ast.JoinedStr) -> Pair:
    """An f-string over computed values."""
    template, pairs = "", []
    for part in node.values:
        if isinstance(part, ast.Constant):
            template += str(part.value).replace("{", "{{").replace("}", "}}")
            continue
        spec = ""
        if part.format_spec is not None:
            known, _ = unit.on_JoinedStr(part.format_spec)
            if not isinstance(known, Known):
                raise unit.error(node, "how many digits are written must be known while compiling")
            spec = ":" + known.value
        template += "{" + ("" if part.conversion == -1 else "!" + chr(part.conversion)) + spec + "}"
        pairs.append(unit.expr(part.value))
    return text(unit, lambda *values: template.format(*values), "format", pairs, node)


def printed(unit: Any, node: ast.Call) -> Pair:
    """``print(...)``: Python's own."""
    args, kwargs = unit.arguments(node)
    options = {k: v.value for k, (v, _) in kwargs.items() if isinstance(v, Known)}
    if len(options) < len(kwargs):
        raise unit.error(node, "sep=, end= and file= of print must be known while compiling")
    show = builtins.print
    _, made = call(unit, lambda *values: show(*values, **options), "print", args, {}, node, None, effects.NOTHING)
    unit.hoist(ast.Expr(made), node)
    return Known(None), None


# -- what runs as it is, and draws of generators that Numba does not have


def at_run_time(unit: Any, function: Callable, node: ast.Call) -> Pair:
    """A function of ours that wants the values of the run, such as ``npbridge.debug.print``."""
    args, kwargs = unit.arguments(node)
    _, made = call(
        unit, lambda *args, **kwargs: function(*args, **kwargs), "print", args, kwargs, node, None, effects.NOTHING
    )
    unit.hoist(ast.Expr(made), node)
    return Known(None), None


class Draw(Value):
    """A method of a ``RandomState`` that exists while compiling."""

    __slots__ = ("name", "state")

    def __init__(self, state: np.random.RandomState, name: str) -> None:
        self.state, self.name = state, name


def draw(unit: Any, found: Draw, node: ast.Call) -> Pair:
    """``state.normal(...)``: NumPy's own, and its state is given back where the call fails."""
    state, name = found.state, found.name
    numpys = getattr(np.random.RandomState, name, None)
    if numpys is None or name.startswith(("_", "seed", "get_state", "set_state")):
        raise unit.error(node, f"RandomState.{name} has no compiled form on 'numpy'. Call it outside of compiled code.")
    args, kwargs = unit.arguments(node)
    if all(state is not s for s in unit.program.states):
        unit.program.states.append(state)

    def drawn(*args: Any, **kwargs: Any) -> Any:
        if type(state) is np.random.RandomState:
            return numpys(state, *args, **kwargs)
        with backend("numpy"):  # NumPy's method may call others of its object: those of ours give arrays of ours
            return core.host_values(numpys(state, *args, **kwargs))

    def tried(*args: Any, **kwargs: Any) -> Any:
        return numpys(np.random.RandomState(0), *args, **kwargs)

    drawn.__wrapped__ = tried  # type: ignore[attr-defined]
    return call(unit, drawn, name, args, kwargs, node, of=getattr(np.random, name, None))


# Methods of a ``Generator`` that Numba lacks, or draws in ways of its own.
_HOSTED = frozenset(
    """
    choice dirichlet gumbel hypergeometric multinomial multivariate_hypergeometric multivariate_normal permuted vonmises
    wald
    """.split()
)
_DRAWS = frozenset(name for name in dir(np.random.Generator) if name[0] != "_") - set(dir(np.ndarray))


# The scale of a distribution, of which Numba does not see that it is negative: its place and name.
_SCALES = {
    "normal": (1, "scale"), "laplace": (1, "scale"), "logistic": (1, "scale"), "gumbel": (1, "scale"),
    "lognormal": (1, "sigma"), "exponential": (0, "scale"), "poisson": (0, "lam"),
}  # fmt: skip


def with_scales(unit: Any, name: str, args: list, kwargs: dict, node: ast.AST) -> None:
    """Let the scale of a draw be looked at: the arguments are changed."""
    place, label = _SCALES.get(name, (0, None))
    pair = kwargs.get(label) if label in kwargs else args[place] if label and len(args) > place else None
    if pair is None or (isinstance(pair[0], Known) and not isinstance(pair[0].value, list) and not _negative(pair[0])):
        return
    made = ast.Call(unit.stub("npb_scale"), [unit.node(*pair, node, "array"), ast.Constant(label)], [])
    if label in kwargs:
        kwargs[label] = (Dynamic(scalar=True), made)
    else:
        args[place] = (Dynamic(scalar=True), made)


def _negative(value: Known) -> bool:
    return bool(np.any(np.signbit(value.value)))


def draw_from_generator(unit: Any, base: Pair, name: str, args: list, kwargs: dict, node: ast.AST) -> Pair | None:
    """``rng.choice(...)``: NumPy's own, from a generator that compiled code was handed; None where Numba draws."""
    if name not in _DRAWS:
        return None
    if not refused_before(unit, name, node) and name not in _HOSTED:
        with_scales(unit, name, args, kwargs, node)
        if name == "integers" and len(args) == 1 and "high" not in kwargs:
            args.insert(0, (Known(0), ast.Constant(0)))  # Numba wants both ends
        return None
    numpys = getattr(np.random.Generator, name)

    def drawn(generator: Any, *args: Any, **kwargs: Any) -> Any:
        # a method of NumPy's calls others of its object, and those of ours give arrays of ours
        return numpys(np.random.Generator(generator.bit_generator), *args, **kwargs)

    drawn.__wrapped__ = numpys  # type: ignore[attr-defined]
    return call(unit, drawn, name, [base, *args], kwargs, node, of=numpys)
