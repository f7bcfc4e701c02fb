"""What many programs come to: means, and how many lose."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

BY_HAND = ("numba", "jax")
OURS = ("npbridge_jax", "npbridge_numpy", "npbridge_auto")
# A program that reaches less than this share of NumPy's speed is counted as slower.
SLOWER = 0.9
TITLES = {
    "numpy": "NumPy",
    "numba": "Numba",
    "jax": "JAX",
    "by_hand": "better of both",
    "npbridge_jax": "'jax'",
    "npbridge_numpy": "'numpy'",
    "npbridge_auto": "'auto'",
    "script": "as a script",
}


class Summary(NamedTuple):
    """One engine over all programs.

    Attributes
    ----------
    mean : float
        The geometric mean of its speeds in terms of NumPy's, over the programs that it ran rightly.
    first : float or None
        The median of its first calls, in seconds.
    slower, wrong, refused : tuple of str
        Programs.
    """

    mean: float
    first: float | None
    slower: tuple[str, ...]
    wrong: tuple[str, ...]
    refused: tuple[str, ...]


def speed(found: dict[str, Any], engine: str) -> float | None:
    """How many times NumPy's speed a program has on an engine; None where it did not run or was not right."""
    if engine == "by_hand":
        return max((each for name in BY_HAND if (each := speed(found, name)) is not None), default=None)
    told = found.get("script", {}) if engine == "script" else found["engines"].get(engine, {})
    value: float | None = told.get("speed") if told.get("agrees") else None
    return value


def geometric_mean(values: Iterable[float]) -> float:
    logarithms = [math.log(value) for value in values]
    return math.exp(sum(logarithms) / len(logarithms)) if logarithms else math.nan


def columns(programs: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """The engines that there are figures of, the plain one left out."""
    return (*BY_HAND, *OURS, *(["script"] if any("script" in found for found in programs) else []))


def summary(programs: Sequence[dict[str, Any]], engine: str) -> Summary:
    speeds = {found["name"]: value for found in programs if (value := speed(found, engine)) is not None}
    told = {} if engine == "by_hand" else {found["name"]: entry(found, engine) for found in programs}
    firsts = sorted(each["first"] for each in told.values() if "first" in each)
    return Summary(
        geometric_mean(speeds.values()),
        firsts[len(firsts) // 2] if firsts else None,
        tuple(name for name, value in speeds.items() if value < SLOWER),
        tuple(name for name, each in told.items() if each.get("agrees") is False),
        tuple(name for name, each in told.items() if "refused" in each),
    )


def entry(found: dict[str, Any], engine: str) -> dict[str, Any]:
    """What is known of a program on an engine."""
    told: dict[str, Any] = found.get("script", {}) if engine == "script" else found["engines"].get(engine, {})
    return told


def against(programs: Sequence[dict[str, Any]], engine: str, other: str) -> tuple[float, int, int]:
    """The geometric mean of one engine's speed in terms of another's, of how many programs, and how many it wins."""
    pairs = [(speed(found, engine), speed(found, other)) for found in programs]
    ratios = [a / b for a, b in pairs if a is not None and b is not None]
    return geometric_mean(ratios), len(ratios), sum(ratio >= 1.0 for ratio in ratios)


def cell(found: dict[str, Any], engine: str) -> str:
    """A speed as it stands in a table."""
    told = entry(found, engine)
    if "refused" in told:
        return "refused"
    if "speed" not in told:
        return ""
    return short(told["speed"]) + ("" if told["agrees"] else "*")


def short(value: float) -> str:
    """Three digits, two, or where it is very small one."""
    if value < 0.095:
        return f"{value:.1g}"
    return f"{value:.0f}" if value >= 99.5 else f"{value:.1f}" if value >= 9.95 else f"{value:.2f}"
