"""The ``'jax'`` backend."""

from __future__ import annotations

from ...dispatch import fallback
from ...dispatch.backend import Backend
from .. import host
from . import ufuncs


def missing(function, args, kwargs):
    """A function that no rule knows: it runs on the host, and says so."""
    fallback.announce(function.__name__, "jax", "it has no rule")
    return host.narrow(host.call_writing(function, args, kwargs, host.outs(kwargs)))


def make_backend() -> Backend:
    return Backend("jax", ufuncs.dispatch, ufuncs.binary, missing)
