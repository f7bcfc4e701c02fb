"""What is tested here are kernels: NumPy does not compute what is small, unless a file asks for it."""

from __future__ import annotations

import pytest

from npbridge._src.backends.jax import small


@pytest.fixture(autouse=True)
def kernels_compute(monkeypatch):
    monkeypatch.setattr(small, "FOR_NUMPY", -1)
