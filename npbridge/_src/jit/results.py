"""How what a compiled function returns and assigns is made again of the values of each run."""

from __future__ import annotations

import collections
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..array import core, traced_number
from ..array.either import Either
from ..array.frozen_values import slots_of
from ..array.ragged import Ragged
from ..face.late_texts import LateText
from ..ground.users import is_users_class
from ..storage.buffer import Tracer
from . import effects, late, leaving
from .order import InOrder

OURS = core.OURS


class Here(NamedTuple):
    """An object that was there before the call: the state knows it by this number."""

    at: int


class Remade:
    """A set, a deque or an object of the user's that is made at each call, with what is in it."""

    def __init__(self, make, parts) -> None:
        self.make, self.parts = make, parts


jax.tree_util.register_pytree_node(Remade, lambda x: (x.parts, x.make), lambda make, parts: make(list(parts)))
jax.tree_util.register_pytree_node(Here, lambda x: ((), x), lambda x, _: x)


def ready(x, known, around=()):
    """`x` as a tree for JAX: dictionaries keep their order, what was there before is left as it is."""
    kind = type(x)
    if id(x) in known:
        return known[id(x)]
    if kind in _ATOMS or kind in OURS:
        return x
    if id(x) in around:
        return x
    around = (*around, id(x))
    if kind is dict:
        return InOrder((key, ready(value, known, around)) for key, value in x.items())
    if kind is list:
        return [ready(value, known, around) for value in x]
    if isinstance(x, tuple):
        items = [ready(value, known, around) for value in x]
        if all(new is old for new, old in zip(items, x, strict=True)):
            return x
        return kind(*items) if hasattr(x, "_fields") else kind(items)
    if kind is set:
        return Remade(set, list(x))
    if kind is collections.deque:
        return Remade(lambda parts: collections.deque(parts, x.maxlen), [ready(v, known, around) for v in x])
    if is_users_class(kind) and not isinstance(x, type) and holds_traced(x):
        return _object(x, kind, known, around)
    return x


_ATOMS = {int, float, complex, bool, str, bytes, type(None)}


def _object(x, kind, known, around) -> Remade:
    own = [(True, name) for name in getattr(x, "__dict__", ())]
    names = own + [(False, name) for name in slots_of(kind) if hasattr(x, name)]

    def make(parts):
        new = object.__new__(kind)
        for (plain, name), value in zip(names, parts, strict=True):
            if plain:
                new.__dict__[name] = value
            else:
                object.__setattr__(new, name, value)
        return new

    values = [x.__dict__[name] if plain else getattr(x, name) for plain, name in names]
    return Remade(make, [ready(v, known, around) for v in values])


def holds_traced(x, around=()) -> bool:
    """Whether something in an object is known only at run time."""
    if type(x) in OURS:
        return x._buffer.traced
    if isinstance(x, Tracer):
        return True
    if type(x) in _ATOMS or id(x) in around or isinstance(x, type):
        return False
    around = (*around, id(x))
    if isinstance(x, dict):
        return any(holds_traced(v, around) for v in x.values())
    if isinstance(x, (list, tuple, collections.deque)):
        return any(holds_traced(v, around) for v in x)
    if not is_users_class(type(x)):
        return False
    values = [*getattr(x, "__dict__", {}).values(), *(getattr(x, n, None) for n in slots_of(type(x)))]
    return any(holds_traced(v, around) for v in values)


def known_in(state) -> dict:
    """The containers and objects that the state holds, by their identities."""
    makers = (effects.place_for, effects.Object, effects.Slots)
    return {id(what[0]): Here(at) for at, (make, *what) in enumerate(state.places) if make in makers}


NUMBERS = (bool, int, float, complex)
WRAPPERS = {"scalar": core.of_device, "array": core.array_of_device}


def rebuilt(output, values, binding):
    """A result, from how it is made and the values of a run."""
    tree, plan = output
    leaves = []
    for how, what in plan:
        if how == "constant":
            leaves.append(what)
        elif how == "existing":
            leaves.append(existing(what, binding))
        elif how == "raw":
            leaves.append(values[what])
        elif how == "here":
            leaves.append(binding.places[what][1])
        elif how == "text":
            inside, parts = what
            leaves.append(jax.tree.unflatten(parts, rebuilt(inside, values, binding)).settled())
        elif how in NUMBERS:
            leaves.append(number(values[what], how))
        elif how == "late":
            leaves.append(late.settled(what, values))
        elif how == "parts":
            leaves.append(what.settled(values, lambda output: rebuilt(output, values, binding)))
        else:
            if isinstance(values[what], (jax.Array, np.ndarray)) and type(values[what]) not in OURS:
                values[what] = WRAPPERS.get(how, how)(values[what])  # what is asked for again is the same array
            leaves.append(values[what])
    return jax.tree.unflatten(tree, leaves)


def returns_raw(output, effects) -> bool:
    """Whether values of JAX's own leave."""
    plans = [output, *(effect.plan for effect in effects if effect.plan is not None)]
    return any(how == "raw" for _, plan in plans for how, _ in plan)


def describe(result, binding, values, made):
    """How to rebuild a result; its traced values are added to `values`.

    `made` knows the new arrays that were described before: what is one array stays one.
    """
    leaves, tree = jax.tree.flatten(ready(result, binding.known), is_leaf=_is_leaf)
    plan: list = []
    for x in leaves:
        parts = leaving.parts_of(x, binding, values, lambda y: describe(y, binding, values, made))
        if parts is not None:
            plan.append(("parts", parts))
            continue
        if isinstance(x, Ragged):
            if id(x) not in made:
                made[id(x)] = x, late.described(x, values)
            plan.append(("late", made[id(x)][1]))
            continue
        if type(x) is LateText:
            inside, parts = jax.tree.flatten(x, is_leaf=lambda y: type(y) in OURS)
            plan.append(("text", (describe(inside, binding, values, made), parts)))
            continue
        if type(x) is Here:
            plan.append(("here", x.at))
            continue
        if type(x) not in OURS:
            traced = isinstance(x, Tracer)
            plan.append(("raw", len(values)) if traced else ("constant", x))
            if traced:
                values.append(x)
            continue
        known = binding.index.get(id(x._buffer)) if hasattr(x, "_buffer") else None
        if known is not None and type(x) is not core.JaxScalar:
            plan.append(("existing", place_of(x, known, binding)))
            continue
        again = getattr(type(x), "__npbridge_again__", None)  # of a class of its own, such as Variable
        if again is not None:
            how = again(x)
        elif x.weak is not None:
            how = x.weak  # a number of Python's stays one
        else:
            how = "scalar" if isinstance(x, core.JaxScalar) else "array"
        key = id(x._buffer) if how == "array" and x._whole else id(x)  # one memory, under whatever names
        if key not in made:
            made[key] = (x, x._buffer), len(values)
            values.append(jnp.asarray(x._value()))
        plan.append((how, made[key][1]))
    return tree, plan


def _is_leaf(x) -> bool:
    return type(x) in OURS or type(x) in (Here, Either, LateText)


def number(value, kind: type):
    """A number of Python's."""
    value = value._value() if type(value) in OURS else value
    return traced_number.of_value(value, kind) if isinstance(value, Tracer) else kind(value.item())


def place_of(x, known, binding):
    """How to find again an array that existed before the call, or a view of one."""
    for i, leaf in enumerate(binding.leaves):
        if leaf is x:
            return ("leaf", i)
    for i, array in enumerate(binding.held):
        if array is x:
            return ("held", i)
    if x._whole:
        return ("buffer", known)
    window = x._window()
    buffer = x._buffer
    offset = core.view.address(window) - core.view.address(buffer.host) if window.size else 0
    return ("view", known, window.shape, window.strides, offset, window.dtype, window.flags.writeable)


def existing(what, binding):
    if what[0] == "leaf":
        return binding.leaves[what[1]]
    if what[0] == "held":
        return binding.held[what[1]]
    buffer = binding.buffers[what[1]]
    if what[0] == "buffer":
        return core.of_view(buffer, None, None)
    _, _, shape, strides, offset, dtype, writeable = what
    window = np.ndarray(shape, dtype, buffer.stand_in(), offset, strides)
    window.flags.writeable = writeable
    return core.of_view(buffer, window, None)
