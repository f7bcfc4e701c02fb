"""The ``'jax'`` backend."""

from __future__ import annotations

from ...dispatch import fallback
from ...dispatch.backend import Backend
from .. import host
from ..unsupported import register_refusals
from . import compositions, einsum, found, in_place, linear_algebra, moves, reductions, transforms, ufuncs

RULE_MODULES = (compositions, einsum, linear_algebra, moves, found, reductions, transforms)
register_refusals("jax", host.narrow)


def missing(function, args, kwargs):
    """A function that no rule knows: it runs on the host, and says so."""
    name = getattr(function, "__name__", str(function))
    fallback.announce(name, "jax", "it has no rule")
    return host.narrow(host.call_writing(function, args, kwargs, host.outs(kwargs)))


def outside(function, args, kwargs, error):
    """A call with data that are not stored: NumPy's affair, and its result an ndarray."""
    if moves.traced(args, kwargs):
        raise error
    name = getattr(function, "__name__", str(function))
    fallback.announce(name, "jax", f"dtypes that are not stored take part ({error})")
    return host.narrow(host.call_writing(function, args, kwargs, host.outs(kwargs)))


def make_backend() -> Backend:
    ufuncs.register_rows()
    return Backend("jax", ufuncs.dispatch, ufuncs.binary, in_place.update, missing, outside)
