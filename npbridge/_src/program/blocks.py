"""Rules for what has blocks of its own: calls, which are put in place, loops and branches."""

from __future__ import annotations

from typing import Any

from jax.extend.core import ClosedJaxpr

from . import views
from .builder import INDEX, NotHeld, dtype_of, rule
from .moves import reshaped
from .nodes import Value

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
    node = b.node("loop", init, blocks=[cond, body], length=None)
    return [node.out(x.shape, x.dtype) for x in init]


@rule("scan")
def _scan(b, eqn, *args):
    p = eqn.params
    n, m, length = p["num_consts"], p["num_carry"], p["length"]
    captured, init, xs = args[:n], list(args[n : n + m]), args[n + m :]
    jaxpr = p["jaxpr"]
    stacked = [v.aval for v in eqn.outvars[m:]]
    init += [b.empty(a.shape, dtype_of(a)) for a in stacked]
    counter = Value((), INDEX)
    carries = [Value(x.shape, x.dtype) for x in init]

    def body():
        at: Any = counter
        if p["reverse"]:
            at = b.map("sub", INDEX, b.integer(length - 1), counter)
        items = []
        for x in xs:
            one = (1, *x.shape[1:])
            row = b.view(x, views.window((at, *[0] * (len(x.shape) - 1)), (1,) * len(x.shape)), one)
            items.append(reshaped(b, row, x.shape[1:]))
        outs = b.run(jaxpr.jaxpr, jaxpr.consts, [*captured, *carries[:m], *items])
        for k, y in enumerate(outs[m:]):
            whole = carries[m + k]
            row = reshaped(b, y, (1, *y.shape))
            outs[m + k] = b.write(whole, row, views.window((at, *[0] * len(y.shape)), (1,) * len(whole.shape)))
        return outs

    block = b.inner(None, None, None, [counter, *carries], body)
    node = b.node("loop", init, blocks=[block], length=length)
    return [node.out(x.shape, x.dtype) for x in init]


@rule("cond")
def _cond(b, eqn, which, *args):
    blocks = [b.inner(j.jaxpr, j.consts, args, []) for j in eqn.params["branches"]]
    node = b.node("branch", [which], blocks=blocks)
    return [node.out(v.aval.shape, dtype_of(v.aval)) for v in eqn.outvars]
