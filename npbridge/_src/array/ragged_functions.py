"""NumPy's functions, and the operators, on arrays of a length known only at run time."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..ground.compat import NO_VALUE
from ..ground.errors import UnsupportedError
from .operators import BINARY, COMPARISONS, UNARY, short_power
from .ragged import FUNCTIONS, REFUSED, Chosen, Extent, Ragged, number, of, of_axes, raw, see_length, traced_errors
from .ragged_operands import aligned, fixed, in_step, method, ndim_of
from .ragged_parts import packed


def _extreme_of(dtype, largest):
    if dtype.kind == "b":
        return largest
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return info.max if largest else info.min
    return np.inf if largest else -np.inf


def see_that_it_is_not_empty(a, axis, message) -> None:
    """NumPy's error at run time where there is nothing along the axes that are reduced."""
    axes = range(a.ndim) if axis is None else [x % a.ndim for x in (axis if isinstance(axis, tuple) else (axis,))]
    for x in axes:
        if a.extents[x] is not None:
            see_length(a.extents[x].length, 1, ValueError(message))


_NOTHING = {np.max: "maximum", np.min: "minimum"}


def _reduction(function, neutral):
    def reduce(a, axis=None, dtype=None, out=None, **kwargs):
        kwargs = {k: v for k, v in kwargs.items() if v is not NO_VALUE}
        if out is not None or kwargs:
            raise UnsupportedError(REFUSED.format(what=f"numpy.{function.__name__} with these arguments"))
        if dtype is not None:
            a = a.astype(dtype)
        if function in _NOTHING:
            see_that_it_is_not_empty(
                a, axis, f"zero-size array to reduction operation {_NOTHING[function]} which has no identity"
            )
        result = function(a.filled(neutral(a.dtype)), axis=axis)
        return _shrunk(result, a, axis)

    return reduce


def _shrunk(result, a, axis):
    """What is left of the ragged axes after reducing `axis`."""
    if axis is None:
        return result
    gone = {x % a.ndim for x in (axis if isinstance(axis, tuple) else (axis,))}
    return of(result, [e for i, e in enumerate(a.extents) if i not in gone])


def _mean(a, axis=None, **kwargs):
    axes = range(a.ndim) if axis is None else [x % a.ndim for x in np.atleast_1d(axis)]
    count = 1
    for i in axes:
        count = a.shape[i] * count
    return FUNCTIONS[np.sum](a, axis) / count


def _position(function, largest):
    def find(a, axis=None, **kwargs):
        if a.ndim != 1:
            raise UnsupportedError(REFUSED.format(what=f"numpy.{function.__name__} over several axes"))
        if type(a.extents[0]) is not Extent:
            a = packed(a)
        see_that_it_is_not_empty(a, None, f"attempt to get {function.__name__} of an empty sequence")
        found = function(a.filled(_extreme_of(a.dtype, largest)))
        return found - number(a.extents[0].start)

    return find


def _norm(a, *args, **kwargs):
    return np.linalg.norm(a.filled(0), *args, **kwargs)


def product(function, a, b, **kwargs):
    """``dot`` and ``matmul``: zeros in the places that do not count."""
    a, b = (x if isinstance(x, Ragged) else Ragged(x, (None,) * np.ndim(x)) for x in (a, b))
    inner = -1, (0 if b.ndim == 1 else -2)
    x, y = a.extents[inner[0]], b.extents[inner[1]]
    if x is None and y is not None:
        b, y = fixed(b, inner[1] % b.ndim, a.data.shape[inner[0]], broadcasts=False), None
    elif y is None and x is not None:
        a, x = fixed(a, inner[0] % a.ndim, b.data.shape[inner[1]], broadcasts=False), None
    right = b.filled(0)
    if x is not None:
        right = in_step(right, y, x, a.data.shape[inner[0]], inner[1] % b.ndim)
    result = function(a.filled(0), right)
    extents = [*a.extents[:-1], *(b.extents[:-2] if b.ndim > 1 else ()), *(b.extents[-1:] if b.ndim > 1 else ())]
    return of(result, extents)


def _outer(a, b, **kwargs):
    a, b = (x if isinstance(x, Ragged) else Ragged(x, (None,) * np.ndim(x)) for x in (a, b))
    return Ragged(np.outer(a.data, b.data), (*a.extents, *b.extents))


def _where(condition, x, y):
    values, extents = aligned((condition, x, y))
    return of(np.where(*values), extents)


def _cumulative(function, neutral):
    def accumulate(a, axis=None, **kwargs):
        a = _flat(a) if axis is None else a
        return Ragged(function(a.filled(neutral), axis=axis), a.extents)

    return accumulate


def _copy(a, *args, **kwargs):
    return a.copy()


def _expand_dims(a, axis):
    axes = [axis] if np.ndim(axis) == 0 else list(axis)
    ndim = a.ndim + len(axes)
    places = {int(x) % ndim for x in axes}
    rest = iter(a.extents)
    return Ragged(np.expand_dims(a.data, axis), [None if i in places else next(rest) for i in range(ndim)])


def _squeeze(a, axis=None):
    fixed = [i for i, (n, e) in enumerate(zip(a.data.shape, a.extents, strict=True)) if e is None and n == 1]
    gone = fixed if axis is None else [int(x) % a.ndim for x in np.atleast_1d(axis)]
    if not set(gone) <= set(fixed):
        return _refuse_form(np.squeeze)
    for extent in a.extents if axis is None else ():
        if extent is not None:
            traced_errors().see(raw(extent.length) == 1, UnsupportedError(
                "numpy.squeeze of an array whose length is known only at run time, and is 1, has one dimension less in "
                "NumPy. Name the axis, or run the function on the 'numpy' backend."
            ))  # fmt: skip
    return Ragged(np.squeeze(a.data, tuple(gone)), [e for i, e in enumerate(a.extents) if i not in gone])


def _refuse_form(function):
    raise UnsupportedError(REFUSED.format(what=f"numpy.{function.__name__} with these arguments"))


def _flat(a) -> Ragged:
    """Along one axis; where that can be a view, it is a view of the data."""
    if a.ndim == 1:
        return a
    data = np.reshape(a.data, -1)
    found = [e for e in a.extents if e is not None]
    if len(found) == 1 and data.size == a.data.shape[a.extents.index(found[0])]:
        return Ragged(data, found)
    return Ragged(data, [Chosen(jnp.broadcast_to(a.mask(), a.data.shape).reshape(-1))])


def _ravel(a, order="C"):
    return _flat(a) if a.ndim == 1 or order == "C" else _refuse_form(np.ravel)


def _flatten(self, order="C"):
    return _ravel(self, order).copy()


def _reshape(a, *shape, order="C", copy=None):
    """To one axis, or to a column or row of it: views."""
    lengths = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    if tuple(lengths) == (-1,) and order == "C" and not copy:
        return _flat(a)
    if a.ndim != 1 or copy or [n for n in lengths if not (type(n) is int and n == 1)] != [-1]:
        return _refuse_form(np.reshape)
    return _expand_dims(a, [i for i, n in enumerate(lengths) if n == 1])


def _transpose(a, axes=None):
    order = range(a.ndim)[::-1] if axes is None else [int(x) % a.ndim for x in axes]
    return Ragged(np.transpose(a.data, axes), [a.extents[i] for i in order])


FUNCTIONS.update(
    {
        np.expand_dims: _expand_dims,
        np.squeeze: _squeeze,
        np.ravel: _ravel,
        np.reshape: _reshape,
        np.transpose: _transpose,
        np.atleast_1d: lambda a: a,
        np.atleast_2d: lambda a: a if a.ndim > 1 else _expand_dims(a, 0),
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
        np.inner: lambda a, b: product(np.dot, a, b) if ndim_of(b) == 1 else product(np.dot, a, b.T),
        np.outer: _outer,
        np.where: _where,
        np.cumsum: _cumulative(np.cumsum, 0),
        np.cumprod: _cumulative(np.cumprod, 1),
        np.copy: _copy,
        np.shape: lambda a: a.shape,
        np.ndim: lambda a: a.ndim,
        np.size: lambda a, axis=None: a.size if axis is None else a.shape[axis],
        np.matmul: lambda a, b: product(np.matmul, a, b),
    }
)


for _name, _function in {
    "sum": np.sum, "prod": np.prod, "max": np.max, "min": np.min, "any": np.any, "all": np.all, "mean": np.mean,
    "squeeze": np.squeeze, "ravel": np.ravel, "reshape": np.reshape, "transpose": np.transpose,
    "argmax": np.argmax, "argmin": np.argmin, "dot": np.dot, "cumsum": np.cumsum, "cumprod": np.cumprod,
}.items():  # fmt: skip
    setattr(Ragged, _name, method(_name, _function))


Ragged.flatten = _flatten  # type: ignore[attr-defined]


def _operators() -> None:
    def binary(ufunc, swapped):
        def operator(self, other):
            return ufunc(other, self) if swapped else ufunc(self, other)

        return operator

    def in_place(ufunc):
        def operator(self, other):
            ufunc(self, other, out=(self,))
            if self.origin is None:
                return self
            return of_axes(*self.origin, written=self.origin[0]._buffer.version)

        return operator

    def unary(ufunc):
        return lambda self: ufunc(self)

    def power(self, other):
        short = short_power(self.dtype, other)
        return np.power(self, other) if short is None else short(self)

    for name, ufunc in {**BINARY, **COMPARISONS, "pow": power}.items():
        setattr(Ragged, f"__{name}__", binary(ufunc, False))
    for name, ufunc in BINARY.items():
        setattr(Ragged, f"__r{name}__", binary(ufunc, True))
        setattr(Ragged, f"__i{name}__", in_place(ufunc))
    for name, ufunc in UNARY.items():
        setattr(Ragged, f"__{name}__", unary(ufunc))


_operators()
