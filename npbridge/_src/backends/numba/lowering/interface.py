"""The way in: a function, method or object, and how it is to be compiled."""

from __future__ import annotations

from typing import Any

from .executable import Executable


def compile_function(
    function: Any,
    *,
    parallel: bool = False,
    fastmath: bool = False,
    debug: bool = False,
    strict: bool = True,
    boundscheck: bool = True,
) -> Executable:
    """Compile a callable for the ``'numpy'`` backend.

    Parameters
    ----------
    function : callable
        A function, a bound method, a ``functools.partial``, or an object whose
        ``__call__`` is written in Python.
    parallel : bool
        Let Numba run array expressions on several threads.
    fastmath : bool
        Let it reorder floating-point operations; ``np.isnan`` is then not reliable.
    debug : bool
        Raise ``IndexError`` for indices out of bounds, whatever `boundscheck` says.
    strict : bool
        Raise where something has no compiled form; otherwise the function runs as
        plain Python then, and a warning says so.
    boundscheck : bool
        Raise ``IndexError`` for indices out of bounds, as NumPy does.  Without it they
        read and write other memory; loops that do little but index are then up to
        2.5 times faster.

    Returns
    -------
    Executable
        It is compiled when it is called, once for each kind of arguments.

    Raises
    ------
    LoweringError
        When called: something in the function has no compiled form.

    Examples
    --------
    >>> import numpy as np
    >>> from npbridge._src.backends.numba.lowering.interface import compile_function
    >>> def running_total(x):
    ...     for i in range(1, len(x)):
    ...         x[i] += x[i - 1]
    >>> total = compile_function(running_total)
    >>> x = np.ones(4)
    >>> total(x)
    >>> x
    array([1., 2., 3., 4.])
    """
    return Executable(function, parallel, fastmath, debug, strict, boundscheck)
