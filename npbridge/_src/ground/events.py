"""What happened, for whoever listens: dispatches, fallbacks, transfers.

Nothing is built and nothing is called when nobody listens: every caller tests
the truth of :data:`listeners` first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Event(NamedTuple):
    """One thing that happened.

    Attributes
    ----------
    kind : {"dispatch", "fallback", "transfer"}
    name : str
        The NumPy name of the function, or ``"to_device"``, ``"to_host"``.
    detail : dict
        ``backend`` and ``where`` for calls, ``nbytes`` for transfers.
    """

    kind: str
    name: str
    detail: dict[str, Any]


listeners: list[Callable[[Event], None]] = []


def emit(kind: str, name: str, **detail: Any) -> None:
    event = Event(kind, name, detail)
    for listener in tuple(listeners):
        listener(event)


@contextlib.contextmanager
def listen(listener: Callable[[Event], None]) -> Iterator[Callable[[Event], None]]:
    """Call `listener` with each :class:`Event` while the context is open.

    Parameters
    ----------
    listener : callable
        Called as ``listener(event)``; what it returns is ignored.

    Examples
    --------
    >>> import numpy as np, npbridge
    >>> seen = []
    >>> with npbridge.listen(seen.append):
    ...     _ = np.add(npbridge.ones(3), 1)
    >>> [event.name for event in seen if event.kind == "dispatch"]
    ['add']
    """
    listeners.append(listener)
    try:
        yield listener
    finally:
        listeners.remove(listener)
