"""Kernels, which XLA compiles anew for each shape: of very many forms the machine code goes.

A form takes about a megabyte.  When so many have been compiled as are kept, kernels that
met many shapes forget theirs; a shape that is still used is compiled again, once for so
many others.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import jax

from ..ground.compat import forms_of

MOST = 256  # forms
FEW = 8  # of one kernel, which it keeps

_COMPILED = "/jax/core/compile/backend_compile_duration"
_kernels: weakref.WeakSet = weakref.WeakSet()
_count = 0


def kernel(function: Callable, **options: Any) -> Any:
    """``jax.jit(function, **options)`` of a kernel for eager calls."""
    made: Any = jax.jit(function, **options)
    _kernels.add(made)
    return made


def _told(event: str, duration: float, **_: Any) -> None:
    global _count
    if event != _COMPILED:
        return
    _count += 1
    if _count >= MOST:
        _count = 0
        forget(FEW)


def forget(few: int) -> None:
    """Let go of what kernels with more than `few` forms have compiled."""
    for found in list(_kernels):
        if forms_of(found) > few:
            found.clear_cache()


jax.monitoring.register_event_duration_secs_listener(_told)
