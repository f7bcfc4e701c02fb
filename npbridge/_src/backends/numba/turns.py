"""Kernels that Numba runs on several threads, one after the other where it has to be.

Numba's layer ``workqueue``, which it takes where there is neither OpenMP nor TBB, aborts
the process when a second thread comes with a kernel of its own.
"""

from __future__ import annotations

import os
import threading
from typing import Any

_turn = threading.RLock()
_free = False


def _layer_is_safe() -> bool:
    """Whether Numba has chosen a layer that any number of threads may enter; it does so at the first kernel."""
    global _free
    if not _free:
        import numba

        try:
            _free = numba.threading_layer() != "workqueue"
        except ValueError:
            return False
    return _free


def in_turn(dispatcher: Any) -> Any:
    """The same kernel, which other threads' kernels wait for where they must."""

    def call(*args: Any) -> Any:
        if _free or _layer_is_safe():
            return dispatcher(*args)
        with _turn:
            return dispatcher(*args)

    return call


def _forget() -> None:
    """A forked child has none of the threads that may have had their turn."""
    global _turn
    _turn = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
