"""Random programs of views, in-place writes and calls, on NumPy and on ours.

A program starts from one array and grows a list of arrays: views of earlier ones,
results of calls on them.  Each step is done to both lists; after each step every
pair must have the same values, dtype and shape, so a write through any view must
have shown in all the others.
"""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from .oracle import VARIANTS, set_up
from .settings import quick

LONG_EXAMPLES = int(os.environ.get("NPBRIDGE_TEST_EXAMPLES", "10000"))

DTYPES = (np.float32, np.int32, np.int8, np.complex64, np.bool_)


def key_for(draw, shape):
    """A basic index for `shape`, which may make the result smaller or of fewer axes."""
    parts = []
    for n in shape:
        choice = draw(st.integers(0, 5))
        if choice == 0 and n:
            parts.append(draw(st.integers(-n, n - 1)))
        elif choice == 1:
            parts += [None, slice(None)]
        elif choice == 2:
            parts.append(slice(None, None, -1))
        else:
            parts.append(draw(st.slices(n)))
    return tuple(parts)


def view_step(draw, a):
    """A function that makes a view (or what NumPy makes) of `a`."""
    choices = [lambda x: x[...], lambda x: x.T, lambda x: x.ravel(), lambda x: x.reshape(-1), lambda x: np.squeeze(x)]
    if a.ndim < 4:
        key = key_for(draw, a.shape)
        choices += [lambda x: x[(..., *key)] if len(key) == 0 else x[(*key, ...)]] * 5
        choices.append(lambda x: x[None])
    if a.ndim:
        choices += [lambda x: np.flip(x), lambda x: np.swapaxes(x, 0, -1), lambda x: x.real, lambda x: np.atleast_2d(x)]
        if a.shape[0] >= 2 and a.ndim < 4:
            choices.append(lambda x: sliding_window_view(x, 2, axis=0, writeable=True))
            choices.append(lambda x: np.split(x, [1])[1])
    if a.ndim >= 2:
        choices.append(lambda x: np.diagonal(x))
    if a.size and a.size % 2 == 0:
        choices.append(lambda x: x.reshape(2, -1))
    return draw(st.sampled_from(choices))


def copy_step(draw, a):
    """A function that computes something new from `a`."""
    choices = [
        lambda x: x.copy(),
        lambda x: x + x,
        lambda x: x * np.int8(2),
        lambda x: np.where(x != 0, x, x.dtype.type(1)),
        lambda x: x.sum(axis=0) if x.ndim else x.sum(),
        lambda x: np.concatenate([np.atleast_1d(x), np.atleast_1d(x)]),
        lambda x: x[x != 0] if x.ndim else x.copy(),
        lambda x: np.roll(x, 1),
        lambda x: x.astype(np.float32),
        lambda x: x == x,
        lambda x: np.tile(x, 2) if x.ndim and x.size < 100 else x.copy(),
    ]
    if a.ndim and a.shape[0]:
        rows = draw(st.lists(st.integers(-a.shape[0], a.shape[0] - 1), max_size=4))
        choices += [lambda x: x[rows], lambda x: np.take(x, rows, axis=0), lambda x: np.sort(x, axis=0)]
    return draw(st.sampled_from(choices))


def write_step(draw, a, others):
    """A function that writes into `a`; its arguments are the target and a source."""
    number = draw(st.integers(0, 3))
    key = (*key_for(draw, a.shape), ...)
    like = [i for i, b in enumerate(others) if b.ndim <= a.ndim and _fits(b.shape, a.shape)]
    source = draw(st.sampled_from(like)) if like else None
    choices = [
        lambda x, s: x.__setitem__(key, number),
        lambda x, s: x.__iadd__(x.dtype.type(number)) if x.dtype != bool else x.__ior__(True),
        lambda x, s: x.fill(number),
        lambda x, s: np.multiply(x, x, out=x),
        lambda x, s: np.copyto(x, number, casting="unsafe", where=x != 0),
    ]
    if source is not None:
        choices += [
            lambda x, s: x.__setitem__(..., s),
            lambda x, s: np.copyto(x, s, casting="unsafe"),
            lambda x, s: np.add(x, s, out=x, casting="unsafe"),
            lambda x, s: np.maximum(x, s, out=x, casting="unsafe"),
        ]
    if a.ndim == 1 and a.size >= 2:
        choices += [lambda x, s: x[1:].__iadd__(x[:-1]) if x.dtype != bool else None, lambda x, s: x.sort()]
        choices += [lambda x, s: x.__setitem__(slice(1, None), x[:-1]), lambda x, s: np.cumsum(x, out=x)]
    if a.ndim and a.shape[0]:
        rows = draw(st.lists(st.integers(0, a.shape[0] - 1), max_size=3, unique=True))
        choices += [lambda x, s: x.__setitem__(rows, number), lambda x, s: x.__setitem__(x == number, number + 1)]
        choices.append(lambda x, s: np.add.at(x, rows, x.dtype.type(1)))
    return draw(st.sampled_from(choices)), source


def _fits(shape, target):
    return all(n in (1, m) for n, m in zip(reversed(shape), reversed(target), strict=False))


def attempt(step, *arguments):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return step(*arguments), None
        except Exception as error:
            return None, error


def agree(theirs, ours, variant):
    for e, g in zip(theirs, ours, strict=True):
        assert g.dtype == e.dtype
        assert g.shape == e.shape
        np.testing.assert_array_equal(np.asarray(g), e)
        assert type(g) is variant.kind(e)


def run(data, variant):
    shape = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=3), label="shape")
    dtype = data.draw(st.sampled_from(DTYPES), label="dtype")
    start = (np.arange(int(np.prod(shape))) % 7).astype(dtype).reshape(shape)
    theirs, ours = [start.copy()], [variant.give(start)]
    for _ in range(data.draw(st.integers(1, 9), label="steps")):
        i = data.draw(st.integers(0, len(theirs) - 1), label="array")
        if not isinstance(theirs[i], np.ndarray):
            continue
        kind = data.draw(st.sampled_from(("view", "view", "copy", "write", "write", "write")), label="kind")
        if kind == "write":
            step, j = write_step(data.draw, theirs[i], theirs)
            _, error = attempt(step, theirs[i], None if j is None else theirs[j])
            _, failure = attempt(step, ours[i], None if j is None else ours[j])
        else:
            step = (view_step if kind == "view" else copy_step)(data.draw, theirs[i])
            made, error = attempt(step, theirs[i])
            got, failure = attempt(step, ours[i])
            if error is None and failure is None and _kept(made):
                theirs.append(made)
                ours.append(got)
        assert (error is None) == (failure is None), f"NumPy: {error!r}; ours: {failure!r}"
        if error is not None:
            public = next(c for c in type(error).__mro__ if c.__module__ in ("builtins", "numpy.exceptions"))
            assert isinstance(failure, public), f"NumPy: {error!r}; ours: {failure!r}"
        if variant.narrows:
            return_if_widened(theirs, ours)
        agree(theirs, ours, variant)


def return_if_widened(theirs, ours):
    """What NumPy computed in 64 bits has no twin while x64 is off."""
    while theirs and theirs[-1].dtype.itemsize >= 8 and theirs[-1].dtype != np.complex64:
        theirs.pop()
        ours.pop()


def _kept(made):
    return isinstance(made, (np.ndarray, np.generic)) and made.size <= 2000


BY_NAME = {v.name: v for v in VARIANTS}


@pytest.mark.parametrize("name", ["np", "numpy-64", "jax-64", "jax-32", "jax-64-device"])
@quick
@given(data=st.data())
def test_random_program(name, data):
    with set_up(BY_NAME[name]) as variant:
        run(data, variant)


@pytest.mark.long
@pytest.mark.parametrize("name", ["numpy-64", "jax-64", "jax-64-device"])
@settings(max_examples=LONG_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_many_random_programs(name, data):
    with set_up(BY_NAME[name]) as variant:
        run(data, variant)
