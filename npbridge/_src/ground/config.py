"""Settings that a user may change while a program runs."""

from __future__ import annotations

import os

from .errors import BackendError

FALLBACK_CHOICES = ("warn", "error", "silent")


class Config:
    """The settings of npbridge.

    Attributes
    ----------
    fallback : {"warn", "error", "silent"}
        What happens when a function has no native implementation on the active
        backend: run it on the host and warn once per function (the default),
        raise :class:`npbridge.errors.FallbackError`, or run it quietly.  Every
        fallback is counted and reported to listeners whatever the choice.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.config.fallback
    'warn'
    """

    __slots__ = ("_fallback",)

    def __init__(self) -> None:
        self._fallback = "warn"
        try:
            self.fallback = os.environ.get("NPBRIDGE_FALLBACK", "warn")
        except BackendError as error:
            raise BackendError(f"NPBRIDGE_FALLBACK: {error}") from None

    @property
    def fallback(self) -> str:
        return self._fallback

    @fallback.setter
    def fallback(self, choice: str) -> None:
        if choice not in FALLBACK_CHOICES:
            names = ", ".join(map(repr, FALLBACK_CHOICES))
            raise BackendError(f"config.fallback cannot be {choice!r}. Choose one of {names}.")
        self._fallback = choice


config = Config()
