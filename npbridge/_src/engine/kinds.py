"""The kind of a call: calls of one kind take about as long, and one engine is the fastest for them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ground.users import is_users_class

# and ours, once there are any: see engine/auto.py
ARRAYS = {np.ndarray}
NUMBERS = {float, complex, bool, str, bytes, type(None)}
MANY = 32  # attributes of an object, or items of a container, are looked at


def kind_of_call(args: tuple, kwargs: dict) -> tuple:
    """Types, dtypes, numbers of axes, and sizes to a factor of two.

    Examples
    --------
    >>> import numpy as np
    >>> from npbridge._src.engine.kinds import kind_of_call
    >>> kind_of_call((np.ones(100),), {}) == kind_of_call((np.zeros(120),), {})
    True
    >>> kind_of_call((10,), {}) == kind_of_call((100,), {})
    False
    """
    if kwargs:
        return *map(kind_of, args), *[(name, kind_of(x)) for name, x in kwargs.items()]
    return tuple(map(kind_of, args))


def kind_of(x: Any) -> Any:
    kind = type(x)
    if kind in ARRAYS:
        return kind, x.dtype, x.ndim, x.size.bit_length()
    if kind is int:
        return kind, x.bit_length()  # as a rule so many turns of a loop
    if kind in NUMBERS:
        return kind
    if kind in (list, tuple):
        return kind, len(x) if len(x) < MANY else len(x).bit_length(), *map(kind_of, x[:MANY])
    if kind is dict:
        return kind, len(x) if len(x) < MANY else len(x).bit_length()
    if is_users_class(kind):
        own = getattr(x, "__dict__", None)
        if type(own) is dict:
            return kind, *[v.size.bit_length() for v in list(own.values())[:MANY] if type(v) in ARRAYS]
    return kind
