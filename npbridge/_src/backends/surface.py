"""What of NumPy can be overridden."""

from __future__ import annotations

import functools


def _import_all() -> None:
    # imported on first use by NumPy itself; the surface is larger with them
    import numpy.char
    import numpy.fft
    import numpy.lib.recfunctions
    import numpy.ma
    import numpy.polynomial
    import numpy.rec
    import numpy.strings  # noqa: F401


@functools.cache
def surface() -> frozenset:
    """The functions that dispatch through ``__array_function__``."""
    from numpy.testing.overrides import get_overridable_numpy_array_functions

    _import_all()
    return frozenset(get_overridable_numpy_array_functions())


@functools.cache
def ufuncs() -> frozenset:
    """NumPy's ufuncs, which dispatch through ``__array_ufunc__``."""
    from numpy.testing.overrides import get_overridable_numpy_ufuncs

    _import_all()
    return frozenset(get_overridable_numpy_ufuncs())


@functools.cache
def string_ufuncs() -> frozenset:
    """The ufuncs that have no loop over numbers alone."""
    return frozenset(u for u in ufuncs() if not any(_numeric(loop) for loop in u.types) and u.__name__ != "isnat")


def _numeric(loop: str) -> bool:
    return all(char in "?bBhHiIlLqQefdgFDGO" for char in loop.split("->")[0])
