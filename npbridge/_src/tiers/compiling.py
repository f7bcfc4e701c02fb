"""Calls of a hot function, compiled: what was not tried is Python's."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import jax

from .. import public  # noqa: F401  which completes the classes of arrays
from ..engine.auto import Auto, Known, mended
from ..engine.race import NUMPY, Trial
from ..ground.cache import usable
from ..jit import undo
from ..jit.decorator import engines

LARGEST = 1 << 28  # bytes of programs of XLA's


def prepared() -> None:
    """Keep what XLA compiles on disk."""
    place = usable()
    if place is not None and jax.config.jax_compilation_cache_dir is None:
        jax.config.update("jax_compilation_cache_dir", str(place / "xla"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
        jax.config.update("jax_compilation_cache_max_size", LARGEST)


class Chosen(Auto):
    """As under ``'auto'``; but races are run beside, and what an engine takes is looked at again."""

    def __init__(self, tier: Any) -> None:
        function = tier.plain
        made = engines(function, {"exact": tier.tiers.exact})
        super().__init__(function, made, lambda a, k: undo.Before(function, a, k), undo.Undo, Known())
        self.tier = tier

    def add(self, kind: Any, found: dict) -> None:
        """Take in what a trial has found."""
        trials = []
        for name, seconds, first, reason in found["trials"]:
            trial = Trial(name)
            trial.seconds, trial.first, trial.reason = seconds, first, reason
            trials.append(trial)
        mends = found["mends"]
        self.known.add(kind, found["winner"], mends and (mends[0], frozenset(mends[1])), trials)

    def only(self) -> Callable:
        """What makes the calls of the one kind that there is; an error of the engine's is handed on."""
        winner, mends = next(iter(self.known.winners.values()))
        engine = self.engine(winner)

        def call(args: tuple, kwargs: dict) -> Any:
            result = engine(args, kwargs)
            return result if mends is None else mended(result, mends, self.function, args, kwargs)

        return call

    def guarded(self, engine: Callable, mends: Any) -> Callable:
        """An engine's calls; where one fails and Python's does not, all calls after that are Python's."""

        def call(args: tuple, kwargs: dict) -> Any:
            try:
                result = engine(args, kwargs)
                return result if mends is None else mended(result, mends, self.function, args, kwargs)
            except Exception as error:
                name = type(error).__name__
            result = self.plain(args, kwargs)  # which raises what is the program's own
            self.tier.give_up(f"it stopped where Python has to go on ({name})")
            return result

        return call

    def first(self, kind: Any, args: tuple, kwargs: dict) -> Any:
        self.tier.tiers.try_beside(self.tier, args, kwargs)
        return self.plain(args, kwargs)

    def plain(self, args: tuple, kwargs: dict) -> Any:
        return self.function(*args, **kwargs)

    def settle(self, kind: Any) -> Callable:
        call = super().settle(kind)
        if self.known.winners[kind][0] == NUMPY:
            return call

        def checked(args: tuple, kwargs: dict) -> Any:
            start = time.perf_counter()
            result = call(args, kwargs)
            self.tier.timed(kind, time.perf_counter() - start)
            if self.tier.is_checked(kind):
                self.calls[kind] = call
            return result

        self.calls[kind] = checked
        return checked


def choosing(tier: Any) -> Chosen:
    """What calls of a function go through, once it is compiled."""
    prepared()
    return Chosen(tier)
