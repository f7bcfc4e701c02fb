"""Floating-point flags that a kernel met, reported as NumPy reports them."""

from __future__ import annotations

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
