"""Axes and positions moved: roll, diff, squeeze, moveaxis, flip."""

from __future__ import annotations

import numpy as np
from numba.core import errors, types

from .forms import FAILED, compiled, constant, form, overloads, stub_that
from .reductions import axes_of

_NONE = (types.NoneType, types.Omitted)


@form(np.roll, native="a shift")
def npb_roll(a, shift, axis=None):
    """``numpy.roll``."""


@overloads(npb_roll)
def _roll(a, shift, axis=None):
    head = "def impl(a, shift, axis=None):\n"
    if isinstance(axis, _NONE):
        return lambda a, shift, axis=None: np.roll(a, shift)
    axes = axes_of(axis, a.ndim)
    if axes is None:
        raise errors.TypingError("np.roll: axis must be a constant")
    lines = ["out = np.empty(a.shape, a.dtype)"]
    for position, k in enumerate(axes):
        amount = f"shift[{position}]" if isinstance(shift, types.BaseTuple) else "shift"
        lines.append(f"s{k} = {amount} % a.shape[{k}] if a.shape[{k}] else 0")
    pad = ""
    for i in range(a.ndim):
        lines.append(f"{pad}for i{i} in range(a.shape[{i}]):")
        pad += "    "
        if i in axes:
            lines += [f"{pad}j{i} = i{i} + s{i}", f"{pad}if j{i} >= a.shape[{i}]:", f"{pad}    j{i} -= a.shape[{i}]"]
    to = ", ".join(f"j{i}" if i in axes else f"i{i}" for i in range(a.ndim))
    lines += [f"{pad}out[{to}] = a[{', '.join(f'i{i}' for i in range(a.ndim))}]", "return out"]
    return compiled(head + "".join(f"    {line}\n" for line in lines))


@form(np.diff, native="a")
def npb_diff(a, n=1, axis=-1):
    """``numpy.diff``."""


@overloads(npb_diff)
def _diff(a, n=1, axis=-1):
    if isinstance(a.dtype, types.Boolean):
        raise errors.TypingError("No match: np.diff of booleans has no compiled form")
    order = n if isinstance(n, int) else constant(n, None)
    axes = (axis % a.ndim,) if isinstance(axis, int) else axes_of(axis, a.ndim)
    if order is None or axes is None:
        raise errors.TypingError("np.diff: n and axis must be constants")
    if order < 0:
        raise errors.TypingError("No match: np.diff of a negative order")
    after = ", ".join("1:" if i == axes[0] else ":" for i in range(a.ndim))
    before = ", ".join(":-1" if i == axes[0] else ":" for i in range(a.ndim))
    lines, name = [], "a"
    for k in range(order):
        lines.append(f"x{k} = {name}[{after}] - {name}[{before}]")
        name = f"x{k}"
    return compiled("def impl(a, n=1, axis=-1):\n" + "".join(f"    {x}\n" for x in lines) + f"    return {name}\n")


@form(np.squeeze)
def npb_squeeze(a, axis=None):
    """``numpy.squeeze`` along given axes."""


@overloads(npb_squeeze)
def _squeeze(a, axis=None):
    if isinstance(axis, _NONE):
        raise errors.TypingError("np.squeeze needs axis= here: the result's dimensions must be known while compiling")
    axes = axes_of(axis, a.ndim)
    key = ", ".join("0" if i in axes else ":" for i in range(a.ndim))
    longer = " or ".join(f"a.shape[{k}] != 1" for k in axes) or "False"
    message = "cannot select an axis to squeeze out which has size not equal to one"
    text = f"def impl(a, axis=None):\n    if {longer}:\n        raise ValueError({message!r})\n    return a[{key}]\n"
    return compiled(text)


@form(np.expand_dims)
def npb_expand_dims(a, axis):
    """``numpy.expand_dims`` along one axis."""


@overloads(npb_expand_dims)
def _expand_dims(a, axis):
    k = constant(axis)
    if type(k) is not int or not isinstance(a, types.Array):
        raise errors.TypingError("No match: np.expand_dims of such an axis has no compiled form")
    key = [":"] * a.ndim
    key.insert(k % (a.ndim + 1), "None")
    lines = ["return a[" + ", ".join(key) + "]"]
    if not -a.ndim - 1 <= k <= a.ndim:
        lines[:0] = ["if failed[0]:", "    raise AxisError('axis is out of bounds')"]
    text = "def impl(a, axis):\n" + "".join(f"    {line}\n" for line in lines)
    return compiled(text, failed=FAILED, AxisError=np.exceptions.AxisError)


@form(np.moveaxis)
def npb_moveaxis(a, source, destination):
    """``numpy.moveaxis``."""


@overloads(npb_moveaxis)
def _moveaxis(a, source, destination):
    first, second = constant(source), constant(destination)
    if first is None or second is None:
        raise errors.TypingError("np.moveaxis: the axes must be constants")
    if not all(-a.ndim <= k < a.ndim for k in (first, second)):
        raise errors.TypingError("No match: np.moveaxis of an axis that is not there")
    order = [i for i in range(a.ndim) if i != first % a.ndim]
    order.insert(second % a.ndim, first % a.ndim)
    return compiled(f"def impl(a, source, destination):\n    return a.transpose({tuple(order)})\n")


@stub_that(shows="x")
def npb_matrix_transpose(x):
    """``x.mT``."""


@overloads(npb_matrix_transpose)
def _matrix_transpose(x):
    order = (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2)
    return compiled(f"def impl(x):\n    return x.transpose({order})\n")


@form(np.swapaxes)
def npb_swapaxes(a, axis1, axis2):
    """``numpy.swapaxes``."""


@overloads(npb_swapaxes)
def _swapaxes(a, axis1, axis2):
    i, j = constant(axis1), constant(axis2)
    if i is None or j is None:
        raise errors.TypingError("np.swapaxes: the axes must be constants")
    order = list(range(a.ndim))
    order[i], order[j] = order[j], order[i]
    return compiled(f"def impl(a, axis1, axis2):\n    return a.transpose({tuple(order)})\n")


@form(np.flip, native="m")
def npb_flip(m, axis=None):
    """``numpy.flip``."""


@overloads(npb_flip)
def _flip(m, axis=None):
    axes = axes_of(axis, m.ndim)
    if axes is None:
        raise errors.TypingError("np.flip: axis must be a constant")
    key = ", ".join("::-1" if i in axes else ":" for i in range(m.ndim))
    return compiled(f"def impl(m, axis=None):\n    return m[{key}]\n")


@form(np.round, np.around)
def npb_round(a, decimals=0):
    """``numpy.round``."""


@overloads(npb_round)
def _round(a, decimals=0):
    kind = a.dtype if isinstance(a, types.Array) else types.unliteral(a)
    if constant(decimals, decimals) != 0 or isinstance(kind, types.Boolean):
        raise errors.TypingError("No match: np.round to other digits has no compiled form")
    if isinstance(kind, types.Integer):
        return (lambda a, decimals=0: a.copy()) if isinstance(a, types.Array) else lambda a, decimals=0: a
    return lambda a, decimals=0: np.rint(a)
