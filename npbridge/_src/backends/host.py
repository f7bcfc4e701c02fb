"""Running a NumPy function on the host replicas, with NumPy's aliasing.

The arguments become ndarrays over the buffers' own memory.  A result that lies
in the memory of an argument becomes a view of that argument; so views, copies
and identities come out as NumPy makes them.
"""

from __future__ import annotations

from contextlib import ExitStack

import jax
import numpy as np

from ..array import core
from ..dispatch import precision
from ..facts.trees import of_results
from ..storage import view
from ..storage.buffer import canonical

OURS = core.OURS
JaxScalar = core.JaxScalar
# NumPy's scalar types that are ours
SCALARS = {np.dtype(char).type for char in core.STORED_KINDS}


def unwrap(x, seen):
    """`x` with our arrays replaced; appends ``(ours or None, ndarray)`` to `seen`."""
    kind = type(x)
    if kind in OURS:
        raw = x._read()
        if kind is JaxScalar:
            return raw
        seen.append((x, raw))
        return raw
    if kind is np.ndarray:
        seen.append((None, x))
        return x
    if kind is list or kind is tuple:
        for y in x:
            k = type(y)
            if k in OURS or k is list or k is tuple or k is slice:
                return kind([unwrap(y, seen) for y in x])
        return x
    if kind is dict:
        return {k: unwrap(y, seen) for k, y in x.items()}
    if kind is slice:
        return slice(unwrap(x.start, seen), unwrap(x.stop, seen), unwrap(x.step, seen))
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return kind(*[unwrap(y, seen) for y in x])
    if isinstance(x, jax.Array):
        return np.asarray(x)
    return x


def wrap(result, seen):
    """`result` with ndarrays replaced by our arrays."""
    kind = type(result)
    if kind is np.ndarray:
        return wrap_array(result, seen)
    if kind in SCALARS:
        return result
    if kind is list or kind is dict or isinstance(result, tuple):
        return of_results(result, lambda x: wrap_array(x, seen) if type(x) is np.ndarray else x)
    return result


def wrap_array(result: np.ndarray, seen):
    foreign = False
    for ours, raw in seen:
        if raw is result:
            if ours is not None:
                return ours
            foreign = True
    if result.base is None and not foreign:
        if result.dtype.char not in core.STORED_KINDS:
            return result
        return core.of_fresh(result if result.dtype.isnative else in_native_order(result))
    owner = view.owner_of(result)
    shared = foreign
    for ours, raw in seen:
        if ours is None:
            shared = shared or owner is view.owner_of(raw)
            continue
        buffer = ours._buffer
        if owner is buffer.owner:
            return core.of_view(buffer, _rooted(result, owner), _base(ours))
        if owner is view.owner_of(raw):
            # the values were read from a snapshot: the same window on our memory,
            # writeable where the argument is
            window = view.same_window(result, owner, buffer.stand_in())
            if ours._window().flags.writeable and not window.flags.writeable:
                window = np.ndarray(window.shape, window.dtype, buffer.host, _offset(window, buffer), window.strides)
            return core.of_view(buffer, window, _base(ours))
    if result.dtype.char not in core.STORED_KINDS:
        return result
    lent = core.lent(result)
    if lent is not None:
        return lent
    return core.of_memory(result if result.dtype.isnative else in_native_order(result), shared)


def in_native_order(values: np.ndarray) -> np.ndarray:
    """Arrays are made in the machine's byte order, whatever order was asked for."""
    return values.astype(values.dtype.newbyteorder("="))


def _offset(window, buffer) -> int:
    return view.address(window) - view.address(buffer.host) if window.size else 0


def _rooted(result: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """`result` with `owner` as its direct base."""
    if result.base is owner:
        return result
    start = core.c_ordered(owner)
    return view.same_window(result, start, start)


def _base(ours):
    return ours if ours._base is None else ours._base


def call(function, args, kwargs):
    """``function(*args, **kwargs)`` on the host, results wrapped.

    `out` and every other argument of ours that the function writes must have
    been prepared by :func:`call_writing`.
    """
    if len(args) == 1 and not kwargs and type(args[0]) is core.JaxArray:
        raw = args[0]._read()
        return wrap(function(raw), ((args[0], raw),))
    seen: list = []
    args = tuple([unwrap(x, seen) for x in args])
    if kwargs:
        kwargs = {k: unwrap(x, seen) for k, x in kwargs.items()}
    return wrap(function(*args, **kwargs), seen)


def call_writing(function, args, kwargs, written):
    """As :func:`call`, for functions that write the arrays in `written`."""
    given = [x for x in written if isinstance(x, np.ndarray) and type(x) not in OURS]
    written = [x for x in written if type(x) in OURS]
    for x in written:
        if type(x) is JaxScalar:
            raise TypeError("return arrays must be of ArrayType")
    seen: list = []
    args = tuple([unwrap(x, seen) for x in args])
    kwargs = {k: unwrap(x, seen) for k, x in kwargs.items()}
    with ExitStack() as locks:
        buffers = {id(x._buffer): x._buffer for x in written}
        for key in sorted(buffers):
            locks.enter_context(buffers[key].lock)
        # preparing a buffer for writing can move it to new memory: replace the
        # arguments that were read before
        fresh = [(x, x._writable()) for x in written]
        swap = {}
        for x, raw in seen:
            if x is None:
                continue
            for y, new in fresh:
                if x is y and raw is not new:
                    swap[id(raw)] = new
                elif x is not y and x._buffer is y._buffer and view.owner_of(raw) is not x._buffer.owner:
                    swap[id(raw)] = x._window()
        if swap:
            args = tuple([_swapped(x, swap) for x in args])
            kwargs = {k: _swapped(x, swap) for k, x in kwargs.items()}
            seen = [(x, swap.get(id(raw), raw)) for x, raw in seen]
        result = function(*args, **kwargs)
    return _wrap_unless(given, result, seen)


def into(out, inputs, operands: list, compute):
    """``compute(operands, target)``, where `target` is the memory of `out`, one array of ours; gives `out`.

    `operands` are the values of the `inputs`: those that share memory with `out` are read anew.
    """
    buffer = out._buffer
    with buffer.lock:
        target = out._writable()
        for i, x in enumerate(inputs):
            if type(x) in core.ARRAYS and x._buffer is buffer:
                operands[i] = target if x is out else x._window()  # the memory may have moved
        compute(operands, target)
    return out


def call_beside(function, args, kwargs, written):
    """As :func:`call_writing`, where arrays of other libraries are among the arguments."""
    return call_writing(function, args, kwargs, (*written, *outs(kwargs)))


def _wrap_unless(given, result, seen):
    """As `wrap`, but an ndarray that the caller gave as `out` comes back as it is."""
    if given:
        if type(result) is tuple:
            return tuple([_wrap_unless(given, x, seen) for x in result])
        if any(result is x for x in given):
            return result
    return wrap(result, seen)


def _swapped(x, swap):
    if type(x) in (list, tuple):
        return type(x)(_swapped(y, swap) for y in x)
    return swap.get(id(x), x) if isinstance(x, np.ndarray) else x


def outs(kwargs):
    out = kwargs.get("out")
    if out is None:
        return ()
    return out if type(out) is tuple else (out,)


def narrow(result, given: bool = False):
    """Our arrays and NumPy's scalars in `result` in the dtype that JAX stores (x64 off: 32 bit).

    Integers that were `given`, and moved only, must fit; of those that were computed it is told.
    """
    kind = type(result)
    if kind in OURS or kind in SCALARS:
        dtype = result.dtype
        target = canonical(dtype)
        if target is dtype or target == dtype:
            return result
        values = result._read() if kind in OURS else result
        kept = values.astype(target)
        (precision.see_that_it_fits if given else precision.tell_if_wrapped)(values, kept)
        return core.of_fresh(kept) if type(kept) is np.ndarray else kept
    if kind is tuple or kind is list:
        return kind([narrow(y, given) for y in result])
    if isinstance(result, tuple) and hasattr(result, "_fields"):
        return kind(*[narrow(y, given) for y in result])
    return result
