"""Noticing which existing buffers a piece of code writes, and undoing it."""

from __future__ import annotations

import weakref
from _thread import get_ident

from ..ground.errors import ControlFlowError
from . import buffer as buffers
from . import holding
from .buffer import Buffer

# buffers that must not be written while tracing, and why
frozen: weakref.WeakKeyDictionary[Buffer, str] = weakref.WeakKeyDictionary()


class Recorder:
    """Notes new buffers and, before it happens, writes to buffers that are older.

    While it is active (``with recorder:``) the first write to an older buffer saves
    what the buffer held; :meth:`restore` gives it back.

    Attributes
    ----------
    saved : dict
        ``id(buffer)`` to ``(buffer, what it held)``, in the order of the first writes.
    read : dict
        ``id(buffer)`` to the older buffers whose values were asked for.
    is_of_trace : bool
        Whether what is written stays in a trace: nobody would see it in the memory of an array from outside.
    """

    is_of_trace = True

    def __init__(self) -> None:
        self.saved: dict[int, tuple[Buffer, tuple]] = {}
        self.own: dict[int, weakref.ref[Buffer]] = {}  # by identity, which another takes over when one is gone
        self.read: dict[int, Buffer] = {}
        self.outer: Recorder | None = None
        self.thread = 0

    def __enter__(self) -> Recorder:
        self.outer, self.thread = buffers.recorder_here(), get_ident()
        buffers.recorders.append(self)
        buffers.recording.set(self)
        return self

    def __exit__(self, *exc: object) -> None:
        buffers.recording.set(self.outer)
        buffers.recorders.remove(self)
        self.thread = 0  # for contexts that were copied meanwhile
        outer = self.outer
        if outer is not None:
            outer.own.update(self.own)
            for buffer in self.read.values():
                outer.on_read(buffer)

    def born(self, buffer: Buffer) -> None:
        self.own[id(buffer)] = weakref.ref(buffer)

    def disown(self, buffer: Buffer) -> None:
        """Let a buffer count as one that was there before."""
        self.own.pop(id(buffer), None)

    def is_own(self, buffer: Buffer) -> bool:
        """Whether the buffer was made while this recorder was active."""
        found = self.own.get(id(buffer))
        return found is not None and found() is buffer

    def on_read(self, buffer: Buffer) -> None:
        if not self.is_own(buffer):
            self.read[id(buffer)] = buffer

    def before_write(self, buffer: Buffer) -> None:
        if buffer in frozen:
            raise ControlFlowError(frozen[buffer])
        if self.is_own(buffer) or id(buffer) in self.saved:
            return
        holding.keep(buffer)
        self.saved[id(buffer)] = (buffer, contents(buffer))
        if buffer.current:
            # the writer is about to change this memory: let it change a copy
            buffer.owner = buffer.host = buffer.host.copy()

    def restore(self) -> None:
        """Give every buffer that was written its contents back."""
        for buffer, held in self.saved.values():
            give_back(buffer, held)


def recorders_here() -> list[Recorder]:
    """The traces of this context, innermost first."""
    found = []
    recorder = buffers.recorder_here()
    while recorder is not None:
        found.append(recorder)
        recorder = recorder.outer
    return found


def contents(buffer: Buffer) -> tuple:
    return buffer.device, buffer.host, buffer.owner, buffer.current, buffer.snapshot


def give_back(buffer: Buffer, held: tuple) -> None:
    buffer.device, buffer.host, buffer.owner, buffer.current, buffer.snapshot = held
    buffer.version += 1  # what was cached of the contents in between is not of these


_ONE_OR_ANOTHER = (
    "{name} is one array or another, depending on what is known only at run time, and is written in place: compiled "
    "code cannot tell which of them changes. Write to a copy of it, or write to each with numpy.where, or run the "
    "function on the 'numpy' backend."
)
_COPY_OF_A_VIEW = (
    "{name} is written in place: here it is a copy, which does not show in what it is a view of in NumPy. Write to a "
    "copy of it, or run the function on the 'numpy' backend."
)


def freeze(value, name: str) -> None:
    """Refuse writes, while tracing, to an array that stands for one array or another."""
    _refuse_writes(value, _ONE_OR_ANOTHER.format(name=name))


def freeze_copy(value, name: str) -> None:
    """Refuse writes, while tracing, to a copy that is a view in NumPy, or to what that is a view of."""
    _refuse_writes(value, _COPY_OF_A_VIEW.format(name=name))


def _refuse_writes(value, why: str) -> None:
    buffer = getattr(value, "_buffer", None)
    if buffer is not None and value.ndim:
        frozen[buffer] = why


def is_about_frozen(error: BaseException) -> bool:
    """Whether an error is such a refusal: no other way to make a call would be any better."""
    return isinstance(error, ControlFlowError) and str(error) in frozen.values()
