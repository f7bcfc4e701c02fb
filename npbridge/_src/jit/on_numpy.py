"""How a compiled function runs on ``'numpy'``: as plain loops, in the memory of the arrays that are given.

State, guards, checks and the short way are those of ``'jax'``: the compiled function has a part of its own for
``'numpy'``, made like it.  What cannot be traced runs as plain Python, and is told.
"""

from __future__ import annotations

import functools
import re
import time
import types
from typing import Any

import numpy as np

from ..convert import lines
from ..dispatch import backend as backends
from ..dispatch import fallback, forked
from ..engine.kinds import kind_of_call
from ..ground.compat import wide
from ..ground.config import config
from ..ground.errors import (
    ControlFlowError,
    ForkedError,
    NpbridgeError,
    UnsupportedDtypeError,
    UnsupportedError,
)
from . import on_host, texts, undo
from .executable import LeftToPython
from .quick import MISS

FORMS = 12  # shapes, dtypes, constants: of more, those are compiled that have taken Python long enough
REFUSALS = (ControlFlowError, UnsupportedError, UnsupportedDtypeError)  # what says that something has no compiled form
WAITING = 256  # kinds of calls that are looked at


class NotTraced(Exception):
    """A call has no compiled form.

    Attributes
    ----------
    key : tuple
    error : Exception
        Why: of ours, or what the function raised.
    """

    def __init__(self, key, error: Exception) -> None:
        super().__init__(str(error))
        self.key, self.error = key, error


class NotYet(Exception):
    """A call is of one kind too many to be compiled before it has shown that it pays."""


class OnNumpy:
    """The part of a compiled function that runs on ``'numpy'``."""

    function: Any
    options: dict
    side: str
    for_numpy: bool
    seconds: float
    _kept: Any
    _loops: Any
    _compiles: int
    __name__: str

    def _forget_on_numpy(self) -> None:
        self._loops = None
        self._in_python = ""  # why the latest call ran as plain Python

    @property
    def loops(self) -> Any:
        """The part for ``'numpy'``."""
        if self._loops is None:
            options = {**self.options, "backend": "jax", "show_code": False}
            made = type(self)(self.function, self._kept.of_engine("loops"), **options)
            made.for_numpy, made.engine = True, "loops"
            self._loops = made
        return self._loops

    def is_all_loops(self) -> bool:
        """Whether the latest compiled form leaves no step to the host, nor any that XLA is known to do faster."""
        latest = None if self._loops is None else self._loops._latest
        return latest is not None and on_host.is_all_loops(latest)

    def on_numpy(self, args, kwargs, short):
        """A call; `short` where nobody asks about floating-point errors."""
        loops = self._loops
        if loops is None:
            if not in_python(self.function):
                return self.function(*args, **kwargs)  # a function of NumPy's, which the backend runs
            loops = self.loops
        if short:
            quick, count, kind = loops._quick
            try:
                if not kwargs:
                    result = quick(*args) if len(args) == count else MISS
                else:
                    result = quick(*args, *kwargs.values()) if kind == (len(args), *kwargs) else MISS
            except LeftToPython as left:
                return loops._by_python(left, args, kwargs)
            except ForkedError:  # a step that XLA computes, in a child of fork
                result = MISS
            if result is not MISS:
                return result
        if loops._kept.plainly and (reason := loops._kept.plainly.get(kind_of_call(args, kwargs))):
            return self._as_python(reason, args, kwargs)
        if not forked.may_trace:
            return self._as_python("it was not compiled before this process was forked", args, kwargs)
        known = loops._latest
        self._in_python = ""
        left = None
        try:
            with wide():
                result = loops.on_jax(args, kwargs)
        except NotTraced as found:
            left = found
        if left is not None:
            return self._not_traced(left, args, kwargs)
        if self.options["show_code"] and loops._latest is not known:
            self._show(texts.shown_in_loops(loops, loops._latest))
        return result

    # -- without a compiled form

    def _see_that_it_pays(self, key) -> None:
        """Of very many kinds of calls, compile those on which Python has spent what compiling takes.

        Raises
        ------
        NotYet
        """
        if not self.for_numpy or len(self._kept.entries) < FORMS:
            return
        if self._kept.waiting.get(key, 0.0) < self.seconds / max(self._compiles, 1):
            raise NotYet

    def _not_traced(self, found: NotTraced, args, kwargs):
        error = found.error
        if isinstance(error, NotYet):
            start = time.perf_counter()
            result = self._plainly_on_numpy(args, kwargs)
            waiting = self.loops._kept.waiting
            while len(waiting) >= WAITING:
                waiting.pop(next(iter(waiting)), None)
            waiting[found.key] = waiting.get(found.key, 0.0) + time.perf_counter() - start
            return result
        reason = texts.first_sentence(error)
        is_refusal = isinstance(error, REFUSALS)
        if self.options["strict"] or (isinstance(error, NpbridgeError) and not is_refusal):
            raise self._strictly(found)  # a fault of what the user has written, or asked to be an error
        if is_refusal:
            self.loops._kept.refuse(kind_of_call(args, kwargs), reason)
            return self._as_python(reason, args, kwargs)
        if config.fallback == "error":
            raise error
        result = self._plainly_on_numpy(args, kwargs)  # which raises, if the error is the function's own
        reason = f"it cannot be traced ({type(error).__name__}: {reason})"
        self.loops._kept.refuse(kind_of_call(args, kwargs), reason)
        self._announce(reason)
        return result

    def _strictly(self, found: NotTraced) -> Exception:
        """The error of a call that has no compiled form, where nothing else may run it."""
        error = found.error
        if not isinstance(error, REFUSALS):
            return error
        reason = f"{self.__name__} has no compiled form: {texts.first_sentence(error)}.{place_in(error)}"
        return type(error)(reason).with_traceback(error.__traceback__)

    def _as_python(self, reason: str, args, kwargs):
        """Run a call as plain Python, and say so."""
        self._announce(reason)
        return self._plainly_on_numpy(args, kwargs)

    def _announce(self, reason: str) -> None:
        self._in_python = reason
        fallback.announce_uncompiled(self.__name__, "numpy", reason)

    def _plainly_on_numpy(self, args, kwargs):
        with backends.backend("numpy"):
            return undo.run(self.function, args, kwargs)

    def _show(self, text) -> None:
        """Print code, unless it is what was printed last."""
        without_places = re.sub(r"0x[0-9a-f]+", "", text)
        if text and without_places != self._shown:
            self._shown = without_places
            print(text)  # noqa: T201


def place_in(error: Exception) -> str:
    """The lines of the user's that an error names."""
    _, newline, place = str(error).partition("\n")
    return newline + place if newline else f"\n{lines.place_of(error)}"


def in_python(function) -> bool:
    """Whether a function is written in Python."""
    while isinstance(function, functools.partial):
        function = function.func
    if isinstance(function, np.ufunc) or hasattr(function, "_implementation"):
        return False
    function = getattr(function, "__func__", function)
    return isinstance(function, types.FunctionType) or isinstance(
        getattr(type(function), "__call__", None),  # noqa: B004
        types.FunctionType,
    )
