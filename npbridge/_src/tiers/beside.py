"""Trying something beside the program, in a child that is a copy of it: the program goes on meanwhile.

What the child changes is its own; what would be seen outside (files, output, processes,
connections) is not let happen, and told.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import warnings
from collections.abc import Callable
from typing import Any, NoReturn

CAN_FORK = hasattr(os, "fork")
_EVENTS = ("socket.", "subprocess.", "os.", "shutil.", "sqlite3.", "ftplib.", "smtplib.", "urllib.", "tempfile.")
_ALLOWED = ("os.listdir", "os.scandir", "os.walk", "os.putenv", "os.unsetenv", "os.getxattr", "os.listxattr")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC


LONGEST = 120  # seconds that a trial may take


class HostEffect(BaseException):
    """What runs beside does something that would be seen outside."""


class Child:
    """A child that has been started.

    Attributes
    ----------
    pid : int
        Of the process that works; it is nobody's child, so that no ``os.wait`` of the program's meets it.
    """

    def __init__(self, pid: int, reading: int) -> None:
        self.pid, self._reading = pid, reading

    def result(self) -> Any:
        """What it found; waits for it.  None where it died."""
        with os.fdopen(self._reading, "rb") as pipe:
            text = pipe.read()
        try:
            return json.loads(text)
        except ValueError:
            return None

    def end(self) -> None:
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)


def start(work: Callable[[], Any]) -> Child:
    """Begin ``work()`` in a child; its result, which JSON can hold, is asked of what is returned."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads, which are not asked for anything
        first = os.fork()
    if first == 0:
        _fork_again(work, writing)
    os.close(writing)
    with contextlib.suppress(ChildProcessError):  # where the program ignores the ends of children
        os.waitpid(first, 0)
    pid = int.from_bytes(os.read(reading, 4), "little")
    return Child(pid, reading)


def _fork_again(work: Callable[[], Any], writing: int) -> NoReturn:
    try:
        warnings.simplefilter("ignore")
        if os.fork() == 0:
            os.write(writing, os.getpid().to_bytes(4, "little"))
            _work(work, writing)
    finally:
        os._exit(0)


def _work(work: Callable[[], Any], writing: int) -> None:
    _stand_apart(writing)
    try:
        found = work()
    except HostEffect as effect:
        found = {"reason": str(effect)}
    except BaseException as error:
        found = {"reason": f"{type(error).__name__}: {error}"[:300]}
    text = json.dumps(found).encode()
    while text:
        text = text[os.write(writing, text) :]


def _stand_apart(writing: int) -> None:
    """Have nothing in common with the parent but the memory, which is a copy, and one pipe."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(kind, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)  # which ends it
    os.nice(5)
    sys.stdin = io.StringIO()
    sys.stdout = sys.stderr = _Nowhere()


class _Nowhere(io.TextIOBase):
    """Output that nobody sees; while a program is watched it is an effect."""

    def write(self, text: str) -> int:
        if _watch.active:
            raise HostEffect("it prints")
        return len(text)

    def writable(self) -> bool:
        return True


class _Watch:
    """What Python is about to do outside of the process, told by its audit hooks, which cannot be taken away again."""

    def __init__(self) -> None:
        self.active = self.installed = False
        self.allowed = ""  # a folder in which compilers keep what they made

    def see(self, event: str, args: tuple) -> None:
        if not self.active or self.is_allowed(args):
            return
        if event == "open":
            mode, flags = args[1], args[2]
            writes = any(c in mode for c in "wax+") if isinstance(mode, str) else bool(flags & _WRITING)
            if writes:
                raise HostEffect("it writes a file")
        elif event == "builtins.input" or event.startswith(_EVENTS) and event not in _ALLOWED:
            raise HostEffect(f"it asks the system for {event}")

    def is_allowed(self, args: tuple) -> bool:
        """Whether all that is named lies in the folder of the compilers."""
        named = [os.fsdecode(x) for x in args if isinstance(x, (str, bytes, os.PathLike)) and os.sep in os.fsdecode(x)]
        return bool(self.allowed and named) and all(name.startswith(self.allowed) for name in named)


_watch = _Watch()


def watched(call: Callable[[], Any], allowed: str = "") -> Any:
    """``call()``; HostEffect where it does something that is seen outside, but in the folder that is allowed."""
    _watch.allowed = allowed
    if not _watch.installed:
        sys.addaudithook(_watch.see)
        _watch.installed = True
    _watch.active = True
    try:
        return call()
    finally:
        _watch.active = False
