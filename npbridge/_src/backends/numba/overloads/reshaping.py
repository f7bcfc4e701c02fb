"""reshape and ravel: windows on the same memory where NumPy's are, else copies.

Numba gives a window only of arrays that it knows to be contiguous; NumPy looks at the strides.
"""

from __future__ import annotations

import numpy as np
from numba.core import types
from numba.extending import register_jitable

from .forms import compiled, form, overloads


@form(np.reshape)
def npb_reshape(a, shape):
    """``numpy.reshape``."""


@overloads(npb_reshape)
def _reshape(a, shape):
    if not isinstance(a, types.Array):
        return lambda a, shape: np.array(a).reshape(shape)
    if a.layout == "C":
        return lambda a, shape: a.reshape(shape)
    several = isinstance(shape, types.BaseTuple)
    rank = len(shape) if several else 1
    lengths = [f"lengths[{k}] = shape[{k}]" for k in range(rank)] if several else ["lengths[0] = shape"]
    lines = [f"lengths = np.empty({rank}, np.int64)", *lengths, "settle(lengths, a.size)"]
    lines.append(f"steps = np.empty({rank}, np.int64)")
    lines.append("if a.size and fits(a.shape, a.strides, a.itemsize, lengths, steps):")
    lines.append(f"    return window(a, {_all('lengths', rank)}, {_all('steps', rank)})")
    lines.append(f"copy = np.ascontiguousarray(a).reshape({_all('lengths', rank)})")
    lines.append("return window(copy, copy.shape, copy.strides)")
    text = "def impl(a, shape):\n" + "".join(f"    {line}\n" for line in lines)
    return compiled(text, settle=_settle, fits=_fits, window=np.lib.stride_tricks.as_strided)


def _all(name: str, count: int) -> str:
    return "(" + "".join(f"{name}[{k}], " for k in range(count)) + ")"


@register_jitable
def _settle(lengths, size):
    """Put in the length that is -1, and see that there are as many elements as before."""
    known, open_ = 1, -1
    for k in range(lengths.size):
        if lengths[k] == -1:
            if open_ >= 0:
                raise ValueError("can only specify one unknown dimension")
            open_ = k
        else:
            known *= lengths[k]
    if open_ >= 0:
        if known == 0 or size % known:
            raise ValueError("cannot reshape array: the sizes do not match")
        lengths[open_] = size // known
        known = size
    if known != size:
        raise ValueError("cannot reshape array: the sizes do not match")


@register_jitable
def _fits(shape, strides, itemsize, lengths, steps):
    """The strides of the same elements in another shape, into `steps`; False where there are none.

    Axes of the old and of the new shape are taken together, from the left, until their products are equal; the
    old ones of such a group must lie in memory as one axis would.
    """
    old, new = 0, 0
    while old < len(shape) and new < lengths.size:
        if shape[old] == 1:
            old += 1
            continue
        to, last, have, want = old + 1, new + 1, shape[old], lengths[new]
        outer, inner = old, old
        while have != want:
            if want < have:
                want *= lengths[last]
                last += 1
            else:
                if shape[to] != 1:
                    inner = to
                    if strides[outer] != shape[to] * strides[to]:
                        return False
                    outer = to
                have *= shape[to]
                to += 1
        step = strides[inner]
        for k in range(last - 1, new - 1, -1):
            steps[k] = step
            step *= lengths[k]
        old, new = to, last
    for k in range(new, lengths.size):
        steps[k] = steps[k - 1] if k else itemsize
    return True


@form(np.ravel)
def npb_ravel(a):
    """``numpy.ravel``."""


@overloads(npb_ravel)
def _ravel(a):
    if not isinstance(a, types.Array):
        return lambda a: np.array(a).ravel()
    if a.layout == "C":
        return lambda a: a.reshape(a.size)
    window = np.lib.stride_tricks.as_strided

    def impl(a):
        if _lies_in_order(a.shape, a.strides, a.itemsize):
            return window(a, (a.size,), (a.itemsize,))
        copy = a.flatten()
        return window(copy, copy.shape, copy.strides)

    return impl


@register_jitable
def _lies_in_order(shape, strides, itemsize):
    step = itemsize
    for k in range(len(shape) - 1, -1, -1):
        if shape[k] != 1 and strides[k] != step:
            return False
        step *= shape[k]
    return True
