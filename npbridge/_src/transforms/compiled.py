"""How a transformation is called: inside a trace in place, outside compiled like a jitted function."""

from __future__ import annotations

import functools
import threading
import types
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from ..convert import context as contexts
from ..dispatch import forked
from ..dispatch.backend import active
from ..engine.auto import on_xla
from ..ground.errors import UnsupportedError
from ..jit.interface import jit

# Compiled transformations kept for one thread; each holds the functions that it was made from.
KEPT = 256
_kept = threading.local()


class Inline:
    """What a compiled transformation runs: ``run(function, args, kwargs)``.

    Where the function was made by a ``def`` or ``lambda`` that runs often, it is a copy
    whose closure is filled anew for each call: equal code is compiled once.
    """

    def __init__(self, functions, run: Callable, name: str, state: tuple) -> None:
        self.functions = functions
        self.run = run
        self.state = state
        self.__name__ = self.__qualname__ = name

    def __call__(self, *args, **kwargs):
        return self.run(*self.functions, args, kwargs)

    def __npbridge_reaches__(self):
        return (*self.functions, *self.state)


def require_jax(name: str) -> None:
    """Refuse a transformation on a backend that has none; under ``'auto'`` they run on XLA."""
    if forked.in_child:
        forked.refuse(f"npbridge.{name} is made of JAX's transformations")
    if active().name == "numpy":
        raise UnsupportedError(
            f"npbridge.{name} is made of JAX's transformations, and the active backend is {active().name!r}, which has "
            "none. Choose the backend that has them: npbridge.use_backend('jax'), or `with npbridge.backend('jax'):` "
            "around the call."
        )


def apply(name: str, functions: tuple, run: Callable, options: tuple, state: tuple, args: tuple, kwargs: dict):
    """Run a transformation: in place inside a trace, else compiled.

    Parameters
    ----------
    name : str
        The public name, for errors.
    functions : tuple of callables
        The user's.
    run : callable
        ``run(*functions, args, kwargs)``, to be called inside a trace.
    options : tuple
        What, besides the functions, makes two runs different; hashable.
    state : tuple
        Arrays, besides those that the functions reach.
    """
    if contexts.current() is not None:
        return run(*functions, args, kwargs)
    require_jax(name)
    call = compiled(name, functions, run, options, state)
    if active().name == "jax":
        return call(*args, **kwargs)
    with on_xla():
        return call(*args, **kwargs)


def compiled(name, functions, run, options, state):
    """The compiled transformation for these functions, kept from earlier calls."""
    kept = getattr(_kept, "functions", None)
    if kept is None:
        kept = _kept.functions = OrderedDict()
    key = (name, options, *map(_key, functions), *map(id, state))
    found = kept.get(key)
    if found is None:
        called = getattr(functions[0], "__name__", name) if functions else name
        inline = Inline(tuple(map(_copy, functions)), run, called, state)
        found = kept[key] = jit(inline, backend="jax")
        if len(kept) > KEPT:
            kept.popitem(last=False)
        return found
    kept.move_to_end(key)
    for mine, given in zip(found.function.functions, functions, strict=True):
        _refill(mine, given)
    return found


def _key(function) -> tuple:
    if isinstance(function, types.MethodType):
        return ("method", id(function.__func__), id(function.__self__))
    if _copied(function):
        return ("code", function.__code__, id(function.__globals__))
    return ("object", id(function))


def _copied(function) -> bool:
    """Whether a copy of the function with a closure of its own does the same."""
    if type(function) is not types.FunctionType or not function.__closure__ or function.__dict__:
        return False
    return not _rebinds(function.__code__, set(function.__code__.co_freevars))


def _rebinds(code, names: set) -> bool:
    import dis

    stores = ("STORE_DEREF", "DELETE_DEREF")
    if any(i.opname in stores and i.argval in names for i in dis.get_instructions(code)):
        return True
    return any(isinstance(c, types.CodeType) and _rebinds(c, names & set(c.co_freevars)) for c in code.co_consts)


def _copy(function):
    if not _copied(function):
        return function
    cells = tuple(types.CellType() for _ in function.__closure__)
    copy = types.FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__, cells)
    copy.__kwdefaults__, copy.__qualname__ = function.__kwdefaults__, function.__qualname__
    copy.__module__, copy.__doc__ = function.__module__, function.__doc__
    _refill(copy, function)
    return copy


def _refill(copy, function) -> None:
    if copy is function or type(copy) is not types.FunctionType:
        return
    for mine, theirs in zip(copy.__closure__ or (), function.__closure__ or (), strict=True):
        try:
            content = theirs.cell_contents
        except ValueError:
            content = _EMPTY
        if content is _EMPTY:
            if mine != types.CellType():
                del mine.cell_contents
            continue
        mine.cell_contents = copy if content is function else content
    copy.__defaults__, copy.__kwdefaults__ = function.__defaults__, function.__kwdefaults__


_EMPTY: Any = object()


class Transformed:
    """A function made from another one by a transformation.

    Calling it works anywhere: as it stands, inside ``npbridge.jit``, inside another
    transformation.  As an attribute of a class it binds like a method.
    """

    def __init__(self, name: str, function, options: tuple = (), state: tuple = ()) -> None:
        if not callable(function):
            raise TypeError(f"npbridge.{name} takes a function, and got {type(function).__name__}")
        functools.update_wrapper(self, function, updated=())
        self._direct: Any = None
        self.name, self.function, self.options, self.state = name, function, options, state
        if not hasattr(self, "__name__"):
            self.__name__ = type(function).__name__

    def run(self, function, args, kwargs):
        """Transform and call, inside a trace."""
        raise NotImplementedError

    def __call__(self, *args, **kwargs):
        if contexts.current() is not None:
            return self.run(self.function, args, kwargs)
        direct = self._direct
        if direct is None:
            require_jax(self.name)
            direct = self.compiled()
            if not _copied(self.function):  # else its closure is looked at again for each call
                self._direct = direct
        if active().name == "jax":
            return direct(*args, **kwargs)
        require_jax(self.name)
        with on_xla():
            return direct(*args, **kwargs)

    def compiled(self):
        """What runs outside of traces: a function made by :func:`npbridge.jit`."""
        return compiled(self.name, (self.function,), self.run, (type(self), *self.options), self.state)

    def __npbridge_reaches__(self):
        return (self.function, *self.state)

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        bound = object.__new__(type(self))
        bound.__dict__.update(self.__dict__)
        bound.function = self.function.__get__(instance, owner)
        bound._direct = None
        return bound

    def __repr__(self) -> str:
        return f"<npbridge.{self.name} of {getattr(self.function, '__qualname__', self.function)!s}>"
