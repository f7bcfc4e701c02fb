"""``--report``: what left our arrays while a program ran, and at which of its lines."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

from ..adapters import borders
from ..dispatch import fallback
from ..ground.compat import frame_above
from ..ground.users import in_library

_Place = tuple[str, str, int]


class Report:
    """Counts, from its making on, which functions of libraries were handed ndarrays."""

    def __init__(self) -> None:
        self.handed: collections.Counter[_Place] = collections.Counter()
        borders.listeners.append(self._tell)

    def _tell(self, function: Callable) -> None:
        module = getattr(function, "__module__", None) or ""
        name = getattr(function, "__qualname__", None) or getattr(function, "__name__", repr(function))
        self.handed[f"{module}.{name}".lstrip("."), *_users_line()] += 1

    def text(self, backend: str) -> str:
        lines = [f"npbridge: what left the arrays of the {backend!r} backend"]
        lines += _section("functions of libraries that were handed ndarrays", self._handed())
        lines += _section("NumPy functions that ran on the host", sorted(fallback.counts.items()))
        if len(lines) == 1:
            lines.append("  nothing")
        return "\n".join(lines) + "\n"

    def _handed(self) -> list[tuple[str, int]]:
        rows = sorted(self.handed.items(), key=lambda row: (row[0][1:], row[0][0]))
        return [(f"{name}  ({file}:{line})" if file else name, n) for (name, file, line), n in rows]


def _section(title: str, rows: Any) -> list[str]:
    return [f"  {title}:", *(f"    {count:6d}  {what}" for what, count in rows)] if rows else []


def _users_line() -> tuple[str, int]:
    """The innermost line of the program itself, which a library may have called back."""
    frame = frame_above(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith("<") and not in_library(file) and "__file__" in frame.f_globals:
            return file, frame.f_lineno
        frame = frame.f_back
    return "", 0
