"""Functions that NumPy itself composes from others.

NumPy's own Python code runs over our arrays: each function it calls is dispatched
again, so the arithmetic happens in JAX kernels and the behaviour in every corner is
NumPy's.  While JAX traces, such code may ask for values; ``jax.numpy``'s function in
the same place is the other form.
"""

from __future__ import annotations

import functools

import jax.numpy as jnp
import numpy as np

from ...array import core, traced_number
from ...dispatch.registry import Rule, implements, register, tables
from ...facts import fact_of, facts
from ...facts.trees import of_results
from ...ground.compat import CLIP, NO_VALUE
from .kernels import KERNELS
from .moves import lowered, traced, twin_of


class Composition:
    """The rule that runs NumPy's implementation over our arrays."""

    def __init__(self, function) -> None:
        self.function = function

    @functools.cached_property
    def implementation(self):
        from ...face.rebind import rebind

        return rebind(self.function.__wrapped__)

    def __call__(self, args, kwargs):
        return ours(self.implementation(*args, **kwargs))


class Converted(Composition):
    """The same over traced arrays, its branches and loops converted like those of user code."""

    @functools.cached_property
    def implementation(self):
        from ...convert.pipeline import convert

        return convert(super().implementation)


def ours(result):
    """ndarrays that NumPy's code made of constants alone, as our arrays."""
    return of_results(result, _our_own)


def _our_own(x):
    return core.from_object(x, copy=True) if type(x) is np.ndarray and x.dtype.char in core.STORED_KINDS else x


class Roots(Composition):
    """``np.roots``: real where every root is, as NumPy's eigenvalues are."""

    def __call__(self, args, kwargs):
        result = super().__call__(args, kwargs)
        if not traced(args, kwargs) and result.dtype.kind == "c" and not np.any(result.imag):
            return result.real.copy()
        return result


def _forms(function, own):
    """What is tried while JAX traces: NumPy's own code, and jax.numpy's function."""
    twin, fact = twin_of(function), fact_of(function)
    # jax.numpy would call a function of the user's on each number by itself, and raises for no values
    alone = twin is None or function in _ONLY_OWN or fact.calls or fact.raises
    return (own,) if alone else (own, lowered(twin))


# what jax.numpy does otherwise than NumPy, for some values, where NumPy's code cannot be followed
_ONLY_OWN = {np.polyfit, np.roots, np.polydiv}


def _register() -> None:
    for function, fact in facts().items():
        if fact.kind == "compose":
            own = Roots(function) if function is np.roots else Composition(function)
            rule = Rule(
                own, "native", "NumPy's composition of JAX kernels", traced=_forms(function, Converted(function))
            )
            register("jax", function, rule)
        elif fact.kind == "move" and fact.in_python:
            rule, own = tables["jax"][function], Converted(function)
            traced = (own, *rule.traced) if fact.by_values else (*rule.traced, own)
            register("jax", function, rule._replace(traced=traced))


_register()


# -- clip: a ufunc that NumPy does not export

_clip_ufunc = CLIP


def _clip_kernel(x, low, high):
    from .kernels import maximum, minimum

    return minimum(maximum(x, low), high)


KERNELS[_clip_ufunc] = _clip_kernel


@implements(np.ndarray.clip, backend="jax")
def clip_method(a, min=None, max=None, out=None, **kwargs):
    return clip(a, min, max, out, **kwargs)


def _held(limit, info, nearer, end):
    """A limit that is a Python integer known only at run time, as one that the dtype holds."""
    if not isinstance(limit, traced_number.TracedNumber) or limit.weak is not int:
        return limit
    return traced_number.compute(nearer, limit, int(end))


@implements(np.clip, backend="jax")
def clip(a, a_min=NO_VALUE, a_max=NO_VALUE, out=None, *, min=NO_VALUE, max=NO_VALUE, **kwargs):
    if a_min is NO_VALUE and a_max is NO_VALUE:
        a_min = None if min is NO_VALUE else min
        a_max = None if max is NO_VALUE else max
    elif a_min is NO_VALUE or a_max is NO_VALUE:
        missing = "a_min" if a_min is NO_VALUE else "a_max"
        raise TypeError(f"clip() missing 1 required positional argument: '{missing}'")
    elif min is not NO_VALUE or max is not NO_VALUE:
        raise ValueError("Passing `min` or `max` keyword argument when `a_min` and `a_max` are provided is forbidden.")
    a = a if isinstance(a, core.JaxArray) else core.from_object(a, copy=False)
    if a.dtype.kind in "iu":
        # Python integers that the dtype cannot hold are no limits
        info = np.iinfo(a.dtype)
        a_min = None if type(a_min) is int and a_min <= info.min else _held(a_min, info, np.maximum, info.min)
        a_max = None if type(a_max) is int and a_max >= info.max else _held(a_max, info, np.minimum, info.max)
    if a_min is None and a_max is None:
        return np.positive(a, out=out, **kwargs)
    if a_min is None:
        return np.minimum(a, a_max, out=out, **kwargs)
    if a_max is None:
        return np.maximum(a, a_min, out=out, **kwargs)
    return _clip_ufunc(a, a_min, a_max, out=out, **kwargs)


@implements(np.trace, backend="jax", how="diagonal, then sum")
def trace(a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    a = a if isinstance(a, core.JaxArray) else core.from_object(a, copy=False)
    if dtype is None and a.dtype.kind == "b":
        dtype = np.intp
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1, dtype=dtype, out=out)


_ = jnp
