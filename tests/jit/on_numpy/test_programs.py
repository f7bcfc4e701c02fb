"""A corpus of functions, compared with plain NumPy, written arguments included."""

import pytest

from . import programs, programs_more
from .compare import same

CASES = {**programs.CASES, **programs_more.CASES}


# What these have in common with others is tested there; they take seconds to compile.
SLOW = {"batch_norm", "axes3", "gauss", "triu", "argsorts", "conv2d", "hist", "list_of_rows", "pairwise", "n_body"}


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.long if n in SLOW else ()) for n in CASES])
def test_program(name):
    function, args, options = CASES[name]
    same(function, *args, **options)
