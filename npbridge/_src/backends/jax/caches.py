"""JAX's caches of traced functions, and state that they would keep.

A function that a library gave to ``jax.jit`` is traced once for each kind of arguments.
Where it reads arrays of ours (diffrax calls a model, say), what they held stays in JAX's
cache: from an eager call the values, which would be constants in compiled code; from a
trace its tracers, which mean nothing to the next one and would be derived to zero.  So
traces do not share what eager calls cached; where one meets tracers of another that has
ended, all is traced again :func:`apart`, and shares nothing.  Always to do so would make
tracing about 3.5 times slower: much of ``jax.numpy`` is such functions.
"""

from __future__ import annotations

import contextlib
import contextvars
import itertools
from collections.abc import Iterator
from typing import Any

import jax

from ...ground.compat import current_trace
from ...storage.buffer import Tracer

_key: Any = jax.make_user_context(0)
_apart: contextvars.ContextVar[bool] = contextvars.ContextVar("npbridge_caches_apart", default=False)
_live: contextvars.ContextVar[tuple] = contextvars.ContextVar("npbridge_live_traces", default=())
_numbers = itertools.count(1)  # keys of what is cached; 0 is for eager calls
_shared = next(_numbers)


class LeftOver(Exception):
    """A trace met tracers of one that has ended."""


@contextlib.contextmanager
def apart() -> Iterator[None]:
    """Let each trace have what JAX caches for itself."""
    token = _apart.set(True)
    try:
        yield
    finally:
        _apart.reset(token)


def forget() -> None:
    """Let the next traces share nothing with those before."""
    global _shared
    _shared = next(_numbers)


def traced(function, *inputs):
    """``jax.make_jaxpr(function)(*inputs)``, without what JAX cached elsewhere."""
    before = _live.get() or (current_trace(),)

    def noted(*inputs):
        token = _live.set((*before, current_trace()))
        try:
            return function(*inputs)
        finally:
            _live.reset(token)

    with _key(next(_numbers) if _apart.get() else _shared):
        closed = jax.make_jaxpr(noted)(*inputs)
    if not _apart.get() and any(isinstance(c, Tracer) and c._trace not in before for c in closed.consts):
        raise LeftOver
    return closed
