"""Distributions of several numbers at once on ``'jax'``: methods as in ``draws``."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ..array import core
from ..array.core import OURS
from ..storage.buffer import canonical
from . import continuous, discrete
from .arguments import asked, check, counts, is_traced, sized
from .draws import FLOAT, wrapped


def multinomial(self, real, n, pvals, size):
    values = [_float(pvals), _count("n", n)]
    if not is_traced(n) and not is_traced(pvals):
        asked(real, "multinomial", n, pvals, 0 if real is np.random.RandomState else None)
    else:
        check(values[1] < 0, "n < 0")
    batch = np.broadcast_shapes(values[0].shape[:-1], np.shape(values[1]))
    shape = batch if size is None else sized(size)
    if np.broadcast_shapes(shape, batch) != shape:
        raise ValueError(f"Output size {shape} is not compatible with broadcast dimensions of inputs {batch}.")
    statics = ((*shape, values[0].shape[-1]), canonical(FLOAT))
    return wrapped(self._stream.draw(_multinomial, statics, values[1], values[0]))


def _multinomial(key, shape, dtype, n, pvals):
    return discrete.multinomial(key, shape, dtype, jnp.maximum(n, 0), pvals)


def dirichlet(self, real, alpha, size):
    if not is_traced(alpha):
        asked(real, "dirichlet", alpha)
    value = _float(alpha)
    check(value <= 0, "alpha <= 0")
    shape = (*(() if size is None else sized(size)), value.shape[-1])
    return wrapped(self._stream.draw(_dirichlet, (shape, canonical(FLOAT)), value))


def _dirichlet(key, shape, dtype, alpha):
    return continuous.dirichlet(key, shape, dtype, jnp.where(alpha > 0, alpha, 1))


def multivariate_hypergeometric(self, real, colors, nsample, size, method):
    if not is_traced(colors) and not is_traced(nsample):
        asked(real, "multivariate_hypergeometric", colors, nsample, None, method)
    colors, nsample = _count("colors", colors), _count("nsample", nsample)
    check(nsample > colors.sum(), "nsample > sum(colors)")
    shape = (*(() if size is None else sized(size)), colors.shape[-1])
    return wrapped(
        self._stream.draw(discrete.multivariate_hypergeometric, (shape, canonical(FLOAT)), jnp.asarray(colors), nsample)
    )


def multivariate_normal(self, real, mean, cov, size, check_valid, tol, method):
    if not is_traced(mean) and not is_traced(cov):
        options = {"check_valid": check_valid, "tol": tol}
        asked(
            real,
            "multivariate_normal",
            mean,
            cov,
            **options,
            **({} if real is np.random.RandomState else {"method": method}),
        )
    mean, cov = _float(mean), _float(cov)
    if mean.ndim != 1 or cov.shape != (*mean.shape, *mean.shape):
        raise ValueError("mean and cov must have same length")
    shape = (*(() if size is None else sized(size)), *mean.shape)
    return wrapped(self._stream.draw(_multivariate_normal, (shape, canonical(FLOAT)), mean, cov))


def _multivariate_normal(key, shape, dtype, mean, cov):
    """The square root of a covariance by its eigenvectors, which semi-definite ones have too."""
    values, vectors = jnp.linalg.eigh(cov)
    root = vectors * jnp.sqrt(jnp.maximum(values, 0))
    z = continuous.standard_normal(key, shape, dtype)
    return mean + jnp.einsum("...j,ij->...i", z, root)


def _float(x):
    if is_traced(x):
        return jnp.asarray(x._value() if type(x) in OURS else x).astype(canonical(FLOAT))
    return np.asarray(core.host_values(x)).astype(canonical(FLOAT))


def _count(name: str, x):
    if is_traced(x):
        return jnp.asarray(x._value() if type(x) in OURS else x).astype(discrete.count_dtype())
    return counts(name, np.asarray(core.host_values(x)), discrete.count_dtype())
