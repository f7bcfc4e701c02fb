"""Calling ufuncs on JAX: NumPy resolves dtypes and errors, a kernel computes.

Plans (ufunc_plans.py) are cached by ufunc and dtypes, so a call is two dict look-ups
and one compiled function.  Keywords and data that are not stored take longer ways.
"""

from __future__ import annotations

import functools
import warnings

import jax
import numpy as np

from ...array import core, traced_index, traced_number
from ...dispatch import fallback, registry
from ...ground.errors import UnsupportedDtypeError
from ...ground.floating import asked
from ...storage import digits
from ...storage.buffer import Tracer
from .. import host
from . import floating, moves, small, traced_calls
from .kernels import kernel_of
from .known import computed
from .ufunc_plans import (
    COMPARISONS,
    WEAK,
    as_dtype,
    comparable,
    operand,
    plan_for,
    plans,
    weak_value,
)
from .ufunc_results import as_mask, as_ordered, check_out, check_shapes, store

OURS = core.OURS
JaxScalar = core.JaxScalar
JaxArray = core.JaxArray


def binary(ufunc, a, b):
    """An operator between two operands of known types."""
    if asked():
        return _told(ufunc, "__call__", (a, b), {})
    result = small.binary(ufunc, a, b)
    if result is not None:
        return result
    if type(a) is JaxScalar or type(b) is JaxScalar:
        if ufunc in traced_number.LINEAR:
            return traced_number.remember(ufunc, a, b, call(ufunc, (a, b)))
        if ufunc is np.power and digits.wanted.get() and JaxArray not in (type(a), type(b)):
            return _power_of_scalars(a, b)
    try:
        return call(ufunc, (a, b))
    except UnsupportedDtypeError as error:
        return outside(ufunc, "__call__", (a, b), {}, error)


def _power_of_scalars(a, b):
    """``a ** b`` of NumPy's scalars, which ask the C library, as Python does."""
    values, dtypes = zip(*(operand(x) for x in (a, b)), strict=True)
    plan = plan_for(np.power, dtypes)
    values = [weak_value(v, d) if t in WEAK else v for v, t, d in zip(values, dtypes, plan.inputs, strict=True)]
    check_power(plan, values)
    run = digits.pythons(plan.compiled, "pow") if plan.outputs[0].kind == "f" else plan.compiled
    return core.of_device(digits.rounded(run(*values), "a power") if plan.outputs[0].kind == "c" else run(*values))


def call(ufunc, inputs):
    """``ufunc(*inputs)`` with no keywords."""
    result = small.ufunc(ufunc, inputs)
    if result is not None:
        return result
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
    if weak and ufunc in COMPARISONS:
        dtypes = comparable(values, dtypes)
    key = (ufunc, *dtypes, jax.config.jax_enable_x64)
    plan = plans.get(key)
    if plan is None:
        if all(d in WEAK for d in dtypes) or ufunc.signature is not None:
            return general(ufunc, inputs, {})
        plan = plan_for(ufunc, tuple(dtypes))
        if plan.kernel is None:
            return without_kernel(ufunc, inputs, {})
        plans[key] = plan
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
        result = computed(plan.here(), values)
    except (TypeError, ValueError):
        check_shapes(values)
        raise
    if type(result) is tuple:
        return tuple(core.of_device(r) for r in result)
    if ordered and ufunc.signature is None:
        return as_ordered(result, inputs)
    return core.of_device(result)


def check_power(plan, values):
    """Integers to negative integer powers raise, as in NumPy."""
    if plan.inputs[0].kind != "i":
        return
    error = ValueError("Integers to negative integer powers are not allowed.")
    if isinstance(values[1], Tracer):
        if traced_index.on_check is not None:
            traced_index.on_check((values[1] < 0).any(), error)
    elif (np.asarray(values[1]) < 0).any():
        raise error


def out_of_bounds(ufunc, inputs):
    """Comparison with a Python integer that the dtype cannot hold: one answer for all."""
    shape = np.broadcast_shapes(*(np.shape(x) for x in inputs))
    samples = [np.zeros((), x.dtype) if hasattr(x, "dtype") else x for x in inputs]
    answer = np.full(shape, ufunc(*samples))
    return core.of_fresh(answer) if shape else answer[()]


def without_kernel(ufunc, inputs, kwargs):
    if moves.traced(inputs, kwargs):
        return traced_calls.on_host(ufunc, inputs, kwargs, "jax.numpy has no such ufunc")
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
    if where is not True:
        where = as_mask(where)
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
        results = computed(plan.here(), values)
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


def warn_uninitialised():
    warnings.warn(
        "'where' used without 'out', expect unitialized memory in output. If this is intended, use out=None.",
        UserWarning,
        stacklevel=fallback.user_stacklevel(),
    )


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
    if moves.traced(inputs, kwargs):
        return traced_calls.on_host(ufunc, inputs, kwargs, "there is no kernel for this form of it")
    fallback.announce(ufunc.__name__, "jax", "there is no JAX kernel for this ufunc")
    return host.narrow(host.call_writing(ufunc, inputs, kwargs, out))


def dispatch(ufunc, method, inputs, kwargs):
    """What the protocol calls."""
    return _told(ufunc, method, inputs, kwargs) if asked() else _dispatch(ufunc, method, inputs, kwargs)


def _told(ufunc, method, inputs, kwargs):
    """A call of which NumPy has told what there is to tell of floating-point errors."""
    floating.tell(ufunc if method == "__call__" else getattr(ufunc, method), inputs, kwargs)
    with np.errstate(all="ignore"):
        return _dispatch(ufunc, method, inputs, kwargs)


def _dispatch(ufunc, method, inputs, kwargs):
    try:
        if kwargs or method != "__call__":
            result = small.general(ufunc, method, inputs, kwargs)
            if result is not NotImplemented:
                return result
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
