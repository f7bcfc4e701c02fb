"""The table: a row is a call that works on ndarrays."""

from __future__ import annotations

from . import files, frames, maps, numeric, plots, signals, solvers, tensors, trees, units, vision  # noqa: F401
