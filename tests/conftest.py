"""Fixtures: each behaviour test runs on both backends, x64 on and off, and on NumPy itself."""

from __future__ import annotations

import functools

import jax
import pytest

from .oracle import VARIANTS, same_as_numpy, set_up
from .seeds import NAME, SEED


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(f"{NAME}={SEED}")


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


@pytest.fixture(params=[v for v in VARIANTS if v.name in ("np", "numpy-64", "jax-64", "jax-32")], ids=lambda v: v.name)
def same_computed(request):
    """As ``same``, for what kernels compute, wherever the values were before."""
    with set_up(request.param):
        yield functools.partial(same_as_numpy, request.param)


@pytest.fixture(params=[v for v in VARIANTS if v.name in ("np", "numpy-64", "jax-64")], ids=lambda v: v.name)
def same_wide(request):
    """As ``same``, in 64 bits: for tables whose kernels are many, and alike in 32."""
    with set_up(request.param):
        yield functools.partial(same_as_numpy, request.param)


@pytest.fixture(autouse=True, scope="module")
def forget_what_was_compiled():
    """Thousands of small programs are some gigabytes of compiled code."""
    yield
    jax.clear_caches()
