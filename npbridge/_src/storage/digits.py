"""Whose last digits a traced value has: marks for who wants results that are NumPy's, or Python's, to the last bit.

A marked step is a call with a name of its own in the traced function.  Where nobody wants to know, nothing is marked.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from ..ground.compat import known_number

PYTHONS = "Python's "  # a function of the C library, as Python's `math` calls it
NUMPYS = "NumPy's "  # one of NumPy's ufuncs, in its own loop
PADDED = "padded:"  # an array with places that do not count, along some axes
ORDERED = "in C order"  # a result that NumPy gives so, whatever it was given
OVERFLOWS = "overflows: "  # whether a step on integers needs more than 64 bits
ROUNDED = "rounded: "  # the result of what may be computed in another way than NumPy does

wanted: contextvars.ContextVar[bool] = contextvars.ContextVar("npbridge_marks", default=False)
# names of what is left to NumPy, as its last digits matter
hosted: contextvars.ContextVar[frozenset[str]] = contextvars.ContextVar("npbridge_hosted", default=frozenset())

# within what is marked as a whole, or left to NumPy
covered: contextvars.ContextVar[bool] = contextvars.ContextVar("npbridge_covered", default=False)


def is_mark(name: str) -> bool:
    return name.startswith((PYTHONS, NUMPYS, ORDERED, OVERFLOWS, PADDED, ROUNDED))


@functools.lru_cache(maxsize=512)
def _named(function: Callable, name: str) -> Callable:
    def call(*args):
        return function(*args)

    call.__name__ = call.__qualname__ = name
    compiled = jax.jit(call)

    def marked(*args):  # numbers that are known stay arguments so
        known = map(known_number, args)
        return compiled(*[x if isinstance(x, jax.core.Tracer) else np.asarray(x)[()] for x in known])

    return marked


def pythons(function: Callable, name: str) -> Callable:
    """`function`, told to be the one that Python has under this name."""
    return _named(function, PYTHONS + name) if wanted.get() else function


def numpys(function: Callable, name: str) -> Callable:
    """`function`, told to be the ufunc that NumPy has under this name."""
    return _named(function, NUMPYS + name) if wanted.get() else function


def overflows(name: str, function: Callable) -> Callable:
    """`function`, told to say whether a step on two integers needs more bits than they have."""
    return _named(function, OVERFLOWS + name)


def rounded(value: Any, name: str) -> Any:
    """A traced value, told to be a result of `name` whose last digits may not be NumPy's."""
    if not wanted.get() or getattr(value, "dtype", None) is None or value.dtype.kind not in "fc":
        return value
    return _named(_itself, ROUNDED + name)(value)


def ordered(value: Any) -> Any:
    """A traced array, told to lie in C order as NumPy gives it."""
    return _named(_itself, ORDERED)(value) if wanted.get() else value


@contextlib.contextmanager
def covering(covers: bool) -> Iterator[None]:
    """Around what is marked as a whole: nothing inside needs to be."""
    token = covered.set(covers)
    try:
        yield
    finally:
        covered.reset(token)


def padded(value: Any, axes: tuple[int, ...]) -> Any:
    """A traced array, told to be longer than NumPy's is along some axes."""
    return _named(_itself, " ".join([PADDED, *map(str, axes)]))(value) if axes and wanted.get() else value


def _itself(value):
    return value
