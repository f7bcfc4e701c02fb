"""How far results may be from NumPy's, function by function.

In units in the last place of the largest value of the result (for ufuncs and
functions that are elementwise: of the largest value too).  A function that is not
listed is exact, or correctly rounded: the arithmetic of IEEE 754 on real numbers,
comparisons, integers, bits, and whatever only moves values.  The tests compare with
these numbers, and the support table shows them.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

# Of elementwise functions on float32 and float64.
ELEMENTWISE = {
    **dict.fromkeys((np.sin, np.cos, np.tan, np.exp, np.exp2, np.log, np.log2, np.log10), 4),
    **dict.fromkeys((np.arcsin, np.arccos, np.arctan), 4),
    **dict.fromkeys((np.arcsinh, np.arccosh, np.arctanh, np.expm1, np.log1p, np.sinh, np.cosh, np.tanh, np.cbrt), 16),
    **dict.fromkeys((np.arctan2, np.hypot, np.power, np.float_power, np.logaddexp, np.logaddexp2), 8),
    **dict.fromkeys((np.deg2rad, np.rad2deg, np.degrees, np.radians, np.sqrt, np.absolute, np.reciprocal), 2),
    **dict.fromkeys((np.square, np.divide, np.multiply, np.floor_divide, np.remainder, np.divmod, np.fmod, np.sign), 2),
    **dict.fromkeys((np.matmul, np.vecdot, np.matvec, np.vecmat), 16),
}
# Complex functions of NumPy and XLA differ by more in the smaller part.
COMPLEX = 64
COMPLEX_ARITHMETIC = 4
# float16, and the small integers that NumPy computes in float16
HALF_FACTOR = 4


def _public(module: str) -> list[Any]:
    found = importlib.import_module(module)
    return [getattr(found, name) for name in dir(found) if not name.startswith("_")]


def _functions(module: str, ulps: int) -> dict[Any, int]:
    return {f: ulps for f in _public(module) if callable(f) and getattr(f, "__module__", "") == module}


# Of functions over whole arrays: sums in another order, decompositions by other routines.
OVER_ARRAYS = {
    **_functions("numpy.linalg", 2048),
    **_functions("numpy.fft", 32),
    **_functions("numpy.lib.scimath", 16),
    **dict.fromkeys((np.fft.fftshift, np.fft.ifftshift), 0),
    **dict.fromkeys((np.linalg.diagonal, np.linalg.outer, np.linalg.matrix_transpose), 0),
    **dict.fromkeys((np.sum, np.prod, np.mean, np.cumsum, np.cumprod, np.cumulative_sum, np.cumulative_prod), 8),
    **dict.fromkeys((np.std, np.var, np.nanstd, np.nanvar, np.nansum, np.nanprod, np.nanmean, np.average), 32),
    **dict.fromkeys((np.nancumsum, np.nancumprod, np.trace, np.linalg.trace, np.trapezoid, np.unwrap, np.ediff1d), 8),
    **dict.fromkeys((np.median, np.nanmedian, np.quantile, np.percentile, np.nanquantile, np.nanpercentile), 16),
    **dict.fromkeys((np.cov, np.corrcoef, np.interp, np.gradient, np.convolve, np.correlate, np.histogram), 32),
    **dict.fromkeys((np.histogramdd, np.histogram2d, np.histogram_bin_edges, np.bincount), 32),
    **dict.fromkeys((np.dot, np.vdot, np.inner, np.einsum, np.tensordot, np.kron, np.cross, np.linalg.cross), 64),
    **dict.fromkeys((np.linalg.matmul, np.linalg.tensordot, np.linalg.vecdot, np.linalg.multi_dot), 32),
    **dict.fromkeys((np.vander, np.polyval, np.polymul, np.polydiv, np.polyint, np.polyder, np.poly, np.roots), 64),
    **dict.fromkeys((np.linspace, np.logspace, np.geomspace), 32),
    **dict.fromkeys((np.polyfit, np.polynomial.polynomial.polyval2d, np.polynomial.polynomial.polygrid2d), 4096),
    **dict.fromkeys((np.sinc, np.i0, np.angle, np.round, np.around, np.pad), 4),
}
# Of `reduce`, `accumulate`, `reduceat` and `outer`.
UFUNC_METHODS = {
    np.add: 4,
    np.multiply: 4,
    np.hypot: 8,
    np.arctan2: 8,
    np.logaddexp: 16,
    np.power: 32,
    np.divide: 8,
}


def of_ufunc(ufunc: Any, *dtypes: str) -> int:
    """The tolerance of a ufunc on operands of these dtypes."""
    ulps = ELEMENTWISE.get(ufunc, 0)
    if any(np.dtype(d).kind == "c" for d in dtypes):
        return max(ulps, COMPLEX if ulps else COMPLEX_ARITHMETIC)
    return ulps * (HALF_FACTOR if {"f2", "i1", "u1", "b1"} & set(dtypes) else 1)


def of_function(function: Any) -> int:
    """The tolerance of a function that is no ufunc."""
    return OVER_ARRAYS.get(function, 0)


def stated(function: Any) -> int:
    """What the support table shows: the tolerance on real single and double precision."""
    return ELEMENTWISE.get(function) or OVER_ARRAYS.get(function, 0)
