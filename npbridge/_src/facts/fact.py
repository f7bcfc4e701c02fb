"""A fact: what is known of one function of NumPy, and the binding of calls by NumPy's own signature."""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..ground.compat import NO_VALUE

# What a function does with its arguments.
KINDS = (
    "view",  # gives windows on them, where that can be
    "move",  # takes values from one place to another, computing nothing
    "compute",
    "compose",  # computes, in Python: NumPy's own code calls other functions of NumPy
    "make",  # makes arrays of sizes, numbers, files
    "write",  # changes an argument, and gives nothing
    "describe",  # tells of layout or dtype, or prints
    "draw",  # draws numbers
)
# Parameters, by the names that NumPy gives them everywhere, that shape the computation: numbers there are no values.
STRUCTURE = frozenset(
    """
    M N UPLO axes axis axis1 axis2 axisa axisb axisc bins ddof decimals deg destination dims dtype edge_order ind
    indices_or_sections k keepdims kth minlength n ndmin new_shape newshape num obj offset ord pad_width repeats reps s
    shape source window_shape
    """.split()
)
ROWS = ("draws", "elementwise", "fourier", "linear", "making", "methods", "moves", "reductions", "statistics")


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """What is known of one function.

    Attributes
    ----------
    function : callable
        NumPy's own object: names and spellings say nothing.
    kind : str
        One of `KINDS`.
    writes : tuple of str
        The parameters whose arrays every call changes.
    writes_if : tuple or None
        ``(parameter, option, truth)``: the array that is changed too where an option has this truth.
    calls : tuple of str
        The parameters that are functions of the user's.
    by_values : bool
        Whether the lengths of results with one axis depend on values, though they may not show it.
    in_python : bool
        Whether NumPy writes it in Python, over other functions, where it moves data.
    layout : bool
        Whether it looks at shapes, strides and dtypes only, never at values.
    joined : tuple of str
        The parameters whose arrays meet in the dtype of the result.
    gives : str
        ``"bool"`` or ``"int"`` where the result is a number of Python's.
    regular : bool
        Whether it may be asked about ordinary numbers only: of others LAPACK prints, or says nothing of all.
    raises : bool
        Whether NumPy's code, in Python, raises for some values, of which a twin elsewhere says nothing.
    shaping : tuple of str
        The parameters, beside `STRUCTURE`, where numbers are no values; of several arguments (``*operands``) the lists.
    shares : tuple of str
        The parameters whose memory the result may share, where it is no "view" of all arguments.
    shares_if : tuple
        ``(option, *values)``: it shares only where this option has one of these values.
    """

    function: Any
    kind: str = "compute"
    writes: tuple[str, ...] = ()
    writes_if: tuple[str, str, bool] | None = None
    calls: tuple[str, ...] = ()
    by_values: bool = False
    in_python: bool = False
    layout: bool = False
    joined: tuple[str, ...] = ()
    gives: str = ""
    regular: bool = False
    raises: bool = False
    shaping: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    shares_if: tuple = ()

    @property
    def name(self) -> str:
        """The name in messages: ``numpy.linalg.inv``."""
        return name_of(self.function)

    def has_out(self) -> bool:
        """Whether there is a parameter `out`."""
        return "out" in names_of(self.function)

    def bound(self, args: tuple, kwargs: dict) -> dict[str, Any]:
        """The arguments of a call by the names of NumPy's parameters; TypeError as NumPy raises it."""
        signature = signature_of(self.function)
        if signature is None:
            return dict(kwargs)
        try:
            return signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"{self.function.__name__}() {error}") from None

    def arguments(self, bound: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
        """Arguments by position and by name, of arguments by the names of NumPy's parameters."""
        signature = signature_of(self.function)
        assert signature is not None
        empty = signature.bind_partial()
        empty.arguments.update(bound)
        return empty.args, empty.kwargs

    def written(self, args: tuple, kwargs: dict) -> list:
        """The arguments that a call changes: `out`, by position or by name, and what the function changes by design."""
        places = names_of(self.function)
        found = []
        if "out" in places:
            out = argument(places, "out", args, kwargs)
            found += list(out) if type(out) is tuple else [out]
        found += [argument(places, name, args, kwargs) for name in self.changes(args, kwargs)]
        return [x for x in found if x is not None and x is not Ellipsis]

    def changes(self, args: tuple, kwargs: dict) -> tuple[str, ...]:
        """The parameters, but for `out`, whose arrays a call changes."""
        if self.writes_if is None:
            return self.writes
        name, option, truth = self.writes_if
        chosen = argument(names_of(self.function), option, args, kwargs)
        asked_for = chosen is not None and chosen is not NO_VALUE and bool(chosen) is truth
        return (*self.writes, name) if asked_for else self.writes

    def shown(self, args: tuple, kwargs: dict, known: Callable[[Any], bool] = lambda value: True) -> list:
        """The arguments whose memory the result of a call may share; `known` says whether an option has its value."""
        if self.kind == "view":
            return [*args, *kwargs.values()]
        found = self.written(args, kwargs)
        if self.does_share(args, kwargs, known):
            places = names_of(self.function)
            for name in self.shares:
                several = is_several(self.function, name)
                found += args[several:] if several is not None else [argument(places, name, args, kwargs)]
        return found

    def does_share(self, args: tuple, kwargs: dict, known: Callable[[Any], bool] = lambda value: True) -> bool:
        """Whether the result of a call may share the memory of the arguments in `shares`."""
        if not self.shares or not self.shares_if:
            return bool(self.shares)
        option, *values = self.shares_if
        signature = signature_of(self.function)
        assert signature is not None
        place = names_of(self.function)[option]
        given = args[place] if place < len(args) else kwargs.get(option, signature.parameters[option].default)
        return not known(given) or any(type(given) is type(v) and given == v for v in values)

    def structure(self, bound: dict[str, Any]) -> list:
        """Those of the arguments, by name, that shape or choose what is computed."""
        found = [v for k, v in bound.items() if k in STRUCTURE]
        for value in (bound[k] for k in self.shaping if k in bound):
            found += [x for x in value if type(x) is list] if type(value) is tuple else [value]
        return found

    def calls_back(self, args: tuple, kwargs: dict) -> bool:
        """Whether a function of the user's is among the arguments of a call, by itself or in a list."""
        if not self.calls:
            return False
        given = [self.bound(args, kwargs).get(name) for name in self.calls]
        return any(any(map(callable, x)) if isinstance(x, (list, tuple)) else callable(x) for x in given)


def argument(places: dict[str, int], name: str, args: tuple, kwargs: dict) -> Any:
    """The argument called `name` in a call, or None."""
    if name in kwargs:
        return kwargs[name]
    place = places[name]
    return args[place] if place < len(args) else None


@functools.cache
def signature_of(function: Any) -> inspect.Signature | None:
    """NumPy's signature; None where it has none."""
    try:
        return inspect.signature(function)
    except ValueError:
        return None


@functools.cache
def is_several(function: Any, name: str) -> int | None:
    """Where arguments begin that share a parameter (``*operands``); None where `name` is one argument's."""
    signature = signature_of(function)
    parameters = signature.parameters if signature is not None else {}
    if name not in parameters or parameters[name].kind is not inspect.Parameter.VAR_POSITIONAL:
        return None
    return list(parameters).index(name)


_NOWHERE = 1 << 30


@functools.cache
def names_of(function: Any) -> dict[str, int]:
    """The position of each parameter; one that has none (keyword only) is past all arguments."""
    if isinstance(function, np.ufunc):
        return {"out": function.nin}
    signature = signature_of(function)
    if signature is None:
        return {}
    found = {}
    for i, p in enumerate(signature.parameters.values()):
        found[p.name] = i if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) else _NOWHERE
    return found


@functools.cache
def name_of(function: Any) -> str:
    """``numpy.linalg.inv``; a ufunc is named as the module that has it names it."""
    module = getattr(function, "__module__", None) or "numpy"
    name = getattr(function, "__name__", function)
    ufunc = getattr(function, "__self__", None)  # of a method of one
    return f"{module}.{ufunc.__name__}.{name}" if isinstance(ufunc, np.ufunc) else f"{module}.{name}"


@functools.cache
def facts() -> dict[Any, Fact]:
    """All rows."""
    found: dict[Any, Fact] = {}
    for name in ROWS:
        module = importlib.import_module(f".{name}", __package__)
        for row in module.ROWS:
            assert row.kind in KINDS, row
            assert row.function not in found, row
            found[row.function] = row
    return found


@functools.cache
def fact_of(function: Any) -> Fact:
    """The fact of a function, a ufunc or an unbound method of ``numpy.ndarray``; a plain one where no row says more."""
    known = facts()
    found = known.get(function)
    if found is None:
        # with like= NumPy hands over an object of its own, which wraps the one that everybody knows
        found = known.get(getattr(function, "__wrapped__", None))
    return found if found is not None else Fact(function)


def rows(kind: str, *functions: Any, **more: Any) -> list[Fact]:
    """A row for each function, all alike."""
    return [Fact(f, kind, **more) for f in functions]
