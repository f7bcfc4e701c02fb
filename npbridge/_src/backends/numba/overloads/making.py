"""Arrays from ranges, numbers and other arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.core import errors, types
from numba.np.numpy_support import as_dtype

from .arithmetic import ufunc_stubs
from .forms import compiled, constant, flag, form, overloads, stub
from .python import npb_astype

_NONE = (types.NoneType, types.Omitted)


@form(np.linspace)
def npb_linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None):
    """``numpy.linspace``."""


@overloads(npb_linspace)
def _linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None):
    dt = np.float64 if dtype is None or isinstance(dtype, _NONE) else as_dtype(dtype.dtype).type
    if isinstance(start, types.Complex) or isinstance(stop, types.Complex):
        dt = np.complex128
    if any(isinstance(types.unliteral(k), types.Float) and k.bitwidth < 64 for k in (start, stop)):
        raise errors.TypingError("No match: np.linspace of narrow numbers has no compiled form")
    floor = "np.floor(v)" if np.dtype(dt).kind in "iu" else "v"
    both = flag(retstep)
    lines = [
        "div = num - 1 if endpoint else num",
        "out = np.empty(num, dt)",
        "step = (stop - start) / div if div > 0 else np.nan",
        "for i in range(num):",
        "    v = i * step + start if div > 0 else start + 0.0",
        f"    out[i] = {floor}",
        "if endpoint and num > 1:",
        "    out[num - 1] = stop",
        "return out, step" if both else "return out",
    ]
    head = "def impl(start, stop, num=50, endpoint=True, retstep=False, dtype=None):\n"
    return compiled(head + "".join(f"    {line}\n" for line in lines), dt=dt)


@form(np.meshgrid)
def npb_meshgrid(*xi, indexing="xy"):
    """``numpy.meshgrid``."""


@overloads(npb_meshgrid)
def _meshgrid(xi, indexing="xy"):
    how = indexing if isinstance(indexing, str) else constant(indexing)
    if how not in ("xy", "ij"):
        raise errors.TypingError("No match: np.meshgrid of another indexing")
    n = len(xi)
    order = list(range(n))
    if how == "xy" and n > 1:
        order[:2] = [1, 0]
    shape = "".join(f"xi[{k}].size, " for k in order)
    loops, pad = [], "    "
    for position, k in enumerate(order):
        loops.append(f"{pad}for i{k} in range(xi[{k}].size):")
        pad += "    "
        del position
    at = ", ".join(f"i{k}" for k in order)
    lines = [f"    o{k} = np.empty(({shape}), xi[{k}].dtype)" for k in range(n)]
    lines += loops + [f"{pad}o{k}[{at}] = xi[{k}][i{k}]" for k in range(n)]
    lines.append(f"    return ({''.join(f'o{k}, ' for k in range(n))})")
    return compiled("def impl(xi, indexing='xy'):\n" + "\n".join(lines) + "\n")


@form(np.clip)
def npb_clip(a, a_min=None, a_max=None, *, min=None, max=None):
    """``numpy.clip``."""


@overloads(npb_clip)
def _clip(a, a_min=None, a_max=None, min=None, max=None):
    low = "a_min" if not isinstance(a_min, _NONE) else "min" if not isinstance(min, _NONE) else None
    high = "a_max" if not isinstance(a_max, _NONE) else "max" if not isinstance(max, _NONE) else None
    given = {"a": a, "a_min": a_min, "a_max": a_max, "min": min, "max": max}
    first, *bounds = [as_dtype(getattr(k, "dtype", types.unliteral(k))) for k in map(given.get, ("a", low, high)) if k]
    whole, real = np.dtype(np.int64), np.dtype(np.float64)
    if not (first == whole and set(bounds) <= {whole}) and not (first == real and set(bounds) <= {whole, real}):
        raise errors.TypingError("No match: np.clip of such numbers has no compiled form")
    if low is None and high is None:
        raise errors.TypingError("No match: np.clip without bounds has no compiled form")
    value = "a"
    if low is not None:
        value = f"maximum({value}, {low}, 0, 0)"
    if high is not None:
        value = f"minimum({value}, {high}, 0, 0)"
    names = {name: ufunc_stubs(name, getattr(np, name))[f"npb_ufunc_{name}"] for name in ("maximum", "minimum")}
    return compiled(f"def impl(a, a_min=None, a_max=None, min=None, max=None):\n    return {value}\n", **names)


@form(np.array, native="object dtype")
def npb_array(object, dtype=None, ndmin=0):
    """``numpy.array``."""


@overloads(npb_array)
def _array(object, dtype=None, ndmin=0):
    made, cast = ("(", ")") if isinstance(dtype, _NONE) else ("npb_astype(", ", dtype)")
    head = f"def impl(object, dtype=None, ndmin=0):\n    return {made}"
    if isinstance(object, types.Array):
        return compiled(f"{head}object.copy(){cast}\n", npb_astype=npb_astype)
    inner = getattr(object, "dtype", None)
    if isinstance(object, types.BaseTuple) and all(isinstance(t, types.Array) for t in object.types):
        return compiled(f"{head}np.stack(object){cast}\n", npb_astype=npb_astype)
    if isinstance(inner, types.Array):
        return _rows(inner, made, cast)
    if isinstance(object, (types.Number, types.Boolean)):
        dt = as_dtype(types.unliteral(object)).type if isinstance(dtype, _NONE) else as_dtype(dtype.dtype).type
        return compiled("def impl(object, dtype=None, ndmin=0):\n    return np.full((), object, dt)\n", dt=dt)
    return compiled(f"{head}np.array(object){cast}\n", npb_astype=npb_astype)


@form(np.asarray, np.asanyarray, native="a dtype")
def npb_asarray(a, dtype=None):
    """``numpy.asarray``: an array is given back as it is."""


@overloads(npb_asarray)
def _asarray(a, dtype=None):
    if isinstance(a, types.Array):
        if isinstance(dtype, _NONE) or as_dtype(dtype.dtype) == as_dtype(a.dtype):
            return lambda a, dtype=None: a
        return lambda a, dtype=None: npb_astype(a, dtype)
    return lambda a, dtype=None: npb_array(a, dtype, 0)


def _rows(inner: Any, made: str, cast: str) -> Any:
    lines = ["n = len(object)", "out = np.empty((n,) + object[0].shape, object[0].dtype)"]
    lines += ["for i in range(n):", "    out[i] = object[i]", f"return {made}out{cast}"]
    text = "def impl(object, dtype=None, ndmin=0):\n" + "".join(f"    {line}\n" for line in lines)
    return compiled(text, npb_astype=npb_astype)


@form(np.gradient)
def npb_gradient(f, dx=1.0, axis=None):
    """``numpy.gradient`` with equal steps."""


@overloads(npb_gradient)
def _gradient(f, dx=1.0, axis=None):
    from .reductions import axes_of

    if isinstance(dx, types.Array):
        raise errors.TypingError("np.gradient with coordinates has no compiled form: give a step")
    axes = axes_of(axis, f.ndim)
    lines = []
    dt = as_dtype(f.dtype).type if as_dtype(f.dtype).kind in "fc" else np.float64
    for k in axes:
        every = [":"] * f.ndim

        def at(part: str, every: list = every, k: int = k) -> str:
            return ", ".join([*every[:k], part, *every[k + 1 :]])

        lines += [
            f"if f.shape[{k}] < 2:",
            f"    raise ValueError({_SHORT!r})",
            f"o{k} = np.empty(f.shape, dt)",
            f"o{k}[{at('1:-1')}] = (f[{at('2:')}] - f[{at(':-2')}]) / (2.0 * dx)",
            f"o{k}[{at('0')}] = (f[{at('1')}] - f[{at('0')}]) / dx",
            f"o{k}[{at('-1')}] = (f[{at('-1')}] - f[{at('-2')}]) / dx",
        ]
    lines.append("return " + ", ".join(f"o{k}" for k in axes))
    return compiled("def impl(f, dx=1.0, axis=None):\n" + "".join(f"    {line}\n" for line in lines), dt=dt)


_SHORT = "Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) elements are required."


@stub
def npb_grid_axis(start, stop, step):
    """The coordinates that a slice gives in ``numpy.mgrid``; a complex step says how many."""


@overloads(npb_grid_axis)
def _grid_axis(start, stop, step):
    if isinstance(step, types.Complex):
        made = "npb_linspace(start, stop, int(abs(step)))"
    else:
        made = "np.arange(start, stop, step)"
    return compiled(f"def impl(start, stop, step):\n    return {made}\n", npb_linspace=npb_linspace)


@stub
def npb_mgrid(dense, *axes):
    """``numpy.mgrid`` over arrays of coordinates."""


@overloads(npb_mgrid)
def _mgrid(dense, *axes):
    kinds = axes[0] if len(axes) == 1 and isinstance(axes[0], types.BaseTuple) else axes
    n = len(kinds)
    source = "axes[0]" if kinds is not axes else "axes"
    shape = "".join(f"{source}[{k}].size, " for k in range(n))
    dt = np.result_type(*[as_dtype(k.dtype) for k in kinds]).type
    lines, pad = [f"    out = np.empty(({n}, {shape}), dt)"], "    "
    for k in range(n):
        lines.append(f"{pad}for i{k} in range({source}[{k}].size):")
        pad += "    "
    at = ", ".join(f"i{k}" for k in range(n))
    lines += [f"{pad}out[{k}, {at}] = {source}[{k}][i{k}]" for k in range(n)]
    return compiled("def impl(dense, *axes):\n" + "\n".join(lines) + "\n    return out\n", dt=dt)
