"""The methods of ``RandomState`` and ``Generator`` on ``'jax'``: signatures, and what they call."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from . import draws, selection, vectors
from .arguments import asked, bound
from .plans import remembering
from .rows import ROWS


def arguments_of(name: str, real: type) -> tuple[tuple, tuple]:
    """Names and defaults of a distribution's arguments."""
    parameters = ROWS[name].parameters
    names, defaults = tuple(p.name for p in parameters), tuple(p.default for p in parameters)
    if real is np.random.Generator and name in _TYPED:
        extra: dict = {"size": None, "dtype": np.float64, "method": "zig", "out": None}
        if name != "standard_exponential":
            del extra["method"]
        return (*names, *extra), (*defaults, *extra.values())
    return (*names, "size"), (*defaults, None)


_TYPED = {"random", "standard_normal", "standard_exponential", "standard_gamma"}


def row_method(name: str, real: type):
    """``method(self, *args, **kwargs)`` of a row, on ``'jax'``."""
    names, defaults = arguments_of(name, real)
    count = len(ROWS[name].parameters)
    has_type = len(names) > count + 1

    def plan(args, kwargs):
        values = bound(real, name, names, defaults, args, kwargs)
        given, size = values[:count], values[count]
        if has_type:
            return draws.typed(real, name, given, size, values[count + 1], values[-1])
        return draws.distribution(real, name, given, size)

    return remembering(plan)


def planned_method(name: str, real: type, arguments: dict, code: Callable):
    """The same for a plan that a function in ``draws`` makes."""
    names, defaults = tuple(arguments), tuple(arguments.values())
    return remembering(lambda args, kwargs: code(real, *bound(real, name, names, defaults, args, kwargs)))


def special_method(name: str, real: type, arguments: dict, code: Callable):
    """``method(self, *args, **kwargs)`` of a function that draws."""
    names, defaults = tuple(arguments), tuple(arguments.values())

    def draw(self, *args, **kwargs):
        values = bound(real, name, names, defaults, args, kwargs)
        return code(self, real, *values)

    return draw


def _of_shape(name: str, function: str):
    """``rand`` and ``randn``."""

    def plan(shape, kwargs):
        if kwargs:
            asked(np.random.RandomState, function, **kwargs)
        return draws.distribution(np.random.RandomState, name, (), shape or None)

    return remembering(plan)


def _random_integers(self, real, low, high, size):
    low, high = (1, low) if high is None else (low, high)
    warnings.warn(
        f"This function is deprecated. Please call randint({low}, {high} + 1) instead", DeprecationWarning, stacklevel=5
    )
    return draws.between(np.random.Generator, low, high, size, int, True).draw(self._stream)


def _legacy_choice(real, a, size, replace, p):
    return selection.choice(real, a, size, replace, p, 0)


def _choice(real, a, size, replace, p, axis, shuffle):
    return selection.choice(real, a, size, replace, p, axis)  # the order is random, asked for or not


def _legacy_multivariate_normal(self, real, mean, cov, size, check_valid, tol):
    return vectors.multivariate_normal(self, real, mean, cov, size, check_valid, tol, None)


def _legacy_permutation(real, x):
    return selection.permutation(real, x, 0)


def _legacy_shuffle(self, real, x):
    return selection.shuffle(self, real, x, 0)


def _randint(real, low, high, size, dtype):
    return draws.between(real, low, high, size, dtype, False)


def _random_sample(real, size):
    return draws.distribution(real, "random", (), size)


# Names, defaults and code of what has no row; `...` must be given.
_SIZE = {"size": None}
_NORMAL = {"mean": ..., "cov": ..., **_SIZE, "check_valid": "warn", "tol": 1e-8}
_BOTH: dict[str, tuple[dict[str, Any], Callable]] = {
    "bytes": ({"length": ...}, draws.raw_bytes),
    "dirichlet": ({"alpha": ..., **_SIZE}, vectors.dirichlet),
    "multinomial": ({"n": ..., "pvals": ..., **_SIZE}, vectors.multinomial),
}
_RANGE = {"low": ..., "high": None, **_SIZE}
_CHOICE = {"a": ..., **_SIZE, "replace": True, "p": None}
SPECIAL: dict[type, dict[str, tuple[dict[str, Any], Callable]]] = {
    np.random.RandomState: {
        **_BOTH,
        "multivariate_normal": (_NORMAL, _legacy_multivariate_normal),
        "random_integers": (_RANGE, _random_integers),
        "shuffle": ({"x": ...}, _legacy_shuffle),
    },
    np.random.Generator: {
        **_BOTH,
        "multivariate_hypergeometric": (
            {"colors": ..., "nsample": ..., **_SIZE, "method": "marginals"},
            vectors.multivariate_hypergeometric,
        ),
        "multivariate_normal": ({**_NORMAL, "method": "svd"}, vectors.multivariate_normal),
        "permuted": ({"x": ..., "axis": None, "out": None}, selection.permuted),
        "shuffle": ({"x": ..., "axis": 0}, selection.shuffle),
    },
}
# The same for those of which a plan is made.
PLANNED: dict[type, dict[str, tuple[dict[str, Any], Callable]]] = {
    np.random.RandomState: {
        "choice": (_CHOICE, _legacy_choice),
        "permutation": ({"x": ...}, _legacy_permutation),
        "randint": ({**_RANGE, "dtype": int}, _randint),
        "random_sample": (_SIZE, _random_sample),
        "tomaxint": (_SIZE, draws.tomaxint),
    },
    np.random.Generator: {
        "choice": ({**_CHOICE, "axis": 0, "shuffle": True}, _choice),
        "integers": ({**_RANGE, "dtype": np.int64, "endpoint": False}, draws.between),
        "permutation": ({"x": ..., "axis": 0}, selection.permutation),
    },
}


def jax_methods(real: type) -> dict[str, Any]:
    """Every method that draws, on ``'jax'``."""
    made = {name: row_method(name, real) for name in ROWS if hasattr(real, name)}
    for name, (arguments, code) in SPECIAL[real].items():
        made[name] = special_method(name, real, arguments, code)
    for name, (arguments, code) in PLANNED[real].items():
        made[name] = planned_method(name, real, arguments, code)
    if real is np.random.RandomState:
        made["rand"], made["randn"] = _of_shape("random", "rand"), _of_shape("standard_normal", "randn")
    return made
