"""Facts are complete, and calls are bound by NumPy's own signatures."""

from __future__ import annotations

import copy
import inspect
import warnings

import numpy as np
import pytest

from npbridge._src.backends.surface import surface
from npbridge._src.dispatch.backend import load
from npbridge._src.dispatch.registry import tables
from npbridge._src.facts import answers, fact_of, facts
from npbridge._src.facts.answers import Blank
from npbridge._src.facts.fact import KINDS, signature_of

from ..dispatch.cases import CASES
from ..dispatch.surface import name_of

OTHER_DATA = ("numpy.strings", "numpy.char", "numpy.lib.recfunctions")
DATES = {np.is_busday, np.busday_offset, np.busday_count, np.datetime_as_string}


def test_each_numeric_function_has_one_fact():
    missing = [f for f in surface() if f.__module__ not in OTHER_DATA and f not in DATES and not known(f)]
    assert not missing


def known(function):
    # with like= NumPy hands over an object of its own, which wraps the public one
    return function in facts() or getattr(function, "__wrapped__", None) in facts()


def test_facts_are_of_numpys_own_functions():
    for function, fact in facts().items():
        assert fact.function is function
        assert fact.kind in KINDS
        names = signature_of(function).parameters if signature_of(function) else {}
        assert set(fact.writes) | set(fact.calls) | set(fact.shares) | set(fact.shares_if[:1]) <= set(names), fact
        assert fact.writes_if is None or set(fact.writes_if[:2]) <= set(names), fact


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "written"),
    [
        (np.min, ("a", 0, "c"), {}, ["c"]),
        (np.any, ("a",), {"out": "c"}, ["c"]),
        (np.hypot, ("a", "b", "c"), {}, ["c"]),
        (np.divmod, ("a", "b"), {"out": ("c", "d")}, ["c", "d"]),
        (np.take, ("a", "i", 0, "c"), {}, ["c"]),
        (np.clip, ("a", 1, 2, "c"), {}, ["c"]),
        (np.copyto, (), {"dst": "a", "src": "b"}, ["a"]),
        (np.put_along_axis, ("a", "i", "v", 0), {}, ["a"]),
        (np.median, ("a",), {"overwrite_input": True}, ["a"]),
        (np.median, ("a", None, "c", True), {}, ["c", "a"]),
        (np.nan_to_num, ("a", False), {}, ["a"]),
        (np.nan_to_num, ("a",), {}, []),
        (np.sum, ("a", None), {}, []),
    ],
)
def test_what_a_call_writes(function, args, kwargs, written):
    assert fact_of(function).written(args, kwargs) == written


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "shown"),
    [
        (np.reshape, ("a", (2, 3)), {}, ["a", (2, 3)]),
        (np.cumsum, ("a",), {"out": "c"}, ["c"]),
        (np.diff, ("a",), {}, []),
        (np.diff, ("a", 0), {}, ["a"]),
        (np.array, ("a",), {}, []),
        (np.array, ("a",), {"copy": None}, ["a"]),
        (np.asarray, ("a", float), {}, ["a"]),
        (np.histogram, ("a", "b"), {}, ["b"]),
        (np.ix_, ("a", "b"), {}, ["a", "b"]),
        (np.ndarray.conj, ("a",), {}, ["a"]),
        (np.ndarray.astype, ("a", float), {"copy": False}, ["a"]),
        (np.ndarray.sum, ("a",), {}, []),
    ],
)
def test_which_memory_a_result_may_share(function, args, kwargs, shown):
    assert fact_of(function).shown(args, kwargs) == shown


def test_an_option_that_is_not_known_may_have_any_value():
    assert fact_of(np.diff).shown(("a", "n"), {}, lambda value: value != "n") == ["a"]


def arrays_in(x):
    if isinstance(x, np.ndarray):
        return [x]
    parts = x.values() if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else ()
    return [a for part in parts for a in arrays_in(part)]


@pytest.mark.parametrize("function", CASES, ids=name_of)
def test_results_share_no_other_memory(function):
    """Each call of the case table, by NumPy itself."""
    for args, kwargs in copy.deepcopy(CASES[function]):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                results = arrays_in(function(*args, **kwargs))
            except Exception:
                continue
        shown = arrays_in(fact_of(function).shown(args, kwargs))
        given = arrays_in((args, kwargs))
        for x in (x for x in given if not any(x is s for s in shown)):
            assert not any(np.may_share_memory(x, r) for r in results)


def test_arguments_that_are_too_many_are_numpys_error():
    with pytest.raises(TypeError, match="sort"):
        fact_of(np.sort).bound((1, 2, 3, 4, 5, 6), {})


def test_each_rule_has_a_fact_of_its_function():
    load("jax")
    for function in tables["jax"]:
        assert fact_of(function).function is function or function.__module__ == "numpy"


A, K, U = (Blank((2, 3), np.dtype(d)) for d in ("f8", "i8", "u1"))


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "result"),
    [
        (np.concatenate, ((Blank((1,), np.dtype("f4")), Blank((1,), np.dtype("i4"))),), {}, ((2,), "f8", False)),
        (np.sum, (U,), {"axis": 0}, ((3,), "u8", False)),
        (np.std, (K,), {"dtype": "f4"}, ((), "f4", True)),
        (np.argpartition, (A, 1), {}, ((2, 3), "i8", False)),
        (np.multiply, (U, Blank((), np.dtype("i8"), int)), {}, ((2, 3), "u1", False)),
        (np.nonzero, (Blank((4,), np.dtype("f8")),), {}, ((None,), "i8", False)),
        (np.setdiff1d, (Blank((4,), np.dtype("f8")), Blank((4,), np.dtype("f8"))), {}, ((None,), "f8", False)),
    ],
)
def test_numpy_answers(function, args, kwargs, result):
    found = answers.answer(fact_of(function), args, kwargs)
    leaf = found[0] if isinstance(found, tuple) and type(found) is tuple else found
    assert (leaf.shape, leaf.dtype, leaf.scalar) == (result[0], np.dtype(result[1]), result[2])


def test_a_dtype_that_depends_on_values():
    leaf = answers.answer(fact_of(np.emath.sqrt), (A,), {})
    assert set(leaf.dtypes) == {np.dtype("f8"), np.dtype("c16")} and leaf.dtype is None


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ((np.concatenate, ((A, K),), {"axis": 2}), np.exceptions.AxisError),
        ((np.concatenate, ((K, K),), {"dtype": "i1", "casting": "safe"}), TypeError),
        ((np.reshape, (A, (4, 4)), {}), ValueError),
        ((np.subtract, (Blank((2,), np.dtype("?")),) * 2, {}), TypeError),
        ((np.linalg.inv, (A,), {}), np.linalg.LinAlgError),
    ],
)
def test_errors_that_do_not_depend_on_values(call, error):
    function, args, kwargs = call
    for _ in range(2):  # the second time it is remembered
        with pytest.raises(error):
            answers.answer(fact_of(function), args, kwargs)


def test_errors_of_values_are_not_foretold():
    square = Blank((3, 3), np.dtype("f8"))
    assert answers.answer(fact_of(np.linalg.cholesky), (square,), {}).shape == (3, 3)
    assert answers.answer(fact_of(np.take), (A, Blank((5,), np.dtype("i8"))), {}).shape == (5,)


def forms():
    """``(NumPy's function, code of ours with arguments of its own)`` of all rules."""
    for backend in ("jax", "numpy"):
        load(backend)
        for function, rule in tables[backend].items():
            for call in (rule.call, *rule.traced):
                code = inspect.unwrap(call)
                if code is not call and signature_of(function) is not None:
                    yield backend, function, code


def by_name(form):
    backend, function, code = form
    return f"{backend}-{function.__name__}-{code.__name__}"


FORMS = [pytest.param(*form[1:], id=by_name(form)) for form in sorted(forms(), key=by_name)]


@pytest.mark.parametrize(("function", "code"), FORMS)
def test_forms_have_numpys_signatures(function, code):
    """Names, their order and defaults; NumPy's names for NumPy's things."""
    theirs, ours = signature_of(function).parameters, inspect.signature(code).parameters
    if any(p.kind is p.VAR_KEYWORD for p in theirs.values()):
        return  # np.einsum names its arguments in words alone
    named = [name for name, p in ours.items() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL, p.POSITIONAL_ONLY)]
    assert named == [name for name in theirs if name in named]
    for name in named:
        default = ours[name].default
        assert default is inspect.Parameter.empty or default is theirs[name].default or default == theirs[name].default
    missing = [name for name in theirs if name not in named]
    spread = any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL, p.POSITIONAL_ONLY) for p in ours.values())
    assert spread or set(missing) <= TAKEN_BEFORE, missing


# `out` is written by whoever calls a form; the others ask for classes and orders in memory that arrays of ours have not
TAKEN_BEFORE = {"out", "like", "subok", "order"}


def test_there_are_forms():
    assert len(FORMS) > 40
