"""The table: a row is a call that works on ndarrays."""

from __future__ import annotations

from . import files, frames, numeric, plots, solvers, tensors, trees, units, vision  # noqa: F401
