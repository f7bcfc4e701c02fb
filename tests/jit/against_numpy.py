"""A compiled function beside the same function on NumPy: results, errors, and the arguments afterwards."""

from __future__ import annotations

import copy
import itertools
import warnings

import jax
import numpy as np

import npbridge
from npbridge import errors

NUMBERS = (bool, int, float, complex)


class Programs(list):
    """Functions with the tuples of arguments that they are called with, entered by a decorator."""

    def __call__(self, *argument_lists):
        def enter(function):
            self.append((function, argument_lists))
            return function

        return enter


def agrees(function, *several, calls=2) -> None:
    """Assert that the compiled function does what NumPy does, in 64 bits, for each tuple of arguments, at each call.

    A call that raises has the class of NumPy's error and leaves the arguments as they were.
    """
    before = jax.config.jax_enable_x64
    npbridge.enable_x64(True)
    try:
        with npbridge.backend("jax"), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            compiled = npbridge.jit(function, backend="jax")
            for arguments in several:
                _compare(function, compiled, copy.deepcopy(arguments), ours(arguments), calls)
    finally:
        npbridge.enable_x64(before)


def _compare(function, compiled, theirs, given, calls):
    for _ in range(calls):
        kept = plain(list(given))
        try:
            expected = function(*theirs)
        except Exception as error:
            _raises(compiled, given, error, kept)
            return
        same(plain(expected), plain(compiled(*given)), function.__name__)
        same(plain(list(theirs)), plain(list(given)), f"{function.__name__}: arguments")


def _raises(compiled, given, error, kept):
    try:
        compiled(*given)
    except Exception as failure:
        expected = next(c for c in type(error).__mro__ if c.__module__ in ("builtins", "numpy.linalg"))
        assert isinstance(failure, expected), f"{failure!r} for {error!r}"
        assert not isinstance(failure, errors.NpbridgeError), failure
    else:
        raise AssertionError(f"{error!r} is not raised")
    same(kept, plain(list(given)), "the arguments after an error")


def ours(x):
    if isinstance(x, np.ndarray):
        return npbridge.array(x)
    if type(x) in (list, tuple):
        return type(x)(map(ours, x))
    return {k: ours(v) for k, v in x.items()} if type(x) is dict else copy.deepcopy(x)


def plain(x):
    if type(x) in (list, tuple):
        return type(x)(map(plain, x))
    if type(x) is dict:
        return {k: plain(v) for k, v in x.items()}
    if type(x) in NUMBERS or not hasattr(x, "dtype"):
        return x
    return np.array(x.item() if x.shape == () else np.asarray(x), x.dtype)


def same(expected, got, where):
    if isinstance(expected, (list, tuple)):
        assert type(expected) is type(got) and len(expected) == len(got), (where, expected, got)
        for i, (a, b) in enumerate(zip(expected, got, strict=True)):
            same(a, b, f"{where}[{i}]")
    elif isinstance(expected, dict):
        assert isinstance(got, dict) and list(expected) == list(got), (where, expected, got)
        for key in expected:
            same(expected[key], got[key], f"{where}[{key!r}]")
    elif isinstance(expected, (np.ndarray, *NUMBERS)):
        a, b = np.asarray(expected), np.asarray(got)
        sort = a.dtype.kind == b.dtype.kind if type(expected) in NUMBERS else a.dtype == b.dtype
        assert sort and a.shape == b.shape, (where, expected, got)
        np.testing.assert_allclose(b, a, rtol=1e-9 if a.itemsize > 4 else 1e-5, err_msg=where)
    else:
        assert type(expected) is type(got) and expected == got, (where, expected, got)


def shares_alike(function, *several) -> None:
    """Assert that results share memory with arguments and with each other as NumPy's do, where it has results."""
    compiled = npbridge.jit(function)
    for call in several:
        try:
            expected = shared(function, np.array, call)
        except UnboundLocalError:
            continue
        assert shared(compiled, npbridge.array, call) == expected


def shared(function, make, call):
    """Which results lie in the memory of which arguments and of each other."""
    given = [make(x) if isinstance(x, np.ndarray) else x for x in call]
    arrays = [np.asarray(x) for x in [*flat(function(*given)), *given[:2]]]
    return [np.shares_memory(x, y) for x, y in itertools.combinations(arrays, 2)]


def flat(x):
    if isinstance(x, (tuple, list)):
        return [y for part in x for y in flat(part)]
    return [x] if hasattr(x, "dtype") else []
