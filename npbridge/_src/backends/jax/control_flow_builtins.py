"""Python's built-in functions on values that are known only at run time."""

from __future__ import annotations

import builtins
import functools
import operator
import types

import jax.numpy as jnp
import numpy as np

from ...array import core, either, ragged, traced_errors, traced_number
from ...array.either import Either
from ...convert.calls import call
from ...convert.operators import if_exp, is_traced
from ...storage.buffer import canonical
from ...storage.casts import cast
from . import control_flow, control_flow_math
from . import control_flow_iterables as iterables

OURS = core.OURS
compute = traced_number.compute


def _number(kind):
    def convert(*args, **kwargs):
        if len(args) != 1 or kwargs or not is_traced(args[0]):
            return kind(*args, **kwargs)
        x = args[0]
        if x.ndim:
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
        value = jnp.asarray(x._value() if type(x) in OURS else x)
        if value.dtype.kind == "c" and kind is not complex:
            if getattr(x, "weak", None) is complex:
                raise TypeError(f"{kind.__name__}() argument must be a real number, not 'complex'")
            value = value.real
        if kind is int and value.dtype.kind == "f":
            traced_errors.see_that_it_is_an_integer(value)
            value = jnp.trunc(value)
        new = traced_number.of_value(value.astype(canonical(np.dtype(kind))), kind)
        form = traced_number.form_of(x) if kind is int and type(x) in OURS else None
        if form is not None:
            new.form = form
        return new

    return convert


def truth(*args):
    """``bool``."""
    if len(args) != 1 or not is_traced(args[0]):
        return bool(*args)
    return traced_number.of_value(control_flow.predicate(args[0]), bool)


def kind_of(*args):
    """``type``: of what is computed it is what NumPy or Python would have computed."""
    x = args[0]
    if len(args) != 1 or not is_traced(x) or type(x) not in OURS:
        return core.JaxArray if type(x) is ragged.Ragged else type(*args)
    if x.weak is not None:
        return x.weak
    return x.dtype.type if isinstance(x, core.JaxScalar) or type(x) is core.JaxScalar else type(x)


def _extreme(builtin, ufunc):
    def best(*args, **kwargs):
        values = args[0] if len(args) == 1 else args
        if type(values) is types.GeneratorType:
            values = list(values)
            args = (values,)
        if set(kwargs) == {"key"} and type(values) not in OURS and callable(kwargs["key"]):
            return _extreme_by_key(builtin, ufunc, list(values), call(kwargs["key"]))
        if kwargs:
            return builtin(*args, **kwargs)
        if type(values) in OURS and is_traced(values):
            values = _of_line(values, ufunc) if values.ndim == 1 and values.size else list(values)
            if type(values) is not list:
                return values
        if type(values) not in (list, tuple) or not any(map(is_traced, values)):
            return builtin(*args) if type(values) is not list else builtin(values)
        return functools.reduce(lambda a, b: larger_of(ufunc, a, b), values)

    return best


def _extreme_by_key(builtin, ufunc, values, key):
    """The first item whose key is the greatest, or least."""
    keys = [key(x) for x in values]
    if not any(map(is_traced, keys)):
        return values[builtin(builtins.range(len(keys)), key=keys.__getitem__)]
    best, least = values[0], keys[0]
    for item, k in zip(values[1:], keys[1:], strict=True):
        is_better = k > least if ufunc is np.maximum else k < least
        best = if_exp(is_better, lambda item=item: item, lambda best=best: best)
        least = larger_of(ufunc, least, k)
    return best


def larger_of(ufunc, a, b):
    """The larger (or smaller) of two as Python has it: the second where it is more, in the kind that it is of."""
    if Either in (type(a), type(b)):
        return control_flow.distribute(larger_of, ufunc, a, b)
    if all(type(x) is int or getattr(x, "weak", None) is int for x in (a, b)):
        return compute(ufunc, a, b)  # which keeps what is known of the ends
    better = b > a if ufunc is np.maximum else b < a
    if not is_traced(better):
        return b if better else a
    return control_flow.selected(better, b, a)


either.PURE.add(larger_of)


def _of_line(values, ufunc):
    """The extreme of the items of an array: comparison after comparison, a NaN counts only where it is the first."""
    if values.dtype.kind not in "fc":
        return ufunc.reduce(values)
    best = (np.fmax if ufunc is np.maximum else np.fmin).reduce(values)
    return np.where(np.isnan(values[0]), values[0], best)[()]


def _round(x, ndigits=None):
    if not is_traced(x):
        return round(x) if ndigits is None else round(x, ndigits)
    if ndigits is not None and type(x) in OURS and x.weak is not None:
        return control_flow_math.rounded(x, ndigits.__index__())
    new = np.round(x, ndigits or 0)
    return _INT(new) if ndigits is None else new


def _any(values):
    return truth(np.any(values)) if type(values) in OURS and is_traced(values) else _fold(any, operator.or_, values)


def _all(values):
    return truth(np.all(values)) if type(values) in OURS and is_traced(values) else _fold(all, operator.and_, values)


def _fold(builtin, joined, values):
    values = list(values)
    if not any(map(is_traced, values)):
        return builtin(values)
    return functools.reduce(joined, [truth(v) for v in values])


def _sum(values, start=0):
    if type(values) in OURS and is_traced(values) and type(start) is int and start == 0:
        return np.sum(values, axis=0)
    return sum(values, start)


def _len(x):
    return x.shape[0] if type(x) is ragged.Ragged else len(x)


def _divmod(a, b):
    return (a // b, a % b) if is_traced(a) or is_traced(b) else divmod(a, b)


def _numpy_scalar(kind):
    dtype = np.dtype(kind)

    def convert(*args, **kwargs):
        if len(args) != 1 or kwargs or not is_traced(args[0]):
            return kind(*args, **kwargs)
        x = args[0]
        value = jnp.asarray(x._value() if type(x) in OURS else x)
        if getattr(x, "weak", None) is not None:
            traced_errors.see_that_it_can_be_stored(x, dtype)
        return core.of_device(cast(value, canonical(dtype)))

    return convert


def _complex(*args, **kwargs):
    """``complex``, of one number or of a real and an imaginary part."""
    if len(args) != 2 or kwargs or not any(map(is_traced, args)):
        return _number(complex)(*args, **kwargs)
    real, imaginary = map(TYPES[float], args)
    return compute(np.add, real, compute(np.multiply, imaginary, 1j))


_INT = _number(int)
TYPES = {
    **{kind: _numpy_scalar(kind) for kind in {np.dtype(char).type for char in core.STORED_KINDS}},
    int: _INT,
    float: _number(float),
    complex: _complex,
    bool: truth,
    type: kind_of,
    range: iterables.ranged,
    enumerate: iterables.enumerated,
    zip: iterables.zipped,
    reversed: iterables.reverse,
    np.ndindex: iterables.indices,
    np.ndenumerate: iterables.enumerated_elements,
}
_FUNCTIONS = {
    builtins.len: _len,
    builtins.min: _extreme(min, np.minimum),
    builtins.max: _extreme(max, np.maximum),
    builtins.round: _round,
    builtins.any: _any,
    builtins.all: _all,
    builtins.sum: _sum,
    builtins.divmod: _divmod,
    **control_flow_math.FUNCTIONS,
}


def builtin(f):
    """What to call for a built-in function while tracing."""
    try:
        return _FUNCTIONS.get(f, f)
    except TypeError:  # a method of something that cannot be hashed
        return f
