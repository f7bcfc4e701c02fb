"""Names of the namespace that are found when they are asked for, or explained."""

from __future__ import annotations

import importlib
from typing import Any

from . import table

# They take long to import, and most programs have no use for them.
MODULES = ("polynomial",)


def find(name: str) -> Any:
    """The attribute `name` of ``npbridge``, or why there is none."""
    if name in MODULES:
        return importlib.import_module(f"numpy.{name}")
    reason = table.ABSENT.get(name)
    if reason is not None:
        raise AttributeError(f"module 'npbridge' has no attribute {name!r}: {reason}", name=name)
    raise AttributeError(f"module 'npbridge' has no attribute {name!r}", name=name)
