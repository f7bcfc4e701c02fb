"""Converted programs do what the originals do: as plain Python, and under ``jax.jit``."""

from __future__ import annotations

import copy

import jax
import numpy as np
import pytest

import npbridge
from npbridge._src.array import core
from npbridge._src.convert.operators import tracing
from npbridge._src.convert.pipeline import convert

from .programs import PROGRAMS


def compiled(function, args):
    """``(result, arrays among the arguments afterwards, jaxpr)`` of the converted function under jit."""
    arrays = [npbridge.array(a) for a in args if isinstance(a, np.ndarray)]

    def run(*arrays):
        given = iter(arrays)
        full = [next(given) if isinstance(a, np.ndarray) else a for a in args]
        with tracing(True):
            result = convert(function)(*full)
        return result, arrays

    jitted = jax.jit(run)
    return *jitted(*arrays), jitted.trace(*arrays).jaxpr


def assert_same(ours, numpys):
    a, b = jax.tree.leaves(ours, is_leaf=lambda x: type(x) in core.OURS), jax.tree.leaves(numpys)
    assert len(a) == len(b)
    for x, y in zip(a, b, strict=True):
        assert np.shape(x) == np.shape(y)
        np.testing.assert_allclose(np.asarray(x), y, rtol=1e-9, atol=1e-12)
        if isinstance(y, (np.ndarray, np.generic)):
            assert np.asarray(x).dtype == y.dtype


@pytest.mark.parametrize("name", PROGRAMS)
def test_plain(name):
    function, args = PROGRAMS[name]
    one, two = copy.deepcopy(args), copy.deepcopy(args)
    assert_same(convert(function)(*one), function(*two))
    assert_same(one, two)


@pytest.mark.parametrize("name", PROGRAMS)
def test_compiled(name):
    function, args = PROGRAMS[name]
    plain = copy.deepcopy(args)
    expected = function(*plain)
    result, after, _ = compiled(function, args)
    assert_same(result, expected)
    assert_same(list(after), [a for a in plain if isinstance(a, np.ndarray)])
