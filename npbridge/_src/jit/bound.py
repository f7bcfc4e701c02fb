"""Compiled methods of instances, and compiled functions in pickles and copies."""

from __future__ import annotations

import sys
import types
import weakref

# the attribute of an object that keeps its compiled methods
COMPILED = "__npbridge_compiled__"


class Compiled:
    """The compiled methods of one object, kept in its ``__dict__``.

    What is compiled for an object holds the object; kept anywhere else it would keep
    the object alive.  Copies and pickles of the object get an empty one.
    """

    __slots__ = ("methods", "owner")

    def __init__(self, owner=None) -> None:
        self.owner = None if owner is None else weakref.ref(owner)
        self.methods: dict = {}

    def __reduce__(self):
        return Compiled, ()

    def __deepcopy__(self, memo):
        return Compiled()

    def __repr__(self) -> str:
        return f"<{len(self.methods)} compiled methods>"

    def __eq__(self, other) -> bool:
        return type(other) is Compiled  # it says nothing of what the object is

    __hash__ = None  # type: ignore[assignment]


def method_of(compiled, instance):
    """The compiled method of an instance, the same one each time."""
    try:
        own = instance.__dict__
        kept = own.get(COMPILED)
        if kept is None or kept.owner is None or kept.owner() is not instance:
            kept = Compiled(instance)
            if isinstance(instance, type):
                setattr(instance, COMPILED, kept)
            else:
                own[COMPILED] = kept
    except (AttributeError, TypeError):
        # no place for it (__slots__): the object is an argument like others
        return types.MethodType(compiled, instance)
    found = kept.methods.get(compiled)
    if found is None:
        found = kept.methods[compiled] = compiled.bound_to(instance)
    return found


def reduced(compiled):
    """What pickles and copies of a compiled function are made from."""
    module, name = getattr(compiled, "__module__", None), getattr(compiled, "__qualname__", None)
    found = sys.modules.get(module)
    for part in (name or "<nothing>").split("."):
        found = getattr(found, part, None)
    if found is compiled:
        return name  # a name in a module is all that is needed, as for functions
    return restored, (compiled.function, compiled.options)


def restored(function, options):
    from .decorator import CompiledFunction

    return function if isinstance(function, CompiledFunction) else CompiledFunction(function, **options)
