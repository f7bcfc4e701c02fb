"""Checks made before anything is written, where that is cheap.

An executable that takes over the memory of what it writes cannot give back the old
contents when a check fails.  Where the checks depend on little (an index that was an
argument), they are computed first, by themselves, and the rest is a loop that runs once
where all hold and never otherwise: XLA keeps a write in place in a loop, while it copies
what one branch of a condition writes and the other hands on.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
from jax import lax
from jax.extend.core import ClosedJaxpr, jaxpr_as_fun, jaxprs_in_params

from ..ground.compat import dce_jaxpr

# So many elements computed cost as much as copying one of a written array, all told.
PER_ELEMENT = 0.25


def checked_first(closed, written, mask):
    """The function of `closed` with its checks first; None where copying what is written is cheaper.

    Parameters
    ----------
    closed : ClosedJaxpr
        Its last output is the number of the check that failed; before it are the new
        contents of the inputs named by `written`.
    mask : sequence of int
        The inputs that are to be taken over.
    """
    jaxpr = closed.jaxpr
    outputs = len(jaxpr.outvars)
    only, used = dce_jaxpr(jaxpr, [False] * (outputs - 1) + [True])
    price = sum(math.prod(jaxpr.invars[i].aval.shape) for i in mask)
    if closed.effects or cost(only) > price * PER_ELEMENT:
        return None
    checks = jaxpr_as_fun(ClosedJaxpr(only, closed.consts))
    work = jaxpr_as_fun(closed)
    results = [v.aval for v in jaxpr.outvars[: outputs - 1 - len(written)]]

    def flat(*inputs):
        (failed,) = checks(*[x for x, u in zip(inputs, used, strict=True) if u])

        def once(carry):
            given = list(inputs)
            for i, value in zip(written, carry[2], strict=True):
                given[i] = value
            new = work(*given)[:-1]
            return jnp.bool_(False), new[: len(results)], new[len(results) :]

        nothing = [jnp.zeros(a.shape, a.dtype) for a in results]
        start = (failed == 0, nothing, [inputs[i] for i in written])
        _, first, last = lax.while_loop(lambda carry: carry[0], once, start)
        return [*first, *last, failed]

    return flat


def cost(jaxpr) -> float:
    """How many elements the equations of a jaxpr compute, those of loops as often as they run."""
    total = 0.0
    for eqn in jaxpr.eqns:
        times = eqn.params.get("length", 1) if eqn.primitive.name == "scan" else 1
        if eqn.primitive.name == "while":
            times = math.inf
        inner = sum(cost(j) for j in map(_open, jaxprs_in_params(eqn.params)))
        total += inner * times if inner else sum(math.prod(getattr(v.aval, "shape", ())) for v in eqn.outvars)
    return total


def _open(jaxpr):
    return getattr(jaxpr, "jaxpr", jaxpr)
