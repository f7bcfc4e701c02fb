"""From what JAX traced to a program: calls are put in place, views become maps, loops and branches blocks."""

from __future__ import annotations

from jax.extend.core import ClosedJaxpr

from ..ground.compat import dce_jaxpr
from . import (  # noqa: F401  most for the rules that they file
    blocks,
    elementwise,
    exactness,
    fusing,
    gathering,
    hosted,
    leaving,
    moves,
    reductions,
)
from .builder import Builder, dtype_of
from .nodes import Block, Value


def program(closed: ClosedJaxpr, checked: bool = False, exact: str = "") -> Block:
    """The program of a traced function; inputs and results as there.

    Parameters
    ----------
    closed : ClosedJaxpr
    checked : bool
        Whether the last result is the number of what has failed, from one on, and no other matters where it is not 0.
    exact : str
        What has to be as NumPy computes it: see :mod:`npbridge._src.program.exactness`.

    Raises
    ------
    NotHeld
        If a step is of a kind that programs do not have, or has no exact form where it must have one.
    """
    builder = Builder(bool(exact))
    block = builder.block = Block()
    jaxpr, _ = dce_jaxpr(closed.jaxpr, [True] * len(closed.jaxpr.outvars), instantiate=True)
    block.inputs = [Value(v.aval.shape, dtype_of(v.aval)) for v in jaxpr.invars]
    block.results = builder.run(jaxpr, closed.consts, block.inputs)
    block.prune()
    if exact:
        exactness.settle(block, builder, exact)
    if checked:
        block = leaving.leaving(block, builder.ranges)
        block.prune()
    fusing.fuse(block)
    return block
