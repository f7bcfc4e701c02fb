"""Settings that several of these tests run with."""

from __future__ import annotations

import pytest

import npbridge


@pytest.fixture
def in_64_bits():
    """On 'jax', with 64 bits."""
    npbridge.enable_x64(True)
    with npbridge.backend("jax"):
        yield
    npbridge.enable_x64(False)
