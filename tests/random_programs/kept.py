"""Programs that once failed, shrunk: a file each, with what becomes of it on each backend.

The first lines of a file say it, and the arguments::

    # jax: value
    # numpy: right
    ARGUMENTS = [[np.array([1.0, 2.0])]]
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from .generate import Program, State

FOLDER = Path(__file__).parent / "programs"


def load(path: Path) -> tuple[Program, dict[str, str]]:
    """The program of a file, and the kind of its verdict on each backend."""
    text = path.read_text(encoding="utf-8")
    space = {"np": np, "State": State}
    head, _, source = text.partition("\n\n\n")
    exec(head, space)
    arguments = space["ARGUMENTS"]
    kinds = dict(re.findall(r"^# (jax|numpy): ([a-z ]+)$", head, re.MULTILINE))
    return Program(source, arguments if len(arguments) == 2 else [arguments[0]] * 2), kinds
