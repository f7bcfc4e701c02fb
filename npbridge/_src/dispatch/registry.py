"""The table: what each backend does with each NumPy function.

A *rule* is keyed by ``(backend name, function object)``.  Function objects, not
names: ``np.outer`` is not ``np.linalg.outer``, and ``np.acos`` is ``np.arccos``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

STATUSES = ("native", "host", "refused")


class Rule(NamedTuple):
    """One row of the table.

    Attributes
    ----------
    call : callable
        Called as ``call(args, kwargs)`` with what the user passed.
    status : {"native", "host", "refused"}
    how : str
        In a few words, what runs: for the support table and the profiler.
    reason : str
        Why it is not native; empty for native rows.
    """

    call: Callable[[tuple, dict], Any]
    status: str
    how: str
    reason: str = ""


tables: dict[str, dict[Any, Rule]] = {"jax": {}, "numpy": {}}


def register(backend: str, function: Any, rule: Rule) -> None:
    tables[backend][function] = rule


def implements(*functions: Any, backend: str, how: str = "own code"):
    """Register the decorated ``f(*args, **kwargs)`` as the native rule."""

    def decorate(code):
        for function in functions:
            rule = Rule(lambda args, kwargs: code(*args, **kwargs), "native", how)
            register(backend, function, rule)
        return code

    return decorate
