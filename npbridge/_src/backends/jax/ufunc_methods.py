"""``reduce``, ``accumulate``, ``reduceat``, ``outer`` and ``at`` on JAX."""

from __future__ import annotations

import functools
import math
import operator

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ...array import core, traced_index
from ...dispatch import fallback
from ...storage.buffer import canonical
from .. import host
from . import moves, ufunc_plans, ufunc_results, ufuncs
from .kernels import kernel_of
from .known import computed

OURS = core.OURS
_NoValue = np._NoValue

# ufunc -> reduction on jax arrays (axis: tuple); the others fold one by one
REDUCTIONS = {
    np.add: lambda x, axis: jnp.any(x, axis) if x.dtype == bool else jnp.sum(x, axis, dtype=x.dtype),
    np.multiply: lambda x, axis: jnp.all(x, axis) if x.dtype == bool else jnp.prod(x, axis, dtype=x.dtype),
    np.logical_and: lambda x, axis: jnp.all(x, axis),
    np.logical_or: lambda x, axis: jnp.any(x, axis),
    np.bitwise_and: lambda x, axis: jnp.bitwise_and.reduce(x, axis),
    np.bitwise_or: lambda x, axis: jnp.bitwise_or.reduce(x, axis),
    np.bitwise_xor: lambda x, axis: jnp.bitwise_xor.reduce(x, axis),
    np.logical_xor: lambda x, axis: jnp.sum(x != 0, axis, dtype=jnp.int32) % 2 == 1,
}


def _extremum(name, ufunc):
    def reduce(x, axis):
        if jnp.issubdtype(x.dtype, jnp.complexfloating):
            return _fold(ufunc, x, axis)
        return getattr(jnp, name)(x, axis)

    return reduce


REDUCTIONS[np.maximum] = _extremum("max", np.maximum)
REDUCTIONS[np.minimum] = _extremum("min", np.minimum)


def _fold(ufunc, x, axis):
    """Reduce one element after the other, as NumPy's generic loop does."""
    kernel = kernel_of(ufunc)
    x = _rows(x, axis if isinstance(axis, tuple) else (axis,))
    return lax.fori_loop(1, x.shape[0], lambda i, r: kernel(r, x[i]).astype(x.dtype), x[0])


def _fold_from(ufunc, start, x, where, axis):
    """As `_fold`, from a given value and over the elements that the mask selects.

    ``subtract`` and its like care what comes first, so the value cannot be put in
    place of what is masked, nor be combined with the finished result.
    """
    kernel = kernel_of(ufunc)
    mask = _rows(jnp.broadcast_to(where, x.shape), axis)
    x = _rows(x, axis)
    first = jnp.full(x.shape[1:], jnp.asarray(start).astype(x.dtype))
    return lax.fori_loop(0, x.shape[0], lambda i, r: jnp.where(mask[i], kernel(r, x[i]).astype(x.dtype), r), first)


def _rows(x, axis):
    """`x` with the reduced axes as one axis, the first."""
    kept = [i for i in range(x.ndim) if i not in axis]
    count = math.prod(x.shape[i] for i in axis)
    return jnp.transpose(x, (*axis, *kept)).reshape((count, *[x.shape[i] for i in kept]))


@functools.lru_cache(maxsize=2048)
def _compiled_reduce(ufunc, axis, keepdims, dtype, result, has_where, has_initial, identity, x64):
    function = REDUCTIONS.get(ufunc)

    def run(x, where, initial):
        x = x.astype(dtype)
        if function is None and axis and x.size and (has_where or has_initial):
            start = initial if has_initial else identity
            return shaped(_fold_from(ufunc, start, x, where, axis).astype(result), x)
        fill = None
        if has_where or (has_initial and x.size == 0):
            # where there is no identity the initial value is one: min(min(a, b), a) = min(a, b)
            fill = initial if has_initial and ufunc.identity is None else identity
        if has_where:
            where = jnp.broadcast_to(where, jnp.broadcast_shapes(where.shape, x.shape))
            x = jnp.where(where, jnp.broadcast_to(x, where.shape), jnp.asarray(fill, x.dtype))
        empty = bool(axis) and x.size == 0  # nothing to reduce, or nothing to keep
        if empty:
            shape = [n for i, n in enumerate(x.shape) if i not in axis]
            start = initial if has_initial else identity
            out = jnp.full(shape, jnp.asarray(start).astype(x.dtype))
        elif not axis:
            out = x
        elif ufunc is np.add and has_initial and x.dtype != bool:
            # starting from the given value keeps a sum of negative zeros negative
            return shaped(lax.reduce(x, jnp.asarray(initial).astype(dtype), lax.add, axis).astype(result), x)
        else:
            out = function(x, axis) if function else _fold(ufunc, x, axis)
        out = out.astype(result)
        if has_initial and not empty:
            out = kernel_of(ufunc)(jnp.asarray(initial).astype(dtype), out.astype(dtype)).astype(result)
        return shaped(out, x)

    def shaped(out, x):
        return out.reshape([1 if i in axis else n for i, n in enumerate(x.shape)]) if keepdims else out

    run.__name__ = f"{ufunc.__name__}_reduce"
    return jax.jit(run)


def _axes(axis, ndim):
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, tuple):
        found = tuple(np.lib.array_utils.normalize_axis_index(operator.index(a), ndim) for a in axis)
        if len(set(found)) != len(found):
            raise ValueError("duplicate value in 'axis'")
        return tuple(sorted(found))
    if ndim == 0 and axis in (0, -1):
        return ()
    return (np.lib.array_utils.normalize_axis_index(_integer(axis), ndim),)


def _integer(axis):
    if isinstance(axis, (bool, np.bool_)):
        raise TypeError("an integer is required for the axis")
    return operator.index(axis)


def _as_array(a):
    return a if type(a) in OURS else core.from_object(a, copy=False)


def _resolve(ufunc, dtype, source, out):
    """The loop's and the result's dtype, as NumPy's reductions choose them."""
    signature = None if dtype is None else (ufunc_plans.as_dtype(dtype), None, None)
    first = out.dtype if out is not None and dtype is None else None
    keywords = {} if signature is None else {"signature": signature}
    resolved = ufunc.resolve_dtypes((first, source, None), reduction=True, casting="unsafe", **keywords)
    return resolved[1], resolved[2]


_frequent: dict = {}


def _frequent_reduce(ufunc, array, axis, keepdims):
    """A reduction with no more than an axis: one look-up and one compiled call."""
    value = array._value()
    shape = value.shape
    if 0 in shape:
        return None
    key = (ufunc, axis, keepdims, value.dtype, len(shape), jax.config.jax_enable_x64)
    compiled = _frequent.get(key)
    if compiled is None:
        axes = _axes(axis, len(shape))
        loop, result = _resolve(ufunc, None, value.dtype, None)
        full = _compiled_reduce(
            ufunc, axes, bool(keepdims), canonical(loop), canonical(result), False, False, 0, key[-1]
        )  # fmt: skip
        compiled = _frequent[key] = jax.jit(lambda x: full(x, np.True_, np.int8(0)))
    return core.of_device(computed(compiled, (value,)))


def reduce(ufunc, array, axis=0, dtype=None, out=None, keepdims=False, initial=_NoValue, where=True):
    if type(out) is tuple:
        out = out[0]
    if (
        out is dtype is None and initial is _NoValue and where is True
        and type(array) in core.ARRAYS and (axis is None or type(axis) is int) and ufunc in REDUCTIONS
    ):  # fmt: skip
        found = _frequent_reduce(ufunc, array, axis, keepdims)
        if found is not None:
            return found
    if ufunc.nin != 2 or ufunc.nout != 1 or ufunc.signature is not None or kernel_of(ufunc) is None:
        return _on_host(
            ufunc, "reduce", (array,), {"axis": axis, "dtype": dtype, "out": out, "keepdims": keepdims}, (out,)
        )
    if out is not None and not (type(out) in OURS or isinstance(out, np.ndarray)):
        raise TypeError("output must be an array")
    array = _as_array(array)
    axes = _axes(axis, array.ndim)
    if len(axes) > 1 and not ufunc_reorderable(ufunc):
        raise ValueError(
            f"reduction operation '{ufunc.__name__}' is not reorderable, so at most one axis may be specified"
        )
    loop, result = _resolve(ufunc, dtype, array.dtype, out)
    core.check_dtype(loop)
    identity = ufunc.identity
    has_initial = initial is not _NoValue and initial is not None
    has_where = where is not True
    shape = array.shape
    if not has_initial and (identity is None or initial is None):
        if has_where:
            raise ValueError(
                f"reduction operation '{ufunc.__name__}' does not have an identity, "
                "so to use a where mask one has to specify 'initial'"
            )
        if any(shape[a] == 0 for a in axes):
            raise ValueError(f"zero-size array to reduction operation {ufunc.__name__} which has no identity")
    if identity is None:
        identity = 0
    if has_where:
        mask = where._value() if type(where) in OURS else np.asarray(where)
        if mask.dtype != bool:
            raise TypeError(f"Cannot cast array data from {mask.dtype!r} to dtype('bool') according to the rule 'safe'")
    else:
        mask = np.True_
    start = _start(initial, loop) if has_initial else np.int8(0)
    if ufunc is np.power and loop.kind == "i":
        ufuncs.check_power(ufunc_plans.plan_for(ufunc, (loop, loop)), (None, array._value()))
    compiled = _compiled_reduce(
        ufunc, axes, bool(keepdims), canonical(loop), canonical(result), has_where, has_initial, identity,
        jax.config.jax_enable_x64,
    )  # fmt: skip
    return write_result(computed(compiled, (array._value(), mask, start)), out, name=ufunc.__name__)


def write_result(value, out, *, exact=False, name="add"):
    """The result of a reduction: a new array, or `out` with the values in it."""
    if out is None:
        return core.of_device(value)
    if not (type(out) in OURS or isinstance(out, np.ndarray)) or type(out) is core.JaxScalar:
        raise TypeError("output must be an array")
    if out.shape != value.shape:
        if len(out.shape) != len(value.shape):
            raise ValueError(
                f"output parameter for reduction operation {name} has the wrong number of dimensions: "
                f"Found {len(out.shape)} but expected {len(value.shape)}"
            )
        raise ValueError(
            f"non-broadcastable output operand with shape {out.shape} doesn't match the broadcast shape {value.shape}"
        )
    if not np.can_cast(value.dtype, out.dtype, "safe" if exact else "same_kind"):
        raise TypeError(
            f"Cannot cast array data from {value.dtype!r} to {out.dtype!r} according to the rule "
            f"'{'safe' if exact else 'same_kind'}'"
        )
    ufunc_results.write_into(out, value)
    return out


def _start(initial, dtype):
    if type(initial) in OURS:
        initial = initial._value()
        return initial
    return (
        np.asarray(initial).astype(canonical(dtype))
        if not isinstance(initial, int)
        else np.asarray(initial, canonical(dtype))
    )


_NOT_REORDERABLE = {
    np.subtract,
    np.divide,
    np.floor_divide,
    np.power,
    np.remainder,
    np.fmod,
    np.arctan2,
    np.float_power,
}


def ufunc_reorderable(ufunc):
    return ufunc not in _NOT_REORDERABLE


def _on_host(ufunc, method, inputs, kwargs, written):
    kwargs = {k: v for k, v in kwargs.items() if v is not None or k == "axis"}
    if ufunc.nin == 2 and ufunc.nout == 1 and ufunc.signature is None:
        fallback.announce(f"{ufunc.__name__}.{method}", "jax", "there is no JAX kernel for this ufunc")
    result = host.call_writing(getattr(ufunc, method), inputs, kwargs, [w for w in written if w is not None])
    return host.narrow(result)


_ASSOCIATIVE = {
    np.logical_and, np.logical_or, np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.logical_xor,
    np.maximum, np.minimum,
}  # fmt: skip


@functools.lru_cache(maxsize=1024)
def _compiled_accumulate(ufunc, axis, dtype, result, x64):
    kernel = kernel_of(ufunc)

    def run(x):
        x = x.astype(dtype)
        if x.shape[axis] == 0:
            return x.astype(result)
        exact = dtype.kind in "biu" and ufunc in (np.add, np.multiply) or ufunc in _ASSOCIATIVE
        if exact and not (ufunc in (np.maximum, np.minimum) and dtype.kind == "c"):
            out = lax.associative_scan(lambda a, b: kernel(a, b).astype(dtype), x, axis=axis)
            return out.astype(result)
        rows = jnp.moveaxis(x, axis, 0)

        def step(carry, row):
            carry = kernel(carry, row).astype(dtype)
            return carry, carry

        _, rest = lax.scan(step, rows[0], rows[1:])
        return jnp.moveaxis(jnp.concatenate([rows[:1], rest]), 0, axis).astype(result)

    run.__name__ = f"{ufunc.__name__}_accumulate"
    return jax.jit(run)


def accumulate(ufunc, array, axis=0, dtype=None, out=None):
    if type(out) is tuple:
        out = out[0]
    if ufunc.nin != 2 or ufunc.nout != 1 or ufunc.signature is not None or kernel_of(ufunc) is None:
        return _on_host(ufunc, "accumulate", (array,), {"axis": axis, "dtype": dtype, "out": out}, (out,))
    array = _as_array(array)
    if array.ndim == 0:
        raise TypeError("cannot accumulate on a scalar")
    axes = _axes(axis, array.ndim)
    if len(axes) != 1:
        raise ValueError("accumulate does not allow multiple axes")
    loop, result = _resolve(ufunc, dtype, array.dtype, out)
    core.check_dtype(loop)
    compiled = _compiled_accumulate(ufunc, axes[0], canonical(loop), canonical(result), jax.config.jax_enable_x64)
    value = computed(compiled, (array._value(),))
    if out is None:
        return core.of_device(value)
    if out.shape != value.shape:
        raise ValueError(
            "operands could not be broadcast together with remapped shapes [original->remapped]: "
            f"{value.shape} {out.shape}"
        )
    ufunc_results.write_into(out, value)
    return out


def reduceat(ufunc, array, indices, axis=0, dtype=None, out=None):
    if type(out) is tuple:
        out = out[0]
    if ufunc.nin != 2 or ufunc.nout != 1 or ufunc.signature is not None or kernel_of(ufunc) is None:
        return _on_host(ufunc, "reduceat", (array, indices), {"axis": axis, "dtype": dtype, "out": out}, (out,))
    array = _as_array(array)
    if array.ndim == 0:
        raise TypeError("cannot reduceat on a scalar")
    (axis,) = _axes(axis, array.ndim)
    at = np.asarray(core.host_values(indices))
    if at.size == 0:
        at = at.astype(np.intp)
    if at.dtype.kind not in "iu":
        raise TypeError(f"Cannot cast array data from {at.dtype!r} to dtype('int64') according to the rule 'safe'")
    n = array.shape[axis]
    if at.ndim != 1:
        raise ValueError(
            "object of too small depth for desired array" if at.ndim == 0 else "object too deep for desired array"
        )
    if ((at < 0) | (at >= n)).any():
        bad = at[(at < 0) | (at >= n)][0]
        raise IndexError(f"index {bad} out-of-bounds in {ufunc.__name__}.reduceat [0, {n})")
    stops = np.append(at[1:], n)
    loop, result = _resolve(ufunc, dtype, array.dtype, out)
    if at.size == 0:
        shape = tuple(0 if i == axis else m for i, m in enumerate(array.shape))
        return core.array_of_device(jnp.zeros(shape, canonical(result)))
    compiled = _compiled_reduceat(ufunc, axis, canonical(loop), canonical(result), jax.config.jax_enable_x64)
    value = compiled(array._value(), at, np.where(stops > at, stops, at + 1))
    if out is None:
        return core.array_of_device(value)
    ufunc_results.write_into(out, value)
    return out


@functools.lru_cache(maxsize=256)
def _compiled_reduceat(ufunc, axis, dtype, result, x64):
    kernel = kernel_of(ufunc)

    def run(x, starts, stops):
        rows = jnp.moveaxis(x.astype(dtype), axis, 0)

        def one(start, stop):
            return lax.fori_loop(start + 1, stop, lambda i, r: kernel(r, rows[i]).astype(dtype), rows[start])

        return jnp.moveaxis(lax.map(lambda ab: one(*ab), (starts, stops)), 0, axis).astype(result)

    return jax.jit(run)


def outer(ufunc, a, b, **kwargs):
    if ufunc.nin != 2 or ufunc.signature is not None:
        return host.call(ufunc.outer, (a, b), kwargs)
    a, b = _as_array(a), _as_array(b)
    return ufuncs.general(ufunc, (a.reshape(a.shape + (1,) * b.ndim), b), kwargs)


_SCATTER = {np.add: "add", np.multiply: "multiply", np.maximum: "max", np.minimum: "min"}


def at(ufunc, array, indices, values=None):
    """In place, one element after the other, as NumPy does.

    The scatter is sequential by definition, so the host computes what is exact
    there: see EXACT in ufuncs.  Traced arrays use XLA's scatter.
    """
    if type(array) not in OURS:
        args = (array, indices) if values is None else (array, indices, values)
        return host.call(ufunc.at, args, {})
    if moves.traced((array, indices, values)):
        return _traced_at(ufunc, array, indices, values)
    args = (array, indices) if values is None else (array, indices, values)
    host.call_writing(ufunc.at, args, {}, (array,))
    return None


def _traced_at(ufunc, array, indices, values):
    value = jnp.asarray(array._value())
    index = tuple(_raw(i) for i in indices) if type(indices) is tuple else _raw(indices)
    traced_index.see_that_all_are_inside(index, value.shape)
    if values is None:
        array[...] = core.array_of_device(value.at[index].apply(kernel_of(ufunc)))
        return
    update = getattr(value.at[index], _SCATTER[ufunc])
    array[...] = core.array_of_device(update(_raw(values)))


def _raw(x):
    return x._value() if type(x) in OURS else x
