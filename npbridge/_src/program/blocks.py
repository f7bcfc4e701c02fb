"""Rules for what has blocks of its own: calls, which are put in place, loops and branches."""

from __future__ import annotations

from typing import Any

import numpy as np
from jax.extend.core import ClosedJaxpr

from . import named, views
from .builder import INDEX, NotHeld, dtype_of, rule
from .counters import step_of
from .moves import reshaped
from .nodes import Block, Value
from .ranges import limits
from .turns import SMALL_STEP, carried, most

# -- calls


@rule("jit", "closed_call", "custom_jvp_call", "custom_vjp_call", "remat2")
def _call(b, eqn, *args):
    if b.exact and (found := named.call(b, eqn, args)) is not None:
        return found
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
    for_cond, for_body, init = args[:n], args[n : n + m], list(args[n + m :])

    def fresh():
        return [Value(x.shape, x.dtype) for x in init]

    def blocks(known):
        asked, inputs = fresh(), fresh()
        for k, limit in known.items():
            b.ranges.given[asked[k]] = b.ranges.given[inputs[k]] = limit
        cond = b.inner(p["cond_jaxpr"].jaxpr, p["cond_jaxpr"].consts, for_cond, asked)
        if cond.results[0].shape:
            raise NotHeld("a loop over lanes")
        facts = b.ranges.told(cond.results[0], True)  # in the body it holds
        for k, limit in held.items():
            facts[asked[k]] = limit
        b.ranges.given |= {y: facts[x] for x, y in zip(asked, inputs, strict=True) if x in facts}
        return cond, b.inner(p["body_jaxpr"].jaxpr, p["body_jaxpr"].consts, for_body, inputs)

    held: dict[int, tuple[int, int]] = {}
    growing = _growing(b, p["body_jaxpr"].jaxpr, m, init)
    cond, body = blocks(growing)
    held = _held(b, cond, body, init)
    narrower = carried(b.ranges, init, body.inputs, body.results, growing)
    if held or narrower:
        cond, body = blocks(narrower or growing)
    return put_loop(b, list(init), [cond, body], None)


def _held(b, cond: Block, body: Block, init: list[Value]) -> dict[int, tuple[int, int]]:
    """Limits that hold in each turn, as the truth that says whether there is another one says so at the end of one."""
    found: dict[int, tuple[int, int]] = {}
    asked = _all_asked(cond.results[0])
    for value, result in zip(cond.inputs, body.results, strict=True):
        if value not in asked or value.dtype.kind != "b":
            continue
        facts = b.ranges.told(result, True)
        for j, (x, number) in enumerate(zip(init, body.results, strict=True)):
            if number not in facts or body.inputs[j] is number:
                continue
            (low, high), (a, c), now = facts[number], b.ranges.of(x), b.ranges.of(body.inputs[j])
            limit = max(min(low, a), now[0]), min(max(high, c), now[1])
            if limit != now:
                found[j] = limit
    return found


def _all_asked(truth: Value) -> set[Value]:
    """The truths that must all hold, where one is made of several."""
    node = truth.node
    if node is None or node.kind != "map" or node.params["op"] != "and":
        return {truth}
    return _all_asked(node.args[0]) | _all_asked(node.args[1])


def _growing(b, jaxpr, captured: int, init: list[Value]) -> dict[int, tuple[int, int]]:
    """The 64-bit integers that only grow, or only shrink, by a few in each turn: they do not come to their limits."""
    found = {}
    for k, (own, out, x) in enumerate(zip(jaxpr.invars[captured:], jaxpr.outvars, init, strict=True)):
        step = step_of(jaxpr, own, out) if x.dtype == INDEX else None
        if step is None:
            continue
        (low, high), (least, most) = b.ranges.of(x), limits(x.dtype)
        if abs(step) <= SMALL_STEP and least // 2 < low and high < most // 2:
            found[k] = (low, most - SMALL_STEP) if step >= 0 else (least + SMALL_STEP, high)
    return found


def put_loop(b, init: list[Value], blocks: list[Block], length: int | None) -> list[Value]:
    """The results of a loop: what each turn leaves as it was is not carried."""
    body = blocks[-1]
    first = len(body.inputs) - len(init)
    same = [k for k, r in enumerate(body.results) if r is body.inputs[first + k]]
    for block in blocks:
        at = len(block.inputs) - len(init)
        block.replace({block.inputs[at + k]: init[k] for k in same})
        block.inputs = [v for k, v in enumerate(block.inputs) if k - at not in same]
    body.results = [r for k, r in enumerate(body.results) if k not in same]
    left = [x for k, x in enumerate(init) if k not in same]
    known = length if length is not None else most(b.ranges, left, *blocks)
    node = b.node("loop", left, blocks=blocks, length=length, most=known)
    return [x if k in same else node.out(x.shape, x.dtype) for k, x in enumerate(init)]


@rule("scan")
def _scan(b, eqn, *args):
    p = eqn.params
    n, m, length = p["num_consts"], p["num_carry"], p["length"]
    captured, init, xs = args[:n], list(args[n : n + m]), args[n + m :]
    jaxpr = p["jaxpr"]
    stacked = [v.aval for v in eqn.outvars[m:]]
    init += [b.empty(a.shape, dtype_of(a)) for a in stacked]
    counted = _counted(jaxpr.jaxpr, n, init[:m], length)
    left = [k for k in range(len(init)) if k not in counted]

    def block(known):
        counter, carries = Value((), INDEX), [Value(x.shape, x.dtype) for x in init]
        b.ranges.given[counter] = 0, max(length - 1, 0)
        b.ranges.given |= {carries[k]: limit for k, limit in known.items()}
        return b.inner(None, None, None, [counter, *(carries[k] for k in left)], lambda: body(counter, carries))

    def body(counter, carries):
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

    made = block({})
    known = carried(b.ranges, [init[k] for k in left], made.inputs[1:], made.results, {})
    if known:
        made = block({left[k]: limit for k, limit in known.items()})
    found = dict(zip(left, put_loop(b, [init[k] for k in left], [made], length), strict=True))
    ends = {k: b.constant(start + step * length, init[k].dtype) for k, (start, step) in counted.items()}
    return [{**found, **ends}[k] for k in range(len(init))]


def _counted(jaxpr, captured: int, init: list[Value], length: int) -> dict[int, tuple[int, int]]:
    """The integers that grow by the same in each turn: what they start from, and by how much."""
    found = {}
    given = jaxpr.invars[captured : captured + len(init)]
    for k, (own, out, x) in enumerate(zip(given, jaxpr.outvars, init, strict=False)):
        if x.constant is None or x.dtype.kind not in "iu" or (step := step_of(jaxpr, own, out)) is None:
            continue
        start = int(x.constant)
        low, high = (f(a, b) for f, a, b in zip((max, min), limits(x.dtype), limits(INDEX), strict=True))
        if low <= min(start, start + step * length) and max(start, start + step * length) <= high:
            found[k] = start, step
    return found


@rule("cond")
def _cond(b, eqn, which, *args):
    branches = eqn.params["branches"]
    number = b.taken.get(which, which.constant)
    if number is not None:
        chosen = branches[min(max(int(number), 0), len(branches) - 1)]
        return b.run(chosen.jaxpr, chosen.consts, args)
    blocks = []
    for k, branch in enumerate(branches):
        if _truth(which).dtype.kind == "b":  # another number beyond the last branch takes the last
            b.taken[which] = k
        with b.ranges.given_that(b.ranges.told(which, bool(k)) if len(branches) == 2 else {}):
            blocks.append(b.inner(branch.jaxpr, branch.consts, args, []))
        b.taken.pop(which, None)
        if _truth(which).dtype.kind == "b" and len(branches) == 2:  # which is known inside
            known = {_truth(which): b.constant(k, np.dtype(bool))}
            blocks[-1].results = [known.get(r, r) for r in blocks[-1].results]
    same: dict[int, Value] = {}
    for k, results in enumerate(zip(*(block.results for block in blocks), strict=True)):
        x = _all_one(b, results)
        if x is None and len(blocks) == 2:
            x = _one_of_two(b, which, blocks, *results)
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


def _truth(which: Value) -> Value:
    """The truth that the number of a branch was made of, or the number."""
    node = which.node
    return node.args[0] if node is not None and node.kind == "map" and node.params["op"] == "convert" else which


def _one_of_two(b, which: Value, blocks: list[Block], x: Value, y: Value) -> Value | None:
    """The value of one of two branches, where no branch is needed for it."""
    truth = _truth(which)
    if truth.dtype.kind == "b" and x.constant is not None and y.constant is not None and x.dtype == y.dtype:
        numbers = (b.constant(v.constant, v.dtype) for v in (x, y))
        return b.map("select", x.dtype, truth, *numbers)
    for value, other, k in ((y, x, 0), (x, y, 1)):  # what the same truth has chosen, and what it chose otherwise
        node = value.node
        if node is None or node.kind != "branch" or node.args[0] is not which:
            continue
        if not any(node in block.nodes for block in blocks):
            before = node.blocks[k].results[node.outs.index(value)]
            if before is other or _all_one(b, (before, other)) is not None:
                return value
    return None
