"""Shuffles, permutations and choices on ``'jax'``: what writes is a method, the others are plans as in ``draws``."""

from __future__ import annotations

import math
from collections.abc import MutableSequence

import jax.numpy as jnp
import numpy as np

from ..array import core
from ..array.core import OURS
from ..storage.buffer import canonical
from . import discrete, integers
from .arguments import asked, check, is_traced, known, sized
from .draws import FLOAT
from .plans import Plan, put


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


class Picked:
    """A plan of indices, and items that are no numbers: text and objects."""

    def __init__(self, plan: Plan, items: np.ndarray, axis: int) -> None:
        self.plan, self.items, self.axis = plan, items, axis

    def draw(self, stream):
        index = self.plan.draw(stream)
        return np.take(self.items, _host(core.value_of(index)), axis=self.axis)


def permutation(real, x, axis):
    if _is_integer(x):
        n = int(x)
        if n < 0:
            n = len(asked(real, "permutation", n))
        return Plan(_of_range, (_ordered, (n,), (n,), discrete.count_dtype()))
    array = _array(x)
    if not array.ndim:
        asked(real, "permutation", x if type(array) not in OURS else 0.5)
    axis = _axis(axis, array.ndim)
    if type(array) not in OURS:
        return Picked(Plan(_ordered, (array.shape[axis],)), array, axis)
    return Plan(_taken, (axis,), (array._value(),))


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
    return core.array_of_device(value) if out is None else put(out, value)


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


def choice(real, a, size, replace, p, axis):
    """Items of `a`, or of ``range(a)``, along `axis`."""
    items = None if _is_integer(a) else _array(a)
    _check_population(real, a, items, size, axis)
    n = int(a) if items is None else items.shape[axis]
    weights = None if p is None else _weights(real, n, p)
    shape = () if size is None else sized(size)
    sampler, statics, parameters = _indices(real, n, shape, replace, weights)
    if items is None:
        return Plan(_of_range, (sampler, statics, shape, discrete.count_dtype()), parameters, size)
    if type(items) not in OURS:
        return Picked(Plan(_of_range, (sampler, statics, shape, np.dtype(np.int32)), parameters, size), items, axis)
    statics = (sampler, statics, shape, _axis(axis, items.ndim))
    return Plan(_of_items, statics, (items._value(), *parameters), size)


def _of_range(key, sampler, statics, shape, dtype, *parameters):
    return sampler(key, *statics, *parameters).reshape(shape).astype(dtype)


def _of_items(key, sampler, statics, shape, axis, items, *parameters):
    return jnp.take(items, sampler(key, *statics, *parameters).reshape(shape), axis=axis)


def _check_population(real, a, items, size, axis) -> None:
    """NumPy's errors for `a`: it is asked about an array of that shape."""
    wrong = int(a) <= 0 if items is None else real is np.random.RandomState and items.ndim != 1 or not items.ndim
    if wrong or items is not None and not items.shape[axis]:
        stand_in = int(a) if items is None else np.zeros(items.shape) if items.ndim else 0.5
        asked(real, "choice", stand_in, size)


def _weights(real, n: int, p):
    if not is_traced(p):
        p = np.asarray(core.host_values(p))
        asked(real, "choice", n, 0, True, p)
        return p.astype(canonical(FLOAT))
    value = jnp.asarray(p._value() if type(p) in OURS else p)
    if value.shape != (n,):
        raise ValueError("'a' and 'p' must have same size")
    value = value.astype(canonical(FLOAT))
    check(value < 0, "probabilities are not non-negative")
    check(jnp.abs(value.sum() - 1) > 1e-3, "probabilities do not sum to 1")
    return value


def _indices(real, n, shape, replace, weights):
    """``(sampler, statics, parameters)`` of as many indices below `n` as the shape has."""
    count = math.prod(shape)
    if replace:
        if weights is None:
            dtype = np.dtype(np.int32 if n <= 1 << 31 else np.int64)
            if canonical(dtype) != dtype:
                raise ValueError(
                    f"a is out of bounds for {canonical(dtype)}: 64-bit integers need npbridge.enable_x64()"
                )
            return integers.integers, (shape, dtype), (dtype.type(0), dtype.type(n - 1))
        return integers.chosen, (shape, weights.dtype), (weights,)
    if count > n:
        asked(real, "choice", 1, 2, False)
    if weights is None:
        return _some, (n, count), ()
    if count > (int(np.count_nonzero(weights)) if isinstance(weights, np.ndarray) else n):
        asked(real, "choice", 2, 2, False, [1.0, 0.0])
    return integers.chosen_once, (count, weights.dtype), (weights,)


def _some(key, n, count):
    return integers.order(key, n)[:count]
