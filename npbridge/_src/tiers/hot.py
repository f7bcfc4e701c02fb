"""Functions that use up time: each is run as it is, then tried beside, then compiled, if that pays.

Nothing here imports NumPy, JAX or Numba before a function has been found to be worth it.
"""

from __future__ import annotations

import _thread
import atexit
import os
import threading
import time
from types import CodeType, FunctionType
from typing import Any

from ..ground.config import mode
from . import beside
from .candidates import Candidate
from .loops import Loops
from .sampling import Sampler
from .trampolines import functions_of, trampoline

LEAST = 5e-5  # seconds that a call takes at least, to be worth looking at
PATIENCE = 0.3  # seconds until the outermost of several functions has been called again, or a loop around it is tried
TRIES = 6  # kinds of calls are tried of one function
LAST = 500  # calls are looked at after a trial that NumPy has won: one of another kind may come
FAR = 10  # times as long as plain Python: no more calls are waited for
CHECKED = 5  # calls are timed after a function has been compiled


class Tier(Candidate):
    """One function of the user's that uses up time.

    Attributes
    ----------
    function : function
        The object that the program calls; its code is another one while it is looked after.
    depth : int
        How many of the user's functions were above it on the stack.
    """

    def __init__(self, tiers: Tiers, function: FunctionType, depth: int) -> None:
        super().__init__(tiers, _copied(function), function.__qualname__)
        self.function, self.depth = function, depth
        self.code = function.__code__
        self.since = time.perf_counter()
        self.calls = 0
        self.word = "it was called only once while it was looked at"
        self.checks: dict[Any, list[float]] = {}
        self.active = self.installed = self.has_lost = False
        self.swapped: CodeType | None = None  # its identity is known, so it stays as long as this does

    def __call__(self, args: tuple, kwargs: dict) -> Any:
        if self.auto is not None:
            # compiled code would not see what other threads do meanwhile
            return self.auto(args, kwargs) if self.tiers.is_alone() else self.plain(*args, **kwargs)
        if self.active:
            self.give_up("it calls itself")
            return self.plain(*args, **kwargs)
        self.active = True
        try:
            return self.looked_at(args, kwargs)
        finally:
            self.active = False

    def looked_at(self, args: tuple, kwargs: dict) -> Any:
        """A call before it is known whether it pays."""
        if self.found:
            self.adopt()
            if self.auto is not None:
                return self.auto(args, kwargs)
            return self.plain(*args, **kwargs)
        self.calls += 1
        if self.calls == 1:
            start = time.perf_counter()
            try:
                return self.plain(*args, **kwargs)
            finally:
                if time.perf_counter() - start < LEAST:
                    self.give_up("a call takes so little that it would not pay")
        if self.calls > LAST and self.has_lost:
            self.give_up(self.word)
        elif self.calls > 1 and self.tiers.running is None:
            self.tiers.consider(self, args, kwargs)
        return self.plain(*args, **kwargs)

    def __reduce__(self) -> tuple:
        """Where code is pickled, as by joblib and dask: what plain Python does."""
        return Plain, (self.plain,)

    def install(self) -> bool:
        code = trampoline(self.code, self)
        if code is None or self.code.co_name in self.code.co_names:  # or it calls itself
            return False
        self.function.__code__ = self.swapped = code
        self.installed = True
        return True

    def give_up(self, word: str) -> None:
        super().give_up(word)
        self.put_back()
        self.installed = False

    def put_back(self) -> None:
        """Give the function its own code, unless the program has given it another."""
        if self.function.__code__ is self.swapped:
            self.function.__code__ = self.code

    def nothing_wins(self, word: str) -> None:
        self.word, self.calls, self.has_lost = word, 1, True  # calls of another kind may gain

    def place(self) -> tuple:
        return self.code.co_filename, self.code.co_firstlineno

    def timed(self, kind: Any, seconds: float) -> None:
        """Look whether it pays here as it did in the trial; the first call, which compiles, does not count."""
        seen = self.checks.setdefault(kind, [])
        seen.append(seconds)
        if mode() == "static":
            return
        if len(seen) > 1 and seconds > FAR * self.best.get(kind, seconds):
            self.give_up(f"compiled it took {seconds * 1e3:.3g} ms, in Python {self.best[kind] * 1e3:.3g} ms")
            return
        if len(seen) == CHECKED + 1 and min(seen[1:]) > self.best.get(kind, seconds):
            from ..engine.memory import forget

            forget(self.keys[kind])
            self.give_up(f"compiled it took {min(seen[1:]) * 1e3:.3g} ms, in Python {self.best[kind] * 1e3:.3g} ms")

    def is_checked(self, kind: Any) -> bool:
        return len(self.checks.get(kind, ())) > CHECKED


class Remembered:
    """What an earlier process found out, in the place of a child."""

    def __init__(self, found: Any) -> None:
        self.found = found

    def result(self) -> Any:
        return self.found

    def end(self) -> None:
        pass


class Plain:
    """A function that is called with its arguments in a tuple and a dictionary."""

    def __init__(self, function: FunctionType) -> None:
        self.function = function

    def __call__(self, args: tuple, kwargs: dict) -> Any:
        return self.function(*args, **kwargs)


class Tiers:
    """All functions of a program that use up time.

    Parameters
    ----------
    is_users : callable
        Whether a file is the user's.
    exact : str
        What must be NumPy's to the last digit: see :mod:`npbridge._src.program.exactness`.
    """

    def __init__(self, is_users: Any, exact: str = "") -> None:
        self.exact = exact
        self.known: dict[CodeType, list[Tier]] = {}
        self.reserved: set[tuple] = set()  # the places of functions that are compiled inside others
        self.running: beside.Child | Remembered | None = None
        self.waits = mode() in ("wait", "static")
        self.sampler = Sampler(is_users, self.is_hot)
        self.loops = Loops(self)

    def can_start(self) -> bool:
        return beside.CAN_FORK and mode() != "off"

    def start(self) -> None:
        self.sampler.start()
        atexit.register(self.stop)

    def stop(self) -> str:
        """Leave all to Python, keep nothing of the program's alive, and give the report."""
        self.sampler.stop()
        if self.running is not None:
            self.running.end()
        report = self.report()
        self.leave()
        self.known.clear()
        self.loops.sites.clear()
        self.sampler.counts.clear()
        return report

    def leave(self) -> None:
        """Leave all to Python."""
        for tier in self.all():
            tier.put_back()
        self.loops.leave()

    def is_alone(self) -> bool:
        """Whether the program has one thread: others would be missing in a child, and unseen by compiled code."""
        return threading.active_count() <= 1  # it does not know ours

    def is_hot(self, code: CodeType, depth: int) -> None:
        """Look after the functions of some code."""
        if (code.co_filename, code.co_firstlineno) in self.reserved:
            return
        tiers = [Tier(self, function, depth) for function in functions_of(code)]
        self.known[code] = [tier for tier in tiers if tier.install()]

    def all(self) -> list[Tier]:
        return [tier for tiers in list(self.known.values()) for tier in tiers]

    def consider(self, tier: Tier, args: tuple, kwargs: dict) -> None:
        """Try a call of a function beside, if no other function has to be tried before it."""
        now = time.perf_counter()
        if now - tier.since < PATIENCE or not self.is_alone():
            return
        waiting = [t for t in self.all() if t.installed and t.auto is None and t.calls > 1 and t.tries == 0]
        if tier.tries or all(tier.depth <= t.depth for t in waiting):
            self.try_beside(tier, args, kwargs)

    def try_beside(self, tier: Candidate, args: tuple, kwargs: dict) -> None:
        """Begin a trial of a call, unless one of its kind has been made, or another one is under way."""
        from ..engine.memory import key_of, recall

        kind = tier.kind_of(args, kwargs)
        if kind in tier.kinds or tier.tries >= TRIES or self.running is not None:
            return
        tier.kinds.add(kind)
        tier.tries += 1
        tier.word = tier.word if tier.auto is not None else "its trial had not ended"
        key = key_of(tier.plain.__code__, (self.exact, kind))
        found = recall(key)
        self.running = Remembered(found) if found else beside.start(lambda: self.trial(tier, args, kwargs))
        ended = _thread.allocate_lock()
        ended.acquire()
        _thread.start_new_thread(self.wait, (tier, kind, key, ended))
        if self.waits:
            ended.acquire()

    def trial(self, tier: Candidate, args: tuple, kwargs: dict) -> Any:
        """In the child: nothing is looked after there."""
        self.leave()
        from .compiling import prepared
        from .trial import of_call

        prepared()
        return of_call(tier.plain, args, kwargs, tier.variables, self.exact)

    def wait(self, tier: Candidate, kind: Any, key: str, ended: Any) -> None:
        """In a thread that :mod:`threading` does not know: take in what a trial has found."""
        from ..engine.memory import remember

        running = self.running
        try:
            found = None if running is None else running.result()
            if found is not None and type(running) is beside.Child and not _was_forked(found):
                remember(key, found)
            tier.note(kind, key, found)
        finally:
            self.running = None
            ended.release()

    def reserve(self, candidate: Candidate, places: list) -> None:
        """Leave functions alone that are compiled as parts of another one."""
        self.reserved |= {tuple(place) for place in places} - {candidate.place()}
        for other in self.all():
            if other is not candidate and other.installed and other.place() in self.reserved:
                other.give_up(f"it is compiled as a part of {candidate.name}")

    def report(self) -> str:
        """What was compiled, what was not and why."""
        rows = sorted(self.all(), key=lambda t: -self.sampler.counts[t.code])
        lines = []
        for each in [*self.loops.candidates(), *rows]:
            file, line = each.place()
            lines.append(f"  {each.name} ({os.path.basename(file)}:{line}): {each.word}\n")
        return "npbridge: functions and loops that used up time\n" + ("".join(lines) or "  none\n")


def _copied(function: FunctionType) -> FunctionType:
    copy = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__, copy.__qualname__ = function.__kwdefaults__, function.__qualname__
    copy.__module__, copy.__doc__ = function.__module__, function.__doc__
    copy.__dict__.update(function.__dict__)
    return copy


def _was_forked(found: dict) -> bool:
    """Whether an engine could not take part, as the program had used it before: another time it may."""
    return any(reason.startswith("ForkedError") for *_, reason in found.get("trials", ()))
