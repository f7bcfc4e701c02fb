"""What NumPy would answer: kinds, dtypes, shapes and errors of a call whose values are not known yet.

NumPy itself is asked, on arrays that stand in for those to come.  It is asked several
times, with other values each time: what comes out alike depends on dtypes, shapes and
constants alone, and an error that is raised every time is the call's own.
"""

from __future__ import annotations

import collections
import contextlib
import warnings
from typing import Any, NamedTuple

import numpy as np

from .fact import Fact

LARGEST = 1 << 14  # so many elements have the arrays that NumPy is asked about; larger ones are asked about smaller
_remembered: collections.OrderedDict[Any, Answer | Exception] = collections.OrderedDict()
_REMEMBERED = 4096


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

    @property
    def settled(self) -> bool:
        """Whether neither shape nor dtype depends on values."""
        return len(self.dtypes) == 1 and self.shape is not None and None not in self.shape


class Answer(NamedTuple):
    """What a call gives.

    Attributes
    ----------
    result : tree
        Leaves, and whatever else NumPy returned, in its own tuples, lists and named tuples.
    shared : bool
        Whether a result may be a window on an argument.
    """

    result: Any
    shared: bool


def answer(fact: Fact, args: tuple, kwargs: dict) -> Answer:
    """What NumPy answers to a call with blanks among the arguments.

    Raises
    ------
    Exception
        NumPy's own, where it raises for all values.
    Unknown
        Where it cannot be asked.
    """
    key = _key((fact.function, args, kwargs))
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


def _again(error: Exception) -> Exception:
    try:
        return type(error)(*error.args)
    except Exception:
        return error


def _asked(fact: Fact, args: tuple, kwargs: dict) -> Answer:
    scale = _scale(args, kwargs)
    found, errors = [], []
    for fill in (_regular, _larger) if fact.regular else (_regular, _zeros, _ones, _negatives, _larger):
        given = _filled((args, kwargs), fill, scale)
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                result = fact.function(*given[0], **given[1])
        except Exception as error:
            errors.append(error)
            continue
        found.append(Answer(_described(result, scale), _shares(result, given)))
    if found:
        common = _common([f.result for f in found])
        return Answer(_open(common) if fact.by_values else common, any(f.shared for f in found))
    if scale is None and all(type(e) is type(errors[0]) and not _of_values(e) for e in errors):
        raise errors[0]
    raise Unknown


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


def _shares(result: Any, given: Any) -> bool:
    arrays = [x for x in _leaves(given) if isinstance(x, np.ndarray)]
    return any(isinstance(r, np.ndarray) and any(np.may_share_memory(r, x) for x in arrays) for r in _leaves(result))


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
    if type(tree) is Blank:
        shape = tree.shape if scale is None else tuple(scale[n] for n in tree.shape)
        values = fill(shape, tree.dtype)
        if tree.kind is np.ndarray:
            return values
        return values[()] if tree.kind is np.generic else tree.kind(values)
    if type(tree) is tuple or type(tree) is list:
        return type(tree)(_filled(x, fill, scale) for x in tree)
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*[_filled(x, fill, scale) for x in tree])
    if type(tree) is dict:
        return {k: _filled(x, fill, scale) for k, x in tree.items()}
    if type(tree) is slice:
        return slice(*[_filled(x, fill, scale) for x in (tree.start, tree.stop, tree.step)])
    return tree.copy() if type(tree) is np.ndarray else tree


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


def _key(tree: Any) -> Any:
    """A hashable stand-in for the arguments of a call; None where there is none."""
    try:
        key = _frozen(tree)
        hash(key)
    except (TypeError, Unknown):
        return None
    return key


def _frozen(tree: Any) -> Any:
    kind = type(tree)
    if kind is Blank:
        return tree
    if isinstance(tree, np.ndarray):
        if tree.dtype.hasobject or tree.nbytes > 1 << 12:
            raise Unknown
        return kind, tree.shape, tree.dtype, tree.strides, tree.tobytes()
    if isinstance(tree, (tuple, list)):
        return kind, tuple(map(_frozen, tree))
    if isinstance(tree, dict):
        return kind, tuple((k, _frozen(v)) for k, v in tree.items())
    if kind is slice:
        return kind, _frozen((tree.start, tree.stop, tree.step))
    if isinstance(tree, float):
        return kind, repr(tree)  # 0.0 is not -0.0, and NaN is NaN
    return kind, tree
