"""Programs under test: written to a folder, run by plain python and by npbridge."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLAIN = [sys.executable]
AUTO = [sys.executable, "-m", "npbridge"]
OURS = [*AUTO, "--backend", "jax"]
WAYS = {"auto": AUTO, "jax": OURS}


def run(command, folder, stdin=""):
    """Run a command in a folder, with npbridge to be found."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    environment.pop("NPBRIDGE_TRACEBACK", None)
    return subprocess.run(
        command, cwd=folder, env=environment, input=stdin, capture_output=True, text=True, check=False, timeout=300
    )


def both(arguments, folder, stdin="", way="jax"):
    """``(plain, ours)``: what the program did under plain python and under npbridge."""
    return run([*PLAIN, *arguments], folder, stdin), run([*WAYS[way], *arguments], folder, stdin)


def write(folder, **files):
    """Write ``name="text"`` as ``name.py``; two underscores stand for a directory."""
    for name, text in files.items():
        path = folder / (name.replace("__in__", "/") + ".py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
