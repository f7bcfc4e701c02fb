"""Each check runs on both backends, with the precision that the tutorials show."""

from __future__ import annotations

import jax
import pytest

import npbridge


@pytest.fixture(params=["jax", "numpy"])
def backend(request):
    """The name of the backend; 64 bits are off."""
    x64, before = jax.config.jax_enable_x64, npbridge.get_backend_name()
    jax.config.update("jax_enable_x64", False)
    npbridge.use_backend(request.param)
    yield request.param
    npbridge.use_backend(before)
    jax.config.update("jax_enable_x64", x64)
