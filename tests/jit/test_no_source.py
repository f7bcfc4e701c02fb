"""Functions whose source is not at hand."""

from __future__ import annotations

import pytest

import npbridge
from npbridge.errors import ControlFlowError

TEXT = """
def program(x):
    if x[0] > 0:
        return x + 1
    return x


def straight(x):
    return x + 1
"""


def made():
    space: dict = {"__name__": "__main__"}
    exec(compile(TEXT, "<nowhere>", "exec"), space)
    return space


def test_the_error_says_that_there_is_no_source():
    with pytest.raises(ControlFlowError, match=r"(?s)branches of program cannot be compiled: there is no source.*file"):
        npbridge.jit(made()["program"], backend="jax")(npbridge.ones(2))


def test_what_has_no_branches_needs_no_source():
    assert npbridge.jit(made()["straight"], backend="jax")(npbridge.ones(2)).tolist() == [2, 2]
