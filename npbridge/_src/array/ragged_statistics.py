"""More of NumPy's functions on arrays of a length known only at run time: statistics, order, elementwise ones."""

from __future__ import annotations

import functools

import jax.numpy as jnp
import numpy as np

from ..ground.compat import NO_VALUE
from ..ground.errors import UnsupportedError
from ..storage.buffer import canonical
from . import core
from .ragged import FUNCTIONS, REFUSED, Chosen, Extent, Ragged, of
from .ragged_functions import _extreme_of, see_that_it_is_not_empty
from .ragged_operands import aligned, method
from .ragged_parts import packed


def _given(kwargs) -> dict:
    return {k: v for k, v in kwargs.items() if v is not NO_VALUE and v is not None}


def _refuse(function, why=""):
    raise UnsupportedError(REFUSED.format(what=f"numpy.{function.__name__}{why}"))


# -- elementwise functions that are no ufuncs


def _elementwise(function):
    def call(*arrays, **kwargs):
        out = kwargs.pop("out", None)
        values, extents = aligned(arrays)
        result = of(function(*values, **kwargs), extents)
        if out is not None:
            out[...] = result
            return out
        return result

    return call


def _like(function):
    def call(a, *args, **kwargs):
        return Ragged(function(a.data, *args, **kwargs), a.extents)

    return call


# -- statistics


def _var(a, axis=None, dtype=None, out=None, ddof=0, **kwargs):
    if out is not None or _given(kwargs):
        _refuse(np.var, " with these arguments")
    a = a.astype(dtype) if dtype is not None else a
    axes = tuple(range(a.ndim)) if axis is None else tuple(int(x) % a.ndim for x in np.atleast_1d(axis))
    count, mean = 1, FUNCTIONS[np.mean](a, axes)
    if isinstance(mean, Ragged):
        _refuse(np.var, " over axes of fixed length alone")
    for x in axes:
        count = a.shape[x] * count
    off = a - np.expand_dims(mean, axes) if len(axes) < a.ndim else a - mean
    return FUNCTIONS[np.sum](np.square(np.abs(off)), axes) / (count - ddof)


def _std(a, *args, **kwargs):
    return np.sqrt(_var(a, *args, **kwargs))


def _ptp(a, axis=None, **kwargs):
    return FUNCTIONS[np.max](a, axis) - FUNCTIONS[np.min](a, axis)


def _average(a, axis=None, weights=None, **kwargs):
    if weights is None:
        return FUNCTIONS[np.mean](a, axis)
    return FUNCTIONS[np.sum](a * weights, axis) / FUNCTIONS[np.sum](weights + a * 0, axis)


def _without_nan(function):
    def call(a, *args, **kwargs):
        mask = a.mask() & ~jnp.isnan(jnp.asarray(a.data._value()))
        if a.ndim != 1:
            _refuse(function, " of several axes")
        chosen = Ragged(a.data, (Chosen(mask),))
        if function not in (np.max, np.min) or a.dtype.kind not in "fc":
            return FUNCTIONS[function](chosen, *args, **kwargs)
        if args or kwargs:
            _refuse(function, " without NaN, with these arguments")
        name = "fmax" if function is np.max else "fmin"
        see_that_it_is_not_empty(a, None, f"zero-size array to reduction operation {name} which has no identity")
        result = function(chosen.filled(_extreme_of(a.dtype, function is np.min)))
        return np.where(mask.any(), result, a.dtype.type(np.nan))[()]

    return call


# -- order: along the one axis, what counts comes first


def _only_axis(a, axis, function) -> None:
    if a.ndim != 1 or axis not in (None, 0, -1):
        _refuse(function, " of several axes")


def _ascending(a):
    """The values in order, those that do not count last, NaN before them."""
    values = jnp.asarray(a.data._value())
    keys = (~a.mask()).astype(jnp.int8)
    order = jnp.lexsort((values, keys))
    return core.array_of_device(values[order])


def _sort(a, axis=-1, **kwargs):
    _only_axis(a, axis, np.sort)
    return Ragged(_ascending(a), (Extent(0, a.size),))


def _sort_in_place(self, axis=-1, **kwargs):
    self[...] = np.sort(self, axis=axis, **kwargs)


def _fill(self, value):
    self[...] = value


def _flatnonzero(a):
    """The numbers of the items that are not zero."""
    if a.ndim != 1:
        _refuse(np.flatnonzero, " of several axes")
    (e,), n = a.extents, a.data.shape[0]
    numbers = core.array_of_device(e.ranks(n).astype(canonical(np.dtype(np.intp))))
    return Ragged(numbers, (Chosen(e.mask(n) & (jnp.asarray(a.data._value()) != 0)),))


def _argsort(a, axis=-1, **kwargs):
    _only_axis(a, axis, np.argsort)
    if type(a.extents[0]) is not Extent:
        a = packed(a)
    order = jnp.lexsort((jnp.asarray(a.data._value()), (~a.mask()).astype(jnp.int8)))
    start = a.extents[0].start
    places = order - (start._value() if type(start) in core.OURS else start)
    return Ragged(core.array_of_device(places), (Extent(0, a.size),))


def _median(a, axis=None, out=None, **kwargs):
    _only_axis(a, axis, np.median)
    if out is not None:
        _refuse(np.median, " with `out`")
    if a.dtype.kind in "biu":
        a = a.astype(float)
    ordered = _ascending(a)
    count = a.size
    places = [np.maximum(k, 0) for k in (count - 1, (count - 1) // 2, count // 2)]
    places[2] = np.minimum(places[2], ordered.shape[0] - 1)
    last, low, high = (ordered[k] for k in places)
    middle = np.where(np.isnan(last), last, (low + high) / 2)
    return np.where(count > 0, middle, ordered.dtype.type(np.nan))[()]


def _searchsorted(a, v, side="left", sorter=None):
    if sorter is not None or not isinstance(a, Ragged) or isinstance(v, Ragged):
        _refuse(np.searchsorted, " with these arguments")
    _only_axis(a, None, np.searchsorted)
    full = a.filled(_extreme_of(a.dtype, True))
    v = np.asanyarray(v) if not isinstance(v, core.JaxArray) else v
    before = (full < v[..., None]) if side == "left" else (full <= v[..., None])
    counts = jnp.sum(before._value() & a.mask(), axis=-1)
    return core.of_device(counts)


# -- parts


def _flip(m, axis=None):
    if m.ndim != 1:
        _refuse(np.flip, " of several axes")
    return reversed_(m)


def reversed_(a):
    """``a[::-1]`` of one axis."""
    n = a.data.shape[0]
    e = a.extents[0]
    if type(e) is Chosen:
        return Ragged(a.data[::-1], (Chosen(e.chosen[::-1]),))
    return Ragged(a.data[::-1], (Extent(n - e.stop, n - e.start),))


def _diff(a, n=1, axis=-1, **kwargs):
    if n != 1 or _given(kwargs) or a.ndim != 1 or type(a.extents[0]) is not Extent:
        _refuse(np.diff, " with these arguments")
    e = a.extents[0]
    following = np.roll(a.data, -1)
    step = following != a.data if a.dtype.kind == "b" else following - a.data
    return Ragged(step, (Extent(e.start, np.maximum(e.stop - 1, e.start)),))


# -- comparison of the whole


def _all_equal(compare):
    def call(a, b, *args, **kwargs):
        values, extents = aligned((a, b))
        return np.all(of(compare(*values, *args, **kwargs), extents))

    return call


FUNCTIONS.update(
    {
        np.clip: _elementwise(np.clip),
        **{f: _like(f) for f in (np.round, np.around, np.real, np.imag, np.nan_to_num, np.angle, np.sinc, np.fix)},
        **{f: _like(f) for f in (np.zeros_like, np.ones_like, np.empty_like, np.full_like)},
        np.isclose: _elementwise(np.isclose),
        np.var: _var,
        np.std: _std,
        np.ptp: _ptp,
        np.average: _average,
        np.nansum: _without_nan(np.sum),
        np.nanprod: _without_nan(np.prod),
        np.nanmean: _without_nan(np.mean),
        np.nanmax: _without_nan(np.max),
        np.nanmin: _without_nan(np.min),
        np.sort: _sort,
        np.flatnonzero: _flatnonzero,
        np.nonzero: lambda a: (_flatnonzero(a),),
        np.argwhere: lambda a: np.expand_dims(_flatnonzero(a), 1),
        np.argsort: _argsort,
        np.median: _median,
        np.searchsorted: _searchsorted,
        np.flip: _flip,
        np.diff: _diff,
        np.allclose: _all_equal(np.isclose),
        np.array_equal: _all_equal(np.equal),
    }
)


for _name, _function in {
    "var": np.var, "std": np.std, "ptp": np.ptp, "clip": np.clip, "round": np.round, "argsort": np.argsort,
    "searchsorted": np.searchsorted,
}.items():  # fmt: skip
    setattr(Ragged, _name, method(_name, _function))

Ragged.sort = _sort_in_place  # type: ignore[attr-defined]
Ragged.fill = _fill  # type: ignore[attr-defined]
Ragged.nonzero = lambda self: (_flatnonzero(self),)  # type: ignore[attr-defined]
Ragged.real = property(functools.partial(_like(np.real)))  # type: ignore[attr-defined]
Ragged.imag = property(functools.partial(_like(np.imag)))  # type: ignore[attr-defined]
