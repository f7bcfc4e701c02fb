"""Steps that are left to functions on arrays of the host: NumPy's own where there is one, else XLA's."""

from __future__ import annotations

from collections.abc import Callable

import jax
import numpy as np
from jax.extend.core import jaxprs_in_params

from .build import NotHeld, dtype_of

FORMS: dict[str, Callable] = {}


def form(*names: str):
    """Register NumPy's way of a primitive: ``f(params, *arrays)`` gives a list of arrays."""

    def register(function):
        for name in names:
            FORMS[name] = function
        return function

    return register


def call(builder, eqn, *args):
    """A node for a primitive that has no rule: its results are computed by the host."""
    if eqn.effects or list(jaxprs_in_params(eqn.params)):
        raise NotHeld(f"the step {eqn.primitive.name}")
    name, params = eqn.primitive.name, eqn.params
    ours = FORMS.get(name)
    if ours is None:
        compiled = jax.jit(lambda *xs: eqn.primitive.bind(*xs, **params))

        def function(*arrays):
            with jax.enable_x64(True):  # whatever this thread computes in now
                found = compiled(*arrays)
            return found if eqn.primitive.multiple_results else [found]
    else:

        def function(*arrays):
            return ours(params, *arrays)

    node = builder.node("call", args, name=name, function=function)
    return [node.out(v.aval.shape, dtype_of(v.aval)) for v in eqn.outvars]


@form("sort")
def _sort(params, *arrays):
    axis, keys = params["dimension"], params["num_keys"]
    if len(arrays) == 1:
        return [np.sort(arrays[0], axis=axis, kind="stable")]
    if keys == 1:
        order = np.argsort(arrays[0], axis=axis, kind="stable")
    else:
        order = np.lexsort(arrays[keys - 1 :: -1], axis=axis)
    return [np.take_along_axis(a, order, axis) for a in arrays]


@form("fft")
def _fft(params, x):
    kind, lengths = params["fft_type"], params["fft_lengths"]
    axes = tuple(range(x.ndim - len(lengths), x.ndim))
    name = jax.lax.FftType(kind).name
    function = {"FFT": np.fft.fftn, "IFFT": np.fft.ifftn, "RFFT": np.fft.rfftn, "IRFFT": np.fft.irfftn}[name]
    return [function(x, lengths, axes)]


@form("cholesky")
def _cholesky(params, x):
    x = np.tril(x)
    try:
        return [np.linalg.cholesky(x + np.conj(np.swapaxes(np.tril(x, -1), -1, -2)))]
    except np.linalg.LinAlgError:
        return [np.full_like(x, np.nan)]
