"""From which size on the threaded kernel beats NumPy: ``python -m benchmarks.crossover``.

Each ufunc and combination of dtypes is timed both ways, in turn, on arrays of
growing size.  The machine must have nothing else to do (``chrt -f 1`` sees to that).
With ``--write`` the rows replace the table of the ``'numpy'`` backend; they hold for
the machine that made them, and with more cores the gain is larger.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from npbridge._src.backends.numba import crossover, large, reductions

SIZES = tuple(1 << k for k in range(15, 22))
# Larger sizes are not tried when a call takes longer than this.
LONGEST = 5e-3
# The dtypes that programs use; for the others NumPy does the work.
CHARS = "?Bilfd" + "FD"
SECONDS = 0.03
# What the kernel must gain at a size, and at all larger ones, to be called there.
GAIN = 1.15
# Shorter calls are left to NumPy: on a busy machine a helper that is put to sleep
# in the middle of its part costs more than there is to gain.
SHORTEST = 200e-6

Rows = dict[str, dict[str, crossover.Row]]


def medians(functions: list[Callable[[], object]]) -> list[float]:
    """The median time of each function, called in turn until the time is used up."""
    times: list[list[float]] = [[] for _ in functions]
    end = time.perf_counter() + SECONDS
    while len(times[0]) < 5 or (time.perf_counter() < end and len(times[0]) < 200):
        for found, function in zip(times, functions, strict=True):
            start = time.perf_counter()
            function()
            found.append(time.perf_counter() - start)
    return [statistics.median(found) for found in times]


def operand(char: str, size: int, least: float = 0.0) -> np.ndarray:
    """Numbers between `least` and `least` + 1, integers between 1 and 99."""
    rng = np.random.default_rng(0)
    if char == "?":
        return rng.random(size) < 0.5
    if char in "FD":
        return (rng.random(size) + least + 1j * rng.random(size)).astype(char)
    return (rng.random(size) + least if char in "fd" else rng.integers(1, 100, size)).astype(char)


def row_of(measure: Callable[[int], tuple[float, float]]) -> crossover.Row | None:
    """The row for what `measure` finds: ``(NumPy's time, the kernel's)`` at a size."""
    threshold, speedup = 0, 0.0
    for size in SIZES:
        numpys, ours = measure(size)
        for _ in range(2):
            if numpys < SHORTEST or numpys >= GAIN * ours:
                break
            numpys, ours = measure(size)  # other work may have disturbed it
        if numpys < SHORTEST or numpys < GAIN * ours:
            threshold, speedup = 0, 0.0
        else:
            threshold, speedup = threshold or size, max(speedup, numpys / ours)
        if numpys > LONGEST:
            break
    return crossover.Row(threshold, round(speedup, 1)) if threshold else None


def ufunc_row(ufunc: np.ufunc, types: str) -> crossover.Row | None:
    chars = types.split("->")[0]
    plan = large.plan_for(ufunc, [np.dtype(c) for c in chars], {types: crossover.Row(0, 0.0)})
    if plan is None:
        return None

    def measure(size: int) -> tuple[float, float]:
        operands = [operand(c, size, ufunc is np.arccosh) for c in chars]

        def kernel():
            return large.compute(ufunc, plan, operands, np.empty_like(operands[0], plan.output))

        numpys, ours = medians([lambda: ufunc(*operands), kernel])
        return numpys, ours

    return row_of(measure)


def reduction_row(ufunc: np.ufunc, char: str) -> crossover.Row | None:
    loop = reductions.loop_of(ufunc, np.dtype(char))
    if loop is None:
        return None

    def measure(size: int) -> tuple[float, float]:
        array = operand(char, size)
        numpys, ours = medians([lambda: ufunc.reduce(array), lambda: reductions.reduce(ufunc, loop, array)])
        return numpys, ours

    return row_of(measure)


def elementwise_ufuncs() -> list[np.ufunc]:
    found = {getattr(np, name) for name in dir(np) if isinstance(getattr(np, name), np.ufunc)}
    return sorted((u for u in found if u.signature is None and u.nout == 1), key=lambda u: u.__name__)


def measured_ufuncs(only: str) -> Rows:
    rows: Rows = {}
    for ufunc in elementwise_ufuncs():
        if only not in ufunc.__name__ or getattr(np, ufunc.__name__, None) is not ufunc:
            continue
        for types in dict.fromkeys(ufunc.types):
            chars = types.split("->")[0]
            row = ufunc_row(ufunc, types) if set(chars) <= set(CHARS) else None
            report(ufunc, types, row)
            if row:
                rows.setdefault(ufunc.__name__, {})[types] = row
    return rows


def measured_reductions(only: str) -> Rows:
    rows: Rows = {}
    for ufunc in (np.add, np.maximum, np.minimum):
        if only not in ufunc.__name__:
            continue
        for char in "lfdFD" if ufunc is np.add else "Bilfd":
            row = reduction_row(ufunc, char)
            report(ufunc, f"reduce {char}", row)
            if row:
                rows.setdefault(ufunc.__name__, {})[char] = row
    return rows


def report(ufunc: np.ufunc, what: str, row: crossover.Row | None) -> None:
    if row:
        print(f"{ufunc.__name__:16} {what:10} from {row.threshold:8d}: {row.speedup:.1f}", flush=True)


def written(name: str, rows: Rows) -> str:
    lines = [f'{name} = _rows(\n    """']
    for ufunc, by_types in rows.items():
        cells = [f"{types} {row.threshold.bit_length() - 1} {row.speedup}" for types, row in by_types.items()]
        lines.append(f"    {ufunc}: " + ", ".join(cells))
    return "\n".join([*lines, '    """\n)\n'])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crossover", description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="only ufuncs whose names contain this")
    parser.add_argument("--write", action="store_true", help="replace the table")
    arguments = parser.parse_args()
    large.load()
    ufuncs, reductions = measured_ufuncs(arguments.only), measured_reductions(arguments.only)
    if arguments.write:
        table = Path(crossover.__file__)
        head = table.read_text().partition("UFUNCS = ")[0]
        table.write_text(head + written("UFUNCS", ufuncs) + written("REDUCTIONS", reductions))
    return 0


if __name__ == "__main__":
    sys.exit(main())
