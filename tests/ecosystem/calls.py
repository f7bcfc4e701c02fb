"""The table: a row is a call that works on ndarrays."""

from __future__ import annotations

from . import (  # noqa: F401
    branches,
    callers,
    files,
    frames,
    maps,
    nature,
    numeric,
    pictures,
    plots,
    series,
    signals,
    skies,
    solvers,
    stores,
    tensors,
    trees,
    units,
    vision,
)
