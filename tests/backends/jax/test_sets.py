"""``np.unique`` and its kin in compiled code: as many values as there are."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import npbridge

PROGRAMS = {
    "values": lambda x: np.unique(x),
    "first places": lambda x: np.unique(x, return_index=True),
    "inverse": lambda x: np.unique(x, return_inverse=True),
    "counts": lambda x: np.unique(x, return_counts=True),
    "all of them": lambda x: np.unique(x, True, True, True),
    "each NaN": lambda x: np.unique(x, equal_nan=False),
    "computed with": lambda x: np.unique(x).sum() + len(np.unique(x)),
    "most frequent": lambda x: np.unique(x, return_counts=True)[1].max(),
    "histogram of ranks": lambda x: np.bincount(np.unique(x, return_inverse=True)[1].ravel(), minlength=9),
    "union": lambda x: np.union1d(x, x[:1]),
    "as the standard has it": lambda x: (*np.unique_counts(x), *np.unique_inverse(x), *np.unique_all(x)),
}
DATA = {
    "floats": np.array([3, 1, 2, 3, 1.0]),
    "NaN and zeros": np.array([np.nan, 1, np.nan, -0.0, 0.0]),
    "matrix": np.array([[3, 1], [1, 2]], np.int8),
    "truths": np.array([True, False, True]),
    "complex": np.array([1 + 1j, complex("nan"), 1 + 1j]),
    "one": np.array([2.5]),
}


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", PROGRAMS)
def test_as_numpy(name, data):
    x, program = DATA[data], PROGRAMS[name]
    expected = program(x)
    with npbridge.backend("jax"), warnings.catch_warnings():
        warnings.simplefilter("error")  # nothing runs on the host
        got = npbridge.jit(program)(npbridge.asarray(x))
    expected, got = ((r if isinstance(r, tuple) else (r,)) for r in (expected, got))
    assert len(expected) == len(got)
    for a, b in zip(expected, got, strict=True):
        assert np.shape(a) == np.shape(b)
        np.testing.assert_allclose(np.asarray(b), a, rtol=1e-6)
