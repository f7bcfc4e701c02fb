"""Networks of spiking neurons, some of them as classes with state."""

import numpy as np


class Leaky:
    """Leaky integrate-and-fire neurons that reach one another."""

    def __init__(self, n, rng):
        self.v = rng.uniform(-65.0, -50.0, n)
        self.g = np.zeros(n)
        self.refractory = np.zeros(n)
        self.weights = rng.normal(0.3, 0.1, (n, n)) * (rng.random((n, n)) < 0.1)
        self.dt = 0.5

    def step(self, drive):
        self.g *= 1.0 - self.dt / 5.0
        self.v += self.dt / 20.0 * (-65.0 - self.v + drive + self.g)
        self.v[self.refractory > 0.0] = -65.0
        self.refractory -= self.dt
        fired = self.v > -50.0
        self.v[fired] = -65.0
        self.refractory[fired] = 2.0
        self.g += self.weights @ fired
        return fired.sum()


def leaky_network(network, drive):
    counts = np.zeros(len(drive))
    for t in range(len(drive)):
        counts[t] = network.step(drive[t])
    return counts


def leaky_network_inputs(n, steps):
    rng = np.random.default_rng(81)
    return Leaky(n, rng), 18.0 + rng.normal(size=(steps, n))


def izhikevich(v, u, a, b, c, d, weights, noise):
    raster = np.zeros(noise.shape, dtype=bool)
    for t in range(len(noise)):
        fired = v >= 30.0
        raster[t] = fired
        v = np.where(fired, c, v)
        u = np.where(fired, u + d, u)
        current = noise[t] + weights[:, fired].sum(axis=1)
        v = v + 0.5 * (0.04 * v**2 + 5.0 * v + 140.0 - u + current)
        v = v + 0.5 * (0.04 * v**2 + 5.0 * v + 140.0 - u + current)
        u = u + a * (b * v - u)
    return raster, v


def izhikevich_inputs(n, steps):
    rng = np.random.default_rng(82)
    r = rng.random(n)
    v = np.full(n, -65.0)
    b = np.full(n, 0.2)
    c, d = -65.0 + 15.0 * r**2, 8.0 - 6.0 * r**2
    weights = 0.5 * rng.random((n, n)) * np.where(np.arange(n) < 0.8 * n, 1.0, -2.0)
    return v, b * v, np.full(n, 0.02), b, c, d, weights, 5.0 * rng.normal(size=(steps, n))


def hodgkin_huxley(v, m, h, n, current, dt, steps):
    trace = np.zeros((steps, len(v)))
    for t in range(steps):
        alpha_m = 0.1 * (v + 40.0) / (1.0 - np.exp(-(v + 40.0) / 10.0))
        beta_m = 4.0 * np.exp(-(v + 65.0) / 18.0)
        alpha_h = 0.07 * np.exp(-(v + 65.0) / 20.0)
        beta_h = 1.0 / (1.0 + np.exp(-(v + 35.0) / 10.0))
        alpha_n = 0.01 * (v + 55.0) / (1.0 - np.exp(-(v + 55.0) / 10.0))
        beta_n = 0.125 * np.exp(-(v + 65.0) / 80.0)
        sodium = 120.0 * m**3 * h * (v - 50.0)
        potassium = 36.0 * n**4 * (v + 77.0)
        leak = 0.3 * (v + 54.387)
        m = m + dt * (alpha_m * (1.0 - m) - beta_m * m)
        h = h + dt * (alpha_h * (1.0 - h) - beta_h * h)
        n = n + dt * (alpha_n * (1.0 - n) - beta_n * n)
        v = v + dt * (current - sodium - potassium - leak)
        trace[t] = v
    return trace


def hodgkin_huxley_inputs(cells, steps):
    rng = np.random.default_rng(83)
    ones = np.ones(cells)
    v = -65.0 + rng.random(cells)
    return v, 0.05 * ones, 0.6 * ones, 0.32 * ones, 10.0 + 2.0 * rng.random(cells), 0.01, steps


class Plastic:
    """Synapses that change with the times of spikes."""

    def __init__(self, before, after, rng):
        self.w = rng.random((before, after))
        self.trace_before = np.zeros(before)
        self.trace_after = np.zeros(after)

    def learn(self, before, after):
        self.trace_before = 0.95 * self.trace_before + before
        self.trace_after = 0.95 * self.trace_after + after
        self.w += 0.01 * np.outer(self.trace_before, after)
        self.w -= 0.012 * np.outer(before, self.trace_after)
        self.w = np.clip(self.w, 0.0, 1.0)


def plasticity(synapses, before, after):
    for t in range(len(before)):
        synapses.learn(before[t], after[t])
    return synapses.w


def plasticity_inputs(n, steps):
    rng = np.random.default_rng(84)
    spikes = [(rng.random((steps, n)) < 0.05).astype(float) for _ in range(2)]
    return Plastic(n, n, rng), *spikes
