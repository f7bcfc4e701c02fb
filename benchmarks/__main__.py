"""``python -m benchmarks``: eager calls against one trivial compiled call, and programs against peers."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

import npbridge
from npbridge._src.backends.numba import large

from . import cases, compiled, network, timing, transformed

ROUNDS = 21


def body(case: cases.Case, x, y) -> Callable[[], object]:
    """The case's statement as a function of no arguments."""
    namespace = {"np": np, "x": x, "y": y, "v": 1.5}
    exec(f"def statement():\n    {case.statement}", namespace)
    return namespace["statement"]


def operands(size: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.random(size), rng.random(size)


def made_on_host(values: np.ndarray):
    return npbridge.array(values)


def made_by_kernel(values: np.ndarray):
    return np.add(npbridge.array(values), 0.0)


ORIGINS = {"host": made_on_host, "kernel": made_by_kernel}


def trivial_call() -> Callable[[], object]:
    """One call of a compiled function that does next to nothing."""
    compiled = jax.jit(lambda x: x + 1)
    x = jnp.arange(10.0)
    return lambda: compiled(x)


class Table:
    """Prints rows as they come; remembers how many are over their limit."""

    def __init__(self) -> None:
        self.over = 0
        print(f"{'backend':8} {'made by':8} {'size':>8}  {'statement':20} {'at most':>8} {'measured':>9}")

    def row(self, backend: str, origin: str, case: cases.Case, limit: float, measured: float, note: str = "") -> None:
        verdict = "ok" if measured <= limit else "over"
        self.over += verdict == "over"
        what = f"{backend:8} {origin:8} {case.size:8d}  {case.statement:20}"
        print(f"{what} {limit:8.2f} {measured:9.2f}  {verdict:5}{note}", flush=True)


def on_jax(table: Table, call: Callable[[], object], wanted: str) -> None:
    """Ratios to the trivial compiled call."""
    npbridge.use_backend("jax")
    for case in cases.CASES:
        if wanted not in case.statement:
            continue
        for origin, make in ORIGINS.items():
            x, y = map(make, operands(case.size))
            trivial, ours = timing.interleaved([call, body(case, x, y)], ROUNDS)
            table.row("jax", origin, case, case.limit, timing.median_ratio(ours, trivial) / case.per)


def on_numpy(table: Table, call: Callable[[], object], wanted: str) -> None:
    """Ratios to the trivial compiled call, the limit being NumPy's own ratio and a little."""
    npbridge.use_backend("numpy")
    for case in cases.CASES:
        if wanted not in case.statement:
            continue
        values = operands(case.size)
        x, y = map(made_on_host, values)
        functions = [call, body(case, x, y), body(case, *values)]
        trivial, ours, numpys = timing.interleaved(functions, ROUNDS)
        numpy_ratio = timing.median_ratio(numpys, trivial) / case.per
        measured = timing.median_ratio(ours, trivial) / case.per
        table.row("numpy", "host", case, numpy_ratio + cases.NUMPY_OVERHEAD, measured, f"numpy {numpy_ratio:.2f}")


def large_on_numpy(table: Table, wanted: str) -> None:
    """Ratios to NumPy itself on large arrays, with the kernel loaded as after a second of such work."""
    npbridge.use_backend("numpy")
    large.load()
    for case in cases.LARGE_WORK:
        if wanted not in case.statement:
            continue
        values = operands(case.size)
        x, y = map(made_on_host, values)
        ours, numpys = timing.interleaved([body(case, x, y), body(case, *values)], ROUNDS)
        table.row("numpy", "host", case, cases.NUMPY_LARGE, timing.median_ratio(ours, numpys), "ratio to numpy")


def compiled_functions(table: Table, backend: str, call: Callable[[], object], wanted: str) -> None:
    """Calls of compiled functions, against the trivial call and against hand-written ones."""
    for what, limit, measured in compiled.rows(backend, call, wanted):
        table.row(backend, "jit", cases.Case(what, 0, limit), limit, measured)
    if backend == "jax":
        for what, limit, measured in transformed.rows(call, wanted):
            table.row(backend, "object", cases.Case(what, 0, limit), limit, measured, "besides the work")


def arguments_of(line: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--peers", action="store_true", help="programs beside Numba and JAX by hand, and nothing else")
    parser.add_argument("--all", action="store_true", help="the rows, then the programs")
    parser.add_argument("--quick", action="store_true", help="programs: few rounds")
    parser.add_argument(
        "--scripts",
        nargs="?",
        const="all",
        choices=["all", "some"],
        help="programs: also as scripts under python -m npbridge; some: one of each kind",
    )
    parser.add_argument("--json", metavar="FILE", help="programs: write what was found")
    parser.add_argument("--x64", action="store_true", help="with JAX's 64-bit types enabled")
    parser.add_argument("--backend", choices=["jax", "numpy"], help="only this one")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="only statements that contain this; programs or kinds, with commas"
    )
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a row is over its limit")
    return parser.parse_args(line)


def rows(arguments: argparse.Namespace) -> int:
    """Print the rows; 1 if one is over its limit and that is asked about."""
    os.environ["NPBRIDGE_CACHE_DIR"] = ""  # how long compiling takes is measured, not loading
    jax.config.update("jax_enable_x64", arguments.x64)
    call = trivial_call()
    timing.warm_up(call)
    (trivial,) = timing.interleaved([call], ROUNDS)
    print(f"one trivial compiled call: {sorted(trivial)[ROUNDS // 2] * 1e6:.2f} us; ratios are to it unless said\n")
    table = Table()
    if arguments.backend != "numpy":
        on_jax(table, call, arguments.only)
        compiled_functions(table, "jax", call, arguments.only)
        network.row(table, "jax", arguments.only)
    if arguments.backend != "jax":
        on_numpy(table, call, arguments.only)
        large_on_numpy(table, arguments.only)
        compiled_functions(table, "numpy", call, arguments.only)
        network.row(table, "numpy", arguments.only)
    print(f"\n{table.over} over their limit" if table.over else "\nall within their limits")
    return 1 if table.over and arguments.strict else 0


def main(line: list[str] | None = None) -> int:
    arguments = arguments_of(line)
    status = 0 if arguments.peers else rows(arguments)
    if arguments.peers or arguments.all:
        from . import peers

        only = [name for name in arguments.only.split(",") if name]
        status |= peers.run(
            only, arguments.quick, arguments.scripts, arguments.json, sys.argv[1:] if line is None else line
        )
    return status


if __name__ == "__main__":
    sys.exit(main())
