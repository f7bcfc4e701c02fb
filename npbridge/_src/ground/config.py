"""Settings that a user may change while a program runs."""

from __future__ import annotations

import os

from .errors import BackendError

FALLBACK_CHOICES = ("warn", "error", "silent")
AUTO_CHOICES = ("race", "wait", "static", "off")
ENGINE_CHOICES = ("choose", "xla", "loops")
REPR_CHOICES = ("npbridge", "numpy")


# What this process was told, by a call or by its environment: "backend", "x64"; "auto" under the runner.
chosen: set[str] = set()


def mode() -> str:
    """How ``'auto'`` chooses engines, by ``NPBRIDGE_AUTO``.

    ``"race"``; ``"wait"`` for trials beside; ``"static"``, by no clock, the first that gives what NumPy gives;
    ``"off"``.
    """
    asked = os.environ.get("NPBRIDGE_AUTO", "race")
    if asked not in AUTO_CHOICES:
        raise BackendError(f"NPBRIDGE_AUTO is {asked!r}; it can be {', '.join(map(repr, AUTO_CHOICES))}.")
    return asked


def engine() -> str:
    """What runs functions compiled for ``'jax'`` on a CPU, by ``NPBRIDGE_ENGINE``: one wherever it can, or "choose"."""
    asked = os.environ.get("NPBRIDGE_ENGINE", "choose")
    if asked not in ENGINE_CHOICES:
        raise BackendError(f"NPBRIDGE_ENGINE is {asked!r}; it can be {', '.join(map(repr, ENGINE_CHOICES))}.")
    return asked


class Config:
    """The settings of npbridge.

    Attributes
    ----------
    fallback : {"warn", "error", "silent"}
        What happens when a function has no native implementation on the active
        backend: run it on the host and warn once per function (the default),
        raise :class:`npbridge.errors.FallbackError`, or run it quietly.  Every
        fallback is counted and reported to listeners whatever the choice.
    repr : {"npbridge", "numpy"}
        Under which names ``repr`` shows arrays: ``JaxArray([1, 2])`` (the default),
        or as NumPy does, ``array([1, 2])`` and ``np.int64(1)``, so that an unchanged
        program prints what it always printed (``python -m npbridge`` chooses this).

    Examples
    --------
    >>> import npbridge
    >>> npbridge.config.fallback
    'warn'
    """

    __slots__ = ("_fallback", "_repr")

    def __init__(self) -> None:
        self._fallback = "warn"
        self._repr = "npbridge"
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

    @property
    def repr(self) -> str:
        return self._repr

    @repr.setter
    def repr(self, choice: str) -> None:
        if choice not in REPR_CHOICES:
            names = ", ".join(map(repr, REPR_CHOICES))
            raise BackendError(f"config.repr cannot be {choice!r}. Choose one of {names}.")
        self._repr = choice


config = Config()
