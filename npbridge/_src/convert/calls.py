"""Calls in the user's code: which callee is converted, which is called as it is."""

from __future__ import annotations

import builtins
import collections
import functools
import types

import numpy as np

from ..array import core, either, traced_index
from ..array.either import Either, see_that_python_has
from ..face import host_functions, traced_draws
from ..face.modules import face_of, functions
from ..face.objects import vectorize
from ..face.rebind import OVER_OURS
from ..ground.errors import UnsupportedError
from ..ground.users import in_library
from . import context as contexts

_JaxArray = core.JaxArray
_plain_new = object.__new__


def is_users(function: types.FunctionType) -> bool:
    """Whether a function is the user's own: not of a library, Python or npbridge."""
    code = function.__code__
    if code.co_flags & (0x20 | 0x80 | 0x100 | 0x200) or code.co_filename.startswith("<"):
        return False if code.co_flags & 0x3A0 else _interactive(code.co_filename)
    return not in_library(code.co_filename)


def _interactive(filename: str) -> bool:
    return filename.startswith(("<ipython", "<stdin", "<doctest", "<string", "<loop at "))


def of_numba(f):
    """The user's function in one that Numba compiles; any other as it is."""
    inner = getattr(f, "py_func", None) if type(f).__module__.startswith("numba.") else None
    return inner if type(inner) is types.FunctionType else f


# called with what it is given, of whatever kind: each of these refuses a value that is of one kind or another
_AS_IT_IS = (print, repr, format, hash, id, str, list, tuple, dict, set)
# methods that put what they are given into a container, once, whatever it is
_PUTTING = {
    list: ("append", "extend", "insert"),
    collections.deque: ("append", "appendleft", "extend", "extendleft", "insert"),
    dict: ("setdefault", "update"),
}


def call(f):
    """What to call in the place of `f`."""
    found = _callee(f)
    if found is next and contexts.current() is not None:
        return _next
    if contexts.current() is None or any(found is g for g in _AS_IT_IS) or _is_converted(found):
        return found
    return _of_each(found)


def _is_converted(f) -> bool:
    from .pipeline import is_converted

    while True:
        if type(f) is types.MethodType:
            f = f.__func__
        elif type(f) is functools.partial:
            f = f.func
        else:
            break
    return f is _instance or type(f) is types.FunctionType and is_converted(f)


def _puts(f) -> bool:
    """Whether a function keeps what it is given as it is: to do so for each kind of value would do it several times."""
    if f is setattr or f is object.__setattr__:
        return True
    if type(f) is types.MethodDescriptorType:
        return f.__name__ in _PUTTING.get(f.__objclass__, ())
    if type(f) is not types.BuiltinFunctionType or isinstance(f.__self__, types.ModuleType):
        return False
    return any(isinstance(f.__self__, kind) and f.__name__ in names for kind, names in _PUTTING.items())


def _of_each(f):
    """``f`` of values that can be of one kind or another."""
    puts = _puts(f)

    def each(*args, **kwargs):
        if contexts.current() is not None and contexts.current().growing:
            for x in (*args, *kwargs.values()):
                see_that_it_does_not_grow(x)
        if puts:
            return f(*args, **kwargs)
        if not any(type(x) is Either for x in (*args, *kwargs.values())):
            for i, x in enumerate(args):
                if type(x) in (list, tuple) and any(type(y) is Either for y in x):
                    return _of_each_item(each, f, args, i, kwargs)
            return f(*args, **kwargs)
        names, count = list(kwargs), len(args)
        return either.distribute(
            lambda *values: f(*values[:count], **dict(zip(names, values[count:], strict=True))), *args, *kwargs.values()
        )

    return each


def _of_each_item(each, f, args, i, kwargs):
    """The same where such values are items of the i-th argument."""
    values = args[i]
    if sum(type(x) is Either for x in values) > 3 and len(args) == 1 and not kwargs:
        from ..backends.jax import control_flow_folds

        return control_flow_folds.of_many(f, values)
    return either.distribute(lambda *items: each(*args[:i], type(values)(items), *args[i + 1 :], **kwargs), *values)


def _callee(f):
    kind = type(f)
    if kind is Either:
        return lambda *args, **kwargs: either.distribute(lambda g, *values: call(g)(*values, **kwargs), f, *args)
    if contexts.current() is not None:
        hosted = host_functions.replaced(f)
        if hosted is not None:
            return hosted
    if kind is types.FunctionType:
        return _function(f)
    if contexts.current() is not None:
        draws = traced_draws.replaced(f)
        if draws is not None:
            return draws
    if kind is types.MethodType:
        inner = f.__func__
        if type(inner) is types.FunctionType:
            new = _function(inner)
            return f if new is inner else types.MethodType(new, f.__self__)
        return f
    if kind is types.BuiltinFunctionType or contexts.current() is None and kind is type(builtins.range):
        return _builtin(f)
    if isinstance(f, type):
        return _class(f)
    if kind is functools.partial:
        return functools.partial(_callee(f.func), *f.args, **f.keywords)
    if kind is np.vectorize and contexts.current() is not None:  # made by code that knows NumPy's alone
        new = object.__new__(vectorize)
        new.__dict__.update(f.__dict__)
        return new
    if contexts.current() is not None and of_numba(f) is not f:
        return _function(of_numba(f))
    inner = getattr(kind, "__call__", None)  # noqa: B004
    if type(inner) is types.FunctionType and is_users(inner):
        return types.MethodType(_function(inner), f)
    return f


def _function(f):
    from .pipeline import convert, is_converted

    if is_converted(f) or getattr(f, "__wrapped_by_npbridge__", False):
        return f
    if not is_users(f):
        return convert(f) if OVER_OURS in f.__globals__ else f  # NumPy's own code, over our arrays
    trace = contexts.current()
    if trace is not None:
        trace.functions[f.__code__] = f
    return convert(f)


def _builtin(f):
    if contexts.current() is None:
        return f
    from ..backends.jax import control_flow_builtins

    return functions().get(id(f)) or control_flow_builtins.builtin(f)


def _class(cls):
    if contexts.current() is None:
        return cls
    from ..backends.jax import control_flow_builtins

    special = control_flow_builtins.TYPES.get(cls)
    if special is not None:
        return special
    init = cls.__init__
    if type(cls) is not type or type(init) is not types.FunctionType or not is_users(init):
        return cls
    return functools.partial(_instance, cls)


def _instance(cls, /, *args, **kwargs):
    """As ``cls(...)``, with the converted ``__init__``."""
    new = cls.__new__
    obj = _plain_new(cls) if new is _plain_new else new(cls, *args, **kwargs)
    if isinstance(obj, cls):
        _function(cls.__init__)(obj, *args, **kwargs)
    return obj


def see_that_it_does_not_grow(x) -> None:
    """Refuse what would read a list to which each iteration of a loop, being traced, appends."""
    trace = contexts.current()
    if trace is not None and id(x) in trace.growing:
        from .places import UNREAD

        UNREAD._refuse()


def see_that_it_stands(iterable):
    """Refuse to go on with an iterator that was there before the call: it would move once, while it is traced."""
    trace = contexts.current()
    if trace is not None and id(iterable) in trace.iterators:
        raise UnsupportedError(
            f"a {type(iterable).__name__} that was made outside of the function gives other items at each call, and "
            "has no form in compiled code. Take its items outside, and hand them in."
        )
    return iterable


def _next(iterator, *default):
    return next(see_that_it_stands(iterator), *default)


def attribute(obj, name):
    """``obj.name``; the getter of a property of the user's is converted too."""
    kind = type(obj)
    see_that_python_has(obj, name)
    if name == "state" and isinstance(obj, np.random.BitGenerator) and contexts.current() is not None:
        raise UnsupportedError(
            "the state of a bit generator is another one at each call, and has no form in compiled code. Look at it "
            "outside of the function."
        )
    if kind in core.OURS and name in ("item", "tolist") and obj._buffer.traced:  # of code of ours they ask for values
        return functools.partial(traced_index.item if name == "item" else traced_index.as_lists, obj)
    if kind is list and name not in ("append", "extend"):
        see_that_it_does_not_grow(obj)
    if kind is types.ModuleType and contexts.current() is not None and obj.__name__.partition(".")[0] == "numpy":
        return getattr(face_of(obj), name)  # what user code makes is ours
    if contexts.current() is not None and not isinstance(obj, (types.ModuleType, type)) and kind not in core.OURS:
        for base in kind.__mro__:
            found = base.__dict__.get(name)
            if found is not None:
                if type(found) is property and type(found.fget) is types.FunctionType and is_users(found.fget):
                    return _function(found.fget)(obj)
                break
    return getattr(obj, name)
