"""From what JAX traced to a program: calls are put in place, views become maps, loops and branches blocks."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Literal

from . import folding, views
from .nodes import Block, Node, Value

INDEX = np.dtype("int64")
RULES: dict[str, Callable] = {}


def only(x: Value) -> Value | None:
    """The number that all elements are, where it is seen."""
    if not x.shape:
        return x
    node = x.node
    return node.args[0] if node is not None and node.kind == "view" and not node.args[0].shape else None


class NotHeld(Exception):
    """The program has a step that no node stands for."""


def rule(*names: str):
    """Register what makes nodes of primitives: ``f(builder, eqn, *values)`` gives a value, or a list of them."""

    def register(function):
        for name in names:
            RULES[name] = function
        return function

    return register


def program(closed: ClosedJaxpr, unknown: Callable) -> Block:
    """The program of a traced function; inputs and results as there.

    Parameters
    ----------
    unknown : callable
        Makes nodes of primitives that have no rule.

    Raises
    ------
    NotHeld
        If a step is of a kind that programs do not have.
    """
    builder = Builder(unknown)
    block = builder.block = Block()
    block.inputs = [Value(v.aval.shape, dtype_of(v.aval)) for v in closed.jaxpr.invars]
    block.results = builder.run(closed.jaxpr, closed.consts, block.inputs)
    block.prune()
    return block


def dtype_of(aval) -> np.dtype:
    dtype = getattr(aval, "dtype", None)
    if not isinstance(dtype, np.dtype) or dtype.kind not in "biufc":
        raise NotHeld(f"values of type {aval}")
    return dtype


class Builder:
    """Writes nodes into the block that is open."""

    block: Block

    def __init__(self, unknown: Callable) -> None:
        self.unknown = unknown  # makes nodes of primitives that have no rule

    def run(self, jaxpr, consts, inputs) -> list[Value]:
        """Put the steps of a jaxpr here, and return its results."""
        values: dict[Any, Value] = dict(zip(jaxpr.invars, inputs, strict=True))
        for var, const in zip(jaxpr.constvars, consts, strict=True):
            values[var] = const if isinstance(const, Value) else self.constant(const)
        for eqn in jaxpr.eqns:
            make = RULES.get(eqn.primitive.name, self.unknown)
            args = [self.literal(x) if isinstance(x, Literal) else values[x] for x in eqn.invars]
            outs = make(self, eqn, *args)
            if isinstance(outs, Value):
                outs = [outs]
            for var, out in zip(eqn.outvars, outs, strict=True):
                if out is not None:
                    values[var] = out
        return [self.literal(x) if isinstance(x, Literal) else values[x] for x in jaxpr.outvars]

    def inner(self, jaxpr, consts, captured, inputs, more=None) -> Block:
        """A block of its own; `captured` are the values that come before its inputs."""
        before, self.block = self.block, Block()
        try:
            block = self.block
            block.inputs = inputs
            block.results = self.run(jaxpr, consts, [*captured, *inputs]) if more is None else more()
            return block
        finally:
            self.block = before

    # -- nodes

    def node(self, kind, args, **params) -> Node:
        node = Node(kind, args, params)
        self.block.nodes.append(node)
        return node

    def literal(self, x) -> Value:
        return self.constant(x.val, dtype_of(x.aval))

    def constant(self, x, dtype=None) -> Value:
        if jax.dtypes.issubdtype(getattr(x, "dtype", np.dtype(bool)), jax.dtypes.extended):
            raise NotHeld("random keys")
        x = np.asarray(x, dtype)
        if x.dtype.kind not in "biufc":
            raise NotHeld(f"constants of {x.dtype}")
        if x.shape == ():
            return self.node("number", [], value=x[()]).out((), x.dtype)
        x = np.ascontiguousarray(x)
        if x.size and (x == x.flat[0]).all() and not (np.signbit(x.real).any() or np.signbit(x.imag).any()):
            return self.splat(self.constant(x.flat[0], x.dtype), x.shape)
        return self.node("array", [], value=x).out(x.shape, x.dtype)

    def integer(self, n: int) -> Value:
        return self.constant(n, INDEX)

    def map(self, op, dtype, *args, shape=None, **params) -> Value:
        """Element by element; arguments without axes, or with axes of length one, stand beside all elements."""
        folded = folding.folded(op, dtype, args)
        if folded is not None:
            return self.constant(folded, dtype)
        if shape is None:
            shape = np.broadcast_shapes(*(a.shape for a in args))
        args = [a if a.shape in ((), shape) else self.along(a, shape) for a in args]
        if shape and (math.prod(shape) == 1 or all(only(a) is not None for a in args)):
            # one number, whatever its shape
            args = [a if only(a) is None else only(a) for a in args]
            return self.splat(self.map(op, dtype, *(self.number(a) for a in args), **params), shape)
        return self.node("map", args, op=op, **params).out(shape, dtype)

    def view(self, x: Value, to: views.Map, shape) -> Value:
        shape = tuple(shape)
        if x.node is not None and x.node.kind == "view":
            x, to = x.node.args[0], to.after(x.node.params["map"])
        to = to.trimmed(shape)
        if to.is_identity(shape, x.shape):
            return x
        if shape and math.prod(shape) == 1 and x.shape:
            x, to = self.view(x, to, ()), views.Map(())  # a number is read now, whatever its shape
        return self.node("view", [x, *(v for a in to.axes for v, _ in a.starts)], map=to).out(shape, x.dtype)

    def along(self, x: Value, shape) -> Value:
        """`x` repeated along axes of length one."""
        return self.view(x, views.broadcast(x.shape, tuple(range(len(shape)))), shape)

    def number(self, x: Value) -> Value:
        """The only element of a value."""
        return self.view(x, views.Map((views.Axis(),) * len(x.shape)), ()) if x.shape else x

    def splat(self, x: Value, shape) -> Value:
        return self.view(x, views.Map(()), shape) if x.shape != tuple(shape) else x

    def cast(self, x: Value, dtype) -> Value:
        return x if x.dtype == dtype else self.map("convert", np.dtype(dtype), x)

    def empty(self, shape, dtype) -> Value:
        return self.node("empty", []).out(shape, dtype)

    def write(self, old: Value, new: Value, to: views.Map) -> Value:
        """`old` with `new` at the places that `to` gives for each of its indices."""
        if new.size == 0:
            return old
        to = to.trimmed(new.shape)
        if to.is_identity(new.shape, old.shape):
            return new
        return self.node("write", [old, new, *(v for a in to.axes for v, _ in a.starts)], map=to).out(
            old.shape, old.dtype
        )

    def clamped(self, start: Value, high: int):
        """A start of a slice, moved to where it lies inside: an int where it is known."""
        if start.constant is not None:
            return min(max(int(start.constant), 0), high)
        if high == 0:
            return 0
        if start.dtype.kind == "u":
            start = self.map(
                "min", start.dtype, start, self.constant(min(high, np.iinfo(start.dtype).max), start.dtype)
            )
            return self.cast(start, INDEX)
        start = self.cast(start, INDEX)
        return self.map("min", INDEX, self.map("max", INDEX, start, self.integer(0)), self.integer(high))


# -- calls


@rule("jit", "pjit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "remat", "checkpoint", "remat2")
def _call(b, eqn, *args):
    inner = eqn.params.get("jaxpr", eqn.params.get("call_jaxpr", eqn.params.get("fun_jaxpr")))
    if isinstance(inner, ClosedJaxpr):
        return b.run(inner.jaxpr, inner.consts, args)
    return b.run(inner, (), args)


@rule("custom_linear_solve")
def _linear_solve(b, eqn, *args):
    lengths, jaxprs = eqn.params["const_lengths"], eqn.params["jaxprs"]
    before = lengths.matvec + lengths.vecmat
    right = args[sum(lengths) :]
    return b.run(jaxprs.solve.jaxpr, jaxprs.solve.consts, [*args[before : before + lengths.solve], *right])


# -- element by element

SAME = [
    "add", "sub", "mul", "div", "rem", "neg", "sign", "abs", "max", "min", "sqrt", "cbrt", "exp", "exp2", "log",
    "log1p",
    "expm1", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
    "floor", "ceil", "nextafter", "eq",
    "ne", "lt", "le", "gt", "ge", "and", "or", "xor", "not", "shift_left",
    "shift_right_arithmetic", "shift_right_logical", "population_count", "clz", "is_finite", "real", "imag", "complex",
    "conj", "erf", "erfc", "lgamma",
]  # fmt: skip


def _same(b, eqn, *args):
    aval = eqn.outvars[0].aval
    return b.map(eqn.primitive.name, dtype_of(aval), *args, shape=aval.shape)


for _name in SAME:
    RULES[_name] = _same


@rule("pow")
def _pow(b, eqn, x, y):
    return b.map("pow", x.dtype, x, b.cast(y, x.dtype), shape=eqn.outvars[0].aval.shape)


@rule("convert_element_type")
def _convert(b, eqn, x):
    return b.cast(x, dtype_of(eqn.outvars[0].aval))


@rule("bitcast_convert_type")
def _bitcast(b, eqn, x):
    aval = eqn.outvars[0].aval
    if x.shape != aval.shape:
        raise NotHeld("a bitcast between widths")
    return b.map("bitcast", dtype_of(aval), x, shape=aval.shape)


@rule("copy", "copy_p", "optimization_barrier", "stop_gradient", "name", "reduce_precision_none")
def _itself(b, eqn, *args):
    return list(args)


@rule("threefry2x32")
def _threefry(b, eqn, *words):
    """Twenty rounds of the generator that JAX draws from."""
    word = np.dtype("uint32")
    shape = eqn.outvars[0].aval.shape

    def do(op, x, y):
        return b.map(op, word, x, y, shape=shape)

    def turned(x, by):
        return do("or", do("shift_left", x, number(by)), do("shift_right_logical", x, number(32 - by)))

    def number(n):
        return b.constant(n, word)

    k0, k1, x, y = words
    keys = [k0, k1, do("xor", do("xor", k0, k1), number(0x1BD11BDA))]
    x, y = do("add", x, k0), do("add", y, k1)
    for turn in range(5):
        for by in ((13, 15, 26, 6), (17, 29, 16, 24))[turn % 2]:
            x = do("add", x, y)
            y = do("xor", x, turned(y, by))
        x = do("add", x, keys[(turn + 1) % 3])
        y = do("add", do("add", y, keys[(turn + 2) % 3]), number(turn + 1))
    return [x, y]


@rule("square")
def _square(b, eqn, x):
    return b.map("mul", x.dtype, x, x)


@rule("rsqrt")
def _rsqrt(b, eqn, x):
    return b.map("div", x.dtype, b.constant(1, x.dtype), b.map("sqrt", x.dtype, x))


@rule("logistic")
def _logistic(b, eqn, x):
    e = b.map("exp", x.dtype, b.map("neg", x.dtype, x))
    one = b.constant(1, x.dtype)
    return b.map("div", x.dtype, one, b.map("add", x.dtype, one, e), shape=x.shape)


@rule("integer_pow")
def _integer_pow(b, eqn, x):
    n = eqn.params["y"]
    times = functools.partial(b.map, "mul", x.dtype)
    result, power = None, x
    for bit in bin(abs(n))[:1:-1]:
        if bit == "1":
            result = power if result is None else times(result, power)
        power = times(power, power)
    if result is None:
        return b.splat(b.constant(1, x.dtype), x.shape)
    return result if n > 0 else b.map("div", x.dtype, b.constant(1, x.dtype), result, shape=x.shape)


@rule("lt_to", "le_to", "eq_to")
def _in_total_order(b, eqn, *args):
    """Floats as integers of the same order: -NaN, -inf, …, -0.0, 0.0, …, inf, NaN."""
    if args[0].dtype.kind == "f":
        args = tuple(_as_integer(b, x) for x in args)
    return b.map(eqn.primitive.name[:2], np.dtype(bool), *args)


def _as_integer(b, x):
    whole = np.dtype(f"i{x.dtype.itemsize}")
    bits = b.map("bitcast", whole, x)
    sign = b.map("shift_right_arithmetic", whole, bits, b.constant(8 * whole.itemsize - 1, whole))
    return b.map("xor", whole, bits, b.map("and", whole, sign, b.constant(np.iinfo(whole).max, whole)))


@rule("add_any")
def _add_any(b, eqn, x, y):
    return b.map("add", x.dtype, x, y)


@rule("tile")
def _tile(b, eqn, x):
    reps = eqn.params["reps"]
    pairs = [n for pair in zip(reps, x.shape, strict=True) for n in pair]
    wide = b.view(x, views.broadcast(x.shape, tuple(range(1, 2 * len(reps), 2))), pairs)
    return _reshaped(b, wide, eqn.outvars[0].aval.shape)


@rule("round")
def _round(b, eqn, x):
    even = int(eqn.params["rounding_method"]) == 1
    return b.map("round_even" if even else "round_away", x.dtype, x)


@rule("clamp")
def _clamp(b, eqn, low, x, high):
    return b.map("min", x.dtype, b.map("max", x.dtype, x, low, shape=x.shape), high, shape=x.shape)


@rule("select_n")
def _select(b, eqn, which, *cases):
    shape = eqn.outvars[0].aval.shape
    if len(cases) == 1:
        return cases[0]
    if len(cases) > 2:
        found = cases[-1]
        for k in reversed(range(len(cases) - 1)):
            below = b.map("le", np.dtype(bool), which, b.constant(k, which.dtype), shape=which.shape)
            found = b.map("select", found.dtype, below, found, cases[k], shape=shape)
        return found
    if which.dtype.kind != "b":
        which = b.cast(which, np.dtype(bool))
    known = only(which)
    if known is not None and known.constant is not None:
        return b.splat(cases[int(known.constant)], shape)
    part = _part_written(which, *cases)
    if part is not None:
        return b.write(cases[0], *part)
    return b.map("select", cases[0].dtype, which, *cases, shape=shape)


def _part_written(which, old, new):
    """``where(inside a window, what lies in the window, old)`` is a write: what is written, and where."""
    at, what = which.node, new.node
    if at is None or what is None or at.kind != "write" or what.kind != "write" or not old.shape:
        return None
    if at.params["map"] != what.params["map"] or at.args[1].shape != what.args[1].shape:
        return None
    if _filled_with(at.args[0]) is not np.False_ or _filled_with(at.args[1]) is not np.True_:
        return None
    return what.args[1], what.params["map"]


def _filled_with(x):
    """The bool that all elements are."""
    found = only(x)
    value = None if found is None else found.constant
    return None if value is None or x.dtype.kind != "b" else np.bool_(value)


# -- views


@rule("broadcast_in_dim")
def _broadcast(b, eqn, x, *dynamic):
    if dynamic:
        raise NotHeld("a shape of the run time")
    shape, dimensions = eqn.params["shape"], eqn.params["broadcast_dimensions"]
    return b.view(x, views.broadcast(x.shape, dimensions), shape)


@rule("reshape")
def _reshape(b, eqn, x, *dynamic):
    new = eqn.outvars[0].aval.shape
    if eqn.params.get("dimensions") is not None or dynamic:
        raise NotHeld("a reshape in another order")
    return _reshaped(b, x, new)


def _reshaped(b, x, new):
    if x.shape == tuple(new):
        return x
    to = views.reshape(x.shape, new)
    if to is not None:
        return b.view(x, to, new)
    return b.node("reshape", [x]).out(new, x.dtype)


@rule("squeeze", "expand_dims")
def _squeeze(b, eqn, x):
    return _reshaped(b, x, eqn.outvars[0].aval.shape)


@rule("transpose")
def _transpose(b, eqn, x):
    return b.view(x, views.transpose(eqn.params["permutation"]), eqn.outvars[0].aval.shape)


@rule("rev")
def _rev(b, eqn, x):
    return b.view(x, views.reverse(x.shape, eqn.params["dimensions"]), x.shape)


@rule("slice")
def _slice(b, eqn, x):
    starts = eqn.params["start_indices"]
    strides = eqn.params["strides"] or (1,) * len(starts)
    return b.view(x, views.window(starts, strides), eqn.outvars[0].aval.shape)


@rule("dynamic_slice")
def _dynamic_slice(b, eqn, x, *starts):
    shape = eqn.outvars[0].aval.shape
    inside = tuple(b.clamped(s, n - m) for s, n, m in zip(starts, x.shape, shape, strict=True))
    return b.view(x, views.window(inside, (1,) * len(shape)), shape)


@rule("dynamic_update_slice")
def _dynamic_update_slice(b, eqn, x, new, *starts):
    inside = tuple(b.clamped(s, n - m) for s, n, m in zip(starts, x.shape, new.shape, strict=True))
    return b.write(x, new, views.window(inside, (1,) * len(x.shape)))


@rule("split")
def _split(b, eqn, x):
    axis, outs, at = eqn.params["axis"], [], 0
    for out in eqn.outvars:
        starts = tuple(at if i == axis else 0 for i in range(len(x.shape)))
        outs.append(b.view(x, views.window(starts, (1,) * len(x.shape)), out.aval.shape))
        at += out.aval.shape[axis]
    return outs


@rule("iota")
def _iota(b, eqn):
    aval = eqn.outvars[0].aval
    return b.node("iota", [], axis=eqn.params["dimension"]).out(aval.shape, dtype_of(aval))


# -- parts put together


@rule("concatenate")
def _concatenate(b, eqn, *args):
    aval, axis = eqn.outvars[0].aval, eqn.params["dimension"]
    return _joined(b, aval, axis, args)


def _joined(b, aval, axis, args):
    whole, at = b.empty(aval.shape, dtype_of(aval)), 0
    for x in args:
        starts = tuple(at if i == axis else 0 for i in range(len(aval.shape)))
        whole = b.write(whole, x, views.window(starts, (1,) * len(aval.shape)))
        at += x.shape[axis]
    return whole


@rule("stack")
def _stack(b, eqn, *args):
    aval = eqn.outvars[0].aval
    axis = eqn.params.get("axis", eqn.params.get("dimension", 0))
    one = tuple(1 if i == axis else n for i, n in enumerate(aval.shape))
    return _joined(b, aval, axis, [_reshaped(b, x, one) for x in args])


@rule("pad")
def _pad(b, eqn, x, value):
    shape, config = eqn.outvars[0].aval.shape, eqn.params["padding_config"]
    starts, strides = [0] * len(shape), [1] * len(shape)
    low, sizes = [], list(x.shape)
    for i, (before, after, between) in enumerate(config):
        if (before < 0 or after < 0) and between:
            raise NotHeld("a negative pad between elements")
        starts[i] = max(-before, 0)
        sizes[i] = max(x.shape[i] - starts[i] - max(-after, 0), 0)
        low.append(max(before, 0))
        strides[i] = between + 1
    part = b.view(x, views.window(tuple(starts), (1,) * len(shape)), sizes)
    return b.write(b.splat(value, shape), part, views.window(tuple(low), tuple(strides)))


# -- loops and branches


@rule("while")
def _while(b, eqn, *args):
    p = eqn.params
    n, m = p["cond_nconsts"], p["body_nconsts"]
    for_cond, for_body, init = args[:n], args[n : n + m], args[n + m :]

    def fresh():
        return [Value(x.shape, x.dtype) for x in init]

    cond = b.inner(p["cond_jaxpr"].jaxpr, p["cond_jaxpr"].consts, for_cond, fresh())
    body = b.inner(p["body_jaxpr"].jaxpr, p["body_jaxpr"].consts, for_body, fresh())
    if cond.results[0].shape:
        raise NotHeld("a loop over lanes")
    node = b.node("loop", init, blocks=[cond, body], length=None)
    return [node.out(x.shape, x.dtype) for x in init]


@rule("scan")
def _scan(b, eqn, *args):
    p = eqn.params
    n, m, length = p["num_consts"], p["num_carry"], p["length"]
    captured, init, xs = args[:n], list(args[n : n + m]), args[n + m :]
    jaxpr = p["jaxpr"]
    stacked = [v.aval for v in eqn.outvars[m:]]
    init += [b.empty(a.shape, dtype_of(a)) for a in stacked]
    counter = Value((), INDEX)
    carries = [Value(x.shape, x.dtype) for x in init]

    def body():
        at: Any = counter
        if p["reverse"]:
            at = b.map("sub", INDEX, b.integer(length - 1), counter)
        items = []
        for x in xs:
            one = (1, *x.shape[1:])
            row = b.view(x, views.window((at, *[0] * (len(x.shape) - 1)), (1,) * len(x.shape)), one)
            items.append(_reshaped(b, row, x.shape[1:]))
        outs = b.run(jaxpr.jaxpr, jaxpr.consts, [*captured, *carries[:m], *items])
        for k, y in enumerate(outs[m:]):
            whole = carries[m + k]
            row = _reshaped(b, y, (1, *y.shape))
            outs[m + k] = b.write(whole, row, views.window((at, *[0] * len(y.shape)), (1,) * len(whole.shape)))
        return outs

    block = b.inner(None, None, None, [counter, *carries], body)
    node = b.node("loop", init, blocks=[block], length=length)
    return [node.out(x.shape, x.dtype) for x in init]


@rule("cond")
def _cond(b, eqn, which, *args):
    blocks = [b.inner(j.jaxpr, j.consts, args, []) for j in eqn.params["branches"]]
    node = b.node("branch", [which], blocks=blocks)
    return [node.out(v.aval.shape, dtype_of(v.aval)) for v in eqn.outvars]


# -- reductions and the rest

_REDUCTIONS = {f"reduce_{op}": op for op in ("sum", "prod", "max", "min", "and", "or", "xor")}


@rule(*_REDUCTIONS)
def _reduce(b, eqn, x):
    aval = eqn.outvars[0].aval
    op, axes = _REDUCTIONS[eqn.primitive.name], tuple(sorted(eqn.params["axes"]))
    if not axes:
        return x
    if x.dtype.kind == "b" and op in ("max", "min"):
        op = "or" if op == "max" else "and"
    return b.node("reduce", [x], op=op, axes=axes).out(aval.shape, dtype_of(aval))


@rule("argmax", "argmin")
def _position(b, eqn, x):
    aval = eqn.outvars[0].aval
    (axis,) = eqn.params["axes"]
    return b.node("position", [x], op=eqn.primitive.name[3:], axis=axis).out(aval.shape, dtype_of(aval))


@rule("cumsum", "cumprod", "cummax", "cummin")
def _running(b, eqn, x):
    op = {"cumsum": "sum", "cumprod": "prod", "cummax": "max", "cummin": "min"}[eqn.primitive.name]
    return b.node("running", [x], op=op, axis=eqn.params["axis"], reverse=eqn.params["reverse"]).out(x.shape, x.dtype)


@rule("dot_general")
def _product(b, eqn, x, y):
    aval = eqn.outvars[0].aval
    (cx, cy), (bx, by) = eqn.params["dimension_numbers"]
    dtype = dtype_of(aval)
    if not x.shape or not y.shape:
        return b.map("mul", dtype, b.cast(x, dtype), b.cast(y, dtype), shape=aval.shape)
    return b.node("product", [b.cast(x, dtype), b.cast(y, dtype)], contract=(cx, cy), batch=(bx, by)).out(
        aval.shape, dtype
    )


@rule("gather")
def _gather(b, eqn, x, indices):
    aval, p = eqn.outvars[0].aval, eqn.params
    if jax.lax.GatherScatterMode.from_any(p["mode"]) == jax.lax.GatherScatterMode.FILL_OR_DROP:
        mode, fill = "fill", p["fill_value"]
        if fill is None:
            kind = x.dtype.kind
            fill = (
                np.nan
                if kind in "fc"
                else np.iinfo(x.dtype).min
                if kind == "i"
                else np.iinfo(x.dtype).max
                if kind == "u"
                else True
            )
    else:
        mode, fill = "clip", 0
    return b.node(
        "gather", [x, indices], numbers=p["dimension_numbers"], sizes=p["slice_sizes"], mode=mode, fill=fill
    ).out(aval.shape, dtype_of(aval))


_SCATTERS = {
    "scatter": "set",
    "scatter-add": "sum",
    "scatter-mul": "prod",
    "scatter-max": "max",
    "scatter-min": "min",
}
_SCATTERS |= {name.replace("-", "_"): op for name, op in _SCATTERS.items()}


@rule(*_SCATTERS)
def _scatter(b, eqn, x, indices, updates):
    p = eqn.params
    mode = "drop" if jax.lax.GatherScatterMode.from_any(p["mode"]) != jax.lax.GatherScatterMode.CLIP else "clip"
    return b.node(
        "scatter", [x, indices, updates], op=_SCATTERS[eqn.primitive.name], numbers=p["dimension_numbers"], mode=mode
    ).out(x.shape, x.dtype)
