"""The arguments of a draw on ``'jax'``: bound, checked as NumPy checks them, and sized."""

from __future__ import annotations

import operator
from typing import Any

import jax.numpy as jnp
import numpy as np

from ..array import core
from ..convert import context as contexts
from ..ground.errors import UnsupportedError
from ..storage.buffer import Tracer, canonical
from . import discrete

OURS = core.OURS
_FLOAT = np.dtype(np.float64)
# NumPy draws once from parameters of at most this many elements: that is how they are checked.
_FEW = 64

_scratch = {np.random.RandomState: np.random.RandomState(0), np.random.Generator: np.random.default_rng(0)}


def bound(real, name: str, names: tuple, defaults: tuple, args: tuple, kwargs: dict) -> list:
    """The values of `names`; NumPy's error where the arguments do not fit."""
    values = [*args, *defaults[len(args) :]]
    fits = len(args) <= len(names) and all(key in names[len(args) :] for key in kwargs)
    if fits:
        for key, value in kwargs.items():
            values[names.index(key)] = value
        fits = not any(x is ... for x in values)
    if not fits:
        asked(real, name, *args, **kwargs)
        raise TypeError(f"{name}() got arguments that do not fit")
    return values


def is_traced(x) -> bool:
    if type(x) in OURS:
        return x._buffer.traced
    if isinstance(x, (list, tuple)):
        return any(is_traced(y) for y in x)
    return isinstance(x, Tracer)


def asked(real, name: str, *args: Any, **kwargs: Any):
    """Let NumPy look at arguments: it draws once, from a generator that nobody sees."""
    return getattr(_scratch[real], name)(*map(core.host_values, args), **kwargs)


def shape_of(size, *parameters) -> tuple[int, ...]:
    """The shape of a sample; `size` must be known."""
    shapes = [x.shape for x in parameters]
    common = np.broadcast_shapes(*shapes) if any(shapes) else ()  # 8 us
    if size is None:
        return common
    shape = sized(size)
    if common and np.broadcast_shapes(shape, common) != shape:
        raise ValueError(f"Output size {shape} is not compatible with broadcast dimensions of inputs {common}.")
    return shape


def sized(size) -> tuple[int, ...]:
    """`size` as a tuple."""
    if type(size) is bool:
        raise TypeError(f"expected a sequence of integers or a single integer, got '{size}'")
    try:
        shape: tuple[int, ...] = (operator.index(size),)
    except TypeError:
        if np.ndim(size) == 0:
            raise TypeError(f"expected a sequence of integers or a single integer, got {str(size)!r}") from None
        shape = tuple(map(operator.index, size))
    if any(n < 0 for n in shape):
        raise ValueError("negative dimensions are not allowed")
    return shape


def parameters(real, name: str, row, given) -> list:
    """The parameters for the sampler: numbers, ndarrays, or values of JAX."""
    if not any(map(is_traced, given)):
        checked(real, name, row, given)
    values = [_value(x, p) for x, p in zip(given, row.parameters, strict=True)]
    if any(isinstance(x, Tracer) for x in values):
        _check_later(row, values)
        values = [_safe(x, p) for x, p in zip(values, row.parameters, strict=True)]
    return values


def checked(real, name: str, row, given) -> None:
    """Raise what NumPy raises for parameters that are known."""
    sizes = [x.size if type(x) in OURS else np.size(x) for x in given]
    if sum(sizes) > _FEW and not row.joint:
        # each condition is on one parameter: its ends tell
        given = [_ends(core.host_values(x)) if n > 2 else x for x, n in zip(given, sizes, strict=True)]
    if all(sizes):
        asked(real, name, *given)


def _ends(x):
    x = np.asarray(x)
    return x if x.dtype.kind not in "biuf" else np.array([x.min(), x.max()]).reshape(2, *[1] * max(x.ndim - 1, 0))


def _value(x, parameter):
    """A parameter as a sampler takes it; what is known only at run time stays that."""
    dtype = discrete.count_dtype() if parameter.is_count else canonical(_FLOAT)
    if type(x) in OURS:
        if x.ndim or is_traced(x):
            value = x._value()
            if parameter.is_count and isinstance(value, np.ndarray):
                return counts(parameter.name, value, dtype)
            return value.astype(dtype)
        x = x._read()
    if isinstance(x, Tracer):
        return x.astype(dtype)
    if isinstance(x, (list, tuple)) and is_traced(x):
        return jnp.stack([_value(y, parameter) for y in x])
    values = np.asarray(core.host_values(x))
    return counts(parameter.name, values, dtype) if parameter.is_count else values.astype(dtype)


def counts(name: str, values, dtype):
    """Known integers in the type that JAX has for them."""
    values = np.asarray(values)
    top = np.iinfo(dtype).max
    if values.size and (values.max() > top or values.min() < -top - 1):
        raise ValueError(f"{name} is out of bounds for {dtype}: 64-bit integers need npbridge.enable_x64()")
    return values.astype(dtype)


def _check_later(row, values) -> None:
    """Check what is known only at run time when it is known."""
    for x, parameter in zip(values, row.parameters, strict=True):
        if parameter.refused is not None:
            check(parameter.refused(x), parameter.message)
    for condition, message in row.joint:
        check(condition(*values), message)


def check(failed, message: str) -> None:
    """Raise ``ValueError(message)`` where `failed` has a true element, now or at run time."""
    context = contexts.current()
    if not isinstance(failed, Tracer):
        if np.any(failed):
            raise ValueError(message)
    elif context is not None:
        context.checks.append((failed.any(), ValueError(message)))


def _safe(x, parameter):
    """`x` with a value for which a sampler ends where it is refused: the check has the last word."""
    if parameter.refused is None or not isinstance(x, Tracer):
        return x
    bad = parameter.refused(x)
    if not parameter.is_count:
        bad = bad | ~jnp.isfinite(x)
    return jnp.where(bad, jnp.asarray(parameter.safe, x.dtype), x)


def float_dtype(dtype, name: str) -> np.dtype:
    """The type of a sample of floating numbers."""
    dtype = np.dtype(dtype)
    if dtype not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise TypeError(f"Unsupported dtype {dtype!r} for {name}")
    return canonical(dtype)


def known(x, what: str):
    """`x` where its values must be known to trace."""
    if is_traced(x):
        raise UnsupportedError(
            f"{what} must be known when the function is compiled for 'jax'. Take it as a static argument, or compile "
            "on the 'numpy' backend."
        )
    return x
