"""Calls of NumPy's functions on values that are known only at run time.

NumPy says first what comes out (dtype, shape, scalar or array, the containers) and
raises what it would raise whatever the values are.  Then the forms of the function are
tried in turn: the rule's own under a trace, and NumPy itself on the host, called by the
compiled program.  A form that cannot do the call, or gives something else than NumPy
said, is passed over.
"""

from __future__ import annotations

import contextlib
import contextvars
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ...array import core, traced_number
from ...array.ragged import Ragged
from ...array.ragged_lengths import NotWrittenOut, for_each_number
from ...convert import context as contexts
from ...facts import Fact, answers, fact_of, rounding
from ...facts.answers import UNKNOWN, Blank, Leaf
from ...facts.fact import signature_of
from ...facts.trees import mapped, of_results
from ...ground.errors import ControlFlowError, UnsupportedError
from ...storage import digits
from ...storage.buffer import canonical
from ...storage.casts import cast
from ...storage.recording import is_about_frozen
from . import shared_results
from .ufunc_results import write_into

OURS, ARRAY = core.OURS, core.JaxArray
_NUMBERS = (bool, int, float, complex)
_SMALL = 1 << 12  # known arrays up to so many elements are handed to NumPy with their values

# What a form may raise that cannot do a call; anything else is the user's affair.
CANNOT = (
    TypeError, ValueError, NotImplementedError, IndexError, OverflowError, ZeroDivisionError, AttributeError, KeyError,
    UnsupportedError, ControlFlowError, jax.errors.JAXTypeError,
)  # fmt: skip


class Fit(NamedTuple):
    """How strictly a result is looked at.

    Attributes
    ----------
    settles : bool
        As the rule says.
    moves : bool
        Whether nothing was computed, so that a narrower dtype lost nothing.
    """

    settles: bool
    moves: bool


class Misfit(Exception):
    """A form gave something else than NumPy would."""


def call(rule, function, args, kwargs):
    """``function(*args, **kwargs)``, where a value among the arguments is known only at run time."""
    fact = fact_of(function)
    if fact.layout:
        see_that_structure_is_known(fact, args, kwargs)
    if fact.layout or fact.kind in ("make", "describe") or any(isinstance(x, Ragged) for x in _flat((args, kwargs))):
        return rule.call(args, kwargs)
    if fact.kind == "view":
        shown = rule.call(args, kwargs)
        if shown is not NotImplemented:
            return shown
    see_that_structure_is_known(fact, args, kwargs)
    see_that_it_is_left_as_numpy_leaves_it(fact, args, kwargs)
    # a function of the user's is called where its results count, and nowhere else
    expected = UNKNOWN if fact.calls_back(args, kwargs) else asked(fact, args, kwargs)
    out, given, named = without_out(fact, rule, args, kwargs)
    result, failure = first_that_fits(fact, rule, given, named, expected)
    if failure is not None and not _attempts.get():
        try:  # a count among the arguments, which is known only at run time, and small
            return for_each_number(_called, function, args, kwargs)
        except NotWrittenOut:
            pass
    if failure is not None:
        if out is None and fact.has_out():  # which the rule would have written
            out, given, named = _apart(fact, args, kwargs)
        result = through_host(fact, given, named, expected, failure)
    if out is None:
        return result if expected is UNKNOWN else shared_results.in_place(fact, args, kwargs, expected, result)
    if type(out) not in OURS and not isinstance(out, np.ndarray):
        raise TypeError("return arrays must be of ArrayType")
    write_into(out, jnp.asarray(core.value_of(result)))
    return out


def _called(function, args, kwargs):
    return function(*args, **kwargs)


def see_that_structure_is_known(fact: Fact, args, kwargs) -> None:
    """Have numbers that are arguments of the compiled function fixed, where they shape or choose what is computed."""
    origins = set().union(*_origins(fact.structure(fact.bound(args, kwargs))))
    if origins:
        raise traced_number.NeedsValue(frozenset(origins))


def see_that_it_is_left_as_numpy_leaves_it(fact: Fact, args, kwargs) -> None:
    """On 'numpy', leave to NumPy what uses the memory of an argument: in which order values lie then, it says alone."""
    trace = contexts.current()
    if trace is not None and trace.for_numpy and fact.changes(args, kwargs) != fact.writes:
        raise UnsupportedError(f"{fact.name} changes an argument beside its result.")


def asked(fact: Fact, args, kwargs):
    """What NumPy answers; UNKNOWN where it cannot be asked."""
    try:
        return answers.answer(fact, blank(args), blank(kwargs))
    except answers.Unknown:
        return UNKNOWN


def blank(x):
    """`x` with blanks in place of what is known only at run time, and ndarrays in place of other arrays of ours."""
    return mapped(x, _blank)


def _blank(x):
    if type(x) in OURS:
        if x._buffer.traced or x.size > _SMALL:
            return Blank(x.shape, x.dtype, kind_of(x))
        return core.host_values(x)
    return Blank(x.shape, np.dtype(x.dtype)) if isinstance(x, jax.Array) else x


def kind_of(x) -> type:
    """The kind of a blank for one of our arrays or scalars."""
    if x.weak is not None:
        return x.weak
    return np.generic if type(x) is core.JaxScalar or isinstance(x, core.JaxScalar) else np.ndarray


def without_out(fact: Fact, rule, args, kwargs):
    """``(out, args, kwargs)``: what to write the result into, unless the rule does so itself."""
    return (None, args, kwargs) if rule.writes_out or not fact.has_out() else _apart(fact, args, kwargs)


def _apart(fact: Fact, args, kwargs):
    """``(out, args, kwargs)``, the latter without `out`."""
    bound = signature_of(fact.function).bind(*args, **kwargs)
    out = bound.arguments.pop("out", None)
    out = out[0] if type(out) is tuple and len(out) == 1 else out
    return out, bound.args, bound.kwargs


# -- forms


def first_that_fits(fact: Fact, rule, args, kwargs, expected):
    """``(result, None)`` of the first form that gives what NumPy would, or ``(None, why not)``."""
    covered = digits.covered.get()
    marks = digits.wanted.get() and not covered and not _has_numpys_digits(fact, args, kwargs)
    if not covered and (
        fact.name in digits.hosted.get() or (fact.function in rounding.BY_CHANCE and digits.wanted.get())
    ):
        return None, UnsupportedError(f"{fact.name} has no form that gives NumPy's last digits.")
    failure: Exception | None = None
    fit = Fit(rule.settles, fact.kind == "move")
    trace = contexts.current()
    settles = rule.settles and not (trace is not None and trace.for_numpy)  # NumPy, which is at hand, says which
    if expected is not None and not settles and any(type(x) is Leaf and x.dtype is None for x in _flat(expected)):
        return None, Misfit("its dtype depends on the values")
    before = len(trace.checks) if trace is not None else 0
    bound = fact.bound(args, kwargs)
    changed = [(bound[name], bound[name]._value()) for name in fact.changes(args, kwargs) if type(bound[name]) in OURS]
    for form in rule.traced or (rule.call,):
        try:
            with attempting(), digits.covering(marks or covered):
                result = form(args, kwargs)
            if marks:
                result = of_results(result, lambda x: _marked(x, fact, args, kwargs))
            return (result if expected is UNKNOWN else fitted(result, expected, fit)), None
        except traced_number.NeedsValue:
            raise
        except (*CANNOT, Misfit) as error:
            if is_about_frozen(error):
                raise
            if trace is not None:
                del trace.checks[before:]
            for array, value in changed:
                if array._value() is not value:
                    array[...] = core.array_of_device(value)
            failure = failure or error
    origins = set().union(*_origins((*args, *kwargs.values())))
    if origins and not isinstance(failure, Misfit):
        # a count or a position that must be known, where an argument of the compiled function is one
        raise traced_number.NeedsValue(frozenset(origins))
    return None, failure


def _has_numpys_digits(fact: Fact, args, kwargs) -> bool:
    """Whether the forms of a function, for these arguments, do what NumPy does, step by step."""
    if not rounding.is_numpys(fact):
        return False
    return fact.function not in rounding.BY_MEMORY or all(
        x.ndim < 2 or x.flags.c_contiguous for x in _flat((args, kwargs)) if type(x) is core.JaxArray
    )


def _marked(x, fact: Fact, args, kwargs):
    """A result, with what says that its last digits may be others than NumPy's."""
    if type(x) not in OURS or x.weak is not None:
        return x
    value = x._value()
    marked = digits.rounded(value, fact.name)
    if marked is not value and any(x is y for y in _flat((args, kwargs))):
        raise Misfit("it is written where it cannot be told apart")
    return (
        x if marked is value else core.array_of_device(marked) if type(x) is core.JaxArray else core.of_device(marked)
    )


def _origins(values):
    """The arguments of the compiled function that are, or make up, numbers among the values."""
    for x in values:
        if type(x) in (list, tuple):
            yield from _origins(x)
        elif type(x) in OURS and x.weak is not None and x.origins:
            yield x.origins


def fitted(result, expected, fit: Fit, known=None):
    """`result` as NumPy would give it: its dtypes, its containers, scalars and arrays; `known` are those fitted before.

    Raises
    ------
    Misfit
        It cannot be brought into that form.
    """
    known = {} if known is None else known  # what is one array stays one
    if type(expected) is Leaf:
        key = id(result), expected
        if key not in known:
            known[key] = result, _fitted_array(result, expected, fit)
        return known[key][1]
    if expected is None and result is None:
        return None
    if isinstance(expected, (tuple, list)) and type(expected) is not answers.Constant:
        if not isinstance(result, (tuple, list)) or len(result) != len(expected):
            raise Misfit(f"{type(result).__name__} instead of {len(expected)} results")
        parts = [fitted(r, e, fit, known) for r, e in zip(result, expected, strict=True)]
        return type(expected)(*parts) if hasattr(expected, "_fields") else type(expected)(parts)
    if type(expected) is answers.Constant and type(result) in OURS and not result.shape and result.weak is None:
        return _pythons_number(result, {type(x) for x in expected.values})
    return result


def _pythons_number(result, kinds: set[type]):
    """A scalar as the number of Python's that NumPy gives."""
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind not in _NUMBERS:
        return result
    return traced_number.of_value(result._value(), kind) if result._buffer.traced else kind(result.item())


def _fitted_array(result, expected: Leaf, fit: Fit):
    if isinstance(result, Ragged):
        return result
    if type(result) not in OURS and not isinstance(result, (jax.Array, np.ndarray, np.generic, int, float, complex)):
        raise Misfit(f"{type(result).__name__} instead of an array")
    value = result._value() if type(result) in OURS else jnp.asarray(result)
    dtype = canonical(expected.dtype) if expected.dtype is not None and not fit.settles else value.dtype
    shape = expected.shape
    if shape is not None and tuple(value.shape) != shape and not (fit.settles and None in shape):
        raise Misfit(f"shape {tuple(value.shape)} instead of {shape}, where None depends on values")
    if value.dtype.kind == "c" and dtype.kind != "c" or not fit.moves and _is_coarser(value.dtype, dtype):
        raise Misfit(f"{value.dtype} instead of {dtype}")
    if value.dtype == dtype and type(result) in OURS:
        if value.ndim or (type(result) is core.JaxArray) is not expected.scalar:
            return result
    value = cast(value, dtype)
    return core.of_device(value) if expected.scalar else core.array_of_device(value)


def _is_coarser(have, want) -> bool:
    """Whether numbers were computed in less precision than NumPy would have."""
    if have.kind in "fc" and want.kind in "fc":
        return np.finfo(have).eps > np.finfo(want).eps
    return have.kind in "iu" and want.kind in "iu" and have.itemsize < want.itemsize


_attempts: contextvars.ContextVar[int] = contextvars.ContextVar("npbridge_attempts", default=0)


@contextlib.contextmanager
def attempting():
    """Around a form: what it calls does not go to the host, where the whole call may go instead."""
    token = _attempts.set(_attempts.get() + 1)
    try:
        yield
    finally:
        _attempts.reset(token)


def through_host(fact: Fact, args, kwargs, expected, failure):
    """The call on the host, where it can be made."""
    from . import host_calls

    # what NumPy changes beside the result by an option, it would change in a copy
    beside = fact.changes(args, kwargs) != fact.writes
    if expected is UNKNOWN or fact.kind == "view" or beside or _attempts.get():
        raise refused(fact, failure) from None
    for leaf in _flat(expected):
        if type(leaf) is Leaf and leaf.dtype is not None:
            core.check_dtype(leaf.dtype)
    found = host_calls.call(fact, args, kwargs, expected, failure)
    if not digits.wanted.get() or fact.function not in rounding.IN_C_ORDER:
        return found
    return of_results(found, lambda x: core.array_of_device(digits.ordered(x._value())) if type(x) is ARRAY else x)


def on_host(function, args, kwargs, why: str):
    """A call of a ufunc, or of a method of one, that has no form but NumPy itself."""
    fact = fact_of(function)
    kwargs = dict(kwargs)
    out = kwargs.pop("out", None)
    out = out[0] if type(out) is tuple and len(out) == 1 else out
    result = through_host(fact, args, kwargs, asked(fact, args, kwargs), UnsupportedError(why))
    if out is None or out == ():
        return result
    if type(out) is tuple:
        raise UnsupportedError(f"{fact.name} with several `out` has no form in compiled code for 'jax'.")
    write_into(out, jnp.asarray(core.value_of(result)))
    return out


def refused(fact: Fact, failure) -> Exception:
    """The error that says why a call has no compiled form."""
    if isinstance(failure, (UnsupportedError, ControlFlowError)):
        return failure
    why = str(failure).strip().partition("\n")[0][:160]
    return UnsupportedError(
        f"{fact.name} with these arguments has no form in compiled code for 'jax' ({why}). Call it outside, or compile "
        "the function on the 'numpy' backend."
    )


def _flat(tree):
    if isinstance(tree, (tuple, list)) and type(tree) not in (Leaf, Blank, answers.Constant):
        for part in tree:
            yield from _flat(part)
    elif type(tree) is dict:
        yield from _flat(list(tree.values()))
    else:
        yield tree
