"""Medians of interleaved timings, so that a change of the machine's pace hits all sides alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence

# Before the first measurement: the machine leaves its idle pace.
WARM_UP_SECONDS = 0.5
# One sample lasts about this long: far above the clock's resolution and far
# below the time in which the machine's pace changes.
SAMPLE_SECONDS = 2e-3


def warm_up(function: Callable[[], object]) -> None:
    end = time.perf_counter() + WARM_UP_SECONDS
    while time.perf_counter() < end:
        function()


def sample(function: Callable[[], object], calls: int) -> float:
    """Seconds per call, over `calls` calls in a row."""
    repeat = range(calls)
    start = time.perf_counter()
    for _ in repeat:
        function()
    return (time.perf_counter() - start) / calls


def calls_per_sample(function: Callable[[], object]) -> int:
    """How many calls fill one sample; compiles and warms up on the way."""
    sample(function, 3)
    calls = 1
    while True:
        seconds = sample(function, calls) * calls
        if seconds >= SAMPLE_SECONDS / 4 or calls >= 1 << 20:
            return max(1, round(calls * SAMPLE_SECONDS / max(seconds, 1e-9)))
        calls *= 4


def interleaved(functions: Sequence[Callable[[], object]], rounds: int) -> list[list[float]]:
    """Seconds per call of each function, one sample of each in every round."""
    counts = [calls_per_sample(f) for f in functions]
    samples: list[list[float]] = [[] for _ in functions]
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            for found, function, calls in zip(samples, functions, counts, strict=True):
                found.append(sample(function, calls))
    finally:
        if collecting:
            gc.enable()
    return samples


def median_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    """The median of the ratios taken round by round."""
    return statistics.median(n / d for n, d in zip(numerators, denominators, strict=True))
