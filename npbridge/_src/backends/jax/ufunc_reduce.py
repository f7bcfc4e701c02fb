"""``ufunc.reduce`` on JAX: one compiled reduction for each combination of arguments."""

from __future__ import annotations

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ...array import core
from ...ground.compat import NO_VALUE
from ...storage import compiling
from ...storage.buffer import canonical
from ...storage.casts import cast
from .. import host
from . import ufunc_plans, ufunc_results, ufuncs
from .kernels import kernel_of
from .known import computed
from .ufunc_arguments import as_array, axes_of, on_host, reduction_dtypes

OURS = core.OURS
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
        found = getattr(jnp, name)(x, axis)
        if not jnp.issubdtype(x.dtype, jnp.floating):
            return found
        # XLA's reductions on CPU lose NaN from 4,096 elements on
        return jnp.where(jnp.any(jnp.isnan(x), axis), jnp.asarray(jnp.nan, x.dtype), found)

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
        x = cast(x, dtype)
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
    return compiling.kernel(run)


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
        axes = axes_of(axis, len(shape))
        loop, result = reduction_dtypes(ufunc, None, value.dtype, None)
        full = _compiled_reduce(
            ufunc, axes, bool(keepdims), canonical(loop), canonical(result), False, False, 0, key[-1]
        )  # fmt: skip
        compiled = _frequent[key] = compiling.kernel(lambda x: full(x, np.True_, np.int8(0)))
    return core.of_device(computed(compiled, (value,)))


SUMMING = (np.add, np.multiply)


def sums_in_64_bits(array) -> bool:
    """Whether NumPy adds up these integers: in 64 bits, which JAX does not have here; what wraps is told."""
    buffer = array._buffer
    if jax.config.jax_enable_x64 or buffer.traced:
        return False
    return buffer.current or all(device.platform == "cpu" for device in buffer.device.devices())


def reduce(ufunc, array, axis=0, dtype=None, out=None, keepdims=False, initial=NO_VALUE, where=True):
    if type(out) is tuple:
        out = out[0]
    if (
        out is dtype is None and initial is NO_VALUE and where is True
        and type(array) in core.ARRAYS and (axis is None or type(axis) is int) and ufunc in REDUCTIONS
    ):  # fmt: skip
        if ufunc in SUMMING and array.dtype.kind in "iu" and sums_in_64_bits(array):
            return host.narrow(host.call(ufunc.reduce, (array,), {"axis": axis, "keepdims": bool(keepdims)}))
        found = _frequent_reduce(ufunc, array, axis, keepdims)
        if found is not None:
            return found
    if ufunc.nin != 2 or ufunc.nout != 1 or ufunc.signature is not None or kernel_of(ufunc) is None:
        return on_host(
            ufunc, "reduce", (array,), {"axis": axis, "dtype": dtype, "out": out, "keepdims": keepdims}, (out,)
        )
    if out is not None and not (type(out) in OURS or isinstance(out, np.ndarray)):
        raise TypeError("output must be an array")
    array = as_array(array)
    axes = axes_of(axis, array.ndim)
    if len(axes) > 1 and not ufunc_reorderable(ufunc):
        raise ValueError(
            f"reduction operation '{ufunc.__name__}' is not reorderable, so at most one axis may be specified"
        )
    loop, result = reduction_dtypes(ufunc, dtype, array.dtype, out)
    core.check_dtype(loop)
    if loop.kind in "iu" and ufunc in SUMMING and canonical(loop) != loop and sums_in_64_bits(array):
        kwargs = {
            "axis": axes,
            "dtype": dtype,
            "out": out,
            "keepdims": bool(keepdims),
            "initial": initial,
            "where": where,
        }
        return host.narrow(host.call_writing(ufunc.reduce, (array,), kwargs, host.outs(kwargs)))
    identity = ufunc.identity
    has_initial = initial is not NO_VALUE and initial is not None
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
        mask = ufunc_results.as_mask(where)
    else:
        mask = np.True_
    start = _start(initial, loop) if has_initial else np.int8(0)
    if ufunc is np.power and loop.kind == "i":
        ufuncs.check_power(ufunc_plans.plan_for(ufunc, (loop, loop)), (None, np.delete(array, 0, axes[0])._value()))
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
