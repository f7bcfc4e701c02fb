"""Where Numba's own implementation was compared with NumPy's, and is the same.

One row per NumPy function, by its object.  Of ufuncs: the characters of the dtypes whose
loops were compared, on the ends of their ranges, zeros of both signs, infinities and NaN
(elementary functions to four units in the last place).  Of other functions: the
parameters, and the kinds of dtypes (booleans, integers, floating, complex), that may be
given.  What stands here in neither way has a form of ours, or is called on the host.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_BOOLEAN, _INTEGER, _REAL, _COMPLEX = "?", "bBhHiIlLqQ", "fd", "FD"
_ALL = _BOOLEAN + _INTEGER + _REAL + _COMPLEX
_NUMBERS = _INTEGER + _REAL + _COMPLEX

UFUNCS: dict[np.ufunc, str] = {
    **dict.fromkeys((np.negative, np.positive, np.subtract, np.square, np.conjugate), _NUMBERS),
    **dict.fromkeys(
        (
            np.absolute, np.add, np.multiply, np.equal, np.not_equal, np.less, np.less_equal, np.greater,
            np.greater_equal, np.logical_and, np.logical_or, np.logical_xor, np.logical_not, np.isnan, np.isinf,
            np.isfinite,
        ),
        _ALL,
    ),
    **dict.fromkeys((np.sqrt, np.log, np.log2, np.log10, np.log1p, np.rint), _REAL + _COMPLEX),
    **dict.fromkeys(
        (
            np.divide, np.power, np.fmod, np.logaddexp, np.logaddexp2, np.exp, np.exp2, np.expm1, np.cbrt, np.sin,
            np.cos, np.tan, np.arcsin, np.arccos, np.arctan, np.arctan2, np.hypot, np.sinh, np.cosh, np.tanh,
            np.arcsinh, np.arccosh, np.arctanh, np.deg2rad, np.radians, np.rad2deg, np.degrees, np.fabs, np.signbit,
            np.copysign, np.nextafter, np.spacing,
        ),
        _REAL,
    ),
    **dict.fromkeys((np.floor, np.ceil, np.trunc), _BOOLEAN + _INTEGER + _REAL),
    **dict.fromkeys((np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert), _BOOLEAN + _INTEGER),
    **dict.fromkeys((np.maximum, np.minimum, np.fmax, np.fmin), _BOOLEAN + _INTEGER + _COMPLEX),
    np.sign: "bhilq",
    np.gcd: _INTEGER,
    np.lcm: "bBhHiI",
}  # fmt: skip


def is_numpys(ufunc: np.ufunc, inputs: str) -> bool:
    """Whether Numba's loop for inputs of such dtypes is NumPy's."""
    known = UFUNCS.get(ufunc, "")
    return all(c in known for c in inputs)


def is_plain(ufunc: np.ufunc) -> bool:
    """Whether Numba's ufunc serves where there are doubles, 64-bit integers, truths and complex numbers only."""
    kinds = UFUNCS.get(ufunc, "")
    return kinds in (_ALL, _NUMBERS)


def _rows(parameters: str, *functions: Callable) -> dict[Callable, frozenset[str]]:
    return dict.fromkeys(functions, frozenset(parameters.split()))


# parameters with which Numba's own function, or where there is one a form of ours, was compared
FUNCTIONS: dict[Callable, frozenset[str]] = {
    **_rows("shape dtype", np.zeros, np.ones, np.empty),
    **_rows("shape fill_value dtype", np.full),
    **_rows("a dtype", np.zeros_like, np.ones_like, np.asarray, np.asanyarray),
    **_rows("prototype dtype", np.empty_like),
    **_rows("object dtype", np.array),
    **_rows("start stop step dtype start_or_stop", np.arange),
    **_rows("start stop num endpoint retstep dtype", np.linspace),
    **_rows("N M k dtype", np.eye),
    **_rows("n dtype", np.identity),
    **_rows("a", np.copy, np.ascontiguousarray, np.nonzero, np.flatnonzero, np.ravel),
    **_rows(
        "a axis keepdims", np.max, np.amax, np.min, np.amin, np.any, np.all, np.count_nonzero, np.argmax, np.argmin
    ),
    **_rows("a axis dtype keepdims", np.sum, np.prod),
    **_rows("a axis keepdims", np.mean, np.nansum, np.nanprod, np.nanmax, np.nanmin),
    **_rows("a axis ddof keepdims", np.var, np.std),
    **_rows("a axis", np.cumsum, np.cumprod),
    **_rows("a a_min a_max min max", np.clip),
    **_rows("a decimals", np.round, np.around),
    **_rows("condition x y", np.where),
    **_rows("arrays axis", np.concatenate, np.stack),
    **_rows("tup", np.vstack, np.hstack, np.dstack, np.column_stack),
    **_rows("A reps", np.tile),
    **_rows("array pad_width mode constant_values", np.pad),
    **_rows("xi indexing", np.meshgrid),
    **_rows("a n axis", np.diff),
    **_rows("f varargs axis", np.gradient),
    **_rows("a shape newshape", np.reshape),
    **_rows("a axis", np.squeeze),
    **_rows("a source destination", np.moveaxis),
    **_rows("a axis1 axis2", np.swapaxes),
    **_rows("m axis", np.flip),
    **_rows("a shift axis", np.roll),
    **_rows("m", np.fliplr, np.flipud),
    **_rows("a axes", np.transpose),
    **_rows("a axis", np.expand_dims),
    **_rows("m k", np.triu, np.tril),
    **_rows("a b", np.dot, np.inner, np.outer, np.vdot),
    **_rows("subscripts operands", np.einsum),
    **_rows("a b axes", np.tensordot),
    **_rows("x ord axis keepdims", np.linalg.norm),
    **_rows("x xp fp", np.interp),
    **_rows("a v side", np.searchsorted),
    **_rows("x", np.fft.fftshift, np.fft.ifftshift),
    **_rows("n d", np.fft.fftfreq, np.fft.rfftfreq),
    **_rows("a1 a2", np.array_equal),
    **_rows("a b rtol atol", np.allclose),
}


def allows(function: Callable, given: set[str]) -> bool:
    """Whether a call with such parameters need not go through the interpreter."""
    known = FUNCTIONS.get(function)
    return known is not None and given <= known
