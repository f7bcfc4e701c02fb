"""One program, one way: run it on NumPy and that way, and compare all that it did."""

from __future__ import annotations

import contextlib
import warnings
from typing import Any

import jax
import numpy as np

import npbridge
from npbridge._src.array.core import OURS
from npbridge._src.ground.errors import FallbackWarning
from npbridge._src.storage.buffer import canonical

from ..oracle import narrowed
from .table import Program


@contextlib.contextmanager
def quiet():
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", FallbackWarning)
        yield


@contextlib.contextmanager
def set_to(way: str):
    """The backend and the precision that a way asks for."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", not way.endswith("32"))
    try:
        with npbridge.backend(way.split("-")[1]), quiet():
            yield
    finally:
        jax.config.update("jax_enable_x64", before)


def ours(value: Any) -> Any:
    """Arrays as ours, at any depth of containers."""
    if isinstance(value, np.ndarray):
        return npbridge.array(value)
    if type(value) in (list, tuple):
        return type(value)(map(ours, value))
    if type(value) is dict:
        return {k: ours(v) for k, v in value.items()}
    return value


def run(program: Program, way: str) -> None:
    """Assert that the program, run this way twice, does what NumPy does."""
    narrow = way.endswith("32")
    given = narrowed if narrow else lambda value: value
    with quiet():
        function, args, made = program.prepare(given)
        expected = function(*args)
    with set_to(way):
        if way.startswith("eager"):
            got = once(program, given, ours, lambda function: function)
            assert_same((expected, args, made), got, way, program, narrow)
            return
        compiled: dict = {}
        make = ours if way != "jit-auto" else lambda value: value  # which leaves ndarrays what they are
        for _ in range(2 if program.method is None else 1):
            got = once(program, given, make, lambda function: compiled.setdefault(0, npbridge.jit(function)))
            assert_same((expected, args, made), got, way, program, narrow)


def once(program: Program, given, make, way) -> tuple:
    function, args, made = program.prepare(lambda value: make(given(value)))
    if made is not None:
        for name, value in vars(made).items():
            setattr(made, name, make(given(value)))
    return way(function)(*args), args, made


def assert_same(expected: tuple, got: tuple, way: str, program: Program, narrow: bool) -> None:
    rtol = max(program.rtol, 2e-3) if narrow else program.rtol
    for e, g, where in zip(expected, got, ("result", "arguments", "object"), strict=True):
        same(e, g, f"{way}: {where}", rtol, narrow)


def same(expected: Any, got: Any, where: str, rtol: float, narrow: bool) -> None:
    if isinstance(expected, (list, tuple)):
        assert type(got) is type(expected), f"{where}: {type(got)} for {type(expected)}"
        assert len(got) == len(expected), f"{where}: {len(got)} items for {len(expected)}"
        for i, (e, g) in enumerate(zip(expected, got, strict=True)):
            same(e, g, f"{where}[{i}]", rtol, narrow)
    elif isinstance(expected, dict):
        assert list(got) == list(expected), where
        for key in expected:
            same(expected[key], got[key], f"{where}[{key!r}]", rtol, narrow)
    elif isinstance(expected, (np.ndarray, np.generic, bool, int, float, complex)):
        same_numbers(expected, got, where, rtol, narrow)
    elif hasattr(expected, "__dict__"):
        same(vars(expected), vars(got), where, rtol, narrow)
    else:
        assert got == expected, f"{where}: {got!r} for {expected!r}"


def same_numbers(expected: Any, got: Any, where: str, rtol: float, narrow: bool) -> None:
    if isinstance(expected, np.ndarray) and expected.ndim:
        assert type(got) in OURS or type(got) is np.ndarray, f"{where}: {type(got)}"
    e, g = np.asarray(expected), np.asarray(got)
    dtype = canonical(e.dtype) if narrow else e.dtype
    assert g.shape == e.shape, f"{where}: shape {g.shape} for {e.shape}"
    if not (narrow and isinstance(expected, (int, float)) and g.dtype.kind == e.dtype.kind):
        assert canonical(g.dtype) == dtype if narrow else g.dtype == dtype, f"{where}: dtype {g.dtype} for {dtype}"
    if e.dtype.kind not in "fc":
        np.testing.assert_array_equal(g, e, err_msg=where)
        return
    finite = np.abs(e[np.isfinite(e)])
    atol = rtol * float(finite.max()) if finite.size else 0.0
    np.testing.assert_allclose(g, e.astype(dtype), rtol=rtol, atol=atol, err_msg=where)
