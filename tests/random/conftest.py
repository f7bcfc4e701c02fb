"""What tests of random numbers share."""

import jax
import pytest


@pytest.fixture(scope="module")
def compiled_fast():
    """Code that runs slowly, and takes less to compile, where the numbers themselves are not looked at."""
    before = jax.config.read("jax_disable_most_optimizations")
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", before)
