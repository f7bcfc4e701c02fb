"""Arrays of a length known only at run time: ``a[:i]``, ``a[k + 1 :, k]``.

The values are kept at their places in an array of full length; along a *ragged* axis
those from ``start`` to ``stop`` count.  Elementwise operations run over the full
length, reductions see their neutral element in the places that do not count, and
writing writes where the mask says.  What needs the length itself while compiling
(a new array of it, a result that leaves the function) is refused.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..ground.errors import UnsupportedError
from ..storage.buffer import Tracer
from . import core, traced_number
from .core import OURS

_REFUSED = (
    "{what} of an array whose length is known only at run time has no form in compiled JAX code. Use the whole axis and "
    "a mask, or run the function on the 'numpy' backend."
)


class Extent:
    """From where to where the places of an axis count."""

    __slots__ = ("start", "stop")

    def __init__(self, start, stop) -> None:
        self.start, self.stop = start, stop

    @property
    def length(self):
        return traced_number.compute(np.maximum, _number(self.stop) - _number(self.start), 0)

    def mask(self, n):
        places = jnp.arange(n)
        return (places >= _raw(self.start)) & (places < _raw(self.stop))


def _raw(x):
    return x._value() if type(x) in OURS else x


def _number(x):
    if isinstance(x, Tracer):
        return traced_number.of_value(x, int)
    return x


class Ragged:
    """An array of which some axes have a length known at run time.

    Attributes
    ----------
    data : JaxArray
        The values at their places, full length.
    extents : tuple of Extent or None
        For each axis, which places count; None: all of them.
    """

    __slots__ = ("data", "extents", "origin", "written")
    __array_priority__ = 200.0
    __hash__ = None  # type: ignore[assignment]

    # origin   (array, key, axes, order) of the key that made it, or None
    # written  the version of the array that has this written in it, or None

    def __init__(self, data, extents, origin=None, written=None) -> None:
        self.data, self.extents, self.origin, self.written = data, tuple(extents), origin, written

    # -- what it is

    @property
    def dtype(self):
        return self.data.dtype

    @property
    def ndim(self):
        return self.data.ndim

    @property
    def shape(self):
        return tuple(n if e is None else e.length for n, e in zip(self.data.shape, self.extents, strict=True))

    @property
    def size(self):
        size = 1
        for n in self.shape:
            size = n * size
        return size

    @property
    def T(self):
        return Ragged(self.data.T, self.extents[::-1])

    def mask(self):
        """The places that count, in a shape that broadcasts against the data."""
        mask = jnp.ones((1,) * self.ndim, bool)
        for axis, (n, e) in enumerate(zip(self.data.shape, self.extents, strict=True)):
            if e is not None:
                mask = mask & e.mask(n).reshape((n,) + (1,) * (self.ndim - axis - 1))
        return mask

    def filled(self, neutral):
        """The data with `neutral` in the places that do not count."""
        values = jnp.asarray(self.data._value())
        return core.array_of_device(jnp.where(self.mask(), values, jnp.asarray(neutral, values.dtype)))

    def __array__(self, dtype=None, copy=None):
        raise UnsupportedError(_REFUSED.format(what="the values"))

    def __bool__(self):
        raise ValueError(
            "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()"
        )

    def __len__(self):
        raise UnsupportedError(_REFUSED.format(what="the length, as a Python integer,"))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnsupportedError(_REFUSED.format(what=f"`.{name}`"))

    # -- parts and writing

    def __getitem__(self, key):
        if key is Ellipsis or key == slice(None):
            return self
        if self.ndim == 1 and self.extents[0] is not None and not isinstance(key, (slice, tuple)):
            index = key if type(key) in OURS or isinstance(key, int) else None
            if index is not None and not (isinstance(index, int) and type(index) is int and index < 0):
                return self.data[_number(self.extents[0].start) + index]
            if index is not None:
                return self.data[_number(self.extents[0].stop) + index]
        raise UnsupportedError(_REFUSED.format(what="this index"))

    def __setitem__(self, key, value):
        if not (key is Ellipsis or (type(key) is slice and key == slice(None))) or self.origin is None:
            raise UnsupportedError(_REFUSED.format(what="this assignment"))
        write(*self.origin, value)

    def copy(self, order="C"):
        return Ragged(core.array_of_device(jnp.asarray(self.data._value())), self.extents)

    def astype(self, dtype, **kwargs):
        return Ragged(self.data.astype(dtype), self.extents)

    # -- NumPy

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if method != "__call__":
            return _reduced_by_ufunc(ufunc, method, inputs, kwargs)
        if ufunc is np.matmul:
            return product(np.matmul, *inputs)
        out = kwargs.pop("out", None)
        if kwargs:
            raise UnsupportedError(_REFUSED.format(what=f"numpy.{ufunc.__name__} with keywords"))
        values, extents = aligned(inputs)
        result = ufunc(*values)
        if out:
            out[0][...] = Ragged(result, extents)
            return out[0]
        return tuple(Ragged(r, extents) for r in result) if type(result) is tuple else Ragged(result, extents)

    def __array_function__(self, func, types, args, kwargs):
        rule = FUNCTIONS.get(func)
        if rule is None:
            raise UnsupportedError(_REFUSED.format(what=f"numpy.{func.__name__}"))
        return rule(*args, **kwargs)


def of_axes(array, whole_key, axes, order, written=None):
    """``array[key]`` for a key with slices of a width known at run time."""
    key, extents = [], []
    for a, n in zip(axes, array.shape, strict=True):
        if a.drop:
            key.append(traced_number.of_value(jnp.asarray(a.start), int) if not isinstance(a.start, int) else a.start)
        elif a.size is None:
            key.append(slice(None))
        elif isinstance(a.start, int):
            key.append(slice(a.start, a.start + a.size * a.step if a.start + a.size * a.step >= 0 else None, a.step))
        else:
            start = traced_number.of_value(a.start, int)
            key.append(slice(start, start + a.size * a.step, a.step))
    result_key, extents = [], []
    for i, axis in enumerate(order):
        if axis is None:
            extents.append(None)
        else:
            a = axes[axis]
            extents.append(Extent(a.start, a.stop) if a.size is None else None)
    data = array[tuple(key)]
    if any(axis is None for axis in order):
        for i, axis in enumerate(order):
            result_key.append(None if axis is None else slice(None))
        data = data[tuple(result_key)]
    return Ragged(data, extents, (array, whole_key, axes, order), written)


def write(array, key, axes, order, value) -> None:
    """``array[key] = value`` for such a key: where the mask says."""
    if isinstance(value, Ragged) and value.origin is not None and value.written == array._buffer.version:
        if value.origin[0] is array and value.origin[1] is key:
            return  # `a[:i] += v` ends in writing what has been written already
    target = of_axes(array, key, axes, order)
    (old, new), extents = aligned((target, value), like=target)
    mask = Ragged(target.data, target.extents).mask()
    values = jnp.asarray(new._value() if type(new) in OURS else new).astype(target.dtype)
    values = jnp.broadcast_to(values, target.data.shape)
    merged = core.array_of_device(jnp.where(mask, values, jnp.asarray(target.data._value())))
    if target.data is array:
        array[...] = merged
    else:
        target.data[...] = merged


def aligned(inputs, like=None):
    """The operands over full lengths, with equal places beside each other, and the extents."""
    ndim = max(_ndim(x) for x in inputs)
    extents: list = [None] * ndim
    for x in (like, *inputs) if like is not None else inputs:
        if isinstance(x, Ragged):
            for axis, e in enumerate(x.extents, ndim - x.ndim):
                if e is not None and extents[axis] is None:
                    extents[axis] = e
    return [_moved(x, extents, ndim) for x in inputs], tuple(extents)


def _ndim(x) -> int:
    return x.ndim if isinstance(x, Ragged) else np.ndim(x)


def _moved(x, extents, ndim):
    if not isinstance(x, Ragged):
        shape = np.shape(x)
        for n, e in zip(reversed(shape), reversed(extents), strict=False):
            if e is not None and n != 1:
                raise UnsupportedError(
                    f"an axis of fixed length {n} meets an axis whose length is known only at run time: compiled JAX code "
                    "cannot tell that they agree. Slice both in the same way."
                )
        return x
    data = x.data
    for axis, e in enumerate(x.extents, ndim - x.ndim):
        if e is None:
            continue
        shift = traced_number.distance(e.start, extents[axis].start)
        if shift == 0:
            continue
        by = _raw(extents[axis].start) - _raw(e.start)
        data = core.array_of_device(jnp.roll(jnp.asarray(data._value()), by, axis - (ndim - x.ndim)))
    return data


# -- reductions and products


def _extreme_of(dtype, largest):
    if dtype.kind == "b":
        return largest
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return info.max if largest else info.min
    return np.inf if largest else -np.inf


def _reduction(function, neutral):
    def reduce(a, axis=None, dtype=None, out=None, **kwargs):
        kwargs = {k: v for k, v in kwargs.items() if v is not np._NoValue}
        if out is not None or kwargs:
            raise UnsupportedError(_REFUSED.format(what=f"numpy.{function.__name__} with these arguments"))
        if dtype is not None:
            a = a.astype(dtype)
        result = function(a.filled(neutral(a.dtype)), axis=axis)
        return _shrunk(result, a, axis)

    return reduce


def _shrunk(result, a, axis):
    """What is left of the ragged axes after reducing `axis`."""
    if axis is None:
        return result
    gone = {x % a.ndim for x in (axis if isinstance(axis, tuple) else (axis,))}
    extents = [e for i, e in enumerate(a.extents) if i not in gone]
    return Ragged(result, extents) if any(e is not None for e in extents) else result


def _mean(a, axis=None, **kwargs):
    axes = range(a.ndim) if axis is None else [x % a.ndim for x in np.atleast_1d(axis)]
    count = 1
    for i in axes:
        count = a.shape[i] * count
    return FUNCTIONS[np.sum](a, axis) / count


def _position(function, largest):
    def find(a, axis=None, **kwargs):
        if a.ndim != 1:
            raise UnsupportedError(_REFUSED.format(what=f"numpy.{function.__name__} over several axes"))
        found = function(a.filled(_extreme_of(a.dtype, largest)))
        return found - _number(a.extents[0].start)

    return find


def _norm(a, *args, **kwargs):
    return np.linalg.norm(a.filled(0), *args, **kwargs)


def product(function, a, b, **kwargs):
    """``dot`` and ``matmul``: zeros in the places that do not count."""
    a, b = (x if isinstance(x, Ragged) else Ragged(x, (None,) * np.ndim(x)) for x in (a, b))
    inner = -1, (0 if b.ndim == 1 else -2)
    x, y = a.extents[inner[0]], b.extents[inner[1]]
    if (x is None) != (y is None):
        raise UnsupportedError(
            "a product of an axis of fixed length and one whose length is known only at run time. Slice both in the "
            "same way."
        )
    right = b.filled(0)
    if x is not None and traced_number.distance(y.start, x.start) != 0:
        by = _raw(x.start) - _raw(y.start)
        right = core.array_of_device(jnp.roll(jnp.asarray(right._value()), by, inner[1]))
    result = function(a.filled(0), right)
    extents = [*a.extents[:-1], *(b.extents[:-2] if b.ndim > 1 else ()), *(b.extents[-1:] if b.ndim > 1 else ())]
    return Ragged(result, extents) if any(e is not None for e in extents) else result


def _outer(a, b, **kwargs):
    a, b = (x if isinstance(x, Ragged) else Ragged(x, (None,) * np.ndim(x)) for x in (a, b))
    return Ragged(np.outer(a.data, b.data), (*a.extents, *b.extents))


def _where(condition, x, y):
    values, extents = aligned((condition, x, y))
    return Ragged(np.where(*values), extents)


def _cumulative(function, neutral):
    def accumulate(a, axis=None, **kwargs):
        return Ragged(function(a.filled(neutral), axis=axis), a.extents)

    return accumulate


def _copy(a, *args, **kwargs):
    return a.copy()


FUNCTIONS = {
    np.sum: _reduction(np.sum, lambda d: 0),
    np.prod: _reduction(np.prod, lambda d: 1),
    np.max: _reduction(np.max, lambda d: _extreme_of(d, False)),
    np.min: _reduction(np.min, lambda d: _extreme_of(d, True)),
    np.amax: _reduction(np.max, lambda d: _extreme_of(d, False)),
    np.amin: _reduction(np.min, lambda d: _extreme_of(d, True)),
    np.any: _reduction(np.any, lambda d: 0),
    np.all: _reduction(np.all, lambda d: 1),
    np.count_nonzero: lambda a, axis=None, **kwargs: np.count_nonzero(a.filled(0), axis=axis),
    np.mean: _mean,
    np.argmax: _position(np.argmax, False),
    np.argmin: _position(np.argmin, True),
    np.linalg.norm: _norm,
    np.dot: lambda a, b, out=None: product(np.dot, a, b),
    np.vdot: lambda a, b: product(np.dot, np.conj(a), b),
    np.inner: lambda a, b: product(np.dot, a, b) if _ndim(b) == 1 else product(np.dot, a, b.T),
    np.outer: _outer,
    np.where: _where,
    np.cumsum: _cumulative(np.cumsum, 0),
    np.cumprod: _cumulative(np.cumprod, 1),
    np.copy: _copy,
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a, axis=None: a.size if axis is None else a.shape[axis],
}


def _reduced_by_ufunc(ufunc, method, inputs, kwargs):
    functions = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min}
    if method == "reduce" and ufunc in functions and set(kwargs) <= {"axis"}:
        return FUNCTIONS[functions[ufunc]](*inputs, axis=kwargs.get("axis", 0))
    raise UnsupportedError(_REFUSED.format(what=f"numpy.{ufunc.__name__}.{method}"))


def _method(function):
    def method(self, *args, **kwargs):
        return FUNCTIONS[function](self, *args, **kwargs)

    return method


for _name, _function in {
    "sum": np.sum, "prod": np.prod, "max": np.max, "min": np.min, "any": np.any, "all": np.all, "mean": np.mean,
    "argmax": np.argmax, "argmin": np.argmin, "dot": np.dot, "cumsum": np.cumsum, "cumprod": np.cumprod,
}.items():  # fmt: skip
    setattr(Ragged, _name, _method(_function))


def _operators() -> None:
    from .operators import BINARY, COMPARISONS, UNARY

    def binary(ufunc, swapped):
        def operator(self, other):
            return ufunc(other, self) if swapped else ufunc(self, other)

        return operator

    def in_place(ufunc):
        def operator(self, other):
            self[...] = ufunc(self, other)
            return of_axes(*self.origin, written=self.origin[0]._buffer.version)

        return operator

    def unary(ufunc):
        return lambda self: ufunc(self)

    for name, ufunc in {**BINARY, **COMPARISONS}.items():
        setattr(Ragged, f"__{name}__", binary(ufunc, False))
    for name, ufunc in BINARY.items():
        setattr(Ragged, f"__r{name}__", binary(ufunc, True))
        setattr(Ragged, f"__i{name}__", in_place(ufunc))
    for name, ufunc in UNARY.items():
        setattr(Ragged, f"__{name}__", unary(ufunc))


_operators()
