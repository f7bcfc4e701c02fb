"""The hard calls under ``python -m npbridge``, on both backends, against plain python."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from . import hard

PROGRAM = Path(hard.__file__)


@functools.cache
def told(*runner: str) -> dict[str, str]:
    """What each call gives, as text."""
    root = str(PROGRAM.parents[2])
    environment = {**os.environ, "PYTHONPATH": root, "MPLBACKEND": "Agg"}
    command = [sys.executable, "-W", "ignore", *runner, str(PROGRAM)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return dict(line.split("\t", 1) for line in done.stdout.splitlines() if "\t" in line)


@pytest.mark.parametrize("backend", ["jax", "numpy"])
@pytest.mark.parametrize("name", [call.__name__ for call in hard.CALLS])
def test_hard_call(name, backend):
    expected = told()[name]
    if expected.startswith("not installed"):
        pytest.skip(expected)
    assert told("-m", "npbridge", "--backend", backend)[name] == expected
