"""The table: a row is a call that works on ndarrays."""

from __future__ import annotations

from . import frames, numeric, plots, tensors, units  # noqa: F401
