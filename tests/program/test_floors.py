"""Quotients and rests of integers that are rounded down: one step, and NumPy's numbers."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from npbridge._src.backends.loops.compile import Compiled
from npbridge._src.program import build, reference

NUMBERS = [-(2**31), -9, -8, -7, -1, 0, 1, 6, 7, 8, 2**31 - 1]


def ops(closed) -> set[str]:
    return {n.params["op"] for n in build.program(closed).nodes if n.kind == "map"}


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64"])
@pytest.mark.parametrize("by", [1, 2, 7, 64, 100])
@pytest.mark.parametrize("scalar", [False, True])
def test_by_a_positive_number(dtype, by, scalar):
    x = np.array([n for n in NUMBERS if np.iinfo(dtype).min <= n <= np.iinfo(dtype).max], dtype)
    for value in x if scalar else [x]:
        with jax.enable_x64(True):
            closed = jax.make_jaxpr(lambda x: (x // by, x % by, jnp.divmod(x, by)))(value)
            outs = Compiled(closed)(np.asarray(value)), reference.run(build.program(closed), [value])
        assert ops(closed) <= {"floor_div", "floor_rem"}
        wanted = value // dtype_of(by, dtype), value % dtype_of(by, dtype)
        for found in outs:
            for a, b in zip(found, wanted * 2, strict=True):
                assert np.array_equal(a, b)
                assert a.dtype == dtype


def dtype_of(number, dtype):
    return np.dtype(dtype).type(number)


def test_by_others_they_are_what_they_were():
    with jax.enable_x64(True):
        closed = jax.make_jaxpr(lambda x, y: (x // -3, x % -3, x // y, x % y))(np.arange(-5, 6), 3)
    assert not {"floor_div", "floor_rem"} & ops(closed)


def test_what_is_not_negative_is_rounded_anyway():
    with jax.enable_x64(True):
        closed = jax.make_jaxpr(lambda: (jnp.arange(9) // 4, jnp.arange(9) % 4))()
    assert ops(closed) <= {"div", "rem"}
