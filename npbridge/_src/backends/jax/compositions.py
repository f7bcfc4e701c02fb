"""Functions that NumPy itself composes from others.

NumPy's own Python code runs over our arrays: each function it calls is dispatched
again, so the arithmetic happens in JAX kernels and the behaviour in every corner is
NumPy's.  While JAX traces, where such code may ask for values, ``jax.numpy``'s
function of the same name is called instead.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ...array import core
from ...dispatch.registry import Rule, implements, register
from .kernels import KERNELS
from .moves import lowered, traced, twin_of

_linalg = np.linalg

COMPOSED = (
    np.allclose, np.angle, np.apply_along_axis, np.apply_over_axes, np.average, np.corrcoef, np.cov, np.cross,
    np.cumulative_prod, np.cumulative_sum, np.diff, np.ediff1d, np.fix, np.gradient, np.histogram,
    np.histogram2d, np.histogram_bin_edges, np.histogramdd, np.i0, np.iscomplex, np.isclose, np.isneginf,
    np.isposinf, np.isreal, np.geomspace, np.kron, np.linspace, np.logspace, np.median, np.nan_to_num,
    np.nanargmax, np.nanargmin, np.nancumprod, np.nancumsum, np.nanmax, np.nanmean, np.nanmedian, np.nanmin,
    np.nanpercentile, np.nanprod, np.nanquantile, np.nanstd, np.nansum, np.nanvar, np.outer, np.pad,
    np.percentile, np.piecewise, np.poly, np.polyadd, np.polyder, np.polydiv, np.polyfit, np.polyint,
    np.polymul, np.polysub, np.polyval, np.quantile, np.real_if_close, np.roots, np.sinc, np.tensordot,
    np.trapezoid, np.unwrap, _linalg.cond, _linalg.cross, _linalg.matmul, _linalg.matrix_norm,
    _linalg.matrix_power, _linalg.matrix_rank, _linalg.multi_dot, _linalg.norm, _linalg.outer, _linalg.pinv,
    _linalg.svdvals, _linalg.tensordot, _linalg.tensorinv, _linalg.tensorsolve, _linalg.trace, _linalg.vecdot,
    _linalg.vector_norm, np.fft.fft2, np.fft.fftn, np.fft.ifft2, np.fft.ifftn, np.fft.irfft2, np.fft.irfftn,
    np.fft.rfft2, np.fft.rfftn, np.polynomial.polynomial.polygrid2d, np.polynomial.polynomial.polyval2d,
    np.lib.scimath.arccos, np.lib.scimath.arcsin, np.lib.scimath.arctanh, np.lib.scimath.log,
    np.lib.scimath.log10, np.lib.scimath.log2, np.lib.scimath.logn, np.lib.scimath.power, np.lib.scimath.sqrt,
)  # fmt: skip


class Composition:
    """The rule that runs NumPy's implementation over our arrays."""

    def __init__(self, function) -> None:
        self.function = function
        self.twin = twin_of(function)
        self.implementation = None

    def __call__(self, args, kwargs):
        if self.twin is not None and traced(args, kwargs):
            if self.function is np.polyfit:  # JAX takes no integers there
                args = (*[np.add(x, 0.0) for x in args[:2]], *args[2:])
            return lowered(self.function, self.twin, args, kwargs)
        implementation = self.implementation
        if implementation is None:
            from ...face.rebind import rebind

            implementation = self.implementation = rebind(self.function.__wrapped__)
        return ours(implementation(*args, **kwargs))


def ours(result):
    """ndarrays that NumPy's code made of constants alone, as our arrays."""
    kind = type(result)
    if kind is np.ndarray and result.dtype.char in core.STORED_KINDS:
        return core.from_object(result, copy=True)
    if isinstance(result, np.generic) and result.dtype.char in core.STORED_KINDS and kind not in core.OURS:
        return core.of_number(result)
    if kind is tuple or kind is list:
        return kind([ours(x) for x in result])
    if isinstance(result, tuple) and hasattr(result, "_fields"):
        return kind(*[ours(x) for x in result])
    return result


class Roots(Composition):
    """``np.roots``: real where every root is, as NumPy's eigenvalues are."""

    def __call__(self, args, kwargs):
        result = super().__call__(args, kwargs)
        if not traced(args, kwargs) and result.dtype.kind == "c" and not np.any(result.imag):
            return result.real.copy()
        return result


class Counts(Composition):
    """``np.histogram``: while JAX traces, counts are integers too, unless they are weighted."""

    def __call__(self, args, kwargs):
        counts, edges = super().__call__(args, kwargs)
        named = dict(zip(("a", "bins", "range", "density", "weights"), args, strict=False)) | kwargs
        if traced(args, kwargs) and not named.get("density") and named.get("weights") is None:
            counts = counts.astype(np.intp)
        return counts, edges


for _function in COMPOSED:
    register("jax", _function, Rule(Composition(_function), "native", "NumPy's composition of JAX kernels"))


register("jax", np.histogram, Rule(Counts(np.histogram), "native", "NumPy's composition of JAX kernels"))
register("jax", np.roots, Rule(Roots(np.roots), "native", "NumPy's composition of JAX kernels"))


# -- clip: a ufunc that NumPy does not export

_clip_ufunc = np._core.umath.clip


def _clip_kernel(x, low, high):
    from .kernels import maximum, minimum

    return minimum(maximum(x, low), high)


KERNELS[_clip_ufunc] = _clip_kernel
_NoValue = np._NoValue


@implements(np.ndarray.clip, backend="jax")
def clip_method(a, min=None, max=None, out=None, **kwargs):
    return clip(a, min, max, out, **kwargs)


@implements(np.clip, backend="jax")
def clip(a, a_min=_NoValue, a_max=_NoValue, out=None, *, min=_NoValue, max=_NoValue, **kwargs):
    if a_min is _NoValue and a_max is _NoValue:
        a_min = None if min is _NoValue else min
        a_max = None if max is _NoValue else max
    elif a_min is _NoValue or a_max is _NoValue:
        missing = "a_min" if a_min is _NoValue else "a_max"
        raise TypeError(f"clip() missing 1 required positional argument: '{missing}'")
    elif min is not _NoValue or max is not _NoValue:
        raise ValueError("Passing `min` or `max` keyword argument when `a_min` and `a_max` are provided is forbidden.")
    a = a if isinstance(a, core.JaxArray) else core.from_object(a, copy=False)
    if a.dtype.kind in "iu":
        # Python integers that the dtype cannot hold are no limits
        info = np.iinfo(a.dtype)
        a_min = None if type(a_min) is int and a_min <= info.min else a_min
        a_max = None if type(a_max) is int and a_max >= info.max else a_max
    if a_min is None and a_max is None:
        return np.positive(a, out=out, **kwargs)
    if a_min is None:
        return np.minimum(a, a_max, out=out, **kwargs)
    if a_max is None:
        return np.maximum(a, a_min, out=out, **kwargs)
    return _clip_ufunc(a, a_min, a_max, out=out, **kwargs)


@implements(np.trace, backend="jax", how="diagonal, then sum")
def trace(a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    a = a if isinstance(a, core.JaxArray) else core.from_object(a, copy=False)
    if dtype is None and a.dtype.kind == "b":
        dtype = np.intp
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1, dtype=dtype, out=out)


_ = jnp
