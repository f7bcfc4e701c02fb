"""What a trace puts into buffers, where it alone sees it.

While a function is traced the user's own arrays hold tracers.  Other threads, and other
contexts of the same thread, must go on with the real contents: so a buffer that some
trace holds is, for as long, of a class whose contents are those of the trace in the
trace, and the real ones everywhere else.  Buffers that nobody holds cost nothing.
"""

from __future__ import annotations

import contextvars
import itertools
import threading
from _thread import get_ident
from typing import Any

from .buffer import Buffer

_CONTENTS = ("current", "device", "host", "owner", "reads", "shared", "snapshot", "updates", "version")

_holding: contextvars.ContextVar[Hold | None] = contextvars.ContextVar("npbridge_holding", default=None)
_holders: dict[int, int] = {}  # how many traces hold a buffer
_lock = threading.Lock()
# versions in a trace are those of no other contents of the buffer: what was cached of one is not taken for another's
_versions = itertools.count(1 << 40, 1 << 20)


class Hold:
    """The contents of buffers in one trace, while ``with hold:`` lasts."""

    def __init__(self) -> None:
        self.cells: dict[int, Buffer] = {}
        self.buffers: list[Buffer] = []
        self.outer: Hold | None = None
        self.thread = 0

    def __enter__(self) -> Hold:
        self.thread = get_ident()
        self.outer = _here()
        _holding.set(self)
        return self

    def __exit__(self, *exc: object) -> None:
        _holding.set(self.outer)
        self.cells = {}
        while self.buffers:
            _let_go(self.buffers[-1])
            self.buffers.pop()

    def take(self, buffer: Buffer) -> None:
        """Let what happens to the buffer from here on happen in this trace only."""
        if id(buffer) in self.cells:
            return
        inner = _seen(buffer)
        cell = object.__new__(Buffer)
        with buffer.lock:
            for slot in _SLOTS:
                slot.__set__(cell, slot.__get__(inner))
        cell.shape, cell.dtype, cell.lock = buffer.shape, buffer.dtype, buffer.lock
        cell.version = next(_versions)
        self.cells[id(buffer)] = cell
        self.buffers.append(buffer)
        with _lock:
            _holders[id(buffer)] = _holders.get(id(buffer), 0) + 1
            buffer.__class__ = _HeldBuffer


def _let_go(buffer: Buffer) -> None:
    with _lock:
        left = _holders.pop(id(buffer), 1) - 1
        if left:
            _holders[id(buffer)] = left
        else:
            buffer.__class__ = Buffer


def _here() -> Hold | None:
    hold = _holding.get()
    # a context may be copied to another thread, where nothing is traced
    return hold if hold is not None and hold.thread == get_ident() else None


def keep(buffer: Buffer) -> None:
    """Let the trace under way here, if there is one, have the buffer for itself."""
    hold = _here()
    # what is of a class of its own, such as a choice of two arrays, was made in the trace, and nobody else sees it
    if hold is not None and type(buffer) in (Buffer, _HeldBuffer) and _seen(buffer) is buffer:
        hold.take(buffer)


def _seen(buffer: Buffer) -> Buffer:
    """Where the contents are that are seen from here."""
    hold = _here()
    while hold is not None:
        cell = hold.cells.get(id(buffer))
        if cell is not None:
            return cell
        hold = hold.outer
    return buffer


def _seen_from_here(slot: Any) -> property:
    def read(buffer):
        return slot.__get__(_seen(buffer))

    def write(buffer, value) -> None:
        slot.__set__(_seen(buffer), value)

    return property(read, write)


_SLOTS = [Buffer.__dict__[name] for name in _CONTENTS]
_HeldBuffer: Any = type(
    "_HeldBuffer", (Buffer,), {"__slots__": (), **{name: _seen_from_here(Buffer.__dict__[name]) for name in _CONTENTS}}
)
