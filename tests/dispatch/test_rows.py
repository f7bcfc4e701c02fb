"""Every row of the table against NumPy, in every call of the case table."""

from __future__ import annotations

import pytest

from npbridge._src.accuracy import of_function
from npbridge._src.dispatch import fallback
from npbridge._src.dispatch.backend import load
from npbridge._src.dispatch.registry import STATUSES, tables

from ..oracle import same_as_numpy
from .cases import CASES, DETERMINED, OF_SCALARS
from .surface import creation, functions, name_of, numeric_functions, numeric_ufuncs

KEYS = {name_of(f): f for f in CASES}
PARAMS = [(name, i) for name, f in KEYS.items() for i in range(len(CASES[f]))]


@pytest.mark.parametrize(("name", "number"), PARAMS, ids=[f"{n}-{i}" for n, i in PARAMS])
def test_row(variant, name, number):
    function = KEYS[name]
    args, kwargs = CASES[function][number]
    rule = tables[variant.backend].get(function) if variant.backend else None
    before = fallback.counts.total()
    determined = DETERMINED.get(function, lambda result: result)
    ulps = of_function(function)
    of_scalars = function in OF_SCALARS
    program = lambda args, kwargs: determined(function(*args, **kwargs))  # noqa: E731
    same_as_numpy(variant, program, list(args), kwargs, ulps=ulps, of_scalars=of_scalars)
    if rule is not None and rule.status == "native":
        assert fallback.counts.total() == before, "announced a fallback, but the row says native"


def test_every_numeric_function_has_a_case():
    missing = sorted(name_of(f) for f in numeric_functions() if f not in CASES)
    assert not missing


def test_no_case_is_stale():
    assert set(CASES) <= set(functions())


@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_every_name_has_a_row(backend):
    load(backend)
    table = tables[backend]
    missing = sorted(name_of(f) for f in (*functions(), *numeric_ufuncs(), *creation()) if f not in table)
    assert not missing


@pytest.mark.parametrize("backend", ["jax", "numpy"])
def test_rows_are_well_formed(backend):
    load(backend)
    for function, rule in tables[backend].items():
        assert rule.status in STATUSES, function
        assert rule.how or rule.status == "refused", function
        assert bool(rule.reason) == (rule.status != "native"), function


def test_share_of_native_functions():
    load("jax")
    rules = [tables["jax"][f] for f in numeric_functions()]
    native = sum(rule.status == "native" for rule in rules)
    assert native / len(rules) >= 0.95
