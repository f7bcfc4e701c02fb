"""Assignments to several attributes mean what they mean for plain arrays."""

from __future__ import annotations

import numpy as np
import pytest

import npbridge
from npbridge import Base, Variable


class Three:
    def start(self, make):
        self.v, self.w, self.u = make(np.full(2, 1.0)), make(np.full(2, 2.0)), make(np.full(2, 3.0))
        self.count = 0

    def swap(self, x):
        self.v, self.w = self.w, self.v

    def new_first(self, x):
        after = self.v * 10
        self.v, self.w = after, self.v

    def new_last(self, x):
        self.w, self.v = self.v, self.v * 10 + x

    def sum_first(self, x):
        self.v, self.w = self.v + self.w, self.v

    def rotate(self, x):
        self.v, self.w, self.u = self.w, self.u, self.v

    def in_a_loop(self, x):
        for _ in range(3):
            self.v, self.w = self.w, self.v

    def in_a_branch(self, x):
        if x > 0:
            self.u, self.w = self.w, self.u

    def in_turn(self, x):
        self.v = self.w * x
        self.w = self.v + 1

    def over_lines(self, x):
        (
            self.v,
            self.w,
        ) = (
            self.w,
            self.v,
        )


class Model(Three, Base):
    pass


PROGRAMS = [name for name in vars(Three) if not name.startswith("_") and name != "start"]


@pytest.mark.parametrize("compiled", [False, True], ids=["plain", "compiled"])
@pytest.mark.parametrize("backend", ["jax", "numpy"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_as_with_plain_arrays(name, backend, compiled):
    expected = Three()
    expected.start(np.array)
    with npbridge.backend(backend):
        model = Model()
        model.start(Variable)
        held = [model.v, model.w, model.u]
        method = getattr(model, name)
        method = npbridge.jit(method) if compiled else method
        for _ in range(2):
            getattr(expected, name)(1.0)
            method(1.0)
        for variable, attribute in zip(held, "vwu", strict=True):
            assert getattr(model, attribute) is variable
            assert variable.tolist() == getattr(expected, attribute).tolist()
