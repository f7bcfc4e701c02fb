"""Results of which length or dtype is known only after the run: settled when they leave."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from ..array import core
from ..array.ragged import Ragged
from ..array.undecided import Undecided
from ..ground.errors import UnsupportedError
from ..storage.buffer import Tracer


class Late(NamedTuple):
    """How such a result is made, of the values of a run, which are named by their places.

    Attributes
    ----------
    data : int
    masks : list of (axis, int)
        Which places count along an axis.
    code : int or None
        Which of the dtypes it is.
    dtypes : tuple of numpy.dtype
    scalar : bool
    """

    data: int
    masks: list
    code: int | None
    dtypes: tuple
    scalar: bool


def described(x, values) -> Late:
    """The plan for a result; what it needs of a run is added to `values`."""

    def added(value):
        values.append(jnp.asarray(value))
        return len(values) - 1

    code, dtypes = None, ()
    if isinstance(x, Undecided):
        code, dtypes, x = added(x.code), x.dtypes, x.data
    masks = []
    scalar = isinstance(x, core.JaxScalar) or type(x) is core.JaxScalar
    if isinstance(x, Ragged):
        lengths = zip(x.data.shape, x.extents, strict=True)
        masks = [(axis, added(e.mask(n))) for axis, (n, e) in enumerate(lengths) if e is not None]
        x = x.data
    return Late(added(x._value()), masks, code, dtypes, scalar)


def settled(plan: Late, values):
    """The result of a run."""
    if isinstance(values[plan.data], Tracer):
        raise UnsupportedError(
            "an array whose length or dtype is known only at run time cannot leave a compiled function into another "
            "one, nor into a transformation such as grad or vmap. Return the whole array and a count or a mask."
        )
    data = np.array(values[plan.data])
    for axis, mask in plan.masks:
        data = np.compress(np.asarray(values[mask]), data, axis)
    if plan.code is not None:
        dtype = plan.dtypes[int(values[plan.code])]
        data = (data.real if data.dtype.kind == "c" and dtype.kind != "c" else data).astype(dtype)
    return core.of_number(data[()]) if plan.scalar else core.of_fresh(np.ascontiguousarray(data).reshape(data.shape))
