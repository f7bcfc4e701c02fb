"""Whether a trace is under way, and what it has noted."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any

from ..array import ragged_lengths, traced_errors, traced_index  # noqa: F401  traced values need them
from ..ground.compat import frame_above
from ..ground.errors import ControlFlowError
from ..storage.recording import Recorder
from .lines import user_lines

MANY = 2000  # so many branches are compiled for one function


class Context:
    """One trace.

    Attributes
    ----------
    checks : list of (traced bool, exception)
        What must not be true at run time; the exception is to be raised where it is.
    notes : list of (file, line, text)
        What became of loops and branches, for ``explain``.
    strict : bool
        Nothing may be unrolled past the small bound.
    memo : dict
        What earlier traces of a block learned, by code object.
    raised : exception or None
        The last exception that the user's code raised by a ``raise`` statement.
    functions : dict
        The user's functions that were called, by their code.
    asked : frozenset of str
        The kinds of floating-point errors that ``np.errstate`` asks about somewhere inside.
    host : Host or None
        Draws from NumPy's generators, where there is somebody to make them at each run.
    """

    def __init__(self, strict: bool = False) -> None:
        self.checks: list[tuple[Any, BaseException]] = []
        self.notes: list[tuple[str, int, str]] = []
        self.strict = strict
        self.memo: dict = {}
        self.raised: BaseException | None = None
        self.recorder = Recorder()
        self.branches: list = []  # the code of the branches being traced, outermost first
        self.branched = 0  # how many branches were traced
        self.plain = 0  # how deep in loops over known numbers, which Python runs
        self.functions: dict = {}
        self.names: dict[int, str] = {}  # of the arrays that are inputs, by the identity of their buffers
        self.handlers: list = []  # of the `try` statements around: what gives the exceptions that they take
        self.asked: frozenset[str] = frozenset()
        self.host: Any = None
        self.for_numpy = False  # whether it is compiled for 'numpy': nothing is drawn from keys of JAX's
        self.iterators: frozenset[int] = frozenset()  # by identity: those that were there before
        self.growing: set[int] = set()  # the lists that grow in the loops being traced: they cannot be read

    @property
    def refuses_host(self) -> bool:
        """Whether nothing may be left to NumPy; where that is what the user compiles for, it is no detour."""
        return self.strict and not self.for_numpy

    def begin_branch(self) -> None:
        """Refuse a function whose branches multiply: values of several kinds, each met under conditions of others."""
        self.branched += 1
        if self.branched > MANY:
            raise ControlFlowError(
                f"this takes more than {MANY} branches chosen at run time: values are of one kind or another, "
                "depending on conditions, and each combination is compiled by itself. Give them the same shape and "
                "kind on every path, or run the function on the 'numpy' backend."
            )

    def note(self, code, text: str) -> None:
        """Say of the user's line that is being run what became of it; `code` is of the same file."""
        self.note_at(code.co_filename, _line_in(code.co_filename) or code.co_firstlineno, text)

    def note_at(self, file: str, line: int, text: str) -> None:
        entry = (file, line, text)
        if entry not in self.notes:
            self.notes.append(entry)

    def note_here(self, text: str) -> None:
        """Say of the innermost line of the user's what became of it."""
        lines = user_lines()
        if lines:
            self.note_at(*lines[-1][:2], text)


def _line_in(file: str) -> int | None:
    frame = frame_above(2)
    while frame is not None:
        if frame.f_code.co_filename == file:
            return frame.f_lineno
        frame = frame.f_back
    return None


_current: contextvars.ContextVar[Context | None] = contextvars.ContextVar("npbridge_tracing", default=None)


def current() -> Context | None:
    """The trace under way, or None: then everything runs as plain Python."""
    return _current.get()


ragged_lengths.current = current


@contextlib.contextmanager
def tracing(active: bool = True, strict: bool = False) -> Iterator[Context | None]:
    """Say that JAX is tracing what runs inside.

    Examples
    --------
    >>> from npbridge._src.convert import context
    >>> with context.tracing(True) as trace:
    ...     context.current() is trace
    True
    """
    context = Context(strict) if active else None
    token = _current.set(context)
    try:
        with context.recorder if context is not None else contextlib.nullcontext():
            yield context
    finally:
        _current.reset(token)
