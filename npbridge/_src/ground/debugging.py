"""How a user looks for a mistake: what compiled functions do in place of running compiled."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from typing import Any

Looking = Callable[[Any, tuple, dict], Any]
_looking: contextvars.ContextVar[Looking | None] = contextvars.ContextVar("npbridge_looking", default=None)
# What runs a compiled function, as ``look(compiled, args, kwargs)``; None where nobody looks.
looking = _looking.get
lookers: list[Looking | None] = []  # of all threads: while it is empty, a call needs not ask for its own


@contextlib.contextmanager
def look_with(look: Looking | None) -> Iterator[None]:
    """Have compiled functions run by `look`."""
    token = _looking.set(look)
    lookers.append(look)
    try:
        yield
    finally:
        lookers.remove(look)
        _looking.reset(token)


def jit_disabled() -> bool:
    """Whether compiled functions and explicit loops run as plain Python."""
    return getattr(_looking.get(), "plain", False)


def plainly(compiled, args, kwargs):
    """Run the function as Python does; what is made by a transformation has no such form."""
    function = compiled.function
    if hasattr(type(function), "__npbridge_reaches__"):
        return compiled.on_jax(args, kwargs)
    return function(*args, **kwargs)


vars(plainly)["plain"] = True


def disable_jit():
    """Run compiled functions and explicit loops as plain Python, inside a ``with`` block.

    Print statements print, and a debugger stops, at every line and in every iteration.
    Derivatives and ``vmap`` are taken as always: what runs inside of them is traced.

    Examples
    --------
    >>> import npbridge
    >>> @npbridge.jit
    ... def double(x):
    ...     print("called with", x)
    ...     return 2 * x
    >>> with npbridge.debug.disable_jit():
    ...     y = double(npbridge.ones(2))
    called with [1. 1.]
    """
    return look_with(plainly)
