"""The operators of ``JaxArray``, made from one table."""

from __future__ import annotations

import jax
import numpy as np

from ..dispatch.backend import active
from ..dispatch.protocol import DIRECT, PLAIN, dispatch_ufunc, stranger
from ..ground import events
from ..ground.compat import refuse_concatenation
from . import core, meeting
from .core import OURS, JaxArray, JaxScalar

BINARY = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "truediv": np.true_divide,
    "floordiv": np.floor_divide,
    "mod": np.remainder,
    "divmod": np.divmod,
    "pow": np.power,
    "lshift": np.left_shift,
    "rshift": np.right_shift,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "matmul": np.matmul,
}
COMPARISONS = {
    "lt": np.less,
    "le": np.less_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}
UNARY = {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.invert}

_NUMBERS = {int, float, complex, bool} | {t for t in PLAIN if issubclass(t, (np.number, np.bool_))} - {np.timedelta64}


def gives_way(other) -> bool:
    """Whether Python should try the other operand's operator (NEP 13)."""
    kind = type(other)
    if kind in PLAIN or kind in OURS:
        return False
    if issubclass(kind, np.ndarray):
        return kind.__array_ufunc__ is None or kind is not np.ndarray
    if hasattr(kind, "__array_ufunc__"):
        return kind.__array_ufunc__ is None or stranger(kind)
    if isinstance(other, jax.Array):
        return False
    return getattr(other, "__array_priority__", -1.0) > JaxArray.__array_priority__


def _binary(name, ufunc):
    def operator(self, other):
        if type(other) in OURS or type(other) in DIRECT:
            if events.listeners:
                events.emit("dispatch", ufunc.__name__, backend=active().name, method="__call__")
            return active().binary(ufunc, self, other)
        return meeting.forward(name, self, other) if gives_way(other) else ufunc(self, other)

    operator.__name__ = operator.__qualname__ = f"__{name}__"
    return operator


def _comparison(name, ufunc):
    plain = _binary(name, ufunc)

    def operator(self, other):
        if type(other) not in OURS and not gives_way(other) and not _comparable(other):
            return _incomparable(name, self, other)
        return plain(self, other)

    operator.__name__ = operator.__qualname__ = f"__{name}__"
    return operator


def _dtype_of(other) -> np.dtype:
    values = core.sequence_values(other)
    return values.dtype if type(values) in OURS else np.asarray(values).dtype


def _comparable(other) -> bool:
    if type(other) in _NUMBERS:
        return True
    try:
        return _dtype_of(other).kind in "biufc"
    except ValueError:
        return False


def _incomparable(name, self, other):
    """NumPy's answer for operands that are no numbers: text, None, objects."""
    if self._buffer.traced:  # the answer needs no values
        values = self.weak() if self.weak is not None else np.zeros(self.shape, self.dtype)[()]
    else:
        values = self._read() if type(self) is JaxScalar else np.asarray(self._read())
    answer = getattr(values, f"__{name}__")(other)
    return core.from_object(answer, copy=True) if isinstance(answer, np.ndarray) else answer


def _reflected(name, ufunc):
    def operator(self, other):
        if type(other) in OURS or type(other) in DIRECT:
            if events.listeners:
                events.emit("dispatch", ufunc.__name__, backend=active().name, method="__call__")
            return active().binary(ufunc, other, self)
        if gives_way(other):
            return meeting.backward(name, self, other)
        return ufunc(other, self)

    operator.__name__ = operator.__qualname__ = f"__r{name}__"
    return operator


def _in_place(name, ufunc):
    def operator(self, other):
        if type(other) in OURS or type(other) in DIRECT:
            if events.listeners:
                events.emit("dispatch", ufunc.__name__, backend=active().name, method="__call__")
            active().update(ufunc, self, other)
            return self
        if gives_way(other):
            return meeting.in_place(name, ufunc, self, other)
        if dispatch_ufunc(ufunc, "__call__", (self, other), {"out": (self,)}) is NotImplemented:
            raise TypeError(f"operand of type {type(other).__name__} cannot be used in place")
        return self

    operator.__name__ = operator.__qualname__ = f"__i{name}__"
    return operator


def _unary(name, ufunc):
    def operator(self):
        return dispatch_ufunc(ufunc, "__call__", (self,), {})

    operator.__name__ = operator.__qualname__ = f"__{name}__"
    return operator


# What NumPy computes instead of these powers of an array; not the same to the last digit.
SHORT_POWERS = {2: np.square, -1: np.reciprocal, 0.5: np.sqrt}


def short_power(dtype: np.dtype, power) -> np.ufunc | None:
    """What stands for a power of an array of a dtype, where something shorter does."""
    kind = type(power)
    if kind is not int and kind is not float:
        return None
    short = SHORT_POWERS.get(power)
    return short if dtype.kind in "fc" or (short is np.square and kind is int) else None


def _short_power(self, other):
    return None if type(self) is JaxScalar else short_power(self.dtype, other)


def _power_in_place(self, other):
    """``**=``: an integer array keeps its dtype for integral float exponents."""
    short = _short_power(self, other)
    if short is not None:
        dispatch_ufunc(short, "__call__", (self,), {"out": (self,)})
        return self
    if self.dtype.kind in "iu" and type(other) is float and other.is_integer():
        other = int(other)
    return _plain_power_in_place(self, other)


def _power(self, other, modulo=None):
    if modulo is not None:
        return NotImplemented
    short = _short_power(self, other)
    if short is not None:
        return dispatch_ufunc(short, "__call__", (self,), {})
    return _plain_power(self, other)


def _matmul_in_place(self, other):
    if (self.ndim == 0 or np.ndim(other) < 2) and not gives_way(other):
        stand_in = np.zeros(self.shape, self.dtype)
        stand_in @= np.zeros(other.shape, other.dtype) if type(other) in OURS else other  # NumPy's own error
    return _plain_matmul_in_place(self, other)


def _not_in_place(self, other):
    return NotImplemented


for _name, _ufunc in BINARY.items():
    setattr(JaxArray, f"__{_name}__", _binary(_name, _ufunc))
    setattr(JaxArray, f"__r{_name}__", _reflected(_name, _ufunc))
    if _name != "divmod":
        setattr(JaxArray, f"__i{_name}__", _in_place(_name, _ufunc))
        setattr(JaxScalar, f"__i{_name}__", _not_in_place)
for _name, _ufunc in COMPARISONS.items():
    setattr(JaxArray, f"__{_name}__", _comparison(_name, _ufunc))
for _name, _ufunc in UNARY.items():
    setattr(JaxArray, f"__{_name}__", _unary(_name, _ufunc))
_plain_power_in_place = JaxArray.__ipow__
_plain_power = JaxArray.__pow__
_plain_matmul_in_place = JaxArray.__imatmul__
JaxArray.__ipow__ = _power_in_place
JaxArray.__imatmul__ = _matmul_in_place
JaxArray.__pow__ = _power
# above ndarrays, below all who want to decide themselves
JaxArray.__array_priority__ = 1.0
JaxArray.__hash__ = None


def _scalar_hash(self):
    return hash(self._read())


JaxScalar.__hash__ = _scalar_hash
for _kind in OURS:
    refuse_concatenation(_kind)  # which goes with the last change of `__add__`
