"""Every test here runs on the ``'numpy'`` backend."""

import pytest

import npbridge


@pytest.fixture(autouse=True)
def numpy_backend():
    with npbridge.backend("numpy"):
        yield
