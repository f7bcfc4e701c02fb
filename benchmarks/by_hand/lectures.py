"""What lectures begin with, by hand."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numba import njit, prange

from ..programs import lectures as plain
from .record import Program


@njit(fastmath=True, parallel=True)
def numba_logistic_map(r, x, steps):
    n = x.shape[0]
    out = x.copy()
    for block in prange((n + 63) // 64):
        low, high = block * 64, min(n, block * 64 + 64)
        for _ in range(steps):
            for i in range(low, high):
                out[i] = r[i] * out[i] * (1.0 - out[i])
    return out


@functools.partial(jax.jit, static_argnums=2)
def jax_logistic_map(r, x, steps):
    return lax.fori_loop(0, steps, lambda _, x: r * x * (1.0 - x), x)


@njit(parallel=True)
def numba_mandelbrot(c, limit):
    n, m = c.shape
    counts = np.empty((n, m), dtype=np.int64)
    for i in prange(n):
        for j in range(m):
            a, b = c[i, j].real, c[i, j].imag
            x = y = 0.0
            count = 0
            while count < limit and x * x + y * y <= 4.0:
                x, y = x * x - y * y + a, 2.0 * x * y + b
                count += 1
            counts[i, j] = count
    return counts


@functools.partial(jax.jit, static_argnums=1)
def jax_mandelbrot(c, limit):
    a, b = c.real, c.imag

    def step(_, state):
        x, y, counts = state
        inside = x * x + y * y <= 4.0
        new = x * x - y * y + a, 2.0 * x * y + b
        return jnp.where(inside, new[0], x), jnp.where(inside, new[1], y), counts + inside

    start = (jnp.zeros_like(a), jnp.zeros_like(a), jnp.zeros(c.shape, dtype=int))
    return lax.fori_loop(0, limit, step, start)[2]


@njit
def numba_life(board, steps):
    n, m = board.shape
    board, new = board.copy(), np.empty_like(board)
    for _ in range(steps):
        for i in range(n):
            up, down = (i - 1 if i else n - 1), (i + 1 if i + 1 < n else 0)
            for j in range(m):
                left, right = (j - 1 if j else m - 1), (j + 1 if j + 1 < m else 0)
                total = board[up, left] + board[up, j] + board[up, right] + board[i, left] + board[i, right]
                total += board[down, left] + board[down, j] + board[down, right]
                new[i, j] = (total == 3) | ((total == 2) & (board[i, j] == 1))
        board, new = new, board
    return board


@functools.partial(jax.jit, static_argnums=1)
def jax_life(board, steps):
    """Three by three is three rows of three columns; bytes are enough."""

    def step(_, board):
        rows = board + jnp.roll(board, 1, 0) + jnp.roll(board, -1, 0)
        total = rows + jnp.roll(rows, 1, 1) + jnp.roll(rows, -1, 1) - board
        return ((total == 3) | ((board == 1) & (total == 2))).astype(board.dtype)

    return lax.fori_loop(0, steps, step, board.astype(jnp.int8)).astype(board.dtype)


@njit(fastmath=True)
def numba_k_means(points, centres, steps):
    n, k = points.shape[0], centres.shape[0]
    labels = np.zeros(n, dtype=np.int64)
    sums, counts = np.empty((k, 2)), np.empty(k, dtype=np.int64)
    for _ in range(steps):
        sums[:] = 0.0
        counts[:] = 0
        for i in range(n):
            best, near = 0, np.inf
            for c in range(k):
                dx, dy = points[i, 0] - centres[c, 0], points[i, 1] - centres[c, 1]
                d = dx * dx + dy * dy
                if d < near:
                    best, near = c, d
            labels[i] = best
            counts[best] += 1
            sums[best, 0] += points[i, 0]
            sums[best, 1] += points[i, 1]
        for c in range(k):
            centres[c, 0] = sums[c, 0] / counts[c]
            centres[c, 1] = sums[c, 1] / counts[c]
    return centres, labels


@functools.partial(jax.jit, static_argnums=2)
def jax_k_means(points, centres, steps):
    k = len(centres)

    def step(_, state):
        centres, _ = state
        square = ((points[:, None] - centres[None]) ** 2).sum(axis=2)
        labels = square.argmin(axis=1)
        chosen = (labels[:, None] == jnp.arange(k)).astype(points.dtype)
        return chosen.T @ points / chosen.sum(axis=0)[:, None], labels

    return lax.fori_loop(0, steps, step, (centres, jnp.zeros(len(points), dtype=int)))


@njit
def numba_sieve(n):
    prime = np.ones(n + 1, dtype=np.bool_)
    prime[:2] = False
    for i in range(4, n + 1, 2):
        prime[i] = False
    i = 3
    while i * i <= n:
        if prime[i]:
            for j in range(i * i, n + 1, 2 * i):
                prime[j] = False
        i += 2
    return prime.sum()


@functools.partial(jax.jit, static_argnums=0)
def jax_sieve(n):
    """Number by number: a step of a length that is not known when compiling has no slice."""

    def cross(i, prime):
        strike = lambda state: (state[0] + i, state[1].at[state[0]].set(False))  # noqa: E731
        start = jnp.where(prime[i], i * i, n + 1)
        return lax.while_loop(lambda state: state[0] <= n, strike, (start, prime))[1]

    return lax.fori_loop(2, math.isqrt(n) + 1, cross, jnp.arange(n + 1) >= 2).sum()


@njit
def numba_insertion_sort(x):
    for i in range(1, x.shape[0]):
        key = x[i]
        j = i - 1
        while j >= 0 and x[j] > key:
            x[j + 1] = x[j]
            j -= 1
        x[j + 1] = key


jax_insertion_sort = jax.jit(jnp.sort)


@njit(fastmath=True)
def numba_histogram(x, low, high, bins):
    counts = np.zeros(bins, dtype=np.int64)
    width = (high - low) / bins
    for i in range(x.shape[0]):
        k = int((x[i] - low) / width)
        if 0 <= k < bins:
            counts[k] += 1
    return counts


@functools.partial(jax.jit, static_argnums=3)
def jax_histogram(x, low, high, bins):
    k = ((x - low) / ((high - low) / bins)).astype(int)
    return jnp.zeros(bins, dtype=int).at[jnp.where((k >= 0) & (k < bins), k, bins)].add(1, mode="drop")


@njit(fastmath=True)
def numba_correlation(x):
    n, m = x.shape
    mean, square = np.zeros(m), np.zeros(m)
    for i in range(n):
        for j in range(m):
            mean[j] += x[i, j]
    mean /= n
    scaled = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            c = x[i, j] - mean[j]
            scaled[i, j] = c
            square[j] += c * c
    scale = 1.0 / np.sqrt(square)
    for i in range(n):
        for j in range(m):
            scaled[i, j] *= scale[j]
    return np.dot(scaled.T, scaled)


@jax.jit
def jax_correlation(x):
    centred = x - x.mean(axis=0)
    scaled = centred / jnp.sqrt((centred**2).sum(axis=0))
    return scaled.T @ scaled


@njit(fastmath=True)
def numba_interpolation(x, xs, ys):
    out = np.empty(x.shape[0])
    for i in range(x.shape[0]):
        low, high = 0, xs.shape[0]
        while low < high:
            middle = (low + high) // 2
            if xs[middle] < x[i]:
                low = middle + 1
            else:
                high = middle
        j = min(max(low, 1), xs.shape[0] - 1)
        t = (x[i] - xs[j - 1]) / (xs[j] - xs[j - 1])
        out[i] = (1.0 - t) * ys[j - 1] + t * ys[j]
    return out


@jax.jit
def jax_interpolation(x, xs, ys):
    j = jnp.clip(jnp.searchsorted(xs, x), 1, len(xs) - 1)
    t = (x - xs[j - 1]) / (xs[j] - xs[j - 1])
    return (1.0 - t) * ys[j - 1] + t * ys[j]


@njit(fastmath=True)
def numba_simpson(a, b, n):
    h = (b - a) / n
    total = math.exp(-a * a) * math.cos(3.0 * a) + math.exp(-b * b) * math.cos(3.0 * b)
    for i in range(1, n):
        x = a + i * h
        total += (4.0 if i % 2 else 2.0) * math.exp(-x * x) * math.cos(3.0 * x)
    return total * h / 3.0


@functools.partial(jax.jit, static_argnums=2)
def jax_simpson(a, b, n):
    h = (b - a) / n
    i = jnp.arange(n + 1)
    x = a + i * h
    weights = jnp.where((i == 0) | (i == n), 1.0, jnp.where(i % 2 == 1, 4.0, 2.0))
    return weights @ (jnp.exp(-(x**2)) * jnp.cos(3.0 * x)) * h / 3.0


@njit(parallel=True)
def numba_collatz(limit):
    lengths = np.zeros(limit, dtype=np.int64)
    for start in prange(1, limit):
        n, length = start, 1
        while n != 1:
            n = n >> 1 if n & 1 == 0 else 3 * n + 1
            length += 1
        lengths[start] = length
    best = np.argmax(lengths)
    return best, lengths[best]


@functools.partial(jax.jit, static_argnums=0)
def jax_collatz(limit):
    def step(state):
        n, length = state
        new = jnp.where(n % 2 == 0, n // 2, 3 * n + 1)
        return jnp.where(n > 1, new, n), length + (n > 1)

    start = jnp.arange(1, limit)
    _, length = lax.while_loop(lambda state: jnp.any(state[0] > 1), step, (start, jnp.ones_like(start)))
    best = jnp.argmax(length)
    return start[best], length[best]


PROGRAMS = (
    Program(plain.logistic_map, plain.logistic_map_inputs, (4000, 2000), (9, 6), numba_logistic_map, jax_logistic_map),
    Program(plain.mandelbrot, plain.mandelbrot_inputs, (150, 60), (9, 12), numba_mandelbrot, jax_mandelbrot),
    Program(plain.life, plain.life_inputs, (120, 60), (9, 4), numba_life, jax_life),
    Program(plain.k_means, plain.k_means_inputs, (3000, 6, 12), (30, 3, 2), numba_k_means, jax_k_means),
    Program(plain.sieve, plain.sieve_inputs, (6_000_000,), (100,), numba_sieve, jax_sieve),
    Program(
        plain.insertion_sort,
        plain.insertion_sort_inputs,
        (500,),
        (15,),
        numba_insertion_sort,
        jax_insertion_sort,
        written=(0,),
    ),
    Program(plain.histogram, plain.histogram_inputs, (40_000,), (60,), numba_histogram, jax_histogram),
    Program(plain.correlation, plain.correlation_inputs, (10_000, 80), (12, 4), numba_correlation, jax_correlation),
    Program(
        plain.interpolation, plain.interpolation_inputs, (4000, 100), (15, 6), numba_interpolation, jax_interpolation
    ),
    Program(plain.simpson, plain.simpson_inputs, (20_000,), (20,), numba_simpson, jax_simpson),
    Program(plain.collatz, plain.collatz_inputs, (2000,), (30,), numba_collatz, jax_collatz),
)
