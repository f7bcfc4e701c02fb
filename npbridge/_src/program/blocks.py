"""Rules for what has blocks of its own: calls, which are put in place, loops and branches."""

from __future__ import annotations

from typing import Any

import numpy as np
from jax.extend.core import ClosedJaxpr, Literal

from . import views
from .builder import INDEX, NotHeld, dtype_of, rule
from .moves import reshaped
from .nodes import Block, Value
from .ranges import limits

# -- calls


@rule("jit", "closed_call", "custom_jvp_call", "custom_vjp_call", "remat2")
def _call(b, eqn, *args):
    inner = eqn.params.get("jaxpr", eqn.params.get("call_jaxpr", eqn.params.get("fun_jaxpr")))
    if isinstance(inner, ClosedJaxpr):
        return b.run(inner.jaxpr, inner.consts, args)
    return b.run(inner, (), args)


@rule("custom_linear_solve")
def _linear_solve(b, eqn, *args):
    lengths, jaxprs = eqn.params["const_lengths"], eqn.params["jaxprs"]
    before = lengths.matvec + lengths.vecmat
    right = args[sum(lengths) :]
    return b.run(jaxprs.solve.jaxpr, jaxprs.solve.consts, [*args[before : before + lengths.solve], *right])


# -- loops and branches


@rule("while")
def _while(b, eqn, *args):
    p = eqn.params
    n, m = p["cond_nconsts"], p["body_nconsts"]
    for_cond, for_body, init = args[:n], args[n : n + m], args[n + m :]

    def fresh():
        return [Value(x.shape, x.dtype) for x in init]

    cond = b.inner(p["cond_jaxpr"].jaxpr, p["cond_jaxpr"].consts, for_cond, fresh())
    body = b.inner(p["body_jaxpr"].jaxpr, p["body_jaxpr"].consts, for_body, fresh())
    if cond.results[0].shape:
        raise NotHeld("a loop over lanes")
    return _loop(b, list(init), [cond, body], None)


def _loop(b, init: list[Value], blocks: list[Block], length: int | None) -> list[Value]:
    """The results of a loop: what each turn leaves as it was is not carried."""
    body = blocks[-1]
    first = len(body.inputs) - len(init)
    same = [k for k, r in enumerate(body.results) if r is body.inputs[first + k]]
    for block in blocks:
        at = len(block.inputs) - len(init)
        block.replace({block.inputs[at + k]: init[k] for k in same})
        block.inputs = [v for k, v in enumerate(block.inputs) if k - at not in same]
    body.results = [r for k, r in enumerate(body.results) if k not in same]
    node = b.node("loop", [x for k, x in enumerate(init) if k not in same], blocks=blocks, length=length)
    return [x if k in same else node.out(x.shape, x.dtype) for k, x in enumerate(init)]


@rule("scan")
def _scan(b, eqn, *args):
    p = eqn.params
    n, m, length = p["num_consts"], p["num_carry"], p["length"]
    captured, init, xs = args[:n], list(args[n : n + m]), args[n + m :]
    jaxpr = p["jaxpr"]
    stacked = [v.aval for v in eqn.outvars[m:]]
    init += [b.empty(a.shape, dtype_of(a)) for a in stacked]
    counter = Value((), INDEX)
    b.ranges.given[counter] = 0, max(length - 1, 0)
    counted = _counted(jaxpr.jaxpr, n, init[:m], length)
    carries = [Value(x.shape, x.dtype) for x in init]
    left = [k for k in range(len(init)) if k not in counted]

    def body():
        at: Any = counter
        if p["reverse"]:
            at = b.map("sub", INDEX, b.integer(length - 1), counter)
        items = []
        for x in xs:
            one = (1, *x.shape[1:])
            row = b.view(x, views.window((at, *[0] * (len(x.shape) - 1)), (1,) * len(x.shape)), one)
            items.append(reshaped(b, row, x.shape[1:]))
        given = list(carries[:m])
        for k, (start, step) in counted.items():
            place = b.map("add", INDEX, b.map("mul", INDEX, counter, b.integer(step)), b.integer(start))
            given[k] = b.cast(place, carries[k].dtype)
        outs = b.run(jaxpr.jaxpr, jaxpr.consts, [*captured, *given, *items])
        for k, y in enumerate(outs[m:]):
            whole = carries[m + k]
            row = reshaped(b, y, (1, *y.shape))
            outs[m + k] = b.write(whole, row, views.window((at, *[0] * len(y.shape)), (1,) * len(whole.shape)))
        return [outs[k] for k in left]

    block = b.inner(None, None, None, [counter, *(carries[k] for k in left)], body)
    found = dict(zip(left, _loop(b, [init[k] for k in left], [block], length), strict=True))
    ends = {k: b.constant(start + step * length, init[k].dtype) for k, (start, step) in counted.items()}
    return [{**found, **ends}[k] for k in range(len(init))]


def _counted(jaxpr, captured: int, init: list[Value], length: int) -> dict[int, tuple[int, int]]:
    """The integers that grow by the same in each turn: what they start from, and by how much."""
    steps = {eqn.outvars[0]: eqn for eqn in jaxpr.eqns if eqn.primitive.name == "add"}
    found = {}
    for k, (own, out, x) in enumerate(
        zip(jaxpr.invars[captured : captured + len(init)], jaxpr.outvars, init, strict=False)
    ):
        eqn = None if isinstance(out, Literal) else steps.get(out)
        if eqn is None or x.constant is None or x.dtype.kind not in "iu" or own not in eqn.invars:
            continue
        (by,) = [v for v in eqn.invars if v is not own] or [own]
        if not isinstance(by, Literal):
            continue
        start, step = int(x.constant), int(by.val)
        low, high = limits(x.dtype)
        if low <= min(start, start + step * length) and max(start, start + step * length) <= high:
            found[k] = start, step
    return found


@rule("cond")
def _cond(b, eqn, which, *args):
    branches = eqn.params["branches"]
    if which.constant is not None:
        chosen = branches[min(max(int(which.constant), 0), len(branches) - 1)]
        return b.run(chosen.jaxpr, chosen.consts, args)
    blocks = [b.inner(j.jaxpr, j.consts, args, []) for j in branches]
    same: dict[int, Value] = {}
    for k, results in enumerate(zip(*(block.results for block in blocks), strict=True)):
        x = _all_one(b, results)
        if x is not None:
            same[k] = x
    for block in blocks:
        block.results = [r for k, r in enumerate(block.results) if k not in same]
    node = b.node("branch", [which], blocks=blocks)
    return [same[k] if k in same else node.out(v.aval.shape, dtype_of(v.aval)) for k, v in enumerate(eqn.outvars)]


def _all_one(b, results) -> Value | None:
    """What all branches give."""
    x = results[0]
    if all(r is x for r in results):
        return x
    if x.constant is None or any(r.constant is None or r.dtype != x.dtype for r in results):
        return None
    return b.constant(x.constant, x.dtype) if len({np.asarray(r.constant).tobytes() for r in results}) == 1 else None
