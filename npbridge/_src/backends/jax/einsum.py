"""``np.einsum`` on JAX: both call forms, every keyword."""

from __future__ import annotations

import functools
import string

import jax.numpy as jnp
import numpy as np
from jax import lax

from ...array import core
from ...dispatch.registry import implements
from ...storage import compiling
from ...storage.buffer import canonical
from ...storage.casts import cast
from .. import host
from .by_name import array_values, wrap
from .ufunc_plans import as_dtype
from .ufunc_results import write_into

_LETTERS = string.ascii_uppercase + string.ascii_lowercase


@implements(np.einsum, backend="jax", how="jax.numpy")
def einsum(*operands, out=None, optimize=False, dtype=None, casting="safe", order="K"):
    subscripts, arrays = _with_string(operands)
    if len(arrays) == 1 and out is None and dtype is None:
        view = _as_view(subscripts, arrays[0])
        if view is not None:
            return view
    values, dtypes = zip(*(array_values(x) for x in arrays), strict=True) if arrays else ((), ())
    dtypes = [d for ds in dtypes for d in ds] or [np.asarray(v).dtype for v in values]
    if out is not None:
        dtypes = [*dtypes, out.dtype]
    common = as_dtype(dtype) if dtype is not None else np.result_type(*dtypes)
    core.check_dtype(common)
    _check(subscripts, values, dtypes, dtype and common, casting, optimize)
    result = _compiled(subscripts, canonical(common).name)(*values)
    if out is None:
        return wrap(result)
    if out.shape != result.shape:
        raise ValueError(f"operand {len(values)} (out) has shape {out.shape}, the result {result.shape}")
    if not np.can_cast(result.dtype, out.dtype, casting):
        raise TypeError(
            f"Iterator requested dtype could not be cast from {result.dtype!r} to {out.dtype!r}, the operand "
            f"{len(values)} dtype, according to the rule '{casting}'"
        )
    write_into(out, result)
    return out


def _with_string(operands):
    """Subscripts as one string, and the arrays, of either call form."""
    if not operands:
        raise ValueError(
            "must specify the einstein sum subscripts string and at least one operand, "
            "or at least one operand and its corresponding subscripts list"
        )
    first = operands[0]
    if isinstance(first, (str, bytes)):
        return first if isinstance(first, str) else first.decode(), operands[1:]
    pairs = list(zip(operands[0::2], operands[1::2], strict=False))
    inputs = ",".join(_letters(labels) for _, labels in pairs)
    if len(operands) % 2:
        inputs += "->" + _letters(operands[-1])
    return inputs, tuple(x for x, _ in pairs)


def _as_view(subscripts, array):
    """NumPy gives a writable view where nothing is summed: a transpose, a diagonal."""
    if type(array) not in core.OURS:
        return None
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    if not arrow or "..." in inputs or set(inputs) != set(output) or len(inputs) != array.ndim:
        return None
    window = array._window()
    return host.wrap(np.einsum(subscripts, window), [(array, window)])


def _letters(labels) -> str:
    if hasattr(labels, "tolist"):
        labels = labels.tolist()
    if not isinstance(labels, (list, tuple)):
        raise TypeError("subscripts for each operand must be a list or a tuple")
    text = ""
    for label in labels:
        if label is Ellipsis:
            text += "..."
            continue
        index = label.__index__()
        if not 0 <= index < 52:
            raise ValueError("subscript is not within the valid range [0, 52)")
        text += _LETTERS[index]
    return text


def _check(subscripts, values, dtypes, dtype, casting, optimize) -> None:
    """NumPy's own errors, asked on arrays that have these shapes and no size."""
    if optimize is not False and not isinstance(optimize, (bool, str, list, tuple)):
        raise TypeError(f"Did not understand the path: {optimize!r}")
    if dtype is not None:
        for found in dtypes:
            if not np.can_cast(found, dtype, casting):
                raise TypeError(f"Cannot cast operand from {found!r} to {dtype!r} according to the rule '{casting}'")
    key = (subscripts, tuple(np.shape(v) for v in values), repr(optimize))
    if key not in _fine:
        small = [np.broadcast_to(np.int8(0), tuple(min(n, 2) if n != 1 else 1 for n in s)) for s in key[1]]
        sizes = {n for s in key[1] for n in s}
        np.einsum(subscripts, *small, optimize=optimize)
        if len(sizes) > 1:
            np.einsum_path(subscripts, *[np.broadcast_to(np.int8(0), s) for s in key[1]])
        if len(_fine) > 4096:
            _fine.clear()
        _fine.add(key)


_fine: set = set()


@functools.lru_cache(maxsize=512)
def _compiled(subscripts, dtype):
    loop = "int32" if dtype == "bool" else dtype

    def run(*values):
        arrays = [cast(v, np.dtype(loop)) for v in values]
        out = jnp.einsum(subscripts, *arrays, precision=lax.Precision.HIGHEST)
        return (out != 0) if dtype == "bool" else cast(out, np.dtype(dtype))

    return compiling.kernel(run)
