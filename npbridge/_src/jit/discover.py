"""Finding the state of a function: what arrays and constants it can reach.

State is found, not declared.  From the function, its ``self``, closure, defaults
and the globals that its code names (and those of the user functions and methods it
can call), every array is collected with the place that holds it, and every other
simple value becomes a guard: a compile-time constant that is looked at again before
each call.
"""

from __future__ import annotations

import collections
import collections.abc
import dis
import functools
import types
from typing import Any

import numpy as np

from ..array import core
from ..array.frozen_values import NotComparable, slots_of
from ..face import host_draws
from ..ground.users import is_users, is_users_class
from . import effects
from .behind import behind
from .bound import Compiled
from .forms import Forms
from .guards import (
    LONG,
    MISSING,
    SIMPLE,
    SIMPLE_TYPES,
    WRITABLE,
    Attributes,
    Cell,
    Children,
    ClassItems,
    Contents,
    Copy,
    Guard,
    Keys,
    Length,
    Names,
    Node,
    Table,
    Value,
    children_of,
    compared_whole,
    is_node,
    name_in,
)
from .inputs import NUMBERS, Raw, can_move, is_raw, is_scalar

OURS = core.OURS


def is_iterator(value) -> bool:
    """Whether something gives other items each time that it is asked, and tells nobody which are next."""
    return isinstance(value, collections.abc.Iterator) and not is_users_class(type(value))


class State(Forms):
    """The arrays and guards that were found.

    `moving` are the paths of numbers that the function binds anew, and so are inputs; `fixed`
    those whose values are needed while tracing; in `drawn` the numbers come that NumPy draws.
    """

    def __init__(self, raws_are_constants: bool = False, moving=frozenset(), fixed=frozenset(), drawn=None) -> None:
        super().__init__(raws_are_constants)
        self.moving, self.fixed = moving, fixed
        self.drawn = host_draws.Arrays() if drawn is None else drawn
        self.arrays: list[tuple[str, core.JaxArray]] = []
        self.raws: list[Raw] = []
        self.places: list[Any] = []  # makers of what notices assignments: see effects
        self._seen: dict[int, Any] = {}
        self._strangers: list[tuple[Any, str, str]] = []  # objects of libraries, and under which names they are held
        self.iterators: list = []
        self._read: set[tuple[str, str]] = set()  # a name, and the attribute that code reads of it
        self._paths: dict | None = None

    def holds(self) -> bool:
        """Whether all is as it was; an array that took the place of another is taken in."""
        return all(guard.holds() or self.taken_in(guard) for guard in self.guards)

    def taken_in(self, guard) -> bool:
        """Take the array that a place holds now for the one that it held."""
        if guard.raw is not None:
            now = guard.now()
            if not self.raws[guard.raw].takes(now):
                return False
            self.raws[guard.raw].value = guard.value = now
            return True
        if guard.array is None:
            return False
        now, (path, before) = guard.now(), self.arrays[guard.array]
        if type(now) is not type(before) or before is not guard.value or id(now) in self._seen:
            return False
        places = [g for g in self.guards if g.array == guard.array]
        if any(g.now() is not now for g in places):
            return False  # one array in two places has become two
        del self._seen[id(before)]
        self._seen[id(now)] = now
        for place in places:
            place.value = now
        self.arrays[guard.array] = (path, now)
        return True

    def functions(self) -> list[types.FunctionType]:
        """The user's functions in reach."""
        return [x for x in self._seen.values() if isinstance(x, types.FunctionType) and is_users(x.__module__)]

    def strangers(self) -> list:
        """Objects of libraries in reach."""
        return [value for value, _, _ in self._strangers]

    def nbytes(self) -> int:
        """How much the arrays that were found hold."""
        ours = sum({id(x._buffer): x._buffer.nbytes for _, x in self.arrays}.values())
        return ours + sum(x.nbytes for x, _, _ in self.ndarrays.values())

    def path_at(self, place, key) -> str:
        """What a place is called that `key` of an effect's place is."""
        if self._paths is None:
            self._paths = {_place_of(g.holder, g.key): g.path for g in self.guards if type(g) is Guard}
        return self._paths.get(place.identity(key), place.name(key))

    # -- walking

    def visit(self, value, path: str, holder=None, key=None) -> None:
        """Take in a value, which `holder` holds at `key`, and what can be reached from it."""
        kind = type(value)
        held = holder is not None and type(holder) is not Children
        self.note_place(value, path)
        if kind is not type and is_users_class(kind):
            self.visit(kind, path)  # whose methods are called, also where it is a number or a list
        if compared_whole(kind) and self.visit_value(value, path, holder if held else None, key):
            return
        if held:
            self.guards.append(Guard(holder, key, value, path))
        if is_scalar(value) and self.visit_scalar(value, path, holder, key):
            return
        if kind in OURS and kind is not core.JaxScalar:
            self.visit_array(value, path, held)
        elif isinstance(value, np.ndarray):
            self.visit_ndarray(value, path, holder, key)
        elif is_raw(value):
            self.visit_raw(value, path, holder, key)
        elif isinstance(value, SIMPLE):
            return
        elif isinstance(value, tuple) or self.is_strange_node(value):
            self.visit_children(value, path, holder, key)
        elif id(value) not in self._seen:
            self._seen[id(value)] = value
            self._numbers[id(value)] = len(self._numbers)
            if is_iterator(value):
                self.iterators.append(value)
            if not is_users_class(kind) and type(getattr(value, "__dict__", None)) is dict:
                self._strangers.append((value, path, path if isinstance(holder, Cell) else key))
            self.visit_inside(value, kind, path)

    def visit_array(self, array, path: str, guarded: bool) -> None:
        at = next((i for i, (_, x) in enumerate(self.arrays) if x is array), None) if id(array) in self._seen else None
        if at is None:
            self._seen[id(array)] = array
            at = len(self.arrays)
            self.arrays.append((path, array))
        if guarded:
            self.guards[-1].array = at

    def note_place(self, value, path: str) -> None:
        """What is changed in a container is noticed."""
        if isinstance(value, (dict, list, collections.deque, set)) and id(value) not in self._seen:
            self.places.append((effects.place_for, value, path))
            if isinstance(value, set):
                self._seen[id(value)] = value

    def visit_scalar(self, value, path: str, holder, key) -> bool:
        """A number that moves, and a scalar of ours, is an input where another can take its place."""
        if not isinstance(holder, WRITABLE) or not self.moves(value, path):
            return False
        if type(holder) is not Children:
            self.guards[-1].raw = len(self.raws)
        self.raws.append(Raw(holder, key, path, value))
        return True

    def moves(self, value, path: str) -> bool:
        """Whether a number or scalar is an input, where it can be one."""
        if path in self.fixed or type(value) is not core.JaxScalar and path not in self.moving:
            return False
        return can_move(value)

    def visit_value(self, value, path: str, holder, key) -> bool:
        """Have a value compared as a whole, by what it is made of; False where it cannot be."""
        if behind(value):
            return False  # what is called has state of its own
        try:
            self.guards.append(Value(holder, key, value, path))
        except NotComparable:
            return False
        return True

    def visit_ndarray(self, array, path: str, holder, key) -> None:
        """An ndarray is an input where an array of ours can take its place while tracing, else a constant."""
        if array.dtype.char not in core.STORED_KINDS:
            return
        if isinstance(holder, WRITABLE):
            self.guards.append(Guard(holder, key, array, path))
            self.ndarrays.setdefault(id(array), (array, path, []))[2].append((holder, key))
        else:
            self.guards.append(Contents(array, path))

    def visit_strangers(self) -> None:
        """The attributes of objects of libraries that the user's code reads: constants, which are looked at again."""
        for value, path, held_as in self._strangers:
            own = types.MappingProxyType(vars(value))
            for name, item in list(own.items()):
                if (held_as, name) in self._read:
                    if isinstance(item, np.ndarray):  # beside its contents
                        self.guards.append(Guard(own, name, item, f"{path}.{name}"))
                    self.visit(item, f"{path}.{name}", own, name)

    def visit_raw(self, array, path: str, holder, key, plain=True) -> None:
        """A ``jax.Array`` is an input, each time that it is met, where a tracer can take its place."""
        if self.raws_are_constants or not isinstance(holder, WRITABLE):
            return
        if type(holder) is not Children:
            self.guards[-1].raw = len(self.raws)
        self.raws.append(Raw(holder, key, path, array, plain))

    def forget_raws(self) -> None:
        """Take raw arrays for constants: their values are needed while tracing."""
        self.raws_are_constants, self.raws, self._constants = True, [], None
        for guard in self.guards:
            if type(guard) is Guard:
                guard.raw = None

    @staticmethod
    def is_strange_node(value) -> bool:
        """Whether a value is a node of pytrees whose class is a library's: only JAX knows what is in it."""
        if isinstance(value, (dict, list, collections.deque, set, type)):
            return False
        return not is_users_class(type(value)) and is_node(value)

    def visit_children(self, value, path: str, holder, key) -> None:
        """What a tuple or another node has inside: visited for each place that holds it."""
        node, plain = is_node(value), isinstance(value, tuple)
        inner = Children(holder, key) if node and isinstance(holder, WRITABLE) else None
        if not plain:
            self.guards.append(Node(value, path, inner is not None))
        for i, item in enumerate(children_of(value)[0] if node else value):
            name = name_in(value, i, path)
            if type(item) in NUMBERS and not plain:
                self.visit_raw(item, name, inner, i, plain=False)  # as JAX does
            else:
                self.visit(item, name, inner, i)

    def visit_inside(self, value, kind: type, path: str) -> None:
        if kind in (list, dict) and len(value) > LONG and _all_simple(value) and not self.moves_in(path):
            self.guards.append(Copy(value, path))
        elif isinstance(value, dict):
            if isinstance(value, collections.defaultdict):
                self.visit(value.default_factory, path)
            self.guards.append(Keys(value, path))
            for name, item in list(value.items()):
                self.visit(item, f"{path}[{name!r}]", value, name)
        elif isinstance(value, (list, collections.deque)):
            self.guards.append(Length(value, path))
            for i, item in enumerate(value):
                self.visit(item, f"{path}[{i}]", value, i)
        elif kind is types.FunctionType:
            self.visit_function(value, path)
        elif kind is types.MethodType:
            self.visit(value.__self__, path)
            self.visit(value.__func__, path)
        elif kind is functools.partial:
            self.visit(value.func, path)
            self.visit(value.args, path)
            self.visit(value.keywords, path)
        elif isinstance(value, type):
            if is_users_class(value):
                self.visit_class(value, path)
        elif isinstance(value, types.ModuleType):
            return
        elif hasattr(kind, "__npbridge_reaches__"):
            for inner in value.__npbridge_reaches__():
                self.visit(inner, path)
        elif is_users_class(kind):
            self.visit_object(value, path)
        else:
            self.visit_behind(value, path)

    def visit_behind(self, value, path: str) -> None:
        for inner in behind(value):
            self.visit(inner, path)

    def moves_in(self, path: str) -> bool:
        return any(moving.startswith(f"{path}[") for moving in self.moving)

    def visit_object(self, value, path: str) -> None:
        own = getattr(value, "__dict__", None)
        if type(own) is dict:
            self.places.append((effects.Object, value, path))
            self.guards.append(Names(own, path))
            for name, item in list(own.items()):
                if type(item) is Compiled:
                    continue
                self.visit(item, f"{path}.{name}", own, name)
        slots = slots_of(type(value))
        if slots:
            self.places.append((effects.Slots, value, path, slots))
        for name in slots:
            if hasattr(value, name):
                self.visit(getattr(value, name), f"{path}.{name}", Attributes(value), name)

    def visit_class(self, cls, path: str) -> None:
        for base in cls.__mro__:
            if base is object or not is_users_class(base):
                continue
            self.places.append((effects.Class, base, base.__name__))
            self.guards.append(Table(base))
            for name, item in list(vars(base).items()):
                if isinstance(item, (types.FunctionType, staticmethod, classmethod, property)):
                    self.visit(item, f"{path}.{name}")
                elif type(item) is not Compiled and not name.startswith("__"):  # those the table knows
                    holder = ClassItems(base) if is_scalar(item) else vars(base)
                    self.visit(item, f"{base.__name__}.{name}", holder, name)

    def visit_function(self, function, path: str) -> None:
        if not is_users(function.__module__):
            return self.visit_behind(function, path)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            self.places.append((effects.Variable, cell, name))
            try:
                self.visit(cell.cell_contents, name, Cell(cell), "contents")
            except ValueError:
                continue  # an empty cell: a name that is bound later
        for value in function.__defaults__ or ():
            self.visit(value, f"{path} default")
        for value in (function.__kwdefaults__ or {}).values():
            self.visit(value, f"{path} default")
        stored = _stored_in(function.__code__)
        if stored:
            self.places.append((effects.Globals, function.__globals__, stored))
        self._read |= _read_in(function.__code__)
        used = list(dict.fromkeys(named_in(function.__code__)))
        self.visit_names(function.__globals__, used, "")

    def visit_names(self, names: dict, used, prefix: str) -> None:
        """Those of the used names that are globals of a module, and inside the user's modules among them."""
        for name in used:
            value = names.get(name, MISSING)
            if value is MISSING:
                continue
            if not isinstance(value, types.ModuleType):
                self.visit(value, prefix + name, names, name)
            elif is_users(value.__name__) and id(value) not in self._seen:
                self._seen[id(value)] = value
                self.visit_names(vars(value), used, f"{prefix}{name}.")


def _place_of(holder, key):
    for attribute in ("cell", "object", "cls"):
        if type(holder) in (Cell, Attributes, ClassItems) and hasattr(holder, attribute):
            return id(getattr(holder, attribute)), key
    return id(holder), key


def named_in(code: types.CodeType):
    """The names in a code object and the functions inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from named_in(constant)


@functools.lru_cache(4096)
def _read_in(code: types.CodeType) -> frozenset[tuple[str, str]]:
    """The attributes that a code object reads of what has a name: ``(name, attribute)``."""
    found, before = set(), None
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            found.add((before, instruction.argval))
        if instruction.opname.startswith("LOAD_"):
            before = instruction.argval
        elif instruction.opname != "CACHE":
            before = None
    inner = [_read_in(c) for c in code.co_consts if isinstance(c, types.CodeType)]
    return frozenset(found).union(*inner)


@functools.lru_cache(4096)
def _stored_in(code: types.CodeType) -> tuple[str, ...]:
    """The globals that a code object assigns, in the order of the alphabet."""
    found = {i.argval for i in dis.get_instructions(code) if i.opname in ("STORE_GLOBAL", "DELETE_GLOBAL")}
    inner = [_stored_in(c) for c in code.co_consts if isinstance(c, types.CodeType)]
    return tuple(sorted(found.union(*inner)))


def _all_simple(value) -> bool:
    return SIMPLE_TYPES.issuperset(map(type, value.values() if type(value) is dict else value))
