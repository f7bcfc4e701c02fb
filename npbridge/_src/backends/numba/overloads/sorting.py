"""Sorting along axes, unique values with their counts, medians."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.core import errors, types

from .forms import STUBS, compiled, flag, form, overloads
from .reductions import axes_of

_NONE = (types.NoneType, types.Omitted)


def _by_row(name: str, native: str) -> None:
    space: dict[str, Any] = {}
    exec(f"def npb_{name}(a, axis=-1, kind=None):\n    raise NotImplementedError\n", space)
    function = form(getattr(np, name), native=native)(space[f"npb_{name}"])

    @overloads(function)
    def typed(a, axis=-1, kind=None):
        how = "" if name == "sort" else ", kind='mergesort'"
        head = "def impl(a, axis=-1, kind=None):\n"
        if not isinstance(a, types.Array):
            return compiled(f"{head}    return np.{name}(np.array(a){how})\n")
        if a.ndim == 1 or isinstance(axis, types.NoneType):
            return compiled(f"{head}    return np.{name}(a.flatten(){how})\n")
        axes = (a.ndim - 1,) if isinstance(axis, int) else axes_of(axis, a.ndim)
        if axes is None:
            raise errors.TypingError(f"np.{name}: axis must be a constant")
        return compiled(head + _rows(name, a.ndim, axes[0], how))


def _rows(name: str, ndim: int, axis: int, how: str) -> str:
    lines = ["out = np.empty(a.shape, " + ("a.dtype)" if name == "sort" else "np.int64)")]
    pad = ""
    for i in range(ndim):
        if i != axis:
            lines.append(f"{pad}for i{i} in range(a.shape[{i}]):")
            pad += "    "
    at = ", ".join(":" if i == axis else f"i{i}" for i in range(ndim))
    lines += [f"{pad}out[{at}] = np.{name}(a[{at}].copy(){how})", "return out"]
    return "".join(f"    {line}\n" for line in lines)


_by_row("sort", "")
_by_row("argsort", "")


@form(np.unique, native="ar")
def npb_unique(ar, return_index=False, return_inverse=False, return_counts=False):
    """``numpy.unique``."""


@overloads(npb_unique)
def _unique(ar, return_index=False, return_inverse=False, return_counts=False):
    wanted = [flag(x) for x in (return_index, return_inverse, return_counts)]
    results = "u" + "".join(f", {n}" for n, w in zip(("index", "inverse", "counts"), wanted, strict=True) if w)
    lines = [
        "x = ar.flatten()",
        "order = np.argsort(x, kind='mergesort')",
        "n = 0",
        "inverse = np.empty(x.size, np.int64)",
        "index = np.empty(x.size, np.int64)",
        "counts = np.zeros(x.size, np.int64)",
        "for k in range(x.size):",
        "    if k == 0 or x[order[k]] != x[order[k - 1]]:",
        "        index[n] = order[k]",
        "        n += 1",
        "    inverse[order[k]] = n - 1",
        "    counts[n - 1] += 1",
        "index = index[:n].copy()",
        "counts = counts[:n].copy()",
        "u = x[index]",
        f"return {results}",
    ]
    head = "def impl(ar, return_index=False, return_inverse=False, return_counts=False):\n"
    return compiled(head + "".join(f"    {line}\n" for line in lines))


@form(np.median, native="a")
def npb_median(a, axis=None, keepdims=False):
    """``numpy.median``."""


@overloads(npb_median)
def _median(a, axis=None, keepdims=False):
    head = "def impl(a, axis=None, keepdims=False):\n"
    if isinstance(axis, _NONE):
        return compiled(f"{head}    return np.median(a)\n")
    (k,) = axes_of(axis, a.ndim)
    if a.ndim == 1:
        return compiled(f"{head}    return np.median(a)\n")
    kept = [i for i in range(a.ndim) if i != k]
    lines, pad = [f"out = np.empty(({''.join(f'a.shape[{i}], ' for i in kept)}), np.float64)"], ""
    for i in kept:
        lines.append(f"{pad}for i{i} in range(a.shape[{i}]):")
        pad += "    "
    row = ", ".join(":" if i == k else f"i{i}" for i in range(a.ndim))
    lines.append(f"{pad}out[{''.join(f'i{i}, ' for i in kept)}] = np.median(a[{row}])")
    full = "".join("1, " if i == k else f"a.shape[{i}], " for i in range(a.ndim))
    lines.append(f"return out.reshape(({full}))" if flag(keepdims) else "return out")
    return compiled(head + "".join(f"    {line}\n" for line in lines))


@form(np.ptp, native="a")
def npb_ptp(a, axis=None, keepdims=False):
    """``numpy.ptp``."""


@overloads(npb_ptp)
def _ptp(a, axis=None, keepdims=False):
    largest, smallest = STUBS["npb_max"], STUBS["npb_min"]
    return lambda a, axis=None, keepdims=False: largest(a, axis, None, keepdims) - smallest(a, axis, None, keepdims)
