"""How NumPy would compute a ufunc: the loop for its operands, compiled once.

``ufunc.resolve_dtypes`` gives NumPy's own loop for the operands (NEP 50, casting
errors included); the compiled kernel casts to the loop's dtypes, computes, and
casts to the canonical result dtype.
"""

from __future__ import annotations

import jax
import numpy as np

from ...array import core, traced_index
from ...dispatch import precision
from ...ground.compat import CLIP
from ...storage import compiling, digits
from ...storage.buffer import Tracer, canonical
from ...storage.casts import cast
from ..host import SCALARS
from . import special_values  # noqa: F401  its kernels replace some of kernels.py
from .kernels import kernel_of

OURS = core.OURS


WEAK = {int: int, float: float, complex: complex}


COMPARISONS = {np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal}


plans: dict = {}


# Of real numbers: what IEEE 754 defines to the last bit, and what decides or moves.  NumPy has each in one way.
_DEFINED = frozenset({
    np.add, np.subtract, np.multiply, np.divide, np.negative, np.positive, np.absolute, np.fabs, np.sqrt, np.square,
    np.reciprocal, np.maximum, np.minimum, np.fmax, np.fmin, np.floor, np.ceil, np.trunc, np.rint, np.sign,
    np.copysign, np.signbit, np.conjugate, np.floor_divide, np.remainder, np.fmod, np.divmod, np.heaviside,
    np.nextafter, np.modf, CLIP, *COMPARISONS,
})  # fmt: skip
_DEFINED_OF_COMPLEX = frozenset({
    np.add, np.subtract, np.negative, np.positive, np.conjugate, np.maximum, np.minimum, np.fmax, np.fmin, CLIP,
    *COMPARISONS,
})  # fmt: skip


class Plan:
    """One ufunc for one combination of operand dtypes."""

    __slots__ = ("_marked", "compiled", "inputs", "kernel", "outputs")

    def __init__(self, ufunc, inputs, outputs):
        self.inputs = inputs
        self.outputs = tuple(canonical(d) for d in outputs)
        self.kernel = kernel_of(ufunc)
        loop = tuple(canonical(d) for d in inputs)
        results = self.outputs
        kernel = self.kernel

        def run(*operands):
            out = kernel(*[cast(x, d) for x, d in zip(operands, loop, strict=True)])
            if len(results) == 1:
                return cast(out, results[0])
            return tuple(cast(x, d) for x, d in zip(out, results, strict=True))

        run.__name__ = run.__qualname__ = ufunc.__name__
        self.compiled = compiling.kernel(run)
        self._marked = self._in_own_loop(ufunc)

    def _in_own_loop(self, ufunc) -> str:
        """Which ufunc for which dtypes, where NumPy alone knows its last digits; else nothing."""
        kinds = {d.kind for d in (*self.inputs, *self.outputs)}
        if not {d.kind for d in self.outputs} & {"f", "c"} or ufunc.signature is not None:
            return ""
        if ufunc in (_DEFINED_OF_COMPLEX if "c" in kinds else _DEFINED):
            return ""
        return f"{ufunc.__name__} {''.join(d.char for d in self.inputs)}"

    def here(self):
        """What computes it in this place."""
        return digits.numpys(self.compiled, self._marked) if self._marked else self.compiled


def plan_for(ufunc, dtypes, **resolve):
    key = (ufunc, dtypes, jax.config.jax_enable_x64, *sorted(resolve.items(), key=lambda kv: kv[0]))
    plan = plans.get(key)
    if plan is None:
        resolved = ufunc.resolve_dtypes((*dtypes, *([None] * ufunc.nout)), **resolve)
        for dtype in resolved:
            core.check_dtype(dtype)
        plan = plans[key] = Plan(ufunc, resolved[: ufunc.nin], resolved[ufunc.nin :])
    return plan


def see_that_it_is_held(number, dtype) -> None:
    """Have NumPy's error raised at run time where a Python integer is out of bounds for a dtype."""
    have, want = np.iinfo(number.dtype), np.iinfo(dtype)
    out = []
    if have.min < want.min:
        out.append(number < int(want.min))
    if have.max > want.max:
        out.append(number > int(want.max))
    if out and traced_index.on_check is not None:
        outside = out[0] if len(out) == 1 else out[0] | out[1]
        traced_index.on_check(outside, OverflowError(f"a Python integer is out of bounds for {dtype}"))


def comparable(values, dtypes) -> list:
    """The dtypes of a comparison; Python integers known only at run time are not cut to those of small ones."""
    return [
        np.dtype(np.int64) if d is int and isinstance(v, Tracer) and _meets_small(dtypes) else d
        for v, d in zip(values, dtypes, strict=True)
    ]


def _meets_small(dtypes) -> bool:
    return any(d not in WEAK and d.kind in "iub" and d.itemsize < 8 for d in dtypes)


_weak_values: dict = {}
_PYTHON = (int, float, complex, bool)


def weak_value(number, dtype):
    """A Python number as a device scalar of the loop's dtype; OverflowError as NumPy's."""
    if isinstance(number, Tracer) or type(number) not in _PYTHON and isinstance(number, jax.Array):
        if dtype.kind in "iu" and number.dtype.kind in "iu":
            see_that_it_is_held(number, dtype)
        return number.astype(canonical(dtype))
    key = (number, dtype, canonical(dtype), type(number))
    value = _weak_values.get(key)
    # zero is not kept: 0.0 and -0.0 are one key
    if value is None or number == 0:
        try:
            value = np.asarray(number, dtype) if dtype.kind in "iu" else np.asarray(canonical(dtype).type(number))
        except OverflowError as error:
            raise precision.of_width(error) from None
        value = value.astype(canonical(dtype))[()]
        if number != 0:
            if len(_weak_values) > 4096:
                _weak_values.clear()
            _weak_values[key] = value
    elif isinstance(value, np.generic):
        # asked for again: now it pays to have it on the device
        device = jax.device_put(value)
        if not isinstance(device, Tracer):
            value = _weak_values[key] = device
    return value


def operand(x):
    """``(value, dtype or Python type)`` of one operand."""
    kind = type(x)
    if kind in OURS:
        value = x._value()
        return value, x.weak if x.weak in WEAK else value.dtype
    if kind in WEAK:
        return x, kind
    if kind is bool:
        return np.bool_(x), np.dtype(bool)
    if kind not in SCALARS:
        if isinstance(x, jax.Array):
            return x, x.dtype
        x = _as_array(x, kind)
        if type(x) in OURS:
            return x._value(), x.dtype
    if x.dtype.itemsize == 8 and x.dtype.kind in "iu" and not jax.config.jax_enable_x64:
        precision.see_that_it_fits(x, x.astype(canonical(x.dtype)))
    return x, x.dtype


def _as_array(x, kind):
    """A copy of what NumPy takes for an array, or one of ours where it holds what is known only at run time."""
    if kind is list or kind is tuple:
        x = core.sequence_values(x)
        if type(x) in OURS:
            return x
        x = np.asarray(x)
    else:
        x = x.copy() if kind is np.ndarray else np.asarray(core.host_values(x))
    core.check_dtype(x.dtype)
    return x if x.dtype.isnative else x.astype(x.dtype.newbyteorder("="))


def as_dtype(dtype) -> np.dtype:
    """A dtype from what NumPy takes for one, DType classes included."""
    if isinstance(dtype, type) and issubclass(dtype, np.dtype):
        return dtype()
    return np.dtype(dtype)
