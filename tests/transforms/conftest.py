"""Fixtures: most of what is tested here exists on ``'jax'`` alone."""

from __future__ import annotations

import pytest

from ..oracle import VARIANTS, set_up

_NAMED = {variant.name: variant for variant in VARIANTS}


@pytest.fixture
def wide():
    """On ``'jax'`` in 64 bits."""
    with set_up(_NAMED["jax-64"]):
        yield


@pytest.fixture
def on_numpy():
    with set_up(_NAMED["numpy-64"]):
        yield
