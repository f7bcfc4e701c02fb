"""Numbers computed of small arrays: by NumPy, where the values lie on the host.

The result is wanted at once, so a kernel would have to be waited for, which costs more
than NumPy takes for so few elements.
"""

from __future__ import annotations

import numpy as np

from ...array import core
from ...dispatch.registry import register, tables
from ...storage.buffer import SMALL
from ...storage.lending import lies_on_host
from .. import host

ARRAYS = core.ARRAYS
# of all elements of one array
REDUCTIONS = (
    np.all, np.amax, np.amin, np.any, np.argmax, np.argmin, np.count_nonzero, np.linalg.norm, np.max, np.mean, np.min,
    np.prod, np.ptp, np.std, np.sum, np.trace, np.var,
)  # fmt: skip
# of two arrays with one axis
PRODUCTS = (np.dot, np.inner, np.vdot)


def is_at_hand(x) -> bool:
    """Whether the values of one of our arrays are few, and lie on the host."""
    buffer, layout = x._buffer, x._layout
    nbytes = buffer.nbytes if layout is None else layout.nbytes
    return nbytes <= SMALL and (buffer.current or lies_on_host(buffer))


def _reducing(function, otherwise):
    def call(args, kwargs):
        if len(args) == 1 and not kwargs and type(args[0]) in ARRAYS and is_at_hand(args[0]):
            return host.narrow(host.call(function, args, kwargs))
        return otherwise(args, kwargs)

    return call


def _multiplying(function, otherwise):
    def call(args, kwargs):
        if len(args) == 2 and not kwargs and are_rows_at_hand(args):
            return host.narrow(host.call(function, args, kwargs))
        return otherwise(args, kwargs)

    return call


def are_rows_at_hand(arrays) -> bool:
    """Whether all have one axis, and are at hand."""
    return all(type(x) in ARRAYS and x.ndim == 1 and is_at_hand(x) for x in arrays)


def register_rows() -> None:
    """Put this before what the table has for these functions."""
    for functions, before in ((REDUCTIONS, _reducing), (PRODUCTS, _multiplying)):
        for function in functions:
            rule = tables["jax"][function]
            call = before(function, rule.call)
            if hasattr(rule.call, "__wrapped__"):  # code of ours, whose signature counts
                vars(call)["__wrapped__"] = rule.call.__wrapped__
            register("jax", function, rule._replace(call=call, how=f"{rule.how}; of small arrays NumPy"))
