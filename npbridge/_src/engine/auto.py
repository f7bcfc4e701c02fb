"""``backend="auto"``: each kind of call runs on the engine that is fastest for it, of those that do what NumPy does."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..array.classes import OURS
from ..dispatch import backend as backends
from ..ground.compat import wide
from ..ground.config import mode
from ..ground.users import is_users_class
from .kinds import ARRAYS, kind_of_call
from .race import NUMPY, Race, Trial, shares

ARRAYS |= OURS
_override = backends._override
XLA, LOOPS = "XLA", "plain loops"
KINDS = 256  # of calls are known; of very many the oldest go


class Known:
    """What is known of a function, or of a method for all instances: kinds of calls, and their engines."""

    def __init__(self) -> None:
        self.winners: dict[Any, tuple[str, Any]] = {}  # and which arrays of ours become ndarrays
        self.trials: dict[Any, list[Trial]] = {}
        self.lock = threading.RLock()

    def add(self, kind: Any, winner: str, mends: Any, trials: list[Trial]) -> None:
        while len(self.winners) >= KINDS:
            oldest = next(iter(self.winners))
            self.winners.pop(oldest, None), self.trials.pop(oldest, None)
        self.winners[kind], self.trials[kind] = (winner, mends), trials


class Auto:
    """A function that chooses its engine.

    Parameters
    ----------
    function : callable
        The plain function: the NumPy engine.
    compiled : dict
        The names of the other engines, to what makes the compiled function.
    before, recording : callable
    exact : str
        See :class:`~npbridge._src.engine.race.Race`.
    known : Known
        Shared by the methods of all instances of a class.
    """

    def __init__(
        self,
        function: Callable,
        compiled: dict[str, Callable],
        before: Callable,
        recording: Callable,
        known: Known,
        exact: str = "",
    ) -> None:
        self.function, self.known, self.exact = function, known, exact
        self.makers, self.made = compiled, {}
        self.before, self.recording = before, recording
        self.calls: dict[Any, Callable] = {}
        self.latest: Any = None

    def __call__(self, args: tuple, kwargs: dict) -> Any:
        kind = kind_of_call(args, kwargs)
        call = self.calls.get(kind)
        if call is None:
            if kind not in self.known.winners:
                return self.first(kind, args, kwargs)
            call = self.settle(kind)
        return call(args, kwargs)

    def first(self, kind: Any, args: tuple, kwargs: dict) -> Any:
        """The first call of a kind, which decides."""
        with self.known.lock:
            if kind in self.known.winners:
                return self.settle(kind)(args, kwargs)
            reason = "NPBRIDGE_AUTO is 'off'" if mode() == "off" else self.before(args, kwargs).once_only()
            if reason:
                alone = Trial(NUMPY)
                alone.reason = reason
                self.known.add(kind, NUMPY, None, [alone])
                return self.settle(kind)(args, kwargs)
            calls = {name: self.engine(name) for name in self.makers}
            race = Race(calls, self.plain, self.before, self.recording, self.left_out, self.exact)
            result = race.run(args, kwargs)
            mends = next((t.mends for t in race.trials if t.name == race.winner), None)
            self.known.add(kind, race.winner, mends, race.trials)
            self.settle(kind)
            self.let_go(race.winner)
            return result

    def left_out(self, name: str, trials: list[Trial]) -> str:
        """Why XLA need not be tried: plain loops do all steps by themselves, which pays on a CPU."""
        held = any(t.name == LOOPS and not t.reason for t in trials)
        return "plain loops hold all steps" if name == XLA and held and self.compiled(LOOPS).is_all_loops() else ""

    def let_go(self, winner: str) -> None:
        """Keep nothing of an engine that has won no kind of call."""
        used = {name for name, _ in self.known.winners.values()}
        for name in set(self.made) - used - {winner}:
            self.made.pop(name).clear_cache()

    def settle(self, kind: Any) -> Callable:
        """What makes calls of a kind from now on."""
        winner, mends = self.known.winners[kind]
        self.latest = kind
        if len(self.calls) >= KINDS:
            self.calls.clear()
        call = self.calls[kind] = self.plain if winner == NUMPY else self.guarded(self.engine(winner), mends)
        return call

    def plain(self, args: tuple, kwargs: dict) -> Any:
        """The user's plain function; arrays of ours in it compute as under ``'auto'``."""
        active = _override.get() or backends._default
        if active is not None and active.name != "jax":
            return self.function(*args, **kwargs)
        with backends.backend("auto"):
            return self.function(*args, **kwargs)

    def compiled(self, name: str) -> Any:
        made = self.made.get(name)
        if made is None:
            made = self.made[name] = self.makers[name]()
        return made

    def engine(self, name: str) -> Callable:
        """``call(args, kwargs)`` of an engine."""
        compiled = self.compiled(name)
        if name != XLA:
            return lambda args, kwargs: compiled(*args, **kwargs)

        def call(args: tuple, kwargs: dict) -> Any:
            with wide():
                return compiled(*args, **kwargs)

        return call

    def guarded(self, engine: Callable, mends: Any) -> Callable:
        """An engine's calls; where it fails, which changes nothing, the error is NumPy's or there is none."""

        def call(args: tuple, kwargs: dict) -> Any:
            with contextlib.suppress(Exception):  # what Python raises then has nothing to do with it
                result = engine(args, kwargs)
                return result if mends is None else mended(result, mends, self.function, args, kwargs)
            return self.plain(args, kwargs)

        return call

    def chosen(self) -> Any:
        """The compiled function that runs calls like the latest; None where plain Python does."""
        winner = self.known.winners.get(self.latest, (NUMPY, None))[0]
        return None if winner == NUMPY else self.compiled(winner)

    def cache_info(self) -> dict:
        """As of a compiled function: what its engines compiled, and for how many kinds of calls one is chosen."""
        each = [compiled.cache_info() for compiled in self.made.values()]
        reason = self.explain().partition("\n")[0]
        return {"compiles": sum(e["compiles"] for e in each), "entries": len(self.known.winners), "reason": reason}

    def explain(self) -> str:
        """Which engine runs the kind of the latest call, what the others did, and what the engine made of it."""
        if self.latest is None:
            return "has not been called"
        text = f"runs on {self.known.winners[self.latest][0]}\n{shares(self.known.trials[self.latest])}"
        chosen = self.chosen()
        return text if chosen is None else f"{text}\n{chosen.explain()}"


@contextlib.contextmanager
def on_xla() -> Iterator[None]:
    """Let XLA compute, in NumPy's precision."""
    with backends.backend("jax"), wide():
        yield


def mended(result: Any, mends: tuple[bool, frozenset], function: Callable, args: tuple, kwargs: dict) -> Any:
    """A result with ndarrays in the place of arrays of ours, as NumPy has them; likewise new attributes."""
    in_result, names = mends
    if names:
        for x in (getattr(function, "__self__", None), *args, *kwargs.values()):
            own = getattr(x, "__dict__", None)
            if type(own) is dict and is_users_class(type(x)):
                own.update({name: as_ndarrays(own[name]) for name in names if name in own})
    return as_ndarrays(result) if in_result else result


def as_ndarrays(x: Any) -> Any:
    kind = type(x)
    if kind in OURS:
        return np.asarray(x)
    if kind in (list, tuple):
        return kind([as_ndarrays(y) for y in x])
    if kind is dict:
        return {key: as_ndarrays(y) for key, y in x.items()}
    return x
