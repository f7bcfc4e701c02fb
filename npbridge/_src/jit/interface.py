"""``npbridge.jit``: the function that users call."""

from __future__ import annotations

from ..dispatch.backend import canonical_name
from .decorator import CompiledFunction


def jit(
    function=None,
    *,
    backend=None,
    parallel=False,
    static_argnums=(),
    static_argnames=(),
    strict=False,
    show_code=False,
    fastmath=False,
    exact=False,
):
    """Compile a function over arrays, unchanged: loops, branches, in-place writes and all.

    Parameters
    ----------
    function : callable
        A function, bound method, ``functools.partial``, NumPy function, or an object
        with ``__call__``.  Without it, a decorator with the other options.
    backend : {"jax", "numpy", "auto"}, optional
        Where to compile; None follows the active backend at each call.  With ``"auto"``
        the first call of each kind (types, dtypes, sizes to a factor of two) is a race:
        it runs on XLA, in plain loops and in plain NumPy, each on what was there before, and
        the fastest runs later calls, if it gave what NumPy gave (to 1e-9 of the scale in
        float64, 1e-5 in float32; integers exactly) and gains 5 % or more.  Results are
        what NumPy makes: ndarrays of ndarrays, arrays of ours of ours.  Where an engine
        fails later, the call is made by plain Python, from its start: the error is
        Python's, and so is what it leaves.  ``NPBRIDGE_AUTO=off`` keeps to plain Python, and
        ``static`` takes the first engine that gives what NumPy gives, however fast it is.
    parallel : bool
        Where plain loops run, use several threads also for work that is hardly worth it: a
        fifth of what is shared without being asked for.
    static_argnums, static_argnames : int or str, or sequences of them
        Arguments that are constants of the compiled function.  Seldom needed: an
        integer that shapes something becomes a constant by itself.
    strict : bool
        Refuse to write out a loop of more than a few iterations one by one, to run the
        function as plain Python, and on ``"jax"`` to run anything on the host.
    show_code : bool
        Print what is compiled, each time: the converted source, and its jaxpr on
        ``"jax"`` or its program on ``"numpy"``; there also, at once, the source with the
        arrays that it reaches as arguments.
    fastmath : bool
        Where plain loops run, let floating-point operations be done in another order, and
        divisions as products; NaNs and infinities stay what they are.
    exact : bool
        Compute as NumPy and Python do, to the last digit: sums in NumPy's order, functions in
        NumPy's own loops, products by the BLAS that NumPy has.  Without it sums may be
        reordered, and functions differ by 2 units in the last place.  Such a function runs in
        plain loops on the CPU; what has no exact form there is as what has no form at all.

    Returns
    -------
    callable
        With the function's name and documentation.  Arrays that it writes, whether
        arguments, captured or held by objects in reach, are written as they would be
        without it; an exception leaves all of them as they were.  ``explain()`` says
        what loops and branches became; ``cache_info()`` how often it was compiled.

    Raises
    ------
    UnsupportedError
        At once: generators and coroutines.  When called: what has no form on the backend.
    ControlFlowError
        When called: a loop or a branch that cannot be compiled as it is written.  On
        ``"numpy"`` this error and the one before are for ``strict=True`` alone: without it
        the function runs as plain Python then, and a warning says so.
    TypeError
        `function` cannot be called, or is a class.
    ValueError
        Both `exact` and `fastmath`.

    Notes
    -----
    Attributes, globals and closure variables that are not arrays are constants;
    when one has changed, the next call compiles again.  Numbers that the function
    binds anew are inputs and results, as arrays are.

    Examples
    --------
    >>> import numpy as np, npbridge
    >>> @npbridge.jit
    ... def running_total(x):
    ...     for i in range(1, len(x)):
    ...         x[i] += x[i - 1]
    ...     return x
    >>> running_total(npbridge.ones(4))
    JaxArray([1., 2., 3., 4.], dtype=float32)
    """
    if exact and fastmath:
        raise ValueError("exact and fastmath exclude each other")
    options = {
        "backend": None if backend is None else canonical_name(backend),
        "parallel": parallel,
        "strict": strict,
        "show_code": show_code,
        "fastmath": fastmath,
        "exact": "all" if exact else "",
        "static_argnums": (static_argnums,) if isinstance(static_argnums, int) else tuple(static_argnums),
        "static_argnames": (static_argnames,) if isinstance(static_argnames, str) else tuple(static_argnames),
    }
    if function is None:
        return lambda decorated: CompiledFunction(decorated, **options)
    return CompiledFunction(function, **options)
