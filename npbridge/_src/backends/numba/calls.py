"""What the protocol calls on the ``'numpy'`` backend: ufuncs, operators, unknown functions."""

from __future__ import annotations

import numpy as np

from ...array import core
from ...dispatch import backend
from ...dispatch.registry import tables
from ...ground.compat import NO_VALUE
from .. import host
from . import large, reductions

OURS = core.OURS
ARRAYS = core.ARRAYS
STORED_KINDS = core.STORED_KINDS
JaxArray = core.JaxArray
ndarray = np.ndarray
of_fresh = core.of_fresh
SMALLEST = large.SMALLEST
# values that JAX traces: whatever the backend, JAX computes with them
TRACED = core.TRACED_ERRORS
NUMBERS = {int, float, complex, bool} | host.SCALARS
_rules = tables["numpy"]


def ufunc(ufunc, method, inputs, kwargs):
    """Any ufunc call; the frequent forms, without keywords, first."""
    try:
        if not kwargs and method == "__call__":
            if len(inputs) == 1:
                return unary(ufunc, *inputs)
            if len(inputs) == 2:
                return binary(ufunc, *inputs)
        try:
            return _special(ufunc, method, inputs, kwargs)
        except TypeError:
            return _refused(ufunc, inputs, **kwargs)
    except TRACED:
        return backend.load("jax").ufunc(ufunc, method, inputs, kwargs)


def _refused(function, operands, **kwargs):
    """Called where NumPy raised: what the table says, if it refuses the function."""
    rule = _rules.get(function)
    if rule is None or rule.status != "refused":
        raise
    return rule.call(operands, kwargs)


def unary(function, x):
    """A ufunc of one operand."""
    x = x._read() if type(x) is JaxArray else _plain(x)
    result = None
    if type(x) is ndarray and x.size >= SMALLEST:
        result = large.elementwise(function, (x,))
    if result is None:
        try:
            result = function(x)
        except TypeError:
            return _refused(function, (x,))
    if type(result) is ndarray and result.base is None and result.dtype.char in STORED_KINDS:
        return of_fresh(result)
    return host.wrap(result, ())


def binary(function, a, b):
    """An operator, or a ufunc of two operands."""
    try:
        if type(a) is JaxArray:
            a = a._read()
        elif type(a) is not ndarray:
            a = _plain(a)
        if type(b) is JaxArray:
            b = b._read()
        elif type(b) is not ndarray:
            b = _plain(b)
        model = a if type(a) is ndarray else b
        result = None
        if type(model) is ndarray and model.size >= SMALLEST:
            result = large.elementwise(function, (a, b))
        if result is None:
            try:
                result = function(a, b)
            except TypeError:
                return _refused(function, (a, b))
        if type(result) is ndarray and result.base is None and result.dtype.char in STORED_KINDS:
            return of_fresh(result)
        return host.wrap(result, ())
    except TRACED:
        return backend.load("jax").binary(function, a, b)


def update(function, target, other):
    """An in-place operator."""
    try:
        if type(target) not in ARRAYS:
            return ufunc(function, "__call__", (target, other), {"out": (target,)})
        buffer = target._buffer
        kind = type(other)
        operand = other if kind in NUMBERS else other._read() if kind in ARRAYS else _plain(other)
        with buffer.lock:
            window = target._writable()
            if kind in ARRAYS and other._buffer is buffer:
                operand = other._window()  # the memory may have moved
            if window.size < SMALLEST or large.elementwise(function, (window, operand), window) is None:
                function(window, operand, window)
        return None
    except TRACED:
        return backend.load("jax").update(function, target, other)


def _plain(x):
    """What NumPy computes with in place of `x`."""
    kind = type(x)
    if kind in OURS:
        return x._read()
    return x if kind in NUMBERS else host.unwrap(x, [])


def _special(ufunc, method, inputs, kwargs):
    """Methods of ufuncs, and calls with keywords."""
    if method == "__call__":
        if len(kwargs) == 1 and len(inputs) == ufunc.nin and ufunc.nout == 1:
            out = kwargs.get("out", (None,))[0]
            if type(out) is JaxArray:
                return _into(ufunc, inputs, out)
        return host.call_writing(ufunc, inputs, kwargs, kwargs.get("out", ()))
    if method == "reduce" and type(inputs[0]) is JaxArray and inputs[0].size >= SMALLEST:
        number = _reduced(ufunc, *inputs, **kwargs)
        if number is not None:
            return number
    written = inputs[:1] if method == "at" else kwargs.get("out", ())
    return host.call_writing(getattr(ufunc, method), inputs, kwargs, written)


def _into(ufunc, inputs, out):
    """A call whose only keyword is `out`, one array of ours."""

    def compute(operands, target):
        if target.size < SMALLEST or large.elementwise(ufunc, operands, target) is None:
            ufunc(*operands, out=target)

    return host.into(out, inputs, [_plain(x) for x in inputs], compute)


def _reduced(ufunc, x, axis=0, dtype=None, out=None, keepdims=False, initial=NO_VALUE, where=True):
    """``ufunc.reduce`` of all elements by the kernel, or None."""
    whole = axis is None or (x.ndim == 1 and axis in (0, -1))
    if not whole or dtype is not None or keepdims or where is not True or initial is not NO_VALUE:
        return None
    if out is not None and out != (None,):
        return None
    return reductions.reduction(ufunc, x._read())


def missing(function, args, kwargs):
    """A function that is not NumPy's: it runs as it is on the host values."""
    try:
        return host.call_writing(function, args, kwargs, host.outs(kwargs))
    except TRACED:
        return backend.load("jax").missing(function, args, kwargs)
