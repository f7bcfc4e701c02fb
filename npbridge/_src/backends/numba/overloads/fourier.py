"""Shifts and frequencies of ``numpy.fft``; transforms are called through the interpreter."""

from __future__ import annotations

from typing import Any

import numpy as np

from .forms import compiled, form, overloads


@form(np.fft.fftshift)
def npb_fftshift(x):
    """``numpy.fft.fftshift`` over all axes."""


@form(np.fft.ifftshift)
def npb_ifftshift(x):
    """``numpy.fft.ifftshift`` over all axes."""


def _shift(x: Any, amount: str) -> Any:
    lines, value = [], "x"
    for k in range(x.ndim):
        lines.append(f"y{k} = roll({value}, {amount.format(n=f'x.shape[{k}]')}, {k})")
        value = f"y{k}"
    from .moving import npb_roll

    text = "def impl(x):\n" + "".join(f"    {line}\n" for line in lines) + f"    return {value}\n"
    return compiled(text, roll=npb_roll)


@overloads(npb_fftshift)
def _fftshift(x):
    return _shift(x, "{n} // 2")


@overloads(npb_ifftshift)
def _ifftshift(x):
    return _shift(x, "-({n} // 2)")


@form(np.fft.fftfreq)
def npb_fftfreq(n, d=1.0):
    """``numpy.fft.fftfreq``."""


@overloads(npb_fftfreq)
def _fftfreq(n, d=1.0):
    def impl(n, d=1.0):
        out = np.empty(n)
        half = (n - 1) // 2 + 1
        for i in range(n):
            out[i] = (i if i < half else i - n) * (1.0 / (n * d))
        return out

    return impl


@form(np.fft.rfftfreq)
def npb_rfftfreq(n, d=1.0):
    """``numpy.fft.rfftfreq``."""


@overloads(npb_rfftfreq)
def _rfftfreq(n, d=1.0):
    return lambda n, d=1.0: np.arange(n // 2 + 1) * (1.0 / (n * d))
