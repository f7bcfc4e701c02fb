"""Functions whose array argument is in an unusual place."""

from __future__ import annotations

import numpy as np

from ..array import core
from ..backends import host
from .wrappers import adopt, as_ours, present


def einsum(*operands, **kwargs):
    """``einsum`` in both of its forms: the first operand decides, not the subscripts."""
    place = 1 if operands and isinstance(operands[0], str) else 0
    if len(operands) > place:
        operands = (*operands[:place], as_ours(operands[place]), *operands[place + 1 :])
    return adopt(np.einsum(*operands, **kwargs))


def multi_dot(arrays, *, out=None):
    """``multi_dot``: the first of a sequence decides."""
    arrays = list(arrays)
    return adopt(np.linalg.multi_dot([*map(as_ours, arrays[:1]), *arrays[1:]], out=out))


def as_strided(x, *args, **kwargs):
    """``as_strided``: NumPy cannot dispatch it, but a view is a matter of layout."""
    x = as_ours(x)
    if type(x) in core.OURS:
        return host.call(np.lib.stride_tricks.as_strided, (x, *args), kwargs)
    return np.lib.stride_tricks.as_strided(x, *args, **kwargs)


einsum = present(einsum, np.einsum, "npbridge", "einsum")
multi_dot = present(multi_dot, np.linalg.multi_dot, "npbridge.linalg", "multi_dot")
as_strided = present(as_strided, np.lib.stride_tricks.as_strided, "npbridge.lib.stride_tricks", "as_strided")
