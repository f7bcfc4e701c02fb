"""NumPy functions, and forms of their arguments, that Numba lacks.

Each is a function of our own with a Numba overload; compiled code calls it in
NumPy's place.  Numba itself stays as it is: code that users compile with
``numba.njit`` is not affected.
"""

from __future__ import annotations

from .forms import FORMS
from .space import fill

__all__ = ["FORMS", "fill"]
