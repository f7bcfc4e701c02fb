"""Methods of classes against plain Python: results and the state of every object."""

import numpy as np
import pytest

import npbridge
from npbridge._src.backends.numba.lowering.errors import LoweringError
from npbridge._src.backends.numba.lowering.interface import compile_function

from .classes import CASES, KeepingMLP
from .compare import assert_same, same_method


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.long if n == "MLP" else ()) for n in CASES])
def test_method(name):
    make, method, args = CASES[name]
    same_method(make, method, *args, calls=3)


def test_an_attribute_that_becomes_an_argument_is_the_argument():
    """Compiled code has a copy of it in the attribute's own memory, and writes of the caller would not show there."""
    theirs, mine = KeepingMLP(), KeepingMLP()
    _, _, (x, y) = CASES["MLP"]
    with pytest.raises(LoweringError, match="becomes an array that is there already"):
        compile_function(mine.train)(x, y)
    train = npbridge.jit(mine.train)
    for k in range(2):
        given = npbridge.array(x)
        with pytest.warns(npbridge.errors.FallbackWarning) if k == 0 else np.errstate():
            got = train(given, npbridge.array(y))
        assert_same(theirs.train(x.copy(), y), got, "result")
        assert mine.layers[0].x is given
        assert_same(vars(theirs), vars(mine), "state")
