"""Reductions over any axes, with NumPy's dtypes."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
from numba.core import errors, types
from numba.np.numpy_support import as_dtype

from .forms import compiled, constant, flag, form, overloads
from .python import npb_astype

# kind -> (start, step, end): `v` is an element, `s` the running value, `n` the count
_STEPS = {
    "sum": ("zero", "s + v", "s"),
    "prod": ("one", "s * v", "s"),
    "any": ("False", "s or bool(v)", "s"),
    "all": ("True", "s and bool(v)", "s"),
    "count_nonzero": ("0", "s + (1 if v else 0)", "s"),
    "mean": ("zero", "s + v", "s / n"),
    "nansum": ("zero", "s if v != v else s + v", "s"),
    "nanprod": ("one", "s if v != v else s * v", "s"),
}
_EXTREMES = {
    "max": "v if (v > s or v != v) else s",
    "min": "v if (v < s or v != v) else s",
    "nanmax": "v if (v > s or s != s) else s",
    "nanmin": "v if (v < s or s != s) else s",
}
_BY_KIND = {"max": "maximum", "min": "minimum", "nanmax": "fmax", "nanmin": "fmin"}


def axes_of(axis: Any, ndim: int) -> tuple[int, ...] | None:
    """The axes that a literal names, or None when it is no constant."""
    if isinstance(axis, types.NoneType) or (isinstance(axis, types.Omitted) and axis.value is None):
        return tuple(range(ndim))
    value = constant(axis)
    if value is None:
        return None
    if isinstance(value, str):
        value = ast.literal_eval(value)
    value = value if isinstance(value, (tuple, list)) else (value,)
    for k in value:
        if not -ndim <= k < ndim:
            raise errors.TypingError(f"axis {k} is out of bounds for array of dimension {ndim}")
    return tuple(k % ndim for k in value)


def result_dtype(name: str, dtype: np.dtype, wanted: Any) -> np.dtype:
    if wanted is not None and not isinstance(wanted, types.NoneType) and hasattr(wanted, "dtype"):
        return as_dtype(wanted.dtype)
    if name == "count_nonzero":
        return np.dtype(np.int64)
    return getattr(np, name)(np.ones(1, dtype)).dtype


def loops(name: str, ndim: int, axes: tuple[int, ...], keepdims: bool) -> str:
    """The body of a reduction, indented once; it reads `a` and returns."""
    kept = [i for i in range(ndim) if i not in axes]
    shape = "".join(f"a.shape[{i}], " for i in kept)
    every = ", ".join(f"i{i}" for i in range(ndim))
    place = "".join(f"i{i}, " for i in kept)
    lines = ["n = " + (" * ".join(f"a.shape[{i}]" for i in axes) or "1")]
    extreme = name in _EXTREMES
    if extreme:
        lines += ["if n == 0:", f"    raise ValueError('zero-size array to reduction operation {_BY_KIND[name]}"]
        lines[-1] += " which has no identity')"
    start = f"a[{', '.join('0' if i in axes else f'i{i}' for i in range(ndim))}]" if extreme else _STEPS[name][0]
    step = _EXTREMES[name] if extreme else _STEPS[name][1]
    end = "s" if extreme else _STEPS[name][2]
    pad = ""
    if kept:
        lines.append(f"out = np.empty(({shape}), dt)")
    if kept and kept == list(range(len(kept))):  # the reduced axes are the last ones: no memory for sums
        for i in kept:
            lines.append(f"{pad}for i{i} in range(a.shape[{i}]):")
            pad += "    "
        lines += _inner(pad, axes, every, start, step)
        lines.append(f"{pad}out[{place}] = dt({end})")
    elif kept:
        lines += _outer(kept, axes, every, place, start, step, end, ndim)
    else:
        lines += _inner("", axes, every, start, step)
        lines.append(f"out = dt({end})")
    full = "".join("1, " if i in axes else f"a.shape[{i}], " for i in range(ndim))
    if keepdims:
        lines.append(f"return out.reshape(({full}))" if kept else f"return np.full(({full}), out, dt)")
    else:
        lines.append("return out")
    return "".join(f"    {line}\n" for line in lines)


def _inner(pad: str, axes: tuple[int, ...], every: str, start: str, step: str) -> list[str]:
    lines = [f"{pad}s = {start}"]
    for i in sorted(axes):
        lines.append(f"{pad}for i{i} in range(a.shape[{i}]):")
        pad += "    "
    return [*lines, f"{pad}v = a[{every}]", f"{pad}s = {step}"]


def _outer(kept: list, axes: Any, every: str, place: str, start: str, step: str, end: str, ndim: int) -> list[str]:
    lines = []

    def nest(body: list[str], over: list[int]) -> None:
        pad = ""
        for i in over:
            lines.append(f"{pad}for i{i} in range(a.shape[{i}]):")
            pad += "    "
        lines.extend(pad + line for line in body)

    nest([f"out[{place}] = {start}"], kept)
    nest([f"s = out[{place}]", f"v = a[{every}]", f"out[{place}] = {step}"], list(range(ndim)))
    if end != "s":
        nest([f"s = out[{place}]", f"out[{place}] = dt({end})"], kept)
    return lines


def reduction(
    name: str,
    a: Any,
    axis: Any,
    keepdims: Any,
    wanted: Any = None,
    head: str = "a, axis=None, dtype=None, keepdims=False",
):
    """An implementation for the given types, or None."""
    if isinstance(a, (types.List, types.UniTuple, types.ListType)):
        text = f"def impl({head}):\n    return again(np.array(a), axis, dtype, keepdims)\n"
        return compiled(text, again=_stub(name))
    if isinstance(a, (types.Number, types.Boolean)):
        return _of_number(name, a, wanted, head)
    if not isinstance(a, types.Array):
        return None
    dtype = result_dtype(name, as_dtype(a.dtype), wanted)
    if dtype.kind == "b" and name in ("sum", "prod"):
        raise errors.TypingError(f"No match: np.{name} in booleans has no compiled form")
    if isinstance(a.dtype, types.Complex) and name in _EXTREMES:
        raise errors.TypingError(f"No match: np.{name} of complex numbers has no compiled form")
    if name in ("sum", "prod", "mean") and _is_cut_first(a, dtype):
        return compiled(
            f"def impl({head}):\n    return again(npb_astype(a, dtype), axis, dtype, keepdims)\n",
            again=_stub(name), npb_astype=npb_astype,
        )  # fmt: skip
    keep = flag(keepdims)
    names = {"dt": dtype.type, "zero": dtype.type(0), "one": dtype.type(1)}
    if dtype.kind == "b":
        names["dt"] = np.bool_
    axes = axes_of(axis, a.ndim)
    if axes is not None:
        return compiled(f"def impl({head}):\n{loops(name, a.ndim, axes, keep)}", **names)
    text = f"def impl({head}):\n    k = axis + {a.ndim} if axis < 0 else axis\n"
    for k in range(a.ndim):
        body = "".join("    " + line + "\n" for line in loops(name, a.ndim, (k,), keep).splitlines())
        text += f"    if k == {k}:\n{body}"
    return compiled(text + _BEYOND, AxisError=np.exceptions.AxisError, **names)


def _is_cut_first(a: types.Array, dtype: np.dtype) -> bool:
    """Whether floats are reduced as integers: each is cut before, not what comes out."""
    return dtype.kind in "iu" and isinstance(a.dtype, types.Float)


def _of_number(name: str, a: Any, wanted: Any, head: str) -> Any:
    dtype = result_dtype(name, as_dtype(a), wanted)
    if name in ("any", "all"):
        return compiled(f"def impl({head}):\n    return bool(a)\n")
    return compiled(f"def impl({head}):\n    return dt(a)\n", dt=dtype.type)


def _declare(name: str, targets: tuple, native: str | None) -> None:
    space: dict[str, Any] = {}
    exec(f"def npb_{name}(a, axis=None, dtype=None, keepdims=False):\n    raise NotImplementedError\n", space)
    function = form(*targets, native=native)(space[f"npb_{name}"])
    function.__doc__ = f"``numpy.{name}``."

    @overloads(function)
    def typed(a, axis=None, dtype=None, keepdims=False):
        return reduction(name, a, axis, keepdims, dtype)


for _name, _native in (
    ("sum", "a"), ("prod", "a"), ("max", "a"), ("min", "a"), ("any", "a"), ("all", "a"), ("mean", None),
    ("nansum", "a"), ("nanprod", "a"), ("nanmax", "a"), ("nanmin", "a"), ("count_nonzero", None),
):  # fmt: skip
    _targets = {getattr(np, _name)}
    if _name in ("max", "min"):
        _targets.add(getattr(np, "a" + _name))
    _declare(_name, tuple(_targets), _native)

_BEYOND = "    raise AxisError('axis is out of bounds')\n"


@form(np.var)
def npb_var(a, axis=None, dtype=None, ddof=0, keepdims=False):
    """``numpy.var``."""


@overloads(npb_var)
def _var(a, axis=None, dtype=None, ddof=0, keepdims=False):
    if not isinstance(a, types.Array):
        return lambda a, axis=None, dtype=None, ddof=0, keepdims=False: npb_var(
            np.array(a), axis, dtype, ddof, keepdims
        )
    out = result_dtype("var", as_dtype(a.dtype), None)
    axes = axes_of(axis, a.ndim)
    count = "a.size // max(m.size, 1)"
    head = "def impl(a, axis=None, dtype=None, ddof=0, keepdims=False):\n"
    keep = flag(keepdims)
    if axes is not None and len(axes) == a.ndim:
        power = (
            "d = a - m\n    s = np.sum(d.real * d.real + d.imag * d.imag)"
            if isinstance(a.dtype, types.Complex)
            else ("d = a - m\n    s = np.sum(d * d)")
        )
        last = f"np.full(({'1, ' * a.ndim}), v, dt)" if keep else "v"
        return compiled(
            f"{head}    m = npb_mean(a, None, None, False)\n    {power}\n"
            f"    v = dt(s / max(a.size - ddof, 0))\n    return {last}\n",
            npb_mean=_stub("mean"), dt=out.type,
        )  # fmt: skip
    square = "d.real * d.real + d.imag * d.imag" if isinstance(a.dtype, types.Complex) else "d * d"
    kept = "True" if keep else "False"
    return compiled(
        f"{head}    m = npb_mean(a, axis, None, True)\n    d = a - m\n    n = {count}\n"
        f"    s = npb_sum({square}, axis, None, {kept})\n    return (s / dt(max(n - ddof, 0))).astype(dt)\n",
        npb_mean=_stub("mean"), npb_sum=_stub("sum"), dt=out.type,
    )  # fmt: skip


@form(np.std)
def npb_std(a, axis=None, dtype=None, ddof=0, keepdims=False):
    """``numpy.std``."""


@overloads(npb_std)
def _std(a, axis=None, dtype=None, ddof=0, keepdims=False):
    axis_text = _as_constant(axis)
    keep = flag(keepdims)
    return compiled(
        "def impl(a, axis=None, dtype=None, ddof=0, keepdims=False):\n"
        f"    return np.sqrt(npb_var(a, {axis_text}, None, ddof, {keep}))\n",
        npb_var=npb_var,
    )


def _as_constant(axis: Any) -> str:
    value = constant(axis)
    return repr(value) if value is not None or isinstance(axis, (types.NoneType, types.Omitted)) else "axis"


def _stub(name: str) -> Any:
    from .forms import STUBS

    return STUBS[f"npb_{name}"]


def _position(name: str, better: str) -> None:
    space: dict[str, Any] = {}
    exec(f"def npb_{name}(a, axis=None, keepdims=False):\n    raise NotImplementedError\n", space)
    function = form(getattr(np, name), native="a")(space[f"npb_{name}"])

    @overloads(function)
    def typed(a, axis=None, keepdims=False):
        head = "def impl(a, axis=None, keepdims=False):\n"
        if isinstance(axis, types.NoneType) or (isinstance(axis, types.Omitted) and axis.value is None):
            if not isinstance(a, types.Array):
                return compiled(f"{head}    return np.{name}(np.array(a))\n")
            return compiled(f"{head}    return np.{name}(a)\n")
        axes = axes_of(axis, a.ndim)
        keep = flag(keepdims)
        if axes is not None:
            return compiled(head + _position_loops(a.ndim, axes[0], better, keep))
        text = head + f"    k = axis + {a.ndim} if axis < 0 else axis\n"
        for k in range(a.ndim):
            lines = _position_loops(a.ndim, k, better, keep).splitlines()
            text += f"    if k == {k}:\n" + "".join(f"    {line}\n" for line in lines)
        return compiled(text + _BEYOND, AxisError=np.exceptions.AxisError)


def _position_loops(ndim: int, axis: int, better: str, keep: bool) -> str:
    kept = [i for i in range(ndim) if i != axis]
    if not kept:
        return "    r = np.{}(a)\n".format("argmax" if better == ">" else "argmin") + (
            "    return np.full((1,), r)\n" if keep else "    return r\n"
        )
    lines = [f"out = np.empty(({''.join(f'a.shape[{i}], ' for i in kept)}), np.int64)"]
    pad = ""
    for i in kept:
        lines.append(f"{pad}for i{i} in range(a.shape[{i}]):")
        pad += "    "
    first = ", ".join("0" if i == axis else f"i{i}" for i in range(ndim))
    every = ", ".join(f"i{i}" for i in range(ndim))
    lines += [
        f"{pad}s = a[{first}]",
        f"{pad}p = 0",
        f"{pad}for i{axis} in range(1, a.shape[{axis}]):",
        f"{pad}    v = a[{every}]",
        f"{pad}    if v {better} s or (v != v and s == s):",
        f"{pad}        s = v",
        f"{pad}        p = i{axis}",
        f"{pad}out[{''.join(f'i{i}, ' for i in kept)}] = p",
    ]
    full = "".join("1, " if i == axis else f"a.shape[{i}], " for i in range(ndim))
    lines.append(f"return out.reshape(({full}))" if keep else "return out")
    return "".join(f"    {line}\n" for line in lines)


_position("argmax", ">")
_position("argmin", "<")


def _running(name: str, operator: str) -> None:
    space: dict[str, Any] = {}
    exec(f"def npb_{name}(a, axis=None, dtype=None):\n    raise NotImplementedError\n", space)
    function = form(getattr(np, name), native="a")(space[f"npb_{name}"])

    @overloads(function)
    def typed(a, axis=None, dtype=None):
        head = "def impl(a, axis=None, dtype=None):\n"
        if not isinstance(a, types.Array):
            return compiled(f"{head}    return np.{name}(np.array(a))\n")
        wanted = result_dtype(name, as_dtype(a.dtype), dtype)
        if _is_cut_first(a, wanted):
            return compiled(
                f"{head}    return npb_{name}(npb_astype(a, dtype), axis, dtype)\n",
                **{f"npb_{name}": function, "npb_astype": npb_astype},
            )
        plain = isinstance(axis, types.NoneType) or (isinstance(axis, types.Omitted) and axis.value is None)
        if plain or a.ndim == 1:
            flat = f"    x = a.flatten()\n    out = np.empty(x.size, dt)\n    s = {_START[operator]}\n"
            body = (
                f"    for i in range(x.size):\n        s = dt(s {operator} x[i])\n        out[i] = s\n    return out\n"
            )
            return compiled(head + flat + body, dt=wanted.type, zero=wanted.type(0), one=wanted.type(1))
        axes = axes_of(axis, a.ndim)
        if axes is None:
            raise errors.TypingError(f"np.{name}: axis must be a constant")
        return compiled(head + _running_loops(a.ndim, axes[0], operator), dt=wanted.type)


_START = {"+": "zero", "*": "one"}


def _running_loops(ndim: int, axis: int, operator: str) -> str:
    lines, pad = ["out = np.empty(a.shape, dt)"], ""
    for i in range(ndim):
        lines.append(f"{pad}for i{i} in range(a.shape[{i}]):")
        pad += "    "
    every = ", ".join(f"i{i}" for i in range(ndim))
    before = ", ".join(f"i{i} - 1" if i == axis else f"i{i}" for i in range(ndim))
    lines += [
        f"{pad}if i{axis} == 0:",
        f"{pad}    out[{every}] = a[{every}]",
        f"{pad}else:",
        f"{pad}    out[{every}] = out[{before}] {operator} a[{every}]",
        "return out",
    ]
    return "".join(f"    {line}\n" for line in lines)


_running("cumsum", "+")
_running("cumprod", "*")
