"""The functions of the namespace: NumPy's, with array-likes made ours.

When an argument is ours already, a call costs one test of a type more than
NumPy's function.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from ..array import conversion, core
from ..backends import host, plain
from ..dispatch.backend import active
from ..dispatch.protocol import foreign, stranger
from ..storage.buffer import canonical

OURS = core.OURS
WEAK = (int, float, complex)
ADOPTED = (np.ndarray, np.memmap)
NO_DATA = (type(None), str, bytes, dict, np.poly1d)

_NOTES = re.compile(r"^ *(See Also|Warns|Warnings?|Notes|References|Examples?)\n *--", re.MULTILINE)
UFUNC_ATTRIBUTES = ("identity", "nargs", "nin", "nout", "ntypes", "resolve_dtypes", "signature", "types")


def as_ours(x):
    """`x` as one of our arrays, if it is data; anything else as it is."""
    kind = type(x)
    if kind in OURS or kind in NO_DATA:
        return x
    if kind is list or kind is tuple or kind in WEAK or kind in ADOPTED or isinstance(x, np.generic):
        return conversion.convert(x)
    if foreign(kind) or stranger(kind) or isinstance(x, np.ndarray):
        return x  # NumPy will ask it; a masked array would lose its mask here
    if hasattr(x, "__array__") or hasattr(x, "__dlpack__") or hasattr(x, "__len__") or _is_buffer(x):
        return conversion.convert(x)
    return x


def _is_buffer(x) -> bool:
    try:
        memoryview(x)
    except TypeError:
        return False
    return True


def arrays(result):
    """What a function of the namespace gives: for the Array API, scalars are arrays of no dimensions."""
    kind = type(result)
    if kind in core.ARRAYS or active().plain:
        return result
    if isinstance(result, (tuple, list)):
        parts = map(arrays, result)
        return kind(*parts) if hasattr(kind, "_fields") else kind(parts)
    return core.array_if_scalar(result)


def adopt(result):
    """What NumPy made from nothing of ours, as ours."""
    if type(result) in OURS:
        return arrays(result)
    if active().plain:
        return plain.to_host(result)
    narrows = active().name == "jax"
    if narrows and type(result) is np.ndarray and canonical(result.dtype) != result.dtype:
        return core.from_object(result, copy=False)  # where integers that do not fit are an error
    result = host.wrap(result, ())
    return arrays(host.narrow(result) if narrows else result)


def adopt_numbers(result):
    """As `adopt`, for results that must be numbers: objects and text are refused."""
    if isinstance(result, np.ndarray):
        core.check_dtype(result.dtype)
    return adopt(result)


def present(call: Callable, function: Any, module: str, name: str) -> Callable:
    """Give `call` the name, the signature and the documentation of `function`."""
    call.__module__ = module
    call.__name__ = call.__qualname__ = name
    vars(call)["__wrapped__"] = function
    source = f"{module.replace('npbridge', 'numpy')}.{name}"
    # without NumPy's notes and examples, which show NumPy's arrays
    text = _NOTES.split(function.__doc__ or "", maxsplit=1)[0].rstrip()
    call.__doc__ = f"As :func:`{source}`, on the active backend; what are no arrays yet become ours.\n\n{text}\n"
    return call


def in_place_of(function, module: str, name: str):
    """A function of the namespace that calls `function` when an array decides."""

    def call(*args, **kwargs):
        if args and type(args[0]) in OURS:
            return arrays(function(*args, **kwargs))
        if args:
            return adopt(function(as_ours(args[0]), *args[1:], **kwargs))
        first = next(iter(inspect.signature(function).parameters), None)
        if first in kwargs:
            kwargs[first] = as_ours(kwargs[first])
        return adopt(function(**kwargs))

    return present(call, function, module, name)


def with_decisive(function, module: str, name: str, position: int, keyword: str):
    """As `in_place_of`, where the array that decides is not the first argument."""

    def call(*args, **kwargs):
        if len(args) > position:
            args = (*args[:position], as_ours(args[position]), *args[position + 1 :])
        elif keyword in kwargs:
            kwargs[keyword] = as_ours(kwargs[keyword])
        return adopt(function(*args, **kwargs))

    return present(call, function, module, name)


def joining(function, module: str, name: str):
    """NumPy's function, and its result adopted where nothing was ours."""

    def call(*args, **kwargs):
        return adopt(function(*args, **kwargs))

    return present(call, function, module, name)


def making(function, module: str, name: str, adopt=adopt_numbers):
    """NumPy's function on host values, and what it made."""

    def call(*args, **kwargs):
        if conversion.elsewhere(kwargs.get("like")):
            return function(*args, **kwargs)
        kwargs.pop("like", None)
        named = {k: core.host_values(x) for k, x in kwargs.items()}
        return adopt(function(*[core.host_values(x) for x in args], **named))

    return present(call, function, module, name)


def placing(call: Callable) -> Callable:
    """`call`, with a `device` that the active backend understands."""

    def placed(*args, device=None, **kwargs):
        result = call(*args, **kwargs)
        return result if device is None else conversion.place(result, device)

    placed.__dict__.update(call.__dict__)
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(placed, name, getattr(call, name))
    return placed


# -- ufuncs


def of_ufunc(ufunc: np.ufunc, module: str, name: str):
    """A function that has the methods and the attributes of a ufunc."""
    call = {1: _unary, 2: _binary}[ufunc.nin](ufunc)
    present(call, ufunc, module, name)
    for attribute in UFUNC_ATTRIBUTES:
        setattr(call, attribute, getattr(ufunc, attribute))
    call.at = ufunc.at
    for method in ("accumulate", "reduce", "reduceat"):
        setattr(call, method, in_place_of(getattr(ufunc, method), f"{module}.{name}", method))
    call.outer = present(_binary(ufunc.outer), ufunc.outer, f"{module}.{name}", "outer")
    return call


def _unary(ufunc):
    def call(x, /, *args, **kwargs):
        if type(x) in OURS:
            return arrays(ufunc(x, *args, **kwargs))
        return adopt(ufunc(as_ours(x), *args, **kwargs))

    return call


def _binary(ufunc):
    def call(x1, x2, /, *args, **kwargs):
        if type(x1) in OURS or type(x2) in OURS:
            return arrays(ufunc(x1, x2, *args, **kwargs))
        # a Python number adapts to the dtype of the other operand: leave it
        if type(x1) in WEAK and type(x2) not in WEAK:
            x2 = as_ours(x2)
        else:
            x1 = as_ours(x1)
        return adopt(ufunc(x1, x2, *args, **kwargs))

    return call
