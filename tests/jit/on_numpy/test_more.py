"""More programs and classes, compared with plain NumPy; what takes long to compile runs in ``tox -e long``."""

import pytest

from . import classes_more, programs_forms, programs_python, programs_textbook
from .compare import same, same_method

PROGRAMS = {**programs_forms.CASES, **programs_python.CASES, **programs_textbook.CASES}

QUICK = set(
    """
    fits ufunc_methods order effects swaps rebinding
    early_mixed early_none print_things modes functional dict_state list_params walrus ternaries alias fancy star_calls
    numbers strings kmeans nan_inf callables
    """.split()
)
QUICK_CLASSES = {"Nested", "Inherit", "KwOnly", "Counter", "Chain", "Getters", "Rebinds"}


def rows(cases, quick):
    return [pytest.param(n, marks=() if n in quick else pytest.mark.long) for n in cases]


@pytest.mark.parametrize("name", rows(PROGRAMS, QUICK))
def test_program(name):
    function, args, options = PROGRAMS[name]
    same(function, *args, **{"rtol": 1e-6, **options})


@pytest.mark.parametrize("name", rows(classes_more.CASES, QUICK_CLASSES))
def test_class(name):
    make, method, args = classes_more.CASES[name]
    same_method(make, method, *args)
