"""Methods of classes against plain Python: results and the state of every object."""

import pytest

from .classes import CASES
from .compare import same_method


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.long if n == "MLP" else ()) for n in CASES])
def test_method(name):
    make, method, args = CASES[name]
    same_method(make, method, *args, calls=3)
