"""``np.nonzero`` and its kin: while JAX traces, positions of a number known only at run time."""

from __future__ import annotations

import numpy as np

from ...array import core, positions
from ...array.ragged import Ragged
from ...dispatch.registry import Rule, register, tables
from .moves import traced


def flat_positions(a):
    """``np.flatnonzero(a)``."""
    return positions.Positions((a != 0)._value())


def axis_positions(a):
    """``np.nonzero(a)``: for each axis, where along it."""
    if a.ndim == 1:
        return (flat_positions(a),)
    if not a.ndim:
        raise ValueError("Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero() instead.")
    found = flat_positions(a)
    along = np.unravel_index(np.arange(a.size), a.shape)
    kind = found.dtype
    return tuple(Ragged(core.of_fresh(places.astype(kind)), found.extents) for places in along)


def one_argument(args, kwargs) -> bool:
    return len(args) == 1 and not kwargs and type(args[0]) in core.OURS and traced(args)


def _lower(function, found) -> None:
    rule = tables["jax"][function]

    def call(args, kwargs):
        return found(args[0]) if one_argument(args, kwargs) else rule.call(args, kwargs)

    register("jax", function, Rule(call, rule.status, rule.how, rule.reason))


_lower(np.flatnonzero, flat_positions)
_lower(np.nonzero, axis_positions)
_lower(np.where, axis_positions)
