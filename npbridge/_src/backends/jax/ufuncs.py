"""Calling ufuncs on JAX: NumPy resolves dtypes and errors, a kernel computes.

``ufunc.resolve_dtypes`` gives NumPy's own loop for the operands (NEP 50, casting
errors included); the compiled kernel casts to the loop's dtypes, computes, and
casts to the canonical result dtype.  Plans are cached by ufunc and dtypes, so a
call is two dict look-ups and one compiled function.
"""

from __future__ import annotations

import functools
import warnings

import jax
import jax.numpy as jnp
import numpy as np

from ...array import core, traced_number
from ...dispatch import fallback, registry
from ...ground.errors import UnsupportedDtypeError
from ...storage.buffer import Tracer, canonical
from .. import host
from . import (
    moves,
    special_values,  # noqa: F401  its kernels replace some of kernels.py
)
from .kernels import kernel_of
from .known import computed

OURS = core.OURS
JaxScalar = core.JaxScalar
JaxArray = core.JaxArray

WEAK = {int: int, float: float, complex: complex}
COMPARISONS = {np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal}

# On immutable scalars these are computed where the numbers lie.  Each is exactly
# rounded, or exact, in IEEE arithmetic: the kernel cannot change the answer.
EXACT = {
    np.add,
    np.subtract,
    np.multiply,
    np.divide,
    np.floor_divide,
    np.remainder,
    np.negative,
    np.positive,
    np.absolute,
    np.bitwise_and,
    np.bitwise_or,
    np.bitwise_xor,
    np.invert,
    np.left_shift,
    np.right_shift,
    np.logical_and,
    np.logical_or,
    np.logical_not,
    np.minimum,
    np.maximum,
    np.sqrt,
    np.isnan,
    np.isfinite,
    np.isinf,
    np.floor,
    np.ceil,
    np.rint,
    np.trunc,
    np.sign,
    *COMPARISONS,
}

_plans: dict = {}


class Plan:
    """One ufunc for one combination of operand dtypes."""

    __slots__ = ("compiled", "inputs", "kernel", "outputs")

    def __init__(self, ufunc, inputs, outputs):
        self.inputs = inputs
        self.outputs = tuple(canonical(d) for d in outputs)
        self.kernel = kernel_of(ufunc)
        loop = tuple(canonical(d) for d in inputs)
        results = self.outputs
        kernel = self.kernel

        def run(*operands):
            out = kernel(*[x.astype(d) for x, d in zip(operands, loop, strict=True)])
            if len(results) == 1:
                return out.astype(results[0])
            return tuple(x.astype(d) for x, d in zip(out, results, strict=True))

        run.__name__ = run.__qualname__ = ufunc.__name__
        self.compiled = jax.jit(run)


def plan_for(ufunc, dtypes, **resolve):
    key = (ufunc, dtypes, jax.config.jax_enable_x64, *sorted(resolve.items(), key=lambda kv: kv[0]))
    plan = _plans.get(key)
    if plan is None:
        resolved = ufunc.resolve_dtypes((*dtypes, *([None] * ufunc.nout)), **resolve)
        for dtype in resolved:
            core.check_dtype(dtype)
        plan = _plans[key] = Plan(ufunc, resolved[: ufunc.nin], resolved[ufunc.nin :])
    return plan


_weak_values: dict = {}


def weak_value(number, dtype):
    """A Python number as a device scalar of the loop's dtype; OverflowError as NumPy's."""
    if isinstance(number, Tracer):
        return number.astype(canonical(dtype))
    key = (number, dtype, canonical(dtype), type(number))
    value = _weak_values.get(key)
    # zero is not kept: 0.0 and -0.0 are one key
    if value is None or number == 0:
        value = np.asarray(number, dtype) if dtype.kind in "iu" else np.asarray(canonical(dtype).type(number))
        value = value.astype(canonical(dtype))[()]
        if number != 0:
            if len(_weak_values) > 4096:
                _weak_values.clear()
            _weak_values[key] = value
    elif isinstance(value, np.generic):
        # asked for again: now it pays to have it on the device
        device = jax.device_put(value)
        if not isinstance(device, Tracer):
            value = _weak_values[key] = device
    return value


def operand(x):
    """``(value, dtype or Python type)`` of one operand."""
    kind = type(x)
    if kind in OURS:
        value = x._value()
        return value, x.weak or value.dtype
    if kind in WEAK:
        return x, kind
    if kind is bool:
        return np.bool_(x), np.dtype(bool)
    if isinstance(x, jax.Array):
        return x, x.dtype
    if isinstance(x, np.generic):
        x = np.asarray(x)
    elif kind is list or kind is tuple:
        x = core.sequence_values(x)
        if type(x) in OURS:
            return x._value(), x.dtype
        x = np.asarray(x)
    elif kind is not np.ndarray:
        x = np.asarray(core.host_values(x))
    else:
        x = x.copy()
    core.check_dtype(x.dtype)
    if not x.dtype.isnative:
        x = x.astype(x.dtype.newbyteorder("="))
    return x, x.dtype


def host_scalar(x):
    """The number where `x` is a scalar whose value lies on the host, else None."""
    kind = type(x)
    if kind is JaxScalar:
        try:
            return slot_number(x)
        except AttributeError:
            return None
    return x if kind in WEAK or kind is bool or isinstance(x, np.generic) else None


slot_number = JaxScalar._number.__get__


def binary(ufunc, a, b):
    """An operator between two operands of known types."""
    if type(a) is JaxScalar or type(b) is JaxScalar:
        if ufunc in EXACT:
            x, y = host_scalar(a), host_scalar(b)
            if x is not None and y is not None:
                return host.narrow(host.wrap(ufunc(x, y), ()))
            if ufunc in traced_number.LINEAR:
                return traced_number.remember(ufunc, a, b, call(ufunc, (a, b)))
    try:
        return call(ufunc, (a, b))
    except UnsupportedDtypeError as error:
        return outside(ufunc, "__call__", (a, b), {}, error)


def call(ufunc, inputs):
    """``ufunc(*inputs)`` with no keywords."""
    values = []
    dtypes = []
    weak = ordered = False
    for x in inputs:
        if type(x) is JaxArray:
            layout = x._layout
            if layout is not None and layout is not x._buffer.host and layout.ndim > 1:
                ordered = ordered or not layout.flags.c_contiguous
            value = x._value()
            values.append(value)
            dtypes.append(value.dtype)
        else:
            value, dtype = operand(x)
            weak = weak or dtype in WEAK
            values.append(value)
            dtypes.append(dtype)
    key = (ufunc, *dtypes, jax.config.jax_enable_x64)
    plan = _plans.get(key)
    if plan is None:
        if all(d in WEAK for d in dtypes) or ufunc.signature is not None:
            return general(ufunc, inputs, {})
        plan = plan_for(ufunc, tuple(dtypes))
        if plan.kernel is None:
            return without_kernel(ufunc, inputs, {})
        _plans[key] = plan
    if weak:
        try:
            values = [weak_value(v, d) if t in WEAK else v for v, t, d in zip(values, dtypes, plan.inputs, strict=True)]
        except OverflowError:
            if ufunc in COMPARISONS:
                return out_of_bounds(ufunc, inputs)
            raise
    if ufunc is np.power:
        check_power(plan, values)
    try:
        result = computed(plan.compiled, values)
    except (TypeError, ValueError):
        check_shapes(values)
        raise
    if type(result) is tuple:
        return tuple(core.of_device(r) for r in result)
    if ordered and ufunc.signature is None:
        return as_ordered(result, inputs)
    return core.of_device(result)


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


def check_power(plan, values):
    """Integers to negative integer powers raise, as in NumPy."""
    if plan.inputs[0].kind != "i" or isinstance(values[1], Tracer):
        return
    if (np.asarray(values[1]) < 0).any():
        raise ValueError("Integers to negative integer powers are not allowed.")


def out_of_bounds(ufunc, inputs):
    """Comparison with a Python integer that the dtype cannot hold: one answer for all."""
    shape = np.broadcast_shapes(*(np.shape(x) for x in inputs))
    samples = [np.zeros((), x.dtype) if hasattr(x, "dtype") else x for x in inputs]
    answer = np.full(shape, ufunc(*samples))
    return core.of_fresh(answer) if shape else core.of_number(answer[()])


def without_kernel(ufunc, inputs, kwargs):
    fallback.announce(ufunc.__name__, "jax", "jax.numpy has no such ufunc")
    result = host.call_writing(ufunc, inputs, kwargs, kwargs.get("out", ()))
    return host.narrow(result)


def general(ufunc, inputs, kwargs):
    """``ufunc(*inputs, **kwargs)`` with any keywords, or with a core signature."""
    kwargs = dict(kwargs)
    out = kwargs.pop("out", None)
    where = kwargs.pop("where", True)
    if out is None and where is not True:
        warn_uninitialised()
    if type(out) is tuple and any(o is Ellipsis for o in out):
        raise TypeError("must use `...` as `out=...` and not per-operand/in a tuple")
    out = out or ()
    order = kwargs.pop("order", "K")
    kwargs.pop("subok", None)
    axes = {k: kwargs.pop(k) for k in ("axis", "axes", "keepdims") if k in kwargs}
    resolve = {}
    dtype = kwargs.pop("dtype", None)
    signature = kwargs.pop("signature", kwargs.pop("sig", None))
    if dtype is not None:
        signature = (None,) * ufunc.nin + (as_dtype(dtype),) * ufunc.nout
    if "casting" in kwargs:
        resolve["casting"] = kwargs.pop("casting")
    if kernel_of(ufunc) is None or axes or len(inputs) != ufunc.nin or kwargs or isinstance(signature, str):
        return elsewhere(ufunc, inputs, out, where, order, dtype, signature, resolve, axes, kwargs)
    values, dtypes = zip(*(operand(x) for x in inputs), strict=True)
    if all(d in WEAK for d in dtypes):
        values = tuple(v if isinstance(v, Tracer) else np.asarray(v) for v in values)
        dtypes = tuple(v.dtype for v in values)
    if signature is not None:
        resolve["signature"] = tuple(as_dtype(s) if s is not None else None for s in signature)
    plan = plan_for(ufunc, dtypes, **resolve)
    if out:
        check_out(ufunc, dtypes, plan, out, resolve)
    try:
        values = [weak_value(v, d) if t in WEAK else v for v, t, d in zip(values, dtypes, plan.inputs, strict=True)]
    except OverflowError:
        if ufunc not in COMPARISONS or out or where is not True:
            raise
        return out_of_bounds(ufunc, inputs)
    if ufunc is np.power:
        check_power(plan, values)
    try:
        results = computed(plan.compiled, values)
    except (TypeError, ValueError):
        if ufunc.signature is None:
            check_shapes(values)
        samples = [np.zeros(np.shape(v), d) for v, d in zip(values, plan.inputs, strict=True)]
        ufunc(*samples)  # NumPy's own error for these shapes
        raise
    many = type(results) is tuple
    results = results if many else (results,)
    if out and ufunc.signature is not None and any(o.shape != r.shape for o, r in zip(out, results, strict=True)):
        # core dimensions are not broadcast into `out`: NumPy says so
        samples = [np.zeros(np.shape(v), d) for v, d in zip(values, plan.inputs, strict=True)]
        ufunc(*samples, out=tuple(np.empty(o.shape, o.dtype) for o in out), casting="unsafe")
    finished = [store(ufunc, r, out[i] if i < len(out) else None, where, inputs, order) for i, r in enumerate(results)]
    return tuple(finished) if many else finished[0]


def as_dtype(dtype) -> np.dtype:
    """A dtype from what NumPy takes for one, DType classes included."""
    if isinstance(dtype, type) and issubclass(dtype, np.dtype):
        return dtype()
    return np.dtype(dtype)


def warn_uninitialised():
    warnings.warn(
        "'where' used without 'out', expect unitialized memory in output. If this is intended, use out=None.",
        UserWarning,
        stacklevel=fallback.user_stacklevel(),
    )


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
            raise np._core._exceptions._UFuncOutputCastingError(ufunc, casting, target, o.dtype, i)


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
        return out if shape else core.of_number(out._read()[()])
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
        out[...] = core.array_of_device(jnp.where(mask, result.astype(out.dtype), out._value()))
        return
    mask = where._read() if type(where) in OURS else np.asarray(where, bool)
    values = np.asarray(result)
    with out._buffer.lock:
        np.copyto(out._writable(), values, casting="unsafe", where=mask)


def elsewhere(ufunc, inputs, out, where, order, dtype, signature, resolve, axes, rest):
    """Forms of a call that are not one kernel: core axes, unknown ufuncs, errors."""
    kwargs = {**resolve, **axes, **rest}
    if dtype is not None:
        kwargs["dtype"] = dtype
    elif signature is not None:
        kwargs["signature"] = signature
    if where is not True:
        kwargs["where"] = where
    if order != "K":
        kwargs["order"] = order
    if out:
        kwargs["out"] = out
    if ufunc.signature is not None and axes and kernel_of(ufunc) is not None and not rest:
        from .gufuncs import with_axes

        return with_axes(ufunc, inputs, axes, kwargs)
    if len(inputs) != ufunc.nin or rest or isinstance(signature, str):
        if len(inputs) == ufunc.nin and isinstance(signature, str) and not rest:
            kwargs["signature"] = tuple(np.dtype(c) for c in signature.replace("->", ""))
            return general(ufunc, inputs, kwargs)
        if len(inputs) > ufunc.nin and not out and kernel_of(ufunc) is not None:
            return general(ufunc, inputs[: ufunc.nin], {**kwargs, "out": tuple(inputs[ufunc.nin :])})
        return host.call_writing(ufunc, inputs, kwargs, out)  # raises NumPy's TypeError
    fallback.announce(ufunc.__name__, "jax", "there is no JAX kernel for this ufunc")
    return host.narrow(host.call_writing(ufunc, inputs, kwargs, out))


def dispatch(ufunc, method, inputs, kwargs):
    """What the protocol calls."""
    try:
        if method != "__call__":
            from . import ufunc_methods

            return getattr(ufunc_methods, method)(ufunc, *inputs, **kwargs)
        if kwargs or len(inputs) != ufunc.nin:
            return general(ufunc, inputs, kwargs)
        for x in inputs:
            if type(x) is not JaxArray:
                return _mixed(ufunc, inputs)
        return call(ufunc, inputs)
    except UnsupportedDtypeError as error:
        return outside(ufunc, method, inputs, kwargs, error)


def _mixed(ufunc, inputs):
    """A call in which scalars or arrays of other classes take part."""
    for x in inputs:
        if isinstance(x, np.ndarray) and type(x) is not np.ndarray:
            return host.call(ufunc, inputs, {})
    if ufunc in EXACT:
        numbers = [host_scalar(x) for x in inputs]
        if all(n is not None for n in numbers):
            return host.narrow(host.wrap(ufunc(*numbers), ()))
    return call(ufunc, inputs)


def outside(ufunc, method, inputs, kwargs, error):
    """A call with data that are not stored: NumPy's affair, and its result an ndarray."""
    if any(moves.traced((x,)) for x in inputs):
        raise error
    fallback.announce(ufunc.__name__, "jax", f"dtypes that are not stored take part ({error})")
    code = ufunc if method == "__call__" else getattr(ufunc, method)
    return host.narrow(host.call_writing(code, inputs, kwargs, host.outs(kwargs)))


def register_rows() -> None:
    """A row for every numeric ufunc: the table of the backend is complete."""
    from numpy.testing.overrides import get_overridable_numpy_ufuncs

    for ufunc in get_overridable_numpy_ufuncs():
        if ufunc not in registry.tables["jax"] and kernel_of(ufunc) is not None:
            rule = registry.Rule(functools.partial(_row, ufunc), "native", "compiled kernel, NumPy's dtypes")
            registry.register("jax", ufunc, rule)


def _row(ufunc, args, kwargs):
    return dispatch(ufunc, "__call__", args, kwargs)
