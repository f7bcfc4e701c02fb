"""Monte Carlo: one loop over the draws in Numba, whole arrays or a scan in JAX."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numba import njit, prange

from ..programs import chance as plain
from .record import Program


@njit(fastmath=True)
def numba_monte_carlo_pi(x, y):
    inside = 0
    for i in range(x.shape[0]):
        inside += x[i] * x[i] + y[i] * y[i] < 1.0
    return 4.0 * inside / x.shape[0]


@jax.jit
def jax_monte_carlo_pi(x, y):
    return 4.0 * jnp.sum(x**2 + y**2 < 1.0) / len(x)


@njit(fastmath=True, parallel=True)
def numba_asian_option(z, s0, strike, r, sigma, years):
    steps, paths = z.shape
    dt = years / steps
    drift, spread = (r - 0.5 * sigma * sigma) * dt, sigma * math.sqrt(dt)
    block = 256
    payoff = 0.0
    for first in prange((paths + block - 1) // block):
        low, high = first * block, min(paths, first * block + block)
        s, total = np.full(high - low, s0), np.zeros(high - low)
        for t in range(steps):
            for p in range(high - low):
                s[p] *= math.exp(drift + spread * z[t, low + p])
                total[p] += s[p]
        part = 0.0
        for p in range(high - low):
            part += max(total[p] / steps - strike, 0.0)
        payoff += part
    return math.exp(-r * years) * payoff / paths


@jax.jit
def jax_asian_option(z, s0, strike, r, sigma, years):
    dt = years / z.shape[0]
    growth = jnp.cumsum((r - 0.5 * sigma**2) * dt + sigma * jnp.sqrt(dt) * z, axis=0)
    average = s0 * jnp.exp(growth).mean(axis=0)
    return jnp.exp(-r * years) * jnp.maximum(average - strike, 0.0).mean()


@njit(fastmath=True)
def numba_ising(spins, rows, columns, uniform, beta):
    n = spins.shape[0]
    chances = np.empty(17)
    for energy in range(17):
        chances[energy] = math.exp(-beta * energy)
    for t in range(rows.shape[0]):
        i, j = rows[t], columns[t]
        down, up = (i + 1 if i + 1 < n else 0), (i - 1 if i else n - 1)
        right, left = (j + 1 if j + 1 < n else 0), (j - 1 if j else n - 1)
        energy = 2 * spins[i, j] * (spins[down, j] + spins[up, j] + spins[i, right] + spins[i, left])
        if energy <= 0 or uniform[t] < chances[energy]:
            spins[i, j] = -spins[i, j]
    return spins, spins.sum() / (n * n)


@jax.jit
def jax_ising(spins, rows, columns, uniform, beta):
    n = spins.shape[0]

    def flip(spins, draw):
        i, j, u = draw
        around = spins[(i + 1) % n, j] + spins[(i - 1) % n, j] + spins[i, (j + 1) % n] + spins[i, (j - 1) % n]
        energy = 2 * spins[i, j] * around
        flips = (energy <= 0) | (u < jnp.exp(-beta * energy))
        return spins.at[i, j].multiply(jnp.where(flips, -1, 1)), None

    spins = lax.scan(flip, spins, (rows, columns, uniform))[0]
    return spins, spins.mean()


@njit(fastmath=True, parallel=True)
def numba_bootstrap(x, picks):
    samples, n = picks.shape
    means = np.empty(samples)
    for i in prange(samples):
        total = 0.0
        for j in range(n):
            total += x[picks[i, j]]
        means[i] = total / n
    return means.std(), np.percentile(means, np.array([2.5, 97.5]))


@jax.jit
def jax_bootstrap(x, picks):
    means = x[picks].mean(axis=1)
    return means.std(), jnp.percentile(means, jnp.array([2.5, 97.5]))


@njit(fastmath=True)
def numba_random_walk(steps):
    n, walkers, _ = steps.shape
    position = np.zeros((walkers, 2))
    mean, top = np.empty(n), np.zeros(walkers)
    for t in range(n):
        total = 0.0
        for w in range(walkers):
            position[w, 0] += steps[t, w, 0]
            position[w, 1] += steps[t, w, 1]
            distance = math.sqrt(position[w, 0] ** 2 + position[w, 1] ** 2)
            total += distance
            top[w] = max(top[w], distance)
        mean[t] = total / walkers
    return mean, top


@jax.jit
def jax_random_walk(steps):
    walkers = steps.shape[1]

    def step(state, move):
        position, top = state
        position = position + move
        distance = jnp.sqrt((position**2).sum(axis=1))
        return (position, jnp.maximum(top, distance)), distance.mean()

    (_, top), mean = lax.scan(step, (jnp.zeros((walkers, 2)), jnp.zeros(walkers)), steps)
    return mean, top


@njit(fastmath=True)
def numba_metropolis(x0, width, proposals, uniform):
    n = proposals.shape[0]
    chain, x = np.empty(n), x0
    log_p = -0.5 * x * x - 0.1 * x * x * x * x
    for i in range(n):
        new = x + width * proposals[i]
        square = new * new
        log_new = -0.5 * square - 0.1 * square * square
        if math.log(uniform[i]) < log_new - log_p:
            x, log_p = new, log_new
        chain[i] = x
    return chain


@jax.jit
def jax_metropolis(x0, width, proposals, uniform):
    def log_density(x):
        square = x * x
        return -0.5 * square - 0.1 * square * square

    def step(state, draw):
        x, log_p = state
        move, bar = draw
        new = x + move
        log_new = log_density(new)
        taken = bar < log_new - log_p
        x = jnp.where(taken, new, x)
        return (x, jnp.where(taken, log_new, log_p)), x

    x0 = jnp.asarray(x0)
    return lax.scan(step, (x0, log_density(x0)), (width * proposals, jnp.log(uniform)), unroll=4)[1]


PROGRAMS = (
    Program(
        plain.monte_carlo_pi, plain.monte_carlo_pi_inputs, (30_000,), (50,), numba_monte_carlo_pi, jax_monte_carlo_pi
    ),
    Program(plain.asian_option, plain.asian_option_inputs, (50, 60_000), (5, 9), numba_asian_option, jax_asian_option),
    Program(plain.ising, plain.ising_inputs, (64, 6_000), (6, 60), numba_ising, jax_ising),
    Program(plain.bootstrap, plain.bootstrap_inputs, (1000, 2000), (15, 8), numba_bootstrap, jax_bootstrap),
    Program(plain.random_walk, plain.random_walk_inputs, (700, 500), (7, 4), numba_random_walk, jax_random_walk),
    Program(plain.metropolis, plain.metropolis_inputs, (12_000,), (40,), numba_metropolis, jax_metropolis),
)
