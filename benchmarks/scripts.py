"""Each program as a script of its own, under ``python`` and under ``python -m npbridge --fast``."""

from __future__ import annotations

import inspect
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

# The program is called again and again for so long.
SECONDS = 4.0
LIMIT = 120.0
HOWS = {"python": [sys.executable], "script": [sys.executable, "-m", "npbridge", "--fast", "--report"]}

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


def script(program: Program, seconds: float = SECONDS) -> str:
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
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False)
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


def compared(program: Program, seconds: float = SECONDS) -> dict[str, Any]:
    """A script in both ways."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"{program.name}.py"
        path.write_text(script(program, seconds), encoding="utf-8")
        python, fast = (run(how, path, Path(name) / how) for how in HOWS)
    if "refused" in fast:
        return fast
    far = engines.deviation(fast["result"], python["result"])
    remarks = [line.strip() for line in fast["told"].splitlines()[1:] if line.strip()]
    return {
        "agrees": far <= engines.TOLERANCE and not engines.other_types(fast["result"], python["result"]),
        "deviation": far if np.isfinite(far) else None,
        "speed": settled(python["taken"]) / settled(fast["taken"]),
        "calls": [len(python["taken"]), len(fast["taken"])],
        "told": remarks,
    }


def measure(programs: Sequence[Program], out: TextIO) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each program as a script, told as it goes."""
    out.write(f"\nas scripts of {SECONDS:g} s, python -m npbridge --fast: times the speed of python, at the end\n")
    for program in programs:
        found = compared(program)
        speed = f"{short(found['speed'])}{'' if found['agrees'] else '*'}" if "speed" in found else found["refused"]
        calls = "{} calls, {} with --fast".format(*found["calls"]) if "calls" in found else ""
        out.write(f"{program.name:22} {speed:>8}  {calls}\n")
        out.flush()
        yield program.name, found
