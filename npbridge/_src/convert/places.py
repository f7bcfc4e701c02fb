"""Places that hold state: the user's variables, attributes and items.

A piece of code that is traced can bind variables, assign attributes and replace
items of lists and dictionaries.  Each is a place that can be read, set and emptied.
"""

from __future__ import annotations

import builtins
import types

from ..array import core
from ..ground.users import is_users_class
from .calls import is_users

UNBOUND = type("Unbound", (), {"__repr__": lambda self: "not bound", "__slots__": ()})()
_LIMIT = 20_000
_ATOMS = {int, float, complex, bool, str, bytes, type(None), type, types.ModuleType, types.BuiltinFunctionType}


class Cell:
    """A local variable that nested functions share."""

    __slots__ = ("cell", "name")
    shared = False

    def __init__(self, name: str, cell: types.CellType) -> None:
        self.name = name
        self.cell = cell

    @property
    def key(self):
        return id(self.cell)

    def get(self):
        try:
            return self.cell.cell_contents
        except ValueError:
            return UNBOUND

    def set(self, value) -> None:
        if value is UNBOUND:
            if self.get() is not UNBOUND:
                del self.cell.cell_contents
        else:
            self.cell.cell_contents = value


class SharedCell(Cell):
    """A variable of another function, which a call can rebind."""

    __slots__ = ()
    shared = True


class Item:
    """An entry of a dictionary or list: a global, an attribute, an item."""

    __slots__ = ("container", "index", "name")
    shared = True

    def __init__(self, container, index, name: str) -> None:
        self.container = container
        self.index = index
        self.name = name

    @property
    def key(self):
        return id(self.container), self.index

    def get(self):
        try:
            return self.container[self.index]
        except (KeyError, IndexError):
            return UNBOUND

    def set(self, value) -> None:
        if value is UNBOUND:
            if type(self.container) is dict:
                self.container.pop(self.index, None)
        else:
            self.container[self.index] = value


def places_of(names, functions) -> list:
    """The places of the variables that the functions (blocks of one function) bind."""
    functions = [f for f in functions if type(f) is types.FunctionType]
    cells = {}
    for f in functions:
        cells.update(zip(f.__code__.co_freevars, f.__closure__ or (), strict=True))
    found: list = []
    for name in names:
        if name in cells:
            found.append(Cell(name, cells[name]))
        elif functions and any(name in f.__code__.co_names for f in functions):
            found.append(Item(functions[0].__globals__, name, name))
    return found


class StructureChanged(Exception):
    """A container got other entries than it had."""


class Unread:
    """Stands in a list that grows in a loop for what other iterations appended: it cannot be read."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def _refuse(self, *args, **kwargs):
        raise StructureChanged("an iteration reads what others appended to a list that grows in it")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    __array__ = __array_ufunc__ = __array_function__ = __getitem__ = __setitem__ = __bool__ = __len__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __neg__ = __abs__ = __float__ = __int__ = _refuse
    __iter__ = __index__ = __contains__ = __str__ = __repr__ = __call__ = _refuse


UNREAD = Unread()


class Heap:
    """The containers that code can reach, as they were."""

    def __init__(self, functions) -> None:
        self.known: dict[int, tuple] = {}
        self.cells: dict[int, tuple[SharedCell, object]] = {}
        stack: list = [(f, "", 0) for f in functions if f is not None]
        seen: set[int] = set()
        while stack and len(seen) < _LIMIT:
            x, name, depth = stack.pop()
            if id(x) in seen or type(x) in _ATOMS or type(x) in core.OURS or depth > 8:
                continue
            seen.add(id(x))
            self._visit(x, name, depth, stack)

    def _visit(self, x, name, depth, stack) -> None:
        kind = type(x)
        if kind is types.FunctionType:
            self._function(x, depth, stack)
        elif kind is types.MethodType:
            stack += [(x.__self__, name, depth), (x.__func__, name, depth)]
        elif hasattr(kind, "__npbridge_reaches__"):  # a compiled or transformed function
            stack += [(y, name, depth) for y in x.__npbridge_reaches__()]
        elif kind is list or kind is set:
            self.known[id(x)] = (x, kind(x), name)
            stack += [(y, f"{name}[{i}]", depth + 1) for i, y in enumerate(x) if type(y) not in _ATOMS]
        elif kind is tuple:
            stack += [(y, f"{name}[{i}]", depth + 1) for i, y in enumerate(x) if type(y) not in _ATOMS]
        elif isinstance(x, dict):
            self.known[id(x)] = (x, dict(x), name)
            stack += [(y, f"{name}[{k!r}]", depth + 1) for k, y in x.items() if type(y) not in _ATOMS]
        elif not isinstance(x, type) and _of_user(kind):
            own = getattr(x, "__dict__", None)
            if type(own) is dict:
                self.known[id(own)] = (own, dict(own), name)
                stack += [(y, f"{name}.{k}", depth + 1) for k, y in own.items() if type(y) not in _ATOMS]

    def _function(self, f, depth, stack) -> None:
        for name, cell in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True):
            if name == "__npb__":
                continue
            place = SharedCell(name, cell)
            value = place.get()
            self.cells[place.key] = (place, value)
            if value is not UNBOUND:
                stack.append((value, name, depth + 1))
        for name in _global_names(f.__code__) if is_users(f) else ():
            value = f.__globals__.get(name)
            if (
                type(value) in (list, dict, set)
                or _of_user(type(value))
                or (type(value) is types.FunctionType and is_users(value))
            ):
                stack.append((value, name, depth + 1))

    def changes(self, grown: dict | None = None) -> list:
        """The attributes, items and variables that are other objects than they were.

        `grown` takes up the lists with new items at their ends: ``id`` to ``(list, new items)``.
        """
        found: list = [place for place, value in self.cells.values() if place.get() is not value]
        for container, before, name in self.known.values():
            if isinstance(container, dict):
                keys = [k for k in container if k not in before or container[k] is not before[k]]
                if any(k not in container for k in before):
                    raise StructureChanged(f"{name} loses entries")
            elif type(container) is set:
                if container != before:
                    raise StructureChanged(f"the set {name} changes")
                continue
            else:
                if grown is not None and len(container) > len(before) and _starts_with(container, before):
                    grown[id(container)] = container, container[len(before) :]
                    continue
                if len(container) != len(before):
                    raise StructureChanged(f"the list {name} changes its length")
                keys = [i for i, (a, b) in enumerate(zip(container, before, strict=True)) if a is not b]
            found += [
                Item(container, k, f"{name}.{k}" if isinstance(container, dict) else f"{name}[{k}]") for k in keys
            ]
        return found

    def before(self, item):
        if type(item) is SharedCell:
            return self.cells[item.key][1]
        _, entries, _ = self.known[id(item.container)]
        try:
            return entries[item.index]
        except (KeyError, IndexError):
            return UNBOUND

    def restore(self) -> None:
        for place, value in self.cells.values():
            if place.get() is not value:
                place.set(value)
        for container, before, _ in self.known.values():
            if isinstance(container, dict):
                if len(container) != len(before) or any(container.get(k, UNBOUND) is not v for k, v in before.items()):
                    container.clear()
                    container.update(before)
            elif type(container) is list:
                container[:] = before
            elif container != before:
                container.clear()
                container.update(before)


def _starts_with(container, before) -> bool:
    return all(a is b for a, b in zip(container, before, strict=False))


def _of_user(kind: type) -> bool:
    """Whether objects of a class are the user's: their attributes are state."""
    module = getattr(kind, "__module__", None)
    if module == "builtins":  # or made by code that names no module
        return getattr(builtins, kind.__name__, None) is not kind and _has_attributes(kind)
    if module is None or module.partition(".")[0] in _LIBRARIES and not is_users_class(kind):
        return False
    return _has_attributes(kind)


def _has_attributes(kind: type) -> bool:
    return getattr(kind, "__dictoffset__", 0) != 0


_LIBRARIES = {"numpy", "jax", "jaxlib", "npbridge", "numba", "scipy", "functools", "collections", "types", "typing"}


def _global_names(code) -> set[str]:
    names = set(code.co_names)
    for c in code.co_consts:
        if isinstance(c, types.CodeType):
            names |= _global_names(c)
    return names
