"""Holding the locks of several buffers during a call.

Always in one order, so that two calls never wait for each other; and by ``with``: an
interrupt cannot come between the taking of a lock and the care for giving it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .buffer import Buffer


def in_order(buffers: Iterable[Buffer]) -> list[Buffer]:
    """Each buffer once, in the order in which their locks are taken."""
    return sorted({id(b): b for b in buffers}.values(), key=id)


def under_locks(buffers: list[Buffer], function: Callable, *args: Any) -> Any:
    """``function(*args)`` while the locks of `buffers`, which are in order, are held."""
    if not buffers:
        return function(*args)
    with buffers[0].lock:
        return under_locks(buffers[1:], function, *args)
