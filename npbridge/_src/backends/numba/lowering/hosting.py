"""Which calls of NumPy's functions go through the interpreter: what Numba lacks, or has refused."""

from __future__ import annotations

import ast
import functools
import re
from typing import Any

import numpy as np

# Where Numba stops without naming a line: all calls but those that it surely has.
EVERYTHING = "*"
_PLAIN = frozenset(
    """
    zeros ones empty full arange array asarray linspace zeros_like ones_like empty_like full_like exp log sin cos tan
    sqrt abs absolute add subtract multiply divide maximum minimum tanh copy astype item fill append shape ndim size len
    float64 int64 float32 int32 bool_ reshape
    """.split()
)

# Methods of arrays that Numba has in one form or another.
_METHODS = frozenset(
    """
    astype copy fill flatten item reshape sort transpose append extend pop insert remove index count add get items keys
    values update discard clear
    """.split()
)


@functools.cache
def numba_has(name: str) -> bool:
    """Whether Numba has a form, be it for some arguments only, of a function."""
    from numba.core.registry import cpu_target

    cpu_target.target_context.refresh()
    context = cpu_target.typing_context
    context.refresh()
    try:
        context.resolve_value_type(_object(name))
    except ValueError:  # also what Numba raises
        return False
    return True


def _object(name: str) -> Any:
    first, *rest = name.split(".")
    value = {"numpy": np}.get(first) or __import__(first)
    for part in rest:
        value = getattr(value, part)
    return value


def refused_before(unit: Any, name: str, node: ast.AST) -> bool:
    """Whether Numba has refused the call of `name` at `node` in an earlier attempt."""
    hosted = unit.program.options.hosted
    short = name.rsplit(".", 1)[-1]
    place = (unit.filename, getattr(node, "lineno", 0))
    unit.program.numpy_calls.setdefault(short, set()).add(place)
    return short in hosted or place in hosted or (EVERYTHING in hosted and short not in _PLAIN)


# What Numba draws in ways of its own.
_OTHERS = frozenset({"numpy.random.hypergeometric"})


def unknown(name: str) -> bool:
    return name.startswith("numpy.") and (name in _OTHERS or not numba_has(name))


def method_wanted(unit: Any, name: str, node: ast.AST) -> bool:
    if not hasattr(np.ndarray, name):
        return False
    return refused_before(unit, name, node) or name not in _METHODS


def refused(program: Any, text: str, line_of: tuple | None) -> frozenset:
    """The calls that Numba's message is about, and that can go through the interpreter."""
    found = set(re.findall(r"Function\(<(?:built-in function|function|ufunc|class) '?(?:numpy\.)?(\w+)", text))
    found |= set(re.findall(r"unsupported NumPy function 'numpy\.(?:\w+\.)*(\w+)'", text))
    found |= set(re.findall(r"BoundFunction\(array\.(\w+)", text))
    found |= set(re.findall(r"numpy\.(?:linalg\.)?(\w+)\(\)? ", text))
    names = {re.sub(r"^npb_(ufunc_)?|^NumPyRandomGeneratorType_", "", n) for n in found} & set(program.numpy_calls)
    new = names - program.options.hosted
    if new:
        return frozenset(new)
    places = set().union(*program.numpy_calls.values())
    here = {line_of} & places - program.options.hosted
    if here or line_of is not None or EVERYTHING in program.options.hosted or not places:
        return frozenset(here)
    return frozenset({EVERYTHING})
