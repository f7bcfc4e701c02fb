"""An attribute that is bound anew, while another one shares the memory of what it held."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import npbridge


class Pair:
    def __init__(self, make):
        self.x = make(np.zeros(3))
        self.y = self.x[1:]

    def step(self, k):
        self.y += k
        self.x = self.x * 2
        self.y[0] = 7
        return self.x.sum()


@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_the_other_sees_the_old_memory(backend):
    plain = Pair(np.array)
    expected = plain.step(1.0)
    with npbridge.backend(backend), warnings.catch_warnings():
        warnings.simplefilter("ignore", npbridge.errors.FallbackWarning)
        pair = Pair(npbridge.array)
        assert float(npbridge.jit(pair.step)(1.0)) == expected
    assert pair.x.tolist() == plain.x.tolist()
    assert pair.y.tolist() == plain.y.tolist()
