"""Results of traced calls that lie in the memory of an argument.

Which these are NumPy says, asked on windows of the shapes and strides that the arguments have: a form makes new arrays,
and where NumPy would have given a window, the result is that window on the argument.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...array import choice, core, window
from ...convert import context as contexts
from ...facts import Fact
from ...facts.answers import Constant, Leaf
from ...facts.trees import mapped
from ...ground.errors import UnsupportedError
from .. import host


def in_place(fact: Fact, args, kwargs, expected, result):
    """`result` with windows on the arguments where NumPy gives these, whatever the values are."""
    if not fact.does_share(args, kwargs):
        return result
    trace = contexts.current()
    if (
        trace is not None
        and trace.for_numpy
        and (fact.by_values or (type(expected) is Leaf and expected.dtype is None))
    ):
        raise UnsupportedError(f"{fact.name} gives what it is given, or something new, depending on the values.")
    if fact.by_values or fact.raises:
        return result
    seen: list = []
    args, kwargs = mapped(args, lambda x: _window(x, seen)), mapped(kwargs, lambda x: _window(x, seen))
    if not seen or any(choice.is_one_of_two(x) or window.is_of_window(x) for x, _ in seen):
        return result
    try:
        with np.errstate(all="ignore"):
            shown = fact.function(*args, **kwargs)
    except Exception:
        return result
    return _chosen(result, shown, expected, seen, {})


def _window(x, seen):
    if type(x) is core.JaxArray:
        seen.append((x, x._window()))
        return seen[-1][1]
    if type(x) not in core.OURS:
        return x
    return x.weak() if x.weak is not None else x.dtype.type()


def _chosen(result, shown, expected, seen, known) -> Any:
    if type(expected) is Leaf:
        if type(result) is not core.JaxArray or not _is_window(shown, seen) or expected.dtype is None:
            return result
        if result.shape != shown.shape or result.dtype != shown.dtype:
            return result
        if id(shown) not in known:
            known[id(shown)] = host.wrap_array(shown, seen)
        return known[id(shown)]
    if not isinstance(expected, (tuple, list)) or type(expected) is Constant or type(shown) is not type(expected):
        return result
    parts = [_chosen(r, s, e, seen, known) for r, s, e in zip(result, shown, expected, strict=True)]
    return type(result)(*parts) if hasattr(result, "_fields") else type(result)(parts)


def _is_window(shown, seen) -> bool:
    if type(shown) is not np.ndarray:
        return False
    owner = core.view.owner_of(shown)
    return any(shown is raw or owner is ours._buffer.owner for ours, raw in seen)
