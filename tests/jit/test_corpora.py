"""The programs that each backend was built with, on the other one: NumPy's answer, or the refusal that is declared."""

import copy
import warnings

import pytest

import npbridge
from npbridge._src.dispatch import fallback

from ..convert.programs import PROGRAMS
from ..oracle import VARIANTS, set_up
from ..verdict import RIGHT, Judge, call, copied
from .on_numpy import (
    classes,
    classes_more,
    programs,
    programs_forms,
    programs_more,
    programs_python,
    programs_textbook,
)
from .on_numpy.compare import assert_same

BY_NAME = {v.name: v for v in VARIANTS}
FOR_NUMBA = {
    f"{module.__name__.rpartition('.')[2]}-{name}": (function, args)
    for module in (programs, programs_more, programs_forms, programs_python, programs_textbook)
    for name, (function, args, _) in module.CASES.items()
}
CLASSES = {**classes.CASES, **classes_more.CASES}
# lists that grow under a condition, keys and sorting of what is known at run time only
REFUSED = {
    "programs_more-list_of_rows", "programs_more-perm_cycles", "programs_more-walrus", "programs_python-lists",
    "programs_python-dicts", "programs_textbook-generator_args",
}  # fmt: skip


def give(variant, value):
    """`value` for our side; objects of classes as they are."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*[give(variant, v) for v in value])
    return copy.deepcopy(value) if hasattr(value, "__dict__") else variant.give(value)


def verdict_of(variant, function, args):
    # what runs as plain Python makes ndarrays, as it does eagerly
    judge = Judge(variant, 4096, numbers="bifc", ndarrays=variant.backend == "numpy")
    compiled = npbridge.jit(function)
    theirs, mine = copied(list(args)), [give(variant, v) for v in copied(list(args))]
    for _ in range(2):
        before = copied(theirs)
        want = call(function, theirs)
        if want.error is not None:
            want.arguments = theirs = before
        verdict = judge.verdict(want, call(compiled, mine), before)
        if verdict != RIGHT:
            break
    return verdict


@pytest.mark.parametrize("name", FOR_NUMBA)
@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
def test_programs_for_numba_on_jax(name):
    with set_up(BY_NAME["jax-64"]) as variant:
        verdict = verdict_of(variant, *FOR_NUMBA[name])
    assert verdict.kind == ("refused" if name in REFUSED else "right"), verdict


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_for_jax_on_numpy(name):
    with set_up(BY_NAME["numpy-64"]) as variant, warnings.catch_warnings():
        warnings.simplefilter("ignore", npbridge.errors.FallbackWarning)
        fallback.reset()
        assert verdict_of(variant, *PROGRAMS[name]) == RIGHT


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.filterwarnings("ignore::npbridge.errors.FallbackWarning")
def test_classes_for_numba_on_jax(name):
    make, method, args = CLASSES[name]
    with set_up(BY_NAME["jax-64"]) as variant:
        theirs, mine = make(), make()
        compiled = npbridge.jit(mine if method == "__call__" else getattr(mine, method))
        for _ in range(3):
            want = call(theirs if method == "__call__" else getattr(theirs, method), copied(list(args)))
            got = call(compiled, [give(variant, v) for v in copied(list(args))])
            assert type(want.error) is type(got.error)
            assert_same(want.value, got.value, "result")
            assert_same(vars(theirs), vars(mine), "state")
