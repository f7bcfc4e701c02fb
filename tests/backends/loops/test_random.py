"""Random programs as plain loops: views, writes in place, what loops and branches carry, memory that is taken over."""

from __future__ import annotations

import jax
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from npbridge._src.backends.loops.compile import Compiled
from npbridge._src.program import build, reference

from ...program.generated import traced
from ...settings import quick


def taken_over(closed) -> dict[int, int]:
    """Inputs and the results that may have their memory."""
    found: dict[int, int] = {}
    for i, x in enumerate(closed.in_avals):
        for j, y in enumerate(closed.out_avals):
            if x.shape and (x.shape, x.dtype) == (y.shape, y.dtype) and j not in found.values():
                found[i] = j
                break
    return found


@quick
@given(st.integers(0, 1 << 20))
def test_random_programs(seed):
    with jax.enable_x64(True):
        closed, inputs = traced(seed)
        wanted = reference.run(build.program(closed), inputs)
        for donated in ({}, taken_over(closed)):
            compiled = Compiled(closed, donated=donated)
            for _ in range(2):
                found = compiled(*map(np.array, inputs))
                for ours, theirs in zip(found, wanted, strict=True):
                    np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9)
