"""``print`` and ``breakpoint`` with the values of the run, also in compiled code."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import jax
import numpy as np

from ..array import core
from ..convert import context as contexts
from ..storage.buffer import Tracer
from ..transforms.lanes import in_lanes

OURS = core.OURS


def print(fmt: Any, *args: Any, **kwargs: Any) -> None:
    """Print values when the code runs, also where it is compiled.

    Parameters
    ----------
    fmt : str
        As for ``str.format``.  Anything else is printed as it is.
    *args, **kwargs : object
        What the format names.

    Notes
    -----
    Lines come in the order of the program, but for those of different lanes of
    ``vmap``.

    Examples
    --------
    >>> import npbridge
    >>> @npbridge.jit
    ... def total(x):
    ...     for i in range(2):
    ...         npbridge.debug.print("{} times: {x}", i, x=x.sum())
    ...     return x
    >>> y = total(npbridge.ones(3))
    0 times: 3.0
    1 times: 3.0
    """
    if not isinstance(fmt, str):
        fmt, args = "{}" + " {}" * len(args), (fmt, *args)

    def show(*args, **kwargs):
        builtins.print(fmt.format(*args, **kwargs))  # noqa: T201  the user asks for it

    at_run_time(show, args, kwargs, fmt.format)


def breakpoint(**values: Any) -> None:
    """Stop in the debugger when the code runs, also where it is compiled.

    Parameters
    ----------
    **values : object
        What can be looked at there, in the dictionary ``values`` of the frame above:
        compiled code has no variables.

    Notes
    -----
    The debugger is Python's ``breakpoint()``: ``PYTHONBREAKPOINT`` chooses another.

    Examples
    --------
    >>> import sys, npbridge
    >>> sys.breakpointhook = lambda: print("stopped")  # in place of the debugger
    >>> npbridge.debug.breakpoint(x=npbridge.ones(2))
    stopped
    >>> sys.breakpointhook = sys.__breakpointhook__
    """

    def stop(**values):
        sys.breakpointhook()

    at_run_time(stop, (), values)


for _function in (print, breakpoint):  # compiled code of 'numpy' calls them with the values of the run
    vars(_function)["__npbridge_at_run_time__"] = True


def at_run_time(function, args: tuple, kwargs: dict, try_out=None) -> None:
    """Call a function with the values of the run, as NumPy has them.

    `try_out` is called with zeros in their place: its errors are raised while tracing,
    with the user's line.
    """
    leaves, tree = jax.tree.flatten((args, kwargs), is_leaf=lambda x: type(x) in OURS)
    values = [x._value() if type(x) in OURS else x for x in leaves]
    if contexts.current() is None and not any(isinstance(v, Tracer) for v in values):
        args, kwargs = jax.tree.unflatten(tree, [_shown(x) for x in leaves])
        function(*args, **kwargs)
        return
    places = [i for i, v in enumerate(values) if isinstance(v, (Tracer, jax.Array))]

    known = [None if i in places else _shown(v) for i, v in enumerate(values)]

    def call(*arrays):
        found = list(known)
        for i, array in zip(places, arrays, strict=True):
            kind = getattr(leaves[i], "weak", None)  # a number of Python's
            found[i] = _shown(np.asarray(array)) if kind is None else kind(array)
        args, kwargs = jax.tree.unflatten(tree, found)
        function(*args, **kwargs)

    if try_out is not None:
        blanks = [_blank(v) if i in places else known[i] for i, v in enumerate(values)]
        args, kwargs = jax.tree.unflatten(tree, blanks)
        try_out(*args, **kwargs)
    jax.debug.callback(call, *[values[i] for i in places], ordered=not in_lanes())


def _blank(x):
    number = jax.dtypes.issubdtype(x.dtype, np.generic)  # a key of jax.random is none
    return _shown(np.zeros(x.shape, x.dtype if number else np.uint32))


def _shown(x):
    if type(x) in OURS:
        x = x._read()
    if isinstance(x, jax.Array):
        x = np.asarray(x)
    return x[()] if isinstance(x, np.ndarray) and not x.ndim else x
