"""Where the result of a kernel goes: into memory laid out as NumPy's, or into ``out``."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ...array import core
from ...ground.compat import UFuncOutputCastingError
from ...storage.buffer import Tracer, canonical
from ...storage.casts import cast

OURS = core.OURS
JaxScalar = core.JaxScalar
JaxArray = core.JaxArray


def check_shapes(values):
    """NumPy's own error where the operands cannot be broadcast."""
    np.nditer([np.broadcast_to(False, np.shape(v)) for v in values], ["zerosize_ok"])


def as_ordered(result, inputs):
    """The result laid out in memory as NumPy would lay it out (order "K")."""
    if isinstance(result, Tracer):
        return core.of_device(result)
    windows = [x._window() for x in inputs if type(x) in OURS and type(x) is not JaxScalar]
    flags = [["readonly"]] * len(windows) + [["writeonly", "allocate"]]
    iterator = np.nditer([*windows, None], ["zerosize_ok", "refs_ok"], flags, order="K")
    return laid_out(result, iterator.operands[-1])


def laid_out(result, model):
    """`result` as an array whose memory has the axis order of `model`."""
    order = sorted(range(model.ndim), key=lambda i: -abs(model.strides[i]))
    if order == list(range(model.ndim)) or model.shape != result.shape:
        return core.of_device(result)
    base = core.of_device(jnp.transpose(result, order))
    turned = base.transpose(tuple(int(i) for i in np.argsort(order)))
    turned._base = None
    return turned


def check_out(ufunc, dtypes, plan, out, resolve):
    casting = resolve.get("casting", "same_kind")
    for i, o in enumerate(out):
        if o is None:
            continue
        if type(o) is JaxScalar or not (type(o) in OURS or isinstance(o, np.ndarray)):
            raise TypeError("return arrays must be of ArrayType")
        target = plan.outputs[i] if plan.outputs[i] == canonical(plan.outputs[i]) else canonical(plan.outputs[i])
        if not np.can_cast(target, o.dtype, casting):
            given = [d if isinstance(d, np.dtype) else None for d in dtypes]
            if None not in given:
                ufunc.resolve_dtypes((*given, *(x.dtype if x is not None else None for x in out)), **resolve)
            raise UFuncOutputCastingError(ufunc, casting, target, o.dtype, i)


def as_mask(where):
    """The values of a mask: numbers and lists are converted as NumPy does, of arrays only booleans are taken."""
    if type(where) in (list, tuple):
        where = core.sequence_values(where)
        where = core.of_device(where._value() != 0) if type(where) in OURS else np.asarray(where, bool)
    if isinstance(where, (np.ndarray, jax.Array)) or type(where) is JaxArray:
        if where.dtype != bool:
            raise TypeError(
                f"Cannot cast array data from {where.dtype!r} to dtype('bool') according to the rule 'safe'"
            )
        return core.value_of(where)
    return where._value() != 0 if type(where) in OURS else np.asarray(where, bool)


def store(ufunc, result, out, where, inputs, order):
    """Put a kernel's result where the caller wants it."""
    if out is None:
        if where is True:
            if (
                ufunc.signature is None
                and order in ("K", "A")
                and any(
                    type(x) is JaxArray and x._layout is not None and not x._layout.flags.c_contiguous for x in inputs
                )
            ):
                return as_ordered(result, inputs)
            if order == "F" and result.ndim > 1:
                return laid_out(result, np.empty(result.shape, np.int8, order="F"))
            return core.of_device(result)
        shape = np.broadcast_shapes(result.shape, np.shape(where))
        out = core.of_fresh(np.zeros(shape, result.dtype))
        write_into(out, result, where)
        return out if shape else out._read()[()]
    shape = np.shape(where) if where is not True else ()
    if np.broadcast_shapes(result.shape, shape, out.shape) != out.shape:
        raise ValueError(
            f"non-broadcastable output operand with shape {_s(out.shape)} doesn't match the broadcast shape "
            f"{_s(np.broadcast_shapes(result.shape, shape, out.shape))}"
        )
    write_into(out, result, where)
    return out


def _s(shape):
    return str(shape).replace(" ", "")


def write_into(out, result, where=True):
    """Write a device result into `out`, ours or an ndarray, where the mask says."""
    if type(out) not in OURS:
        where = where if where is True else np.asarray(where, bool)
        np.copyto(out, np.asarray(result), casting="unsafe", where=where)
        return
    if where is True and out._whole and out.dtype == result.dtype and out.shape == result.shape:
        buffer = out._buffer
        window = out._layout
        if window is None or window.flags.writeable:
            with buffer.lock:
                buffer.replace(result)
            return
    if where is True:
        out[...] = core.array_of_device(result)
        return
    if out._buffer.traced or isinstance(result, Tracer):
        mask = where._value() if type(where) in OURS else where
        mask = jnp.asarray(mask, bool)
        out[...] = core.array_of_device(jnp.where(mask, cast(result, out.dtype), out._value()))
        return
    mask = where._read() if type(where) in OURS else np.asarray(where, bool)
    values = np.asarray(result)
    with out._buffer.lock:
        np.copyto(out._writable(), values, casting="unsafe", where=mask)
