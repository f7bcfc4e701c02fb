"""Forms of functions some of whose values are errors, while JAX traces: NumPy's error is checked for at run time.

``jax.numpy`` clamps, fills or drops where NumPy raises.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ...array import core, traced_index
from ...dispatch.registry import register, tables
from ...facts import fact_of
from ...ground.compat import NO_VALUE
from ...storage.buffer import canonical
from ...storage.casts import cast
from . import compositions, moves
from .moves import raw, wrap

OURS = core.OURS
_ = compositions  # its rows are changed here


def check(failed, error: Exception) -> None:
    """Have `error` raised after the run, where `failed` is true anywhere."""
    if traced_index.on_check is not None and failed is not False:
        traced_index.on_check(jnp.any(failed), error)


def form_of(*functions):
    """Make the decorated ``f(**arguments)``, by NumPy's names, the first form of the functions."""

    def decorate(code):
        for function in functions:
            _put_first(function, code)
        return code

    return decorate


def _put_first(function, code) -> None:
    fact, rule = fact_of(function), tables["jax"][function]

    def form(args, kwargs):
        bound = fact.bound(args, kwargs)
        return code(**{k: v for k, v in bound.items() if v is not NO_VALUE})

    form.__wrapped__ = code
    register("jax", function, rule._replace(traced=(form, *(rule.traced or (rule.call,)))))


def values(x):
    """The values of an array argument, which may be a list, for ``jax.numpy``."""
    x = moves.known_or_traced(x)
    return x if hasattr(x, "dtype") else jnp.asarray(x)


# -- positions


def _taken(index, n: int, axis: int, mode: str):
    """Indices along an axis of length `n`, none of which reaches out of it."""
    index = values(index)
    if index.dtype == bool or not jnp.issubdtype(index.dtype, jnp.integer):
        index = index.astype(np.intp)
    if mode == "clip":
        return jnp.clip(index, 0, max(n - 1, 0))
    if mode == "wrap":
        return index % max(n, 1)
    if mode != "raise":
        raise ValueError(mode)
    traced_index.see_that_it_is_inside(None, index, n, axis)
    return jnp.where(index < 0, index + n, index)


@form_of(np.take)
def take(a, indices, axis=None, mode="raise"):
    a = values(a)
    if axis is None:
        a, axis = a.reshape(-1), 0
    axis = axis.__index__() % a.ndim
    index = _taken(indices, a.shape[axis], axis, mode)
    return wrap(jnp.take(a, index, axis, mode="clip"))


@form_of(np.take_along_axis)
def take_along_axis(arr, indices, axis=-1):
    arr = values(arr)
    if axis is None:
        arr, axis = arr.reshape(-1), 0
    axis = axis.__index__() % arr.ndim
    index = _taken(indices, arr.shape[axis], axis, "raise")
    return wrap(jnp.take_along_axis(arr, index, axis, mode="clip"))


@form_of(np.put_along_axis)
def put_along_axis(arr, indices, values, axis):
    old = arr._value()
    flat = old.reshape(-1) if axis is None else old
    axis = 0 if axis is None else axis.__index__() % old.ndim
    index = _taken(indices, flat.shape[axis], axis, "raise")
    new = cast(jnp.asarray(raw(values)), old.dtype)
    arr[...] = core.array_of_device(
        jnp.put_along_axis(flat, index, new, axis, inplace=False, mode="clip").reshape(old.shape)
    )


@form_of(np.put)
def put(a, ind, v, mode="raise"):
    old = a._value()
    index = _taken(ind, old.size, 0, mode).reshape(-1)
    if type(a) is not core.JaxArray and isinstance(a, core.JaxScalar):
        return  # NumPy's scalars take it, and stay what they are
    new = jnp.asarray(raw(v)).reshape(-1)
    if not index.size or not new.size:
        return
    new = jnp.resize(cast(new, old.dtype), index.shape)
    # of several values for one place the last counts, which a scatter does not promise
    last = _last_of_each(index, old.size)
    flat = old.reshape(-1).at[jnp.where(last, index, old.size)].set(new, mode="drop")
    a[...] = core.array_of_device(flat.reshape(old.shape))


def _last_of_each(index, n: int):
    """Which of the positions is the last with its number."""
    places = jnp.arange(index.size)
    latest = jnp.full(n, -1).at[index].max(places)
    return latest[index] == places


@form_of(np.choose)
def choose(a, choices, mode="raise"):
    index = values(a)
    given = [values(c) for c in choices] if isinstance(choices, (list, tuple)) else list(values(choices))
    n = len(given)
    if mode == "raise":
        check((index < 0) | (index >= n), ValueError("invalid entry in choice array"))
        mode = "clip"
    return wrap(jnp.choose(index.astype(np.intp), given, mode=mode))


@form_of(np.unravel_index)
def unravel_index(indices, shape, order="C"):
    index = values(indices)
    if order != "C" or not jnp.issubdtype(index.dtype, jnp.integer):
        raise NotImplementedError("the order F")
    size = int(np.prod(shape, dtype=np.int64))
    error = ValueError(f"index is out of bounds for array with size {size}")
    check((index < 0) | (index >= size), error)
    return wrap(tuple(jnp.unravel_index(index, tuple(np.atleast_1d(shape).tolist()))))


@form_of(np.ravel_multi_index)
def ravel_multi_index(multi_index, dims, mode="raise", order="C"):
    parts = [values(x) for x in (multi_index if isinstance(multi_index, (list, tuple)) else list(values(multi_index)))]
    dims = tuple(np.atleast_1d(dims).tolist())
    if mode == "raise":
        for part, n in zip(parts, dims, strict=True):
            check((part < 0) | (part >= n), ValueError("invalid entry in coordinates array"))
        mode = "clip"
    return wrap(jnp.ravel_multi_index(parts, dims, mode=mode, order=order))


# -- orders


_STABLE = {None, "stable", "mergesort", "quicksort", "heapsort", "introsort"}


def _sorting(kind, stable, order) -> None:
    if order is not None or (kind not in _STABLE):
        raise NotImplementedError("this order")
    del stable  # any order among equals is right where none is asked for; ours is stable


@form_of(np.sort)
def sort(a, axis=-1, kind=None, order=None, *, stable=None):
    _sorting(kind, stable, order)
    a = values(a)
    if jnp.issubdtype(a.dtype, jnp.complexfloating):
        return wrap(jnp.take_along_axis(*_flat(a, axis, lambda x, k: _complex_order(x, k))))
    return wrap(jnp.sort(a, axis=axis))


@form_of(np.argsort)
def argsort(a, axis=-1, kind=None, order=None, *, stable=None):
    _sorting(kind, stable, order)
    a = values(a)
    if jnp.issubdtype(a.dtype, jnp.complexfloating):
        return wrap(_flat(a, axis, lambda x, k: _complex_order(x, k))[1])
    return wrap(jnp.argsort(a, axis=axis, stable=True))


def _flat(a, axis, order):
    """``(array, its order along an axis, that axis)``; an axis of None is that of all elements."""
    if axis is None:
        a, axis = a.reshape(-1), 0
    axis = axis.__index__() % a.ndim
    return a, order(a, axis), axis


def _complex_order(z, axis):
    """By real, then imaginary part; numbers with a NaN come last, in the order of their other part."""
    no_re, no_im = jnp.isnan(z.real), jnp.isnan(z.imag)
    keys = (jnp.where(no_im, 0, z.imag), jnp.where(no_re, 0, z.real), no_re.astype(int) * 2 + no_im)
    return jnp.lexsort(keys, axis=axis)


def _see_places(a, kth, axis) -> None:
    n = np.size(a) if axis is None else np.shape(a)[axis]
    if moves.traced((kth,)):
        at = values(kth)
        check((at < -n) | (at >= n), ValueError(f"kth is out of bounds ({n})"))


@form_of(np.partition)
def partition(a, kth, axis=-1, kind="introselect", order=None):
    _ = kind
    _see_places(a, kth, axis)
    return sort(a, axis, None, order)  # what is sorted is partitioned at every place


@form_of(np.argpartition)
def argpartition(a, kth, axis=-1, kind="introselect", order=None):
    _ = kind
    _see_places(a, kth, axis)
    return argsort(a, axis, None, order)


@form_of(np.searchsorted)
def searchsorted(a, v, side="left", sorter=None):
    a, v = values(a), values(v)
    if sorter is not None:
        a = a[_taken(sorter, a.shape[0], 0, "raise")]
    common = np.result_type(a.dtype, v.dtype)  # a number of Python's is an array of its own here
    return wrap(jnp.searchsorted(cast(a, common), cast(v, common), side=side))


@form_of(np.digitize)
def digitize(x, bins, right=False):
    edges = values(bins)
    if edges.ndim != 1:
        raise ValueError("object too deep for desired array")
    up, down = jnp.all(edges[:-1] <= edges[1:]), jnp.all(edges[:-1] >= edges[1:])
    check(~(up | down), ValueError("bins must be monotonically increasing or decreasing"))
    x = values(x)
    common = np.result_type(x.dtype, edges.dtype)
    x, edges = x.astype(common), edges.astype(common)
    rising = jnp.searchsorted(edges, x, side="left" if right else "right")
    falling = edges.size - jnp.searchsorted(edges[::-1], x, side="left" if right else "right")
    return wrap(jnp.where(up, rising, falling))


@form_of(np.astype)
def astype(x, dtype, copy=True, device=None):
    _ = device
    return x.astype(dtype, copy=copy)


@form_of(np.full_like)
def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None, *, device=None):
    _ = order, subok, device
    like = values(a)
    kind = canonical(np.dtype(like.dtype if dtype is None else dtype))
    return wrap(jnp.broadcast_to(cast(values(fill_value), kind), like.shape if shape is None else shape))


@form_of(np.real)
def real(val):
    return val.real


@form_of(np.imag)
def imag(val):
    return val.imag


# -- statistics


def _limited(function, largest, text) -> None:
    rule = tables["jax"][function]

    def limited(form):
        def call(args, kwargs):
            q = fact_of(function).bound(args, kwargs)["q"]
            if moves.traced((q,)):
                number = q._value() if type(q) in OURS else jnp.asarray(raw(q))
                check(~((number >= 0) & (number <= largest)), ValueError(text))
            return form(args, kwargs)

        return call

    register("jax", function, rule._replace(traced=tuple(map(limited, rule.traced))))


for _function in (np.percentile, np.nanpercentile):
    _limited(_function, 100, "Percentiles must be in the range [0, 100]")
for _function in (np.quantile, np.nanquantile):
    _limited(_function, 1, "Quantiles must be in the range [0, 1]")
