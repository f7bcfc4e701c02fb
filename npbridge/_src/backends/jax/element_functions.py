"""Python functions applied to each element or each row, while JAX traces: loops like any other."""

from __future__ import annotations

import numpy as np

from ...array import core
from ...array.conversion import convert
from ...convert.calls import call
from ...convert.operators import is_traced
from ...dispatch.registry import register, tables
from . import control_flow_builtins as builtin_rules
from . import control_flow_loops as loops
from .moves import traced

OURS = core.OURS


def vectorized(function, otypes, args):
    """``np.vectorize(function, otypes)(*args)``: elements are Python's numbers, the first result decides the dtype."""
    function = call(function)
    shape = np.broadcast_shapes(*map(np.shape, args))
    size = int(np.prod(shape))
    if not size and not otypes:
        raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
    flat = [_flat(x, shape) for x in args]
    if not any(map(is_traced, flat)):
        return _written_out(function, otypes, [np.asarray(core.host_values(x)) for x in flat], shape)
    elements = [lambda i, x=x: _number(x[i]) for x in flat]
    return _collected(lambda i: function(*[e(i) for e in elements]), size, shape, otypes)


def _flat(x, shape):
    return np.broadcast_to(x if type(x) in OURS else core.from_object(x, copy=True), shape).reshape(-1)


def _number(x):
    kind = {"b": bool, "i": int, "u": int, "f": float, "c": complex}[x.dtype.kind]
    return builtin_rules.TYPES[kind](x)


def _written_out(function, otypes, values, shape):
    """Elements that are known: the function may still read arrays that are not."""
    results = [function(*[v[i].item() for v in values]) for i in range(values[0].size)]
    several = isinstance(results[0], tuple)
    columns = zip(*results, strict=True) if several else [results]
    out = []
    for k, column in enumerate(columns):
        dtype = np.dtype(otypes[k]) if otypes else _dtype(column[0])
        out.append(core.from_object(list(column), dtype=dtype, copy=True).reshape(shape))
    return tuple(out) if several else out[0]


def _dtype(x):
    return x.dtype if type(x) in OURS else np.asarray(x).dtype


def _collected(at, size, shape, otypes=""):
    """``at(i)`` for each ``i``, as one array, or as several where the results are tuples."""
    first = at(0)
    several = isinstance(first, tuple)
    firsts = first if several else (first,)
    dtypes = [np.dtype(c) for c in otypes] or [_dtype(x) for x in firsts]
    out = [core.of_fresh(np.empty((size, *np.shape(x)), d)) for x, d in zip(firsts, dtypes, strict=True)]

    def body(i):
        result = at(i)
        for array, value in zip(out, result if several else (result,), strict=True):
            array[i] = value

    loops.for_stmt(range(size), body, None, (), (), (), ())
    out = [x.reshape(shape + x.shape[1:]) for x in out]
    return tuple(out) if several else out[0]


def along_axis(function, axis, arr, *args, **kwargs):
    """``np.apply_along_axis``."""
    function = call(function)
    axis = axis.__index__() % arr.ndim
    moved = np.moveaxis(arr, axis, -1)
    lead = moved.shape[:-1]
    rows = moved.reshape(int(np.prod(lead)), arr.shape[axis])
    if not lead:
        return convert(function(arr, *args, **kwargs))[()]
    if not rows.shape[0]:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")

    def at(i):
        result = function(rows[i], *args, **kwargs)
        return convert(result) if isinstance(result, (tuple, list)) else result

    out = _collected(at, rows.shape[0], lead)
    ndim = out.ndim - len(lead)
    for k in range(ndim):
        out = np.moveaxis(out, len(lead) + k, axis + k)
    return out


_eager = tables["jax"][np.apply_along_axis]


def _apply_along_axis(args, kwargs):
    if not traced(args, kwargs):
        return _eager.call(args, kwargs)
    names = ("func1d", "axis", "arr")
    given = [kwargs.pop(n) if n in kwargs else args[k] for k, n in enumerate(names) if n in kwargs or k < len(args)]
    return along_axis(*given, *args[3:], **kwargs)


register("jax", np.apply_along_axis, _eager._replace(call=_apply_along_axis, traced=()))
