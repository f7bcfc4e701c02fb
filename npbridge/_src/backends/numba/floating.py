"""Floating-point flags that a kernel met, reported as NumPy reports them."""

from __future__ import annotations

import contextlib
import contextvars
import ctypes
import functools
import platform
import sys
import warnings

import numpy as np

from ...dispatch.fallback import user_stacklevel

# flag (fenv.h) -> what np.errstate calls it, what the message says, NumPy's own bit
_INTEL = (
    (0x1, "invalid", "invalid value", 8),
    (0x4, "divide", "divide by zero", 1),
    (0x8, "over", "overflow", 2),
    (0x10, "under", "underflow", 4),
)
_ARM = (
    (0x1, "invalid", "invalid value", 8),
    (0x2, "divide", "divide by zero", 1),
    (0x4, "over", "overflow", 2),
    (0x8, "under", "underflow", 4),
)
KINDS = _INTEL if platform.machine() in ("x86_64", "AMD64", "i686") else _ARM
FLAGS = sum(flag for flag, *_ in KINDS)
DIVIDE, OVER = (flag for flag, kind, *_ in KINDS if kind in ("divide", "over"))


@functools.cache
def _fenv(name: str):
    """A function of C's on this thread's flags, the one that compiled code calls."""
    from llvmlite.binding import address_of_symbol

    return ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(address_of_symbol(name))


class Watch:
    """The flags that are raised while compiled code runs in this thread, of the kinds that somebody asks about.

    Functions of NumPy's that compiled code calls begin by taking all flags back: what
    was raised before is noted, and what they have to say themselves.
    """

    def __init__(self, kinds: frozenset[str]) -> None:
        self.wanted = sum(flag for flag, kind, *_ in KINDS if kind in kinds)
        self.modes = {kind: "call" if kind in kinds else "ignore" for _, kind, *_ in KINDS}
        self.met = 0

    def begin(self) -> None:
        self.met = 0
        _fenv("feclearexcept")(FLAGS)

    def raised(self) -> bool:
        return bool((self.met | _fenv("fetestexcept")(FLAGS)) & self.wanted)

    def note(self, text: str, bits: int) -> None:
        self.met |= sum(flag for flag, _, _, bit in KINDS if bits & bit)

    @contextlib.contextmanager
    def outside(self):
        """A function of NumPy's runs inside."""
        self.met |= _fenv("fetestexcept")(FLAGS)
        with np.errstate(**self.modes, call=self.note):
            yield
        _fenv("feclearexcept")(FLAGS)


watching: contextvars.ContextVar[Watch | None] = contextvars.ContextVar("npbridge_watching", default=None)


def report(name: str, raised: int) -> None:
    """Do for each flag in `raised` what ``np.errstate`` asks for; `name` is what ran."""
    modes = np.geterr()
    for flag, kind, text, bit in KINDS:
        mode = modes[kind]
        if not raised & flag or mode == "ignore":
            continue
        message = f"{text} encountered in {name}"
        if mode == "raise":
            raise FloatingPointError(message)
        if mode == "warn":
            warnings.warn(message, RuntimeWarning, stacklevel=user_stacklevel())
        elif mode == "call":
            np.geterrcall()(text, bit)
        elif mode == "print":
            sys.stderr.write(f"Warning: {message}\n")
        else:
            np.geterrcall().write(f"Warning: {message}\n")
