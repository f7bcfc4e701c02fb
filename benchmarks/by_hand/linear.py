"""Linear algebra: in Numba loops, or BLAS where matrices are large; in JAX whole products."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numba import njit, prange

from ..programs import linear as plain
from .record import Program


@njit(fastmath=True)
def numba_conjugate_gradient(a, b, steps):
    n = b.shape[0]
    x, r, p = np.zeros(n), b.copy(), b.copy()
    ap = np.empty(n)
    rs = 0.0
    for i in range(n):
        rs += r[i] * r[i]
    for _ in range(steps):
        np.dot(a, p, ap)
        total = 0.0
        for i in range(n):
            total += p[i] * ap[i]
        alpha, new = rs / total, 0.0
        for i in range(n):
            x[i] += alpha * p[i]
            r[i] -= alpha * ap[i]
            new += r[i] * r[i]
        beta = new / rs
        for i in range(n):
            p[i] = r[i] + beta * p[i]
        rs = new
    return x


@functools.partial(jax.jit, static_argnums=2)
def jax_conjugate_gradient(a, b, steps):
    def step(_, state):
        x, r, p, rs = state
        ap = a @ p
        alpha = rs / (p @ ap)
        r = r - alpha * ap
        new = r @ r
        return x + alpha * p, r, r + (new / rs) * p, new

    return lax.fori_loop(0, steps, step, (jnp.zeros_like(b), b, b, b @ b))[0]


@njit(fastmath=True)
def numba_gram_schmidt(a):
    m, n = a.shape
    qt = np.ascontiguousarray(a.T)
    r = np.zeros((n, n))
    for j in range(n):
        for i in range(j):
            total = 0.0
            for k in range(m):
                total += qt[i, k] * qt[j, k]
            r[i, j] = total
            for k in range(m):
                qt[j, k] -= total * qt[i, k]
        total = 0.0
        for k in range(m):
            total += qt[j, k] * qt[j, k]
        r[j, j] = np.sqrt(total)
        for k in range(m):
            qt[j, k] /= r[j, j]
    return np.ascontiguousarray(qt.T), r


@jax.jit
def jax_gram_schmidt(a):
    """A column at a time is taken out of all that follow."""
    n = a.shape[1]

    def column(j, state):
        v, q, r = state
        norm = jnp.linalg.norm(v[:, j])
        unit = v[:, j] / norm
        row = jnp.where(jnp.arange(n) > j, unit @ v, 0.0)
        return v - unit[:, None] * row, q.at[:, j].set(unit), r.at[j].set(row.at[j].set(norm))

    return lax.fori_loop(0, n, column, (a, jnp.zeros_like(a), jnp.zeros((n, n))))[1:]


@njit(fastmath=True)
def numba_power_iteration(a, steps):
    n = a.shape[0]
    x, y = np.ones(n), np.empty(n)
    for _ in range(steps):
        np.dot(a, x, y)
        total = 0.0
        for i in range(n):
            total += y[i] * y[i]
        scale = 1.0 / np.sqrt(total)
        for i in range(n):
            x[i] = y[i] * scale
    np.dot(a, x, y)
    return np.dot(x, y), x


@functools.partial(jax.jit, static_argnums=1)
def jax_power_iteration(a, steps):
    def step(_, x):
        y = a @ x
        return y / jnp.linalg.norm(y)

    x = lax.fori_loop(0, steps, step, jnp.ones(a.shape[0]))
    return x @ a @ x, x


@njit(fastmath=True)
def numba_covariance(data):
    n, m = data.shape
    for j in range(m):
        data[:, j] -= data[:, j].mean()
    cov = np.dot(data.T, data)
    return cov / (n - 1.0)


@jax.jit
def jax_covariance(data):
    data = data - data.mean(axis=0)
    return data.T @ data / (data.shape[0] - 1.0)


@njit(fastmath=True, parallel=True)
def numba_vector_updates(a, u1, v1, u2, v2, y, z, alpha, beta):
    n = a.shape[0]
    for i in prange(n):
        for j in range(n):
            a[i, j] += u1[i] * v1[j] + u2[i] * v2[j]
    x = beta * np.dot(y, a) + z
    return alpha * np.dot(a, x)


@jax.jit
def jax_vector_updates(a, u1, v1, u2, v2, y, z, alpha, beta):
    a = a + u1[:, None] * v1 + u2[:, None] * v2
    x = beta * (y @ a) + z
    return alpha * (a @ x)


@njit(fastmath=True)
def numba_kalman_filter(x, p, f, h, q, r, measured):
    n = x.shape[0]
    x, track = x.copy(), np.empty((measured.shape[0], n))
    ft, ht, eye = np.ascontiguousarray(f.T), np.ascontiguousarray(h.T), np.eye(n)
    for t in range(measured.shape[0]):
        x = f @ x
        p = f @ p @ ft + q
        s = h @ p @ ht + r
        scale = 1.0 / (s[0, 0] * s[1, 1] - s[0, 1] * s[1, 0])
        inverse = np.empty((2, 2))
        inverse[0, 0], inverse[0, 1] = s[1, 1] * scale, -s[0, 1] * scale
        inverse[1, 0], inverse[1, 1] = -s[1, 0] * scale, s[0, 0] * scale
        gain = p @ ht @ inverse
        x = x + gain @ (measured[t] - h @ x)
        p = (eye - gain @ h) @ p
        track[t] = x
    return track


@jax.jit
def jax_kalman_filter(x, p, f, h, q, r, measured):
    eye = jnp.eye(len(x))

    def step(state, seen):
        x, p = state
        x = f @ x
        p = f @ p @ f.T + q
        s = h @ p @ h.T + r
        scale = 1.0 / (s[0, 0] * s[1, 1] - s[0, 1] * s[1, 0])
        inverse = scale * jnp.array([[s[1, 1], -s[0, 1]], [-s[1, 0], s[0, 0]]])
        gain = p @ h.T @ inverse
        x = x + gain @ (seen - h @ x)
        return (x, (eye - gain @ h) @ p), x

    return lax.scan(step, (x, p), measured)[1]


PROGRAMS = (
    Program(
        plain.conjugate_gradient,
        plain.conjugate_gradient_inputs,
        (600, 100),
        (10, 4),
        numba_conjugate_gradient,
        jax_conjugate_gradient,
    ),
    Program(plain.gram_schmidt, plain.gram_schmidt_inputs, (70,), (6,), numba_gram_schmidt, jax_gram_schmidt),
    Program(
        plain.power_iteration,
        plain.power_iteration_inputs,
        (400, 400),
        (10, 5),
        numba_power_iteration,
        jax_power_iteration,
    ),
    Program(plain.covariance, plain.covariance_inputs, (1000, 300), (12, 5), numba_covariance, jax_covariance),
    Program(plain.vector_updates, plain.vector_updates_inputs, (1000,), (8,), numba_vector_updates, jax_vector_updates),
    Program(plain.kalman_filter, plain.kalman_filter_inputs, (500,), (6,), numba_kalman_filter, jax_kalman_filter),
)
