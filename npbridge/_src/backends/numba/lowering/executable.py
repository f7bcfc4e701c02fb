"""What ``compile_function`` gives: variants, their guards, and how they are called."""

from __future__ import annotations

import bisect
import functools
import inspect
import itertools
import types
from typing import Any

import numpy as np

from ....array.core import OURS
from ....dispatch import fallback
from ....storage.locking import under_locks
from .. import floating
from . import exchange, fast, refusals, show
from .errors import ForNow, LeftToPython, LoweringError, Stale
from .fast import MISS
from .variant import Variant

_KEEP = 16
_LARGEST = 1 << 24  # bytes of arrays
_RENEW = 50
_TRIES = 4  # to compile a function whose state has changed its kind in each call until now


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
        settings = refusals.Settings()
        while True:
            variant = Variant(self, args, settings)
            try:
                result = variant.run(args)
            except refusals.Retry as retry:
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
        settings = refusals.Settings()
        while True:
            variant = Variant(self, args, settings)
            host, _ = under_locks(*variant.gathering(args))
            try:
                variant.compile(host)
            except refusals.Retry as retry:
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


def _simple(signature: inspect.Signature) -> int:
    """How many arguments a call has that needs no binding, or -1."""
    kinds = [p.kind for p in signature.parameters.values()]
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return len(kinds) if all(k in plain for k in kinds) else -1
