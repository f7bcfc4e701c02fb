"""Fixtures: each behaviour test runs on both backends, x64 on and off, and on NumPy itself."""

from __future__ import annotations

import functools

import pytest

from .oracle import VARIANTS, same_as_numpy, set_up


@pytest.fixture(params=VARIANTS, ids=lambda v: v.name)
def variant(request):
    """How our side runs; ``backend`` None means NumPy in our place."""
    with set_up(request.param):
        yield request.param


@pytest.fixture(params=[v for v in VARIANTS if v.backend], ids=lambda v: v.name)
def ours(request):
    """As ``variant``, for tests of what NumPy does not have."""
    with set_up(request.param):
        yield request.param


@pytest.fixture
def same(variant):
    """``same(program, *arrays, ulps=0)``: assert that the program agrees with NumPy."""
    return functools.partial(same_as_numpy, variant)
