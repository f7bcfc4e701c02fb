"""Large arrays: which calls go to the threaded kernel, and how they get there.

A call qualifies when its row in the table of crossovers says so: the operands are
contiguous arrays of one shape, or scalars, in the dtypes of NumPy's loop.  Whatever
else is NumPy's.  Results equal NumPy's to the last bit, because NumPy's own loops run.

Numba is loaded when the calls that qualify have taken as long as loading takes.
"""

from __future__ import annotations

import time
import warnings
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


def load() -> None:
    """Load the kernel now, if it was not."""
    global _kernels, _spent
    try:
        from . import kernels
    except Exception as error:  # whatever keeps Numba from working on this machine
        _spent = float("-inf")
        warnings.warn(f"large arrays are left to NumPy: {error}", RuntimeWarning, stacklevel=2)
    else:
        _kernels = kernels


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
        return by_numpy(ufunc, *operands) if out is None else by_numpy(ufunc, *operands, out=out)
    return compute(ufunc, plan, arrays, np.empty_like(model, plan.output, subok=False) if out is None else out)


def compute(ufunc, plan, arrays, result):
    """Run the kernel on operands that qualify, into `result`."""
    steps = [0 if x.ndim == 0 else x.itemsize for x in (*arrays, result)]
    raised = run(plan.loop, (*arrays, result), steps, [0] * len(steps), even(result.size))
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


def by_numpy(function, *args, **kwargs):
    """NumPy does it, and the time is counted towards loading Numba."""
    global _spent
    start = time.perf_counter()
    result = function(*args, **kwargs)
    _spent += time.perf_counter() - start
    if _spent > LOADING:
        load()
    return result


def loaded() -> bool:
    return _kernels is not None


def even(size: int) -> np.ndarray:
    """Where the parts begin and end, `PART` elements each."""
    bounds = np.arange(0, size + PART, PART, dtype=np.intp)
    bounds[-1] = size
    return bounds


def run(loop, arrays, steps, jumps, bounds) -> int:
    """Run the loop over the parts; returns the floating-point flags that were raised."""
    workers = team.workers(len(bounds) - 1)
    counters = np.zeros(_kernels.FIRST + workers, np.intp)
    bases = np.array([x.ctypes.data for x in arrays], np.intp)
    job = (loop.address, loop.data, bases, np.array(steps, np.intp), np.array(jumps, np.intp), bounds, counters)
    team.run(_kernels, job, len(bounds) - 1, workers)
    return int(counters[_kernels.RAISED])
