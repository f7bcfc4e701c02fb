"""Results of NumPy functions taken over as our arrays, when nobody else holds them."""

from __future__ import annotations

import sys

import numpy as np

from ..array import core
from ..dispatch.backend import active
from ..storage.buffer import canonical

OURS = core.OURS
STORED = core.STORED_KINDS

_ndarray = np.ndarray
_getrefcount = sys.getrefcount
# How many references a result has inside `adopt` when nobody else holds it; they
# differ between versions of Python, so they are counted below.
_alone = 0
_alone_in_tuple = 0


def adopt(result):
    """`result` with its fresh arrays of numbers replaced by ours.

    An array that somebody else holds too (the argument of ``np.asarray``, a view
    of one) stays as it is: taking it over would separate it from its owner.
    """
    kind = type(result)
    if kind is _ndarray:
        return _adopt_array(result) if _getrefcount(result) <= _alone else result
    if isinstance(result, (tuple, list)):
        return _adopt_sequence(result)
    return result


def _adopt_sequence(result):
    if _getrefcount(result) > _alone + 1 or not any(type(x) is _ndarray for x in result):
        return result
    again = len(result) - len(set(map(id, result)))  # diag_indices gives one array twice
    new, taken = [], {}
    for x in result:
        if id(x) in taken:
            x = taken[id(x)]
        elif type(x) is _ndarray and _getrefcount(x) <= _alone_in_tuple + again:
            x = taken.setdefault(id(x), _adopt_array(x))
        new.append(x)
    kind = type(result)
    return kind(*new) if hasattr(kind, "_fields") else kind(new)


def _adopt_array(values):
    dtype = values.dtype
    if dtype.char not in STORED or not dtype.isnative or active().plain:
        return values
    base = values.base
    # two references to the base: the slot in `values` and the local name; one for the call
    if base is not None and (type(base) is not _ndarray or base.base is not None or _getrefcount(base) > 3):
        return values
    if dtype.itemsize >= 8 and canonical(dtype) != dtype and active().name == "jax":
        return core.of_fresh(values.astype(canonical(dtype)))
    return core.of_fresh(values) if base is None else core.of_memory(values)


def _calibrate() -> None:
    global _alone, _alone_in_tuple

    def count(result):
        return _getrefcount(result)

    def count_items(result):
        counts = []
        for x in result:
            if type(x) is _ndarray:
                counts.append(_getrefcount(x))
        return counts[0]

    def fresh(*args):
        return np.empty(*args)

    def fresh_tuple(*args):
        return (np.empty(*args),)

    def as_makers_do(function, *args):
        return count(function(*args))

    def as_makers_do_with_tuples(function, *args):
        return count_items(function(*args))

    _alone = as_makers_do(fresh, 1)
    _alone_in_tuple = as_makers_do_with_tuples(fresh_tuple, 1)


_calibrate()


def given(x):
    """An argument as NumPy's own functions take it."""
    kind = type(x)
    if kind in OURS:
        return x._read()
    if kind is list or kind is tuple:
        return core.host_values(x)
    return x
