"""Continuous distributions out of the bits of a key, in ``jax.numpy``.

Each sampler is called as ``sampler(key, shape, dtype, *parameters)``; the parameters
have `dtype` and broadcast against `shape`.  They can be traced and batched, and all but
the rejection sampler of ``vonmises`` can be differentiated with respect to parameters.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import jax.random as jr

from . import keys


def random(key, shape, dtype):
    return jr.uniform(keys.typed(key), shape, dtype)


def standard_normal(key, shape, dtype):
    return jr.normal(keys.typed(key), shape, dtype)


def standard_exponential(key, shape, dtype):
    return jr.exponential(keys.typed(key), shape, dtype)


def uniform(key, shape, dtype, low, high):
    return low + (high - low) * random(key, shape, dtype)


def normal(key, shape, dtype, loc, scale):
    return loc + scale * standard_normal(key, shape, dtype)


def lognormal(key, shape, dtype, mean, sigma):
    return jnp.exp(normal(key, shape, dtype, mean, sigma))


def exponential(key, shape, dtype, scale):
    return scale * standard_exponential(key, shape, dtype)


def laplace(key, shape, dtype, loc, scale):
    return loc + scale * jr.laplace(keys.typed(key), shape, dtype)


def gumbel(key, shape, dtype, loc, scale):
    return loc + scale * jr.gumbel(keys.typed(key), shape, dtype)


def logistic(key, shape, dtype, loc, scale):
    return loc + scale * jr.logistic(keys.typed(key), shape, dtype)


def rayleigh(key, shape, dtype, scale):
    return scale * jnp.sqrt(2 * standard_exponential(key, shape, dtype))


def weibull(key, shape, dtype, a):
    return _power(standard_exponential(key, shape, dtype), a)


def power(key, shape, dtype, a):
    return _power(-jnp.expm1(-standard_exponential(key, shape, dtype)), a)


def _power(x, a):
    """``x ** (1 / a)``, and 0 where `a` is 0, as NumPy has it."""
    return jnp.where(a == 0, 0, x ** (1 / jnp.where(a == 0, 1, a)))


def pareto(key, shape, dtype, a):
    return jnp.expm1(standard_exponential(key, shape, dtype) / a)


def standard_cauchy(key, shape, dtype):
    return jr.cauchy(keys.typed(key), shape, dtype)


def triangular(key, shape, dtype, left, mode, right):
    u = random(key, shape, dtype)
    base = right - left
    rising = left + jnp.sqrt(u * (mode - left) * base)
    falling = right - jnp.sqrt((1 - u) * (right - mode) * base)
    return jnp.where(u * base <= mode - left, rising, falling)


# -- from gammas


def log_gamma(key, shape, dtype, a):
    """The logarithm of a gamma variate: it does not underflow where `a` is small."""
    return jr.loggamma(keys.typed(key), jnp.broadcast_to(a, shape), shape, dtype)


def standard_gamma(key, shape, dtype, a):
    a = jnp.broadcast_to(a, shape)
    return jnp.where(a == 0, 0, jr.gamma(keys.typed(key), jnp.where(a == 0, 1, a), shape, dtype))


def gamma(key, shape, dtype, a, scale):
    return scale * standard_gamma(key, shape, dtype, a)


def chisquare(key, shape, dtype, df):
    return 2 * standard_gamma(key, shape, dtype, df / 2)


def f(key, shape, dtype, dfnum, dfden):
    above, below = keys.split(key, 2)
    return chisquare(above, shape, dtype, dfnum) * dfden / (chisquare(below, shape, dtype, dfden) * dfnum)


def standard_t(key, shape, dtype, df):
    above, below = keys.split(key, 2)
    return standard_normal(above, shape, dtype) * jnp.sqrt(df / chisquare(below, shape, dtype, df))


def beta(key, shape, dtype, a, b):
    first, second = keys.split(key, 2)
    x, y = log_gamma(first, shape, dtype, a), log_gamma(second, shape, dtype, b)
    return jnp.exp(x - jnp.logaddexp(x, y))


def dirichlet(key, shape, dtype, alpha):
    return jax.nn.softmax(log_gamma(key, shape, dtype, alpha), axis=-1)


def noncentral_chisquare(key, shape, dtype, df, nonc):
    """A shifted normal beside ``df - 1`` degrees of freedom, or a Poisson mixture of chi-squares."""
    from . import discrete

    many, few, shift, count = keys.split(key, 4)
    with_normal = chisquare(many, shape, dtype, jnp.where(df > 1, df - 1, 1))
    with_normal += (standard_normal(shift, shape, dtype) + jnp.sqrt(nonc)) ** 2
    extra = 2 * discrete.poisson(count, shape, dtype, nonc / 2).astype(dtype)
    return jnp.where(df > 1, with_normal, chisquare(few, shape, dtype, df + extra))


def noncentral_f(key, shape, dtype, dfnum, dfden, nonc):
    above, below = keys.split(key, 2)
    ratio = noncentral_chisquare(above, shape, dtype, dfnum, nonc) / chisquare(below, shape, dtype, dfden)
    return ratio * dfden / dfnum


def wald(key, shape, dtype, mean, scale):
    """Michael, Schucany and Haas, *Amer. Statistician* 30 (1976), 88, with the roots free of cancellation."""
    first, second = keys.split(key, 2)
    d = mean * standard_normal(first, shape, dtype) ** 2 / (2 * scale)
    root = 1 + d + jnp.sqrt(d * (d + 2))
    smaller = random(second, shape, dtype) * (1 + 1 / root) <= 1
    return jnp.where(smaller, mean / root, mean * root)


def vonmises(key, shape, dtype, mu, kappa):
    """Best and Fisher, *Appl. Statistics* 28 (1979), 152.

    Their ``s`` is ``(1 + sqrt(1 + 4 kappa**2)) / (2 kappa)``; everything is written in
    ``s - 1`` and ``1 - cos``, which are exact where `kappa` is large and the angle small.
    """
    kappa = jnp.maximum(jax.lax.stop_gradient(kappa), 1e-8)
    root = jnp.sqrt(1 + 4 * kappa**2)
    above = (1 + 1 / (root + 2 * kappa)) / (2 * kappa)  # s - 1

    def propose(key):
        angle, height = keys.split(key, 2)
        haversine = jnp.sin(random(angle, shape, dtype) * (jnp.pi / 2)) ** 2  # (1 - z) / 2
        missing = above * 2 * haversine / (above + 2 * (1 - haversine))  # 1 - w
        y = kappa * (above + missing)
        v = 1 - random(height, shape, dtype)
        return missing, (y * (2 - y) >= v) | (jnp.log(y / v) + 1 - y >= 0)

    side, key = keys.split(key, 2)
    missing = until_accepted(key, propose, jnp.zeros(shape, dtype))
    angle = 2 * jnp.arcsin(jnp.sqrt(jnp.minimum(missing / 2, 1)))
    angle = mu + jnp.where(random(side, shape, dtype) < 0.5, -angle, angle)
    return angle - 2 * jnp.pi * jnp.round(angle / (2 * jnp.pi))


def until_accepted(key, propose, values):
    """Proposals in the place of `values`, drawn again where they are refused.

    ``propose(key)`` gives a proposal for each element and whether it is accepted.
    """

    def step(carry):
        key, values, accepted = carry
        key, new = keys.split(key, 2)
        proposal, ok = propose(new)
        return key, jnp.where(accepted, values, proposal), accepted | ok

    def goes_on(carry):
        return ~carry[2].all()

    start = (jnp.asarray(key), values, jnp.zeros(values.shape, bool))
    return jax.lax.while_loop(goes_on, step, start)[1]
