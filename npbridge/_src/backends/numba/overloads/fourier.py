"""``numpy.fft`` through a call of the interpreter: a transform costs more than the call."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba.core import types
from numba.np.numpy_support import as_dtype

from .forms import HOSTED, compiled, form, overloads

_REAL = ("irfft", "irfftn", "irfft2", "hfft")


def _declare(name: str, several: bool) -> None:
    head = "a, s=None, axes=None, norm=None" if several else "a, n=None, axis=-1, norm=None"
    if name in ("fft2", "ifft2", "rfft2", "irfft2"):
        head = "a, s=None, axes=(-2, -1), norm=None"
    space: dict[str, Any] = {}
    exec(f"def npb_{name}({head}):\n    raise NotImplementedError\n", space)
    function = form(getattr(np.fft, name))(space[f"npb_{name}"])
    HOSTED.add(function.__name__)
    second, third = ("s", "axes") if "axes" in head else ("n", "axis")

    def implementation(a: Any) -> Any:
        if not isinstance(a, types.Array):
            return None
        small = as_dtype(a.dtype) in (np.float32, np.complex64)
        kind = ("float32" if small else "float64") if name in _REAL else ("complex64" if small else "complex128")
        layout = ", ".join([":"] * (a.ndim - 1) + ["::1"])
        call = f"np.fft.{name}(a, {second}, {third}, norm)"
        lines = [
            f"with numba.objmode(out='{kind}[{layout}]'):",
            f"    out = np.ascontiguousarray({call})",
            "return out",
        ]
        text = f"def impl({head}):\n" + "".join(f"    {line}\n" for line in lines)
        return compiled(text, numba=numba)

    scope: dict[str, Any] = {"implementation": implementation}
    exec(f"def typed({head}):\n    return implementation(a)\n", scope)
    overloads(function)(scope["typed"])


for _name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
    _declare(_name, False)
for _name in ("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn"):
    _declare(_name, True)


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
