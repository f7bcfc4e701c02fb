"""``where=`` in compiled code: numbers and lists are masks, of arrays only booleans, as in NumPy."""

import numpy as np
import pytest

from .against_numpy import agrees

MASKS = [2.0, 0, None, 1j, "a", [1, 0, 2.0, 0], (True, False, 1, 0), np.float64(2), np.int64(0), True]
ARRAYS = [np.array([True, False, True, False]), np.array([1, 0, 1, 0]), np.array([1.0, 0, 1, 0]), np.array(2.0)]
CALLS = [
    lambda a, where: np.add.reduce(a, where=where),
    lambda a, where: np.sum(a, where=where),
    lambda a, where: np.max(a, initial=0, where=where),
    lambda a, where: np.any(a, where=where),
    lambda a, where: np.prod(a, where=where),
    lambda a, where: np.add(a, a, where=where, out=a),
    lambda a, where: np.negative(a, out=a, where=where),
]


@pytest.mark.parametrize("call", CALLS)
def test_as_in_numpy(call):
    for where in MASKS:
        agrees(lambda a, where=where: call(a, where), (np.arange(4.0),))
    for where in ARRAYS:
        agrees(call, (np.arange(4.0), where))


def test_what_the_run_decides():
    agrees(lambda a: np.add(a, a, where=a[1] > 0, out=a), (np.arange(4.0),))
    agrees(lambda a: np.add(a, a, where=a[1], out=a), (np.arange(4.0),), (np.zeros(4),))
    agrees(lambda a: np.add(a, a, where=[a[1], a[0], 0, 1], out=a), (np.arange(4.0),))
