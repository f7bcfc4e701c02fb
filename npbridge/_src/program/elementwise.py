"""Rules for what is done element by element."""

from __future__ import annotations

import functools

import numpy as np

from .builder import NotHeld, dtype_of, rule
from .folding import only

# These are steps of their own
_SAME = [
    "add", "sub", "mul", "div", "rem", "neg", "abs", "max", "min", "sqrt", "cbrt", "exp", "exp2", "log",
    "log1p", "expm1", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh",
    "atanh", "floor", "ceil", "nextafter", "eq", "ne", "lt", "le", "gt", "ge", "and", "or", "xor", "not", "shift_left",
    "shift_right_arithmetic", "shift_right_logical", "population_count", "clz", "is_finite", "real", "imag", "complex",
    "conj", "erf", "erfc", "lgamma",
]  # fmt: skip


@rule(*_SAME)
def _same(b, eqn, *args):
    aval = eqn.outvars[0].aval
    return b.map(eqn.primitive.name, dtype_of(aval), *args, shape=aval.shape)


@rule("sign")
def _sign(b, eqn, x):
    if x.dtype.kind != "c":
        return b.map("sign", x.dtype, x, shape=x.shape)
    part = np.dtype(f"f{x.dtype.itemsize // 2}")
    size, none = b.map("abs", part, x), b.constant(0, part)
    parts = [b.map("div", part, b.map(which, part, x), size) for which in ("real", "imag")]
    is_none = b.map("eq", np.dtype(bool), size, none)
    return b.map("complex", x.dtype, *(b.map("select", part, is_none, y, none) for y in parts))


@rule("pow")
def _pow(b, eqn, x, y):
    shape, y = eqn.outvars[0].aval.shape, b.cast(y, x.dtype)
    if not b.exact and x.shape == shape and (found := shorter_power(b, x, y)) is not None:
        return found
    return b.map("pow", x.dtype, x, y, shape=shape)


def shorter_power(b, x, y):
    """A power by a few products, or by the root, to 2 units; None where it is no such power.

    NumPy's function takes 70 ns for a negative number.
    """
    known = only(y)
    power = None if known is None else known.constant
    if power is None or x.dtype.char not in "fd":
        return None
    if power in _WHOLE:
        return _whole_power(b, x, int(power))
    return _by_root(b, x, float(power)) if power in _HALVES else None


_WHOLE = (3, 4, -2, -3)
_HALVES = (1.5, 2.5, -0.5, -1.5)


def _by_root(b, x, power: float):
    """A power by way of the root, to 2 units; ``pow`` gives no NaN for -infinity, and no -infinity for -0.0."""
    do = functools.partial(b.map, shape=x.shape)
    root = do("abs", x.dtype, do("sqrt", x.dtype, x))
    if power > 0:
        found = do("mul", x.dtype, _product(b, do("abs", x.dtype, x), int(power)), root)
    else:
        one = b.constant(1, x.dtype)
        found = do("div", x.dtype, one if power == -0.5 else do("div", x.dtype, one, do("abs", x.dtype, x)), root)
    infinite = do("eq", np.dtype(bool), x, b.constant(-np.inf, x.dtype))
    return do("select", x.dtype, infinite, found, b.constant(np.inf if power > 0 else 0, x.dtype))


@rule("convert_element_type")
def _convert(b, eqn, x):
    return b.cast(x, dtype_of(eqn.outvars[0].aval))


@rule("bitcast_convert_type")
def _bitcast(b, eqn, x):
    aval = eqn.outvars[0].aval
    if x.shape != aval.shape:
        raise NotHeld("a bitcast between widths")
    return b.map("bitcast", dtype_of(aval), x, shape=aval.shape)


@rule("copy", "optimization_barrier", "stop_gradient", "name")
def _itself(b, eqn, *args):
    return list(args)


@rule("add_any")
def _add_any(b, eqn, x, y):
    return b.map("add", x.dtype, x, y)


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
    return _whole_power(b, x, eqn.params["y"])


def _whole_power(b, x, n: int):
    result = _product(b, x, abs(n))
    return result if n >= 0 else b.map("div", x.dtype, b.constant(1, x.dtype), result, shape=x.shape)


def _product(b, x, n: int):
    """The product of `n` times `x`."""
    times = functools.partial(b.map, "mul", x.dtype)
    result, power = None, x
    for bit in bin(n)[:1:-1]:
        if bit == "1":
            result = power if result is None else times(result, power)
        power = times(power, power)
    return b.splat(b.constant(1, x.dtype), x.shape) if result is None else result


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
