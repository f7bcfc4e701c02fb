"""Each row of the table, on both backends; libraries that are not installed are left out."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from . import calls  # noqa: F401  fills the table
from .gaps import GAPS
from .table import BACKENDS, CALLS, computing, differs, is_installed, ours, outcome

ROWS = [(library, name) for library, rows in CALLS.items() for name in rows]
pytestmark = pytest.mark.filterwarnings("ignore")


@functools.cache
def on_ndarrays(library, name):
    with computing("jax"):
        return outcome(CALLS[library][name], np.array)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("library", "name"), ROWS, ids=[" ".join(row) for row in ROWS])
def test_call(library, name, backend, request):
    if not is_installed(library):
        pytest.skip(f"{library} is not installed")
    if (library, name) in GAPS:
        request.applymarker(pytest.mark.xfail(reason=GAPS[library, name], strict=True))
    expected = on_ndarrays(library, name)
    with computing(backend):
        found = outcome(CALLS[library][name], ours)
    assert not differs(expected, found)


def test_gaps_are_rows():
    assert set(GAPS) <= set(ROWS)
