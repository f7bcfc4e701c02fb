"""One specialisation of a function: what holds for it, and how what was compiled is called and undone."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np

from ....ground.compat import set_cache
from ....storage.locking import under_locks
from .. import floating, turns
from . import exchange, lower, random_state, refusals
from .errors import WITH_VALUES, LeftToPython
from .failures import Risk

_KEEP = 16  # shapes that a call vouched for
_COUNTED = (np.ndarray, int, bool)


class Variant:
    """One specialisation: what holds for it, and the compiled function."""

    def __init__(self, executable: Any, args: tuple, settings: Any) -> None:
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
            raise refusals.explain(self, error, host) from error
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


def _put_back(host: list, kept: list) -> None:
    for raw, old in zip(host, kept, strict=True):
        if old is not None and raw.flags.writeable:
            np.copyto(raw, old)


def _shapes(host: list) -> tuple:
    """What decides, with the code, whether shapes fit and indices lie within."""
    return tuple([h.shape if type(h) is np.ndarray else h for h in host if type(h) in _COUNTED])
