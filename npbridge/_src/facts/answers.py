"""What NumPy would answer: kinds, dtypes, shapes and errors of a call whose values are not known yet.

NumPy itself is asked, on arrays that stand in for those to come.  It is asked several
times, with other values each time: what comes out alike depends on dtypes, shapes and
constants alone, and an error that is raised every time is the call's own.
"""

from __future__ import annotations

import collections
import contextlib
import threading
import warnings
from typing import Any, NamedTuple

import numpy as np

from ..array.frozen_values import NotComparable, frozen
from .fact import Fact
from .trees import mapped

LARGEST = 1 << 14  # so many elements have the arrays that NumPy is asked about; larger ones are asked about smaller
_remembered: collections.OrderedDict[Any, Any] = collections.OrderedDict()
_REMEMBERED = 4096
_warnings = threading.RLock()


class Blank(NamedTuple):
    """An array, or a number, whose values are not known yet.

    Attributes
    ----------
    shape : tuple of int
    dtype : numpy.dtype
    kind : type
        ``numpy.ndarray``, ``numpy.generic`` for a scalar of NumPy's, or ``int``, ``float``, ``complex``, ``bool``
        for a number of Python's, which is weak.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    kind: type = np.ndarray


class Leaf(NamedTuple):
    """One array or scalar of a result.

    Attributes
    ----------
    shape : tuple or None
        The lengths of its axes, None for one that depends on values; None where it was not asked.
    dtypes : tuple of numpy.dtype
        Its dtype; several where it depends on values.
    scalar : bool
    """

    shape: tuple[int | None, ...] | None
    dtypes: tuple[np.dtype, ...]
    scalar: bool

    @property
    def dtype(self) -> np.dtype | None:
        """The dtype, where it is one."""
        return self.dtypes[0] if len(self.dtypes) == 1 else None


def answer(fact: Fact, args: tuple, kwargs: dict) -> Any:
    """What NumPy answers to a call with blanks among the arguments.

    Returns
    -------
    tree
        Leaves, and whatever else NumPy returned, in its own tuples, lists and named tuples.

    Raises
    ------
    Exception
        NumPy's own, where it raises for all values.
    Unknown
        Where it cannot be asked.
    """
    key = _key(fact, args, kwargs)
    if key is None:
        return _asked(fact, args, kwargs)
    found = _remembered.get(key)
    if found is None:
        try:
            found = _asked(fact, args, kwargs)
        except Unknown:
            raise
        except Exception as error:
            found = error.with_traceback(None)
        if len(_remembered) >= _REMEMBERED:
            with contextlib.suppress(KeyError):
                _remembered.popitem(last=False)
        _remembered[key] = found
    if isinstance(found, Exception):
        raise _again(found)
    return found


class Unknown(Exception):
    """NumPy cannot be asked."""


UNKNOWN: Any = Unknown()  # in the place of an answer, which may be None


def _again(error: Exception) -> Exception:
    try:
        return type(error)(*error.args)
    except Exception:
        return error


def _asked(fact: Fact, args: tuple, kwargs: dict) -> Any:
    scale = _scale(args, kwargs)
    found, errors = [], []
    for fill in (_regular, _larger) if fact.regular else (_regular, _zeros, _ones, _negatives, _larger):
        given = _filled((args, kwargs), fill, scale)
        try:
            result = _quietly(fact.function, *given)
        except Exception as error:
            errors.append(error)
            continue
        found.append(_described(result, scale))
    if found:
        common = _common(found)
        return _open(common) if fact.by_values else common
    if scale is None and all(type(e) is type(errors[0]) and not _of_values(e) for e in errors):
        raise errors[0]
    raise Unknown


def _quietly(function: Any, args: tuple, kwargs: dict) -> Any:
    """What NumPy warns of is about values that nobody has."""
    # filters of warnings are the process's: two threads that asked at once would leave them changed
    with _warnings, warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(*args, **kwargs)


def _of_values(error: Exception) -> bool:
    """Whether an error of ``numpy.linalg`` depends on values."""
    text = str(error)
    return any(words in text for words in ("Singular", "converge", "positive definite", "infs or NaNs"))


def _open(result: Any) -> Any:
    """The same, where the length of what has one axis depends on values, though it came out alike."""
    if type(result) is Leaf:
        return result._replace(shape=(None,)) if result.shape is not None and len(result.shape) == 1 else result
    if isinstance(result, (tuple, list)) and type(result) is not Constant:
        parts = [_open(x) for x in result]
        return type(result)(*parts) if hasattr(result, "_fields") else type(result)(parts)
    return result


def _described(result: Any, scale: dict | None) -> Any:
    if type(result) is tuple or type(result) is list:
        return type(result)(_described(x, scale) for x in result)
    if isinstance(result, tuple) and hasattr(result, "_fields"):
        return type(result)(*[_described(x, scale) for x in result])
    if isinstance(result, (np.ndarray, np.generic)):
        shape = None if scale is not None and result.ndim else result.shape
        return Leaf(shape, (result.dtype,), not isinstance(result, np.ndarray))
    return result


def _common(results: list) -> Any:
    """What several results have in common; an axis of which the length differs has None there."""
    first = results[0]
    if all(type(r) is Leaf for r in results):
        dtypes = tuple(dict.fromkeys(r.dtype for r in results))
        return Leaf(_common_shape([r.shape for r in results]), dtypes, first.scalar)
    if not all(type(r) is type(first) for r in results):
        raise Unknown
    if isinstance(first, (tuple, list)):
        if len({len(r) for r in results}) != 1:
            raise Unknown
        parts = [_common([r[i] for r in results]) for i in range(len(first))]
        return type(first)(*parts) if hasattr(first, "_fields") else type(first)(parts)
    return first if first is None else Constant(results)


def _common_shape(shapes: list) -> tuple[int | None, ...] | None:
    if None in shapes:
        return None
    if len({len(s) for s in shapes}) != 1:
        raise Unknown
    return tuple(lengths[0] if len(set(lengths)) == 1 else None for lengths in zip(*shapes, strict=True))


class Constant(NamedTuple):
    """A result that is neither array nor scalar of NumPy's, as it came out each time."""

    values: list


def _leaves(tree: Any) -> list:
    if isinstance(tree, (tuple, list)) and type(tree) is not Blank:
        return [x for part in tree for x in _leaves(part)]
    if isinstance(tree, dict):
        return [x for part in tree.values() for x in _leaves(part)]
    return [tree]


# -- arrays that stand in for others


def _scale(args: tuple, kwargs: dict) -> dict | None:
    """How long axes are made shorter: alike where they are alike; None where nothing is large."""
    blanks = [x for x in _leaves((args, kwargs)) if type(x) is Blank]
    if all(int(np.prod(b.shape, dtype=np.int64)) <= LARGEST for b in blanks):
        return None
    lengths = sorted({n for b in blanks for n in b.shape})
    return {n: n if n <= 2 else 2 + i for i, n in enumerate(lengths)}


def _filled(tree: Any, fill: Any, scale: dict | None) -> Any:
    def leaf(x: Any) -> Any:
        if type(x) is not Blank:
            return x.copy() if type(x) is np.ndarray else x
        values = fill(x.shape if scale is None else tuple(scale[n] for n in x.shape), x.dtype)
        return of_kind(values, x.kind)

    return mapped(tree, leaf)


def of_kind(values: np.ndarray, kind: type) -> Any:
    """An array, a scalar of NumPy's, or a number of Python's, as a blank says."""
    if kind is np.ndarray:
        return np.asarray(values)  # arithmetic made a scalar of one of no dimensions
    return values[()] if kind is np.generic else kind(values)


def _regular(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Increasing, with a dominant diagonal, usable as positions along any axis."""
    count = int(np.prod(shape, dtype=np.int64))
    made: np.ndarray = np.arange(count).reshape(shape)
    if dtype.kind in "iub":
        return (made % max(min(shape, default=2), 1) if dtype.kind != "b" else made % 2 == 0).astype(dtype)
    made = made / max(count, 1)
    if len(shape) >= 2 and shape[-1] == shape[-2]:
        made = (made + np.swapaxes(made, -1, -2)) / 2 + np.eye(shape[-1]) * 4
    return (made + 0.1j * made if dtype.kind == "c" else made).astype(dtype)


def _zeros(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    return np.zeros(shape, dtype)


def _ones(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    return np.ones(shape, dtype)


def _larger(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    made = _regular(shape, dtype)
    return made if dtype.kind == "b" else (made + (made.dtype.type(2) if dtype.kind in "fc" else 0)).astype(dtype)


def _negatives(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    return np.full(shape, -1 if dtype.kind in "ifc" else 1, dtype)


# -- what is remembered


def _key(fact: Fact, args: tuple, kwargs: dict) -> Any:
    """What tells one call from another; None where an argument has no value to go by."""
    try:
        return fact.function, frozen((args, kwargs), _blank_key)
    except NotComparable:
        return None


def _blank_key(x: Any) -> Any:
    return x if type(x) is Blank else None
