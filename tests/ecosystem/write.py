"""``python -m tests.ecosystem.write [--check]``: make ``docs/libraries.md`` from the table and what its calls give."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

import npbridge

from . import calls  # noqa: F401  fills the table
from .gaps import GAPS, NOTES
from .table import BACKENDS, CALLS, UNLISTED, computing, differs, is_installed, ours, outcome

DOCS = Path(__file__).parents[2] / "docs" / "libraries.md"
HEAD = """\
# Libraries

Made by `python -m tests.ecosystem.write` from calls that are compared with the same calls on ndarrays, on both backends
(`tox -e ecosystem`). *Good* is what gives the same. *Stay ours* are calls whose result is an array of ours, *ndarrays* those
whose result is one of NumPy's; the others give numbers, text, or objects of the library.

Libraries go by NumPy's protocols and by the Array API; pandas, polars, OpenCV, PyTorch, Pillow, networkx, h5py, safetensors and
the like, which ask for an instance of `numpy.ndarray`, are handed one, and so are matplotlib, statsmodels, plotly and others,
which have one way for instances and another for everything else. What goes by memory (`file.write(x)`, `hashlib`, Cython's
`double[:]`) finds that of the array. Numba, einops, dask, PyMC and sympy know our arrays; JAX's
libraries get JAX's values where they ask for leaves of a tree. Nothing is imported for that: it is done when the library is
imported. A library that is not in this table, and deals with arrays, is handed ndarrays in all its functions and methods, for it
cannot be seen whether it would do with ours. Under `python -m npbridge` what Cython compiled is handed ndarrays, whichever library it is in, and `--report` tells of
each. What no one can take is given `numpy.asarray(x)`, `npbridge.to_host(tree)`, or computed inside `with npbridge.host():`.

| library | calls | good | stay ours | ndarrays | what is not, and why |
|---|---|---|---|---|---|
"""


def kinds(value: Any, depth: int = 0) -> set[str]:
    """Which arrays are in a result."""
    if isinstance(value, npbridge.JaxArray) and type(value) is npbridge.JaxArray:
        return {"ours"}
    if isinstance(value, np.ndarray):
        return {"ndarray"}
    if isinstance(value, (list, tuple, dict)) and depth < 3:
        parts = value.values() if isinstance(value, dict) else value
        return set().union(*[kinds(x, depth + 1) for x in parts])
    return set()


def text() -> str:
    rows = [row(library) for library in sorted(set(CALLS) - UNLISTED, key=str.lower)]
    return HEAD + "".join(rows)


def row(library: str) -> str:
    if not is_installed(library):
        raise SystemExit(f"{library} is not installed: pip install -e .[ecosystem]")
    good = mine = theirs = 0
    for call in CALLS[library].values():
        seen: list[set[str]] = []

        def looked(make: Any, call: Any = call, seen: list = seen) -> Any:
            value = call(make)
            seen.append(kinds(value))
            return value

        with computing("jax"):
            expected = outcome(call, np.array)
        differences = []
        for backend in BACKENDS:
            with computing(backend):
                differences.append(differs(expected, outcome(looked, ours)))
        good += not any(differences)
        mine += bool(seen) and "ours" in seen[-1]
        theirs += bool(seen) and seen[-1] == {"ndarray"}
    reasons: dict[str, list[str]] = {}
    for (name, call_name), reason in GAPS.items():
        if name == library:
            reasons.setdefault(reason, []).append(f"`{call_name}`")
    why = "; ".join([f"{', '.join(names)}: {reason}" for reason, names in reasons.items()] + NOTES.get(library, []))
    return f"| {library} | {len(CALLS[library])} | {good} | {mine} | {theirs} | {why} |\n"


def main(check: bool) -> None:
    made = text()
    if not check:
        DOCS.write_text(made)
    elif DOCS.read_text() != made:
        raise SystemExit("docs/libraries.md is not fresh: run python -m tests.ecosystem.write")


if __name__ == "__main__":
    main("--check" in sys.argv)
