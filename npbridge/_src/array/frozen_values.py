"""Values as keys: what a value is at a moment, for comparing it with what it is later.

Compiled code takes for constant what it read of the world around it.  :func:`frozen`
makes of such a value something that can be hashed, and that is equal for two values only
if no code can tell them apart: by types as well (``1``, ``1.0`` and ``True``), by the sign
of zero, by the order of entries; NaN is equal to itself.  What has no value that can be
read off (an iterator, a file, an array of ours) is refused, never taken for unchanged.
"""

from __future__ import annotations

import array
import collections
import copyreg
import enum
import functools
import random
import struct
import types
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from ..ground.users import is_users_class
from .classes import OURS

DEEP, MANY = 64, 2000  # a value of more parts is not compared at each call
_AS_THEY_ARE = (str, bytes, int, bool, type(None), type(Ellipsis), type(NotImplemented))
_BY_IDENTITY = (
    type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType, types.CodeType, np.ufunc, jax.Array,
    property, types.GetSetDescriptorType, types.MemberDescriptorType, types.WrapperDescriptorType,
    types.MethodDescriptorType, types.MethodWrapperType,
    # what is drawn from them is never a constant
    np.random.Generator, np.random.RandomState, np.random.BitGenerator, random.Random,
)  # fmt: skip
VIEWS = (type({}.keys()), type({}.values()), type({}.items()))
_SLICE = slice
_MADE_IN_PYTHON = 1 << 9  # Py_TPFLAGS_HEAPTYPE: what a class statement makes
_EMPTY = (object, types.SimpleNamespace)  # instances of them hold nothing but attributes


class NotComparable(TypeError):
    """A value that cannot be compared with what it is later."""


class Same:
    """An object that is equal to itself only; holding it keeps its identity its own."""

    __slots__ = ("value",)

    def __init__(self, value) -> None:
        self.value = value

    def __eq__(self, other) -> bool:
        return type(other) is Same and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)

    def __repr__(self) -> str:
        return f"{self.value!r}"


def frozen(value: Any, known: Callable[[Any], Any] | None = None) -> Any:
    """A key of what `value` is now.

    Parameters
    ----------
    value
        Anything.
    known : callable, optional
        Asked first of each part: its key, or None.

    Raises
    ------
    NotComparable
        Some part of it has no value that can be read off.

    Examples
    --------
    >>> from npbridge._src.array.frozen_values import frozen
    >>> frozen(slice(1, 3)) == frozen(slice(1, 3)), frozen([0.0]) == frozen([-0.0]), frozen(1) == frozen(True)
    (True, False, False)
    """
    kind = type(value)
    if known is None and kind in _AS_THEY_ARE:
        return kind, value
    return _Freezer(known).key(value, 0)


def comparable(value: Any, known: Callable[[Any], Any] | None = None) -> bool:
    """Whether :func:`frozen` takes a value."""
    try:
        frozen(value, known)
    except NotComparable:
        return False
    return True


def same(a: Any, b: Any) -> bool:
    """Whether no code can tell two values apart, as far as that can be said."""
    try:
        return type(a) is type(b) and frozen(a) == frozen(b)
    except NotComparable:
        return False


class _Freezer:
    """One value that is being made a key."""

    def __init__(self, known) -> None:
        self.known = known
        self.seen: dict[int, int] = {}  # what is around the part, for values that are in themselves
        self.count = 0

    def key(self, value, depth: int):
        if self.known is not None and (found := self.known(value)) is not None:
            return found
        kind = type(value)
        if kind in _AS_THEY_ARE:
            return kind, value
        if kind is float or kind is complex:
            return kind, struct.pack("dd", *((value, 0.0) if kind is float else (value.real, value.imag)))
        if kind is object or isinstance(value, _BY_IDENTITY):
            owner = getattr(value, "__self__", None) if kind is types.BuiltinFunctionType else None
            if owner is None or isinstance(owner, types.ModuleType):
                return Same(value)
            return kind, Same(owner), value.__name__  # a method: another object each time that it is asked for
        if isinstance(value, enum.Enum):
            return kind, value.name, type(value.value), Same(kind)
        self.count += 1
        if depth > DEEP or self.count > MANY:
            raise NotComparable(f"a {kind.__name__} of so many parts is not compared at each call")
        if id(value) in self.seen:
            return "inside", self.seen[id(value)]
        self.seen[id(value)] = depth
        try:
            return Same(kind), *self.parts(value, kind, depth + 1)
        except (RuntimeError, RecursionError) as error:
            raise NotComparable(str(error)) from None
        finally:
            del self.seen[id(value)]

    def all(self, values, depth: int) -> tuple:
        return tuple([self.key(x, depth) for x in values])

    def items(self, mapping, depth: int) -> tuple:
        return tuple([(self.key(k, depth), self.key(v, depth)) for k, v in mapping.items()])

    def parts(self, value, kind: type, depth: int) -> tuple:
        if kind in OURS:
            raise NotComparable("an array is an input, and no constant")
        if isinstance(value, (np.generic, np.ndarray)):
            return self.of_numpy(value, depth)
        if kind is _SLICE or kind is range:
            return self.all((value.start, value.stop, value.step), depth)
        if kind is types.MappingProxyType:
            return self.items(value, depth)
        if kind in VIEWS:
            return self.all(value, depth)
        if kind is types.MethodType:
            return self.all((value.__self__, value.__func__), depth)
        if kind is functools.partial:
            return self.all((value.func, value.args, value.keywords), depth)
        if isinstance(value, np.dtype):
            return str(value), repr(value.descr) if value.names else value.str, repr(value.metadata)
        if isinstance(value, (bytearray, memoryview, array.array)):
            return bytes(value), getattr(value, "typecode", getattr(value, "format", ""))
        return self.of_container(value, kind, depth)

    def of_numpy(self, value, depth: int) -> tuple:
        form = value.dtype.str, repr(value.dtype.descr) if value.dtype.names else "", value.shape
        extra = self.attributes(value, depth) if isinstance(value, np.ndarray) and type(value) is not np.ndarray else ()
        if isinstance(value, np.ma.MaskedArray):
            extra = (*extra, np.ma.getmaskarray(value).tobytes())
        if value.dtype.hasobject:
            return *form, self.all(np.asarray(value).ravel().tolist(), depth), extra
        flags = (value.flags.c_contiguous, value.flags.writeable) if isinstance(value, np.ndarray) else ()
        return *form, flags, np.asarray(value).tobytes(), extra

    def of_container(self, value, kind: type, depth: int) -> tuple:
        """The entries of a container, in their order, with what a class of the user's adds to it."""
        extra = self.attributes(value, depth)
        if isinstance(value, dict):
            more = (self.key(value.default_factory, depth),) if isinstance(value, collections.defaultdict) else ()
            return *more, self.items(value, depth), extra
        if isinstance(value, (list, tuple, set, frozenset)):
            return self.all(value, depth), extra
        if isinstance(value, collections.deque):
            return value.maxlen, self.all(value, depth), extra
        for base in (bool, int, float, complex, str, bytes):
            if isinstance(value, base):  # of a class that derives from it
                return self.key(base(value), depth), extra
        return self.of_object(value, kind, depth, extra)

    def of_object(self, value, kind: type, depth: int, extra: tuple) -> tuple:
        """Its attributes; of a class in C, what it would be pickled as."""
        if hasattr(kind, "__next__"):
            raise NotComparable(f"a {kind.__name__} is used up by reading it")
        reduce = copyreg.dispatch_table.get(kind)
        plain = reduce is None and kind.__reduce_ex__ is object.__reduce_ex__ and kind.__reduce__ is object.__reduce__
        if is_users_class(kind) and not holds_in_c(kind) or plain and _is_python(kind):
            return (extra,)
        if plain and type(value).__getstate__ is object.__getstate__ and not extra:
            raise NotComparable(f"what a {kind.__name__} holds cannot be read off")
        try:
            made = reduce(value) if reduce is not None else value.__reduce_ex__(4)
        except Exception as error:
            raise NotComparable(f"a {kind.__name__} cannot be compared: {error}") from None
        if isinstance(made, str):
            return (Same(value),)
        call, arguments, state, *iterators = (*made, None, None, None)[:5]
        found = [tuple(x) if x is not None else None for x in iterators]
        return *self.all((call, arguments, state, *found), depth), extra

    def attributes(self, value, depth: int) -> tuple:
        own = getattr(value, "__dict__", None)
        found = self.items(own, depth) if type(own) is dict else ()
        slots = slots_of(type(value))
        held = [(name, self.key(getattr(value, name), depth)) for name in slots if hasattr(value, name)]
        return (found, *held) if found or held else ()


def _is_python(kind: type) -> bool:
    """Whether instances are their attributes, and have no parts in C."""
    return all(b is object or b.__dictoffset__ or "__slots__" in b.__dict__ for b in kind.__mro__)


@functools.lru_cache(4096)
def holds_in_c(kind: type) -> bool:
    """Whether instances hold something beside their attributes: some class that it derives from is written in C.

    An exception has its arguments there, a set its members.
    """
    return any(not base.__flags__ & _MADE_IN_PYTHON and base not in _EMPTY for base in kind.__mro__)


@functools.lru_cache(4096)
def slots_of(kind: type) -> tuple[str, ...]:
    """The names of the attributes for which instances have places of their own."""
    found: list[str] = []
    for base in kind.__mro__:
        slots = base.__dict__.get("__slots__", ())
        names = [slots] if isinstance(slots, str) else list(slots)
        found += [f"_{base.__name__.lstrip('_')}{n}" if n.startswith("__") and n[-2:] != "__" else n for n in names]
    return tuple(name for name in found if name not in ("__weakref__", "__dict__"))
