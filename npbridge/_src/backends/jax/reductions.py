"""Reductions: what NumPy's functions add to ``ufunc.reduce`` and ``accumulate``."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np

from ...array import core
from ...dispatch.registry import implements
from ...ground.compat import NO_VALUE
from ...storage import compiling
from ...storage.buffer import canonical
from ...storage.casts import cast
from . import ufuncs
from .known import computed
from .ufunc_arguments import as_array, axes_of
from .ufunc_methods import accumulate
from .ufunc_plans import as_dtype
from .ufunc_reduce import reduce, write_result

jax_rule = functools.partial(implements, backend="jax")


def _reduction(ufunc, default=None):
    def call(a, axis=None, dtype=None, out=None, keepdims=NO_VALUE, initial=NO_VALUE, where=NO_VALUE):
        return reduce(
            ufunc, a, axis, default if dtype is None else dtype, out,
            keepdims is not NO_VALUE and keepdims, initial, True if where is NO_VALUE else where,
        )  # fmt: skip

    return call


def _extremum(ufunc):
    def call(a, axis=None, out=None, keepdims=NO_VALUE, initial=NO_VALUE, where=NO_VALUE):
        return reduce(
            ufunc, a, axis, None, out,
            keepdims is not NO_VALUE and keepdims, initial, True if where is NO_VALUE else where,
        )  # fmt: skip

    return call


def _truth(ufunc):
    def call(a, axis=None, out=None, keepdims=NO_VALUE, *, where=NO_VALUE):
        return reduce(
            ufunc, a, axis, None, out,
            keepdims is not NO_VALUE and keepdims, NO_VALUE, True if where is NO_VALUE else where,
        )  # fmt: skip

    return call


for _function, _ufunc in ((np.sum, np.add), (np.prod, np.multiply)):
    jax_rule(_function)(_reduction(_ufunc))
for _function, _ufunc in ((np.max, np.maximum), (np.amax, np.maximum), (np.min, np.minimum), (np.amin, np.minimum)):
    jax_rule(_function)(_extremum(_ufunc))
for _function, _ufunc in ((np.all, np.logical_and), (np.any, np.logical_or)):
    jax_rule(_function)(_truth(_ufunc))


def _running(ufunc):
    def call(a, axis=None, dtype=None, out=None):
        a = as_array(a)
        if axis is None:
            a, axis = a.ravel(), 0
        elif a.ndim == 0:
            a = a.reshape(1)
        return accumulate(ufunc, a, axis, dtype, out)

    return call


jax_rule(np.cumsum)(_running(np.add))
jax_rule(np.cumprod)(_running(np.multiply))


# -- means


def _mean_dtypes(source, dtype, out):
    """``(dtype to add up in, dtype of the result)`` as in NumPy's ``_mean``."""
    if dtype is not None:
        dtype = as_dtype(dtype)
        core.check_dtype(dtype)
        return dtype, dtype
    if source.kind in "bui":
        return np.dtype(np.float64), np.dtype(np.float64)
    if source == np.float16:
        return np.dtype(np.float32), np.dtype(np.float16)
    return source, source


@functools.lru_cache(maxsize=1024)
def _compiled_mean(axis, keepdims, loop, result, has_where, x64):
    def run(x, where):
        x = cast(x.real if x.dtype.kind == "c" and loop.kind != "c" else x, loop)
        if has_where:
            where = jnp.broadcast_to(where, x.shape)
            count = jnp.sum(where, axis, keepdims=keepdims, dtype=jnp.int32)
            x = jnp.where(where, x, jnp.zeros((), loop))
        else:
            count = 1
            for a in axis:
                count *= x.shape[a]
        total = jnp.sum(x, axis, keepdims=keepdims, dtype=loop)
        if loop.kind in "iu":  # NumPy's quotients of integers are float64
            total = total.astype(canonical(np.dtype(float)))
        return cast(total / jnp.asarray(count, total.real.dtype), result)

    return compiling.kernel(run)


def _mask(where, shape):
    if where is NO_VALUE or where is True:
        return np.True_, False
    where = where._value() if type(where) in core.OURS else np.asarray(where)
    if where.dtype != bool:
        raise TypeError(f"Cannot cast array data from {where.dtype!r} to dtype('bool') according to the rule 'safe'")
    np.broadcast_to(np.empty(where.shape, bool), shape)
    return where, True


@jax_rule(np.mean)
def mean(a, axis=None, dtype=None, out=None, keepdims=NO_VALUE, *, where=NO_VALUE):
    a = as_array(a)
    axes = axes_of(axis, a.ndim)
    mask, has_where = _mask(where, a.shape)
    loop, result = _mean_dtypes(a.dtype, dtype, out)
    _warn_empty(a, axes, "Mean of empty slice.")
    compiled = _compiled_mean(
        axes, keepdims is not NO_VALUE and bool(keepdims), canonical(loop), canonical(result), has_where,
        jax.config.jax_enable_x64,
    )  # fmt: skip
    return write_result(computed(compiled, (a._value(), mask)), out)


def _warn_empty(a, axes, text, ddof=0):
    import warnings

    from ...dispatch.fallback import user_stacklevel

    count = 1
    for axis in axes:
        count *= a.shape[axis]
    if count - ddof <= 0:
        warnings.warn(text, RuntimeWarning, stacklevel=user_stacklevel())


@functools.lru_cache(maxsize=1024)
def _compiled_var(axis, keepdims, source, loop, result, has_where, has_mean, root, x64):
    # Deviations are of this dtype, sums of the one that was asked for; with a mean that was given NumPy subtracts
    # in the dtypes as they are.
    wide = canonical(np.result_type(source, has_mean or loop))
    total_dtype = loop if result.kind == "c" or loop.kind != "c" else np.empty(0, loop).real.dtype

    def run(x, where, ddof, given):
        if has_where:
            where = jnp.broadcast_to(where, x.shape)
            count = jnp.sum(where, axis, keepdims=True, dtype=jnp.int32).astype(jnp.zeros((), loop).real.dtype)
        else:
            count = 1
            for a in axis:
                count *= x.shape[a]
            count = jnp.asarray(count, jnp.zeros((), loop).real.dtype)
        zero = jnp.zeros((), loop)
        if has_mean:
            center = given.astype(loop)
        else:
            real = x.real if x.dtype.kind == "c" and loop.kind != "c" else x
            real = real.astype(loop)
            total = jnp.sum(jnp.where(where, real, zero) if has_where else real, axis, keepdims=True, dtype=loop)
            center = (total / count).astype(loop)
        off = x.astype(wide) - center.astype(wide)
        square = off.real**2 + off.imag**2 if jnp.issubdtype(wide, jnp.complexfloating) else off * off
        if has_where:
            square = jnp.where(where, square, jnp.zeros((), square.dtype))
        total = jnp.sum(square, axis, keepdims=keepdims, dtype=total_dtype)
        free = jnp.maximum(count - ddof, 0).astype(total.dtype)
        if has_where and not keepdims:
            free = jnp.squeeze(free, axis)
        out = total / free
        return (jnp.sqrt(out) if root else out).astype(result)

    return compiling.kernel(run)


def _spread(root):
    def call(
        a, axis=None, dtype=None, out=None, ddof=0, keepdims=NO_VALUE, *, where=NO_VALUE, mean=NO_VALUE,
        correction=NO_VALUE,
    ):  # fmt: skip
        if correction is not NO_VALUE:
            if ddof != 0:
                raise ValueError("ddof and correction can't be provided simultaneously.")
            ddof = correction
        a = as_array(a)
        axes = axes_of(axis, a.ndim)
        mask, has_where = _mask(where, a.shape)
        loop, result = _mean_dtypes(a.dtype, dtype, out)
        if result.kind == "c" and dtype is None:
            result = np.empty(0, result).real.dtype
        _warn_empty(a, axes, "Degrees of freedom <= 0 for slice", ddof)
        has_mean = mean is not NO_VALUE and mean is not None
        given = np.float32(0)
        if has_mean:
            given = mean._value() if type(mean) in core.OURS else np.asarray(mean)
        compiled = _compiled_var(
            axes, keepdims is not NO_VALUE and bool(keepdims), a.dtype, canonical(loop), canonical(result), has_where,
            has_mean and given.dtype, root, jax.config.jax_enable_x64,
        )  # fmt: skip
        return write_result(computed(compiled, (a._value(), mask, ddof, given)), out)

    return call


jax_rule(np.var)(_spread(False))
jax_rule(np.std)(_spread(True))


# -- positions of extrema, counts


@functools.lru_cache(maxsize=512)
def _compiled_position(name, axis, keepdims, x64):
    def run(x):
        if x.dtype == bool:
            x = x.astype(jnp.int8)
        if jnp.issubdtype(x.dtype, jnp.complexfloating):
            return _complex_position(name, x, axis, keepdims)
        return getattr(jnp, name)(x, axis=axis, keepdims=keepdims).astype(canonical(np.dtype(np.intp)))

    return compiling.kernel(run)


def _complex_position(name, x, axis, keepdims):
    """By real part, then imaginary part; NaNs first, as NumPy orders them."""
    nan = jnp.isnan(x)
    best = getattr(jnp, name[3:])
    worst = jnp.array(-jnp.inf if name == "argmax" else jnp.inf, x.real.dtype)
    real = jnp.where(nan, -worst, x.real)
    top = real == best(real, axis=axis, keepdims=True)
    imag = jnp.where(top, jnp.where(nan, -worst, x.imag), worst)
    imag = jnp.where(jnp.any(nan, axis=axis, keepdims=True) & ~nan, worst, imag)
    return getattr(jnp, name)(imag, axis=axis, keepdims=keepdims).astype(canonical(np.dtype(np.intp)))


def _position(name, function):
    def call(a, axis=None, out=None, *, keepdims=NO_VALUE):
        a = as_array(a)
        if a.size == 0 or (axis is not None and not isinstance(axis, int)):
            model = np.empty(a.shape, np.int8)
            function(model, axis=axis)  # NumPy's own error for empty input or a bad axis
            axis = axis if axis is None else axis.__index__()
            return write_result(jnp.zeros(function(model, axis=axis, keepdims=keepdims is True).shape, np.intp), out)
        if axis is not None:
            (axis,) = axes_of(axis, a.ndim) or (None,)
        compiled = _compiled_position(
            name, axis, keepdims is not NO_VALUE and bool(keepdims), jax.config.jax_enable_x64
        )
        return write_result(computed(compiled, (a._value(),)), out, exact=True)

    return call


jax_rule(np.argmax)(_position("argmax", np.argmax))
jax_rule(np.argmin)(_position("argmin", np.argmin))


@jax_rule(np.count_nonzero)
def count_nonzero(a, axis=None, *, keepdims=False):
    a = as_array(a)
    return reduce(np.add, ufuncs.call(np.not_equal, (a, 0)), axis, np.intp, None, keepdims)


@jax_rule(np.ptp)
def ptp(a, axis=None, out=None, keepdims=NO_VALUE):
    a = as_array(a)
    keep = keepdims is not NO_VALUE and keepdims
    high = reduce(np.maximum, a, axis, None, None, keep)
    low = reduce(np.minimum, a, axis, None, None, keep)
    return np.subtract(high, low, out=out) if out is not None else np.subtract(high, low)
