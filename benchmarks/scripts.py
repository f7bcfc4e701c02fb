"""Each program as a script of its own, under ``python`` and under ``python -m npbridge``."""

from __future__ import annotations

import inspect
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from . import engines
from .by_hand.record import Program
from .summary import short

# The program is called again and again for so long.  What is tried beside it begins with no kernel of an earlier day,
# and has to load XLA and Numba, which takes longer than a short program runs: so speed is told of both, the first
# seconds as a whole and the end.
SHORT, LONG = 4.0, 10.0
LIMIT = 120.0
HOWS = {"python": [sys.executable], "script": [sys.executable, "-m", "npbridge", "--report"]}

DRIVER = """

import copy
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

{leaves}

def main(program, arguments, seconds, folder):
    taken = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(taken) < 2:
        copied = copy.deepcopy(arguments)
        start = time.perf_counter()
        result = program(*copied)
        taken.append(time.perf_counter() - start)
    with open(f"{{folder}}/times.json", "w") as file:
        json.dump(taken, file)
    np.savez(f"{{folder}}/result.npz", *(leaf for leaf in leaves((result, copied)) if leaf is not None))


main({name}, {name}_inputs(*{sizes}), {seconds}, sys.argv[1])
"""


def script(program: Program, seconds: float) -> str:
    """The module of the program, and what calls it."""
    source = Path(inspect.getfile(program.plain)).read_text(encoding="utf-8")
    leaves = inspect.getsource(engines.leaves)
    return source + DRIVER.format(leaves=leaves, name=program.name, sizes=program.full, seconds=seconds)


def run(how: str, path: Path, folder: Path) -> dict[str, Any]:
    """Run a script in one way: the seconds of its calls, what it gave, and what npbridge told."""
    folder.mkdir()
    # what an earlier run found out is not known to this one
    environment = {**os.environ, "NPBRIDGE_CACHE_DIR": "", "PYTHONPATH": _search_path()}
    command = [*HOWS[how], str(path), str(folder)]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return {"refused": f"it had not ended after {LIMIT:g} s"}
    if done.returncode:
        return {"refused": (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]}
    with np.load(folder / "result.npz") as kept:
        result = [kept[name] for name in kept.files]
    taken = json.loads((folder / "times.json").read_text(encoding="utf-8"))
    return {"taken": taken, "result": result, "told": done.stderr}


def _search_path() -> str:
    root = str(Path(__file__).resolve().parents[1])
    return os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])


def settled(taken: Sequence[float]) -> float:
    """The median of the last quarter of the calls."""
    last = sorted(taken[-max(1, len(taken) // 4) :])
    return last[len(last) // 2]


def calls_in(taken: Sequence[float], seconds: float) -> int:
    """How many calls there were in the first seconds."""
    ends = list(itertools.accumulate(taken))
    return sum(end <= seconds for end in ends)


def compared(program: Program, short_run: float = SHORT, long_run: float = LONG) -> dict[str, Any]:
    """A script in both ways."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"{program.name}.py"
        path.write_text(script(program, short_run), encoding="utf-8")
        python = run("python", path, Path(name) / "python")
        path.write_text(script(program, long_run), encoding="utf-8")
        fast = run("script", path, Path(name) / "script")
    for told in (python, fast):
        if "refused" in told:
            return told
    far = engines.deviation(fast["result"], python["result"])
    remarks = [line.strip() for line in fast["told"].splitlines()[1:] if line.strip()]
    return {
        "agrees": far <= engines.TOLERANCE and not engines.other_types(fast["result"], python["result"]),
        "deviation": far if np.isfinite(far) else None,
        "speed": settled(python["taken"]) / settled(fast["taken"]),
        "whole": calls_in(fast["taken"], short_run) / max(1, calls_in(python["taken"], short_run)),
        "told": remarks,
    }


def measure(programs: Sequence[Program], out: TextIO) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each program as a script, told as it goes."""
    out.write(f"\nas scripts, python -m npbridge: times the speed of python after {LONG:g} s")
    out.write(f", and in the first {SHORT:g} s as a whole\n")
    for program in programs:
        found = compared(program)
        if "speed" in found:
            mark = "" if found["agrees"] else "*"
            out.write(f"{program.name:22} {short(found['speed']) + mark:>8} {short(found['whole']):>8}\n")
        else:
            out.write(f"{program.name:22} {found['refused']}\n")
        out.flush()
        yield program.name, found
