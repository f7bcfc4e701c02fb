"""What NumPy calls: from the protocol hooks to the rule of the active backend."""

from __future__ import annotations

import contextlib
import numbers
import operator

import jax
import numpy as np

from ..array import core, meeting
from ..ground import events
from ..ground.compat import trace_state_clean
from ..ground.errors import UnsupportedDtypeError
from ..ground.events import listeners
from ..ground.floating import asked
from ..storage.buffer import Tracer
from . import backend as backends
from .backend import _override, active

OURS = core.OURS
JaxArray = core.JaxArray

# Operand types that are understood without asking; whatever else has an
# __array_ufunc__ of its own gets its turn.
PLAIN: set[type] = {np.ndarray, int, float, complex, bool, list, tuple, type(None)}
PLAIN.update(t for t in np.sctypeDict.values() if isinstance(t, type))
# Those that go straight to the backend.
DIRECT = {int, float, complex, bool, np.ndarray} | {t for t in PLAIN if issubclass(t, np.generic)}

_ndarray_ufunc = np.ndarray.__array_ufunc__
_Ufunc = np.ufunc


def stranger(kind: type) -> bool:
    """Whether operands of this type may want to handle the call themselves."""
    if kind in PLAIN or issubclass(kind, (core.JaxArray, jax.Array, np.generic, numbers.Number)):
        PLAIN.add(kind)
        return False
    if issubclass(kind, np.ndarray):
        return kind.__array_ufunc__ is not _ndarray_ufunc
    return hasattr(kind, "__array_ufunc__")


def dispatch_ufunc(ufunc, method, inputs, kwargs):
    backend = active()
    if type(ufunc) is not _Ufunc:  # made by Numba
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        return backend.offered(function, inputs, kwargs, ())
    for x in inputs:
        kind = type(x)
        if kind in OURS or kind in PLAIN:
            continue
        if stranger(kind):
            return meeting.ufunc(backend, ufunc, method, inputs, kwargs, _strangers(inputs, kwargs))
        if not kwargs and has_methods(kind) and hasattr(kind, "__array_wrap__"):
            return backend.offered(getattr(ufunc, method), inputs, kwargs, ())  # NumPy has it wrap the result
    if kwargs:
        for x in (*kwargs.get("out", ()), kwargs.get("where")):
            kind = type(x)
            if kind not in OURS and kind not in PLAIN and stranger(kind):
                return meeting.ufunc(backend, ufunc, method, inputs, kwargs, _strangers(inputs, kwargs))
    if events.listeners:
        events.emit("dispatch", ufunc.__name__, backend=backend.name, method=method)
    try:
        return backend.ufunc(ufunc, method, inputs, kwargs)
    except ValueError:
        given = _given(inputs)
        if given is inputs:
            raise
        return backend.ufunc(ufunc, method, given, kwargs)


def _given(args):
    """Arguments with arrays of ours in the place of objects that give them by ``__array__``, which NumPy refuses."""
    given = []
    for x in args:
        made = _given(x) if type(x) in (list, tuple) else core.of_protocol(x)
        given.append(x if made is None else made)
    return args if all(map(operator.is_, args, given)) else type(args)(given)


def _strangers(inputs, kwargs) -> list:
    found = [x for x in (*inputs, *kwargs.get("out", ()), kwargs.get("where")) if type(x) not in OURS]
    return [x for x in found if stranger(type(x)) and type(x).__array_ufunc__ is not None]


def foreign(kind: type) -> bool:
    """Whether a type among the arguments should handle the function itself."""
    if kind in OURS or kind in PLAIN or issubclass(kind, (core.JaxArray, jax.Array)):
        return False
    if issubclass(kind, np.ndarray):
        return kind.__array_function__ is not np.ndarray.__array_function__
    return hasattr(kind, "__array_function__")


def more_than_values(kind: type) -> bool:
    """Whether an ndarray is of a class with rules of its own for what comes out: masks, matrices, a user's."""
    return kind not in PLAIN and kind not in OURS and issubclass(kind, np.ndarray) and kind is not np.memmap


_with_methods: dict[type, bool] = {}


def has_methods(kind: type) -> bool:
    """Whether objects are arrays of some sort without a protocol: of those NumPy's functions call the methods."""
    known = _with_methods.get(kind)
    if known is None:
        ours = kind in PLAIN or issubclass(kind, (core.JaxArray, jax.Array, Tracer, np.ndarray, np.generic))
        known = _with_methods[kind] = not ours and hasattr(kind, "__array__")
    return known


def apply(backend, rule, function, args, kwargs, unbound=None):
    """Run a rule; calls that ask for data which are not stored go to the backend.

    `unbound` is the method of ``numpy.ndarray`` that was called, where one was.
    """
    try:
        if not asked():  # where nobody asks for floating-point errors, `rule.first` has declined already
            return _answered(backend, rule, function, args, kwargs)
        told = backend.told is not None and backend.told(rule, unbound or function, args, kwargs)
        with np.errstate(all="ignore") if told else contextlib.nullcontext():
            result = NotImplemented if rule.first is None else rule.first(args, kwargs, unbound)
            return _answered(backend, rule, function, args, kwargs) if result is NotImplemented else result
    except core.TRACED_ERRORS:
        if backend.traced is not None:
            raise
        jaxs = backends.load("jax")  # whatever the backend, JAX computes with what it traces
        rule = jaxs.rules.get(unbound) or jaxs.rules.get(function)
        return (
            jaxs.missing(function, args, kwargs) if rule is None else apply(jaxs, rule, function, args, kwargs, unbound)
        )
    except UnsupportedDtypeError as error:
        if backend.outside is None or rule.status == "refused":
            raise
        return backend.outside(unbound or function, args, kwargs, error)


def _answered(backend, rule, function, args, kwargs):
    if backend.traced is not None and not trace_state_clean():
        return backend.traced(rule, function, args, kwargs)
    return rule.call(args, kwargs)


def array_ufunc(self, ufunc, method, *inputs, **kwargs):
    if kwargs or method != "__call__" or listeners:
        return dispatch_ufunc(ufunc, method, inputs, kwargs)
    if type(ufunc) is not _Ufunc:
        return dispatch_ufunc(ufunc, method, inputs, kwargs)
    # the frequent forms, in which there is nobody to ask
    backend = _override.get() or backends._default or active()  # active(), without the call
    if len(inputs) == 2:
        a, b = inputs
        if (type(a) is JaxArray or type(a) in DIRECT) and (type(b) is JaxArray or type(b) in DIRECT):
            return backend.binary(ufunc, a, b)
    elif len(inputs) == 1:
        return backend.ufunc(ufunc, method, inputs, kwargs)
    return dispatch_ufunc(ufunc, method, inputs, kwargs)


def _function(func, types, args, kwargs):
    backend = active()
    for kind in types:
        if kind in OURS or kind in PLAIN:
            continue
        if foreign(kind):
            return meeting.function(backend, func, types, args, kwargs, [k for k in types if foreign(k)])
        if more_than_values(kind):
            backend = backends.load("numpy")  # NumPy's own code goes by those rules
    if args and type(args[0]) is not JaxArray and has_methods(type(args[0])):
        return backend.offered(func, args, kwargs, ())
    if events.listeners:
        events.emit("dispatch", func.__name__, backend=backend.name, method="function")
    rule = backend.rules.get(func)
    if rule is None:
        return backend.missing(func, args, kwargs)
    if rule.first is not None and not asked():
        result = rule.first(args, kwargs, None)
        if result is not NotImplemented:
            return result
    return apply(backend, rule, func, args, kwargs)


def array_function(self, func, types, args, kwargs):
    try:
        return _function(func, types, args, kwargs)
    except ValueError:
        given = _given(args)
        if given is args:
            raise
        return func(*given, **kwargs)


setattr(core.JaxArray, "__array_ufunc__", array_ufunc)  # noqa: B010
setattr(core.JaxArray, "__array_function__", array_function)  # noqa: B010
