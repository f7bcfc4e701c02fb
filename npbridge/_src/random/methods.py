"""The methods of ``RandomState`` and ``Generator`` on ``'jax'``: signatures, and what they call."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from . import draws, selection, vectors
from .arguments import bound
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

    def draw(self, *args, **kwargs):
        values = bound(real, name, names, defaults, args, kwargs)
        given, size = values[:count], values[count]
        if has_type:
            return draws.typed(self, real, name, given, size, values[count + 1], values[-1])
        return draws.distribution(self, real, name, given, size)

    return draw


def special_method(name: str, real: type, arguments: dict, code: Callable):
    """``method(self, *args, **kwargs)`` of a function in ``draws``."""
    names, defaults = tuple(arguments), tuple(arguments.values())

    def draw(self, *args, **kwargs):
        values = bound(real, name, names, defaults, args, kwargs)
        return code(self, real, *values)

    return draw


def _rand(self, real, shape, name):
    return draws.distribution(self, real, name, (), shape or None)


def _random_integers(self, real, low, high, size):
    low, high = (1, low) if high is None else (low, high)
    warnings.warn(
        f"This function is deprecated. Please call randint({low}, {high} + 1) instead", DeprecationWarning, stacklevel=5
    )
    return draws.between(self, np.random.Generator, low, high, size, int, True)


def _legacy_choice(self, real, a, size, replace, p):
    return selection.choice(self, real, a, size, replace, p, 0)


def _choice(self, real, a, size, replace, p, axis, shuffle):
    return selection.choice(self, real, a, size, replace, p, axis)  # the order is random, asked for or not


def _legacy_multivariate_normal(self, real, mean, cov, size, check_valid, tol):
    return vectors.multivariate_normal(self, real, mean, cov, size, check_valid, tol, None)


def _legacy_permutation(self, real, x):
    return selection.permutation(self, real, x, 0)


def _legacy_shuffle(self, real, x):
    return selection.shuffle(self, real, x, 0)


def _randint(self, real, low, high, size, dtype):
    return draws.between(self, real, low, high, size, dtype, False)


def _random_sample(self, real, size):
    return draws.distribution(self, real, "random", (), size)


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
        "choice": (_CHOICE, _legacy_choice),
        "multivariate_normal": (_NORMAL, _legacy_multivariate_normal),
        "permutation": ({"x": ...}, _legacy_permutation),
        "randint": ({**_RANGE, "dtype": int}, _randint),
        "random_integers": (_RANGE, _random_integers),
        "random_sample": (_SIZE, _random_sample),
        "shuffle": ({"x": ...}, _legacy_shuffle),
        "tomaxint": (_SIZE, draws.tomaxint),
    },
    np.random.Generator: {
        **_BOTH,
        "choice": ({**_CHOICE, "axis": 0, "shuffle": True}, _choice),
        "integers": ({**_RANGE, "dtype": np.int64, "endpoint": False}, draws.between),
        "multivariate_hypergeometric": (
            {"colors": ..., "nsample": ..., **_SIZE, "method": "marginals"},
            vectors.multivariate_hypergeometric,
        ),
        "multivariate_normal": ({**_NORMAL, "method": "svd"}, vectors.multivariate_normal),
        "permutation": ({"x": ..., "axis": 0}, selection.permutation),
        "permuted": ({"x": ..., "axis": None, "out": None}, selection.permuted),
        "shuffle": ({"x": ..., "axis": 0}, selection.shuffle),
    },
}


def jax_methods(real: type) -> dict[str, Any]:
    """Every method that draws, on ``'jax'``."""
    made = {name: row_method(name, real) for name in ROWS if hasattr(real, name)}
    for name, (arguments, code) in SPECIAL[real].items():
        made[name] = special_method(name, real, arguments, code)
    if real is np.random.RandomState:
        made["rand"] = lambda self, *shape: _rand(self, real, shape, "random")
        made["randn"] = lambda self, *shape: _rand(self, real, shape, "standard_normal")
    return made
