"""``numpy.fft`` and the signal functions on JAX."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np

from ...array import core, traced_index, traced_number
from ...array.ragged import Extent, Ragged
from ...dispatch.registry import Rule, implements, register, tables
from ...ground.errors import UnsupportedError
from ...storage.buffer import Tracer, canonical
from .by_name import ByName, Policy
from .ufunc_results import as_ordered, write_into

REAL_INPUT = {np.fft.rfft, np.fft.rfft2, np.fft.rfftn, np.fft.ihfft}
HERMITIAN = {np.fft.irfft, np.fft.irfft2, np.fft.irfftn, np.fft.hfft}


class Transform(ByName):
    """A Fourier transform; single precision stays single, all else is double."""

    def target(self, dtypes):
        (dtype,) = dtypes
        if self.function in REAL_INPUT and dtype.kind == "c":
            raise TypeError(f"ufunc '{self.function.__name__}' did not contain a loop for complex input")
        single = dtype in (np.float32, np.float16, np.complex64)
        complex_input = dtype.kind == "c" or self.function in HERMITIAN or "rfft" not in self.function.__name__
        kind = np.complex64 if complex_input else np.float32
        if self.function is np.fft.ihfft:
            kind = np.float32
        return canonical(np.result_type(kind, np.float32 if single else np.float64))


def _add(function):
    register("jax", function, Rule(Transform(function, Policy()), "native", "jax.numpy.fft", writes_out=True))


for _name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
    _add(getattr(np.fft, _name))


# -- signals


def _convolution(function, twin):
    policy = Policy(arrays=("a", "v"), twin=twin, check=_check_mode)
    register("jax", function, Rule(ByName(function, policy), "native", "jax.numpy", writes_out=True))


_MODES = {0: "valid", 1: "same", 2: "full"}


def _check_mode(bound) -> None:
    if "mode" in bound:
        np.convolve([1.0], [1.0], mode=bound["mode"])  # NumPy's error for a mode that is none


def _convolve(a, v, mode="full"):
    if a.ndim > 1 or v.ndim > 1:
        raise ValueError("convolve takes one-dimensional arrays")
    mode = _MODES.get(mode, mode)
    a, v = jnp.atleast_1d(a), jnp.atleast_1d(v)
    if jnp.issubdtype(a.dtype, jnp.inexact):
        return jnp.convolve(a, v, mode, precision=jax.lax.Precision.HIGHEST)
    return _convolve_exactly(a, v, mode)


def _correlate(a, v, mode="valid"):
    if a.ndim > 1 or v.ndim > 1:
        raise ValueError("correlate takes one-dimensional arrays")
    mode = _MODES.get(mode, mode)
    a, v = jnp.atleast_1d(a), jnp.atleast_1d(v)
    if len(a) < len(v):  # NumPy exchanges them and turns the result round
        return jnp.conj(_correlate(v, a, mode))[::-1]
    if jnp.issubdtype(a.dtype, jnp.inexact):
        return jnp.correlate(a, v, mode, precision=jax.lax.Precision.HIGHEST)
    return _convolve_exactly(a, v[::-1], mode)


def _convolve_exactly(a, v, mode):
    """Convolution of integers and booleans, which ``jnp.convolve`` does in floats."""
    if len(v) > len(a):
        a, v = v, a
    if len(v) == 0:
        raise ValueError("v cannot be empty")
    dtype = jnp.int32 if a.dtype == bool else a.dtype
    n, m = len(a), len(v)
    a, taps = a.astype(dtype), v.astype(dtype)

    def add_tap(i, out):
        part = jax.lax.dynamic_slice(out, (i,), (n,)) + a * taps[i]
        return jax.lax.dynamic_update_slice(out, part, (i,))

    full = jax.lax.fori_loop(0, m, add_tap, jnp.zeros(n + m - 1, dtype))
    start, length = {"full": (0, n + m - 1), "same": ((m - 1) // 2, n), "valid": (m - 1, n - m + 1)}[mode]
    full = full[start : start + length]
    return full != 0 if v.dtype == bool else full


_convolution(np.convolve, _convolve)
_convolution(np.correlate, _correlate)


@functools.partial(jax.jit, static_argnums=(5,))
def _interp(x, xp, fp, left, right, dtype):
    x, xp = x.astype(xp.dtype), xp
    fp = fp.astype(dtype)
    n = xp.shape[0]
    at = jnp.searchsorted(xp, x, side="right") - 1
    j = jnp.clip(at, 0, max(n - 2, 0))
    k = jnp.minimum(j + 1, n - 1)
    slope = (fp[k] - fp[j]) / (xp[k] - xp[j])
    low = slope * (x - xp[j]) + fp[j]
    # NumPy tries the other end of the interval before it gives up on NaN
    high = slope * (x - xp[k]) + fp[k]
    value = jnp.where(jnp.isnan(low), high, low)
    value = jnp.where(jnp.isnan(value) & (fp[j] == fp[k]), fp[j], value)
    value = jnp.where(x == xp[j], fp[j], value)
    value = jnp.where(at >= n - 1, fp[n - 1], value)
    value = jnp.where(x < xp[0], left, value)
    value = jnp.where(x > xp[n - 1], right, value)
    return jnp.where(jnp.isnan(x), jnp.asarray(jnp.nan, dtype), value).astype(dtype)


@implements(np.interp, backend="jax")
def interp(x, xp, fp, left=None, right=None, period=None):
    x, xp, fp = (a if isinstance(a, core.JaxArray) else core.from_object(a, copy=False) for a in (x, xp, fp))
    dtype = canonical(np.dtype(np.complex128 if fp.dtype.kind == "c" else np.float64))
    real = canonical(np.dtype(np.float64))
    if xp.ndim != 1 or fp.ndim != 1 or xp.size == 0 or xp.size != fp.size or period == 0:
        np.interp(np.zeros(1), np.zeros(xp.shape), np.zeros(fp.shape), period=period)  # NumPy's own error
    xp, fp = xp.astype(real), fp.astype(dtype)
    if period is not None:
        x, xp, fp = _periodic(x.astype(real), xp, fp, abs(period))
        left = right = None
    values = fp._value()
    left = values[0] if left is None else np.asarray(core.host_values(left), dtype)
    right = values[-1] if right is None else np.asarray(core.host_values(right), dtype)
    at, knots = x._value(), xp._value()
    if dtype.kind != "c":
        return core.of_device(_interp(at, knots, values, left, right, dtype.name))
    parts = []
    for part in ("real", "imag"):
        curve = (getattr(jnp.asarray(v), part) for v in (values, left, right))
        parts.append(_interp(at, knots, *curve, real.name))
    return core.of_device(jax.lax.complex(*parts))


def _periodic(x, xp, fp, period):
    x, xp = x % period, xp % period
    order = np.argsort(xp)
    xp, fp = xp[order], fp[order]
    xp = np.concatenate((xp[-1:] - period, xp, xp[0:1] + period))
    return x, xp, np.concatenate((fp[-1:], fp, fp[0:1]))


# -- rounding and limits


@functools.partial(jax.jit, static_argnums=1)
def _round(x, decimals):
    if jnp.issubdtype(x.dtype, jnp.complexfloating):
        return jax.lax.complex(_round(x.real, decimals), _round(x.imag, decimals))
    if jnp.issubdtype(x.dtype, jnp.integer):
        scale = 10**-decimals
        return (jnp.rint(x / scale) * scale).astype(x.dtype)
    if decimals == 0:
        return jnp.rint(x)
    wide = x.astype(jnp.float32) if x.dtype == jnp.float16 else x
    scale = jax.lax.optimization_barrier(jnp.full(x.shape, 10.0 ** abs(decimals), wide.dtype))
    out = jnp.rint(wide * scale) / scale if decimals > 0 else jnp.rint(wide / scale) * scale
    return out.astype(x.dtype)


@implements(np.round, np.around, backend="jax")
def round_(a, decimals=0, out=None):
    decimals = decimals.__index__()
    if not isinstance(a, core.JaxArray):
        a = core.from_object(a, copy=False)
    value = a._value()
    if value.dtype == bool:
        value = value.astype(np.float16)
        result = _round(value, decimals)
    elif value.dtype.kind in "iu" and decimals >= 0:
        result = jnp.asarray(value)
    else:
        result = _round(value, decimals)
    if out is None:
        if a.ndim and a._layout is not None and not a._layout.flags.c_contiguous and not isinstance(result, Tracer):
            return as_ordered(result, (a,))
        return core.of_device(result)
    write_into(out, result)
    return out


_ROOM = 32  # so many more bins than numbers there may be, where nobody says how many


@implements(np.bincount, backend="jax")
def bincount(x, /, weights=None, minlength=0):
    if type(x) in core.OURS and x._buffer.traced:
        return _traced_counts(x, weights, minlength)
    index = np.asarray(core.host_values(x))
    counts = np.bincount(index, minlength=minlength.__index__())
    if weights is None:
        return core.from_object(counts, copy=True)
    weights = weights if isinstance(weights, core.JaxArray) else core.from_object(weights, copy=False)
    if weights.shape != index.shape or weights.dtype.kind == "c":
        np.bincount(index, np.asarray(weights))  # NumPy's own error
    dtype = canonical(np.dtype(np.float64))
    return core.array_of_device(_weigh(index, weights._value(), len(counts), dtype.name))


def _traced_counts(x, weights, minlength):
    """Counts of numbers known only at run time: `minlength` of them, or some, and a check that these suffice."""
    least = minlength.__index__()
    if x.dtype.kind not in "biu" or x.ndim != 1:
        np.bincount(np.zeros(x.shape, x.dtype))  # NumPy's own error
    index = x._value().astype(canonical(np.dtype(np.intp)))
    length = least or _ROOM + x.size
    if traced_index.on_check is not None:
        traced_index.on_check(jnp.any(index < 0), ValueError("'list' argument must have no negative elements"))
        traced_index.on_check(jnp.any(index >= length), UnsupportedError(
            f"numpy.bincount: a number is not below `minlength` ({length} where none is given), so that the result "
            "would be longer, and compiled JAX code has no room for it. Give a larger `minlength`, or run the function "
            "on the 'numpy' backend."
        ))  # fmt: skip
    counts = _counts(x, index, weights, length)
    if least:
        return counts
    number = jnp.max(index, initial=-1) + 1
    return Ragged(counts, (Extent(0, traced_number.of_value(number, int)),))


def _counts(x, index, weights, length):
    if weights is None:
        dtype = canonical(np.dtype(np.intp))
        return core.array_of_device(jnp.zeros(length, dtype).at[index].add(1))
    weights = weights if isinstance(weights, core.JaxArray) else core.from_object(weights, copy=False)
    if weights.shape != x.shape or weights.dtype.kind == "c":
        np.bincount(np.zeros(x.shape, int), np.zeros(weights.shape, weights.dtype))  # NumPy's own error
    return core.array_of_device(_weigh(index, weights._value(), length, canonical(np.dtype(np.float64)).name))


@functools.partial(jax.jit, static_argnums=(2, 3))
def _weigh(index, weights, length, dtype):
    return jnp.zeros(length, dtype).at[index].add(weights.astype(dtype))


# it is as long as the caller says; numbers that would make it longer are found at run time
register("jax", np.bincount, tables["jax"][np.bincount]._replace(settles=True))
