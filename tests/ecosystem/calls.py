"""The table: a row is a call that works on ndarrays."""

from __future__ import annotations

from . import (  # noqa: F401
    files,
    frames,
    maps,
    numeric,
    pictures,
    plots,
    signals,
    skies,
    solvers,
    tensors,
    trees,
    units,
    vision,
)
