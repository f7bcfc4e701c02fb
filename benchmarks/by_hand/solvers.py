"""Loops over numbers: in Numba as they are, in JAX by rows, columns and diagonals where there is a way."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numba import njit

from ..programs import solvers as plain
from .record import Program


@njit(fastmath=True)
def numba_triangular_solve(lower, b):
    n = b.shape[0]
    x = np.empty(n)
    for i in range(n):
        total = 0.0
        for j in range(i):
            total += lower[i, j] * x[j]
        x[i] = (b[i] - total) / lower[i, i]
    return x


@jax.jit
def jax_triangular_solve(lower, b):
    return jax.scipy.linalg.solve_triangular(lower, b, lower=True)


@njit(fastmath=True)
def numba_gauss_seidel(u, sweeps):
    n, m = u.shape
    for _ in range(sweeps):
        for i in range(1, n - 1):
            left = u[i, 0]
            for j in range(1, m - 1):
                left = 0.25 * (u[i - 1, j] + u[i + 1, j] + left + u[i, j + 1])
                u[i, j] = left
    return u


@functools.partial(jax.jit, static_argnums=1)
def jax_gauss_seidel(u, sweeps):
    def row(above, rows):
        here, below = rows

        def item(left, around):
            new = 0.25 * (around + left)
            return new, new

        known = above[1:-1] + below[1:-1] + here[2:]
        _, inner = lax.scan(item, here[0], known, unroll=8)
        new = here.at[1:-1].set(inner)
        return new, new

    def sweep(_, u):
        _, rows = lax.scan(row, u[0], (u[1:-1], u[2:]))
        return u.at[1:-1].set(rows)

    return lax.fori_loop(0, sweeps, sweep, u)


@njit(fastmath=True)
def numba_cholesky(a):
    n = a.shape[0]
    for i in range(n):
        for j in range(i):
            total = 0.0
            for k in range(j):
                total += a[i, k] * a[j, k]
            a[i, j] = (a[i, j] - total) / a[j, j]
        total = 0.0
        for k in range(i):
            total += a[i, k] * a[i, k]
        a[i, i] = np.sqrt(a[i, i] - total)
    return a


@jax.jit
def jax_cholesky(a):
    return jnp.tril(jnp.linalg.cholesky(a)) + jnp.triu(a, 1)


@njit(fastmath=True)
def numba_lu_decomposition(a):
    n = a.shape[0]
    for k in range(n - 1):
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            a[i, k] = factor
            for j in range(k + 1, n):
                a[i, j] -= factor * a[k, j]
    return a


@jax.jit
def jax_lu_decomposition(a):
    n = a.shape[0]
    after = jnp.arange(n)

    def column(k, a):
        factors = jnp.where(after > k, a[:, k] / a[k, k], 0.0)
        row = jnp.where(after > k, a[k], 0.0)
        a = a.at[:, k].set(jnp.where(after > k, factors, a[:, k]))
        return a - factors[:, None] * row[None, :]

    return lax.fori_loop(0, n - 1, column, a)


@njit(fastmath=True)
def numba_gaussian_elimination(a, b):
    n = b.shape[0]
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[pivot, k]):
                pivot = i
        if pivot != k:
            for j in range(n):
                a[k, j], a[pivot, j] = a[pivot, j], a[k, j]
            b[k], b[pivot] = b[pivot], b[k]
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            for j in range(k, n):
                a[i, j] -= factor * a[k, j]
            b[i] -= factor * b[k]
    x = np.empty(n)
    for i in range(n - 1, -1, -1):
        total = 0.0
        for j in range(i + 1, n):
            total += a[i, j] * x[j]
        x[i] = (b[i] - total) / a[i, i]
    return x


@jax.jit
def jax_gaussian_elimination(a, b):
    return jnp.linalg.solve(a, b)


@njit(fastmath=True)
def numba_tridiagonal_solve(a, b, c, d):
    n = d.shape[0]
    cp, x = np.empty(n), np.empty(n)
    cp[0], x[0] = c[0] / b[0], d[0] / b[0]
    for i in range(1, n):
        scale = 1.0 / (b[i] - a[i] * cp[i - 1])
        cp[i] = c[i] * scale
        x[i] = (d[i] - a[i] * x[i - 1]) * scale
    for i in range(n - 2, -1, -1):
        x[i] -= cp[i] * x[i + 1]
    return x


@jax.jit
def jax_tridiagonal_solve(a, b, c, d):
    def forward(before, row):
        a, b, c, d = row
        cp, dp = before
        scale = 1.0 / (b - a * cp)
        new = (c * scale, (d - a * dp) * scale)
        return new, new

    def backward(x, row):
        cp, dp = row
        new = dp - cp * x
        return new, new

    zero = jnp.zeros(())
    _, rows = lax.scan(forward, (zero, zero), (a, b, c, d), unroll=4)
    return lax.scan(backward, zero, rows, reverse=True, unroll=4)[1]


@njit
def numba_edit_distance(s, t):
    n, m = s.shape[0], t.shape[0]
    row = np.arange(m + 1)
    for i in range(1, n + 1):
        diagonal, row[0] = row[0], i
        for j in range(1, m + 1):
            best = diagonal + (s[i - 1] != t[j - 1])
            diagonal = row[j]
            row[j] = min(best, diagonal + 1, row[j - 1] + 1)
    return row[m]


@jax.jit
def jax_edit_distance(s, t):
    """A row is a running minimum: what comes from the left adds one a step."""
    places = jnp.arange(len(t) + 1)

    def line(row, i):
        best = jnp.minimum(row[1:] + 1, row[:-1] + (s[i] != t))
        best = jnp.concatenate([jnp.array([i + 1]), best])
        return lax.cummin(best - places) + places, None

    return lax.scan(line, places, jnp.arange(len(s)))[0][-1]


@njit
def numba_knapsack(values, weights, capacity):
    """Two rows, so that a row is a loop without an order, and parts of them, whose indices are not negative."""
    best, new = np.zeros(capacity + 1, dtype=np.int64), np.zeros(capacity + 1, dtype=np.int64)
    for i in range(values.shape[0]):
        w, v = weights[i], values[i]
        for c in range(w):
            new[c] = best[c]
        without, shifted, out = best[w:], best[: capacity + 1 - w], new[w:]
        for c in range(capacity + 1 - w):
            out[c] = max(without[c], shifted[c] + v)
        best, new = new, best
    return best[capacity]


@functools.partial(jax.jit, static_argnums=2)
def jax_knapsack(values, weights, capacity):
    places = jnp.arange(capacity + 1)

    def item(best, one):
        value, weight = one
        taken = jnp.where(places >= weight, jnp.roll(best, weight) + value, 0)
        return jnp.maximum(best, taken), None

    return lax.scan(item, jnp.zeros(capacity + 1, dtype=values.dtype), (values, weights))[0][capacity]


@njit
def numba_adler_checksum(data):
    a, b = 1, 0
    for i in range(0, data.shape[0], 4096):
        for byte in data[i : i + 4096]:
            a += byte
            b += a
        a %= 65521
        b %= 65521
    return (b << 16) | a


@jax.jit
def jax_adler_checksum(data):
    """Both sums are of the data alone, the second with weights; 64 bits hold them."""
    n = len(data)
    a = (1 + jnp.sum(data)) % 65521
    b = (n + jnp.sum(data * jnp.arange(n, 0, -1))) % 65521
    return (b << 16) | a


PROGRAMS = (
    Program(
        plain.triangular_solve,
        plain.triangular_solve_inputs,
        (330,),
        (12,),
        numba_triangular_solve,
        jax_triangular_solve,
    ),
    Program(plain.gauss_seidel, plain.gauss_seidel_inputs, (50, 8), (8, 2), numba_gauss_seidel, jax_gauss_seidel),
    Program(plain.cholesky, plain.cholesky_inputs, (120,), (10,), numba_cholesky, jax_cholesky),
    Program(
        plain.lu_decomposition,
        plain.lu_decomposition_inputs,
        (300,),
        (10,),
        numba_lu_decomposition,
        jax_lu_decomposition,
    ),
    Program(
        plain.gaussian_elimination,
        plain.gaussian_elimination_inputs,
        (100,),
        (9,),
        numba_gaussian_elimination,
        jax_gaussian_elimination,
    ),
    Program(
        plain.tridiagonal_solve,
        plain.tridiagonal_solve_inputs,
        (12_000,),
        (15,),
        numba_tridiagonal_solve,
        jax_tridiagonal_solve,
    ),
    Program(plain.edit_distance, plain.edit_distance_inputs, (130,), (9,), numba_edit_distance, jax_edit_distance),
    Program(plain.knapsack, plain.knapsack_inputs, (200, 60_000), (8, 120), numba_knapsack, jax_knapsack),
    Program(
        plain.adler_checksum, plain.adler_checksum_inputs, (70_000,), (40,), numba_adler_checksum, jax_adler_checksum
    ),
)
