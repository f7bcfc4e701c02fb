"""Built-in functions and assignments of Python over arrays and lists."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba.core import errors, types
from numba.np.numpy_support import as_dtype

from ....ground.errors import VariableError
from . import unsigned
from .forms import FAILED, compiled, constant, overloads, stub, stub_that


@stub
def npb_builtin_sum(x):
    """``sum(x)``."""


@overloads(npb_builtin_sum)
def _sum(x):
    if isinstance(x, types.Array) and x.ndim > 1:

        def rows(x):
            total = np.zeros_like(x[0])
            for i in range(len(x)):
                total = total + x[i]
            return total

        return rows
    if isinstance(getattr(x, "dtype", None), types.Array):

        def arrays(x):
            total = np.zeros_like(x[0])
            for item in x:
                total = total + item
            return total

        return arrays
    start = getattr(x, "dtype", types.int64)
    zero = 0 if isinstance(start, (types.Integer, types.Boolean)) else as_dtype(start).type(0).item()

    def numbers(x):
        total = zero
        for item in x:
            total += item
        return total

    return numbers


def _extreme(name: str, better: str) -> None:
    space: dict[str, Any] = {}
    exec(f"def npb_builtin_{name}(x):\n    raise NotImplementedError\n", space)

    @overloads(stub(space[f"npb_builtin_{name}"]))
    def typed(x):
        lines = ["if len(x) == 0:", f"    raise ValueError('{name}() arg is an empty sequence')", "best = x[0]"]
        lines += ["for item in x:", f"    if item {better} best:", "        best = item", "return best"]
        return compiled("def impl(x):\n" + "".join(f"    {line}\n" for line in lines))


_extreme("min", "<")
_extreme("max", ">")


@stub
def npb_builtin_any(x):
    """``any(x)``."""


@stub
def npb_builtin_all(x):
    """``all(x)``."""


@overloads(npb_builtin_any)
def _any(x):
    def impl(x):
        for item in x:
            if item:
                return True
        return False

    return impl


@overloads(npb_builtin_all)
def _all(x):
    def impl(x):
        for item in x:
            if not item:
                return False
        return True

    return impl


@stub
def npb_reversed_range(start, stop, step):
    """``reversed(range(start, stop, step))``."""


@overloads(npb_reversed_range)
def _reversed_range(start, stop, step):
    def impl(start, stop, step):
        count = max(0, (stop - start + step - (1 if step > 0 else -1)) // step)
        return range(start + (count - 1) * step, start - step, -step)

    return impl


@stub
def npb_item(x, *at):
    """``x.item()``: a plain number."""


@overloads(npb_item)
def _item(x, *at):
    if not isinstance(x, types.Array):
        return lambda x, *at: x
    place = "at"
    if len(at) == 1 and isinstance(at[0], types.BaseTuple):
        at, place = at[0].types, "at[0]"
    if any(not isinstance(types.unliteral(k), types.Integer) for k in at) or len(at) not in (0, 1, x.ndim):
        raise errors.TypingError("No match: x.item() of such positions has no compiled form")
    kind = {"f": float, "c": complex, "b": bool}.get(as_dtype(x.dtype).kind)
    lines = [] if at else ["if x.size != 1:", f"    raise ValueError({_ONE!r})"]
    if len(at) < 2:
        lines += [
            f"k = {place}[0]" if at else "k = 0",
            "if k < -x.size or k >= x.size:",
            f"    raise IndexError({_PAST!r})",
        ]
        lines += ["v = x.flat[k + x.size if k < 0 else k]"]
    else:
        for i in range(x.ndim):
            lines += [
                f"k = {place}[{i}]",
                f"if k < -x.shape[{i}] or k >= x.shape[{i}]:",
                f"    raise IndexError({_PAST!r})",
            ]
        lines += [f"v = x[{', '.join(f'{place}[{i}]' for i in range(x.ndim))}]"]
    lines.append("return kind(v)" if kind else "return v")
    return compiled("def impl(x, *at):\n" + "".join(f"    {line}\n" for line in lines), kind=kind)


_ONE = "can only convert an array of size 1 to a Python scalar"
_PAST = "index is out of bounds"


@stub
def npb_number(x, kind, weak):
    """``int(x)``, ``float(x)``, ``complex(x)`` of what is known at run time only; `kind` is the name.

    Of scalars of NumPy's that are complex, which are not `weak`, the real part is taken.
    """


@overloads(npb_number)
def _number(x, kind, weak):
    name = constant(kind)
    item = x.dtype if isinstance(x, types.Array) else types.unliteral(x)
    if not isinstance(item, (types.Number, types.Boolean)):
        return compiled(f"def impl(x, kind, weak):\n    return {name}(x)\n")
    real = isinstance(item, types.Complex) and not isinstance(x, types.Array) and not constant(weak)
    if real and name != "complex":
        look = numba.njit(lambda x: npb_number(x, name, False))
        return lambda x, kind, weak: look(x.real)
    lines = ["x = x[()]"] if isinstance(x, types.Array) and not x.ndim else []
    error = None
    if isinstance(x, types.Array) and x.ndim:
        error = "only 0-dimensional arrays can be converted to Python scalars"
    elif isinstance(item, types.Complex) and name != "complex":
        error = f"{name}() argument must be a string or a real number, not 'complex'"
    if error is not None:
        lines = ["if failed[0]:", "    raise TypeError(error)", f"return {name}(0)"]
    else:
        if name == "int" and isinstance(item, types.Float):
            lines += ["if x != x:", "    raise ValueError('cannot convert float NaN to integer')"]
            lines += ["if abs(x) >= 2.0**63:", f"    raise OverflowError({_LARGE!r})"]
        lines.append(f"return {name}({'1 if x else 0' if isinstance(item, types.Boolean) else 'x'})")
    return compiled(
        "def impl(x, kind, weak):\n" + "".join(f"    {line}\n" for line in lines), failed=FAILED, error=error
    )


_LARGE = "cannot convert a float that is infinite, or larger than 64 bits hold, to an integer of compiled code"


@stub
def npb_astype(x, dtype):
    """``x.astype(dtype)`` for arrays and scalars."""


@overloads(npb_astype)
def _astype(x, dtype):
    target = as_dtype(dtype.dtype)
    found = unsigned.cast(target, x) if not isinstance(x, types.Array) or x.ndim else None
    if found is not None:
        return lambda x, dtype: found(x)
    if isinstance(x, types.Array):
        return lambda x, dtype: x.astype(dtype)
    return compiled("def impl(x, dtype):\n    return dt(x)\n", dt=bool if target.kind == "b" else target.type)


@stub
def npb_is_array(x):
    """``isinstance(x, np.ndarray)``."""


@overloads(npb_is_array)
def _is_array(x):
    found = isinstance(x, types.Array)
    return lambda x: found


@stub
def npb_is_number(x):
    """Whether `x` is a number and no array."""


@overloads(npb_is_number)
def _is_number(x):
    found = isinstance(x, (types.Number, types.Boolean))
    return lambda x: found


@stub_that(shows="x")
def npb_unpack(x, count):
    """What ``a, b = x`` goes through."""


@overloads(npb_unpack)
def _unpack(x, count):
    if isinstance(x, types.BaseTuple):
        return lambda x, count: x
    parts = "".join(f"x[{i}], " for i in range(constant(count)))
    text = f"def impl(x, count):\n    if len(x) != {constant(count)}:\n"
    return compiled(f"{text}        raise ValueError('wrong number of values to unpack')\n    return ({parts})\n")


@stub
def npb_same_dtype(a, b):
    """``a == b`` for dtypes."""


@overloads(npb_same_dtype)
def _same_dtype(a, b):
    found = as_dtype(a.dtype) == as_dtype(b.dtype)
    return lambda a, b: found


# -- assignments to attributes


@stub_that(writes="place", shows="value")
def npb_rebind(place, value):
    """``object.name = value`` where the attribute holds an array."""


@overloads(npb_rebind)
def _rebind(place, value):
    if not isinstance(value, types.Array) or value.ndim != place.ndim or value.dtype != place.dtype:
        raise errors.TypingError(
            f"No match: an attribute that holds {place} is assigned {value}. Compiled code keeps the dtype and the "
            "number of dimensions of an array attribute: give it the same ones from the start."
        )

    def impl(place, value):
        if place.shape != value.shape:
            raise ValueError("an array attribute cannot change its shape in compiled code")
        place[...] = value

    return impl


@stub_that(shows="value")
def npb_fits(place, value, message):
    """`value`, which is assigned to a ``Variable``; `message` is the number of a text, for other shapes."""


@overloads(npb_fits)
def _fits(place, value, message):
    number = value.dtype if isinstance(value, types.Array) else value
    ndim = getattr(value, "ndim", 0)
    if not isinstance(number, (types.Number, types.Boolean)):
        return lambda place, value, message: value
    if ndim != place.ndim or not np.can_cast(as_dtype(number), as_dtype(place.dtype), "same_kind"):
        raise errors.TypingError(
            f"No match: a Variable that is {place} is assigned {value}. It keeps its shape and dtype: write an array "
            "of this shape and kind, or use [...] to fill it."
        )
    if ndim == 0:
        return lambda place, value, message: value
    text = constant(message)

    def impl(place, value, message):
        if place.shape != value.shape:
            raise VariableError(text, place.shape, value.shape)
        return value

    return impl


@stub_that(writes="box")
def npb_store_number(box, value, path, exact):
    """``object.name = value`` where the attribute holds a number."""


@overloads(npb_store_number)
def _store_number(box, value, path, exact):
    if not isinstance(value, (types.Number, types.Boolean)):
        raise errors.TypingError(f"No match: {constant(path)} holds a number and is assigned {value}")
    have, want = as_dtype(box.dtype), as_dtype(types.unliteral(value))
    if constant(exact) is not None and have != want:
        raise errors.TypingError(f"No match: {constant(path)} is a {have} and becomes a {want}")
    if not np.can_cast(want, have, "same_kind"):
        raise errors.TypingError(f"npbridge widen <{constant(path)}> to float")

    def impl(box, value, path, exact):
        box[()] = value

    return impl


@stub_that(shows="value")
def npb_bound(value, bound):
    """A variable that may have no value."""


@overloads(npb_bound)
def _bound(value, bound):
    def impl(value, bound):
        if not bound:
            raise UnboundLocalError("cannot access a local variable where it is not associated with a value")
        return value

    return impl


@stub_that(writes="place")
def npb_set_flat(place, value):
    """``x.flat = value``."""


@overloads(npb_set_flat)
def _set_flat(place, value):
    if isinstance(value, types.Array):

        def impl(place, value):
            for i in range(place.size):
                place.flat[i] = value.flat[i % value.size]

        return impl

    def fill(place, value):
        place[...] = value

    return fill
