"""Floating-point flags of compiled code on ``'jax'``: what XLA computes raises none, so they are computed beside.

Where somebody asks about floating-point errors, a second program is run on the same
inputs, which tells whether one *may* have happened: a NaN or an infinity made of numbers
that were none, a division of integers by zero, a float cast to an integer that cannot hold
it.  If so the function runs as plain Python, where NumPy says which errors there were.
"""

from __future__ import annotations

import functools
import operator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend.core import ClosedJaxpr, Literal, jaxprs_in_params

# What computes one value of each one; of others a result may be of many.
_MOVES = frozenset(
    """
    broadcast_in_dim concatenate copy copy_p dynamic_slice dynamic_update_slice expand_dims gather iota neg abs sign
    optimization_barrier pad real imag conj complex reduce_max reduce_min reshape rev scatter select_n slice sort
    split squeeze stop_gradient tile transpose is_finite floor ceil round clamp copysign nextafter max min argmax argmin
    select_and_gather_add cummax cummin bitcast_convert_type random_wrap random_unwrap random_bits threefry2x32
    reduce_precision
    """.split()
)
_CALLBACKS = frozenset({"pure_callback", "io_callback", "debug_callback", "debug_print"})
_NO_UNDERFLOW = frozenset({"add", "sub", "add_any", "cumsum", "reduce_sum", "rem", "convert_element_type"})
_INTEGER_DIVISIONS = frozenset({"floor_divide", "remainder", "divmod", "fmod", "mod"})
_NOTHING = np.bool_(False)
MOST = 4000  # steps: of more, to look takes longer than Python


def program(closed: ClosedJaxpr, kinds: frozenset[str]) -> ClosedJaxpr | None:
    """From the inputs of a program to whether a floating-point error may happen; None where nobody can tell."""
    if _calls_back(closed.jaxpr) or _steps(closed.jaxpr) > MOST:
        return None
    looks = _Looks("under" in kinds)

    def may_fail(*inputs):
        return looks.of(closed.jaxpr, closed.consts, inputs)[1]

    return jax.make_jaxpr(may_fail)(*closed.in_avals)


def _steps(jaxpr) -> int:
    jaxpr = jaxpr.jaxpr if isinstance(jaxpr, ClosedJaxpr) else jaxpr
    return sum(1 + sum(map(_steps, jaxprs_in_params(eqn.params))) for eqn in jaxpr.eqns)


def _calls_back(jaxpr) -> bool:
    jaxpr = jaxpr.jaxpr if isinstance(jaxpr, ClosedJaxpr) else jaxpr
    return any(
        eqn.primitive.name in _CALLBACKS or any(map(_calls_back, jaxprs_in_params(eqn.params))) for eqn in jaxpr.eqns
    )


class _Looks:
    """The values of a program, computed with a flag beside."""

    def __init__(self, underflow: bool) -> None:
        self.underflow = underflow

    def of(self, jaxpr, constants, inputs):
        """The outputs, and the flag."""
        known: dict = dict(zip(jaxpr.constvars, constants, strict=True))
        known.update(zip(jaxpr.invars, inputs, strict=True))
        flags = []
        for eqn in jaxpr.eqns:
            operands = [v.val if isinstance(v, Literal) else known[v] for v in eqn.invars]
            outs, flag = _WITH_JAXPRS.get(eqn.primitive.name, _Looks.one)(self, eqn, operands)
            flags.append(flag)
            known.update(zip(eqn.outvars, outs, strict=True))
        outs = [v.val if isinstance(v, Literal) else known[v] for v in jaxpr.outvars]
        return outs, jnp.asarray(functools.reduce(operator.or_, flags, _NOTHING))

    def one(self, eqn, operands):
        outs = eqn.primitive.bind(*operands, **eqn.primitive.get_bind_params(eqn.params))
        outs = list(outs) if eqn.primitive.multiple_results else [outs]
        if eqn.primitive.name in _MOVES:
            return outs, _NOTHING
        return outs, functools.reduce(operator.or_, [self.look(eqn, operands, x) for x in outs], _NOTHING)

    def look(self, eqn, operands, out):
        """Whether an operation may have failed, by what it took and gave."""
        out = jnp.asarray(out)
        if not jnp.issubdtype(out.dtype, jnp.inexact):
            return _NOTHING
        taken = [jnp.asarray(x) for x in operands if jnp.issubdtype(jnp.result_type(x), jnp.inexact)]
        if all(x.shape == out.shape or not x.shape for x in taken):
            finite = functools.reduce(operator.and_, map(jnp.isfinite, taken), True)
            number = functools.reduce(operator.and_, [~jnp.isnan(x) for x in taken], True)
            flag = ((jnp.isnan(out) & number) | (~jnp.isfinite(out) & finite)).any()
        else:
            flag = ~jnp.isfinite(out).all()
        return flag | self.underflows(eqn, taken, out) if self.underflow else flag

    @staticmethod
    def underflows(eqn, taken, out):
        if eqn.primitive.name in _NO_UNDERFLOW:
            return _NOTHING
        tiny = jnp.finfo(out.dtype).tiny
        if eqn.primitive.name == "dot_general":  # of its products nothing is seen in the sums
            least = [jnp.where(x == 0, jnp.inf, jnp.abs(x)).min(initial=jnp.inf) for x in taken]
            return functools.reduce(operator.mul, least) < tiny
        nonzero = functools.reduce(operator.and_, [(x != 0) for x in taken if x.shape in (out.shape, ())], True)
        return ((jnp.abs(out) < tiny) & nonzero).any()

    # -- equations that hold others

    def call(self, eqn, operands):
        closed = eqn.params.get("jaxpr") or eqn.params.get("call_jaxpr") or eqn.params["fun_jaxpr"]
        jaxpr, constants = (closed.jaxpr, closed.consts) if isinstance(closed, ClosedJaxpr) else (closed, ())
        outs, flag = self.of(jaxpr, constants, operands)
        return outs, flag | _by_name(eqn.params.get("name"), operands, outs)

    def branches(self, eqn, operands):
        def made(closed):
            return lambda *inputs: self.of(closed.jaxpr, closed.consts, inputs)

        index, *inputs = operands
        return lax.switch(jnp.asarray(index, jnp.int32), [*map(made, eqn.params["branches"])], *inputs)

    def loop(self, eqn, operands):
        p = eqn.params
        n, m = p["cond_nconsts"], p["body_nconsts"]
        asking, constants, carry = operands[:n], operands[n : n + m], operands[n + m :]
        cond, body = p["cond_jaxpr"], p["body_jaxpr"]

        def goes_on(state):
            return self.of(cond.jaxpr, cond.consts, [*asking, *state[0]])[0][0]

        def once(state):
            carry, flag = state
            asked = self.of(cond.jaxpr, cond.consts, [*asking, *carry])[1]
            carry, new = self.of(body.jaxpr, body.consts, [*constants, *carry])
            return carry, flag | asked | new

        return lax.while_loop(goes_on, once, (list(map(jnp.asarray, carry)), jnp.asarray(_NOTHING)))

    def scan(self, eqn, operands):
        p = eqn.params
        n, m = p["num_consts"], p["num_carry"]
        constants, carry, rows = operands[:n], operands[n : n + m], operands[n + m :]
        closed = p["jaxpr"]

        def once(state, row):
            carry, flag = state
            outs, new = self.of(closed.jaxpr, closed.consts, [*constants, *carry, *row])
            return (outs[:m], flag | new), outs[m:]

        start = list(map(jnp.asarray, carry)), jnp.asarray(_NOTHING)
        (carry, flag), results = lax.scan(once, start, rows, length=p["length"], reverse=p["reverse"])
        return [*carry, *results], flag


def _by_name(name, operands, outs):
    """What the form of a function looks after itself, so that no operation inside fails."""
    if name in _INTEGER_DIVISIONS and jnp.issubdtype(jnp.result_type(operands[-1]), jnp.integer):
        divisor = jnp.asarray(operands[-1])
        # the smallest integer has no opposite
        return ((divisor == 0) | (divisor == -1) & (operands[0] == jnp.iinfo(divisor.dtype).min)).any()
    if name == "cast" and jnp.issubdtype(outs[0].dtype, jnp.integer) and jnp.issubdtype(operands[0].dtype, jnp.inexact):
        limits = jnp.iinfo(outs[0].dtype)
        x = jnp.trunc(jnp.real(operands[0]))
        return ~((x >= float(limits.min)) & (x < float(limits.max) + 1)).all()
    return _NOTHING


_WITH_JAXPRS: dict[str, Any] = {
    "cond": _Looks.branches, "while": _Looks.loop, "scan": _Looks.scan,
    **dict.fromkeys(
        ("jit", "pjit", "closed_call", "core_call", "remat", "checkpoint", "custom_jvp_call", "custom_vjp_call"),
        _Looks.call,
    ),
}  # fmt: skip
