"""The rows of the ``'numpy'`` backend: each function of NumPy, run on the host values.

What a rule must know is which of the arguments the function writes.  ``out`` is
found by its name in NumPy's signature, here, once; the functions that change an
array by design are in tables.
"""

from __future__ import annotations

import functools
import inspect

import numpy as np

from ...array import core
from ...array.methods import FUNCTIONS
from ...dispatch.registry import Rule, register
from ...face.rebind import rebind
from .. import host
from ..surface import surface, ufuncs
from ..unsupported import register_refusals
from . import calls, large, reductions
from .crossover import UFUNCS

NATIVE = "NumPy"

# Functions that change this argument.
WRITTEN = {
    np.copyto: "dst",
    np.fill_diagonal: "a",
    np.place: "arr",
    np.put: "a",
    np.put_along_axis: "arr",
    np.putmask: "a",
}

# Functions that change the first argument when the second has this truth.
WRITTEN_IF = {
    np.median: ("a", "overwrite_input", True),
    np.nan_to_num: ("x", "copy", False),
    np.nanmedian: ("a", "overwrite_input", True),
    np.nanpercentile: ("a", "overwrite_input", True),
    np.nanquantile: ("a", "overwrite_input", True),
    np.percentile: ("a", "overwrite_input", True),
    np.quantile: ("a", "overwrite_input", True),
}

# Functions that hand parts of an array to a Python function: these parts are ours.
CALLING = (np.apply_along_axis, np.apply_over_axes, np.piecewise)

# Reductions of all elements that the kernel does: function and method of the same name.
REDUCING = {
    "amax": functools.partial(reductions.reduction, np.maximum),
    "amin": functools.partial(reductions.reduction, np.minimum),
    "max": functools.partial(reductions.reduction, np.maximum),
    "mean": reductions.mean,
    "min": functools.partial(reductions.reduction, np.minimum),
    "sum": functools.partial(reductions.reduction, np.add),
}


def parameters(function) -> dict[str, int]:
    """The position of each parameter; empty where NumPy does not say."""
    try:
        names = inspect.signature(function).parameters
    except ValueError:
        return {}
    return {name: i for i, name in enumerate(names)}


def argument(places: dict[str, int], name: str, args, kwargs):
    """The argument called `name` in a call, or None."""
    if name in kwargs:
        return kwargs[name]
    place = places.get(name, len(args))
    return args[place] if place < len(args) else None


def reading(function):
    """A rule for a function that writes no argument."""

    def call(args, kwargs):
        return host.call(function, args, kwargs)

    return call


def writing_out(function):
    """A rule for a function with ``out``."""
    places = parameters(function)
    place = places.get("out", 1 << 30)

    def call(args, kwargs):
        if len(args) <= place and "out" not in kwargs:
            return host.call(function, args, kwargs)
        out = argument(places, "out", args, kwargs)
        return host.call_writing(function, args, kwargs, out if type(out) is tuple else (out,))

    return call


def writing(function, name: str):
    """A rule for a function that changes the argument `name`."""
    places = parameters(function)

    def call(args, kwargs):
        return host.call_writing(function, args, kwargs, (argument(places, name, args, kwargs),))

    return call


def writing_if(function, name: str, option: str, truth: bool):
    """A rule for a function that changes `name` when `option` says so, and may have ``out``."""
    places = parameters(function)
    plain = writing_out(function)

    def call(args, kwargs):
        chosen = argument(places, option, args, kwargs)
        if chosen is None or bool(chosen) is not truth:
            return plain(args, kwargs)
        written = (argument(places, name, args, kwargs), argument(places, "out", args, kwargs))
        return host.call_writing(function, args, kwargs, written)

    return call


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
    mode = argument({"mode": 2}, "mode", args, kwargs)
    return (_pad_calling if callable(mode) else _pad)(args, kwargs)


def reducing(by_kernel, plain):
    """A rule for a reduction whose large cases the kernel does."""

    def call(args, kwargs):
        x = args[0] if args else None
        if type(x) is core.JaxArray and not kwargs and len(args) == 1 and x.size >= large.SMALLEST:
            number = by_kernel(x._read())
            if number is not None:
                return core.of_number(number)
        return plain(args, kwargs)

    return call


def method(name: str):
    """A rule for ``ndarray.<name>``, which on a scalar is the scalar's."""
    unbound = getattr(np.ndarray, name)
    plain = writing_out(unbound)

    def call(args, kwargs):
        if type(args[0]) is core.JaxScalar:
            return writing_out(getattr(np.generic, name))(args, kwargs)
        return plain(args, kwargs)

    return call


def rule_of(function):
    """``(call, how)`` for one function of the surface."""
    if function in WRITTEN:
        return writing(function, WRITTEN[function]), NATIVE
    if function in WRITTEN_IF:
        return writing_if(function, *WRITTEN_IF[function]), NATIVE
    if function in CALLING:
        return calling(function), "NumPy's code over our arrays"
    if function in OWN:
        return OWN[function], NATIVE
    plain = writing_out(function) if "out" in parameters(function) else reading(function)
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
