"""What multiplies with each condition is refused before it takes for ever."""

import numpy as np
import pytest

import npbridge
from npbridge._src.array import choice
from npbridge._src.convert import context
from npbridge.errors import ControlFlowError

pytestmark = pytest.mark.usefixtures("in_64_bits")


def exchanged(a, b):
    if a[0] > 0:
        a, b = b, a
    if a[1] > 0:
        a, b = b, a
    if a[2] > 0:
        a, b = b, a
    if b[0] > 0:
        a, b = b, a
    if b[1] > 0:
        a, b = b, a
    if b[2] > 0:
        a, b = b, a
    if b[1] > 1:
        a, b = b, a
    a[0] = 9
    return b


def test_one_of_very_many_arrays(monkeypatch):
    monkeypatch.setattr(choice, "_MOST", 64)
    a, b = np.arange(3.0), np.arange(3.0)[::-1]
    with pytest.raises(ControlFlowError, match="one of more than"):
        npbridge.jit(exchanged)(npbridge.array(a), npbridge.array(b))


def branching(x):
    total = 0.0
    if x[0] > 0:
        total += 1
    if x[1] > 0:
        total += x[1] if x[2] > 1 else 2
    return total


def test_more_branches_than_are_compiled(monkeypatch):
    x = npbridge.array([1.0, 2.0, 3.0])
    monkeypatch.setattr(context, "MANY", 2)
    with pytest.raises(ControlFlowError, match="more than 2 branches chosen at run time"):
        npbridge.jit(branching)(x)
    monkeypatch.setattr(context, "MANY", 3)
    assert npbridge.jit(branching)(x) == 3
