"""What is tested here is what Numba makes of a function, which plain loops would take first."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def by_numba(monkeypatch):
    monkeypatch.setenv("NPBRIDGE_ENGINE", "numba")
