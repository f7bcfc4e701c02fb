"""A corpus of functions, compared with plain NumPy, written arguments included."""

import pytest

from .compare import same
from .programs import CASES


@pytest.mark.parametrize("name", CASES)
def test_program(name):
    function, args, options = CASES[name]
    same(function, *args, **options)
