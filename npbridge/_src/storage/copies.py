"""Copies of views that kernels were given: kept for the next kernel, within a bound for all of them together.

A view is another window on memory that the buffer holds already; what a kernel reads of it is
a second piece of memory, and an array of n bytes is to hold n.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from typing import Any

MOST = 1 << 24  # bytes

_lock = threading.RLock()  # a view may go while another is kept
_kept: OrderedDict[int, tuple[weakref.ref, int]] = OrderedDict()
_total = 0


def keep(array: Any, version: int, value: Any) -> None:
    """Let a view have the values that a kernel was given, for as long as it lives and there is room."""
    global _total
    if value.nbytes > MOST:
        array._cached = None
        return
    key = id(array)
    array._cached = (version, value)
    with _lock:
        _forget(key)
        _kept[key] = weakref.ref(array, lambda _: _forget(key)), value.nbytes
        _total += value.nbytes
        while _total > MOST:
            oldest, (found, _) = next(iter(_kept.items()))
            _forget(oldest)
            if (other := found()) is not None:
                other._cached = None


def _forget(key: int) -> None:
    global _total
    with _lock:
        _, nbytes = _kept.pop(key, (None, 0))
        _total -= nbytes
