"""What a mask chose: where its extremes are, and in which order its items come."""

import numpy as np
import pytest

from .against_numpy import Programs, agrees

pytestmark = pytest.mark.usefixtures("in_64_bits")
programs = Programs()
EACH = [
    (np.array(x),)
    for x in ([3.0, 1.0, 4.0, 1.5, 9.0], [3, 1, 9, 9, 2], [np.nan, 2.0, -np.inf, 3.0], [2.0, np.nan, np.inf], [0.0] * 3)
]


@programs(*EACH)
def greatest(x):
    return np.argmax(x[x > 1])


@programs(*EACH)
def least(x):
    return x[x > 1].argmin(), x[x > 1][np.argmax(x[x > 1])]


@programs(*EACH)
def order(x):
    return np.argsort(x[x > 1]), np.searchsorted(np.sort(x[x > 1]), 3)


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_values(function, calls):
    for call in calls:
        agrees(function, call)
