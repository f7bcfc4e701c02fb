"""Calls that leave the backend for the host: counted, announced, refusable."""

from __future__ import annotations

import collections
import types
import warnings

from ..ground import events
from ..ground.compat import frame_above
from ..ground.config import config
from ..ground.errors import FallbackError, FallbackWarning

counts: collections.Counter[str] = collections.Counter()
_warned: set[object] = set()

_PACKAGES = ("npbridge", "numpy", "jax", "jaxlib", "numba", "contextlib")


def user_stacklevel() -> int:
    """How far up the stack the user's own line is, for ``warnings.warn``."""
    level = 1
    frame: types.FrameType | None = frame_above(1)
    while frame is not None:
        name = frame.f_globals.get("__name__", "").partition(".")[0]
        if name not in _PACKAGES:
            return level
        frame, level = frame.f_back, level + 1
    return 2


def announce(name: str, backend: str, reason: str) -> None:
    """Report that `name` runs on the host instead of on `backend`.

    Raises
    ------
    FallbackError
        While ``npbridge.config.fallback`` is ``"error"``.
    """
    if _counted(name, backend, reason) == "error":
        raise FallbackError(
            f"numpy.{name} has no native form on the {backend!r} backend: {reason}. "
            'Set npbridge.config.fallback = "warn" to let it run on the host.'
        )
    _warn_once(
        name, f"numpy.{name} runs on the host, not on the {backend!r} backend: {reason} (said once per function)"
    )


def announce_uncompiled(name: str, backend: str, reason: str, when: str = "it is not compiled") -> None:
    """Report that a function of the user's runs as plain Python, because it has no compiled form.

    Raises
    ------
    FallbackError
        While ``npbridge.config.fallback`` is ``"error"``.
    """
    if _counted(name, backend, reason) == "error":
        raise FallbackError(f"{name} cannot be compiled on the {backend!r} backend: {reason}")
    _warn_once(
        (name, reason),
        f"{name} runs as plain Python, {when}: {reason}\n(said once; jit(..., strict=True) makes it an error)",
    )


def _counted(name: str, backend: str, reason: str) -> str:
    """Count and publish a fallback; what the user has chosen for fallbacks."""
    counts[name] += 1
    if events.listeners:
        events.emit("fallback", name, backend=backend, reason=reason)
    return config.fallback


def _warn_once(key: object, message: str) -> None:
    if config.fallback == "warn" and key not in _warned:
        _warned.add(key)
        warnings.warn(message, FallbackWarning, stacklevel=user_stacklevel())


def reset() -> None:
    """Forget the counts and warn again."""
    counts.clear()
    _warned.clear()
