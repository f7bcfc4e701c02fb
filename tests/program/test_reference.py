"""Programs that JAX traced mean what XLA makes of them."""

from __future__ import annotations

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from jax.extend.core import jaxpr_as_fun

from npbridge._src.program import build, nodes, reference

from .generated import traced


@pytest.mark.parametrize("seed", range(10))
def test_random_functions(seed):
    with jax.enable_x64(True):
        closed, inputs = traced(seed)
        program = build.program(closed)
        want = jax.jit(jaxpr_as_fun(closed))(*inputs)
        for ours, theirs in zip(reference.run(program, inputs), want, strict=True):
            np.testing.assert_allclose(ours, np.asarray(theirs), rtol=1e-9, atol=1e-9)


def test_a_program_is_read_a_node_a_line():
    closed = jax.make_jaxpr(lambda x: (x[1:] * 2).sum())(np.ones(3, np.float32))
    lines = str(build.program(closed)).splitlines()
    kinds = [line.split(" = ")[1].split()[0] for line in lines[1:-1]]
    assert kinds == ["view", "number", "map", "reduce"]
    assert lines[-1].strip().startswith("return %")


def test_the_kinds_of_nodes_are_those_that_are_told():
    (told,) = re.findall(r"kind : str\n(.*)\n    args", nodes.Node.__doc__, re.DOTALL)
    assert set(re.findall(r"``(\w+)``", told)) == set(reference._NODES)


def test_what_nobody_needs_is_left_out():
    def f(x):
        unused = np.float32(3) * x
        del unused
        return x + 1

    program = build.program(jax.make_jaxpr(f)(np.ones(3, np.float32)))
    assert [n.kind for n in program.nodes] == ["number", "map"]


def test_a_write_under_a_mask_of_a_window_is_a_write():
    def f(x, y):
        inside = lax.dynamic_update_slice(jnp.zeros(9, bool), jnp.ones(3, bool), (2,))
        return jnp.where(inside, lax.dynamic_update_slice(jnp.zeros(9), y, (2,)), x)

    with jax.enable_x64(True):
        program = build.program(jax.make_jaxpr(f)(np.ones(9), np.ones(3)))
    assert [n.kind for n in program.nodes if n.kind != "number"] == ["write"]
