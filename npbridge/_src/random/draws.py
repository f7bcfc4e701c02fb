"""The methods of generators on ``'jax'``: each is ``method(self, real, *arguments)``.

`self` holds a stream, `real` is NumPy's class, whose checks apply.
"""

from __future__ import annotations

from collections.abc import MutableSequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from ..array import core
from ..array.core import OURS
from ..storage.buffer import canonical
from . import continuous, discrete, integers
from .arguments import (
    asked,
    check,
    counts,
    float_dtype,
    is_traced,
    known,
    parameters,
    shape_of,
    sized,
)
from .rows import ROWS, Parameter

_FLOAT = np.dtype(np.float64)
_LEGACY = np.random.RandomState
_COUNT = Parameter("n", ..., None, "", count=True)


def wrapped(value, size=()):
    """A sample as our array; a single number where no `size` was asked for."""
    return core.of_device(value) if size is None else core.array_of_device(value)


def distribution(self, real, name, given, size):
    """A row of the table."""
    row = ROWS[name]
    values = parameters(real, name, row, given)
    if name == "uniform":
        _check_range(real, *values)
    shape = shape_of(size, *values)
    return wrapped(self._stream.draw(row.sampler, (shape, canonical(_FLOAT)), *values), size)


def _check_range(real, low, high) -> None:
    if real is not _LEGACY:
        check(high - low < 0, "high - low < 0")


def typed(self, real, name, given, size, dtype, out):
    """A row whose sample has a type and a place to be put."""
    row = ROWS[name]
    dtype = float_dtype(dtype, name)
    values = parameters(real, name, row, given)
    if out is None:
        return wrapped(self._stream.draw(row.sampler, (shape_of(size, *values), dtype), *values), size)
    found = canonical(out.dtype)
    if found != dtype:
        raise TypeError(f"Supplied output array has the wrong type. Expected {dtype}, got {found}")
    if size is not None and sized(size) != out.shape:
        raise ValueError("size must match out.shape when used together")
    shape = shape_of(out.shape, *values)
    return _put(out, self._stream.draw(row.sampler, (shape, dtype), *values))


def _put(out, value):
    """Write a sample into an array of ours or of NumPy's."""
    if type(out) is np.ndarray:
        out[...] = np.asarray(known(value, "what is written into an ndarray"))
    else:
        out[...] = core.array_of_device(value)
    return out


# -- integers


def between(self, real, low, high, size, dtype, endpoint: bool):
    """``randint`` and ``integers``."""
    dtype = np.dtype(dtype)
    if dtype.kind not in "iub" or dtype.char in "?" and dtype != np.bool_:
        asked(real, "randint" if real is _LEGACY else "integers", 2, dtype=dtype)
    if high is None:
        low, high = 0, low
    traced = is_traced(low) or is_traced(high)
    if not traced:
        _ask_range(real, low, high, dtype, endpoint)
    target = canonical(dtype)
    first, last = _bound(low, 0, target, "low"), _bound(high, 0 if endpoint else 1, target, "high")
    if traced:
        check(first > last, "low > high" if endpoint else "low >= high")
    shape = shape_of(size, first, last)
    return wrapped(self._stream.draw(integers.integers, (shape, target), first, last), size)


def _ask_range(real, low, high, dtype, endpoint) -> None:
    low, high = core.host_values(low), core.host_values(high)
    if np.size(low) and np.size(high):
        options: Any = {"endpoint": endpoint} if real is not _LEGACY else {}
        asked(real, "randint" if real is _LEGACY else "integers", low, high, dtype=dtype, **options)


def _bound(x, less: int, dtype, name: str):
    """An end of a range, included, in the type of the result."""
    if is_traced(x):
        value = x._value() if type(x) in OURS else jnp.asarray(x)
        return (value - less if value.dtype != np.bool_ else value).astype(dtype)
    values = np.asarray(core.host_values(x))
    if values.dtype.kind == "f":
        values = values.astype(np.int64)
    if values.dtype == object or values.dtype.kind == "u" and less:
        values = np.array([int(v) - less for v in values.ravel()], object).reshape(values.shape)
    elif less:
        values = values.astype(np.int64) - less
    if dtype == np.bool_:
        return values.astype(bool)
    info = np.iinfo(dtype)
    if values.size and (values.max() > info.max or values.min() < info.min):
        raise ValueError(f"{name} is out of bounds for {dtype}: 64-bit integers need npbridge.enable_x64()")
    return values.astype(dtype)


def tomaxint(self, real, size):
    dtype = discrete.count_dtype()
    return between(self, real, 0, np.iinfo(dtype).max, size, dtype, False)


def raw_bytes(self, real, length):
    known(self._stream.key, "what bytes() gives")
    value = self._stream.draw(integers.integers, ((int(length),), np.dtype(np.uint8)), np.uint8(0), np.uint8(255))
    return np.asarray(value).tobytes()


# -- order


def _order(self, n: int):
    return self._stream.draw(_ordered, (n,))


def _ordered(key, n):
    return integers.order(key, n)


def _taken(key, axis, x):
    return jnp.take(x, integers.order(key, x.shape[axis]), axis=axis)


def _mixed(key, axis, x):
    return jnp.take_along_axis(x, integers.orders(key, x.shape, axis), axis=axis)


def shuffle(self, real, x, axis):
    """In place: arrays of ours, of NumPy, and lists."""
    if type(x) in OURS and x.ndim:
        x[...] = core.array_of_device(self._stream.draw(_taken, (_axis(axis, x.ndim),), x._value()))
    elif type(x) is np.ndarray and x.ndim:
        axis = _axis(axis, x.ndim)
        x[...] = np.take(x, _host(_order(self, x.shape[axis])), axis=axis)
    elif isinstance(x, MutableSequence) and axis == 0:
        x[:] = [x[i] for i in _host(_order(self, len(x)))]
    else:
        asked(real, "shuffle", x, *(() if axis == 0 else (axis,)))


def _host(order):
    return np.asarray(known(order, "the order of a list or an ndarray that is shuffled"))


def _axis(axis, ndim: int) -> int:
    return np.lib.array_utils.normalize_axis_index(int(axis), ndim)


def permutation(self, real, x, axis):
    if _is_integer(x):
        n = int(x)
        if n < 0:
            asked(real, "permutation", n)
        return core.array_of_device(self._stream.draw(_ordered, (n,)).astype(discrete.count_dtype()))
    array = _array(x)
    if type(array) not in OURS:  # text and objects
        if not array.ndim:
            asked(real, "permutation", x)
        return np.take(array, _host(_order(self, array.shape[axis])), axis=axis)
    if not array.ndim:
        asked(real, "permutation", 0.5)
    return core.array_of_device(self._stream.draw(_taken, (_axis(axis, array.ndim),), array._value()))


def permuted(self, real, x, axis, out):
    array = _array(x)
    if type(array) not in OURS or not array.ndim:
        asked(real, "permuted", core.host_values(x))
        raise TypeError("only numbers and booleans can be permuted on 'jax'")
    if out is not None and out.shape != array.shape:
        raise ValueError("out must have the same shape as x")
    if axis is None:
        value = self._stream.draw(_taken, (0,), jnp.ravel(array._value())).reshape(array.shape)
    else:
        value = self._stream.draw(_mixed, (_axis(axis, array.ndim),), array._value())
    return core.array_of_device(value) if out is None else _put(out, value)


def _is_integer(x) -> bool:
    return (
        isinstance(x, (int, np.integer))
        and not isinstance(x, bool)
        or type(x) in OURS
        and not x.ndim
        and x.dtype.kind in "iu"
    )


def _array(x):
    """`x` as our array; text and objects as NumPy's."""
    if type(x) in OURS:
        return x
    values = np.asarray(core.host_values(x)) if not is_traced(x) else None
    if values is not None and values.dtype.char not in core.STORED_KINDS:
        return values
    return core.from_object(x if values is None else values, copy=False)


# -- choices


def choice(self, real, a, size, replace, p, axis):
    """Items of `a`, or of ``range(a)``, along `axis`."""
    items = None if _is_integer(a) else _array(a)
    _check_population(real, a, items, size, axis)
    n = int(a) if items is None else items.shape[axis]
    weights = None if p is None else _weights(real, n, p)
    shape = () if size is None else sized(size)
    index = _indices(self, real, n, shape, replace, weights)
    if items is None:
        return wrapped(index.astype(discrete.count_dtype()), size)
    if type(items) not in OURS:
        return np.take(items, _host(index), axis=axis)
    found = jnp.take(items._value(), index, axis=axis)
    return wrapped(found, size)


def _check_population(real, a, items, size, axis) -> None:
    """NumPy's errors for `a`: it is asked about an array of that shape."""
    wrong = int(a) <= 0 if items is None else real is _LEGACY and items.ndim != 1 or not items.ndim
    if wrong or items is not None and not items.shape[axis]:
        stand_in = int(a) if items is None else np.zeros(items.shape) if items.ndim else 0.5
        asked(real, "choice", stand_in, size)


def _weights(real, n: int, p):
    if not is_traced(p):
        p = np.asarray(core.host_values(p))
        asked(real, "choice", n, 0, True, p)
        return p.astype(canonical(_FLOAT))
    value = jnp.asarray(p._value() if type(p) in OURS else p)
    if value.shape != (n,):
        raise ValueError("'a' and 'p' must have same size")
    value = value.astype(canonical(_FLOAT))
    check(value < 0, "probabilities are not non-negative")
    check(jnp.abs(value.sum() - 1) > 1e-3, "probabilities do not sum to 1")
    return value


def _indices(self, real, n, shape, replace, weights):
    count = int(np.prod(shape))
    if replace:
        if weights is None:
            return self._stream.draw(integers.integers, (shape, np.dtype(np.int32)), np.int32(0), np.int32(n - 1))
        return self._stream.draw(integers.chosen, (shape, weights.dtype), weights)
    if count > n:
        asked(real, "choice", 1, 2, False)
    if weights is None:
        return self._stream.draw(_some, (n, count)).reshape(shape)
    if count > (int(np.count_nonzero(weights)) if isinstance(weights, np.ndarray) else n):
        asked(real, "choice", 2, 2, False, [1.0, 0.0])
    return self._stream.draw(integers.chosen_once, (count, weights.dtype), weights).reshape(shape)


def _some(key, n, count):
    return integers.order(key, n)[:count]


# -- several numbers at once


def multinomial(self, real, n, pvals, size):
    values = [_float(pvals), _count("n", n)]
    if not is_traced(n) and not is_traced(pvals):
        asked(real, "multinomial", n, pvals, 0 if real is _LEGACY else None)
    else:
        check(values[1] < 0, "n < 0")
    batch = np.broadcast_shapes(values[0].shape[:-1], np.shape(values[1]))
    shape = batch if size is None else sized(size)
    if np.broadcast_shapes(shape, batch) != shape:
        raise ValueError(f"Output size {shape} is not compatible with broadcast dimensions of inputs {batch}.")
    statics = ((*shape, values[0].shape[-1]), canonical(_FLOAT))
    return wrapped(self._stream.draw(_multinomial, statics, values[1], values[0]))


def _multinomial(key, shape, dtype, n, pvals):
    return discrete.multinomial(key, shape, dtype, jnp.maximum(n, 0), pvals)


def dirichlet(self, real, alpha, size):
    if not is_traced(alpha):
        asked(real, "dirichlet", alpha)
    value = _float(alpha)
    check(value <= 0, "alpha <= 0")
    shape = (*(() if size is None else sized(size)), value.shape[-1])
    return wrapped(self._stream.draw(_dirichlet, (shape, canonical(_FLOAT)), value))


def _dirichlet(key, shape, dtype, alpha):
    return continuous.dirichlet(key, shape, dtype, jnp.where(alpha > 0, alpha, 1))


def multivariate_hypergeometric(self, real, colors, nsample, size, method):
    if not is_traced(colors) and not is_traced(nsample):
        asked(real, "multivariate_hypergeometric", colors, nsample, None, method)
    colors, nsample = _count("colors", colors), _count("nsample", nsample)
    check(nsample > colors.sum(), "nsample > sum(colors)")
    shape = (*(() if size is None else sized(size)), colors.shape[-1])
    return wrapped(
        self._stream.draw(
            discrete.multivariate_hypergeometric, (shape, canonical(_FLOAT)), jnp.asarray(colors), nsample
        )
    )


def multivariate_normal(self, real, mean, cov, size, check_valid, tol, method):
    if not is_traced(mean) and not is_traced(cov):
        options = {"check_valid": check_valid, "tol": tol}
        asked(real, "multivariate_normal", mean, cov, **options, **({} if real is _LEGACY else {"method": method}))
    mean, cov = _float(mean), _float(cov)
    if mean.ndim != 1 or cov.shape != (*mean.shape, *mean.shape):
        raise ValueError("mean and cov must have same length")
    shape = (*(() if size is None else sized(size)), *mean.shape)
    return wrapped(self._stream.draw(_multivariate_normal, (shape, canonical(_FLOAT)), mean, cov))


def _multivariate_normal(key, shape, dtype, mean, cov):
    """The square root of a covariance by its eigenvectors, which semi-definite ones have too."""
    values, vectors = jnp.linalg.eigh(cov)
    root = vectors * jnp.sqrt(jnp.maximum(values, 0))
    z = continuous.standard_normal(key, shape, dtype)
    return mean + jnp.einsum("...j,ij->...i", z, root)


def _float(x):
    if is_traced(x):
        return jnp.asarray(x._value() if type(x) in OURS else x).astype(canonical(_FLOAT))
    return np.asarray(core.host_values(x)).astype(canonical(_FLOAT))


def _count(name: str, x):
    if is_traced(x):
        return jnp.asarray(x._value() if type(x) in OURS else x).astype(discrete.count_dtype())
    return counts(name, np.asarray(core.host_values(x)), discrete.count_dtype())
