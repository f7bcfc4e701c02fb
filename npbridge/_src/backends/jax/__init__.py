"""The ``'jax'`` backend."""

from __future__ import annotations

import jax

from ...dispatch import fallback
from ...dispatch.backend import Backend
from ...facts import fact_of
from ...storage import digits
from ...storage.buffer import recorders
from .. import host
from ..unsupported import register_refusals
from . import (
    checked_forms,
    compositions,
    einsum,
    floating,
    found,
    histograms,
    in_place,
    known,
    linear_algebra,
    moves,
    reductions,
    sets,
    small,
    traced_calls,
    transforms,
    ufuncs,
)

RULE_MODULES = (
    checked_forms,
    compositions,
    einsum,
    histograms,
    linear_algebra,
    moves,
    found,
    reductions,
    sets,
    transforms,
)
register_refusals("jax", host.narrow)


def missing(function, args, kwargs):
    """A function that no rule knows: it runs on the host, and says so."""
    name = getattr(function, "__name__", str(function))
    fallback.announce(name, "jax", "it has no rule")
    return host.narrow(host.call_writing(function, args, kwargs, host.outs(kwargs)))


def offered(function, args, kwargs, written):
    """A call beside another library's array, which did not take ours."""
    return host.narrow(host.call_beside(function, args, kwargs, written))


def outside(function, args, kwargs, error):
    """A call with data that are not stored: NumPy's affair, and its result an ndarray."""
    if moves.traced(args, kwargs):
        raise error
    name = getattr(function, "__name__", str(function))
    fallback.announce(name, "jax", f"dtypes that are not stored take part ({error})")
    return host.narrow(host.call_writing(function, args, kwargs, host.outs(kwargs)))


def while_traced(rule, function, args, kwargs):
    """A call while JAX traces: values may be known only at run time."""
    if moves.traced(args, kwargs):
        return traced_calls.call(rule, function, args, kwargs)
    if digits.wanted.get() and fact_of(function).kind in ("compute", "compose", "make"):
        # all is known: NumPy itself has its last digits
        return host.narrow(host.call_writing(function, args, kwargs, host.outs(kwargs)))
    if recorders and known.are_small((args, kwargs)):
        with jax.ensure_compile_time_eval():
            return rule.call(args, kwargs)
    return rule.call(args, kwargs)


def make_backend() -> Backend:
    ufuncs.register_rows()
    small.register_rows()
    return Backend(
        "jax", ufuncs.dispatch, ufuncs.binary, in_place.update, missing, offered, outside, while_traced, floating.told
    )
