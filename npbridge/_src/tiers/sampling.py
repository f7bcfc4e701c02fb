"""Where a program spends its time: the functions on its stack, looked at a hundred times a second."""

from __future__ import annotations

import _thread
import collections
import os
import sys
import threading
import time
from collections.abc import Callable
from types import CodeType, FrameType

from .trampolines import made

INTERVAL = 0.01  # seconds
HOT = 8  # in so many samples a function has used up time
DEEPEST = 60  # frames are looked at


_OURS = os.path.dirname(os.path.dirname(__file__)) + os.sep
_HERE = (os.path.join(_OURS, "tiers", ""), os.path.join(_OURS, "shell", ""))  # which run the program as it is


class Sampler:
    """Tells of each function of the user's once, when it has used up time.

    It looks from a thread that :mod:`threading` does not know, as the program counts its own.

    Parameters
    ----------
    is_users : callable
        Whether a file is the user's.
    tell : callable
        ``tell(code, depth)``; `depth` is how many of the user's frames are above it.
    """

    def __init__(self, is_users: Callable[[str], bool], tell: Callable[[CodeType, int], None]) -> None:
        self.is_users, self.tell = is_users, tell
        self.counts: collections.Counter[CodeType] = collections.Counter()
        self.files: dict[str, bool] = {}
        self.watched = threading.main_thread().ident
        self.stopped = False

    def start(self) -> None:
        _thread.start_new_thread(self.run, ())

    def run(self) -> None:
        while not self.stopped:
            time.sleep(INTERVAL)
            frame = sys._current_frames().get(self.watched or 0)
            if frame is not None:
                self.look(frame)

    def look(self, frame: FrameType) -> None:
        """Count the functions on a stack."""
        codes = self.users_codes(frame)
        del frame  # what it holds may go
        for depth, code in enumerate(reversed(codes)):
            self.counts[code] += 1
            if self.counts[code] == HOT:
                self.tell(code, depth)

    def users_codes(self, frame: FrameType | None) -> list[CodeType]:
        """The code of the user's functions on a stack, the innermost first, each once.

        What npbridge runs while it compiles is not the program's.
        """
        found: dict[CodeType, None] = {}
        for _ in range(DEEPEST):
            if frame is None:
                break
            code = frame.f_code
            file = code.co_filename
            if file.startswith(_OURS) and not file.startswith(_HERE):
                found.clear()
            users = self.files.get(file)
            if users is None:
                users = self.files[file] = self.is_users(file)
            if users and not code.co_name.startswith("<") and id(code) not in made:
                found[code] = None
            frame = frame.f_back
        return list(found)

    def stop(self) -> None:
        self.stopped = True
