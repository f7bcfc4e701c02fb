"""Rules for elements at places that arrays of indices tell."""

from __future__ import annotations

import jax
import numpy as np

from .builder import dtype_of, rule

_SCATTERS = {
    "scatter": "set",
    "scatter-add": "sum",
    "scatter-mul": "prod",
    "scatter-max": "max",
    "scatter-min": "min",
}


@rule("gather")
def _gather(b, eqn, x, indices):
    aval, p = eqn.outvars[0].aval, eqn.params
    if jax.lax.GatherScatterMode.from_any(p["mode"]) == jax.lax.GatherScatterMode.FILL_OR_DROP:
        mode, fill = "fill", p["fill_value"]
        if fill is None:
            fill = _missing(x.dtype)
    else:
        mode, fill = "clip", 0
    return b.once(
        "gather", [x, indices], aval.shape, dtype_of(aval),
        numbers=p["dimension_numbers"], sizes=p["slice_sizes"], mode=mode, fill=fill,
    )  # fmt: skip


def _missing(dtype):
    """What JAX gives for an element outside, where nobody said what."""
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return limits.min if dtype.kind == "i" else limits.max
    return np.nan if dtype.kind in "fc" else True


@rule(*_SCATTERS)
def _scatter(b, eqn, x, indices, updates):
    p = eqn.params
    mode = "drop" if jax.lax.GatherScatterMode.from_any(p["mode"]) != jax.lax.GatherScatterMode.CLIP else "clip"
    op, numbers = _SCATTERS[eqn.primitive.name], p["dimension_numbers"]
    return b.once("scatter", [x, indices, updates], x.shape, x.dtype, op=op, numbers=numbers, mode=mode)
