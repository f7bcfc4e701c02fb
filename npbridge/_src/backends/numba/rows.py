"""The rows of the ``'numpy'`` backend: each function of NumPy, run on the host values.

What a rule must know is which of the arguments the function writes: its fact says so.
"""

from __future__ import annotations

import functools

import numpy as np

from ...array import core
from ...array.methods import FUNCTIONS
from ...dispatch.registry import Rule, register
from ...face.rebind import rebind
from ...facts import Fact, fact_of
from ...facts.fact import names_of
from .. import host
from ..surface import surface, ufuncs
from ..unsupported import register_refusals
from . import calls, large, reductions
from .crossover import UFUNCS

NATIVE = "NumPy"

# Reductions of all elements that the kernel does: function and method of the same name.
REDUCING = {
    "amax": functools.partial(reductions.reduction, np.maximum),
    "amin": functools.partial(reductions.reduction, np.minimum),
    "max": functools.partial(reductions.reduction, np.maximum),
    "mean": reductions.mean,
    "min": functools.partial(reductions.reduction, np.minimum),
    "sum": functools.partial(reductions.reduction, np.add),
}


def reading(function):
    """A rule for a function that writes no argument."""

    def call(args, kwargs):
        return host.call(function, args, kwargs)

    return call


def writing_out(function, place: int):
    """A rule for a function that writes nothing but `out`, whose position is `place`."""

    def call(args, kwargs):
        if len(args) <= place and "out" not in kwargs:
            return host.call(function, args, kwargs)
        out = kwargs["out"] if "out" in kwargs else args[place]
        return host.call_writing(function, args, kwargs, out if type(out) is tuple else (out,))

    return call


def writing(fact: Fact):
    """A rule for a function that changes an argument, always or where an option says so."""

    def call(args, kwargs):
        return host.call_writing(fact.function, args, kwargs, fact.written(args, kwargs))

    return call


def plain_rule(fact: Fact, function):
    if fact.writes or fact.writes_if is not None:
        return writing(fact)
    places = names_of(function)
    return writing_out(function, places["out"]) if "out" in places else reading(function)


def calling(function):
    """A rule for a function that calls back: NumPy's own code, over our arrays."""
    over_ours = rebind(function.__wrapped__)

    def call(args, kwargs):
        return over_ours(*args, **kwargs)

    return call


def from_function(args, kwargs):
    """``np.fromfunction``: the function is given our grids."""

    def call(function, shape, *, dtype=float, **rest):
        return function(*core.of_fresh(np.indices(shape, dtype=dtype)), **rest)

    return call(*args, **kwargs)


def padding(args, kwargs):
    """``np.pad``: `mode` may be a function, which is given rows to change in place."""
    mode = fact_of(np.pad).bound(args, kwargs).get("mode")
    return (_pad_calling if callable(mode) else _pad)(args, kwargs)


def reducing(by_kernel, plain):
    """A rule for a reduction whose large cases the kernel does."""

    def call(args, kwargs):
        x = args[0] if args else None
        if type(x) is core.JaxArray and not kwargs and len(args) == 1 and x.size >= large.SMALLEST:
            number = by_kernel(x._read())
            if number is not None:
                return number
        return plain(args, kwargs)

    return call


def method(name: str):
    """A rule for ``ndarray.<name>``, which on a scalar is the scalar's."""
    unbound = getattr(np.ndarray, name)
    plain = plain_rule(Fact(unbound), unbound)
    scalars = getattr(np.generic, name, unbound)
    of_scalar = plain_rule(Fact(scalars), scalars)

    def call(args, kwargs):
        if type(args[0]) is core.JaxScalar:
            return of_scalar(args, kwargs)
        return plain(args, kwargs)

    return call


def rule_of(function):
    """``(call, how)`` for one function of the surface."""
    fact = fact_of(function)
    if function in OWN:
        return OWN[function], NATIVE
    if fact.calls and fact.kind == "compose":
        return calling(function), "NumPy's code over our arrays"
    plain = plain_rule(fact, function)
    name = function.__name__
    if name in REDUCING and getattr(np, name) is function:
        return reducing(REDUCING[name], plain), KERNEL
    return plain, NATIVE


KERNEL = "NumPy; large arrays in a Numba kernel"
_pad, _pad_calling = reading(np.pad), calling(np.pad)
OWN = {np.fromfunction: from_function, np.pad: padding}


def register_functions() -> None:
    for function in surface():
        call, how = rule_of(function)
        register("numpy", function, Rule(call, "native", how))


def register_ufuncs() -> None:
    for ufunc in ufuncs():
        how = KERNEL if ufunc.__name__ in UFUNCS else NATIVE

        def call(args, kwargs, ufunc=ufunc):
            return calls.ufunc(ufunc, "__call__", args, kwargs)

        register("numpy", ufunc, Rule(call, "native", how))


def register_methods() -> None:
    for name in FUNCTIONS:
        call, how = method(name), NATIVE
        if name in REDUCING:
            call, how = reducing(REDUCING[name], call), KERNEL
        register("numpy", getattr(np.ndarray, name), Rule(call, "native", how))


def register_all() -> None:
    register_functions()
    register_ufuncs()
    register_methods()
    register_refusals("numpy")
