"""The support table of ``numpy.random``: which names are functions, methods, or not there."""

from __future__ import annotations

import numpy as np

from . import functions
from .methods import jax_methods

INTRODUCTION = """
On `'numpy'` every name is NumPy's own: **native**, its bits, compiled or not. On `'jax'` those that draw are **native**
too: they draw from a key, compiled or not.
"""


def table() -> list[str]:
    """The lines of the section."""
    drawing = {real: jax_methods(real) for real in (np.random.RandomState, np.random.Generator)}
    own = functions.namespace()
    names = {n for n in dir(np.random) if not n.startswith("_")}
    names |= {n for real in drawing for n in dir(real) if not n.startswith("_")}
    lines = ["", "## numpy.random", INTRODUCTION]
    lines += ["| name | `npbridge.random` | `RandomState` | `Generator` | on `'jax'` |", "|---|---|---|---|---|"]
    for name in sorted(names, key=str.lower):
        cells = ["yes" if name in own else ""]
        cells += ["yes" if hasattr(real, name) else "" for real in drawing]
        lines.append(f"| `{name}` | {' | '.join(cells)} | {_on_jax(name, own, drawing)} |")
    return lines


def _on_jax(name: str, own: dict, drawing: dict) -> str:
    if any(name in methods for methods in drawing.values()) or name in functions.ALIASES:
        return "native: outside of compiled functions" if name == "bytes" else "native: from a key"
    if name in functions.ABSENT and name not in own and not hasattr(np.random.Generator, name):
        return f"**refused**: {functions.ABSENT[name]}"
    if name in ("seed", "get_state", "set_state", "spawn", "default_rng", "RandomState", "Generator"):
        return "native: a key beside NumPy's stream"
    return "NumPy's own"
