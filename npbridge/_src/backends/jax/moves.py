"""Functions that move, count or describe data and compute nothing.

Their answer is exact whichever replica is used, so concrete arrays are handled
where they can be reached from the host, by NumPy itself, with its aliasing and its
errors.  While JAX traces, the ``jax.numpy`` function of the same name does it.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ...array import core, traced_number
from ...dispatch.registry import Rule, register
from ...storage.buffer import Tracer, canonical
from .. import host
from ..surface import surface

OURS = core.OURS

# Results that are views where NumPy's are: asked of the stand-in first, so that
# values still being computed are not waited for.
VIEWS = (
    np.array_split, np.atleast_1d, np.atleast_2d, np.atleast_3d, np.broadcast_arrays, np.broadcast_to, np.diag,
    np.diagonal, np.dsplit, np.expand_dims, np.flip, np.fliplr, np.flipud, np.hsplit, np.imag,
    np.linalg.diagonal, np.linalg.matrix_transpose, np.matrix_transpose, np.moveaxis, np.ravel, np.real,
    np.reshape, np.rollaxis, np.rot90, np.split, np.squeeze, np.swapaxes, np.transpose, np.unstack, np.vsplit,
    np.lib.stride_tricks.sliding_window_view,
)  # fmt: skip

MOVES = (
    np.append, np.argpartition, np.argsort, np.argwhere, np.block, np.choose, np.column_stack,
    np.compress, np.concatenate, np.copy, np.delete, np.diag_indices_from, np.diagflat, np.digitize,
    np.dstack, np.empty_like, np.extract, np.flatnonzero, np.full_like, np.hstack, np.insert, np.intersect1d,
    np.isin, np.ix_, np.lexsort, np.meshgrid, np.nonzero, np.ones_like, np.packbits, np.partition,
    np.ravel_multi_index, np.repeat, np.resize, np.roll, np.searchsorted, np.select, np.setdiff1d,
    np.setxor1d, np.sort, np.sort_complex, np.stack, np.take, np.take_along_axis, np.tile, np.tril,
    np.tril_indices_from, np.trim_zeros, np.triu, np.triu_indices_from, np.union1d, np.unique, np.unique_all,
    np.unique_counts, np.unique_inverse, np.unique_values, np.unpackbits, np.unravel_index, np.vstack, np.where,
    np.zeros_like, np.fft.fftshift, np.fft.ifftshift, np.array_equal, np.array_equiv, np.vander, np.astype,
)  # fmt: skip

# those whose arguments are all arrays; of the others it is the first, or one of these names
_OF_ARRAYS_ONLY = {np.atleast_1d, np.atleast_2d, np.atleast_3d, np.broadcast_arrays}
_ARRAY_NAMES = {"a", "arr", "ary", "array", "x", "m", "v", "val", "M"}

_POSITIONS = {np.searchsorted, np.digitize}

# Creation with like=: the reference array only says that the result is ours.
CREATES = (
    np.arange, np.array, np.asanyarray, np.asarray, np.ascontiguousarray, np.asfortranarray, np.empty, np.eye,
    np.frombuffer, np.fromfile, np.fromfunction, np.fromiter, np.fromstring, np.full, np.genfromtxt, np.identity,
    np.loadtxt, np.ones, np.tri, np.zeros,
)  # fmt: skip

# function -> position of the array that it writes
WRITES = {np.copyto: 0, np.place: 0, np.put: 0, np.put_along_axis: 0, np.putmask: 0, np.fill_diagonal: 0}

DESCRIBES = (
    np.array2string, np.array_repr, np.array_str, np.can_cast, np.common_type, np.iscomplexobj, np.isrealobj,
    np.may_share_memory, np.min_scalar_type, np.ndim, np.result_type, np.save, np.savetxt, np.savez,
    np.savez_compressed, np.shape, np.shares_memory, np.size, np.einsum_path,
)  # fmt: skip


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
    kind = type(x)
    if kind in OURS:
        return x._value()
    if kind is list or kind is tuple:
        return kind([raw(y) for y in x])
    return x


def wrap(result, leaf=core.of_device):
    """`result` with `leaf` done to each value in it: tuples, lists and named tuples are kept."""
    kind = type(result)
    if kind is tuple or kind is list:
        return kind([wrap(y, leaf) for y in result])
    if isinstance(result, tuple) and hasattr(result, "_fields"):
        return kind(*[wrap(y, leaf) for y in result])
    return leaf(result)


def _array_or_as_is(x):
    return core.of_device(x) if isinstance(x, core.jax.Array) else x


def lowered(function, twin, args, kwargs):
    """The call on ``jax.numpy`` while JAX traces."""
    if twin is None:
        raise TypeError(
            f"numpy.{function.__name__} has no form inside compiled JAX code. "
            "Call it outside, or compile the function on the 'numpy' backend."
        )
    given = args, kwargs
    kwargs = {k: raw(v) for k, v in kwargs.items() if v is not np._NoValue}
    args = [raw(x) for x in args]
    try:
        result = _lowered(twin, args, kwargs)
        if function in _POSITIONS:
            return result.astype(canonical(np.dtype(np.intp)))  # JAX has them of 32 bit
        return result
    except (TypeError, ValueError):
        # a count or a position that must be known, where an argument of the compiled function is one
        origins = set().union(*_origins((*given[0], *given[1].values())))
        if origins:
            raise traced_number.NeedsValue(frozenset(origins)) from None
        raise


def _origins(values):
    """The arguments of the compiled function that are, or make up, numbers among the values."""
    for x in values:
        if type(x) in (list, tuple):
            yield from _origins(x)
        elif type(x) in OURS and x.weak is not None and x.origins:
            yield x.origins


def _lowered(twin, args, kwargs):
    # jax.numpy takes no lists for arrays: neither among the items of a sequence, nor for an argument
    for change in (lambda x: x, _items_as_arrays):
        try:
            return wrap(twin(*map(change, args), **{k: change(v) for k, v in kwargs.items()}), _array_or_as_is)
        except TypeError:
            if not any(type(x) is list for x in (*args, *kwargs.values())):
                raise
    return wrap(twin(*map(_as_array, args), **{k: _as_array(v) for k, v in kwargs.items()}), _array_or_as_is)


def _items_as_arrays(x):
    return type(x)(map(_as_array, x)) if type(x) in (list, tuple) else x


def _as_array(x):
    return jnp.asarray(x) if type(x) is list else x


def twin_of(function):
    module = {"numpy.linalg": jnp.linalg, "numpy.fft": jnp.fft}.get(function.__module__, jnp)
    return getattr(module, function.__name__, None)


def _move(function):
    twin = twin_of(function)

    def call(args, kwargs):
        if traced(args, kwargs):
            return lowered(function, twin, args, kwargs)
        if kwargs and kwargs.get("out") is not None:
            return host.narrow(host.call_writing(function, args, kwargs, host.outs(kwargs)))
        return host.narrow(host.call(function, args, kwargs))

    return call


def _with_positional_out(function, position):
    """As `_move`, for functions whose `out` may come by position."""
    simple = _move(function)

    def call(args, kwargs):
        if len(args) > position and args[position] is not None and not traced(args, kwargs):
            return host.narrow(host.call_writing(function, args, kwargs, (args[position],)))
        return simple(args, kwargs)

    return call


def _view(function):
    otherwise = _move(function)
    # a part of a complex number is a view of another dtype, which kernels cannot read
    retypes = function in (np.real, np.imag)
    arrays = None if function in _OF_ARRAYS_ONLY else 1

    def call(args, kwargs):
        seen: list = []
        windows = [_window(x, seen) for x in args[:arrays]]
        pending = any(not x._buffer.current for x, _ in seen)
        if pending and not kwargs.get("copy") and not (retypes and traced(args, kwargs)):
            # a window of values still to come has a shape and no contents: lengths and positions are numbers
            named = {k: _window(v, seen) if k in _ARRAY_NAMES else core.host_values(v) for k, v in kwargs.items()}
            result = function(*windows, *map(core.host_values, args[len(windows) :]), **named)
            if _all_views(result, seen):
                return host.wrap(result, seen)
        return otherwise(args, kwargs)

    return call


def _window(x, seen):
    kind = type(x)
    if kind in OURS:
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


def _write(function, position):
    def call(args, kwargs):
        names = {np.copyto: "dst", np.place: "arr", np.putmask: "a"}
        target = args[position] if args else kwargs[names.get(function, "a")]
        if traced(args, kwargs):
            return _traced_write(function, target, args, kwargs)
        return host.call_writing(function, args, kwargs, (target,))

    return call


def _traced_write(function, target, args, kwargs):
    if function is np.copyto:
        source, where = args[1], kwargs.get("where", True)
        value = source if where is True else np.where(where, source, target)
        target[...] = value
        return
    if function is np.putmask:
        target[...] = np.where(args[1], np.resize(args[2], target.shape), target)
        return
    twin = twin_of(function)
    new = lowered(function, twin, args, {**kwargs, "inplace": False})
    target[...] = new


def _describe(function):
    def call(args, kwargs):
        return host.call(function, [_layout_only(function, x) for x in args], kwargs)

    return call


_LAYOUT_ONLY = {
    np.shape, np.ndim, np.size, np.iscomplexobj, np.isrealobj, np.result_type, np.can_cast, np.common_type,
    np.may_share_memory, np.shares_memory,
}  # fmt: skip


def _layout_only(function, x):
    return x._window() if function in _LAYOUT_ONLY and type(x) in OURS else x


def _print(function):
    from ...array.printing import array_repr

    def call(args, kwargs):
        if function is np.array_repr:
            return array_repr(*args, **kwargs)
        return function(*map(core.host_values, args), **kwargs)

    return call


_OUT_POSITION = {np.take: 3, np.compress: 3, np.choose: 2, np.concatenate: 2, np.stack: 2}


def build() -> None:
    how = "moves data: NumPy on the host replica, jax.numpy while traced"
    for function in VIEWS:
        register("jax", function, Rule(_view(function), "native", "view"))
    for function in MOVES:
        position = _OUT_POSITION.get(function)
        call = _with_positional_out(function, position) if position else _move(function)
        register("jax", function, Rule(call, "native", how))
    names = {f.__name__ for f in CREATES}
    for function in surface():
        # with like= NumPy passes an object of its own for some of them
        if function.__module__ == "numpy" and function.__name__ in names | {"require"}:
            register("jax", function, Rule(_create(function), "native", "created on the host"))
    for function, position in WRITES.items():
        register("jax", function, Rule(_write(function, position), "native", "writes in place"))
    for function in DESCRIBES:
        register("jax", function, Rule(_describe(function), "native", "reads the layout"))
    for function in (np.array2string, np.array_repr, np.array_str):
        register("jax", function, Rule(_print(function), "native", "prints"))


build()
