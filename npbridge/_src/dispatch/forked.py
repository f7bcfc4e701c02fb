"""After ``fork``: a child has none of the threads that XLA computes with, and would wait for them for ever.

In a child of a process that has used JAX the ``'numpy'`` backend computes, which gives the
same where JAX keeps 64 bits.  Where it keeps 32, dtypes would be others: there, and where
JAX itself is asked for, an error says what to do.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from ..ground import compat, events
from ..ground.errors import ForkedError
from . import backend as backends

WHAT_INSTEAD = (
    "this process was forked after JAX had been used, and JAX cannot compute in it. Start processes anew, by "
    "multiprocessing.set_start_method('forkserver') or ('spawn'), or compute here on the host: call "
    "npbridge.use_backend('numpy') in the parent"
)

in_child = False
may_trace = True  # whether functions may be compiled here
_jax: Any = None  # the backend that was left
_on_fork: list[Callable[[], None]] = []


def in_a_child(act: Callable[[], None]) -> None:
    """Call `act` in each child that is forked."""
    _on_fork.append(act)


def refuse(what: str) -> NoReturn:
    raise ForkedError(f"{what}: {WHAT_INSTEAD}.")


def _refusing(name: str) -> backends.Backend:
    """A backend on which every call is an error."""

    def call(*args: Any, **kwargs: Any) -> NoReturn:
        function = next((x for x in args if callable(x)), None)
        refuse(f"numpy.{getattr(function, '__name__', 'function')} cannot run on the {name!r} backend")

    made = backends.Backend(name, call, call, call, call, call, call)
    made.rules = {}
    return made


def _enter() -> None:
    """What the child does first."""
    if not in_child and compat.jax_was_used():
        _leave_jax()
    for act in _on_fork:
        act()


def _leave_jax() -> None:
    """Let the host compute, as far as it gives what JAX would have given."""
    global in_child, may_trace, _jax
    in_child, may_trace = True, False
    old = _jax = backends._loaded.get("jax")
    new = backends.load("numpy") if sys.modules["jax"].config.jax_enable_x64 else _refusing("jax")
    backends._loaded["jax"] = new
    if backends._default is old:
        backends._default = new
    if backends._override.get() is old is not None:
        backends._override.set(new)
    _let_arrays_stay_on_the_host()
    if events.listeners:
        events.emit("forked", "child", backend=new.name)


def try_to_trace() -> None:
    """In a child that somebody watches: compile plain loops, which goes well unless JAX waits for a thread of XLA's."""
    global may_trace
    if in_child:
        may_trace = True
        backends._loaded["jax"] = _jax


def _let_arrays_stay_on_the_host() -> None:
    """From which size on arrays are read and written by kernels: from none."""
    for name in ("storage.buffer", "array.classes", "array.indexing"):
        module = sys.modules.get(f"npbridge._src.{name}")
        if module is not None:
            vars(module)["SMALL"] = sys.maxsize


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_enter)
