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
    traced : tuple of callable
        What is tried, in this order, where a value is known only at run time; `call` where it is empty.
    writes_out : bool
        Whether it takes `out` itself, also then.
    settles : bool
        Whether it says itself what comes out where NumPy's dtype or shape depends on values, and checks the rest.
    first : callable or None
        ``first(args, kwargs, unbound)``, asked before all others; it may answer NotImplemented.  `unbound` is the
        method of ``numpy.ndarray`` that was called, where one was.
    """

    call: Callable[[tuple, dict], Any]
    status: str
    how: str
    reason: str = ""
    traced: tuple[Callable[[tuple, dict], Any], ...] = ()
    writes_out: bool = False
    settles: bool = False
    first: Callable[[tuple, dict, Any], Any] | None = None


tables: dict[str, dict[Any, Rule]] = {"jax": {}, "numpy": {}}


def register(backend: str, function: Any, rule: Rule) -> None:
    tables[backend][function] = rule


def implements(*functions: Any, backend: str, how: str = "own code"):
    """Register the decorated ``f(*args, **kwargs)`` as the native rule; it takes `out` itself."""

    def decorate(code):
        for function in functions:
            register(backend, function, Rule(_called_with_both(code), "native", how, writes_out=True))
        return code

    return decorate


def _called_with_both(code):
    def call(args, kwargs):
        return code(*args, **kwargs)

    vars(call)["__wrapped__"] = code
    return call
