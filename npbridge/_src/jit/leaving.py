"""Results that are made of others: one of several, chosen after the run, and views of what else leaves."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from ..array import choice, core, traced_index
from ..array.either import Either
from ..array.ragged import Ragged
from ..storage.buffer import Tracer
from ..storage.composed import through

OURS = core.OURS


class OneOf(NamedTuple):
    """One of several results: `which` is the place of its number among the values of a run."""

    which: int
    options: list

    def settled(self, values, made):
        which = values[self.which]
        if isinstance(which, Tracer):
            return Either(which, map(made, self.options))
        return made(self.options[int(which)])


class EitherArray(NamedTuple):
    """One of two arrays of one shape and dtype."""

    which: int
    first: Any
    second: Any

    def settled(self, values, made):
        which = values[self.which]
        if isinstance(which, Tracer):
            first, second = made(self.first), made(self.second)
            value = jnp.where(which == 0, first._value(), second._value())
            array = choice.array_of(which == 0, first, second, value)
            array._buffer.settle()
            return array
        return made(self.second if int(which) else self.first)


class Part(NamedTuple):
    """``array[key]``, where places in the key are among the values of a run."""

    array: Any
    key: Any

    def settled(self, values, made):
        return made(self.array)[_in_key(self.key, lambda place: _integer(values[place.at]))]


class View(NamedTuple):
    """A window on a new array, by shape, strides, offset, dtype, and whether it can be written."""

    array: Any
    window: tuple

    def settled(self, values, made):
        array = made(self.array)
        *where, writeable = self.window
        window = through(*where, array._window(), array._buffer.stand_in())
        if window is None:  # on one of several arrays, of which NumPy would have copied this one
            array = array.copy()
            window = through(*where, array._window(), array._buffer.stand_in())
        window.flags.writeable = writeable
        return core.of_view(array._buffer, window, array)


class Place(NamedTuple):
    """Where among the values of a run an integer is."""

    at: int


def _integer(value):
    return core.of_device(value) if isinstance(value, Tracer) else int(value)


def _in_key(key, change):
    """The key with its places, in slices and tuples too, replaced."""
    if isinstance(key, Place):
        return change(key)
    if type(key) is tuple:
        return tuple([_in_key(k, change) for k in key])
    if type(key) is slice:
        return slice(*[_in_key(k, change) for k in (key.start, key.stop, key.step)])
    return key


def parts_of(x, binding, values, describe):
    """How a result is made of others; None where it is by itself."""

    def added(value):
        values.append(jnp.asarray(value))
        return len(values) - 1

    if type(x) is Either:
        return OneOf(added(x.which), [describe(o) for o in x.options])
    if type(x) is Ragged and x.window is not None:
        array, key = x.window
        key = _known(key, added)
        return None if key is None else Part(describe(array), key)
    if type(x) is not core.JaxArray:
        return None
    buffer = x._buffer
    if type(buffer) is choice.Choice and x._whole and _is_somebodys(buffer, binding):
        which = added(jnp.where(buffer.condition, 0, 1))
        return EitherArray(which, describe(buffer.first), describe(buffer.second))
    if type(buffer) is traced_index.Window and x._whole:
        key = _known(buffer.key, added)
        return None if key is None else Part(describe(buffer.array), key)
    if x._whole or id(buffer) in binding.index:
        return None
    root = core.of_view(buffer, None, None)
    window = x._window()
    offset = core.view.address(window) - core.view.address(buffer.stand_in()) if window.size else 0
    return View(describe(root), (window.shape, window.strides, offset, window.dtype, window.flags.writeable))


def _is_somebodys(buffer, binding) -> bool:
    """Whether which of the two arrays it is can be told from outside: it need not be waited for where nobody can."""
    if not buffer.leaves_as_values:
        return True
    first = traced_index.root(buffer.first._buffer)
    return _is_somebodys(first, binding) if type(first) is choice.Choice else id(first) in binding.index


def _known(key, added):
    """The key of a window with places in the place of what is known only at run time; None where it cannot be."""
    if type(key) is tuple:
        parts = [_known(k, added) for k in key]
        return None if any(p is None and k is not None for p, k in zip(parts, key, strict=True)) else tuple(parts)
    if type(key) is slice:
        return slice(*[_known(k, added) for k in (key.start, key.stop, key.step)])
    if traced_index.is_traced_integer(key):
        return Place(added(key._value() if type(key) in OURS else key))
    is_integer = isinstance(key, (int, np.integer)) and type(key) not in OURS
    return key if is_integer or key is Ellipsis else None
