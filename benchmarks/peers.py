"""``python -m benchmarks --peers``: programs on npbridge beside Numba and JAX by hand."""

from __future__ import annotations

import copy
import gc
import json
import os
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import npbridge

from .by_hand import registry
from .by_hand.record import Program
from .engines import ENGINES, OURS, PLAIN, TOLERANCE, Runner, deviation, other_types

ROUNDS, QUICK_ROUNDS = 9, 3
# A turn of one engine lasts about this long, and is a few calls: what other engines left in the caches is
# gone then, and their threads have gone to sleep.
TURN_SECONDS = 15e-3
FEWEST, MOST = 3, 100
# Calls before the first turn: `backend="auto"` races, and kinds of calls are compiled again.
WARM_UP_CALLS = 3
# A call that takes longer fills a turn by itself, and a few rounds of it are enough.
SLOW_SECONDS, SLOW_ROUNDS = 0.25, 3
# Settings of the environment that change what is measured.
SETTINGS = (
    "JAX_PLATFORMS",
    "XLA_FLAGS",
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
PACKAGES = ("numpy", "numba", "jax", "jaxlib", "scipy")


def cpu() -> str:
    """The model of the CPU, as the system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def where() -> dict[str, Any]:
    """What the figures depend on."""
    versions = {name: version(name) for name in PACKAGES}
    return {
        "versions": {"npbridge": npbridge.__version__, "python": platform.python_version(), **versions},
        "cpu": cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }


def chosen(only: Sequence[str]) -> list[Program]:
    """The programs whose name or kind is given, or all."""
    found = [p for p in registry.PROGRAMS.values() if not only or {p.name, p.kind} & set(only)]
    known = {word for p in registry.PROGRAMS.values() for word in (p.name, p.kind)}
    if unknown := set(only) - known:
        raise SystemExit(
            f"there is no program or kind {', '.join(sorted(unknown))}; there are: {' '.join(sorted(known))}"
        )
    return found


def first_calls(program: Program, arguments: tuple[Any, ...]) -> tuple[dict[str, Runner], dict[str, Any]]:
    """The engines that can run a program, and what became of the first call of each."""
    runners: dict[str, Runner] = {}
    found: dict[str, Any] = {}
    numpys: Any = None
    for engine in ENGINES:
        runner = Runner(program, engine)
        copied = runner.copied(arguments)
        start = time.perf_counter()
        try:
            result = runner.first_run(copied)
        except Exception as error:  # whatever an engine refuses is told, and the others go on
            found[engine] = {"refused": f"{type(error).__name__}: {str(error).splitlines()[0]}"}
            continue
        found[engine] = {"first": time.perf_counter() - start}
        if engine == PLAIN:
            numpys = result, copied
        found[engine].update(compared(runner, result, copied, *numpys))
        if runner.notes:
            found[engine]["notes"] = runner.notes
        runners[engine] = runner
    return runners, found


def compare_again(runners: dict[str, Runner], arguments: tuple[Any, ...], found: dict[str, Any]) -> None:
    """Later calls may run otherwise than the first: what they give has to be right as well."""
    numpys: Any = None
    for engine, runner in runners.items():
        copied = runner.copied(arguments)
        result = runner.run(copied)
        if engine == PLAIN:
            numpys = result, copied
        again = compared(runner, result, copied, *numpys)
        if not again["agrees"] and found[engine]["agrees"]:
            found[engine].update(again)


def compared(runner: Runner, result: Any, arguments: Any, numpys: Any, numpys_arguments: Any) -> dict[str, Any]:
    """Whether a call did what NumPy did."""
    outcome, asked = runner.outcome(result, arguments), runner.asked(numpys, numpys_arguments)
    far = deviation(outcome, asked)
    agrees = far <= TOLERANCE and not (runner.engine in OURS and other_types(outcome, asked))
    return {"deviation": far if np.isfinite(far) else None, "agrees": agrees}


def one_call(runner: Runner, arguments: tuple[Any, ...]) -> float:
    """Seconds of a call on a fresh copy, which is not timed."""
    copied = runner.copied(arguments)
    start = time.perf_counter()
    runner.run(copied)
    return time.perf_counter() - start


def turn(runner: Runner, arguments: tuple[Any, ...], calls: int) -> float:
    """The median of several calls, the first of which does not count where there are others."""
    seconds = [one_call(runner, arguments) for _ in range(calls)]
    return statistics.median(seconds[1:] or seconds)


def ways(runners: dict[str, Runner]) -> dict[tuple[str, int], Runner]:
    """What has turns: each engine, and forms for Numba once more with one thread.

    Threads that wait for a core that does something else lose much; who writes a form by hand takes what is faster.
    """
    found = {(engine, runner.threads): runner for engine, runner in runners.items()}
    if "numba" in runners:
        alone = copy.copy(runners["numba"])
        alone.threads = 1
        found["numba", 1] = alone
    return found


def calls_a_turn(runner: Runner, arguments: tuple[Any, ...]) -> int:
    """How many calls fill a turn; the engine has warmed up afterwards."""
    seconds: list[float] = []
    while len(seconds) < WARM_UP_CALLS and not (seconds and seconds[-1] > SLOW_SECONDS):
        seconds.append(one_call(runner, arguments))
    least = min(seconds)
    return 1 if least > SLOW_SECONDS else min(MOST, max(FEWEST, round(TURN_SECONDS / least)))


def warm_times(runners: dict[str, Runner], arguments: tuple[Any, ...], rounds: int) -> dict[str, list[float]]:
    """Seconds per call of each engine, one turn of each in every round."""
    turns = ways(runners)
    calls = {way: calls_a_turn(runner, arguments) for way, runner in turns.items()}
    samples: dict[tuple[str, int], list[float]] = {way: [] for way in turns}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            for way, runner in turns.items():
                if len(samples[way]) < SLOW_ROUNDS or samples[way][-1] < SLOW_SECONDS:
                    samples[way].append(turn(runner, arguments, calls[way]))
    finally:
        if collecting:
            gc.enable()
    best: dict[str, list[float]] = {}
    for (engine, _), seconds in samples.items():
        best[engine] = min(best.get(engine, seconds), seconds, key=statistics.median)
    return best


def measured(program: Program, rounds: int) -> dict[str, Any]:
    """What is found out about one program."""
    arguments = program.inputs(*program.full)
    runners, found = first_calls(program, arguments)
    samples = warm_times(runners, arguments, rounds)
    compare_again(runners, arguments, found)
    numpys = samples[PLAIN]
    for engine, seconds in samples.items():
        speeds = [plain / own for plain, own in zip(numpys, seconds, strict=False)]
        found[engine].update(warm=statistics.median(seconds), speed=statistics.median(speeds))
    return {"name": program.name, "kind": program.kind, "sizes": list(program.full), "engines": found}


def start_engines() -> None:
    """What is loaded once a process is not part of anybody's first call."""
    program = registry.PROGRAMS["jacobi_2d"]
    arguments = program.inputs(*program.small)
    for engine in ENGINES:
        runner = Runner(program, engine)
        runner.run(runner.copied(arguments))


def measure(programs: Sequence[Program], rounds: int, tell: Callable[[dict[str, Any]], None]) -> list[dict[str, Any]]:
    """Measure programs one by one, each handed to `tell` when it is done."""
    npbridge.enable_x64()
    warnings.simplefilter("ignore", npbridge.errors.FallbackWarning)
    start_engines()
    found = []
    for program in programs:
        found.append(measured(program, rounds))
        tell(found[-1])
    return found


def run(only: Sequence[str], quick: bool, scripts: str | None, output: str | None, line: Sequence[str]) -> int:
    """Measure, print the table, and write what was found as JSON if a file is given."""
    from . import scripts as runner_scripts
    from .table import footer, header, row

    programs = chosen(only)
    sys.stdout.write(header())

    def tell(found: dict[str, Any]) -> None:
        sys.stdout.write(row(found))
        sys.stdout.flush()

    os.environ["NPBRIDGE_CACHE_DIR"] = ""  # a first call is one that finds nothing of an earlier run
    results = measure(programs, QUICK_ROUNDS if quick else ROUNDS, tell)
    settings = [f"{name}={os.environ[name]}" for name in SETTINGS if name in os.environ]
    command = " ".join([*settings, "python -m benchmarks", *line])
    report = {**where(), "command": command, "programs": results}
    write(report, output)
    if scripts:
        some = programs if scripts == "all" else list({program.kind: program for program in programs}.values())
        add(results, runner_scripts.measure(some, sys.stdout))
        write(report, output)
    sys.stdout.write(footer(report))
    return 0


def write(report: dict[str, Any], output: str | None) -> None:
    """Keep what was found in a file, if one is given."""
    if output:
        rounded = json.loads(json.dumps(report), parse_float=lambda digits: float(f"{float(digits):.4g}"))
        Path(output).write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


def add(results: list[dict[str, Any]], scripts: Iterator[tuple[str, dict[str, Any]]]) -> None:
    """Put what the runner did with each script beside what was measured in one process."""
    by_name = {found["name"]: found for found in results}
    for name, told in scripts:
        by_name[name]["script"] = told
