"""What a function does to names, attributes and containers, besides writing arrays.

``self.w = self.w + x`` binds an attribute to another array, ``history.append(x)``
lets a list grow.  While JAX traces, such things are noticed and undone; after each
run they are done again with the values of that run, whatever is assigned.  Only a number
in a model stays what it was, and the user is told: see :func:`npbridge.jit`.
"""

from __future__ import annotations

import collections

from ..array import core
from ..convert.places import UNBOUND
from .bound import Compiled
from .guards import SIMPLE_TYPES, same
from .inputs import NUMBERS, is_scalar

OURS = core.OURS


class Place:
    """Something that holds values under keys: an attribute's object, a list, a variable."""

    __slots__ = ("before", "holder", "path", "where")

    def __init__(self, holder, path: str, where=None) -> None:
        self.holder, self.path = holder, path
        self.where = where  # the way to it from the arguments of the call, or None
        self.before = self.now()

    def now(self) -> dict:
        return dict(self.holder)

    def set(self, holder, key, value) -> None:
        if value is UNBOUND:
            del holder[key]
        else:
            holder[key] = value

    def changes(self):
        """``(key, old, new)`` of what is not as it was."""
        now = self.now()
        for key in [*now, *(k for k in self.before if k not in now)]:
            old, new = self.before.get(key, UNBOUND), now.get(key, UNBOUND)
            if old is not new and type(new) is not Compiled and not _equal(old, new):
                yield key, old, new

    def let_go(self) -> None:
        """Keep how it is assigned, and nothing of what it holds."""
        self.holder, self.before = None, {}

    def identity(self, key):
        """What tells the place of a value from others, as guards have it."""
        return id(self.holder), key

    def restore(self) -> None:
        for key, old, _ in list(self.changes()):
            self.set(self.holder, key, old)

    def name(self, key) -> str:
        return f"{self.path}[{key!r}]"


def _equal(a, b) -> bool:
    """Whether two constants are one: a number that is assigned as it was."""
    return type(a) is type(b) and type(a) in SIMPLE_TYPES and same(a, b)


class Object(Place):
    """The attributes of an object."""

    __slots__ = ()

    def now(self) -> dict:
        return dict(vars(self.holder))

    def identity(self, key):
        return id(vars(self.holder)), key

    def set(self, holder, key, value) -> None:
        if value is UNBOUND:
            vars(holder).pop(key, None)
        else:
            vars(holder)[key] = value

    def name(self, key) -> str:
        return f"{type(self.holder).__name__}.{key}"


class Slots(Place):
    """The attributes of an object without a ``__dict__``."""

    __slots__ = ("names",)

    def __init__(self, holder, path, names) -> None:
        self.names = names
        super().__init__(holder, path)

    def now(self) -> dict:
        return {name: getattr(self.holder, name) for name in self.names if hasattr(self.holder, name)}

    def set(self, holder, key, value) -> None:
        if value is UNBOUND:
            delattr(holder, key)
        else:
            setattr(holder, key, value)

    def name(self, key) -> str:
        return f"{type(self.holder).__name__}.{key}"


class Class(Slots):
    """The attributes of a class of the user's."""

    __slots__ = ()

    def __init__(self, holder, path) -> None:
        super().__init__(holder, path, ())

    def now(self) -> dict:
        return {k: v for k, v in vars(self.holder).items() if k not in ("__dict__", "__weakref__")}

    def name(self, key) -> str:
        return f"{self.holder.__name__}.{key}"


class Variable(Place):
    """A variable of an enclosing function."""

    __slots__ = ()

    def identity(self, key):
        return id(self.holder), "contents"

    def now(self) -> dict:
        try:
            return {"": self.holder.cell_contents}
        except ValueError:
            return {}

    def set(self, holder, key, value) -> None:
        if value is UNBOUND:
            del holder.cell_contents
        else:
            holder.cell_contents = value

    def name(self, key) -> str:
        return self.path


class Globals(Place):
    """The globals that functions assign."""

    __slots__ = ("names",)

    def __init__(self, holder, names) -> None:
        self.names = names
        super().__init__(holder, "")

    def now(self) -> dict:
        return {name: self.holder[name] for name in self.names if name in self.holder}

    def name(self, key) -> str:
        return f"the global {key}"


class Sequence(Place):
    """A list or a deque; its one key stands for all of it where its length changed."""

    __slots__ = ()

    def now(self) -> dict:
        return dict(enumerate(self.holder))

    def changes(self):
        if len(self.holder) == len(self.before):
            yield from super().changes()
        else:
            yield None, list(self.before.values()), list(self.holder)

    def set(self, holder, key, value) -> None:
        if key is not None:
            holder[key] = value
            return
        holder.clear()
        holder.extend(value)

    def name(self, key) -> str:
        return self.path if key is None else f"{self.path}[{key}]"


class Members(Place):
    """A set."""

    __slots__ = ()

    def now(self) -> dict:
        return dict.fromkeys(self.holder, True)

    def changes(self):
        if set(self.before) != self.holder:
            yield None, set(self.before), set(self.holder)

    def set(self, holder, key, value) -> None:
        holder.clear()
        holder.update(value)

    def name(self, key) -> str:
        return self.path


def place_for(holder, path, where=None):
    """The place that a container is; None where it is none."""
    if isinstance(holder, dict):
        return Place(holder, path, where)
    if isinstance(holder, (list, collections.deque)):
        return Sequence(holder, path, where)
    return Members(holder, path, where) if isinstance(holder, set) else None


def in_arguments(value, where=(), path="arguments"):
    """The containers among the arguments of a call."""
    place = place_for(value, path, where)
    if place is not None:
        yield place
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, (list, tuple)):
        items = enumerate(value)
    else:
        return
    for key, item in items:
        yield from in_arguments(item, (*where, key), f"{path}[{key!r}]" if where else str(key))


class Effect:
    """One assignment that is made after each run: `plan` says how its value is put together."""

    __slots__ = ("at", "key", "place", "plan")

    def __init__(self, place: Place, key, plan, at: int) -> None:
        self.place, self.key, self.plan = place, key, plan
        self.at = at  # among the places of the state, where it is one of them

    def apply(self, value, arguments, places) -> None:
        """Assign in what is held now: it may have taken the place of what was there while tracing."""
        if self.place.where is None:
            holder = places[self.at][1]
        else:
            holder = arguments
            for key in self.place.where:
                holder = holder[key]
        self.place.set(holder, self.key, value)


class Moves(Exception):
    """Numbers that were taken for constants are bound anew: they have to be inputs."""

    def __init__(self, paths) -> None:
        super().__init__(f"{', '.join(sorted(paths))} cannot be constant")
        self.paths = paths


def moved(old, new, path):
    """The paths of numbers in `old`, known while tracing, that have other values in `new`."""
    if is_scalar(old):
        if type(old) is not core.JaxScalar and (is_scalar(new) or isinstance(new, core.JaxScalar)):
            yield path
    elif type(old) is type(new) and isinstance(old, (list, tuple)) and len(old) == len(new):
        for i, (a, b) in enumerate(zip(old, new, strict=True)):
            if a is not b:
                yield from moved(a, b, f"{path}.{old._fields[i]}" if hasattr(old, "_fields") else f"{path}[{i}]")
    elif type(old) is type(new) and isinstance(old, dict):
        for key in old:
            if key in new and old[key] is not new[key]:
                yield from moved(old[key], new[key], f"{path}[{key!r}]")


def stays(place: Place, old) -> bool:
    """Whether what was assigned is a number in a model, which stays what it was: state there is in Variables."""
    if type(place) not in (Object, Slots) or not getattr(type(place.holder), "__npbridge_model__", False):
        return False
    return type(old) in NUMBERS or type(old) in OURS and old.weak is not None
