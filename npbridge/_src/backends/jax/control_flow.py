"""Branches on values that are known only at run time, as ``lax.cond``."""

from __future__ import annotations

import collections
import functools
import operator

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ...array import core, either, ragged, traced_index, traced_number
from ...array.either import Either
from ...convert import context as contexts
from ...convert import operators
from ...convert import status as statuses
from ...convert.lines import located
from ...convert.places import UNBOUND, StructureChanged, places_of
from ...ground.errors import ControlFlowError, UnsupportedError
from ...storage.recording import Recorder
from . import control_flow_loops as loops
from .control_flow_exchange import arrays_chosen
from .control_flow_join import Mismatch, fit, fits_together, join, one_kind
from .control_flow_merge import Merge
from .control_flow_trace import PYTHONS, trace_block
from .control_flow_values import (
    UNDEFINED,
    Leaf,
    Options,
    cast,
    leaves,
    put_together,
    take_apart,
)

OURS = core.OURS
DEEP = 8  # so often a branch may be in itself
_WALKED = (list, tuple, set, frozenset, collections.deque, *(type(view) for view in ({}.keys(), {}.values())))


# the two modules know each other: the loops are looked up when they are called
def for_stmt(*args, **kwargs):
    return loops.for_stmt(*args, **kwargs)


def while_stmt(*args, **kwargs):
    return loops.while_stmt(*args, **kwargs)


def folded(*args):
    from . import control_flow_folds

    return control_flow_folds.folded(*args)


def collected(*args):
    """As ``operators.collected``."""
    from . import control_flow_folds

    return control_flow_folds.collected(*args)


def items(iterable):
    from . import control_flow_folds

    return control_flow_folds.items(iterable)


def predicate(test):
    """A condition as a boolean scalar of JAX."""
    if type(test) is Either:
        test = distribute(lambda x: core.of_device(predicate(x)) if operators.is_traced(x) else np.bool_(x), test)
    value = test._value() if type(test) in OURS else jnp.asarray(test)
    if value.size != 1:
        raise ValueError("The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()")
    return jnp.reshape(value, ()).astype(bool)


# -- statements


def if_stmt(test, then, otherwise, names, live) -> None:
    functions = [then, otherwise]
    branch(test, then, otherwise or _nothing, places_of(names, functions), functions, set(live), then.__code__)


def _nothing():
    return None


def if_leaving(test, then, otherwise, rest, names, live, live_between, both_fall_through):
    functions = [then, otherwise, rest]
    places = places_of(names, functions)
    if rest is None:
        return branch(test, then, otherwise, places, functions, set(live), then.__code__)
    if both_fall_through:
        # the rest once, after the branches; it needs what they bind
        status = branch(test, then, otherwise, places, functions, set(live_between), then.__code__)
        return status if status is not None and not _may_go_on(status) else _after(status, rest, names, live)

    def with_rest(block):
        return lambda: _after(block(), rest, names, live)

    return branch(test, with_rest(then), with_rest(otherwise), places, functions, set(live), then.__code__)


def _may_go_on(status) -> bool:
    return statuses.NORMAL_CODE in statuses.parts(status)[1]


def _after(status, rest, names, live):
    if status is None:
        return rest()
    return after(status, rest, names, live) if _may_go_on(status) else status


def after(status, rest, names, live):
    """The rest of a block, run where the status says that the block was not left."""
    code, possible, value = statuses.parts(status)
    left = possible - {statuses.NORMAL_CODE}
    functions = [rest]
    go_on = code == statuses.NORMAL_CODE
    return branch(
        go_on, rest, lambda: statuses.assemble(code, left, value), places_of(names, functions), functions, set(live)
    )


def result(status):
    """What a function returns whose paths are chosen at run time."""
    code, possible, value = statuses.parts(status)
    if possible == {statuses.NORMAL_CODE, statuses.RETURN_CODE}:
        return None if value is None else if_exp(code == statuses.RETURN_CODE, lambda: value, lambda: None)
    raise AssertionError(f"a function cannot be left by {possible}")


def check(failed, error) -> None:
    """Have `error` raised at run time, at the user's line, where `failed` is true."""
    if contexts.current() is not None:
        contexts.current().note_here(f"checked at run time: {type(error).__name__}")
        failed = predicate(jnp.any(failed._value() if type(failed) in OURS else failed))
        contexts.current().checks.append((failed, located(operators.where_caught(error))))


def _note(text) -> None:
    if contexts.current() is not None:
        contexts.current().note_here(text)


traced_index.on_check = check
ragged.on_note = _note


# -- the general branch


def branch(test, then, otherwise, places, functions, live, code=None):
    """``then()`` or ``otherwise()`` as the traced condition says; gives a status."""
    pred = predicate(test)
    contexts.current().begin_branch()
    active = contexts.current().branches
    if code is not None and active.count(code) >= DEEP:
        # a function that calls itself until a condition holds: the condition must be known
        raise jax.errors.TracerBoolConversionError(pred)
    active.append(code)
    try:
        a = trace_block(then, places, functions, needed=live)
        b = trace_block(otherwise, places, functions, needed=live)
    except StructureChanged as error:
        raise ControlFlowError(
            f"{error} under a condition that is known only at run time. Use an array of fixed size and a count, "
            "or run the function on the 'numpy' backend."
        ) from None
    finally:
        active.pop()
    for block, flag, other in ((a, pred, otherwise), (b, jnp.logical_not(pred), then)):
        if block.error is not None:
            contexts.current().note_here(
                f"checked at run time: {type(block.error).__name__} where the condition says so"
            )
            contexts.current().checks += [*_checks_where(flag, block), (flag, operators.where_caught(block.error))]
            return other()
    contexts.current().note_here("a branch chosen at run time: both sides are compiled")
    return Merge(pred, a, b).apply()


def _checks_where(flag, block) -> list:
    """The checks of a block that ends in an error, where a condition holds."""
    if not block.checks:
        return []
    never = [jnp.zeros((), bool) for _ in block.checks]
    flags = lax.cond(flag, lambda: [jnp.reshape(x, ()).astype(bool) for x in block.run()], lambda: never)
    return [(failed, error) for failed, (_, error) in zip(flags, block.checks, strict=True)]


# -- values of one kind or another


def distribute(function, *args):
    """``function(*args)``, where some of the arguments are of one kind or another: each under its condition."""
    at = next((i for i, x in enumerate(args) if type(x) is Either), None)
    if at is None:
        return function(*args)
    found = args[at]
    if sum(type(x) is Either and x.which is found.which for x in args) > 1:
        return _in_step(function, args, found)
    if either.is_pure(function) and not any(o is UNBOUND for o in found.options):
        try:
            return _each(found, lambda o: distribute(function, *args[:at], o, *args[at + 1 :]))
        except (*PYTHONS, UnsupportedError, ControlFlowError, Mismatch):
            pass  # of one of them: an error where it is the one

    def case(k):
        def run():
            option = found.options[k]
            if option is UNBOUND:
                raise UnboundLocalError("a local variable is not associated with a value here")
            return distribute(function, *args[:at], option, *args[at + 1 :])

        return run

    def cases(k):
        if k == len(found.options) - 1:
            return case(k)
        return lambda: if_exp(found.which == k, case(k), cases(k + 1))

    return cases(0)()


def _in_step(function, args, found):
    """The same, where several arguments are of one kind or another together, as the two of ``a + a`` are."""
    places = [i for i, x in enumerate(args) if type(x) is Either and x.which is found.which]
    together = Either(found.which, [tuple(args[i].options[k] for i in places) for k in range(len(found.options))])
    others = [x for i, x in enumerate(args) if i not in places]

    def call(options, *rest):
        given, others = dict(zip(places, options, strict=True)), iter(rest)
        return function(*[given[i] if i in given else next(others) for i in range(len(args))])

    return distribute(call, together, *others)


def _each(found, call):
    """What `call` gives for the option that it is, where it can be called for each: it writes nothing."""
    trace = contexts.current()
    results, checks, recorders = [], [], []
    before = trace.checks
    try:
        for k, option in enumerate(found.options):
            trace.checks, recorder = [], Recorder()
            try:
                with recorder:
                    results.append(call(option))
            finally:
                recorder.restore()
            if recorder.saved:
                raise Mismatch("it is written to")
            recorders.append(recorder)
            checks += [((found.which == k) & flag, error) for flag, error in trace.checks]
    finally:
        trace.checks = before
    result = _chosen(*arrays_chosen(found.which, results, recorders))
    trace.checks += checks
    return result


def _chosen(which, results):
    """The one of several results that `which` says."""
    if len(results) == 1:
        return results[0]
    trees = [take_apart(x) for x in results]
    if not any(isinstance(t, Options) for t in trees) and not any(
        fits_together(x, y) for k, x in enumerate(trees) for y in trees[:k]
    ):
        return Either(which, results)  # so that what is made of them goes together with what they were made of
    tree = functools.reduce(join, trees)
    values = []
    for leaf, *sources in zip(leaves(tree), *(fit(t, tree) for t in trees), strict=True):
        if leaf.constant is UNDEFINED:
            value, *others = (cast(source.value, leaf) for source in sources)
            for k, other in enumerate(others, 1):
                value = jnp.where(which == k, other, value)
            values.append(value)
    return put_together(tree, iter(values))


either.distribute = distribute


def bound(x, name):
    """A variable that only some paths bind, where it is read."""
    nothing = next((k for k, o in enumerate(x.options) if o is UNBOUND), None)
    if nothing is None:
        return x
    check(
        x.which == nothing,
        UnboundLocalError(f"cannot access local variable '{name}' where it is not associated with a value"),
    )
    left = [o for k, o in enumerate(x.options) if k != nothing]
    if len(left) == 1:
        return left[0]
    numbers = np.cumsum([k != nothing for k in range(len(x.options))]) - 1
    return Either(jnp.asarray(np.maximum(numbers, 0), "int32")[x.which], left)


_MOST_ENTRIES = 64


def item(container, key):
    """``container[key]`` of a dictionary or sequence, by a key that is computed at run time."""
    if type(key) is Either:
        return distribute(item, container, key)
    if not operators.is_traced(key):
        return container[key]
    entries = list(container.items()) if type(container) is dict else list(enumerate(container))
    numbers = [(k, v) for k, v in entries if isinstance(k, (int, float, np.generic))]
    if traced_number.stands_for_another(key) or not numbers or len(numbers) > _MOST_ENTRIES:
        return container[key]  # a loop that is written out knows it
    if type(container) is not dict and getattr(key, "weak", None) is bool:
        key = +key
    value = core.of_device(jnp.asarray(traced_index._raw(key)))
    if type(container) is dict:
        error: Exception = KeyError("a key that is known only at run time is not in the dictionary")
    else:
        if value.dtype.kind not in "iu":
            raise TypeError(f"{type(container).__name__} indices must be integers or slices, not {value.dtype}")
        value = np.where(value < 0, value + len(container), value)[()]
        error = IndexError(f"{type(container).__name__} index out of range")
    found = [value == k for k, _ in numbers]
    check(jnp.logical_not(functools.reduce(jnp.logical_or, map(predicate, found))), error)
    result = numbers[-1][1]
    for is_it, (_, entry) in zip(found[-2::-1], numbers[-2::-1], strict=True):
        result = selected(is_it, entry, result)
    return result


def is_(a, b):
    """``a is b``."""
    return distribute(lambda x, y: x is y, a, b)


# -- expressions


def if_exp(test, then, otherwise):
    functions = [then, otherwise]
    returning = [lambda: statuses.Return(then()), lambda: statuses.Return(otherwise())]
    return branch(test, *returning, [], functions, None, then.__code__).value


def selected(test, a, b):
    """``a if test else b`` of values that are there: numbers of one kind are selected, not branched for."""
    x, y = take_apart(a), take_apart(b)
    leaf = one_kind(x, y) if isinstance(x, Leaf) and isinstance(y, Leaf) and not x.shape else None
    if leaf is None or leaf.kind not in ("number", "scalar"):
        return if_exp(test, lambda: a, lambda: b)
    value = jnp.where(predicate(test), cast(x.value, leaf), cast(y.value, leaf))
    return put_together(leaf, iter([value]))


def and_(value, other):
    """``value and other()``."""
    return if_exp(value, other, lambda: value)


def or_(value, other):
    return if_exp(value, lambda: value, other)


def not_(value):
    return traced_number.of_value(jnp.logical_not(predicate(value)), bool)


def _truth(value):
    """``bool(value)``."""
    return traced_number.of_value(predicate(value), bool) if operators.is_traced(value) else bool(value)


def in_(item, container):
    if type(item) is Either or type(container) is Either:
        return distribute(operators.in_, item, container)
    if type(container) is range:
        if not container:
            return False
        low, high = sorted((container[0], container[-1]))
        return _truth((item >= low) & (item <= high) & ((item - low) % container.step == 0))
    if isinstance(container, (*_WALKED, dict)):
        return functools.reduce(operator.or_, [_truth(item == x) for x in container], False)
    if type(container) in OURS or isinstance(container, (np.ndarray, ragged.Ragged, jax.Array)):
        return _truth((container == item).any())
    return item in container
