"""Spiking neurons: their classes hold the arrays, functions of arrays compute."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numba import njit, prange

from ..programs import spiking as plain
from .record import Program


@njit(fastmath=True)
def leaky_steps(v, g, refractory, weights, dt, drive):
    steps, n = drive.shape
    counts, inflow = np.zeros(steps), np.zeros(n)
    spikes = np.empty(n, dtype=np.int64)
    for t in range(steps):
        fired = 0
        for i in range(n):
            g[i] *= 1.0 - dt / 5.0
            v[i] += dt / 20.0 * (-65.0 - v[i] + drive[t, i] + g[i])
            if refractory[i] > 0.0:
                v[i] = -65.0
            refractory[i] -= dt
            if v[i] > -50.0:
                v[i] = -65.0
                refractory[i] = 2.0
                spikes[fired] = i
                fired += 1
        for i in range(n):
            inflow[i] = 0.0
            for k in range(fired):
                inflow[i] += weights[i, spikes[k]]
            g[i] += inflow[i]
        counts[t] = fired
    return counts


def numba_leaky_network(network, drive):
    return leaky_steps(network.v, network.g, network.refractory, network.weights, network.dt, drive)


@functools.partial(jax.jit, static_argnums=4)
def leaky_scan(v, g, refractory, weights, dt, drive):
    def step(state, drive):
        v, g, refractory = state
        g = g * (1.0 - dt / 5.0)
        v = v + dt / 20.0 * (-65.0 - v + drive + g)
        v = jnp.where(refractory > 0.0, -65.0, v)
        refractory = refractory - dt
        fired = v > -50.0
        v = jnp.where(fired, -65.0, v)
        refractory = jnp.where(fired, 2.0, refractory)
        g = lax.cond(fired.any(), lambda: g + weights @ fired.astype(g.dtype), lambda: g)
        return (v, g, refractory), fired.sum().astype(float)

    return lax.scan(step, (v, g, refractory), drive)


def jax_leaky_network(network, drive):
    state, counts = leaky_scan(network.v, network.g, network.refractory, network.weights, network.dt, drive)
    network.v, network.g, network.refractory = state
    return counts


@njit(fastmath=True)
def numba_izhikevich(v, u, a, b, c, d, weights, noise):
    steps, n = noise.shape
    v, u = v.copy(), u.copy()
    raster, spikes = np.zeros((steps, n), dtype=np.bool_), np.empty(n, dtype=np.int64)
    for t in range(steps):
        fired = 0
        for i in range(n):
            if v[i] >= 30.0:
                raster[t, i] = True
                v[i] = c[i]
                u[i] += d[i]
                spikes[fired] = i
                fired += 1
        for i in range(n):
            total = noise[t, i]
            for k in range(fired):
                total += weights[i, spikes[k]]
            x = v[i]
            x += 0.5 * (0.04 * x * x + 5.0 * x + 140.0 - u[i] + total)
            x += 0.5 * (0.04 * x * x + 5.0 * x + 140.0 - u[i] + total)
            v[i] = x
            u[i] += a[i] * (b[i] * x - u[i])
    return raster, v


@jax.jit
def jax_izhikevich(v, u, a, b, c, d, weights, noise):
    def step(state, noise):
        v, u = state
        fired = v >= 30.0
        v = jnp.where(fired, c, v)
        u = jnp.where(fired, u + d, u)
        current = noise + weights @ fired.astype(v.dtype)
        v = v + 0.5 * (0.04 * v**2 + 5.0 * v + 140.0 - u + current)
        v = v + 0.5 * (0.04 * v**2 + 5.0 * v + 140.0 - u + current)
        return (v, u + a * (b * v - u)), fired

    (v, _), raster = lax.scan(step, (v, u), noise)
    return raster, v


@njit(fastmath=True, parallel=True)
def numba_hodgkin_huxley(v, m, h, n, current, dt, steps):
    cells = v.shape[0]
    trace = np.empty((steps, cells))
    for i in prange(cells):
        vi, mi, hi, ni = v[i], m[i], h[i], n[i]
        for t in range(steps):
            alpha_m = 0.1 * (vi + 40.0) / (1.0 - math.exp(-(vi + 40.0) / 10.0))
            beta_m = 4.0 * math.exp(-(vi + 65.0) / 18.0)
            alpha_h = 0.07 * math.exp(-(vi + 65.0) / 20.0)
            beta_h = 1.0 / (1.0 + math.exp(-(vi + 35.0) / 10.0))
            alpha_n = 0.01 * (vi + 55.0) / (1.0 - math.exp(-(vi + 55.0) / 10.0))
            beta_n = 0.125 * math.exp(-(vi + 65.0) / 80.0)
            sodium = 120.0 * mi * mi * mi * hi * (vi - 50.0)
            potassium = 36.0 * ni * ni * ni * ni * (vi + 77.0)
            leak = 0.3 * (vi + 54.387)
            mi += dt * (alpha_m * (1.0 - mi) - beta_m * mi)
            hi += dt * (alpha_h * (1.0 - hi) - beta_h * hi)
            ni += dt * (alpha_n * (1.0 - ni) - beta_n * ni)
            vi += dt * (current[i] - sodium - potassium - leak)
            trace[t, i] = vi
    return trace


@functools.partial(jax.jit, static_argnums=6)
def jax_hodgkin_huxley(v, m, h, n, current, dt, steps):
    def step(state, _):
        v, m, h, n = state
        alpha_m = 0.1 * (v + 40.0) / (1.0 - jnp.exp(-(v + 40.0) / 10.0))
        beta_m = 4.0 * jnp.exp(-(v + 65.0) / 18.0)
        alpha_h = 0.07 * jnp.exp(-(v + 65.0) / 20.0)
        beta_h = 1.0 / (1.0 + jnp.exp(-(v + 35.0) / 10.0))
        alpha_n = 0.01 * (v + 55.0) / (1.0 - jnp.exp(-(v + 55.0) / 10.0))
        beta_n = 0.125 * jnp.exp(-(v + 65.0) / 80.0)
        currents = 120.0 * m**3 * h * (v - 50.0) + 36.0 * n**4 * (v + 77.0) + 0.3 * (v + 54.387)
        new = v + dt * (current - currents)
        m = m + dt * (alpha_m * (1.0 - m) - beta_m * m)
        h = h + dt * (alpha_h * (1.0 - h) - beta_h * h)
        return (new, m, h, n + dt * (alpha_n * (1.0 - n) - beta_n * n)), new

    return lax.scan(step, (v, m, h, n), None, length=steps)[1]


@njit(fastmath=True)
def plastic_steps(w, trace_before, trace_after, before, after):
    n, m = w.shape
    for t in range(before.shape[0]):
        for j in range(m):
            trace_after[j] = 0.95 * trace_after[j] + after[t, j]
        for i in range(n):
            trace_before[i] = 0.95 * trace_before[i] + before[t, i]
            up, down = 0.01 * trace_before[i], 0.012 * before[t, i]
            for j in range(m):
                w[i, j] = min(max(w[i, j] + up * after[t, j] - down * trace_after[j], 0.0), 1.0)
    return w


def numba_plasticity(synapses, before, after):
    return plastic_steps(synapses.w, synapses.trace_before, synapses.trace_after, before, after)


@jax.jit
def plastic_scan(w, trace_before, trace_after, before, after):
    def step(state, spikes):
        w, trace_before, trace_after = state
        before, after = spikes
        trace_before = 0.95 * trace_before + before
        trace_after = 0.95 * trace_after + after
        w = w + 0.01 * trace_before[:, None] * after - 0.012 * before[:, None] * trace_after
        return (jnp.clip(w, 0.0, 1.0), trace_before, trace_after), None

    return lax.scan(step, (w, trace_before, trace_after), (before, after))[0]


def jax_plasticity(synapses, before, after):
    state = plastic_scan(synapses.w, synapses.trace_before, synapses.trace_after, before, after)
    synapses.w, synapses.trace_before, synapses.trace_after = state
    return synapses.w


PROGRAMS = (
    Program(
        plain.leaky_network, plain.leaky_network_inputs, (300, 400), (20, 40), numba_leaky_network, jax_leaky_network
    ),
    Program(plain.izhikevich, plain.izhikevich_inputs, (300, 400), (20, 40), numba_izhikevich, jax_izhikevich),
    Program(
        plain.hodgkin_huxley,
        plain.hodgkin_huxley_inputs,
        (200, 200),
        (4, 20),
        numba_hodgkin_huxley,
        jax_hodgkin_huxley,
    ),
    Program(plain.plasticity, plain.plasticity_inputs, (100, 300), (7, 30), numba_plasticity, jax_plasticity),
)
