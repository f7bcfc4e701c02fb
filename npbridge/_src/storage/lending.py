"""Host memory that somebody else may write: what ``np.asarray(x)`` gives away.

All ndarrays over one buffer's memory that are given away keep one object alive, the
*loan*.  While it lives the host replica is the only one: the buffer knows it by a weak
reference, and asks before it trusts anything else.
"""

from __future__ import annotations

import weakref
from typing import Any

import jax
import numpy as np

from ..ground.compat import platform_of
from . import view
from .buffer import Buffer


class Loan(np.ndarray):
    """The memory of a buffer, all of it, for as long as an ndarray given away is alive."""

    lender: weakref.ref


def is_on_cpu(device) -> bool:
    """Whether a ``jax.Array`` lies in the memory of this machine; so does what is no ``jax.Array``."""
    return not isinstance(device, jax.Array) or platform_of(device) == "cpu"


def lies_on_host(buffer: Buffer) -> bool:
    """Whether the values lie in the memory of this machine, in one piece: a CPU device counts as the host."""
    device = buffer.device
    if device is None:
        return True
    if isinstance(device, jax.core.Tracer):
        return False
    return len(device.devices()) == 1 and is_on_cpu(device)


def loan_of(buffer: Buffer) -> Any:
    """The values of a buffer that lies on the host, for as long as this lives.  The caller holds the lock."""
    shared = buffer.shared
    loan: Any = shared() if shared and shared is not True else None
    if loan is None:
        loan = buffer.host_for_writing().view(Loan)
        loan.lender = weakref.ref(buffer)
        if shared is not True:
            buffer.shared = weakref.ref(loan)
    return loan


def lend(buffer: Buffer) -> np.ndarray:
    """The same as an ndarray that anyone may write."""
    # by way of a memoryview: NumPy shortens chains of ndarrays, and a view of what is given away keeps the loan
    return np.asarray(memoryview(loan_of(buffer)))


def give_away(buffer: Buffer) -> None:
    """Let others write the memory of a buffer that lies on the host, for ever: who has its address tells nobody."""
    with buffer.lock:
        buffer.host_for_writing()
        buffer.shared = True


def lender_of(values: np.ndarray) -> Buffer | None:
    """The buffer whose memory an ndarray shows, where it was lent."""
    shown: Any = values
    while isinstance(shown, np.ndarray) and type(shown) is not Loan:  # the memory of x.data, of np.asarray(x.data), …
        base = view.owner_of(shown).base
        shown = base.obj if type(base) is memoryview else None
    return shown.lender() if type(shown) is Loan else None
