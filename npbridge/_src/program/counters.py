"""Variables of a traced loop that change by the same in each turn."""

from __future__ import annotations

from jax.extend.core import Literal


def step_of(jaxpr, own, out) -> int | None:
    """By how much a variable that a turn takes differs from the one that it gives; None where that is not seen."""
    eqn = next((e for e in jaxpr.eqns if out in e.outvars), None) if not isinstance(out, Literal) else None
    if eqn is None:
        return None
    operands = eqn.invars
    if eqn.primitive.name == "jit" and len(eqn.params["jaxpr"].eqns) == 1:
        inner = eqn.params["jaxpr"].jaxpr
        given = dict(zip(inner.invars, operands, strict=True))
        eqn = inner.eqns[0]
        operands = [v if isinstance(v, Literal) else given.get(v) for v in eqn.invars]
    name = eqn.primitive.name
    if name == "add" and len(operands) == 2 and operands[1] is own:
        operands = operands[::-1]
    if name not in ("add", "sub") or operands[0] is not own or not isinstance(operands[1], Literal):
        return None
    return int(operands[1].val) * (1 if name == "add" else -1)
