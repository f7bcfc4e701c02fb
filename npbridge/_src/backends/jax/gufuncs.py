"""Generalised ufuncs with ``axis``, ``axes`` and ``keepdims``.

NumPy moves the core axes to the end, calls, and moves the result's axes back;
done here with views, so that one kernel for trailing axes is enough.
"""

from __future__ import annotations

import re

import numpy as np

from ...array import core
from . import ufuncs


def with_axes(ufunc, inputs, axes, kwargs):
    kwargs = {k: v for k, v in kwargs.items() if k not in ("axis", "axes", "keepdims")}
    operands = [x if type(x) in core.OURS else core.from_object(x, copy=False) for x in inputs]
    in_dims = [_names(p) for p in _parts(ufunc.signature.split("->")[0])]
    out_dims = [_names(p) for p in _parts(ufunc.signature.split("->")[1])]
    ufunc(*[np.zeros(x.shape, np.int8) for x in operands], **axes)  # NumPy's own errors
    keepdims = axes.get("keepdims", False)
    if "axis" in axes:
        wanted = [(axes["axis"],)] * len(in_dims)
    elif "axes" in axes:
        wanted = [a if isinstance(a, tuple) else (a,) for a in axes["axes"]]
    else:
        wanted = [tuple(range(-len(d), 0)) for d in in_dims]
    moved = [
        np.moveaxis(x, w, tuple(range(-len(w), 0))) if w and len(w) <= x.ndim else x
        for x, w in zip(operands, wanted[: len(in_dims)], strict=True)
    ]
    out = kwargs.pop("out", None)
    result = ufuncs.general(ufunc, tuple(moved), kwargs)
    if keepdims:
        place = axes.get("axis", -1)
        result = np.expand_dims(result, place)
    elif len(wanted) > len(in_dims) and wanted[len(in_dims)]:
        w = wanted[len(in_dims)]
        result = np.moveaxis(result, tuple(range(-len(w), 0)), w)
    _ = out_dims
    if out is not None:
        np.copyto(out[0], result, casting=kwargs.get("casting", "same_kind"))
        return out[0]
    return result


def _parts(side):
    return re.findall(r"\(([^)]*)\)", side)


def _names(part):
    return [n for n in part.split(",") if n]
