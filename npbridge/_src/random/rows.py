"""The distributions of ``numpy.random``: a row for each, with its parameters.

A parameter has a name, a default (``...`` where it must be given), the condition under
which NumPy refuses it, and what NumPy says then.  NumPy itself is asked where the
parameters are known; the conditions here are for those that are known only at run time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from . import continuous, discrete


class Parameter(NamedTuple):
    """A parameter of a distribution.

    Attributes
    ----------
    name : str
    default : number or Ellipsis
    refused : callable or None
        True where NumPy refuses a value.
    message : str
        What NumPy says then.
    safe : number
        A value for which a sampler ends: it stands in for one that is refused.
    is_count : bool
        Whether it is an integer.
    """

    name: str
    default: Any
    refused: Callable[[Any], Any] | None
    message: str
    safe: float = 1
    is_count: bool = False


class Row(NamedTuple):
    """A distribution: its sampler on ``'jax'`` and its parameters.

    `joint` refuses combinations of parameters, as ``(condition, message)``.
    """

    sampler: Callable
    parameters: tuple[Parameter, ...] = ()
    joint: tuple[tuple[Callable, str], ...] = ()


def _any(name, default=...):
    return Parameter(name, default, None, "", 0)


def _not_negative(name, default=..., is_count=False):
    return Parameter(name, default, lambda x: x < 0, f"{name} < 0", 1, is_count)


def _positive(name, default=...):
    return Parameter(name, default, lambda x: x <= 0, f"{name} <= 0")


def _greater_than_one(name):
    return Parameter(name, ..., lambda x: ~(x > 1), f"{name} <= 1 or {name} is NaN", 2)


def _probability(name="p"):
    return Parameter(name, ..., lambda x: ~((x >= 0) & (x <= 1)), "p < 0, p > 1 or p is NaN", 0.5)


def _positive_probability(name="p"):
    return Parameter(name, ..., lambda x: ~((x > 0) & (x <= 1)), "p <= 0, p > 1 or p contains NaNs", 0.5)


def _probability_below_one(name="p"):
    return Parameter(name, ..., lambda x: ~((x >= 0) & (x < 1)), "p < 0, p >= 1 or p is NaN", 0.5)


_LOC = _any("loc", 0.0)
_SCALE = _not_negative("scale", 1.0)

ROWS: dict[str, Row] = {
    "beta": Row(continuous.beta, (_positive("a"), _positive("b"))),
    "binomial": Row(discrete.binomial, (_not_negative("n", is_count=True), _probability())),
    "chisquare": Row(continuous.chisquare, (_positive("df"),)),
    "exponential": Row(continuous.exponential, (_SCALE,)),
    "f": Row(continuous.f, (_positive("dfnum"), _positive("dfden"))),
    "gamma": Row(continuous.gamma, (_not_negative("shape"), _SCALE)),
    "geometric": Row(discrete.geometric, (_positive_probability(),)),
    "gumbel": Row(continuous.gumbel, (_LOC, _SCALE)),
    "hypergeometric": Row(
        discrete.hypergeometric,
        tuple(_not_negative(name, is_count=True) for name in ("ngood", "nbad", "nsample")),
        ((lambda good, bad, sample: good + bad < sample, "ngood + nbad < nsample"),),
    ),
    "laplace": Row(continuous.laplace, (_LOC, _SCALE)),
    "logistic": Row(continuous.logistic, (_LOC, _SCALE)),
    "lognormal": Row(continuous.lognormal, (_any("mean", 0.0), _not_negative("sigma", 1.0))),
    "logseries": Row(discrete.logseries, (_probability_below_one(),)),
    "negative_binomial": Row(discrete.negative_binomial, (_positive("n"), _positive_probability())),
    "noncentral_chisquare": Row(continuous.noncentral_chisquare, (_positive("df"), _not_negative("nonc"))),
    "noncentral_f": Row(
        continuous.noncentral_f, (_positive("dfnum"), _positive("dfden"), _not_negative("nonc"))
    ),
    "normal": Row(continuous.normal, (_LOC, _SCALE)),
    "pareto": Row(continuous.pareto, (_positive("a"),)),
    "poisson": Row(discrete.poisson, (Parameter("lam", 1.0, lambda x: ~(x >= 0), "lam < 0 or lam is NaN"),)),
    "power": Row(continuous.power, (_positive("a"),)),
    "random": Row(continuous.random),
    "rayleigh": Row(continuous.rayleigh, (_SCALE,)),
    "standard_cauchy": Row(continuous.standard_cauchy),
    "standard_exponential": Row(continuous.standard_exponential),
    "standard_gamma": Row(continuous.standard_gamma, (_not_negative("shape"),)),
    "standard_normal": Row(continuous.standard_normal),
    "standard_t": Row(continuous.standard_t, (_positive("df"),)),
    "triangular": Row(
        continuous.triangular,
        (_any("left"), _any("mode"), _any("right")),
        (
            (lambda left, mode, right: left > mode, "left > mode"),
            (lambda left, mode, right: mode > right, "mode > right"),
            (lambda left, mode, right: left == right, "left == right"),
        ),
    ),
    "uniform": Row(continuous.uniform, (_any("low", 0.0), _any("high", 1.0))),
    "vonmises": Row(continuous.vonmises, (_any("mu"), _not_negative("kappa"))),
    "wald": Row(continuous.wald, (_positive("mean"), _positive("scale"))),
    "weibull": Row(continuous.weibull, (_not_negative("a"),)),
    "zipf": Row(discrete.zipf, (_greater_than_one("a"),)),
}  # fmt: skip
