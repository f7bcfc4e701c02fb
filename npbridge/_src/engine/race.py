"""A race: one call on each engine, each on what was there before; who gives what NumPy gives, and how fast.

The call itself is NumPy's: what it returns and leaves is what plain Python made.  The
others run before it, and what they changed is put back.
"""

from __future__ import annotations

import contextlib
import ctypes
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from ..array.classes import OURS
from ..ground.config import mode
from .likeness import Kept, Parts, difference, kept, largest

NUMPY = "NumPy"
MORE_RUNS, LONG = 5, 0.2  # so often a run is timed, unless that takes so many seconds
PATIENCE = 1.0  # seconds that NumPy is waited for at least,
TIMES = 20  # and so many times as long as the fastest of the others took
GAIN = 0.95  # an engine is taken that needs less than this share of NumPy's time


class Trial:
    """What one engine did with one call.

    Attributes
    ----------
    seconds : float
        What a call takes; infinite where the engine is out.
    first : float
        What the first call took, in which it was compiled.
    reason : str
        Why it is out; empty where it is not.
    outcome : tuple
        Result and changes, as :func:`~npbridge._src.engine.likeness.kept` keeps them.
    mends : tuple or None
        Where arrays of ours have to be made ndarrays, to be what NumPy gives: whether in the result, and in
        which attributes.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.seconds, self.first = float("inf"), 0.0
        self.reason = ""
        self.outcome: Any = None
        self.mends: tuple[bool, frozenset] | None = None

    def is_out(self, reason: str) -> None:
        self.seconds, self.reason, self.outcome = float("inf"), reason, None


class Overtime(BaseException):
    """Raised in a run of NumPy's that takes too long beside the others."""


class Race:
    """One call on each engine.

    Parameters
    ----------
    calls : dict
        Names of engines to what makes the call, ``call(args, kwargs)``.
    plain : callable
        The same in plain Python, ``plain(args, kwargs)``.
    before, recording : callable
        ``before(args, kwargs)`` keeps what the call may change; ``recording()`` notes what it writes.
    left_out : callable, optional
        ``left_out(name, trials)`` says why an engine need not be tried after those before it; empty where it must be.
    exact : str
        What has to be alike to the last digit: see :func:`~npbridge._src.engine.likeness.difference`.
    """

    def __init__(
        self,
        calls: dict[str, Callable],
        plain: Callable,
        before: Callable,
        recording: Callable,
        left_out: Callable[[str, list[Trial]], str] = lambda name, trials: "",
        exact: str = "",
    ) -> None:
        self.calls, self.plain, self.left_out, self.exact = calls, plain, left_out, exact
        self.before, self.recording = before, recording
        self.trials: list[Trial] = []
        self.winner = NUMPY
        self.is_static = mode() == "static"

    def run(self, args: tuple, kwargs: dict) -> Any:
        """Make the call, and decide; returns and leaves what NumPy does, which may be an error."""
        before = self.before(args, kwargs)
        before.copy_ours()
        for name, call in self.calls.items():
            if reason := self.left_out(name, self.trials):
                self.trials.append(Trial(name))
                self.trials[-1].is_out(reason)
            else:
                self.trials.append(self.attempt(name, call, before, args, kwargs))
        numpys = Trial(NUMPY)
        fastest = min([t.seconds for t in self.trials], default=float("inf"))
        limit = max(PATIENCE, TIMES * fastest) if fastest < float("inf") and not self.is_static else None
        try:
            result, numpys.seconds = within(limit, lambda: timed(lambda: self.plain(args, kwargs)))
        except Overtime:
            before.restore()
            numpys.is_out(f"it took longer than {limit:.1f} s")
            return self.without_numpy(numpys, args, kwargs)
        numpys.outcome = outcome_of(result, before)
        self.compare(numpys)
        self.time_numpy(numpys, before, args, kwargs)
        self.decide(numpys)
        return result

    def attempt(self, name: str, call: Callable, before: Any, args: tuple, kwargs: dict) -> Trial:
        """Run the call on an engine, as often as it takes to know how long it takes; all is put back."""
        trial = Trial(name)
        undo = self.recording()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # NumPy's own are told by its own run
                with undo:
                    result, trial.first = timed(lambda: call(args, kwargs))
                before.learn(undo)
                trial.outcome = outcome_of(result, before)
                del result
                before.restore()
                if self.is_static:
                    trial.seconds = trial.first
                else:
                    self.time(trial, call, before, args, kwargs)
        except Exception as error:
            trial.is_out(f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0][:200]}")
        finally:
            before.learn(undo)
            before.restore()
        return trial

    def time(self, trial: Trial, call: Callable, before: Any, args: tuple, kwargs: dict) -> None:
        spent = 0.0
        for _ in range(MORE_RUNS):
            _, seconds = timed(lambda: call(args, kwargs))
            before.restore()
            trial.seconds = min(trial.seconds, seconds)
            spent += seconds
            if spent > LONG:
                break

    def compare(self, numpys: Trial) -> None:
        """Let those go that do not give what NumPy gave."""
        scale = largest(numpys.outcome)
        for trial in self.trials:
            if trial.outcome is not None:
                reason = difference(numpys.outcome, trial.outcome, scale, self.exact)
                if reason is not None:
                    trial.is_out(f"it gives {reason}")
                    continue
                trial.mends = what_to_mend(numpys.outcome, trial.outcome)
                if trial.mends is not None and not {str}.issuperset(map(type, trial.mends[1])):
                    trial.is_out("it puts arrays of another class into containers")

    def time_numpy(self, numpys: Trial, before: Any, args: tuple, kwargs: dict) -> None:
        """Time a short call of NumPy's more often; what the first left is put in its place again."""
        if self.is_static or numpys.seconds > MORE_RUNS * LONG or all(t.reason for t in self.trials):
            return
        left = self.before(args, kwargs)
        left.copy_ours()
        with warnings.catch_warnings(), contextlib.suppress(Exception):
            warnings.simplefilter("ignore")
            spent = numpys.seconds
            for _ in range(MORE_RUNS - 1):
                before.restore()
                _, seconds = timed(lambda: self.plain(args, kwargs))
                numpys.seconds, spent = min(numpys.seconds, seconds), spent + seconds
                if spent > LONG:
                    break
        left.restore()

    def decide(self, numpys: Trial) -> None:
        fastest = min(self.trials, key=lambda t: t.seconds, default=numpys)
        if self.is_static:
            self.winner = next((t.name for t in self.trials if not t.reason), NUMPY)
        elif fastest.seconds < GAIN * numpys.seconds:
            self.winner = fastest.name
        self.trials.insert(0, numpys)
        for trial in self.trials:
            trial.outcome = None

    def without_numpy(self, numpys: Trial, args: tuple, kwargs: dict) -> Any:
        """NumPy takes too long to wait for: engines that agree with each other are believed, and so is one alone."""
        left = sorted((t for t in self.trials if t.outcome is not None), key=lambda t: t.seconds)
        for other in left[1:]:
            reason = difference(left[0].outcome, other.outcome, largest(left[0].outcome), self.exact)
            if reason is not None:
                left[0].is_out(f"it gives other results than {other.name}: {reason}")
                other.is_out(f"it gives other results than {left[0].name}: {reason}")
        self.decide(numpys)
        if self.winner == NUMPY:
            return self.plain(args, kwargs)
        return self.calls[self.winner](args, kwargs)


def timed(call: Callable) -> tuple[Any, float]:
    """The result of a call, all of it computed, and the seconds it took."""
    start = time.perf_counter()
    result = call()
    wait(result)
    return result, time.perf_counter() - start


def wait(x: Any) -> None:
    """Wait until what is computed beside is there."""
    kind = type(x)
    if kind in OURS:
        device = x._buffer.device
        if isinstance(device, jax.Array):
            device.block_until_ready()
    elif kind in (list, tuple):
        for y in x:
            wait(y)
    elif kind is dict:
        for y in x.values():
            wait(y)


def outcome_of(result: Any, before: Any) -> Any:
    """The result, which memory it lies in, and what the call changed."""
    after = before.after()
    memory = [x for x in after[0] if x.size]
    found: list = []
    _arrays_in(result, found)
    shared = [np.may_share_memory(x, y) for x in found for y in memory]
    shared += [np.may_share_memory(found[i], y) for i in range(len(found)) for y in found[:i]]
    return kept((result, shared, after))


def _arrays_in(x: Any, found: list) -> None:
    kind = type(x)
    if kind in OURS or isinstance(x, np.ndarray):
        found.append(np.asarray(x))
    elif kind in (list, tuple):
        for y in x:
            _arrays_in(y, found)
    elif kind is dict:
        for y in x.values():
            _arrays_in(y, found)


def what_to_mend(numpys: Parts, engines: Parts) -> tuple[bool, frozenset] | None:
    """Whether arrays of ours stand for ndarrays in the result, and the keys of those that do among the changes."""
    (result, _, after), (engines_result, _, engines_after) = numpys.items, engines.items
    in_result = is_ours_for_ndarrays(result, engines_result)
    changes, engines_changes = after.items[-1], engines_after.items[-1]
    pairs = zip(changes.keys, changes.items, engines_changes.items, strict=True)
    keys = frozenset([key for (_, key), a, b in pairs if is_ours_for_ndarrays(a, b)])
    return (in_result, keys) if in_result or keys else None


def is_ours_for_ndarrays(numpys: Any, engines: Any) -> bool:
    """Whether an array of ours stands somewhere where NumPy has an ndarray."""
    if type(numpys) is Kept:
        return type(engines) is Kept and engines.ours and not numpys.ours
    if type(numpys) is Parts and type(engines) is Parts:
        return any(map(is_ours_for_ndarrays, numpys.items, engines.items))
    return False


def within(seconds: float | None, call: Callable) -> Any:
    """``call()``; Overtime is raised in it, between two steps of Python, where it takes longer."""
    if seconds is None:
        return call()
    thread, lock, done = threading.get_ident(), threading.Lock(), False

    def stop() -> None:
        with lock:
            if not done:
                _raise_in(thread, ctypes.py_object(Overtime))

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        return call()
    finally:
        with lock:
            done = True
            _raise_in(thread, None)  # what has not been raised yet is not
        timer.cancel()


def _raise_in(thread: int, error: Any) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), error)


def shares(trials: list[Trial]) -> str:
    """The trials as lines of text."""
    lines = []
    for trial in trials:
        out = "not tried beside others" if len(trials) == 1 else "out"
        took = out if np.isinf(trial.seconds) else f"{trial.seconds * 1e3:.3g} ms"
        first = f", the first call {trial.first:.2f} s" if trial.first else ""
        lines.append(f"    {trial.name}: {took}{first}{': ' + trial.reason if trial.reason else ''}")
    return "\n".join(lines)
