"""How a compiled function runs on ``'numpy'``: in plain loops, or, where these cannot hold it, by Numba.

Plain loops are made of what the function does when it is traced, as on ``'jax'``: state, checks and the short way are
the same.  What they cannot hold, and every call that fails in them, Numba's functions run, which were made of the
source.
"""

from __future__ import annotations

import functools
import re
import types
from typing import Any

import numpy as np

from ..dispatch import forked
from ..ground import config
from ..ground.compat import wide
from ..ground.errors import ControlFlowError, FallbackError, UnsupportedError
from ..ground.floating import asked
from . import texts, undo
from .quick import MISS

FORMS = 12  # shapes, dtypes, constants: for more, a function is Numba's


class ManyForms(UnsupportedError):
    """A function is called with arrays of too many shapes."""


_CANNOT = (ControlFlowError, FallbackError, UnsupportedError)


class OnNumpy:
    """The part of a compiled function that runs on ``'numpy'``.

    Attributes
    ----------
    not_in_loops : str
        Why plain loops cannot hold the function; empty where they do, or where nobody has tried.
    """

    function: Any
    options: dict
    _kept: Any
    __name__: str
    _in_loops_only = False
    not_in_loops: str

    def _forget_on_numpy(self) -> None:
        self._loops = self._numba = self._fast = None
        self._fast_count = -1
        self.not_in_loops = self._options_of_numba()

    def _options_of_numba(self) -> str:
        """Which option only Numba has."""
        options = self.options
        asks = [name for name in ("parallel", "fastmath", "debug") if options[name]]
        asks += [] if options["boundscheck"] else ["boundscheck"]
        if asks:
            return f"the option {asks[0]} is Numba's"
        return "NPBRIDGE_ENGINE is 'numba'" if config.engine() == "numba" else ""

    def on_numpy(self, args, kwargs, short):
        """A call; `short` where nobody asks about floating-point errors."""
        if short:
            if not self.not_in_loops:
                result = self._in_loops(args, kwargs)
                if result is not MISS:
                    return result
            if len(args) == self._fast_count and not kwargs:
                result = self._fast(*args)  # what the executable would do first
                if result is not self._numba_miss:
                    return result
        return self._by_numba(args, kwargs)

    # -- in plain loops

    def _see_that_forms_are_few(self) -> None:
        """Loops are made for each shape anew; Numba's functions serve all."""
        if self._in_loops_only and len(self._kept.entries) >= FORMS:
            raise ManyForms(f"it has been called for {FORMS} kinds of arguments")

    @property
    def loops(self) -> Any:
        """The function compiled as plain loops."""
        if self._loops is None:
            options = {**self.options, "backend": "jax", "strict": True, "show_code": False}
            made = type(self)(self.function, self._kept.of_engine("loops"), **options)
            made._in_loops_only = True
            self._loops = made
        return self._loops

    def _in_loops(self, args, kwargs):
        """MISS where plain loops cannot hold a call, or it fails: then nothing has changed."""
        loops = self._loops
        if loops is None:
            if not in_python(self.function):
                self.not_in_loops = "it is a function of NumPy's"
                return MISS
            loops = self.loops
        quick, count, kind = loops._quick
        known = loops._latest
        try:
            if not kwargs:
                result = quick(*args) if len(args) == count else MISS
            else:
                result = quick(*args, *kwargs.values()) if kind == (len(args), *kwargs) else MISS
            if result is MISS:
                if forked.in_child:  # JAX, which traces, cannot be used in it
                    return MISS
                with wide():
                    result = loops.on_jax(args, kwargs)
        except _CANNOT as error:
            if not loops._kept.entries or isinstance(error, ManyForms):
                self.not_in_loops = str(error).partition("\n")[0].partition(". ")[0].rstrip(".")
            return MISS
        except Exception:  # the error is raised again, by who makes the call from its start
            return MISS
        if self.options["show_code"] and loops._latest is not known:
            self._show(texts.shown_in_loops(loops, loops._latest))
        return result

    # -- by Numba

    def _by_numba(self, args, kwargs):
        if self._numba is None:
            if not in_python(self.function):
                return self.function(*args, **kwargs)  # a function of NumPy's, which the backend runs
            self._numba = self._make_numba()
        before = self._numba.latest
        try:
            if kinds := asked():
                result = self._numba.watched(kinds, args, kwargs)
            else:
                result = self._numba(*args, **kwargs)
        finally:
            self._fast, self._fast_count = self._numba.short_way()
        if self.options["show_code"] and self._numba.latest is not before:
            self._show(texts.shown_on_numpy(self._numba))
        return result

    def _make_numba(self):
        from ..backends.numba.lowering.fast import MISS as numba_miss
        from ..backends.numba.lowering.interface import compile_function

        self._numba_miss = numba_miss
        options = {name: self.options[name] for name in ("parallel", "fastmath", "debug", "strict", "boundscheck")}
        made = compile_function(self.function, **options)
        made.in_python = undo.run
        return made

    def _show(self, text) -> None:
        """Print code, unless it is what was printed last."""
        without_places = re.sub(r"0x[0-9a-f]+", "", text)
        if text and without_places != self._shown:
            self._shown = without_places
            print(text)  # noqa: T201


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
