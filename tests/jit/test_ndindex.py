"""``np.ndindex`` and ``np.ndenumerate``: one loop, whatever the shape."""

import numpy as np
import pytest

import npbridge

from .against_numpy import Programs, agrees

pytestmark = pytest.mark.usefixtures("in_64_bits")
programs = Programs()
GRID = (np.arange(20.0).reshape(4, 5),)


@programs(GRID, (np.ones((3, 0)),))
def enumerated(x):
    total = 0.0
    for (i, j), v in np.ndenumerate(x):
        total += i * 10 * v + j
    return total


@programs(GRID)
def written(x):
    y = np.zeros_like(x)
    for i, j in np.ndindex(x.shape):
        y[i, j] = x[i, j] * i + j
    for place, v in np.ndenumerate(x[::-1, 1:]):
        x[place] = v + place[1]
    return y


@programs(GRID)
def nested(x):
    total = 0.0
    for place in np.ndindex(*x.shape):
        for k in np.ndindex(2):
            total += x[place] * k[0]
    return total, list(np.ndindex(2, 2)), list(np.ndindex(())), [v for _, v in np.ndenumerate(x[:2, :2])]


@programs(GRID)
def searched(x):
    for place, v in np.ndenumerate(x):
        if v > 10:
            return place[0], place[1], v
    return None


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_values(function, calls):
    agrees(function, *calls)


def test_it_is_one_loop():
    compiled = npbridge.jit(enumerated)
    compiled(npbridge.ones((30, 40)))
    assert "a loop of 1200 iterations" in compiled.explain()
    assert "unrolled" not in compiled.explain()
