"""``Base``: objects with names, that know the variables they are made of."""

from __future__ import annotations

import functools
import types
from typing import Any

from ..ground.compat import frame_above
from ..storage import buffer as buffers
from . import display, names, statements
from .collector import Collector
from .variable import TrainVar, Variable, assign
from .walk import dotted, walk

METHODS = ("absolute", "relative")
_KEPT_NAME = "_npbridge_name"


class _Name:
    """The attribute ``name``: made when it is first asked for, unique among the living."""

    def __get__(self, obj: Any, owner: type | None = None) -> Any:
        return self if obj is None else names.name_of(obj)

    def __set__(self, obj: Any, name: str | None) -> None:
        if name is not None:
            names.give_name(obj, name)


class Base:
    """A model: an object with a name, whose variables can be collected and saved.

    ``npbridge.jit`` and the other transformations take any object; deriving from
    ``Base`` adds what people expect of a model.  ``super().__init__()`` need not be
    called.

    Assigning to an attribute that holds a :class:`Variable` writes into the variable,
    in compiled code as elsewhere; its shape and dtype stay.  Assigning a `Variable`
    that was just made puts it in the place of the old one; one that is part of a
    model already is copied from.  ``del model.v`` first to share one.

    Parameters
    ----------
    name : str, optional
        Unique among the models that are alive; without it the name of the class and
        a number.

    Raises
    ------
    NameInUseError
        A ``ValueError``: the name is that of another model.

    Attributes
    ----------
    name : str

    Examples
    --------
    >>> import npbridge
    >>> class Neuron(npbridge.Base):
    ...     def __init__(self, n):
    ...         self.v = npbridge.Variable(npbridge.zeros(n))
    ...     def update(self, x):
    ...         self.v = 0.5 * self.v + x
    >>> class Net(npbridge.Base):
    ...     def __init__(self):
    ...         self.groups = [Neuron(2), Neuron(1)]
    >>> net = Net()
    >>> npbridge.jit(net.groups[0].update)(1.0)
    >>> net.vars("relative")
    Collector({'groups.0.v': Variable([1., 1.], dtype=float32), 'groups.1.v': Variable([0.], dtype=float32)})
    """

    __npbridge_model__ = True
    name = _Name()

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        new = super().__new__
        self = new(cls) if new is object.__new__ else new(cls, *args, **kwargs)
        names.born(self)
        return self

    def __init__(self, name: str | None = None) -> None:
        if name is not None:
            names.give_name(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        held = self.__dict__.get(name)
        kind: Any = type(self)
        if held is None and name in _slots(kind):
            held = getattr(self, name, None)
        if isinstance(held, Variable) and not _replaces(value):
            if value is not held:
                value = statements.value_for(frame_above(1), held, value)
            assign(held, value, f"{type(self).__name__}.{name}")
            return
        super().__setattr__(name, value)
        _mark(value)

    def vars(self, method: str = "absolute") -> Collector:
        """The variables of this model and of all that it holds.

        Parameters
        ----------
        method : {"absolute", "relative"}
            Whether names begin with the name of the object that holds the variable
            (``LIF0.v``), or are paths from this one (``groups.0.v``).

        Returns
        -------
        Collector
            Names to variables in the order of the attributes, children in attributes,
            lists, tuples and dictionaries included; what is shared is there once.
        """
        collected = Collector()
        for found in walk(self):
            if isinstance(found.value, Variable):
                collected.add(_named(found, method), found.value)
        return collected

    def train_vars(self, method: str = "absolute") -> Collector:
        """Those of :meth:`vars` that are of class :class:`TrainVar`."""
        return self.vars(method).subset(TrainVar)

    def nodes(self, method: str = "absolute") -> Collector:
        """This model and the models in it: by their names, or by their paths (its own is ``""``)."""
        collected = Collector()
        for found in walk(self):
            if isinstance(found.value, Base):
                absolute = _checked(method) == "absolute"
                collected.add(names.name_of(found.value) if absolute else dotted(found.path), found.value)
        return collected

    def tree(self) -> display.Tree:
        """The model as text: see :func:`npbridge.tree`."""
        return display.tree(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Notebooks show the tree."""
        printer.text(repr(display.tree(self)))

    # -- copies and pickles: a copy has a name of its own

    def __getstate__(self) -> Any:
        state, name = super().__getstate__(), names.known_name(self)
        if name is None:
            return state
        plain, slots = state if isinstance(state, tuple) else (state, None)
        plain = {**(plain or {}), _KEPT_NAME: name}
        return plain if slots is None else (plain, slots)

    def __setstate__(self, state: Any) -> None:
        plain, slots = state if isinstance(state, tuple) else (state, None)
        plain = dict(plain or {})
        name = plain.pop(_KEPT_NAME, None)
        self.__dict__.update(plain)
        for key, value in (slots or {}).items():
            object.__setattr__(self, key, value)
        for value in self.__dict__.values():
            _mark(value)
        if name is not None:
            names.give_name_if_free(self, name)


def _checked(method: str) -> str:
    if method not in METHODS:
        raise ValueError(f"method is 'absolute' or 'relative', not {method!r}")
    return method


def _named(found: Any, method: str) -> str:
    if _checked(method) == "relative":
        return dotted(found.path)
    return f"{names.name_of(found.owner)}.{dotted(found.local)}"


@functools.cache
def _slots(cls: type) -> frozenset[str]:
    """The attributes of instances that have a place of their own."""
    return frozenset(
        name for base in cls.__mro__ for name, x in vars(base).items() if isinstance(x, types.MemberDescriptorType)
    )


def _replaces(value: Any) -> bool:
    """Whether an assigned value takes the place of the variable that is there."""
    return isinstance(value, Variable) and not value._held and buffers.recorder_here() is None


def _mark(value: Any, depth: int = 3) -> None:
    """Note that variables, also those in containers, are part of a model."""
    if isinstance(value, Variable):
        value._held = True
    elif depth and isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            _mark(item, depth - 1)
