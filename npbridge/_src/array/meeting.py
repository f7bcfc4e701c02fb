"""Operators and functions of our arrays with those of other libraries.

The other library is asked first, with our array.  Where it declines, it is offered an
``ndarray`` of the same values: what it does then is what it does beside NumPy.
"""

from __future__ import annotations

import operator
from typing import Any

from . import core
from .core import JaxArray

MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


def asked(method, *args, **kwargs):
    """What a method of another library's gives; that it cannot is ``NotImplemented``, however it says so."""
    if method is None:
        return NotImplemented
    try:
        return method(*args, **kwargs)
    except (TypeError, AttributeError):
        return NotImplemented


def of_the_run_time(x) -> bool:
    """Whether `x` is of a class of ours for what is known only at run time: its errors are NumPy's."""
    return getattr(type(x), "of_the_run_time", False)


def forward(name: str, x: JaxArray, other):
    """``x op other``."""
    reflected = MIRRORED.get(name) or f"r{name}"
    answer = asked(getattr(type(other), f"__{reflected}__", None), other, x)
    return _function(name)(core.host_values(x), other) if answer is NotImplemented else answer


def backward(name: str, x: JaxArray, other):
    """``other op x``, which `other` has declined."""
    return _function(name)(other, core.host_values(x))


def in_place(name: str, ufunc, x: JaxArray, other):
    """``x op= other``: in the memory of `x`, where NumPy would write into it."""
    if of_the_run_time(other):
        type(other).__array_ufunc__(other, ufunc, "__call__", x, other, out=(x,))
        return x
    if getattr(type(other), "__array_ufunc__", None) is None or x._buffer.traced:
        return NotImplemented
    with x._buffer.lock:
        target = x._writable()
        result = _function(f"i{name}")(target, other)
    return x if result is target else result


def _function(name: str) -> Any:
    return divmod if name == "divmod" else getattr(operator, f"__{name}__")


def ufunc(backend, ufunc, method, inputs, kwargs, strangers):
    """A call of a ufunc with operands that have a protocol of their own."""
    for x in strangers:
        if of_the_run_time(x):
            return type(x).__array_ufunc__(x, ufunc, method, *inputs, **kwargs)
        answer = asked(type(x).__array_ufunc__, x, ufunc, method, *inputs, **kwargs)
        if answer is not NotImplemented:
            return answer
    return backend.offered(getattr(ufunc, method), inputs, kwargs, inputs[:1] if method == "at" else ())


def function(backend, func, types, args, kwargs, foreign):
    """A call of a function with arguments that have a protocol of their own."""
    for kind in foreign:
        instance = _instance(kind, (args, kwargs))
        if of_the_run_time(instance):
            return kind.__array_function__(instance, func, types, args, kwargs)
        if instance is not None:
            answer = asked(kind.__array_function__, instance, func, types, args, kwargs)
            if answer is not NotImplemented:
                return answer
    return backend.offered(func, args, kwargs, ())


def _instance(kind: type, tree):
    """The first object of a type among the arguments."""
    if type(tree) is kind:
        return tree
    if isinstance(tree, (list, tuple, dict)):
        for part in tree.values() if isinstance(tree, dict) else tree:
            found = _instance(kind, part)
            if found is not None:
                return found
    return None
