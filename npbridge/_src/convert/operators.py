"""The operators that converted code calls.

With values that are known they are Python's own statements and expressions.  While
a trace is under way, conditions and loops over values known only at run time go to
the lowering of the backend.
"""

from __future__ import annotations

import contextlib
import functools
import operator
import warnings

import numpy as np

from ..array import core
from ..array.either import Either
from ..face.late_texts import joined, percent
from ..ground.errors import UnsupportedError
from ..storage.buffer import Tracer
from . import context as contexts
from . import status as statuses
from .calls import attribute, call, see_that_it_does_not_grow, see_that_it_stands
from .context import tracing
from .lines import located
from .status import BREAK, CONTINUE, Return, Traced

__all__ = [
    "BREAK", "CONTINUE", "Return", "after", "and_", "assert_stmt", "attribute", "bound", "call", "collected", "compare",
    "folded", "for_stmt", "if_exp", "if_leaving", "if_stmt", "in_", "is_", "is_not", "item", "items", "joined",
    "not_", "not_in", "or_", "percent", "raised", "result", "tracing", "trying", "while_stmt", "within",
]  # fmt: skip

OURS = core.OURS
current = contexts.current
_slot_buffer = core.JaxArray._buffer.__get__


def is_traced(x) -> bool:
    """Whether `x` is an array or scalar whose values are known only at run time."""
    if type(x) in OURS:
        try:
            return isinstance(_slot_buffer(x).device, Tracer)
        except AttributeError:
            return False
    return isinstance(x, Tracer) or type(x) is Either


def _lowering():
    from ..backends.jax import control_flow

    return control_flow


def as_local(error):
    """An unbound variable as it is reported in the original, where it is a local one.

    In the blocks that the operators run, the user's local variables are free ones.
    """
    if type(error) is not NameError or "free variable" not in str(error):
        return error
    message = f"cannot access local variable '{error.name}' where it is not associated with a value"
    return UnboundLocalError(message).with_traceback(error.__traceback__)


def local_errors(operator):
    """Have an unbound variable in the blocks that an operator runs reported as in the original."""

    @functools.wraps(operator)
    def wrapped(*args):
        try:
            return operator(*args)
        except NameError as error:
            if as_local(error) is error:
                raise
            raise as_local(error) from None

    return wrapped


def _holds(test):
    """What Python asks for its truth."""
    if type(test) is list:
        see_that_it_does_not_grow(test)
    return test


# -- statements


@local_errors
def if_stmt(test, then, otherwise, names, live) -> None:
    """``if`` whose branches both end at their end."""
    if is_traced(test):
        _lowering().if_stmt(test, then, otherwise, names, live)
    elif _holds(test):
        then()
    elif otherwise is not None:
        otherwise()


@local_errors
def if_leaving(test, then, otherwise, rest, names, live, live_between, both_fall_through):
    """``if`` with a branch that can be left early, and the rest of its block."""
    if is_traced(test):
        return _lowering().if_leaving(test, then, otherwise, rest, names, live, live_between, both_fall_through)
    return after(then() if _holds(test) else otherwise(), rest, names, live)


@local_errors
def after(status, rest, names, live):
    """The rest of a block, where the block has not been left."""
    if status is None:
        return rest() if rest is not None else None
    if isinstance(status, Traced) and statuses.NORMAL_CODE in status.possible and rest is not None:
        return _lowering().after(status, rest, names, live)
    return status


def result(status):
    """What the function returns."""
    if status is None:
        return None
    if isinstance(status, Return):
        return status.value
    return _lowering().result(status)


@local_errors
def for_stmt(iterable, body, otherwise, names, start, live, written):
    """``for``; gives a status."""
    if current() is not None:
        see_that_it_stands(iterable)
        return _lowering().for_stmt(iterable, body, otherwise, names, start, live, written)
    for item in iterable:
        status = body(item)
        if status is None or status is CONTINUE:
            continue
        return None if status is BREAK else status
    return otherwise() if otherwise is not None else None


@local_errors
def while_stmt(test, body, otherwise, names, start, live, written):
    """``while``; gives a status."""
    if current() is not None:
        return _lowering().while_stmt(test, body, otherwise, names, start, live, written)
    while test():
        status = body()
        if status is None or status is CONTINUE:
            continue
        return None if status is BREAK else status
    return otherwise() if otherwise is not None else None


def assert_stmt(test, message=None) -> None:
    """``assert``; of a value known at run time, a check at run time."""
    if is_traced(test):
        _lowering().check(not_(test), AssertionError(*([] if message is None else [message()])))
    elif __debug__ and not test:
        raise AssertionError(*([] if message is None else [message()]))


def raised(exception):
    """What a ``raise`` statement raises; remembered while tracing."""
    trace = current()
    if trace is not None:
        if isinstance(exception, type) and issubclass(exception, BaseException):
            exception = exception()
        trace.raised = located(exception)
    return exception


class trying:
    """The body of a ``try``; `kinds` gives the exceptions that its handlers take."""

    __slots__ = ("kinds", "trace")

    def __init__(self, kinds) -> None:
        self.kinds = kinds
        self.trace = current()

    def __enter__(self) -> None:
        if self.trace is not None:
            self.trace.handlers.append(self.kinds)

    def __exit__(self, *exc) -> None:
        if self.trace is not None:
            self.trace.handlers.pop()


class watched:
    """The manager of a ``with`` statement, which may swallow exceptions as a handler does."""

    __slots__ = ("manager", "trace")

    def __init__(self, manager) -> None:
        self.manager = manager
        self.trace = current()

    def __enter__(self):
        entered = self.manager.__enter__()
        if self.trace is not None:
            self.trace.handlers.append(lambda: (BaseException,))
        return entered

    def __exit__(self, *exc):
        if self.trace is not None:
            self.trace.handlers.pop()
        return self.manager.__exit__(*exc)


def within(manager):
    """What to enter in the place of a manager: itself, where it is known to swallow nothing."""
    return manager if current() is None or type(manager) in _SWALLOWING_NOTHING else watched(manager)


_SWALLOWING_NOTHING = (np.errstate, contextlib.nullcontext, warnings.catch_warnings)


def where_caught(error):
    """An exception at run time as compiled code meets it: one that a handler around takes is left to Python."""
    if not any(isinstance(error, kind) for kinds in current().handlers for kind in kinds()):
        return error
    return UnsupportedError(
        f"{type(error).__name__} is raised here, and an `except` around it catches it: compiled code cannot go on in a "
        "handler. Write the two cases as `if` and `else`, or run the function on the 'numpy' backend."
    )


# -- expressions


@local_errors
def if_exp(test, then, otherwise):
    """``then if test else otherwise``."""
    if is_traced(test):
        return _lowering().if_exp(test, then, otherwise)
    return then() if _holds(test) else otherwise()


@local_errors
def and_(value, *others):
    """``value and ...``."""
    for i, other in enumerate(others):
        if is_traced(value):
            return _lowering().and_(value, lambda rest=others[i:]: and_(rest[0](), *rest[1:]))
        if not value:
            return value
        value = other()
    return value


@local_errors
def or_(value, *others):
    """``value or ...``."""
    for i, other in enumerate(others):
        if is_traced(value):
            return _lowering().or_(value, lambda rest=others[i:]: or_(rest[0](), *rest[1:]))
        if value:
            return value
        value = other()
    return value


def not_(value):
    """``not value``."""
    return _lowering().not_(value) if is_traced(value) else not _holds(value)


def in_(item, container):
    """``item in container``."""
    if type(container) is list:
        see_that_it_does_not_grow(container)
    if current() is not None and (is_traced(item) or is_traced(container)):
        return _lowering().in_(item, container)
    return item in container


def not_in(item, container):
    """``item not in container``."""
    return not_(in_(item, container))


def is_(a, b):
    """``a is b``."""
    return _lowering().is_(a, b) if type(a) is Either or type(b) is Either else a is b


def is_not(a, b):
    """``a is not b``."""
    return not_(is_(a, b))


def item(container, key):
    """``container[key]``."""
    if type(container) in (dict, list, tuple) and is_traced(key):
        return _lowering().item(container, key)
    return container[key]


def bound(value, name):
    """A variable that is not bound on every path, where it is read."""
    return _lowering().bound(value, name) if type(value) is Either else value


def items(iterable):
    """What a comprehension runs over."""
    return iterable if current() is None else _lowering().items(see_that_it_stands(iterable))


_FOLDS = (sum, max, min, any, all)


def folded(function, iterable, element, condition=None):
    """``function(element(x) for x in iterable if condition(x))``."""
    if current() is not None and any(function is f for f in _FOLDS):
        return _lowering().folded(function, see_that_it_stands(iterable), element, condition)
    return call(function)(element(x) for x in items(iterable) if condition is None or condition(x))


def collected(function, iterable, element):
    """``function([element(x) for x in iterable])``."""
    if current() is not None:
        return _lowering().collected(function, see_that_it_stands(iterable), element)
    return call(function)([element(x) for x in iterable])


_COMPARE = {
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Is": is_,
    "IsNot": is_not,
    "In": in_,
    "NotIn": not_in,
}


@local_errors
def compare(names, left, *others):
    """A chain of comparisons: each operand is evaluated once, and only if needed."""

    def link(i, left):
        right = others[i]()
        value = _COMPARE[names[i]](left, right)
        return value if i == len(others) - 1 else and_(value, lambda: link(i + 1, right))

    return link(0, left)
