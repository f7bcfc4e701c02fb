"""Discrete distributions out of the bits of a key, in ``jax.numpy``.

Poisson, binomial and hypergeometric numbers come from one algorithm, the ratio of
uniforms over a table mountain hat: E. Stadlober, *The ratio of uniforms approach for
generating discrete random variates*, J. Comput. Appl. Math. 31 (1990), 181.  Its hat
lies above the square root of each of these masses for all parameters, small means
included.  Probabilities are used as ratios to that of the mode, in a form that keeps
its digits in 32 bits also where the counts are large.

Parameters arrive in the floating type `dtype`, counts among them in the integer type of
the result.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np

from . import keys
from .continuous import gamma, random, standard_exponential, until_accepted

_WIDTH = 2 * math.sqrt(2 / math.e)
_OFFSET = 3 - 2 * math.sqrt(3 / math.e)
# log k! - ((k + 1/2) log(k + 1) - (k + 1) + log(2 pi) / 2), for small k
_TAIL = np.array(
    [math.lgamma(k + 1) - ((k + 0.5) * math.log(k + 1) - (k + 1) + math.log(2 * math.pi) / 2) for k in range(10)]
)


def count_dtype():
    """The integer type of counts: NumPy's int64, as JAX has it now."""
    return jax.dtypes.canonicalize_dtype(np.int64)


def _counted(x):
    """A whole number of floating type as a count; what is past the largest is the largest."""
    dtype = count_dtype()
    top = np.iinfo(dtype).max
    return jnp.where(x >= top, top, x).astype(dtype)


def _tail(k):
    small = jnp.asarray(_TAIL, k.dtype)[jnp.clip(k, 0, 9).astype(jnp.int32)]
    square = 1 / (k + 1) ** 2
    return jnp.where(k < 10, small, (1 / 12 - (1 / 360 - square / 1260) * square) / (k + 1))


def _log_ratio(d, up, down, odds):
    """``log(p(mode + d) / p(mode))`` of a mass over products of factorials.

    ``p(mode + d)`` is proportional to ``odds**d / prod((x + d)!) / prod((y - d)!)``
    for `x` in `up` and `y` in `down`.
    """
    total = 0
    for n, step in (*[(x, d) for x in up], *[(y, -d) for y in down]):
        total += (n + 0.5) * jnp.log1p(step / (n + 1)) - step + _tail(n + step) - _tail(n)
    ratio = odds
    for y in down:
        ratio = ratio * (y - d + 1)
    for x in up:
        ratio = ratio / (x + d + 1)
    return d * jnp.log(ratio) - total


def _ratio_of_uniforms(key, shape, dtype, mean, variance, lowest, highest, log_ratio):
    """The distance from the mode; `mean` and the bounds are distances from it too."""
    width = _WIDTH * jnp.sqrt(variance + 0.5) + _OFFSET

    def propose(key):
        above, below = keys.split(key, 2)
        u, v = random(above, shape, dtype), 1 - random(below, shape, dtype)
        d = jnp.floor(mean + 0.5 + width * (u - 0.5) / v)
        inside = (d >= lowest) & (d <= highest)
        return d, inside & (2 * jnp.log(v) <= log_ratio(jnp.where(inside, d, 0)))

    return until_accepted(key, propose, jnp.zeros(shape, dtype))


def poisson(key, shape, dtype, lam):
    lam = jnp.broadcast_to(jax.lax.stop_gradient(lam), shape)
    mode = jnp.floor(lam)
    d = _ratio_of_uniforms(
        key,
        shape,
        dtype,
        lam - mode,
        lam,
        -mode,
        jnp.inf,
        lambda d: _log_ratio(d, (mode,), (), jnp.maximum(lam, 1e-30)),
    )
    return _counted(mode) + d.astype(count_dtype())


def binomial(key, shape, dtype, n, p):
    n, p = jnp.broadcast_to(n, shape), jnp.broadcast_to(jax.lax.stop_gradient(p), shape)
    rare = jnp.minimum(p, 1 - p)
    total = n.astype(dtype)
    mode = jnp.minimum(_counted(jnp.floor((total + 1) * rare)), n)
    yes, no = mode.astype(dtype), (n - mode).astype(dtype)
    odds = jnp.maximum(rare, 1e-30) / (1 - rare)
    d = _ratio_of_uniforms(
        key, shape, dtype, (no + yes) * rare - yes, total * rare * (1 - rare), -yes, jnp.where(rare > 0, no, 0),
        lambda d: _log_ratio(d, (yes,), (no,), odds),
    )  # fmt: skip
    k = mode + d.astype(mode.dtype)
    return jnp.where(p > 0.5, n - k, k)


def hypergeometric(key, shape, dtype, good, bad, sample):
    """By symmetry the rarer kind in the smaller part; the rest follows."""
    good, bad, sample = (jnp.broadcast_to(x, shape) for x in (good, bad, sample))
    rare, common = jnp.minimum(good, bad), jnp.maximum(good, bad)
    part = jnp.minimum(sample, good + bad - sample)
    all_, r, s = (x.astype(dtype) for x in (good + bad, rare, part))
    share = r / jnp.maximum(all_, 1)
    mode = jnp.minimum(_counted(jnp.floor((s + 1) * ((r + 1) / (all_ + 2)))), jnp.minimum(rare, part))
    variance = s * share * (1 - share) * (all_ - s) / jnp.maximum(all_ - 1, 1)
    up = mode.astype(dtype), (common - part + mode).astype(dtype)
    down = (rare - mode).astype(dtype), (part - mode).astype(dtype)
    d = _ratio_of_uniforms(
        key, shape, dtype, s * share - up[0], variance, jnp.maximum(-up[0], -up[1]), jnp.minimum(*down),
        lambda d: _log_ratio(d, up, down, jnp.ones_like(d)),
    )  # fmt: skip
    k = mode + d.astype(mode.dtype)
    k = jnp.where(sample > part, rare - k, k)
    return jnp.where(good > bad, sample - k, k)


def negative_binomial(key, shape, dtype, n, p):
    rate, count = keys.split(key, 2)
    lam = gamma(rate, shape, dtype, n, (1 - p) / p)
    return poisson(count, shape, dtype, lam)


def geometric(key, shape, dtype, p):
    return _counted(jnp.maximum(jnp.ceil(standard_exponential(key, shape, dtype) / -jnp.log1p(-p)), 1))


def logseries(key, shape, dtype, p):
    """Kemp, *Appl. Statistics* 30 (1981), 249, algorithm LK."""
    first, second = keys.split(key, 2)
    u, v = random(first, shape, dtype), 1 - random(second, shape, dtype)
    q = -jnp.expm1(jnp.log1p(-jnp.minimum(p, 1 - jnp.finfo(dtype).epsneg)) * (1 - u))
    far = jnp.floor(1 + jnp.log(v) / jnp.log(q))
    k = jnp.where(v <= q * q, far, jnp.where(v <= q, 2, 1))
    return _counted(jnp.where(v >= p, 1, k))


def zipf(key, shape, dtype, a):
    """Devroye, *Non-uniform random variate generation* (1986), X.6.1; numbers that do not fit are drawn again."""
    a = jnp.broadcast_to(jax.lax.stop_gradient(a), shape)
    b = 2 ** (a - 1)
    top = np.iinfo(count_dtype()).max

    def propose(key):
        first, second = keys.split(key, 2)
        u, v = 1 - random(first, shape, dtype), random(second, shape, dtype)
        x = jnp.floor(u ** (-1 / (a - 1)))
        t = jnp.expm1((a - 1) * jnp.log1p(1 / x))  # (1 + 1/x)**(a - 1) - 1
        return x, (v * x * t / (b - 1) * b <= t + 1) & (x >= 1) & (x < top)

    return _counted(until_accepted(key, propose, jnp.ones(shape, dtype)))


def multinomial(key, shape, dtype, n, pvals):
    """One binomial for each outcome, out of what is left."""
    left = jnp.cumsum(pvals[..., ::-1], -1)[..., ::-1]
    share = jnp.where(left > 0, pvals / jnp.where(left > 0, left, 1), 0)
    share = jnp.clip(share.at[..., -1].set(1), 0, 1)
    return _in_turn(
        key, shape, jnp.broadcast_to(n, shape[:-1]), share, lambda k, m, p: binomial(k, m.shape, dtype, m, p)
    )


def multivariate_hypergeometric(key, shape, dtype, colors, nsample):
    """One hypergeometric number for each color, out of what is left."""
    later = jnp.cumsum(colors[::-1])[::-1] - colors

    def one(key, left, pair):
        return hypergeometric(key, left.shape, dtype, pair[0], pair[1], left)

    return _in_turn(key, shape, jnp.broadcast_to(nsample, shape[:-1]), jnp.stack([colors, later], -1), one, -2)


def _in_turn(key, shape, total, parameters, draw, axis=-1):
    """Counts along a new last axis, each drawn out of what those before it left of `total`."""
    parameters = jnp.moveaxis(parameters, axis, 0)

    def step(left, now):
        count = draw(now[0], left, now[1])
        return left - count, count

    _, counts = jax.lax.scan(step, total, (keys.split(key, shape[-1]), parameters))
    return jnp.moveaxis(counts, 0, -1)
