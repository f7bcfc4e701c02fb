"""Plans of draws: arguments that were checked, in the form that a sampler takes.

Checking and converting the arguments takes longer than drawing ten numbers.  The next
call with the same numbers and sizes as arguments takes the plan of the first.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from ..array import core
from ..convert import context as contexts
from . import stream as streams

_LIMIT = 1024  # plans of one method
_NUMBERS = {float, np.float64}
_PLAIN = frozenset({*_NUMBERS, int, bool, type(None), np.int64, str, type, tuple, np.dtype, np.dtypes.Float64DType})


class Plan:
    """One draw, as often as wanted.

    Attributes
    ----------
    sampler, statics, parameters
        ``sampler(key, *statics, *parameters)`` is the sample.
    size : object
        What was asked for; None gives a single number.
    out : array or None
        Where the sample is put.
    """

    __slots__ = ("kernel", "out", "parameters", "placed", "sampler", "size", "statics")

    def __init__(self, sampler, statics: tuple, parameters=(), size: Any = (), out=None) -> None:
        self.sampler, self.statics, self.parameters, self.size, self.out = sampler, statics, parameters, size, out
        self.kernel: Any = None
        self.placed: Any = None

    def draw(self, stream):
        """The next sample, as our array."""
        if self.kernel is None:
            value = stream.draw(self.sampler, self.statics, *self.parameters)
        elif contexts.current() is None:
            value = stream.again(self.kernel, self.placed)
        else:
            value = stream.again(self.kernel, self.parameters)
        if self.out is not None:
            return put(self.out, value)
        return core.of_device(value) if self.size is None else core.array_of_device(value)

    def keep(self) -> None:
        """Have what further draws need at hand: parameters that are jax's cost 1.5 us less each."""
        self.kernel = streams.drawing(self.sampler, self.statics)
        with jax.ensure_compile_time_eval():
            self.placed = tuple(map(jax.numpy.asarray, self.parameters))


def put(out, value):
    """Write a sample into an array of ours or of NumPy's."""
    from .arguments import known

    if type(out) is np.ndarray:
        out[...] = np.asarray(known(value, "what is written into an ndarray"))
    else:
        out[...] = core.array_of_device(value)
    return out


def remembering(make: Callable[[tuple, dict], Plan]) -> Callable:
    """``draw(self, *args, **kwargs)`` for ``make(args, kwargs)``, which is asked once for the same numbers."""
    plans: dict[Any, Plan] = {}

    def draw(self, *args, **kwargs):
        key = _key(args, kwargs)
        plan = None if key is None else plans.get(key)
        if plan is None:
            plan = make(args, kwargs)
            if key is not None and type(plan) is Plan:
                plan.keep()
                if len(plans) >= _LIMIT:
                    plans.clear()
                plans[key] = plan
        return plan.draw(self._stream)

    return draw


def _key(args: tuple, kwargs: dict):
    """What tells arguments apart; None where they are more than numbers, sizes and types."""
    values = (*args, *kwargs.values()) if kwargs else args
    kinds = tuple(map(type, values))
    if not _PLAIN.issuperset(kinds):
        return None
    for kind, x in zip(kinds, values, strict=True):
        if kind is tuple:
            if not all(type(n) is int for n in x):
                return None
        elif kind in _NUMBERS and (x != x or x == 0 and math.copysign(1, x) < 0):
            return None  # -0.0 equals 0.0, but not for NumPy's checks
    return jax.config.jax_enable_x64, kinds, values, tuple(kwargs)
