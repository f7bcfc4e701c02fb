"""The draws of generators on ``'jax'``: plans of them, by NumPy's class, whose checks apply."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from ..array import core
from ..array.core import OURS
from ..convert import context as contexts
from ..ground.errors import UnsupportedError
from ..storage.buffer import canonical
from . import discrete, integers
from .arguments import (
    asked,
    check,
    float_dtype,
    is_traced,
    parameters,
    shape_of,
    sized,
)
from .plans import Plan
from .rows import ROWS

FLOAT = np.dtype(np.float64)


def wrapped(value, size=()):
    """A sample as our array; a single number where no `size` was asked for."""
    return core.of_device(value) if size is None else core.array_of_device(value)


def distribution(real, name, given, size) -> Plan:
    """A row of the table."""
    row = ROWS[name]
    values = parameters(real, name, row, given)
    if name == "uniform":
        _check_range(real, *values)
    shape = shape_of(size, *values)
    return Plan(row.sampler, (shape, canonical(FLOAT)), values, size)


def _check_range(real, low, high) -> None:
    if real is not np.random.RandomState:
        check(high - low < 0, "high - low < 0")


def typed(real, name, given, size, dtype, out) -> Plan:
    """A row whose sample has a type and a place to be put."""
    row = ROWS[name]
    dtype = float_dtype(dtype, name)
    values = parameters(real, name, row, given)
    if out is None:
        return Plan(row.sampler, (shape_of(size, *values), dtype), values, size)
    if type(out) not in OURS and not isinstance(out, np.ndarray):
        raise ValueError("Supplied output array must be contiguous, writable, aligned, and in machine byte-order.")
    found = canonical(out.dtype)
    if found != dtype:
        raise TypeError(f"Supplied output array has the wrong type. Expected {dtype}, got {found}")
    if size is not None and sized(size) != out.shape:
        raise ValueError("size must match out.shape when used together")
    return Plan(row.sampler, (shape_of(out.shape, *values), dtype), values, out.shape, out)


# -- integers


def between(real, low, high, size, dtype, endpoint: bool) -> Plan:
    """``randint`` and ``integers``."""
    dtype = np.dtype(dtype)
    if dtype.kind not in "iub" or dtype.char in "?" and dtype != np.bool_:
        asked(real, "randint" if real is np.random.RandomState else "integers", 2, dtype=dtype)
    if high is None:
        low, high = 0, low
    traced = is_traced(low) or is_traced(high)
    if not traced:
        _ask_range(real, low, high, dtype, endpoint)
    target = canonical(dtype)
    first, last = _bound(low, 0, target, "low"), _bound(high, 0 if endpoint else 1, target, "high")
    if traced:
        check(first > last, "low > high" if endpoint else "low >= high")
    shape = shape_of(size, first, last)
    return Plan(integers.integers, (shape, target), (first, last), size)


def _ask_range(real, low, high, dtype, endpoint) -> None:
    low, high = core.host_values(low), core.host_values(high)
    if np.size(low) and np.size(high):
        options: Any = {"endpoint": endpoint} if real is not np.random.RandomState else {}
        asked(real, "randint" if real is np.random.RandomState else "integers", low, high, dtype=dtype, **options)


def _bound(x, less: int, dtype, name: str):
    """An end of a range, included, in the type of the result."""
    if is_traced(x):
        value = x._value() if type(x) in OURS else jnp.asarray(x)
        return (value - less if value.dtype != np.bool_ else value).astype(dtype)
    values = np.asarray(core.host_values(x))
    if values.dtype.kind == "f":
        values = values.astype(np.int64)
    if values.dtype == object or values.dtype.kind == "u" and less:
        values = np.array([int(v) - less for v in values.ravel()], object).reshape(values.shape)
    elif less:
        values = values.astype(np.int64) - less
    if dtype == np.bool_:
        return values.astype(bool)
    info = np.iinfo(dtype)
    if values.size and (values.max() > info.max or values.min() < info.min):
        raise ValueError(f"{name} is out of bounds for {dtype}: 64-bit integers need npbridge.enable_x64()")
    return values.astype(dtype)


def tomaxint(real, size) -> Plan:
    dtype = discrete.count_dtype()
    return between(np.random.Generator, 0, np.iinfo(dtype).max, size, dtype, True)


def raw_bytes(self, real, length):
    if contexts.current() is not None:
        raise UnsupportedError(
            "bytes() cannot be compiled for 'jax': its result is no array. Draw integers of dtype uint8, or call it "
            "outside of the function."
        )
    length = core.host_values(length)
    if not isinstance(length, (int, float, np.number)):
        asked(real, "bytes", length)
    length = int(length) if length >= 0 else 0
    value = self._stream.draw(integers.integers, ((length,), np.dtype(np.uint8)), np.uint8(0), np.uint8(255))
    return np.asarray(value).tobytes()
