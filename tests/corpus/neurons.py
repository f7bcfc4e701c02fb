"""Spiking neurons: single cells, populations, networks as nested classes."""

# ruff: noqa: E741

import numpy as np

from .table import program

G = np.random.default_rng(43)


@program(np.full(60, 1.6), narrow=True)
def integrate_and_fire(current):
    v, refractory = -65.0, 0
    trace = np.zeros(len(current))
    spikes = np.zeros(len(current), dtype=bool)
    for t in range(len(current)):
        if refractory > 0:
            refractory -= 1
            v = -65.0
        else:
            v += 0.5 * (-(v + 65.0) / 10.0 + current[t] * 2)
            if v >= -50.0:
                v = -65.0
                refractory = 4
                spikes[t] = True
        trace[t] = v
    return trace, np.flatnonzero(spikes).size


@program(30, 8.0)
def hodgkin_huxley(steps, current):
    dt = 0.02
    v, m, h, n = -65.0, 0.05, 0.6, 0.32
    vs = np.zeros(steps)
    for i in range(steps):
        am = 0.1 * (v + 40) / (1 - np.exp(-(v + 40) / 10))
        bm = 4 * np.exp(-(v + 65) / 18)
        ah = 0.07 * np.exp(-(v + 65) / 20)
        bh = 1 / (1 + np.exp(-(v + 35) / 10))
        an = 0.01 * (v + 55) / (1 - np.exp(-(v + 55) / 10))
        bn = 0.125 * np.exp(-(v + 65) / 80)
        m += dt * (am * (1 - m) - bm * m)
        h += dt * (ah * (1 - h) - bh * h)
        n += dt * (an * (1 - n) - bn * n)
        ionic = 120 * m**3 * h * (v - 50) + 36 * n**4 * (v + 77) + 0.3 * (v + 54.4)
        v += dt * (current - ionic)
        vs[i] = v
    return vs, m, h, n


@program(G.standard_normal((12, 15)), G.random((15, 15)) - 0.4)
def izhikevich_network(noise, S):
    n = S.shape[0]
    excitatory = np.arange(n) < 12
    a = np.where(excitatory, 0.02, 0.1)
    d = np.where(excitatory, 8.0, 2.0)
    v = -65.0 * np.ones(n)
    u = 0.2 * v
    v[::3] = 31.0
    rates = np.zeros(n)
    for t in range(len(noise)):
        I = 15.0 * noise[t]
        fired = np.where(v >= 30)[0]
        v[fired] = -65.0
        u[fired] = u[fired] + d[fired]
        rates[fired] += 1
        I = I + np.sum(S[:, fired], axis=1)
        v += 0.5 * (0.04 * v**2 + 5 * v + 140 - u + I)
        v += 0.5 * (0.04 * v**2 + 5 * v + 140 - u + I)
        u += a * (0.2 * v - u)
        v = np.minimum(v, 35.0)
    return rates, v


class Neurons:
    def __init__(self, size, tau):
        self.size = size
        self.tau = tau
        self.v = np.zeros(size)
        self.spike = np.zeros(size, dtype=bool)
        self.input = np.zeros(size)

    def update(self, dt):
        self.v += dt * (-self.v + self.input) / self.tau
        self.spike[:] = self.v > 1.0
        self.v[self.spike] = 0.0
        self.input[:] = 0.0


class Synapse:
    def __init__(self, pre, post, weights):
        self.pre = pre
        self.post = post
        self.w = weights
        self.g = np.zeros(post.size)

    def update(self, dt):
        self.g *= np.exp(-dt / 5.0)
        for i in range(self.pre.size):
            if self.pre.spike[i]:
                self.g += self.w[i]
        self.post.input += self.g


class SpikingNetwork:
    """Two populations, and what connects them, each an object of its own."""

    def __init__(self, n, m):
        self.E = Neurons(n, 10.0)
        self.I = Neurons(m, 5.0)
        self.synapses = [
            Synapse(self.E, self.I, 0.3 * np.ones((n, m))),
            Synapse(self.I, self.E, -0.2 * np.ones((m, n))),
        ]
        self.count = np.zeros(n + m, dtype=int)

    def step(self, external, dt):
        self.E.input += external
        for syn in self.synapses:
            syn.update(dt)
        for pop in (self.E, self.I):
            pop.update(dt)
        self.count[: self.E.size] += self.E.spike
        self.count[self.E.size :] += self.I.spike

    def run(self, external, steps, dt=0.5):
        for t in range(steps):
            self.step(external, dt)
        return self.count.sum()


program(np.linspace(1.2, 3.0, 5), 40, build=(5, 3), method="run")(SpikingNetwork)


class HodgkinHuxleyPopulation:
    """Gates are objects with a state array each."""

    class Gate:
        def __init__(self, n, start, rates):
            self.x = np.full(n, start)
            self.rates = rates

        def update(self, v, dt):
            if self.rates == "m":
                a = 0.1 * (v + 40) / (1 - np.exp(-(v + 40) / 10))
                b = 4 * np.exp(-(v + 65) / 18)
            elif self.rates == "h":
                a = 0.07 * np.exp(-(v + 65) / 20)
                b = 1 / (1 + np.exp(-(v + 35) / 10))
            else:
                a = 0.01 * (v + 55) / (1 - np.exp(-(v + 55) / 10))
                b = 0.125 * np.exp(-(v + 65) / 80)
            self.x += dt * (a * (1 - self.x) - b * self.x)

    def __init__(self, n):
        self.v = np.linspace(-65.0, -60.0, n)
        self.m = self.Gate(n, 0.05, "m")
        self.h = self.Gate(n, 0.6, "h")
        self.n = self.Gate(n, 0.32, "n")

    def current(self):
        sodium = 120 * self.m.x**3 * self.h.x * (self.v - 50)
        potassium = 36 * self.n.x**4 * (self.v + 77)
        return sodium + potassium + 0.3 * (self.v + 54.4)

    def run(self, steps, drive):
        record = np.zeros((steps, len(self.v)))
        for i in range(steps):
            for gate in (self.m, self.h, self.n):
                gate.update(self.v, 0.02)
            self.v += 0.02 * (drive - self.current())
            record[i] = self.v
        return record


program(20, 7.0, build=(4,), method="run")(HodgkinHuxleyPopulation)


@program(G.random((8, 30)) < 0.15, 0.5)
def spike_timing_dependent_plasticity(spikes, w0):
    n, T = spikes.shape
    w = np.full(n, w0)
    pre = np.zeros(n)
    post = 0.0
    v = 0.0
    outputs = 0
    for t in range(T):
        pre *= 0.9
        post *= 0.9
        v *= 0.8
        for i in range(n):
            if spikes[i, t]:
                v += w[i]
                pre[i] += 1.0
                w[i] = max(0.0, w[i] - 0.02 * post)
        if v > 1.0:
            v = 0.0
            outputs += 1
            post += 1.0
            w = np.minimum(w + 0.03 * pre, 1.0)
    return w, outputs, v


@program(np.array([[1, -1, 1, -1, 1, 1], [1, 1, -1, -1, -1, 1]]), np.array([1, -1, 1, 1, 1, 1]))
def hopfield(patterns, probe):
    n = patterns.shape[1]
    W = np.zeros((n, n))
    for p in patterns:
        W += np.outer(p, p)
    np.fill_diagonal(W, 0)
    W /= len(patterns)
    state = probe.copy()
    for sweep in range(10):
        before = state.copy()
        for i in range(n):
            field = W[i] @ state
            if field > 0:
                state[i] = 1
            elif field < 0:
                state[i] = -1
        if np.array_equal(before, state):
            break
    return state, -0.5 * state @ W @ state, sweep
