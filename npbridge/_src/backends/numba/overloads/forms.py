"""The register of our own forms: NumPy's function, our function, what Numba does itself."""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numba.extending import overload

from ....facts import fact_of
from ..lowering.values import Known


class Form:
    """One function of ours that stands in for a NumPy function.

    ``native`` names the parameters with which Numba's own form serves as well;
    None sends every call through ours.
    """

    def __init__(self, stub: Callable, native: frozenset[str] | None) -> None:
        self.stub = stub
        self.name = stub.__name__
        self.native = native
        self.signature = inspect.signature(stub)

    def check(self, unit: Any, bound: dict, node: Any) -> None:
        """Bring tuples of axes into a form that Numba sees as a constant."""
        for name in ("axis", "axes"):
            pair = bound.get(name)
            value = _value(pair)
            if isinstance(value, (tuple, list)):
                bound[name] = (Known(repr(value).replace(" ", "")), None)


def _value(pair: Any) -> Any:
    """The value of an argument that is a constant or is written as one."""
    if not isinstance(pair, tuple):
        return None
    if pair[1] is None:
        return getattr(pair[0], "value", None)
    try:
        return ast.literal_eval(pair[1])
    except ValueError:
        return None


FORMS: dict[Any, Form] = {}
STUBS: dict[str, Callable] = {}


def stub(function: Callable, *, writes: str = "", shows: str = "") -> Callable:
    """Make `function` known to compiled code by its name.

    What it writes, and what its result may share memory with, are names of parameters.
    """
    STUBS[function.__name__] = function
    function.effects = writes.split(), shows.split()  # type: ignore[attr-defined]
    return function


def stub_that(*, writes: str = "", shows: str = "") -> Callable[[Callable], Callable]:
    """The same as a decorator."""
    return functools.partial(stub, writes=writes, shows=shows)


def form(*targets: Any, native: str | None = None, fresh: bool = False) -> Callable[[Callable], Callable]:
    """Let a stub stand in for NumPy functions, with what is known of the first; `fresh` is one that gives no views."""

    def register(function: Callable) -> Callable:
        stub(function)
        if not fresh:
            function.fact = fact_of(targets[0])  # type: ignore[attr-defined]
        for target in targets:
            FORMS[target] = Form(function, None if native is None else frozenset(native.split()))
        return function

    return register


def overloads(function: Callable) -> Callable:
    """``numba.extending.overload`` that shows constants to the typing function."""
    return overload(function, prefer_literal=True, jit_options={"error_model": "numpy", "boundscheck": True})


def constant(kind: Any, default: Any = None) -> Any:
    """The value of a literal type, of None, or of an omitted argument."""
    from numba.core import types

    if isinstance(kind, types.Omitted):
        return kind.value
    if isinstance(kind, types.NoneType):
        return None
    return getattr(kind, "literal_value", default)


def flag(kind: Any) -> bool:
    """The value of a boolean that must be a constant; False where it was left out."""
    from numba.core import errors

    value = kind if isinstance(kind, bool) else constant(kind, "unknown")
    if value == "unknown":
        raise errors.TypingError("a flag such as keepdims that is known only at run time has no compiled form")
    return bool(value)


def compiled(text: str, **names: Any) -> Callable:
    """The function `impl` that is defined by `text`."""
    # what Numba reads from its cache, and what it calls through the interpreter, asks for the module of each
    # function: the names that the text uses must be found in it
    space = {"np": np, "__name__": __name__, **names}
    exec(text, space)
    return space["impl"]


# Raised errors hang on this, so that Numba sees what would be returned otherwise.
FAILED = np.array([True])
