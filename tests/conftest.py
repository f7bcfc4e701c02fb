"""Fixtures: each behaviour test runs on both backends, x64 on and off, and on NumPy itself."""

from __future__ import annotations

import functools
import os
import zlib

import jax
import numpy as np
import pytest

import npbridge
from npbridge._src.dispatch import backend as backends
from npbridge._src.storage import buffer as storage

from .oracle import KERNELS, LIMITS, VARIANTS, same_as_numpy, set_up
from .seeds import NAME, SEED

# The large tables, of which a run looks at a share, another one with each seed; `tox -e long` looks at the rest.
TABLES = (
    "array/test_methods", "array/test_operators",
    *(f"jit/on_numpy/test_{name}" for name in (
        "classes", "forms", "fusing", "intermediates", "more", "numpy_functions", "programs", "reshaping",
    )),
    "corpus/test_corpus", "jit/test_corpora", "dispatch/test_rows", "dispatch/test_ufuncs", "ecosystem/test_calls",
    "benchmarks/test_programs", "random/test_distributions", "random/test_compiled_bits",
)  # fmt: skip
ONE_IN = 4

os.environ.setdefault("NPBRIDGE_CACHE_DIR", "")  # what is compiled now is what is judged


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Leave most of the large tables to the long run; a test that is asked for by name runs."""
    if any("::" in argument for argument in config.args):
        return
    for item in items:
        table = str(item.path).removesuffix(".py").endswith(TABLES)
        if table and zlib.crc32(f"{SEED} {item.nodeid}".encode()) % ONE_IN:
            item.add_marker(pytest.mark.long)


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


@pytest.fixture(params=[*VARIANTS[:2], *KERNELS], ids=lambda v: v.name)
def same_computed(request):
    """As ``same``, for what kernels compute, wherever the values were before."""
    with set_up(request.param):
        yield functools.partial(same_as_numpy, request.param)


@pytest.fixture(params=[*VARIANTS[:2], KERNELS[0]], ids=lambda v: v.name)
def same_wide(request):
    """As ``same``, in 64 bits: for tables whose kernels are many, and alike in 32."""
    with set_up(request.param):
        yield functools.partial(same_as_numpy, request.param)


def settings_now() -> dict:
    """What holds for the whole process, and a test may leave changed."""
    return {
        "backend": npbridge.get_backend_name(),
        "backend of this context": backends._override.get(),
        "64 bits": jax.config.jax_enable_x64,
        "fallback": npbridge.config.fallback,
        "repr": npbridge.config.repr,
        **{name: vars(storage)[name] for name in LIMITS},
    }


@pytest.fixture(autouse=True)
def settings_are_left_as_they_were():
    """A test that leaves a setting changed fails itself, not those that run after it."""
    before = settings_now()
    yield
    after = settings_now()
    if after != before:
        backends._override.set(before["backend of this context"])
        npbridge.use_backend(before["backend"])
        jax.config.update("jax_enable_x64", before["64 bits"])
        npbridge.config.fallback, npbridge.config.repr = before["fallback"], before["repr"]
        vars(storage).update({name: before[name] for name in LIMITS})
        changed = {name: (before[name], after[name]) for name in before if after[name] != before[name]}
        pytest.fail(f"left changed: {changed}")


@pytest.fixture(autouse=True)
def nobody_asks_about_floating_point_errors():
    """Warnings are errors here, and who makes errors of them asks: then kernels would not run as they mostly do."""
    with np.errstate(all="ignore"):
        yield


@pytest.fixture(autouse=True, scope="module")
def forget_what_was_compiled():
    """Thousands of small programs are some gigabytes of compiled code."""
    yield
    jax.clear_caches()
