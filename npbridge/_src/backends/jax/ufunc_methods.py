"""``accumulate``, ``reduceat``, ``outer`` and ``at`` on JAX; ``reduce`` has its own file."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ...array import core, indexing, traced_index
from ...storage import compiling
from ...storage.buffer import canonical
from ...storage.casts import cast
from .. import host
from . import moves, ufunc_plans, ufunc_results, ufuncs
from .kernels import kernel_of
from .known import computed
from .ufunc_arguments import as_array, axes_of, on_host, reduction_dtypes
from .ufunc_reduce import SUMMING, reduce, sums_in_64_bits  # noqa: F401  found by name, with those below

OURS = core.OURS


_ASSOCIATIVE = {
    np.logical_and, np.logical_or, np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.logical_xor,
    np.maximum, np.minimum,
}  # fmt: skip


@functools.lru_cache(maxsize=1024)
def _compiled_accumulate(ufunc, axis, dtype, result, x64):
    kernel = kernel_of(ufunc)

    def run(x):
        x = cast(x, dtype)
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
    return compiling.kernel(run)


def accumulate(ufunc, array, axis=0, dtype=None, out=None):
    if type(out) is tuple:
        out = out[0]
    if ufunc.nin != 2 or ufunc.nout != 1 or ufunc.signature is not None or kernel_of(ufunc) is None:
        return on_host(ufunc, "accumulate", (array,), {"axis": axis, "dtype": dtype, "out": out}, (out,))
    array = as_array(array)
    if array.ndim == 0:
        raise TypeError("cannot accumulate on a scalar")
    axes = axes_of(axis, array.ndim)
    if len(axes) != 1:
        raise ValueError("accumulate does not allow multiple axes")
    loop, result = reduction_dtypes(ufunc, dtype, array.dtype, out)
    core.check_dtype(loop)
    if loop.kind in "iu" and ufunc in SUMMING and canonical(loop) != loop and sums_in_64_bits(array):
        kwargs = {"axis": axis, "dtype": dtype, "out": out}
        return host.narrow(host.call_writing(ufunc.accumulate, (array,), kwargs, host.outs(kwargs)))
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
        return on_host(ufunc, "reduceat", (array, indices), {"axis": axis, "dtype": dtype, "out": out}, (out,))
    array = as_array(array)
    if array.ndim == 0:
        raise TypeError("cannot reduceat on a scalar")
    (axis,) = axes_of(axis, array.ndim)
    if moves.traced((indices,)):
        kwargs = {"axis": axis, "dtype": dtype, "out": out}
        return on_host(ufunc, "reduceat", (array, indices), kwargs, (out,))
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
    loop, result = reduction_dtypes(ufunc, dtype, array.dtype, out)
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
        rows = jnp.moveaxis(cast(x, dtype), axis, 0)

        def one(start, stop):
            return lax.fori_loop(start + 1, stop, lambda i, r: kernel(r, rows[i]).astype(dtype), rows[start])

        return jnp.moveaxis(lax.map(lambda ab: one(*ab), (starts, stops)), 0, axis).astype(result)

    return compiling.kernel(run)


def outer(ufunc, a, b, **kwargs):
    if ufunc.nin != 2 or ufunc.signature is not None:
        return host.call(ufunc.outer, (a, b), kwargs)
    a, b = as_array(a), as_array(b)
    return ufuncs.general(ufunc, (a.reshape(a.shape + (1,) * b.ndim), b), kwargs)


_SCATTER = {np.add: "add", np.multiply: "multiply", np.maximum: "max", np.minimum: "min"}


def at(ufunc, array, indices, values=None):
    """In place, one element after the other, as NumPy does.

    The scatter is sequential by definition, so the host computes what is exact
    there: see EXACT in in_place.  Traced arrays use XLA's scatter.
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
    if type(array) is not core.JaxArray and (type(array) is core.JaxScalar or isinstance(array, core.JaxScalar)):
        raise TypeError("first operand must be array")
    value = jnp.asarray(array._value())
    index = indexing.plain_key(indices)
    traced_index.see_that_all_are_inside(index, value.shape)
    index = indexing.key_for_jax(index)
    np.empty(array.shape, np.int8)[jax.tree.map(_stand_in, index)]  # NumPy's error for an index that is none
    operands = () if values is None else (jnp.asarray(as_array(values)._value()),)
    samples = [np.zeros(1, x.dtype) for x in operands]
    ufunc.at(np.ones(1, value.dtype), [0], *samples)  # and for dtypes that do not fit
    ordered = ufunc in (np.maximum, np.minimum)
    if values is not None and ufunc in _SCATTER and value.dtype.kind not in ("c" if ordered else "b"):
        update = getattr(value.at[index], _SCATTER[ufunc])
        array[...] = core.array_of_device(update(cast(operands[0], value.dtype)))
        return
    array[...] = core.array_of_device(_one_by_one(ufunc, value, index, operands))


def _stand_in(x):
    return np.zeros(x.shape, x.dtype) if hasattr(x, "dtype") else x


def _one_by_one(ufunc, value, index, operands):
    """Each place in turn, as often as it is named."""
    places = jnp.arange(value.size).reshape(value.shape)[index]
    given = [jnp.broadcast_to(x, places.shape).reshape(-1) for x in operands]
    places, flat = places.reshape(-1), value.reshape(-1)
    plan = ufunc_plans.plan_for(ufunc, (value.dtype, *(x.dtype for x in operands)))

    def step(k, flat):
        new = plan.compiled(flat[places[k]], *(x[k] for x in given))
        return flat.at[places[k]].set(cast(new, flat.dtype))

    return lax.fori_loop(0, places.size, step, flat).reshape(value.shape)
