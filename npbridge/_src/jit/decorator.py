"""What :func:`npbridge.jit` gives: a function that compiles itself when it is called."""

from __future__ import annotations

import functools
import inspect
import threading
import time
import types
import warnings

import numpy as np

from ..array import core
from ..backends.jax import caches
from ..convert import context as contexts
from ..convert.calls import call as as_called
from ..convert.calls import of_numba
from ..convert.lines import tidy
from ..dispatch import backend as backends
from ..dispatch import fallback, forked
from ..dispatch.backend import active
from ..engine.auto import LOOPS, XLA, Auto
from ..ground import debugging
from ..ground.errors import UnsupportedError
from ..ground.floating import asked
from ..storage.buffer import recorders
from . import arguments, bound, reasons, shown, texts, undo, without_effect
from .binding import Binding
from .described import Described
from .effects import Moves
from .executable import TOLD, Executable, LeftToPython
from .inputs import is_scalar
from .on_numpy import NotTraced, OnNumpy, in_python
from .pools import Kept, Pool, Pools
from .quick import MISS, NO_QUICK_PATH, quick_path
from .tracing import ASKS_FOR_VALUES, Missed, needs_a_value

# asked at every call: without the frame of a function around them
_context = contexts._current.get
_looking = debugging.looking
lookers = debugging.lookers
_override = backends._override.get
STORM = 16
_DEFAULTS = {
    "parallel": False,
    "fastmath": False,
    "exact": "",
    "static_argnums": (),
    "static_argnames": (),
}
MISSES = 64


class CompiledFunction(Described, OnNumpy):
    """A function that runs compiled; made by :func:`npbridge.jit`.

    Calling it does what the plain function does: results, writes to arguments and
    to captured arrays, errors.

    Attributes
    ----------
    function : callable
        What is compiled.
    for_numpy : bool
        Whether it is the part of one that runs on ``'numpy'``.
    engine : str
        What runs it on ``'jax'``, or "choose".
    seconds : float
        What making its forms has taken.
    """

    for_numpy = False
    engine = "choose"

    def __init__(self, function, kept: Kept | None = None, **options) -> None:
        self._binds = "instance"
        if isinstance(function, (staticmethod, classmethod)):
            self._binds = "nothing" if isinstance(function, staticmethod) else "class"
            function = function.__func__
        if isinstance(function, CompiledFunction):
            function = function.function
        function = of_numba(function)
        _refuse(function)
        functools.update_wrapper(self, function, updated=())
        if not hasattr(function, "__name__"):
            self.__name__ = getattr(getattr(function, "func", None), "__name__", type(function).__name__)
        self.function = function
        self.options = options
        self._backend = options["backend"]
        self._kept = Kept() if kept is None else kept
        self._forget_calls()
        self._compiles, self.seconds = 0, 0.0
        self._reason = "it has not been called"
        self._shown = ""
        if options["show_code"] and self.backend_name() == "numpy" and in_python(function):
            self._show(shown.with_state_as_arguments(function))

    @property
    def side(self) -> str:
        """The backend that it compiles for, when it does."""
        return "numpy" if self.for_numpy else "jax"

    @functools.cached_property
    def converted(self):
        """The function with its control flow converted."""
        return as_called(self.function)

    def __call__(self, *args, **kwargs):
        if (recorders or lookers) and (_context() is not None or _looking() is not None):
            return self._unlike_other_calls(args, kwargs)
        short = not asked()  # who asks about floating-point errors is looked after the long way
        name = self._backend or (_override() or backends._default or active()).name
        if name != "jax":
            if name == "auto":
                return self.auto(args, kwargs)
            try:
                return self.on_numpy(args, kwargs, short)
            except Exception as error:
                tidy(error)
                raise
        try:
            if short:
                quick, count, kind = self._quick
                if not kwargs:
                    result = quick(*args) if len(args) == count else MISS
                else:
                    result = quick(*args, *kwargs.values()) if kind == (len(args), *kwargs) else MISS
                if result is not MISS:
                    return result
            return self.on_jax(args, kwargs)
        except LeftToPython as left:
            return self._by_python(left, args, kwargs)
        except Exception as error:
            tidy(error)
            raise

    def _by_python(self, left, args, kwargs):
        """Make a call again that compiled code has begun."""
        if left.error is not None:
            reason = texts.first_sentence(left.error) if self.for_numpy else str(left)
            fallback.announce_uncompiled(self.__name__, self.side, reason, "where compiled code cannot go on")
        return self._plainly(args, kwargs)

    def _plainly(self, args, kwargs):
        """The call as plain Python, on the backend that it is compiled for; an error leaves everything as it was."""
        with backends.backend(self.side):
            return undo.run(self.function, args, kwargs)

    def _unlike_other_calls(self, args, kwargs):
        if _context() is not None:  # part of what is being compiled
            return self.converted(*args, **kwargs)
        return _looking()(self, args, kwargs)  # a mistake is looked for

    # -- on jax

    def on_jax(self, args, kwargs):
        """A call the long way: the compiled form is found, or made, and run."""
        given = args, kwargs
        args, kwargs = self._marked(args, kwargs)
        pool, entry, binding, signature = self._form_of(args, kwargs, self._compiled_once)
        kinds = asked() | entry.asked
        try:
            if not kinds:
                result = entry.run(binding, signature, (args, kwargs))
            elif (result := entry.run_without_errors(kinds, binding, signature, (args, kwargs))) is TOLD:
                return self._plainly(*given)
        except LeftToPython as left:
            return self._by_python(left, *given)
        self._quick = quick_path(entry, binding, signature, pool, args, kwargs)
        return result

    def _form_of(self, args, kwargs, make):
        """``(pool, entry, binding, signature)`` of a call; what is not there ``make(pool, key, binding, signature)``
        makes."""
        leaves, tree = arguments.flatten(args, kwargs)
        pool = self._pool(leaves)
        while True:
            signature, binding = self._bind(pool, leaves, tree)
            key = self._key(pool, signature, binding)
            entry = self._kept.entries.get(key)
            try:
                return pool, make(pool, key, binding, signature) if entry is None else entry, binding, signature
            except Missed as missed:
                self._take_in(pool, missed)
            except Moves as moves:
                pool = self._let_move(leaves, moves.paths)
            except ASKS_FOR_VALUES as error:
                if not self._make_static(pool, signature, error):
                    told = needs_a_value(error, self.function)
                    raise NotTraced(key, told) if self.for_numpy else told from None
                pool = self._pool(leaves)
            except Exception as error:
                if self.for_numpy:
                    raise NotTraced(key, error) from error
                raise

    def _bind(self, pool, leaves, tree):
        signature = arguments.Signature(leaves, tree, self._kept.static)
        return signature, Binding(signature, pool.state, self.for_numpy)

    def _key(self, pool, signature, binding):
        shapes = (*[(b.shape, b.dtype) for b in binding.buffers], *[x.kind() for x in pool.state.raws])
        return signature.key, binding.alias, pool.constants(), shapes, core.jax.config.jax_enable_x64

    def _pool(self, leaves) -> Pool:
        """The state that belongs to the objects among the arguments; found anew where it has changed."""
        objects = [(f"argument {i}", x) for i, x in enumerate(leaves) if arguments.is_object(x)]
        return self._pools.of(self.function, objects, self._kept)

    def _executable(self, pool, signature) -> Executable:
        entry = Executable(self.converted, pool.state, self.options, self.engine, self.for_numpy)
        names = self._names()
        entry.arguments = [reasons.argument(signature.tree, i, names) for i in range(len(signature.leaves))]
        return entry

    def _compiled_once(self, pool, key, binding, signature) -> Executable:
        """The compiled form; of two threads that ask for one that is not there, the second waits for it."""
        with self._kept.compiling.setdefault(key, threading.RLock()):
            entry = self._kept.entries.get(key)
            if entry is None:
                entry = self._compile(pool, key, binding, signature)
        self._kept.compiling.pop(key, None)
        return entry

    def _compile(self, pool, key, binding, signature) -> Executable:
        self._see_that_it_pays(key)
        known = [key[2] for key in list(self._kept.entries)]  # of which threads of other instances may add some
        varied = pool.state.varied(known) - self._kept.moving - self._kept.static
        if varied:
            self._kept.varied |= varied
            raise Moves(varied)
        entry, start = self._executable(pool, signature), time.perf_counter()
        entry.trace(binding, signature)
        self._compiles += 1
        self.seconds += time.perf_counter() - start
        self._reason = reasons.why(self._kept.entries, key, self._names())
        if self._compiles == STORM:
            warnings.warn(
                f"{self.__name__} was compiled {STORM} times; the last reason: {self._reason}. "
                "Pass what varies as arrays, or keep shapes and constants the same.",
                RuntimeWarning,
                stacklevel=fallback.user_stacklevel(),
            )
        self._warn_of_assignments(entry)
        self._kept.add(key, entry)
        self._latest = entry
        if self.options["show_code"]:
            print(texts.shown_on_jax(self, entry))  # noqa: T201  the user asks for it
        return entry

    def _names(self) -> list[str]:
        """The names of the positional arguments, as far as they are known."""
        try:
            return list(inspect.signature(self.function).parameters)
        except (TypeError, ValueError):
            return []

    def _marked(self, args, kwargs):
        """The arguments, with those that the user declared static marked as such."""
        numbers, names = self.options["static_argnums"], self.options["static_argnames"]
        if numbers:
            places = {n % len(args) for n in numbers if -len(args) <= n < len(args)}
            args = tuple(arguments.Static(x) if i in places else x for i, x in enumerate(args))
        if names:
            kwargs = {k: arguments.Static(x) if k in names else x for k, x in kwargs.items()}
        return args, kwargs

    def _make_static(self, pool, signature, error) -> bool:
        """Take the numbers that are needed for constants, else all of a kind, then raw arrays; False where they are."""
        needed = getattr(error, "origins", frozenset()) - self._kept.static
        if needed:
            self._fix(needed)
            return True
        if self._kept.varied - self._kept.static:
            self._fix(self._kept.varied)
            return True
        kinds = {type(x) for _, x in signature.numbers} - {core.JaxScalar}
        if kinds:
            self._kept.static |= {min(kinds, key=_likely_a_size)}
            return True
        moving = {x.path for x in pool.state.raws if is_scalar(x.value)} - self._kept.static
        if moving:
            self._fix(moving)
            return True
        if pool.state.raws:
            self._kept.raws_are_constants = True
            pool.state.forget_raws()
            return True
        return False

    def _fix(self, needed) -> None:
        """Take numbers for constants, of arguments by their places, of the state by their paths."""
        self._kept.static |= needed
        if any(isinstance(x, str) for x in needed):
            self._pools.clear()

    def _let_move(self, leaves, paths) -> Pool:
        """Make inputs of numbers that the function binds anew."""
        self._kept.moving |= paths
        self._pools.clear()
        return self._pool(leaves)

    def _warn_of_assignments(self, entry) -> None:
        for path, name in dict.fromkeys(entry.assigned):
            without_effect.warn(path, name, self.__name__, texts.plain_functions([self.function, *entry.functions]))

    def _take_in(self, pool, missed) -> None:
        """Make arrays that were met while tracing inputs."""
        pool.missed += 1
        caches.forget()  # functions of JAX's took their values for constants
        if pool.missed > MISSES:
            raise UnsupportedError(
                f"{self.__name__} meets other arrays each time that it is traced: something in it makes arrays that "
                "outlive the call, in a list or a cache that it does not return. Make them before, and pass them in."
            )
        known = {id(x._buffer) for _, x in pool.state.arrays}  # another thread may have met them too
        new = [b for b in missed.buffers if id(b) not in known]
        pool.state.arrays += [("met while tracing", core.of_view(b, None, None)) for b in new]

    # -- on whichever is fastest

    @property
    def auto(self) -> Auto:
        """What chooses its engine under ``'auto'``."""
        if self._auto is None:
            before, made = (
                functools.partial(undo.Before, self.function),
                engines(self.function, self.options, self._kept),
            )
            self._auto = Auto(self.function, made, before, undo.Undo, self._kept.auto, self.options["exact"])
        return self._auto

    # -- as an attribute of a class

    def __get__(self, instance, owner=None):
        if self._binds == "nothing":
            return self
        if self._binds == "class":
            instance = owner
        if instance is None:
            return self
        if contexts.current() is not None:
            return types.MethodType(self.function, instance)
        return bound.method_of(self, instance)

    def bound_to(self, instance) -> CompiledFunction:
        """The compiled form of the method of one instance."""
        return CompiledFunction(self.function.__get__(instance, type(instance)), self._kept, **self.options)

    def prepared(self, args, kwargs):
        """``(entry, binding, signature)`` of a call that is not run."""

        def traced(pool, key, binding, signature):
            entry = self._executable(pool, signature)
            entry.trace(binding, signature)
            return entry

        return self._form_of(*self._marked(args, kwargs), traced)[1:]

    def clear_cache(self) -> None:
        """Forget what was compiled: of a method, for all instances of the class."""
        self._kept.clear()
        self._forget_calls()

    def _forget_calls(self) -> None:
        self._pools = Pools()
        self._latest = self._auto = None
        self._forget_on_numpy()
        self._quick = NO_QUICK_PATH

    def __npbridge_reaches__(self):
        return (self.function,)

    def __reduce__(self):
        return bound.reduced(self)


def engines(function, options=None, kept: Kept | None = None) -> dict:
    """The engines that may run a function, by their names, in the order in which they are tried: what makes its
    compiled forms.

    What they compile for one instance of a class is kept with `kept`, for all.
    """
    if not in_python(function):
        return {}
    # plain Python is an engine of its own; what `strict` refuses beside it may be worth it
    given, kept = {**_DEFAULTS, **(options or {}), "strict": "python", "show_code": False}, kept or Kept()

    def made(name: str, backend: str, engine: str) -> CompiledFunction:
        compiled = CompiledFunction(function, kept.of_engine(name), **{**given, "backend": backend})
        compiled.engine = engine
        return compiled

    found = {
        LOOPS: functools.partial(made, "loops", "numpy", "choose"),
        XLA: functools.partial(made, "XLA", "jax", "xla"),
    }
    if given["exact"]:  # XLA has its own order of summation, and functions of its own
        del found[XLA]
    return found


def _likely_a_size(kind: type):
    return "iubfc".index(np.dtype(kind).kind), kind.__name__


def _refuse(function) -> None:
    """Say at once what cannot be compiled on any backend."""
    if isinstance(function, type) or not callable(function):
        raise TypeError(f"jit takes a function, a method or an object that can be called, not {function!r}")
    inner = function
    while isinstance(inner, functools.partial):
        inner = inner.func
    if not isinstance(inner, (types.FunctionType, types.MethodType)):
        inner = getattr(type(inner), "__call__", None)  # noqa: B004
    for asks, what in (
        (inspect.isgeneratorfunction, "a generator: it is run in pieces, and a compiled function is run as a whole. "
         "Collect what it yields in a list or an array, and return that"),
        (inspect.iscoroutinefunction, "a coroutine: compiled code cannot wait. Compile the function that it calls "
         "for the computation"),
        (inspect.isasyncgenfunction, "an asynchronous generator: compiled code cannot wait"),
    ):  # fmt: skip
        if asks(inner):
            code = inner.__code__
            place = f"{code.co_filename}:{code.co_firstlineno}"
            raise UnsupportedError(f"{inner.__name__} ({place}) is {what}.")


def _call_in_a_child(self, *args, **kwargs):
    """How compiled functions are called after ``fork``: not by XLA, and by one thread."""
    if _context() is not None:
        return self.converted(*args, **kwargs)
    if self.backend_name() == "jax" and forked.in_child:
        forked.refuse(f"{self.__name__} is compiled for 'jax'")
    return _call(self, *args, **kwargs)


def _in_a_child() -> None:
    CompiledFunction.__call__ = _call_in_a_child


_call = CompiledFunction.__call__
forked.in_a_child(_in_a_child)
