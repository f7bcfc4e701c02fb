"""Statistics, histograms, differences, convolutions."""

from __future__ import annotations

import numpy as np

from .fact import rows

_OVERWRITES = ("a", "overwrite_input", True)

ROWS = [
    *rows("compute", np.bincount, np.convolve, np.correlate),
    *rows(
        "compose",
        np.average, np.corrcoef, np.cov, np.diff, np.ediff1d, np.gradient, np.histogram2d, np.histogramdd,
        np.trapezoid,
    ),
    *rows("compose", np.histogram, np.histogram_bin_edges),
    *rows(
        "compose",
        np.median, np.nanmedian, np.nanpercentile, np.nanquantile, np.percentile, np.quantile,
        writes_if=_OVERWRITES,
    ),
]  # fmt: skip
