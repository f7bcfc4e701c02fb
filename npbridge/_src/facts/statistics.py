"""Statistics, histograms, differences, convolutions."""

from __future__ import annotations

import numpy as np

from .fact import rows

_OVERWRITES = ("a", "overwrite_input", True)

ROWS = [
    *rows("compute", np.bincount, np.convolve, np.correlate),
    *rows(
        "compose",
        np.corrcoef, np.cov, np.ediff1d, np.gradient, np.trapezoid,
    ),
    *rows(
        "compose",
        np.histogram, np.histogram2d, np.histogram_bin_edges, np.histogramdd,
        raises=True, shares=("bins",),
    ),
    *rows("compose", np.average, raises=True),
    *rows("compose", np.diff, shares=("a",), shares_if=("n", 0)),
    *rows("compose", np.median, np.nanmedian, writes_if=_OVERWRITES),
    *rows(
        "compose",
        np.nanpercentile, np.nanquantile, np.percentile, np.quantile,
        writes_if=_OVERWRITES, raises=True,
    ),
]  # fmt: skip
