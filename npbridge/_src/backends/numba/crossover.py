"""From how many elements on the kernel beats NumPy: a row per ufunc and dtypes."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One measurement.

    Attributes
    ----------
    threshold : int
        The least number of elements for which the kernel is called.
    speedup : float
        NumPy's time over the kernel's, on four million elements.
    """

    threshold: int
    speedup: float


UFUNCS: dict[str, dict[str, Row]] = {}
REDUCTIONS: dict[str, dict[str, Row]] = {}
