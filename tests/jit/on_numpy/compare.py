"""Compile a program and compare everything it does with plain Python on NumPy."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import numpy as np

import npbridge
from npbridge._src.array.core import OURS

from ...oracle import VARIANTS, set_up
from ...verdict import Judge, call, copied

LoweringError = (npbridge.errors.UnsupportedError, npbridge.errors.ControlFlowError)


# What only Python can hold (dictionaries with keys of the run time, lists that grow under a condition) runs as it is.
IN_PYTHON = frozenset(
    """
    counted numbers_that_small_integers_do_not_hold two_at_once changed_in_place arrays_of_their_own the_argument_itself
    a_window_on_the_argument items_of_a_list item_of_a_list one_of_two a_key_that_is_not_there
    lists dicts primes generator_args list_of_rows dict_memo perm_cycles walrus
    """.split()
)


def compile_function(function, strict=True, **options):
    name = getattr(function, "__name__", "")
    return npbridge.jit(function, backend="numpy", strict=strict and name not in IN_PYTHON, **options)


def plain(value: Any) -> Any:
    """Our arrays as NumPy's, at any depth of containers and objects."""
    if type(value) in OURS:
        return np.array(value._read())
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(map(plain, value))
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value


def assert_same(expected: Any, got: Any, where: str, rtol: float = 1e-9) -> None:
    expected, got = plain(expected), plain(got)
    if isinstance(expected, (list, tuple)):
        assert len(expected) == len(got), where
        assert isinstance(got, type(expected)), f"{where}: {type(got)}"
        for i, (e, g) in enumerate(zip(expected, got, strict=True)):
            assert_same(e, g, f"{where}[{i}]", rtol)
    elif isinstance(expected, dict):
        assert list(expected) == list(got), where
        for key in expected:
            assert_same(expected[key], got[key], f"{where}[{key!r}]", rtol)
    elif isinstance(expected, (np.ndarray, np.generic, int, float, complex)):
        assert np.shape(expected) == np.shape(got), f"{where}: {np.shape(got)} instead of {np.shape(expected)}"
        assert np.asarray(expected).dtype == np.asarray(got).dtype, f"{where}: {np.asarray(got).dtype} for {expected!r}"
        np.testing.assert_allclose(got, expected, rtol=rtol, atol=1e-12, err_msg=where)
    elif hasattr(expected, "__dict__") and not isinstance(expected, type) and not callable(expected):
        assert_same(vars(expected), vars(got), where, rtol)
    else:
        assert got is expected or got == expected or type(got) is type(expected), f"{where}: {got!r} for {expected!r}"


def give(value: Any, ours: bool) -> Any:
    if isinstance(value, np.ndarray):
        return npbridge.asarray(value.copy()) if ours else value.copy()
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(give(v, ours) for v in value)
    if isinstance(value, dict):
        return {k: give(v, ours) for k, v in value.items()}
    return copy.deepcopy(value)


def same(function: Any, *args: Any, calls: int = 1, ours: bool = True, rtol: float = 1e-9, **options: Any) -> Any:
    """Run `function` plain and compiled; results and arguments must agree."""
    compiled = compile_function(function, **options)
    theirs, mine = [give(a, False) for a in args], [give(a, ours) for a in args]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        if compiled.__name__ in IN_PYTHON:
            warnings.simplefilter("ignore", npbridge.errors.FallbackWarning)
        for _ in range(calls):
            expected = function(*theirs)
            got = compiled(*mine)
            assert_same(expected, got, "result", rtol)
            assert_same(theirs, mine, "arguments", rtol)
    return compiled


def same_method(make: Any, name: str, *args: Any, calls: int = 2, rtol: float = 1e-9, **options: Any) -> Any:
    """Run a method of two equal objects, plain and compiled; their state must agree afterwards."""
    theirs, mine = make(), make()
    compiled = compile_function(mine if name == "__call__" else getattr(mine, name), **options)
    for _ in range(calls):
        expected = (theirs if name == "__call__" else getattr(theirs, name))(*[give(a, False) for a in args])
        got = compiled(*[give(a, True) for a in args])
        assert_same(expected, got, "result", rtol)
        assert_same(vars(theirs), vars(mine), "state", rtol)
    return compiled


def verdict_of(program, *sets):
    """The first word that is not "right" on calls of `program`, compiled, with sets of arguments."""
    variant = next(v for v in VARIANTS if v.name == "numpy-64")
    with set_up(variant):
        ours, judge = npbridge.jit(program), Judge(variant, 4, numbers="bifc")
        for before in sets:
            theirs, mine = copied(before), [variant.give(v) for v in copied(before)]
            want, got = call(program, theirs), call(ours, mine)
            if want.error is not None:
                want.arguments = before
            verdict = judge.verdict(want, got, before)
            if verdict.kind != "right":
                break
        return str(verdict)
