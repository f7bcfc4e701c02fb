"""Python numbers that are known only at run time.

The index of a loop, a counter, a number given as an argument: while JAX traces they
are values of a program to come, but NumPy must see them as the Python numbers that
they are (``float32_array * i`` is a float32 array), and arithmetic between them stays
Python's.  Integers also remember how they were made: ``i - 1`` and ``i + 2`` are
known to lie three apart, which is what ``a[i - 1 : i + 2]`` needs.
"""

from __future__ import annotations

import weakref
from typing import Any

import jax
import numpy as np

from ..storage import digits
from ..storage.buffer import Buffer, Tracer, canonical
from . import core, interop
from .core import JaxScalar, _new
from .operators import BINARY, COMPARISONS, UNARY

_KINDS = {"b": bool, "i": int, "u": int, "f": float, "c": complex}
_PYTHON = (int, float, complex, bool)
LINEAR = {np.add, np.subtract, np.multiply}
_LOGICAL = {np.bitwise_and, np.bitwise_or, np.bitwise_xor}
_BOUNDED = {np.remainder, np.floor_divide, np.minimum, np.maximum}
# of :mod:`.traced_range` and :mod:`.traced_errors`, which import this module
of_result: Any = None
see_that_it_is_defined: Any = None


class NeedsValue(Exception):
    """The value of numbers that are arguments is needed while compiling."""

    def __init__(self, origins) -> None:
        super().__init__(origins)
        self.origins = origins


class TracedNumber(JaxScalar):
    """A Python number known at run time.

    Attributes
    ----------
    weak : type
        ``bool``, ``int``, ``float`` or ``complex``.
    form : Form or None
        How an integer was made from others by addition and multiplication.
    bounds : Bounds or None
        Between which values an integer lies, where that is known.
    origins : frozenset of int or None
        The arguments of the compiled function from which alone it was computed.
    """

    __slots__ = ("bounds", "form", "origins", "weak")

    @property
    def __class__(self):
        return self.weak

    def __getattr__(self, name):
        if name == "form":
            form = self.form = Form({id(self): (self, 1)}, 0) if self.weak is int else None
            return form
        if name in ("bounds", "origins"):
            return None
        return super().__getattr__(name)

    def _read(self):
        if self.origins:
            raise NeedsValue(self.origins)
        return super()._read()

    def __getitem__(self, key):
        if key == ():  # as code of ours has its values
            return self
        raise TypeError(f"{self.weak.__name__!r} object is not subscriptable")

    def __setitem__(self, key, value):
        raise TypeError(f"{self.weak.__name__!r} object does not support item assignment")


class Form:
    """An integer as a constant plus multiples of unknown integers."""

    __slots__ = ("constant", "terms")

    def __init__(self, terms: dict, constant: int) -> None:
        self.terms = terms
        self.constant = constant

    def plus(self, other: Form, sign: int) -> Form:
        terms = dict(self.terms)
        for key, (unknown, factor) in other.terms.items():
            factor = terms.get(key, (unknown, 0))[1] + sign * factor
            terms[key] = (unknown, factor)
            if not factor:
                del terms[key]
        return Form(terms, self.constant + sign * other.constant)

    def times(self, factor: int) -> Form:
        if factor == 0:
            return Form({}, 0)
        terms = {key: (unknown, k * factor) for key, (unknown, k) in self.terms.items()}
        return Form(terms, self.constant * factor)


def form_of(x) -> Form | None:
    """How an integer is made; None where `x` is none."""
    if isinstance(x, (bool, np.bool_)):
        return None
    if isinstance(x, TracedNumber):
        return x.form
    if type(x) is JaxScalar:
        if x._buffer.traced:
            if x.dtype.kind not in "iu":
                return None
            key = x._buffer
            return _forms.get(key) or Form({id(key): (key, 1)}, 0)
        return Form({}, int(x)) if x.dtype.kind in "iu" else None
    return Form({}, int(x)) if isinstance(x, (int, np.integer)) else None


def stands_for_another(x) -> bool:
    """Whether a number is known where the code around it is written out: the index of a loop, an argument."""
    form = form_of(x)
    if type(x) is TracedNumber and x.origins:
        return True
    unknowns = [unknown for unknown, _ in form.terms.values()] if form is not None else []
    return any(type(u) is TracedNumber and (u.bounds is not None or u.origins) for u in unknowns)


# forms of traced scalars that are no Python numbers, by their buffers
_forms: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def combined(ufunc, a, b) -> Form | None:
    """The form of ``ufunc(a, b)``, where it has one."""
    if ufunc not in LINEAR:
        return None
    x, y = form_of(a), form_of(b)
    if x is None or y is None:
        return None
    if ufunc is np.multiply:
        if not x.terms:
            return y.times(x.constant)
        return x.times(y.constant) if not y.terms else None
    return x.plus(y, 1 if ufunc is np.add else -1)


def remember(ufunc, a, b, result):
    """Keep the form of a traced integer scalar that an operator made."""
    if ufunc in LINEAR and type(result) is JaxScalar and result.dtype.kind in "iu":
        form = combined(ufunc, a, b)
        if form is not None:
            _forms[result._buffer] = form
    return result


def as_numpys(number: TracedNumber) -> JaxScalar:
    """An integer as a scalar of NumPy's, of which is known what is known of it."""
    scalar = core.of_device(number._value())
    _forms[scalar._buffer] = number.form
    return scalar


def of_value(value, kind: type) -> TracedNumber:
    """Wrap a traced value as a Python number of type `kind`."""
    number = _new(TracedNumber)
    number._buffer = Buffer(value, None, (), np.dtype(value.dtype))
    number._layout = number._base = number._cached = None
    number.weak = kind
    return number


def distance(a, b) -> int | None:
    """``b - a`` where that is known while tracing."""
    x, y = form_of(a), form_of(b)
    if x is None or y is None:
        return None
    difference = y.plus(x, -1)
    return None if difference.terms else difference.constant


# -- arithmetic


def compute(ufunc, *operands):
    """An operator of Python, between numbers of Python."""
    from ..backends.jax import ufunc_plans

    values = [x._value() if isinstance(x, JaxScalar) else x for x in operands]
    kinds = [x.weak if type(x) in core.OURS else type(x) for x in operands]
    if ufunc not in _LOGICAL or int in kinds:  # arithmetic of truths is that of 0 and 1
        kinds = [int if kind is bool else kind for kind in kinds]
    if ufunc is np.power and kinds == [int, int] and type(operands[1]) is int and operands[1] < 0:
        kinds[0] = float
    dtypes = tuple(np.dtype(kind) for kind in kinds)
    plan = ufunc_plans.plan_for(ufunc, dtypes)
    values = [ufunc_plans.weak_value(v, d) for v, d in zip(values, plan.inputs, strict=True)]
    own = "pow" if ufunc is np.power and {*kinds} != {int} else "div" if ufunc is np.divide and complex in kinds else ""
    out = (digits.pythons(plan.compiled, own) if own else plan.compiled)(*values)
    see_that_it_is_defined(ufunc, kinds, operands, out)
    if type(out) is tuple:
        return tuple(map(_wrapped, out))
    result = _wrapped(out)
    if type(result) is TracedNumber:
        result.origins = _origins(operands)
    if ufunc in _BOUNDED and kinds == [int, int]:
        of_result(ufunc, *operands, result)
    return result


def canonical_int():
    """The integers in which Python's are kept."""
    return canonical(np.dtype(np.int64))


def _origins(operands):
    found: frozenset = frozenset()
    for x in operands:
        if isinstance(x, JaxScalar):
            if getattr(x, "origins", None) is None:
                return None
            found |= x.origins
    return found


def _wrapped(value):
    kind = _KINDS.get(np.dtype(value.dtype).kind)
    return core.of_device(value) if kind is None else of_value(value, kind)


def _is_number(x) -> bool:
    return type(x) in _PYTHON or (type(x) in core.OURS and x.weak is not None)


def _binary(name, ufunc, swapped):
    plain = getattr(JaxScalar, name)

    def operator(self, other):
        if not _is_number(other):
            return plain(self, other)
        a, b = (other, self) if swapped else (self, other)
        result = compute(ufunc, a, b)
        if ufunc in LINEAR and type(result) is TracedNumber and result.weak is int:
            form = combined(ufunc, a, b)
            if form is not None:
                result.form = form
        return result

    operator.__name__ = operator.__qualname__ = name
    return operator


def _unary(name, ufunc):
    def operator(self):
        result, form = compute(ufunc, self), form_of(self)
        if ufunc is np.negative and form is not None:
            result.form = form.times(-1)
        return result

    operator.__name__ = operator.__qualname__ = name
    return operator


for _name, _ufunc in BINARY.items():
    if _name != "matmul":
        setattr(TracedNumber, f"__{_name}__", _binary(f"__{_name}__", _ufunc, False))
        setattr(TracedNumber, f"__r{_name}__", _binary(f"__r{_name}__", _ufunc, True))
for _name, _ufunc in COMPARISONS.items():
    setattr(TracedNumber, f"__{_name}__", _binary(f"__{_name}__", _ufunc, False))
for _name, _ufunc in UNARY.items():
    setattr(TracedNumber, f"__{_name}__", _unary(f"__{_name}__", _ufunc))


def _hash(self):
    return hash(self._read())


TracedNumber.__hash__ = _hash


# -- pytrees: out of a compiled function comes a scalar


def _flatten(number):
    return (number._value(),), number.weak


def _unflatten(kind, children):
    (value,) = children
    return of_value(value, kind) if isinstance(value, Tracer) else interop._unflatten(JaxScalar)(None, children)


jax.tree_util.register_pytree_node(TracedNumber, _flatten, _unflatten)
