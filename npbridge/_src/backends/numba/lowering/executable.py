"""What ``compile_function`` gives: variants, their guards, and how they are called."""

from __future__ import annotations

import bisect
import functools
import inspect
import itertools
import types
import warnings
from typing import Any

import numpy as np

from ....array.core import OURS
from ....dispatch import fallback
from ....ground.compat import set_cache
from ....storage.locking import under_locks
from .. import floating, turns
from . import exchange, fast, lower, random_state, show
from .errors import WITH_VALUES, ForNow, LeftToPython, LoweringError, Stale
from .failures import Risk
from .fast import MISS

_KEEP = 16
_LARGEST = 1 << 24  # bytes of arrays
_RENEW = 50
_TRIES = 4  # to compile a function whose state has changed its kind in each call until now
_COUNTED = (np.ndarray, int, bool)


class Executable:
    """A function, compiled with Numba for each kind of arguments that it meets.

    Parameters
    ----------
    function : callable
        A function, a bound method, a ``functools.partial`` or an object with a
        ``__call__`` written in Python.
    parallel, fastmath, boundscheck : bool
        As ``numba.njit`` takes them.
    debug : bool
        Check every index, whatever `boundscheck` says.
    strict : bool
        Raise where something has no compiled form.  Otherwise the function runs as
        plain Python then, which is announced: ``npbridge.config.fallback``.

    Attributes
    ----------
    source : str
        The code that was compiled last.
    restore : bool
        Whether arrays are put back as they were when the user's code raises.  It
        costs one copy of each written array per call, for functions that can fail
        after they have written something, depending on values: see :mod:`.failures`.
    """

    MISS = MISS

    def __init__(
        self, function: Any, parallel: bool, fastmath: bool, debug: bool, strict: bool = True, boundscheck: bool = True
    ) -> None:
        self.function = function
        self.strict = strict
        self.refused: dict[Any, str] = {}
        self.options = {"parallel": parallel, "fastmath": fastmath, "debug": debug, "boundscheck": boundscheck}
        self.restore = True
        self.in_python = _called  # how the function runs as plain Python
        self.entry, self.owner = _parts(function)
        self.signature = inspect.signature(function)
        self.variants: dict[Any, list[Variant]] = {}
        self.latest: Variant | None = None
        self.fast: Any = None
        self.missed = 0
        self.transient = 0
        self._simple = _simple(self.signature)
        functools.update_wrapper(self, self.entry if self.owner is None else function, updated=())

    @property
    def source(self) -> str:
        if self.latest is None:
            return ""
        return self.latest.source

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.fast is not None and not kwargs and len(args) == self._simple:
            result = self.fast(*args)
            if result is not MISS:
                return result
        return self._called(args, kwargs)

    def _called(self, args: tuple, kwargs: dict) -> Any:
        given = args, kwargs
        if kwargs or len(args) != self._simple:
            bound = self.signature.bind(*args, **kwargs)
            bound.apply_defaults()
            args = tuple(bound.arguments.values())
        key = tuple([exchange.kind_of(a) for a in args])
        try:
            return self._run(key, args)
        except LeftToPython:
            return self._left(*given)
        except LoweringError as error:
            if self.strict:
                raise
            self.fast = None
            self.transient += isinstance(error, ForNow)
            if not isinstance(error, ForNow) or self.transient > _TRIES:
                self.refused[key] = str(error)
            reason = str(error)
        return self._plain(reason, *given)

    def watched(self, kinds: frozenset[str], args: tuple, kwargs: dict) -> Any:
        """A call while somebody asks about floating-point errors: where there may be one, Python makes it again."""
        if self.options["parallel"]:
            return self._left(args, kwargs)  # other threads have flags of their own
        token = floating.watching.set(floating.Watch(kinds))
        try:
            return self._called(args, kwargs)
        finally:
            floating.watching.reset(token)

    def _left(self, args: tuple, kwargs: dict | None = None) -> Any:
        """Run a call by Python in which a number has another type than in compiled code."""
        return self.in_python(self.function, args, kwargs or {})

    def short_way(self) -> tuple[Any, int]:
        """The generated function for calls like the last, and how many arguments it takes; -1 where there is none."""
        return (self.fast, self._simple) if self.fast is not None else (None, -1)

    def _plain(self, reason: str, args: tuple, kwargs: dict) -> Any:
        """Run the function as it is, and say so."""
        name = getattr(self.entry, "__qualname__", type(self.entry).__name__)
        fallback.announce_uncompiled(name, "numpy", reason)
        return self.in_python(self.function, args, kwargs)

    def _run(self, key: Any, args: tuple) -> Any:
        found = self.variants.get(key)
        if found is not None:
            for variant in found:
                if variant.holds(*args):
                    try:
                        result = variant.run(args)
                        self._renew(variant, args)
                        return result
                    except Stale:
                        found.remove(variant)
                        break
        if key in self.refused:
            raise LoweringError(self.refused[key])
        return self._compiled(key, args)

    def _renew(self, variant: Variant, args: tuple) -> None:
        """Make the short way anew, when it was not taken for a while."""
        self.missed += 1
        if self.missed == _RENEW and self._simple == len(args):
            self.missed = 0
            self.fast = fast.build(variant, args, variant.lowered)

    def _compiled(self, key: Any, args: tuple) -> Any:
        settings = lower.Settings()
        while True:
            variant = Variant(self, args, settings)
            try:
                result = variant.run(args)
            except lower.Retry as retry:
                settings = retry.settings
                continue
            except LeftToPython:
                self._keep(key, variant)
                raise
            break
        self._keep(key, variant)
        self.fast = fast.build(variant, args, variant.lowered) if self._simple == len(args) else None
        return result

    def _keep(self, key: Any, variant: Variant) -> None:
        """Keep the latest, and some older ones: each keeps the objects alive that it was made for."""
        kept = self.variants.setdefault(key, [])
        kept.insert(0, variant)
        held = list(itertools.accumulate(v.nbytes for v in kept))
        del kept[max(1, min(_KEEP, bisect.bisect_right(held, _LARGEST))) :]

    def prepared(self, args: tuple) -> Any:
        """The dispatcher for these (positional) arguments, compiled and not run."""
        settings = lower.Settings()
        while True:
            variant = Variant(self, args, settings)
            host, _ = under_locks(*variant.gathering(args))
            try:
                variant.compile(host)
            except lower.Retry as retry:
                settings = retry.settings
                continue
            return variant.dispatcher

    def explain(self) -> str:
        """What was compiled, what it writes, and what goes through the interpreter."""
        return show.explained(self, getattr(self.entry, "__qualname__", type(self.entry).__name__))

    def written(self, *args: Any, **kwargs: Any) -> list:
        """The arrays that a call with these arguments may write.

        Empty before the first call with such arguments.
        """
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        args = tuple(bound.arguments.values())
        for variant in self.variants.get(tuple([exchange.kind_of(a) for a in args]), ()):
            if variant.holds(*args):
                return [x for x, w in zip(variant.fetch(*args), variant.written, strict=True) if w]
        return []

    def __repr__(self) -> str:
        name = getattr(self.entry, "__name__", type(self.entry).__name__)
        return f"<function new_{name}{self.signature}>"


class Variant:
    """One specialisation: what holds for it, and the compiled function."""

    def __init__(self, executable: Executable, args: tuple, settings: Any) -> None:
        self.executable = executable
        self.settings = settings
        lowered = self.lowered = lower.lower(executable, args, settings)
        self.program = lowered.program
        self.entry = lowered.entry
        self.template = lowered.template
        self.fetch = lowered.fetch
        self.holds = lowered.holds
        self.roles = lowered.roles
        self.flat = lowered.flat
        self.written = lowered.written
        self.rebound = lowered.rebound
        self.dispatcher = lowered.dispatcher
        self.kernel = turns.in_turn(self.dispatcher) if executable.options["parallel"] else self.dispatcher
        self.source = lowered.source
        self.shown = lowered.shown
        self.updates = lowered.updates
        self.random = lowered.program.random
        self.risk = lowered.program.risk if any(self.written) and executable.restore else Risk.NONE
        self.vouched: set[tuple] = set()
        self.nbytes = 0  # of the arrays that the first call took
        self._returns: Any = None
        self._warned = False
        executable.latest = self

    def gathering(self, args: tuple) -> tuple:
        """What :func:`under_locks` takes, to gather the values for one call."""
        values = exchange.apart(self.fetch(*args), self.roles)
        return exchange.locked(values, self.written), exchange.gather, values, self.roles, self.flat, self.written

    def run(self, args: tuple) -> Any:
        locked, *gathering = self.gathering(args)
        done: list = []
        try:
            under_locks(locked, self._run_locked, gathering, done)
        except KeyboardInterrupt:
            if done:  # it came when all was computed and written: the rest belongs to the call
                self._finish(*done, args)
            raise
        return self._finish(*done, args)

    def _run_locked(self, gathering: Any, done: list) -> None:
        gather, *what = gathering
        host, seen = gather(*what)
        self.nbytes = self.nbytes or sum(h.nbytes for h in host if type(h) is np.ndarray)
        shapes = None if self.risk is not Risk.SHAPES else _shapes(host)
        vouched = self.risk is Risk.NONE or shapes in self.vouched
        watch = floating.watching.get()
        kept = None if vouched and watch is None else self._copies(host)
        streams = random_state.streams(self.random, self.program.states, self.roles, host)
        result: list = []
        if watch is not None:
            watch.begin()
        try:
            # what is computed is in the list before an interrupt can come
            result.extend(itertools.starmap(self.kernel if self._warned else self._first, (host,)))
        except BaseException as error:
            if not result:
                random_state.restore(streams)
                self.failed(error, host, kept)
            else:
                done.extend((result[0], host, seen))
            raise
        if watch is not None and watch.raised():
            random_state.restore(streams)
            _put_back(host, kept)
            raise LeftToPython
        if self.random:
            random_state.from_numba()
        if shapes is not None and not vouched:
            self._vouch(shapes)
        done.extend((result[0], host, seen))

    def _finish(self, result: Any, host: list, seen: list, args: tuple) -> Any:
        """What a call does once everything is computed: attributes, and the result."""
        if self.rebound:
            self._rebind(host, args)
        if not self._warned:
            self._warn()
        if self.updates is not None:
            return self._updated(result, host, seen, args)
        return self._wrapped(result, host, seen, self._return_type(host))

    def compile(self, host: list) -> None:
        from numba import typeof
        from numba.core.caching import NullCache

        set_cache(self.dispatcher, NullCache())  # what comes from disk has no text
        try:
            self.dispatcher.compile(tuple(map(typeof, host)))
        except Exception as error:
            self.failed(error, host, None)
            raise

    def _updated(self, result: Any, host: list, seen: list, args: tuple) -> Any:
        """Put replaced items of containers in their places."""
        result, values = result
        kinds = self._return_type(host)
        pairs = zip(values, kinds.types[1], strict=True)
        self.updates([exchange.wrapped(v, None, k, seen) for v, k in pairs], *args)
        return self._wrapped(result, host, seen, kinds.types[0])

    def _first(self, *host: Any) -> Any:
        """The call that compiles; what Numba thinks of lists and of layouts is no news to the user."""
        from numba.core.errors import NumbaPendingDeprecationWarning, NumbaPerformanceWarning

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NumbaPendingDeprecationWarning)
            warnings.simplefilter("ignore", NumbaPerformanceWarning)
            return self.kernel(*host)

    def _vouch(self, shapes: tuple) -> None:
        """A call went well: one with the same shapes and integers will."""
        if len(self.vouched) >= _KEEP:
            self.vouched.clear()
        self.vouched.add(shapes)

    def _copies(self, host: list) -> list:
        kept: list = [None] * len(host)
        seen: set[int] = set()  # an array that is reached in several ways is kept once
        for i, (h, w) in enumerate(zip(host, self.written, strict=True)):
            if w and type(h) is np.ndarray and id(h) not in seen:
                seen.add(id(h))
                kept[i] = h.copy()
        return kept

    def failed(self, error: BaseException, host: list, kept: list | None) -> None:
        from numba import typeof
        from numba.core.errors import NumbaError

        # Numba also asserts while it compiles: then there is no version for these types
        compiled = tuple(map(typeof, host)) in self.dispatcher.overloads
        if isinstance(error, NumbaError) or (isinstance(error, Exception) and not compiled):
            raise lower.explain(self, error, host) from error
        if kept is not None:
            _put_back(host, kept)
        if error.args and isinstance(error.args[0], str) and error.args[0].startswith("\x00"):
            template = self.program.messages[int(error.args[0][1:])]
            error.args = (template.format(*error.args[1:]),)
        elif error.args and isinstance(error.args[0], str) and error.args[0].startswith(WITH_VALUES):
            error.args = (error.args[0].removeprefix(WITH_VALUES).format(*error.args[1:]),)

    def _rebind(self, host: list, args: tuple) -> None:
        for position, assign in self.rebound:
            assign(host[position], args)

    def _warn(self) -> None:
        self._warned = True
        for message, (filename, line) in self.program.notes.items():
            warnings.warn_explicit(message, UserWarning, filename, line)

    def _wrapped(self, result: Any, host: list, seen: list, returned: Any) -> Any:
        if result is None and self.template is None:
            return None
        return exchange.rebuilt(result, self.template, returned, seen)

    def only_type(self) -> Any:
        """The type of the result, where all versions give the same; else None."""
        found = {c.signature.return_type for c in self.dispatcher.overloads.values()}
        return found.pop() if len(found) == 1 else None

    def _return_type(self, host: list) -> Any:
        overloads = self.dispatcher.overloads
        if len(overloads) == 1:
            if self._returns is None:
                self._returns = next(iter(overloads.values())).signature.return_type
            return self._returns
        from numba import typeof

        found = {str(c.signature.return_type): c.signature.return_type for c in overloads.values()}
        if len(found) == 1:
            return next(iter(found.values()))
        return overloads[tuple(typeof(h) for h in host)].signature.return_type


def _called(function: Any, args: tuple, kwargs: dict) -> Any:
    return function(*args, **kwargs)


def _parts(function: Any) -> tuple[Any, Any]:
    """The Python function of a callable, and the object that it is bound to."""
    if type(function) in OURS or isinstance(function, np.ufunc):
        raise LoweringError(f"{function!r} is not a function written in Python")
    if isinstance(function, types.MethodType):
        return function.__func__, function.__self__
    if isinstance(function, types.FunctionType):
        return function, None
    if isinstance(function, functools.partial):
        return function, None
    entry = inspect.getattr_static(type(function), "__call__", None)
    if isinstance(entry, types.FunctionType):
        return entry, function
    raise LoweringError(f"{function!r} is not a function, a method or an object whose __call__ is written in Python")


def _put_back(host: list, kept: list) -> None:
    for raw, old in zip(host, kept, strict=True):
        if old is not None and raw.flags.writeable:
            np.copyto(raw, old)


def _shapes(host: list) -> tuple:
    """What decides, with the code, whether shapes fit and indices lie within."""
    return tuple([h.shape if type(h) is np.ndarray else h for h in host if type(h) in _COUNTED])


def _simple(signature: inspect.Signature) -> int:
    """How many arguments a call has that needs no binding, or -1."""
    kinds = [p.kind for p in signature.parameters.values()]
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return len(kinds) if all(k in plain for k in kinds) else -1
