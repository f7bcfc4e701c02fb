"""``python -m tests.ecosystem [LIBRARY ...]``: run the calls and say which part."""

from __future__ import annotations

import sys

import numpy as np

from . import calls  # noqa: F401  fills the table
from .table import BACKENDS, CALLS, computing, differs, is_installed, ours, outcome


def main(names: list[str]) -> None:
    good = total = 0
    for library, rows in CALLS.items():
        if names and library not in names:
            continue
        if not is_installed(library):
            print(f"{library} is not installed")
            continue
        for name, call in rows.items():
            with computing("jax"):
                expected = outcome(call, np.array)
            if expected[0] == "error":
                print(f"{library} {name}: on ndarrays {expected[1]!r}"[:200])
            for backend in BACKENDS:
                with computing(backend):
                    found = outcome(call, ours)
                why = differs(expected, found)
                total += 1
                good += not why
                if why:
                    print(f"{library} {name} ({backend}): {why}")
    print(f"{good} of {total}")


main(sys.argv[1:])
