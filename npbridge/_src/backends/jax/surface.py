"""What of NumPy can be overridden."""

from __future__ import annotations

import functools


@functools.cache
def surface() -> frozenset:
    """The functions that dispatch through ``__array_function__``."""
    # imported on first use by NumPy itself; the surface is larger with them
    import numpy.fft
    import numpy.lib.recfunctions
    import numpy.ma
    import numpy.polynomial
    import numpy.rec
    import numpy.strings  # noqa: F401
    from numpy.testing.overrides import get_overridable_numpy_array_functions

    return frozenset(get_overridable_numpy_array_functions())
