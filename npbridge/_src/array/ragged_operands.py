"""Operands of a length known only at run time: moved beside each other, written, and given to NumPy's functions."""

from __future__ import annotations

import contextlib

import jax.numpy as jnp
import numpy as np

from ..ground.errors import UnsupportedError
from ..storage.buffer import Tracer
from ..storage.casts import cast
from . import core, traced_number
from .core import OURS
from .ragged import FUNCTIONS, REFUSED, Chosen, Extent, Ragged, of, of_axes, raw, traced_errors, traced_index


def aligned(inputs, like=None):
    """The operands over full lengths, with equal places beside each other, and the extents.

    An axis whose length is fixed, and not 1, fixes those that it meets; what is to be
    `like` a ragged array is moved to where that has its items.
    """
    ndim = max(ndim_of(x) for x in inputs)
    extents: list = [None] * ndim
    lengths: list = [None] * ndim
    inputs = [_in_fixed_length(x, k, inputs) if like is None else _as_items(x, like) for k, x in enumerate(inputs)]
    for x in (like, *inputs) if like is not None else inputs:
        if isinstance(x, Ragged):
            for axis, e in enumerate(x.extents, ndim - x.ndim):
                if e is not None and extents[axis] is None:
                    extents[axis], lengths[axis] = e, x.data.shape[axis - ndim]
    return [_moved(x, extents, lengths, ndim) for x in inputs], tuple(extents)


def ndim_of(x) -> int:
    return x.ndim if isinstance(x, Ragged) else np.ndim(x)


def _fixed_length(axis: int, inputs) -> int | None:
    """The length, not 1, that one of the operands has along an axis, counted from the last."""
    for x in inputs:
        shape, extents = (x.data.shape, x.extents) if isinstance(x, Ragged) else (np.shape(x), ())
        if len(shape) >= -axis and shape[axis] != 1 and (not extents or extents[axis] is None):
            return shape[axis]
    return None


def _in_fixed_length(x, k, inputs):
    """An operand with its ragged axes as long as those of fixed length that they meet."""
    if not isinstance(x, Ragged):
        return x
    for axis in range(-x.ndim, 0):
        n = None if x.extents[axis] is None else _fixed_length(axis, [*inputs[:k], *inputs[k + 1 :]])
        if n is not None:
            x = fixed(x, axis, n, broadcasts=True)
    return x if any(e is not None for e in x.extents) else x.data


def in_shape(x: Ragged, shape):
    """An array of fixed length with the items of a ragged one, to be written where there are so many."""
    for axis in range(-min(x.ndim, len(shape)), 0):
        if x.extents[axis] is not None:
            x = fixed(x, axis, shape[axis], broadcasts=True)
    return of(x.data, x.extents)


def fixed(x: Ragged, axis: int, n: int, *, broadcasts: bool) -> Ragged:
    """An array of which an axis has `n` items, with NumPy's error at run time where it has another number of them."""
    e, have = x.extents[axis], x.data.shape[axis]
    length = raw(e.length)
    wrong, order = length != n, e.order(have)
    places = jnp.arange(n)
    if broadcasts:
        wrong, places = wrong & (length != 1), jnp.where(length == 1, 0, places)
    traced_errors().see(wrong, ValueError(
        f"operands of length {n} and of a length that is known only at run time do not go together: they differ"
    ))  # fmt: skip
    values = jnp.asarray(x.data._value())
    if not have:
        values, order = jnp.zeros(_replaced(x.data.shape, axis, 1), values.dtype), jnp.zeros(1, int)
    taken = jnp.take(values, order[jnp.clip(places, 0, order.size - 1)], axis=axis)
    extents = list(x.extents)
    extents[axis] = None
    return Ragged(core.array_of_device(taken), extents)


def _replaced(shape, axis: int, n: int) -> tuple:
    shape = list(shape)
    shape[axis] = n
    return tuple(shape)


def _as_items(x, like: Ragged):
    """An operand of fixed length as the items of one whose length is known only at run time."""
    if isinstance(x, Ragged):
        return x
    shape = np.shape(x)
    ends = [e is not None and n != 1 for n, e in zip(shape[::-1], like.extents[::-1], strict=False)][::-1]
    if not any(ends):
        return x
    array = x if type(x) in OURS else core.array_of_device(jnp.asarray(x))
    return Ragged(array, [Extent(0, n) if end else None for n, end in zip(shape, ends, strict=True)])


def _moved(x, extents, lengths, ndim):
    if not isinstance(x, Ragged):
        return x
    data = x.data
    for axis, e in enumerate(x.extents, ndim - x.ndim):
        if e is None:
            continue
        data = in_step(data, e, extents[axis], lengths[axis], axis - (ndim - x.ndim))
    return data


def in_step(data, have: Extent, want: Extent, length: int, axis: int):
    """The data over `length` places, with what counts where it is wanted."""
    _see_that_lengths_agree(have, want)
    if not data.shape[axis]:  # nothing counts
        return core.array_of_device(jnp.zeros(_replaced(data.shape, axis, length), data.dtype))
    if isinstance(have, Chosen) or isinstance(want, Chosen):
        if getattr(have, "source", have) is getattr(want, "source", None):
            return data
        return _in_turn(data, have, want, length, axis)
    return _shifted(data, have, want, length, axis)


def _shifted(data, have: Extent, want: Extent, length: int, axis: int):
    """The data over `length` places, with the first that counts where the first is wanted."""
    n = data.shape[axis]
    if n == length and traced_number.distance(have.start, want.start) == 0:
        return data
    by = raw(want.start) - raw(have.start)
    values = jnp.asarray(data._value())
    if n == length:
        return core.array_of_device(jnp.roll(values, by, axis))
    return core.array_of_device(jnp.take(values, jnp.arange(length) - by, axis=axis, mode="wrap"))


def _see_that_lengths_agree(e, other) -> None:
    """NumPy's error at run time where two axes meet that are not known to be equally long."""
    if e is other or getattr(e, "source", e) is getattr(other, "source", None):
        return
    if not isinstance(e, Chosen) and not isinstance(other, Chosen):
        forms = [traced_number.form_of(x) for x in (e.start, e.stop, other.start, other.stop)]
        if None not in forms:
            difference = forms[1].plus(forms[0], -1).plus(forms[3], -1).plus(forms[2], 1)
            if not difference.terms and not difference.constant:
                return
    if traced_index().on_check is not None:
        one, two = raw(e.length), raw(other.length)
        traced_index().on_check((one != two) & (one != 1) & (two != 1), ValueError(
            "operands of lengths that are known only at run time could not be broadcast together: they differ"
        ))  # fmt: skip
        traced_index().on_check((one != two) & ((one == 1) | (two == 1)), UnsupportedError(
            "an operand of one item is repeated, which is known only at run time: compiled code does not do that"
        ))  # fmt: skip


def _in_turn(data, have, want, length, axis):
    """The data with the first that counts where the first is wanted, and so on."""
    n = data.shape[axis]
    order = have.order(n)[jnp.clip(want.ranks(length), 0, max(n - 1, 0))]
    return core.array_of_device(jnp.take(jnp.asarray(data._value()), order, axis=axis))


# -- written


def write(array, key, axes, order, value) -> None:
    """``array[key] = value`` for such a key: where the mask says."""
    if isinstance(value, Ragged) and value.origin is not None and value.written == array._buffer.version:
        if value.origin[0] is array and value.origin[1] is key:
            return  # `a[:i] += v` ends in writing what has been written already
    write_whole(of_axes(array, key, axes, order), value)


def write_whole(target: Ragged, value) -> None:
    """``target[...] = value``, in the memory of its data."""
    if type(value) not in OURS and not isinstance(value, (Ragged, Tracer)):
        value = traced_index().indexing.stored(value, target.dtype, not np.ndim(value))
    value = _without_leading_axes(value, target.ndim)
    (_, new), _ = aligned((target, value), like=target)
    values = cast(new._value() if type(new) in OURS else new, target.dtype)
    values = jnp.broadcast_to(values, target.data.shape)
    target.data[...] = core.array_of_device(jnp.where(target.mask(), values, jnp.asarray(target.data._value())))


def _without_leading_axes(value, ndim: int):
    """What is written, without the axes of length one that NumPy lets it have before those of its target."""
    while ndim_of(value) > ndim:
        if isinstance(value, Ragged) and value.extents[0] is not None:
            raise UnsupportedError(REFUSED.format(what="what is written with more axes than its target has"))
        if value.shape[0] != 1:
            raise ValueError(f"could not broadcast an array of {ndim_of(value)} dimensions into one of {ndim}")
        value = value[0]
    return value


def _into(ufunc, inputs, out, where):
    """``ufunc(*inputs, out=out, where=where)``."""
    if len(out) != 1:
        raise UnsupportedError(REFUSED.format(what=f"numpy.{ufunc.__name__} with several `out`"))
    samples = [np.zeros((1,) * ndim_of(x), x.dtype) if hasattr(x, "dtype") and ndim_of(x) else x for x in inputs]
    samples = [x.dtype.type(0) if type(x) in OURS and x.weak is None else x for x in samples]
    if not any(type(x) in OURS for x in samples):
        ufunc(*samples, out=np.zeros((1,) * out[0].ndim, out[0].dtype))  # NumPy's own error for these dtypes
    if where is True:
        values, extents = aligned(inputs)
        result = of(ufunc(*values), extents)
    else:
        (*values, mask, old), extents = aligned((*inputs, where, out[0]))
        result = of(np.where(mask, ufunc(*values), old), extents)
    out[0][...] = result
    return out[0]


# -- given to NumPy


def ufunc_of_ragged(ufunc, method, inputs, kwargs):
    kwargs = dict(kwargs)
    if method == "at" and not isinstance(inputs[0], Ragged):
        return traced_index().positions.at(ufunc, *inputs)
    if method != "__call__":
        return _reduced_by_ufunc(ufunc, method, inputs, kwargs)
    if ufunc is np.matmul:
        return FUNCTIONS[np.matmul](*inputs)
    out, where = kwargs.pop("out", None), kwargs.pop("where", True)
    if kwargs.pop("casting", "same_kind") != "same_kind" or kwargs or (where is not True and not out):
        raise UnsupportedError(REFUSED.format(what=f"numpy.{ufunc.__name__} with keywords"))
    if out:
        return _into(ufunc, inputs, out, where)
    values, extents = aligned(inputs)
    result = ufunc(*values)
    return tuple(of(r, extents) for r in result) if type(result) is tuple else of(result, extents)


def function_of_ragged(func, args, kwargs):
    out = kwargs.get("out")
    if out is not None:
        out = out[0] if type(out) is tuple and len(out) == 1 else out
        result = func(*args, **{name: x for name, x in kwargs.items() if name != "out"})
        _see_that_it_is_taken(func, args, kwargs, out)
        out[...] = result
        return out
    rule = FUNCTIONS.get(func)
    if rule is None:
        raise UnsupportedError(REFUSED.format(what=f"numpy.{func.__name__}"))
    return rule(*args, **kwargs)


def by_ufunc(ufunc, method, inputs, kwargs):
    return by_length(ufunc_of_ragged, _ufunc_called, ufunc, method, inputs, kwargs)


def by_function(func, args, kwargs):
    return by_length(function_of_ragged, _function_called, func, args, kwargs)


def attribute(x, name: str):
    """``x.name``, for what an ndarray has and a ragged array has not."""
    if not hasattr(np.ndarray, name):
        raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")
    if not callable(getattr(np.ndarray, name)):
        return by_length(_refusing(f"`.{name}`"), lambda y: getattr(y, name), x)
    return lambda *args, **kwargs: by_length(_refusing(f"`.{name}`"), _method_called, name, x, args, kwargs)


def _ufunc_called(ufunc, method, inputs, kwargs):
    return getattr(ufunc, method)(*inputs, **kwargs)


def _function_called(func, args, kwargs):
    return func(*args, **kwargs)


def _see_that_it_is_taken(func, args, kwargs, out) -> None:
    """NumPy's error where the dtype of `out` is none for the result of a function."""
    given = [*args, *(x for name, x in kwargs.items() if name != "out")]
    if any(type(x) in OURS and not x.ndim or isinstance(x, Tracer) for x in given):
        return
    one = [np.ones((1,) * x.ndim, x.dtype) if hasattr(x, "dtype") else x for x in args]
    named = {name: x for name, x in kwargs.items() if name != "out"}
    with contextlib.suppress(ValueError, IndexError):  # of these shapes
        func(*one, **named, out=np.zeros((1,) * out.ndim, out.dtype))


def method(name: str, function):
    """The method of ragged arrays that does what a function does."""

    def form(name, x, args, kwargs):
        return FUNCTIONS[function](x, *args, **kwargs)

    return lambda self, *args, **kwargs: by_length(form, _method_called, name, self, args, kwargs)


def _method_called(name, x, args, kwargs):
    if name in ("item", "tolist"):  # of numbers that are known only at run time
        return {"item": traced_index().item, "tolist": traced_index().as_lists}[name](x, *args, **kwargs)
    return getattr(x, name)(*args, **kwargs)


def _refusing(what):
    def form(*args):
        raise UnsupportedError(REFUSED.format(what=what))

    return form


def by_length(form, call, *given):
    """What `form` gives; where it refuses, what `call` gives for each length that there may be."""
    from . import ragged_lengths  # it imports this module

    return ragged_lengths.tried(form, call, *given)


def _reduced_by_ufunc(ufunc, method, inputs, kwargs):
    functions = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min}
    if method == "reduce" and ufunc in functions and set(kwargs) <= {"axis"}:
        return FUNCTIONS[functions[ufunc]](*inputs, axis=kwargs.get("axis", 0))
    raise UnsupportedError(REFUSED.format(what=f"numpy.{ufunc.__name__}.{method}"))
