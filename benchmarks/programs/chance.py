"""Monte Carlo; the draws are arguments, so that all sides compute with the same."""

import numpy as np


def monte_carlo_pi(x, y):
    inside = 0
    for i in range(len(x)):
        if x[i] ** 2 + y[i] ** 2 < 1.0:
            inside += 1
    return 4.0 * inside / len(x)


def monte_carlo_pi_inputs(n):
    rng = np.random.default_rng(41)
    return rng.random(n), rng.random(n)


def asian_option(z, s0, strike, r, sigma, years):
    steps = z.shape[0]
    dt = years / steps
    s = np.full(z.shape[1], s0)
    total = np.zeros(z.shape[1])
    for t in range(steps):
        s = s * np.exp((r - 0.5 * sigma**2) * dt + sigma * np.sqrt(dt) * z[t])
        total += s
    payoff = np.maximum(total / steps - strike, 0.0)
    return np.exp(-r * years) * payoff.mean()


def asian_option_inputs(steps, paths):
    return np.random.default_rng(42).normal(size=(steps, paths)), 100.0, 105.0, 0.03, 0.2, 1.0


def ising(spins, rows, columns, uniform, beta):
    n = spins.shape[0]
    for i, j, u in zip(rows, columns, uniform):
        neighbours = spins[(i + 1) % n, j] + spins[i - 1, j] + spins[i, (j + 1) % n] + spins[i, j - 1]
        energy = 2 * spins[i, j] * neighbours
        if energy <= 0 or u < np.exp(-beta * energy):
            spins[i, j] = -spins[i, j]
    return spins, spins.mean()


def ising_inputs(n, flips):
    rng = np.random.default_rng(43)
    spins = 2 * rng.integers(0, 2, (n, n)) - 1
    return spins, rng.integers(0, n, flips), rng.integers(0, n, flips), rng.random(flips), 0.44


def bootstrap(x, picks):
    means = np.empty(len(picks))
    for i in range(len(picks)):
        sample = x[picks[i]]
        means[i] = sample.mean()
    return means.std(), np.percentile(means, [2.5, 97.5])


def bootstrap_inputs(n, samples):
    rng = np.random.default_rng(44)
    return rng.normal(size=n), rng.integers(0, n, (samples, n))


def random_walk(steps):
    position = np.cumsum(steps, axis=0)
    distance = np.sqrt((position**2).sum(axis=2))
    return distance.mean(axis=1), distance.max(axis=0)


def random_walk_inputs(steps, walkers):
    return (np.random.default_rng(45).choice([-1.0, 1.0], (steps, walkers, 2)),)


def metropolis(x0, width, proposals, uniform):
    x = x0
    chain = np.zeros(len(proposals))
    log_p = -0.5 * x**2 - 0.1 * x**4
    for i in range(len(proposals)):
        new = x + width * proposals[i]
        log_new = -0.5 * new**2 - 0.1 * new**4
        if np.log(uniform[i]) < log_new - log_p:
            x, log_p = new, log_new
        chain[i] = x
    return chain


def metropolis_inputs(n):
    rng = np.random.default_rng(46)
    return 0.5, 1.5, rng.normal(size=n), rng.random(n)
