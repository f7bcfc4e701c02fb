"""Reductions and running reductions."""

from __future__ import annotations

import numpy as np

from .fact import rows

ROWS = [
    *rows(
        "compute",
        np.all, np.amax, np.amin, np.any, np.argmax, np.argmin, np.count_nonzero, np.cumprod, np.cumsum, np.max,
        np.mean, np.min, np.prod, np.ptp, np.std, np.sum, np.trace, np.var,
    ),
    *rows(
        "compose",
        np.cumulative_prod, np.cumulative_sum, np.nancumprod, np.nancumsum, np.nanmax, np.nanmean, np.nanmin,
        np.nanprod, np.nanstd, np.nansum, np.nanvar,
    ),
    *rows("compose", np.nanargmax, np.nanargmin, raises=True),
]  # fmt: skip
