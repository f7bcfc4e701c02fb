"""What a function compiled for ``'jax'`` calls in place of the methods of NumPy's generators."""

from __future__ import annotations

import functools
import inspect
import operator
import random
from typing import Any

import jax.numpy as jnp
import numpy as np

from ..array import core
from ..convert import context as contexts
from ..ground.compat import frame_above
from ..ground.errors import UnsupportedError
from ..ground.users import in_library
from ..storage.buffer import canonical
from .host_draws import Host
from .host_tasks import GLOBAL, Task, is_traced, plain, set_state, state_of

OURS = core.OURS
GENERATORS = (np.random.Generator, np.random.RandomState)

# Functions of numpy.random that are no methods of its global state.
_SEED, _NEW = np.random.seed, np.random.default_rng
_PLAIN = {id(np.random.ranf): "random_sample", id(np.random.sample): "random_sample", id(_SEED): "seed"}
_STATES = ("get_state", "spawn")
_MADE = (np.random.RandomState, np.random.BitGenerator)


def replaced(f):
    """What to call for `f` while tracing, where it draws or seeds; else None."""
    owner = getattr(f, "__self__", None)
    if isinstance(owner, GENERATORS) and not hasattr(owner, "_stream"):
        return Drawing(owner, f.__name__)
    if id(f) in _PLAIN:
        return Drawing(GLOBAL, _PLAIN[id(f)])
    if f is random.Random:
        return _refuse_to_make
    if f is _NEW or isinstance(f, type) and issubclass(f, _MADE) and not hasattr(f, "split_key"):
        return Making(f)
    return None


def _refuse_to_make(*args):
    raise UnsupportedError(
        "a random.Random that is made in a compiled function would be made once, and not at each call. Make it before, "
        "or use numpy.random.default_rng."
    )


def drawing(function):
    """The same for ``functools.partial(method, generator)`` and methods of the global state."""
    if hasattr(function, "func"):
        return Drawing(function.args[0], function.func.__name__)
    return replaced(function)


class Drawing:
    """A method of a generator, in compiled code."""

    def __init__(self, generator, name: str) -> None:
        self.generator, self.name = generator, name

    def __call__(self, *args, **kwargs):
        context: Any = contexts.current()
        host = host_in(context, what := f"numpy.random's {self.name}")
        if self.name in _STATES:
            raise UnsupportedError(
                f"{what} cannot be compiled for 'jax': its result is no array. Call it outside of the function."
            )
        if context.refuses_host:
            raise UnsupportedError(
                f"{what} draws on the host, which strict=True forbids. Draw from npbridge.random, whose numbers are "
                "made in compiled code."
            )
        args, kwargs = with_known_sizes(self.generator, self.name, args, kwargs)
        special = _SPECIAL.get(self.name)
        result = special(self, *args, **kwargs) if special is not None else self.draw(self.name, args, kwargs)
        how = "in compiled code by a call back to NumPy" if host.calls_back else "before each run"
        _note(context, f"{what} draws {how}")
        return result

    def draw(self, method, args, kwargs):
        task = Task(self.generator, method, args, kwargs)
        return host_in(contexts.current(), f"numpy.random's {self.name}").draw(task, task.values)


def with_known_sizes(generator, name: str, args, kwargs):
    """The arguments with the numbers that are lengths of what is drawn as such: they cannot be left to the run."""
    try:
        bound = _signature(plain(generator), name).bind(generator, *args, **kwargs)
    except (TypeError, ValueError):  # NumPy says so itself
        return args, kwargs
    for which in _SIZES.intersection(bound.arguments):
        bound.arguments[which] = _known(bound.arguments[which])
    return bound.args[1:], bound.kwargs


_SIZES = {"size", "length", "n_children", "args"}


@functools.cache
def _signature(kind, name: str):
    return inspect.signature(getattr(kind, name))


def _known(size):
    if type(size) in (tuple, list):
        return type(size)(map(_known, size))
    return operator.index(size) if is_traced(size) else size


def host_in(context, what: str) -> Host:
    """Who draws for a trace."""
    if context.host is None:
        raise UnsupportedError(
            f"{what} cannot draw here, inside vmap: NumPy would draw once for all lanes. Draw from npbridge.random, "
            "which gives each lane numbers of its own, or draw outside."
        )
    return context.host


def _note(context, text: str) -> None:
    frame: Any = frame_above(2)
    while frame is not None and in_library(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is not None:
        context.note_at(frame.f_code.co_filename, frame.f_lineno, text)


class Making:
    """``default_rng``, ``RandomState`` or ``PCG64`` in compiled code: what it makes starts anew in each call."""

    def __init__(self, make) -> None:
        self.make = make

    def __call__(self, seed=None):
        from . import generators

        given = int(seed) if is_traced(seed) else core.host_values(seed)
        made = generators.Generator(_NEW(given).bit_generator) if self.make is _NEW else self.make(given)
        if isinstance(seed, (*GENERATORS, np.random.BitGenerator)):
            return seed if isinstance(seed, np.random.Generator) else made
        first = None if seed is None else state_of(made)

        def restart(generator):
            if generator is made:
                set_state(made, first if first is not None else state_of(self.make()))

        Drawing(made, self.make.__name__).draw(restart, (), {})
        return made


# -- methods that take arrays apart or write them: NumPy draws the order, and the arrays stay where they are


def _seed(self, *args, **kwargs):
    given = [int(x) if is_traced(x) else core.host_values(x) for x in args]

    def seed(generator):
        np.random.RandomState.seed(generator, *given, **kwargs)

    self.draw(seed, (), {})


def _set_state(self, state):
    self.draw(lambda generator: np.random.RandomState.set_state(generator, state), (), {})


def _order(self, n: int):
    def order(generator):
        found = np.arange(n)
        plain(generator).shuffle(generator, found)
        return found

    return self.draw(order, (), {})._value()


def _shuffle(self, x, axis=0):
    if type(x) not in OURS or not x.ndim:
        raise UnsupportedError(
            f"shuffle of a {type(x).__name__} cannot be compiled for 'jax': only arrays can be shuffled. Shuffle an "
            "array of indices."
        )
    x[...] = core.array_of_device(jnp.take(jnp.asarray(x._value()), _order(self, x.shape[axis]), axis=axis))


def _permutation(self, x, axis=0):
    if type(x) not in OURS or not x.ndim:
        return self.draw("permutation", (int(x) if is_traced(x) else x,), {})
    return core.array_of_device(jnp.take(jnp.asarray(x._value()), _order(self, x.shape[axis]), axis=axis))


def _choice(self, a, size=None, replace=True, p=None, axis=0, shuffle=True):
    extra = {"shuffle": shuffle} if isinstance(self.generator, np.random.Generator) else {}
    items = type(a) in OURS and a.ndim
    n = a.shape[axis] if items else int(a) if is_traced(a) else a
    index = self.draw("choice", (n, size, replace, p), extra)
    if not items:
        return index
    found = jnp.take(jnp.asarray(a._value()), index._value(), axis=axis)
    return core.of_device(found) if size is None else core.array_of_device(found)


def _permuted(self, x, axis=None, out=None):
    x = core.from_object(x, copy=False)
    value = jnp.asarray(x._value())
    if axis is None:
        found = jnp.take(value.ravel(), _order(self, value.size)).reshape(value.shape)
    else:
        n, shape = value.shape[axis], value.shape
        places = np.moveaxis(np.broadcast_to(np.arange(n), (*np.delete(shape, axis), n)), -1, axis)
        order = self.draw("permuted", (places,), {"axis": axis})
        found = jnp.take_along_axis(value, order._value(), axis=axis)
    return _into(out, core.array_of_device(found))


def _typed(name: str):
    def draw(self, *args, out=None, **kwargs):
        if out is not None:
            kwargs = {"size": out.shape, **kwargs}
            dtype = kwargs.get("dtype", np.float64)
            if canonical(np.dtype(dtype)) != canonical(out.dtype):
                raise TypeError(f"Supplied output array has the wrong type. Expected {dtype}, got {out.dtype}")
        return _into(out, self.draw(name, args, kwargs))

    return draw


def _into(out, result):
    if out is None:
        return result
    out[...] = result
    return out


_SPECIAL = {
    "choice": _choice, "permutation": _permutation, "permuted": _permuted, "seed": _seed, "set_state": _set_state,
    "shuffle": _shuffle, **{n: _typed(n) for n in ("standard_normal", "standard_exponential", "standard_gamma")},
}  # fmt: skip
_SPECIAL["random"] = _typed("random")
