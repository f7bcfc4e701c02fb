"""Large arrays: which calls go to the threaded kernel, and how they get there.

A call qualifies when its row in the table of crossovers says so: the operands are
contiguous arrays of one shape, or scalars, in the dtypes of NumPy's loop.  Whatever
else is NumPy's.  Results equal NumPy's to the last bit, because NumPy's own loops
run (sums are split where NumPy's pairwise summation splits).

Numba is loaded when the calls that qualify have taken as long as loading takes.
"""

from __future__ import annotations

import itertools
import time
from typing import Any, NamedTuple

import numpy as np

from . import floating, loops, team
from .crossover import REDUCTIONS, UFUNCS

ndarray = np.ndarray

# Importing Numba and reading the compiled kernel takes about this many seconds.
LOADING = 1.0
# Parts of about this many elements: their operands fit in the cache next to a
# core, and one lasts 10 us and more.
PART = 1 << 15

_tables = (*UFUNCS.values(), *REDUCTIONS.values())
# No array below this size qualifies for anything.
SMALLEST = min((row.threshold for rows in _tables for row in rows.values()), default=1 << 62)


class Plan(NamedTuple):
    """One ufunc for one combination of operand dtypes."""

    loop: loops.Loop
    inputs: tuple[np.dtype, ...]
    output: np.dtype
    threshold: int


_plans: dict[Any, Plan | None] = {}
_unknown = object()
_kernels: Any = None
_spent = 0.0


def load():
    """The module with the kernel, loaded now if it was not."""
    global _kernels
    from . import kernels

    _kernels = kernels
    return kernels


# -- plans


def plan_for(ufunc, kinds, rows) -> Plan | None:
    """The plan for operands of these dtypes (or Python types), if `rows` has their loop."""
    try:
        *inputs, output = ufunc.resolve_dtypes((*kinds, None))
    except TypeError:
        return None
    if ufunc is np.power and output.kind in "iu":
        return None  # that loop raises for negative exponents, in whichever thread it runs
    types = "".join(d.char for d in inputs) + "->" + output.char
    row = rows.get(types)
    loop = loops.find(ufunc, types) if row else None
    return Plan(loop, tuple(inputs), output, row.threshold) if row and loop else None


def _plan_of(key) -> Plan | None:
    plan: Any = _plans.get(key, _unknown)
    if plan is _unknown:
        ufunc, *kinds = key
        rows = UFUNCS.get(ufunc.__name__)
        known = rows is not None and getattr(np, ufunc.__name__, None) is ufunc
        plan = _plans[key] = plan_for(ufunc, kinds, rows) if known else None
    return plan


# -- element by element


def elementwise(ufunc, operands, out=None):
    """``ufunc(*operands, out=out)`` if it qualifies, else None."""
    key = [ufunc]
    model = None
    for x in operands:
        if type(x) is ndarray and x.ndim:
            model = x if model is None else model
            key.append(x.dtype)
        else:
            key.append(x.dtype if isinstance(x, (np.generic, ndarray)) else type(x))
    plan = _plan_of(tuple(key)) if model is not None else None
    if plan is None or model.size < plan.threshold or not team.ready():
        return None
    arrays = _operands(plan, operands, model)
    if arrays is None or (out is not None and not _accepts(out, plan, arrays, model)):
        return None
    if _kernels is None:
        return _by_numpy(ufunc, operands, out)
    return compute(ufunc, plan, arrays, np.empty_like(model, plan.output, subok=False) if out is None else out)


def compute(ufunc, plan, arrays, result):
    """Run the kernel on operands that qualify, into `result`."""
    steps = [0 if x.ndim == 0 else x.itemsize for x in (*arrays, result)]
    raised = _run(plan.loop, (*arrays, result), steps, [0] * len(steps), _even(result.size))
    if raised:
        floating.report(ufunc.__name__, raised)
    return result


def _operands(plan, operands, model):
    """The operands as arrays of the loop's dtypes; None where they are not alike."""
    found = []
    order = "C_CONTIGUOUS" if model.flags.c_contiguous else "F_CONTIGUOUS"
    for x, dtype in zip(operands, plan.inputs, strict=True):
        if type(x) is ndarray and x.ndim:
            if x.dtype != dtype or x.shape != model.shape or not x.flags[order] or not x.flags.aligned:
                return None
        else:
            try:
                x = np.array(x, dtype)
            except (OverflowError, TypeError, ValueError):
                return None  # NumPy says what is wrong
        found.append(x)
    return found


def _accepts(out, plan, arrays, model) -> bool:
    """Whether `out` can be written part by part while the operands are read."""
    if type(out) is not ndarray or out.dtype != plan.output or out.shape != model.shape:
        return False
    flags = out.flags
    if not flags.writeable or not flags.aligned or flags.c_contiguous != model.flags.c_contiguous:
        return False
    if not flags.c_contiguous and not flags.f_contiguous:
        return False
    return all(x.ndim == 0 or _same_place(x, out) or not np.may_share_memory(x, out) for x in arrays)


def _same_place(x, y) -> bool:
    return x.ctypes.data == y.ctypes.data and x.strides == y.strides and x.dtype == y.dtype


def _by_numpy(ufunc, operands, out):
    """NumPy does it, and the time is counted towards loading Numba."""
    global _spent
    start = time.perf_counter()
    result = ufunc(*operands) if out is None else ufunc(*operands, out=out)
    _spent += time.perf_counter() - start
    if _spent > LOADING:
        load()
    return result


def _even(size: int) -> np.ndarray:
    """Where the parts begin and end, `PART` elements each."""
    bounds = np.arange(0, size + PART, PART, dtype=np.intp)
    bounds[-1] = size
    return bounds


def _run(loop, arrays, steps, jumps, bounds) -> int:
    """Run the loop over the parts; returns the floating-point flags that were raised."""
    counters = np.zeros(3, np.intp)
    bases = np.array([x.ctypes.data for x in arrays], np.intp)
    job = (loop.address, loop.data, bases, np.array(steps, np.intp), np.array(jumps, np.intp), bounds, counters)
    team.run(_kernels, job, len(bounds) - 1)
    return int(counters[_kernels.RAISED])


# -- reductions of all elements


def reduction(ufunc, array):
    """``ufunc.reduce(array, axis=None)`` if it qualifies, else None."""
    rows = REDUCTIONS.get(ufunc.__name__)
    row = rows.get(array.dtype.char) if rows else None
    if row is None or array.size < row.threshold or not team.ready():
        return None
    flags = array.flags
    loop = reduction_loop(ufunc, array.dtype)
    if loop is None or not flags.aligned or not (flags.c_contiguous or flags.f_contiguous):
        return None
    if _kernels is None:
        return _reduced_by_numpy(ufunc, array)
    return reduce(ufunc, loop, array.reshape(-1, order="C" if flags.c_contiguous else "F"))


def reduction_loop(ufunc, dtype):
    return loops.find(ufunc, f"{dtype.char}{dtype.char}->{dtype.char}")


def reduce(ufunc, loop, flat):
    """Reduce a contiguous array of one axis by the kernel."""
    item = flat.itemsize
    if ufunc is np.add:
        bounds = _halved(flat.size, 2 if flat.dtype.kind == "c" else 1)
        parts = np.zeros(len(bounds) - 1, flat.dtype)
    else:
        bounds = _even(flat.size)
        parts = flat[bounds[:-1]]
    raised = _run(loop, (parts, flat, parts), [0, item, 0], [item, 0, item], bounds)
    if raised:
        floating.report("reduce", raised)
    return _joined(parts) if ufunc is np.add else ufunc.reduce(parts)


def _reduced_by_numpy(ufunc, array):
    global _spent
    start = time.perf_counter()
    result = ufunc.reduce(array, axis=None)
    _spent += time.perf_counter() - start
    if _spent > LOADING:
        load()
    return result


def _halved(size: int, width: int) -> np.ndarray:
    """Bounds of 2**k parts, halved as NumPy's pairwise summation halves.

    `width` is how many real numbers an element has: complex numbers are summed
    part by part, and counted so.
    """
    bounds = [0, size]
    while size > 2 * PART:
        size //= 2
        middles = [lo + _half((hi - lo) * width) // width for lo, hi in itertools.pairwise(bounds)]
        bounds = sorted(bounds + middles)
    return np.array(bounds, np.intp)


def _half(n: int) -> int:
    half = n // 2
    return half - half % 8


def _joined(parts: np.ndarray):
    """The sum of 2**k partial sums, neighbours first."""
    while len(parts) > 1:
        parts = parts[::2] + parts[1::2]
    return parts[0]
