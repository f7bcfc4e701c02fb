"""The tests of control flow run with 64 bits: the numbers are NumPy's."""

import jax
import pytest


@pytest.fixture(autouse=True)
def sixty_four_bits():
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)
