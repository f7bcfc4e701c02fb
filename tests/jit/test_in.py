"""``in``: of a value known at run time only, in everything that Python looks through."""

import collections

import numpy as np
import pytest

import npbridge

from .against_numpy import Programs, agrees

pytestmark = pytest.mark.usefixtures("in_64_bits")
programs = Programs()
EACH = [(np.array([value, value]),) for value in (-3, 0, 1, 3, 5, 8, 2.0, 0.5)]
RANGES = [range(3), range(5, 0, -2), range(0), range(2, 9, 3), range(10, 2, -3), range(-3, 3, 2)]
TABLE = {1: 2, 3: 4}


@programs(*EACH)
def ranges(k):
    return [k[0] in r for r in RANGES], [k[0] not in r for r in RANGES]


@programs(*EACH)
def containers(k):
    things = [1, 2], (1, 3), {1, 2}, frozenset({3}), collections.deque([3]), TABLE, TABLE.keys(), TABLE.values(), {}, []
    return [k[0] in x for x in things]


@programs(*EACH)
def arrays(k):
    return k[0] in k, 5 in k, k[1] in np.array([1, 3])


@programs(*EACH)
def a_condition(k):
    total = 0
    if k[0] in TABLE:
        total += 1
    while k[1] in (3, 5, 8):
        total, k = total + 1, k - 1
    return total


@pytest.mark.parametrize("function, calls", programs, ids=lambda x: getattr(x, "__name__", ""))
def test_values(function, calls):
    agrees(function, *calls)


def test_text():
    with pytest.raises(TypeError, match="requires string as left operand"):
        npbridge.jit(lambda k: k[0] in "abc")(npbridge.ones(2))
