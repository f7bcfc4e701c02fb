"""Functions that move, count or describe data and compute nothing.

Their answer is exact whichever replica is used, so concrete arrays are handled
where they can be reached from the host, by NumPy itself, with its aliasing and its
errors.  While JAX traces, the ``jax.numpy`` function of the same name does it.
"""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np

from ...array import choice, core, window
from ...dispatch import precision
from ...dispatch.registry import Rule, register
from ...facts import Fact, fact_of
from ...facts.trees import of_results
from ...ground.compat import NO_VALUE
from ...storage.buffer import Tracer
from .. import host
from ..surface import surface

OURS = core.OURS

# those whose arguments are all arrays; of the others it is the first, or one of these names
_OF_ARRAYS_ONLY = {np.atleast_1d, np.atleast_2d, np.atleast_3d, np.broadcast_arrays}
_ARRAY_NAMES = {"a", "arr", "ary", "array", "x", "m", "v", "val", "M"}


def traced(args, kwargs=None) -> bool:
    """Whether a tracer is among the arguments."""
    for x in args:
        kind = type(x)
        if kind in OURS:
            if isinstance(x._buffer.device, Tracer) if hasattr(x, "_buffer") else False:
                return True
        elif (kind is list or kind is tuple) and traced(x) or isinstance(x, Tracer):
            return True
    return bool(kwargs) and traced(tuple(kwargs.values()))


def raw(x):
    """`x` as ``jax.numpy`` takes it; what is known stays known: there it may be a position, a length, a choice."""
    kind = type(x)
    if kind in OURS:
        return known_or_traced(x)
    if kind is list or kind is tuple:
        return kind([raw(y) for y in x])
    return x


def known_or_traced(x):
    """The values of one of our arrays: an ndarray where they are known, else a tracer."""
    if type(x) not in OURS:
        return x
    if x._buffer.traced or x.weak is not None:
        return x._value()
    return x._read()


def wrap(result, leaf=core.of_device):
    """`result` with `leaf` done to each value in it: tuples, lists and named tuples are kept, and what is one array."""
    return of_results(result, leaf)


def _array_or_as_is(x):
    return core.of_device(x) if isinstance(x, core.jax.Array) else x


def lowered(twin):
    """A form that calls a function of ``jax.numpy``."""

    def form(args, kwargs):
        if twin is None:
            raise TypeError("jax.numpy has no such function")
        kwargs = {k: raw(v) for k, v in kwargs.items() if v is not NO_VALUE}
        return _lowered(twin, [raw(x) for x in args], kwargs)

    return form


def joined(fact: Fact, twin):
    """A form whose arrays meet in NumPy's dtype before ``jax.numpy`` joins them in another."""
    plain = lowered(twin)

    def form(args, kwargs):
        from .traced_calls import asked

        bound = fact.bound(args, kwargs)
        answer = asked(fact, args, kwargs)
        dtype = getattr(answer, "dtype", None)
        if dtype is not None:
            args, kwargs = fact.arguments({k: _cast(v, dtype) if k in fact.joined else v for k, v in bound.items()})
        return plain(args, kwargs)

    return form


def _cast(x, dtype):
    if type(x) in (list, tuple):
        return type(x)([_cast(y, dtype) for y in x])
    if type(x) in OURS:
        return x.astype(dtype)
    return x.astype(dtype) if isinstance(x, (np.ndarray, np.generic)) else np.asarray(x, dtype)


def _lowered(twin, args, kwargs):
    # jax.numpy takes no lists for arrays: neither among the items of a sequence, nor for an argument
    for change in (lambda x: x, _items_as_arrays):
        try:
            return wrap(twin(*map(change, args), **{k: change(v) for k, v in kwargs.items()}), _array_or_as_is)
        except TypeError:
            if not any(type(x) in (list, tuple) for x in (*args, *kwargs.values())):
                raise
    return wrap(twin(*map(_as_array, args), **{k: _as_array(v) for k, v in kwargs.items()}), _array_or_as_is)


def _items_as_arrays(x):
    return type(x)(map(_as_array, x)) if type(x) in (list, tuple) else x


def _as_array(x):
    if type(x) is not list:
        return x
    return jnp.asarray(x) if traced(x) else np.asarray(x)


_TWINS = ((np, jnp), (np.linalg, jnp.linalg), (np.fft, jnp.fft))


def twin_of(function):
    """The function that ``jax.numpy`` has in the same place; None where it has none."""
    for module, other in _TWINS:
        if getattr(module, function.__name__, None) is function:
            return getattr(other, function.__name__, None)
    return None


def _on_the_host(fact: Fact):
    function, given = fact.function, fact.kind == "move"

    def call(args, kwargs):
        written = fact.written(args, kwargs)
        if written:
            for x in args:
                if type(x) is np.ndarray:
                    precision.see_that_it_can_be_stored(x, written[0].dtype)
            return host.narrow(host.call_writing(function, args, kwargs, written), given)
        return host.narrow(host.call(function, args, kwargs), given)

    return call


def _view(fact: Fact):
    function, otherwise = fact.function, _on_the_host(fact)
    # a part of a complex number is a view of another dtype, which kernels cannot read
    retypes = function in (np.real, np.imag)
    arrays = None if function in _OF_ARRAYS_ONLY else 1

    def call(args, kwargs):
        at = next((i for i, x in enumerate(args[:arrays]) if choice.is_one_of_two(x)), None)
        if at is not None:
            return choice.each(args[at], lambda x: function(*args[:at], x, *args[at + 1 :], **kwargs))
        seen: list = []
        windows = [_window(x, seen) for x in args[:arrays]]
        pending = any(not x._buffer.current for x, _ in seen)
        under_way = traced(args, kwargs)
        if pending and not kwargs.get("copy") and not (retypes and under_way):
            # a window of values still to come has a shape and no contents: lengths and positions are numbers
            named = {k: _window(v, seen) if k in _ARRAY_NAMES else core.host_values(v) for k, v in kwargs.items()}
            others = [core.host_values(x) for x in args[len(windows) :]]
            result = function(*windows, *others, **named)
            if _all_views(result, seen) and _are_in_windows(seen, lambda a: function(a, *others, **named)):
                return host.wrap(result, seen)
        return NotImplemented if under_way else otherwise(args, kwargs)

    return call


def _window(x, seen):
    kind = type(x)
    if kind in OURS:
        x = core.in_memory(x)
        window = x._window()
        seen.append((x, window))
        return window
    return x


def _all_views(result, seen) -> bool:
    if isinstance(result, (tuple, list)):
        return all(_all_views(r, seen) for r in result)
    if type(result) is not np.ndarray:
        return False
    owner = core.view.owner_of(result)
    return any(result is window or owner is x._buffer.owner for x, window in seen)


def _are_in_windows(seen, cut) -> bool:
    """Whether NumPy's views of the first array are views of it also where it lies at a place of the run time."""
    first = seen[0][0]
    return not window.is_of_window(first) or window.is_view(first, cut)


def _create(function):
    def call(args, kwargs):
        if not any(type(x) in OURS for x in (*args, *kwargs.values())):
            return _made(function(*args, **kwargs))
        plain = {k: core.host_values(v) for k, v in kwargs.items()}
        return _made(function(*map(core.host_values, args), **plain))

    return call


def _made(result):
    if isinstance(result, np.ndarray) and result.dtype.char not in core.STORED_KINDS:
        return result
    return core.from_object(result, copy=True)


def _described(fact: Fact):
    function = fact.function

    def call(args, kwargs):
        return host.call(function, [_layout(x) for x in args] if fact.layout else args, kwargs)

    return call


def _layout(x):
    if type(x) in (list, tuple):
        return type(x)(map(_layout, x))
    if type(x) not in OURS:
        return x
    return x._window() if x.weak is None else x.weak()  # any number of Python's has its kind


def _print(function):
    from ...array.printing import array_repr

    def call(args, kwargs):
        if function is np.array_repr:
            return array_repr(*args, **kwargs)
        return function(*map(core.host_values, args), **kwargs)

    return call


# -- what changes an argument, while JAX traces: its new contents are made, and written


def _copied_to(args, kwargs):
    bound = fact_of(np.copyto).bound(args, kwargs)
    target, source, where = bound["dst"], bound["src"], bound.get("where", True)
    target[...] = source if where is True else np.where(where, _in_kind(source, target), target)


def _put_by_mask(args, kwargs):
    target, mask, values = fact_of(np.putmask).bound(args, kwargs).values()
    target[...] = np.where(np.reshape(mask, target.shape), np.resize(_in_kind(values, target), target.shape), target)


def _in_kind(values, target):
    """Values in the dtype of the array that they are written into: two integers of 64 bits would meet in floats."""
    if type(values) not in OURS:
        return np.asarray(values).astype(target.dtype)
    return values if values.weak in (bool, int) else values.astype(target.dtype)


def _rewritten(fact: Fact):
    form = lowered(twin_of(fact.function))

    def write(args, kwargs):
        (target,) = fact.written(args, kwargs)
        bound = fact.bound(args, kwargs)
        bound.update({name: _in_kind(bound[name], target) for name in ("val", "vals") if name in bound})
        args, kwargs = fact.arguments(bound)
        target[...] = form(args, {**kwargs, "inplace": False})

    return write


_WRITES = {np.copyto: _copied_to, np.putmask: _put_by_mask}


def _rule(fact: Fact) -> Rule | None:
    function = fact.function
    if fact.kind == "view":
        return Rule(_view(fact), "native", "view", traced=(lowered(twin_of(function)),))
    if fact.kind == "move":
        how = "moves data: NumPy on the host replica, jax.numpy while traced"
        form = joined(fact, twin_of(function)) if fact.joined else lowered(twin_of(function))
        return Rule(_on_the_host(fact), "native", how, traced=(form,))
    if fact.kind == "make":
        return Rule(_create(function), "native", "created on the host")
    if fact.kind == "write":
        form = _WRITES.get(function) or _rewritten(fact)
        return Rule(_on_the_host(fact), "native", "writes in place", traced=(form,))
    if fact.kind == "describe":
        prints = function in (np.array2string, np.array_repr, np.array_str)
        return Rule(
            _print(function) if prints else _described(fact), "native", "prints" if prints else "reads the layout"
        )
    return None


def build() -> None:
    for function in surface():
        # with like= NumPy hands over an object of its own for some of those that make arrays
        rule = _rule(dataclasses.replace(fact_of(function), function=function))
        if rule is not None:
            register("jax", function, rule)


build()
