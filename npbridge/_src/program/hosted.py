"""Steps that are left to functions on arrays of the host: NumPy's own where there is one, else XLA's."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable

import jax
import numpy as np
from jax.extend.core import jaxprs_in_params

from ..dispatch import forked
from ..ground.compat import wide
from .builder import NotHeld, dtype_of, registering, rule

# NumPy's ways of primitives: ``f(params, *arrays)`` gives a list of arrays.
FORMS: dict[str, Callable] = {}
form = registering(FORMS)


@rule("")
def _call(b, eqn, *args):
    """A node for a primitive that has no rule: its results are computed by the host."""
    if eqn.effects or list(jaxprs_in_params(eqn.params)):
        raise NotHeld(f"the step {eqn.primitive.name}")
    name, ours = eqn.primitive.name, FORMS.get(eqn.primitive.name)
    function = _by_xla(eqn.primitive, eqn.params) if ours is None else functools.partial(ours, eqn.params)
    node = b.node("call", args, name=name, function=function, numpys=ours is not None)
    return [node.out(v.aval.shape, dtype_of(v.aval)) for v in eqn.outvars]


@rule("pure_callback", "io_callback", "debug_callback")
def _called_back(b, eqn, *args):
    """A node for a function that JAX was asked to call, where it stands in the order of the program."""
    function = eqn.params["callback"]
    inner = getattr(function, "callback_func", None)
    if getattr(inner, "takes_arrays", False):
        function = _flat(inner)
    else:
        function = functools.partial(_on_arrays, function, [v.aval for v in eqn.outvars])
    name = eqn.primitive.name.removesuffix("_callback")
    acts = eqn.primitive.name != "pure_callback"
    node = b.node("call", args, name=name, function=function, acts=acts, numpys=True)
    return [node.out(v.aval.shape, dtype_of(v.aval)) for v in eqn.outvars]


def _flat(function) -> Callable:
    """A function that says that arrays of the host will do, with a list of its results."""

    def call(*arrays):
        found = function(*arrays)
        return () if found is None else found if type(found) is tuple else (found,)

    return call


def _on_arrays(function, wanted, *arrays):
    """Call a function that takes, and may keep, what JAX gives, and is to give what was said."""
    with wide():
        found = function(*map(jax.numpy.array, arrays))
    values = [] if found is None else [np.asarray(x) for x in found]
    if [(x.shape, x.dtype) for x in values] != [(v.shape, v.dtype) for v in wanted]:
        told = ", ".join(f"{x.dtype}{list(x.shape)}" for x in values)
        raise TypeError(f"a function that compiled code calls gave {told or 'nothing'}, and not {wanted}")
    return values


@rule("debug_print")
def _printed(b, eqn, *args):
    def function(*arrays):
        if forked.in_child:
            forked.refuse("jax.debug.print is called in a compiled function")
        with wide():
            eqn.primitive.bind(*map(jax.numpy.array, arrays), **eqn.params)
        return ()

    b.node("call", args, name="print", function=function, acts=True)
    return []


def taking_arrays(function: Callable) -> Callable:
    """Mark a function as one that takes ndarrays as it takes arrays of JAX's, and keeps none; it gives no lists."""

    if not isinstance(function, types.FunctionType):  # a method has no attributes of its own
        method, function = function, lambda *arrays: method(*arrays)
    function.takes_arrays = True  # type: ignore[attr-defined]
    return function


def _by_xla(primitive, params) -> Callable:
    """XLA's way of a primitive."""
    compiled = jax.jit(lambda *xs: primitive.bind(*xs, **params))

    def function(*arrays):
        if forked.in_child:
            forked.refuse(f"XLA computes the step {primitive.name} of a compiled function")
        with wide():  # whatever this thread computes in now
            found = compiled(*arrays)
        return found if primitive.multiple_results else [found]

    return function


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


_FFTS: dict[str, Callable] = {
    "FFT": np.fft.fftn, "IFFT": np.fft.ifftn, "RFFT": np.fft.rfftn, "IRFFT": np.fft.irfftn,
}  # fmt: skip


@form("fft")
def _fft(params, x):
    lengths = params["fft_lengths"]
    axes = tuple(range(x.ndim - len(lengths), x.ndim))
    return [_FFTS[jax.lax.FftType(params["fft_type"]).name](x, lengths, axes)]


@form("cholesky")
def _cholesky(params, x):
    x = np.tril(x)
    try:
        return [np.linalg.cholesky(x + np.conj(np.swapaxes(np.tril(x, -1), -1, -2)))]
    except np.linalg.LinAlgError:
        return [np.full_like(x, np.nan)]
