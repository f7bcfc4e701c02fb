"""Differential equations: numbers in registers in Numba, a scan over steps in JAX."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numba import njit, prange

from ..programs import odes as plain
from .record import Program


@njit(fastmath=True)
def lorenz_slope(x, y, z):
    return 10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z


@njit(fastmath=True)
def numba_lorenz(state, dt, steps):
    path = np.empty((steps, 3))
    x, y, z = state[0], state[1], state[2]
    for i in range(steps):
        ax, ay, az = lorenz_slope(x, y, z)
        bx, by, bz = lorenz_slope(x + 0.5 * dt * ax, y + 0.5 * dt * ay, z + 0.5 * dt * az)
        cx, cy, cz = lorenz_slope(x + 0.5 * dt * bx, y + 0.5 * dt * by, z + 0.5 * dt * bz)
        dx, dy, dz = lorenz_slope(x + dt * cx, y + dt * cy, z + dt * cz)
        x += dt / 6.0 * (ax + 2.0 * bx + 2.0 * cx + dx)
        y += dt / 6.0 * (ay + 2.0 * by + 2.0 * cy + dy)
        z += dt / 6.0 * (az + 2.0 * bz + 2.0 * cz + dz)
        path[i, 0], path[i, 1], path[i, 2] = x, y, z
    return path


@functools.partial(jax.jit, static_argnums=2)
def jax_lorenz(state, dt, steps):
    def slope(s):
        x, y, z = s
        return jnp.stack([10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z])

    def step(s, _):
        k1 = slope(s)
        k2 = slope(s + 0.5 * dt * k1)
        k3 = slope(s + 0.5 * dt * k2)
        k4 = slope(s + dt * k3)
        s = s + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        return s, s

    return lax.scan(step, state, None, length=steps)[1]


@njit(fastmath=True)
def numba_pendulum(theta, omega, damping, dt, steps):
    angles = np.empty(steps)
    for i in range(steps):
        omega += dt * (-9.81 * math.sin(theta) - damping * omega)
        theta += dt * omega
        angles[i] = theta
    return angles


@functools.partial(jax.jit, static_argnums=4)
def jax_pendulum(theta, omega, damping, dt, steps):
    def step(state, _):
        theta, omega = state
        omega = omega + dt * (-9.81 * jnp.sin(theta) - damping * omega)
        theta = theta + dt * omega
        return (theta, omega), theta

    return lax.scan(step, (jnp.asarray(theta), jnp.asarray(omega)), None, length=steps)[1]


@njit(fastmath=True)
def numba_lotka_volterra(prey, predators, a, b, c, d, dt, steps):
    out = np.empty((2, steps))
    for i in range(steps):
        met = prey * predators
        prey += dt * (a * prey - b * met)
        predators += dt * (c * met - d * predators)
        out[0, i], out[1, i] = prey, predators
    return out


@functools.partial(jax.jit, static_argnums=7)
def jax_lotka_volterra(prey, predators, a, b, c, d, dt, steps):
    def step(state, _):
        prey, predators = state
        met = prey * predators
        state = prey + dt * (a * prey - b * met), predators + dt * (c * met - d * predators)
        return state, state

    start = (jnp.asarray(prey), jnp.asarray(predators))
    return jnp.stack(lax.scan(step, start, None, length=steps, unroll=4)[1])


@njit(fastmath=True)
def van_der_pol_slope(x, v, mu):
    return mu * (1.0 - x * x) * v - x


@njit(fastmath=True, parallel=True)
def numba_van_der_pol(x, v, mu, dt, steps):
    """All steps of a block of oscillators, so that they go through vector registers."""
    n, block = x.shape[0], 64
    x, v = x.copy(), v.copy()
    for first in prange((n + block - 1) // block):
        low, high = first * block, min(n, first * block + block)
        for _ in range(steps):
            for i in range(low, high):
                a, b, m = x[i], v[i], mu[i]
                l1 = van_der_pol_slope(a, b, m)
                k2 = b + 0.5 * dt * l1
                l2 = van_der_pol_slope(a + 0.5 * dt * b, k2, m)
                k3 = b + 0.5 * dt * l2
                l3 = van_der_pol_slope(a + 0.5 * dt * k2, k3, m)
                k4 = b + dt * l3
                l4 = van_der_pol_slope(a + dt * k3, k4, m)
                x[i] = a + dt / 6.0 * (b + 2.0 * k2 + 2.0 * k3 + k4)
                v[i] = b + dt / 6.0 * (l1 + 2.0 * l2 + 2.0 * l3 + l4)
    return x, v


@functools.partial(jax.jit, static_argnums=4)
def jax_van_der_pol(x, v, mu, dt, steps):
    def slope(x, v):
        return v, mu * (1.0 - x**2) * v - x

    def step(_, state):
        x, v = state
        k1, l1 = slope(x, v)
        k2, l2 = slope(x + 0.5 * dt * k1, v + 0.5 * dt * l1)
        k3, l3 = slope(x + 0.5 * dt * k2, v + 0.5 * dt * l2)
        k4, l4 = slope(x + dt * k3, v + dt * l3)
        return x + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4), v + dt / 6.0 * (l1 + 2.0 * l2 + 2.0 * l3 + l4)

    return lax.fori_loop(0, steps, step, (x, v))


@njit(fastmath=True)
def numba_n_body(position, velocity, mass, dt, steps):
    n = mass.shape[0]
    for _ in range(steps):
        for i in range(n):
            ax = ay = az = 0.0
            for j in range(n):
                dx = position[j, 0] - position[i, 0]
                dy = position[j, 1] - position[i, 1]
                dz = position[j, 2] - position[i, 2]
                r2 = dx * dx + dy * dy + dz * dz + 0.01
                pull = mass[j] / (r2 * math.sqrt(r2))
                ax += pull * dx
                ay += pull * dy
                az += pull * dz
            velocity[i, 0] += dt * ax
            velocity[i, 1] += dt * ay
            velocity[i, 2] += dt * az
        for i in range(n):
            for k in range(3):
                position[i, k] += dt * velocity[i, k]
    kinetic = 0.0
    for i in range(n):
        kinetic += 0.5 * mass[i] * (velocity[i, 0] ** 2 + velocity[i, 1] ** 2 + velocity[i, 2] ** 2)
    return position, kinetic


@functools.partial(jax.jit, static_argnums=4)
def jax_n_body(position, velocity, mass, dt, steps):
    def step(_, state):
        position, velocity = state
        d = position[None, :, :] - position[:, None, :]
        r2 = (d**2).sum(axis=2) + 0.01
        pull = mass / (r2 * jnp.sqrt(r2))
        velocity = velocity + dt * (pull[:, :, None] * d).sum(axis=1)
        return position + dt * velocity, velocity

    position, velocity = lax.fori_loop(0, steps, step, (position, velocity))
    return position, 0.5 * jnp.sum(mass * jnp.sum(velocity**2, axis=1))


@njit(fastmath=True)
def numba_kuramoto(theta, omega, coupling, dt, steps):
    n = theta.shape[0]
    theta, new, order = theta.copy(), np.empty(n), np.empty(steps)
    for t in range(steps):
        for i in range(n):
            total = 0.0
            for j in range(n):
                total += math.sin(theta[j] - theta[i])
            new[i] = theta[i] + dt * (omega[i] + coupling * total / n)
        theta, new = new, theta
        x = y = 0.0
        for i in range(n):
            x += math.cos(theta[i])
            y += math.sin(theta[i])
        order[t] = math.sqrt(x * x + y * y) / n
    return theta, order


@functools.partial(jax.jit, static_argnums=4)
def jax_kuramoto(theta, omega, coupling, dt, steps):
    def step(theta, _):
        pull = jnp.sin(theta - theta[:, None]).mean(axis=1)
        theta = theta + dt * (omega + coupling * pull)
        return theta, jnp.hypot(jnp.cos(theta).mean(), jnp.sin(theta).mean())

    return lax.scan(step, theta, None, length=steps)


PROGRAMS = (
    Program(plain.lorenz, plain.lorenz_inputs, (800,), (20,), numba_lorenz, jax_lorenz),
    Program(plain.pendulum, plain.pendulum_inputs, (20_000,), (20,), numba_pendulum, jax_pendulum),
    Program(
        plain.lotka_volterra, plain.lotka_volterra_inputs, (40_000,), (20,), numba_lotka_volterra, jax_lotka_volterra
    ),
    Program(plain.van_der_pol, plain.van_der_pol_inputs, (2000, 200), (6, 4), numba_van_der_pol, jax_van_der_pol),
    Program(plain.n_body, plain.n_body_inputs, (12, 12), (4, 3), numba_n_body, jax_n_body),
    Program(plain.kuramoto, plain.kuramoto_inputs, (120, 50), (7, 4), numba_kuramoto, jax_kuramoto),
)
