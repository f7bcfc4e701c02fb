"""``numpy.fft``."""

from __future__ import annotations

import numpy as np

from .fact import rows

ROWS = [
    *rows("compute", np.fft.fft, np.fft.hfft, np.fft.ifft, np.fft.ihfft, np.fft.irfft, np.fft.rfft),
    *rows(
        "compose",
        np.fft.fft2, np.fft.fftn, np.fft.ifft2, np.fft.ifftn, np.fft.irfft2, np.fft.irfftn, np.fft.rfft2,
        np.fft.rfftn,
        shares=("a",), shares_if=("axes", ()),
    ),
]  # fmt: skip
