"""The compiled kernel: one of NumPy's inner loops over the parts of an array, from several threads.

This is the module that imports Numba; it is loaded when large arrays have been
worked on for about as long as loading takes.  One kernel serves every ufunc and
dtype, so it is compiled once (and cached on disk).

Each thread takes the parts of its own stretch of the array from a counter, then what
is left of the others'.  The caller takes parts too and never waits for a thread that
has not begun: on a busy machine the work is done in the caller's own time.  Numba's
own parallel loops wait for all threads instead, which was measured to cost up to
30 ms a call on two busy cores.  The stretches are apart because threads that write
into the same new pages of memory wait for each other.
"""

from __future__ import annotations

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .floating import FLAGS

_clear_flags = types.ExternalFunction("feclearexcept", types.int32(types.int32))
_test_flags = types.ExternalFunction("fetestexcept", types.int32(types.int32))
_yield = types.ExternalFunction("sched_yield", types.int32())

# Places in the array of counters that threads share; the counters of the stretches follow.
DONE, RAISED, ARRIVED, FIRST = 0, 1, 2, 3


@intrinsic
def _call_loop(typing_context, address, args, dimensions, steps, data):
    """Call a ``PyUFuncGenericFunction`` by its address."""
    signature = types.void(*[types.intp] * 5)

    def generate(context, builder, signature, values):
        pointer = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [pointer] * 4)
        function = builder.inttoptr(values[0], kind.as_pointer())
        builder.call(function, [builder.inttoptr(v, pointer) for v in values[1:]])
        return context.get_dummy_value()

    return signature, generate


def _atomic(operation):
    """``f(address, value)``: the number at the address before the atomic `operation`."""

    @intrinsic
    def update(typing_context, address, value):
        def generate(context, builder, signature, values):
            place = builder.inttoptr(values[0], values[1].type.as_pointer())
            return builder.atomic_rmw(operation, place, values[1], "seq_cst")

        return types.intp(types.intp, types.intp), generate

    return update


_add = _atomic("add")
_or = _atomic("or")


def _work(address, data, bases, steps, jumps, bounds, counters):
    parts = len(bounds) - 1
    stretches = len(counters) - FIRST
    shared = counters.ctypes.data
    item = counters.itemsize
    args = np.empty(len(bases), np.intp)
    length = np.empty(1, np.intp)
    mine = 0
    _clear_flags(FLAGS)
    home = _add(shared + item * ARRIVED, 1)
    for turn in range(stretches):
        stretch = (home + turn) % stretches
        end = (stretch + 1) * parts // stretches
        while True:
            i = stretch * parts // stretches + _add(shared + item * (FIRST + stretch), 1)
            if i >= end:
                break
            start = bounds[i]
            length[0] = bounds[i + 1] - start
            for j in range(len(bases)):
                args[j] = bases[j] + start * steps[j] + i * jumps[j]
            _call_loop(address, args.ctypes.data, length.ctypes.data, steps.ctypes.data, data)
            raised = _test_flags(FLAGS)
            if raised:
                _or(shared + item * RAISED, raised)
            mine += 1
            _add(shared + item * DONE, 1)
    return mine


def _wait(parts, counters):
    shared = counters.ctypes.data
    while _add(shared + counters.itemsize * DONE, 0) < parts:
        _yield()


_numbers = types.Array(types.intp, 1, "C")


def _compiled(function, signature):
    try:
        return numba.njit(signature, nogil=True, cache=True)(function)
    except RuntimeError:  # no folder to keep compiled code in
        return numba.njit(signature, nogil=True)(function)


work = _compiled(_work, types.intp(types.intp, types.intp, *[_numbers] * 5))
wait = _compiled(_wait, types.void(types.intp, _numbers))
