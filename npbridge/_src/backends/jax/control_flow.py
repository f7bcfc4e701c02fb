"""Branches on values that are known only at run time, as ``lax.cond``."""

from __future__ import annotations

import collections
import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ...array import choice, core, either, ragged, traced_index, traced_number
from ...array.either import Either
from ...convert import context as contexts
from ...convert import operators
from ...convert import status as statuses
from ...convert.lines import located
from ...convert.places import UNBOUND, StructureChanged, places_of
from ...ground.errors import ControlFlowError
from . import control_flow_loops as loops
from .control_flow_join import NOTHING, Mapped, Mismatch, fit, join, one_kind, settled
from .control_flow_trace import PYTHONS, same_object, trace_block, visible
from .control_flow_values import (
    UNDEFINED,
    Leaf,
    Static,
    cast,
    leaves,
    put_together,
    take_apart,
    variable,
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
        operators.see_that_nobody_catches(error, but=(Exception, BaseException))
        contexts.current().note_here(f"checked at run time: {type(error).__name__}")
        contexts.current().checks.append(
            (predicate(jnp.any(failed._value() if type(failed) in OURS else failed)), located(error))
        )


def _note(text) -> None:
    if contexts.current() is not None:
        contexts.current().note_here(text)


traced_index.on_check = check
ragged.on_note = _note


# -- the general branch


def branch(test, then, otherwise, places, functions, live, code=None):
    """``then()`` or ``otherwise()`` as the traced condition says; gives a status."""
    pred = predicate(test)
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
            operators.see_that_nobody_catches(block.error)
            contexts.current().note_here(
                f"checked at run time: {type(block.error).__name__} where the condition says so"
            )
            contexts.current().checks.append((flag, block.error))
            return other()
    contexts.current().note_here("a branch chosen at run time: both sides are compiled")
    return Merge(pred, a, b).apply()


class Merge:
    """The two sides of a branch, made alike."""

    def __init__(self, pred, a, b) -> None:
        self.pred, self.a, self.b = pred, a, b
        self.chosen: list = []  # the arrays that are one or another
        # for each side: functions from its outputs to the merged outputs
        self.picks: list[tuple] = []
        self.merged: list[Leaf] = []
        self.at_a = {id(leaf): i for i, leaf in enumerate(a.outputs)}
        self.at_b = {id(leaf): i for i, leaf in enumerate(b.outputs)}

    def pair(self, x, y, what):
        """The tree for two trees; its leaves become outputs."""
        try:
            tree = join(x, y, self)
            sides = fit(x, tree), fit(y, tree)
        except Mismatch as mismatch:
            raise ControlFlowError(
                f"{what} is {mismatch}, depending on a condition that is known only at run time. Give it the same "
                "shape and kind on both paths, or run the function on the 'numpy' backend."
            ) from None
        for leaf, left, right in zip(leaves(tree), *sides, strict=True):
            if leaf.constant is UNDEFINED:
                self.output(leaf, self.source(left, self.at_a), self.source(right, self.at_b))
                self.output_conditions(leaf)
        return tree

    def output_conditions(self, leaf) -> None:
        """What it depends on which arrays the parts of a leaf are: false on the side that does not know."""
        for condition in [c for part in leaf.parts for c in part.conditions]:
            places = [(own, id(condition) in own) for own in (self.at_a, self.at_b)]
            self.output(condition, *(self.source(condition, own) if there else _false for own, there in places))

    def is_there(self, array) -> bool:
        return visible(array, self.a.recorder, self.b.recorder)

    def both(self, a, b):
        """For two arrays of one kind: themselves, where they are one, and one or another where somebody has them."""
        x, y = a.origin, b.origin
        if x is not None and y is not None and same_object(x, y):
            return Static(x)
        if not any(v is not None and (self.is_there(v) or choice.conditions_of(v)) for v in (x, y)):
            return None
        leaf = one_kind(a, b)

        def made(value, found):
            conditions = iter(found)
            array = choice.array_of(self.pred, *(self.again(v, value, conditions) for v in (x, y)), value)
            self.chosen.append(array)
            return array

        leaf.made, leaf.parts = made, [a, b]
        return leaf

    def let_stand_for(self, leaf, other) -> None:
        """Have a leaf become what another one, of an array that is one of several, is after its block."""
        leaf.parts, leaf.made = [other], lambda value, found: self.again(other.origin, value, iter(found))

    def again(self, array, value, conditions):
        """An array of a block as it is after it: itself, one of several, or None where nobody else has it."""
        if array is None:
            return None
        if not choice.conditions_of(array):
            return array if self.is_there(array) else None
        buffer = array._buffer
        condition = next(conditions)
        first, second = (self.again(x, value, conditions) for x in (buffer.first, buffer.second))
        # the value is its own only where it is the one: it is read as what its parts say
        return array if self.is_there(array) else choice.array_of(condition, first, second, value)

    def source(self, leaf, positions):
        if type(leaf) is Mapped:
            inner, table = self.source(leaf.leaf, positions), leaf.table
            return lambda outs: jnp.asarray(table)[inner(outs)]
        at = positions.get(id(leaf))
        if at is not None:
            return lambda outs: outs[at]
        return lambda outs: leaf.value

    def output(self, leaf, from_a, from_b) -> None:
        self.merged.append(leaf)
        self.picks.append((from_a, from_b))

    def apply(self):
        a, b = self.a, self.b
        code, value, possible = self.status()
        bound = {}
        for key in {**a.places, **b.places}:
            bound[key] = self.place(key)
        buffers = {**a.buffers, **b.buffers}
        for key, (buffer, _) in buffers.items():
            self.buffer(key, buffer)
        for side, (own, block) in enumerate(((self.at_a, a), (self.at_b, b))):
            for leaf, _ in block.checks:
                pick = self.source(leaf, own)
                never = lambda outs: False  # noqa: E731
                self.output(leaf, *((pick, never) if side == 0 else (never, pick)))
        values = iter(self.run())
        status = statuses.assemble(
            *(
                put_together(code, values),
                possible,
                statuses.MISSING if value is UNDEFINED else put_together(value, values),
            )
        )
        for key, (how, what) in bound.items():
            place = a.places.get(key) or b.places[key]
            place.set(what if how == "object" else put_together(what, values))
        for buffer, _ in buffers.values():
            with buffer.lock:
                buffer.replace(next(values))
        for array in self.chosen:
            array._buffer.settle()
        for _, error in (*a.checks, *b.checks):
            contexts.current().checks.append((next(values), error))
        return status

    def run(self):
        def side(block, which):
            def outputs():
                outs = block.run()
                return [cast(pick[which](outs), leaf) for pick, leaf in zip(self.picks, self.merged, strict=True)]

            return outputs

        if not self.merged and not (self.a.jaxpr.effects or self.b.jaxpr.effects):  # effects: what prints
            return []
        return lax.cond(self.pred, side(self.a, 0), side(self.b, 1))

    def status(self):
        a, b = self.a, self.b
        possible = a.possible | b.possible
        if len(possible) == 1:
            code = Static(next(iter(possible)))
        else:
            code = Leaf("raw", (), "int32")
            self.output(code, self.code_of(a, self.at_a), self.code_of(b, self.at_b))
        if a.value is UNDEFINED or b.value is UNDEFINED:
            value = a.value if b.value is UNDEFINED else b.value
            if value is not UNDEFINED:
                value = self.one_sided(value, a.value is not UNDEFINED)
            return code, value, possible
        if same_object(a.returned, b.returned):
            return code, Static(a.returned), possible
        return code, self.pair(a.value, b.value, "the value"), possible

    def code_of(self, block, positions):
        if isinstance(block.code, Static):
            known = block.code.value
            return lambda outs: np.int32(known)
        return self.source(block.code, positions)

    def one_sided(self, tree, first):
        """A value that only one path returns; the code says where it counts."""
        merged = variable(settled(tree, self))
        for leaf, own in zip(leaves(merged), fit(tree, merged), strict=True):
            pick = self.source(own, self.at_a if first else self.at_b)
            unused = lambda outs, leaf=leaf: jnp.zeros(leaf.shape, leaf.dtype)  # noqa: E731
            self.output(leaf, *((pick, unused) if first else (unused, pick)))
            self.output_conditions(leaf)
        return merged

    def place(self, key):
        a, b = self.a, self.b
        place = a.places.get(key) or b.places[key]
        entry = a.entry.get(key, b.entry.get(key))
        x, y = a.objects.get(key, entry), b.objects.get(key, entry)
        if same_object(x, y):
            return "object", x
        if place.shared and (x is UNBOUND or y is UNBOUND):
            raise ControlFlowError(
                f"whether {place.name} is there depends on a condition that is known only at run time. Give it a value "
                "on both paths, or run the function on the 'numpy' backend."
            )
        return "tree", self.pair(self.tree(a, key, x), self.tree(b, key, y), place.name)

    def tree(self, block, key, now):
        tree = block.trees.get(key)
        if now is UNBOUND or tree is UNDEFINED:
            return NOTHING
        return take_apart(now) if tree is None else tree

    def buffer(self, key, buffer) -> None:
        now = buffer.to_device()
        picks = []
        for block, positions in ((self.a, self.at_a), (self.b, self.at_b)):
            found = block.buffers.get(key)
            picks.append((lambda outs: now) if found is None else self.source(found[1], positions))
        self.output(Leaf("array", buffer.shape, buffer.dtype), *picks)


def _false(outs):
    return False


# -- values of one kind or another


def distribute(function, *args):
    """``function(*args)``, where some of the arguments are of one kind or another: each under its condition."""
    at = next((i for i, x in enumerate(args) if type(x) is Either), None)
    if at is None:
        return function(*args)
    found = args[at]
    if function in either.PURE and not any(o is UNBOUND for o in found.options):
        try:
            return _chosen(found.which, [distribute(function, *args[:at], o, *args[at + 1 :]) for o in found.options])
        except (*PYTHONS, Mismatch):
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


def _chosen(which, results):
    """The one of several results that `which` says."""
    trees = [take_apart(x) for x in results]
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
    return distribute(lambda x, y: np.bool_(x is y), a, b)


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
    return core.of_device(jnp.logical_not(predicate(value)))


def in_(item, container):
    if type(item) is Either or type(container) is Either:
        return distribute(operators.in_, item, container)
    if type(container) is range:
        if not container:
            return np.bool_(False)
        low, high = sorted((container[0], container[-1]))
        return core.of_device(predicate((item >= low) & (item <= high) & ((item - low) % container.step == 0)))
    if isinstance(container, (*_WALKED, dict)):
        found = [core.of_device(predicate(item == x)) for x in container]
        answer = np.bool_(False)
        for f in found:
            answer = f | answer
        return answer
    if type(container) in OURS or isinstance(container, (np.ndarray, ragged.Ragged, jax.Array)):
        return (container == item).any()
    return item in container
