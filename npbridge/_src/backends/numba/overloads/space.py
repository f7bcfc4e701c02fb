"""The names that compiled code finds in its globals."""

from __future__ import annotations

from typing import Any

from . import (  # noqa: F401
    arithmetic,
    checked,
    draws,
    fitting,
    fourier,
    indexing,
    joining,
    linear,
    making,
    moving,
    python,
    reductions,
    reshaping,
    storing,
    unsigned,
)
from .arithmetic import ufunc_stubs
from .forms import STUBS


def fill(space: dict[str, Any], program: Any) -> None:
    """Add our functions to the globals of a program."""
    space.update(STUBS)
    for name, ufunc in program.ufuncs.items():
        space.update(ufunc_stubs(name, ufunc))
