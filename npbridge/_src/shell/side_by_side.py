"""One script, run under plain python and on each backend, side by side."""

from __future__ import annotations

import difflib
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

HOWS = {
    "python": [sys.executable],
    "auto": [sys.executable, "-m", "npbridge"],
    "numpy": [sys.executable, "-m", "npbridge", "--backend", "numpy"],
    "jax": [sys.executable, "-m", "npbridge", "--backend", "jax"],
}
TITLES = {
    "python": "python",
    "auto": "npbridge",
    "numpy": "npbridge, numpy backend",
    "jax": "npbridge, jax backend",
}


class Run(NamedTuple):
    """What one run of the script gave."""

    how: str
    output: str
    errors: str
    status: int
    seconds: float
    pictures: list[Path]


def compare(program: list[str]) -> int:
    """Run a script in each way, print what came out, and return an exit status.

    Parameters
    ----------
    program : list of str
        The script and its arguments.

    Returns
    -------
    int
        0 if every run ended well and printed the same; otherwise 1.
    """
    script = Path(program[0])
    if not script.is_file():
        sys.stderr.write(f"python -m npbridge --compare: there is no script {program[0]!r}\n")
        return 2
    runs = []
    for how, command in HOWS.items():
        runs.append(_run(how, [*command, *program], script.parent / "output"))
        if how == "python":
            sys.stdout.write(f"{' '.join(program)} prints:\n\n{_indented(runs[0].output)}\n")
            sys.stdout.flush()
    sys.stdout.write(_table(runs) + _differences(runs))
    return int(any(run.status or run.output != runs[0].output for run in runs))


def _run(how: str, command: list[str], folder: Path) -> Run:
    before = _written(folder)
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    changed = [path for path, when in _written(folder).items() if before.get(path) != when]
    return Run(how, done.stdout, done.stderr, done.returncode, seconds, [_kept(path, how) for path in sorted(changed)])


def _written(folder: Path) -> dict[Path, int]:
    """The pictures in a folder, and when each was written."""
    return {path: path.stat().st_mtime_ns for path in folder.glob("*.png")}


def _kept(picture: Path, how: str) -> Path:
    """Move a picture to a name that the next run does not write."""
    return picture.replace(picture.with_stem(f"{picture.stem}-{how}"))


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def _table(runs: list[Run]) -> str:
    rows = [("", "time", "printed", "picture")]
    for run in runs:
        seen = "the same" if run.output == runs[0].output else "DIFFERS"
        seen = seen if run is not runs[0] else "as above"
        seen = f"FAILED ({run.status})" if run.status else seen
        rows.append((TITLES[run.how], f"{run.seconds:.1f} s", seen, " ".join(map(str, run.pictures)) or "none"))
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:<{widths[2]}}  {d}".rstrip() for a, b, c, d in rows]
    note = "Times are of the whole process, once: starting up, importing and compiling included."
    return "\n".join([*lines, "", note, ""])


def _differences(runs: list[Run]) -> str:
    """What was printed otherwise than under plain python, and what went to stderr."""
    text = ""
    for run in runs:
        if run.output != runs[0].output:
            lines = [r.output.splitlines() for r in (runs[0], run)]
            text += f"\n{TITLES[run.how]} printed otherwise:\n\n"
            text += _indented("\n".join(difflib.unified_diff(*lines, "python", TITLES[run.how], lineterm="", n=1)))
        if run.errors:
            text += f"\n{TITLES[run.how]} wrote to stderr:\n\n{_indented(run.errors)}"
    return text
