"""Methods of classes against plain Python: results and the state of every object."""

import pytest

import npbridge

from .classes import CASES, KeepingMLP
from .compare import assert_same, same_method


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.long if n == "MLP" else ()) for n in CASES])
def test_method(name):
    make, method, args = CASES[name]
    same_method(make, method, *args, calls=3)


def test_an_attribute_that_becomes_an_argument_is_the_argument():
    theirs, mine = KeepingMLP(), KeepingMLP()
    _, _, (x, y) = CASES["MLP"]
    train = npbridge.jit(mine.train)
    for _ in range(2):
        given = npbridge.array(x)
        got = train(given, npbridge.array(y))
        assert_same(theirs.train(x.copy(), y), got, "result")
        assert mine.layers[0].x is given
        assert_same(vars(theirs), vars(mine), "state")
