"""Results of which the length is known only after the run: cut when they leave."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from ..array import core
from ..array.ragged import Ragged
from ..ground.errors import UnsupportedError
from ..storage.buffer import Tracer


class Late(NamedTuple):
    """How such a result is made, of the values of a run, which are named by their places.

    Attributes
    ----------
    data : int
    masks : list of (axis, int)
        Which places count along an axis.
    locked : bool
        Whether it is read-only.
    """

    data: int
    masks: list
    locked: bool


def described(x: Ragged, values) -> Late:
    """The plan for a result; what it needs of a run is added to `values`."""

    def added(value):
        values.append(jnp.asarray(value))
        return len(values) - 1

    lengths = zip(x.data.shape, x.extents, strict=True)
    masks = [(axis, added(e.mask(n))) for axis, (n, e) in enumerate(lengths) if e is not None]
    return Late(added(x.data._value()), masks, not x.data.flags.writeable)


def settled(plan: Late, values):
    """The result of a run; what is asked for again is the same array."""
    if type(values[plan.data]) is core.JaxArray:
        return values[plan.data]
    if isinstance(values[plan.data], Tracer):
        raise UnsupportedError(
            "an array whose length is known only at run time cannot leave a compiled function into another one, nor "
            "into a transformation such as grad or vmap. Return the whole array and a count or a mask."
        )
    data = np.array(values[plan.data])
    for axis, mask in plan.masks:
        data = np.compress(np.asarray(values[mask]), data, axis)
    values[plan.data] = result = core.of_fresh(np.ascontiguousarray(data).reshape(data.shape))
    if plan.locked:
        result.flags.writeable = False
    return result
