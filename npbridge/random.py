"""Random numbers: every name of ``numpy.random``, on the active backend.

On ``'numpy'`` the numbers are NumPy's own.  On ``'jax'`` they come from a key that
compiled functions, loops and transformations carry along.
"""

from typing import Any as _Any

from ._src import public as _public  # noqa: F401  the classes are put together
from ._src.random import functions as _functions

globals().update(_functions.namespace())
__all__ = sorted(name for name in globals() if not name.startswith("_"))


def __getattr__(name: str) -> _Any:
    raise _functions.missing(name)
