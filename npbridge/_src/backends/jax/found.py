"""``np.nonzero`` and its kin: while JAX traces, positions of a number known only at run time."""

from __future__ import annotations

import numpy as np

from ...array import core, positions
from ...array.ragged import Ragged
from ...dispatch.registry import register, tables


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


def table_of_positions(a):
    """``np.argwhere(a)``: a row for each."""
    if not a.ndim:
        raise TypeError("an array of no axes has no positions")
    found = flat_positions(a)
    along = np.unravel_index(np.arange(a.size), a.shape)
    return Ragged(core.of_fresh(np.stack(along, -1).astype(found.dtype)), (*found.extents, None))


def _one_argument(found):
    """The form of a call with nothing but one array."""

    def form(args, kwargs):
        if len(args) != 1 or kwargs or type(args[0]) not in core.OURS:
            raise TypeError("positions are found in one array")
        return found(args[0])

    return form


def _lower(function, found) -> None:
    rule = tables["jax"][function]
    register("jax", function, rule._replace(traced=(_one_argument(found), *rule.traced)))


_lower(np.flatnonzero, flat_positions)
_lower(np.nonzero, axis_positions)
_lower(np.where, axis_positions)
_lower(np.argwhere, table_of_positions)
