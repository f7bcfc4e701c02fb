"""Ordinary differential equations, step by step."""

import numpy as np


def lorenz(state, dt, steps):
    def slope(s):
        x, y, z = s
        return np.array([10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z])

    path = np.zeros((steps, 3))
    for i in range(steps):
        k1 = slope(state)
        k2 = slope(state + 0.5 * dt * k1)
        k3 = slope(state + 0.5 * dt * k2)
        k4 = slope(state + dt * k3)
        state = state + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        path[i] = state
    return path


def lorenz_inputs(steps):
    return np.array([1.0, 1.0, 20.0]), 0.005, steps


def pendulum(theta, omega, damping, dt, steps):
    angles = np.zeros(steps)
    for i in range(steps):
        omega = omega + dt * (-9.81 * np.sin(theta) - damping * omega)
        theta = theta + dt * omega
        angles[i] = theta
    return angles


def pendulum_inputs(steps):
    return 1.0, 0.0, 0.1, 0.001, steps


def lotka_volterra(prey, predators, a, b, c, d, dt, steps):
    out = np.zeros((2, steps))
    for i in range(steps):
        new_prey = prey + dt * (a * prey - b * prey * predators)
        predators = predators + dt * (c * prey * predators - d * predators)
        prey = new_prey
        out[0, i], out[1, i] = prey, predators
    return out


def lotka_volterra_inputs(steps):
    return 10.0, 5.0, 1.1, 0.4, 0.1, 0.4, 0.001, steps


def van_der_pol(x, v, mu, dt, steps):
    def slope(x, v):
        return v, mu * (1.0 - x**2) * v - x

    for _ in range(steps):
        k1x, k1v = slope(x, v)
        k2x, k2v = slope(x + 0.5 * dt * k1x, v + 0.5 * dt * k1v)
        k3x, k3v = slope(x + 0.5 * dt * k2x, v + 0.5 * dt * k2v)
        k4x, k4v = slope(x + dt * k3x, v + dt * k3v)
        x = x + dt / 6.0 * (k1x + 2.0 * k2x + 2.0 * k3x + k4x)
        v = v + dt / 6.0 * (k1v + 2.0 * k2v + 2.0 * k3v + k4v)
    return x, v


def van_der_pol_inputs(n, steps):
    rng = np.random.default_rng(91)
    return rng.normal(size=n), rng.normal(size=n), np.linspace(0.5, 3.0, n), 0.01, steps


def n_body(position, velocity, mass, dt, steps):
    n = len(mass)
    for _ in range(steps):
        for i in range(n):
            for j in range(n):
                if i != j:
                    d = position[j] - position[i]
                    r2 = np.sum(d**2) + 0.01
                    velocity[i] += dt * mass[j] * d / r2**1.5
        position += dt * velocity
    kinetic = 0.5 * np.sum(mass * np.sum(velocity**2, axis=1))
    return position, kinetic


def n_body_inputs(n, steps):
    rng = np.random.default_rng(92)
    return rng.normal(size=(n, 3)), 0.1 * rng.normal(size=(n, 3)), rng.random(n), 0.01, steps


def kuramoto(theta, omega, coupling, dt, steps):
    order = np.zeros(steps)
    for t in range(steps):
        difference = theta[np.newaxis, :] - theta[:, np.newaxis]
        theta = theta + dt * (omega + coupling * np.mean(np.sin(difference), axis=1))
        order[t] = np.abs(np.mean(np.exp(1j * theta)))
    return theta, order


def kuramoto_inputs(n, steps):
    rng = np.random.default_rng(93)
    return rng.uniform(0.0, 2.0 * np.pi, n), rng.normal(size=n), 2.0, 0.05, steps
