"""Heat, waves and fluids on grids."""

import numpy as np


def jacobi_2d(u, f, steps):
    for _ in range(steps):
        v = u.copy()
        v[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] + f[1:-1, 1:-1])
        u = v
    return u


def jacobi_2d_inputs(n, steps):
    rng = np.random.default_rng(1)
    return rng.random((n, n)), rng.random((n, n)), steps


def heat_3d(a, b, steps):
    for _ in range(steps):
        b[1:-1, 1:-1, 1:-1] = (
            0.125 * (a[2:, 1:-1, 1:-1] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[:-2, 1:-1, 1:-1])
            + 0.125 * (a[1:-1, 2:, 1:-1] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[1:-1, :-2, 1:-1])
            + 0.125 * (a[1:-1, 1:-1, 2:] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[1:-1, 1:-1, :-2])
            + a[1:-1, 1:-1, 1:-1]
        )
        a[1:-1, 1:-1, 1:-1] = b[1:-1, 1:-1, 1:-1]


def heat_3d_inputs(n, steps):
    a = np.random.default_rng(2).random((n, n, n))
    return a, a.copy(), steps


def wave_2d(u, previous, c, steps):
    for _ in range(steps):
        laplacian = (
            np.roll(u, 1, axis=0) + np.roll(u, -1, axis=0) + np.roll(u, 1, axis=1) + np.roll(u, -1, axis=1) - 4.0 * u
        )
        u, previous = 2.0 * u - previous + c**2 * laplacian, u
    return u


def wave_2d_inputs(n, steps):
    x = np.linspace(-1.0, 1.0, n)
    u = np.exp(-20.0 * (x[:, None] ** 2 + x[None, :] ** 2))
    return u, u.copy(), 0.5, steps


def gray_scott(u, v, du, dv, feed, kill, steps):
    for _ in range(steps):
        lu = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4.0 * u[1:-1, 1:-1]
        lv = v[:-2, 1:-1] + v[2:, 1:-1] + v[1:-1, :-2] + v[1:-1, 2:] - 4.0 * v[1:-1, 1:-1]
        uc, vc = u[1:-1, 1:-1], v[1:-1, 1:-1]
        uvv = uc * vc * vc
        uc += du * lu - uvv + feed * (1.0 - uc)
        vc += dv * lv + uvv - (feed + kill) * vc
    return u, v


def gray_scott_inputs(n, steps):
    u, v = np.ones((n, n)), np.zeros((n, n))
    m = n // 3
    u[m:-m, m:-m], v[m:-m, m:-m] = 0.5, 0.25
    v += 0.01 * np.random.default_rng(3).random((n, n))
    return u, v, 0.16, 0.08, 0.035, 0.065, steps


def maxwell_2d(ez, hx, hy, source):
    middle = ez.shape[0] // 2
    for pulse in source:
        hx[:, :-1] -= 0.5 * (ez[:, 1:] - ez[:, :-1])
        hy[:-1, :] += 0.5 * (ez[1:, :] - ez[:-1, :])
        ez[1:, 1:] += 0.5 * (hy[1:, 1:] - hy[:-1, 1:] - hx[1:, 1:] + hx[1:, :-1])
        ez[middle, middle] += pulse
    return ez


def maxwell_2d_inputs(n, steps):
    t = np.arange(steps)
    return np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n)), np.exp(-(((t - 20.0) / 6.0) ** 2))


def cavity_pressure(p, b, dx, dy, sweeps):
    for _ in range(sweeps):
        pn = p.copy()
        p[1:-1, 1:-1] = ((pn[1:-1, 2:] + pn[1:-1, :-2]) * dy**2 + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * dx**2) / (
            2.0 * (dx**2 + dy**2)
        ) - dx**2 * dy**2 / (2.0 * (dx**2 + dy**2)) * b[1:-1, 1:-1]
        p[:, -1] = p[:, -2]
        p[0, :] = p[1, :]
        p[:, 0] = p[:, 1]
        p[-1, :] = 0.0
    return p


def cavity_pressure_inputs(n, sweeps):
    rng = np.random.default_rng(4)
    return np.zeros((n, n)), rng.normal(size=(n, n)), 2.0 / (n - 1), 2.0 / (n - 1), sweeps


def shallow_water(h, u, v, dt, steps):
    g = 9.81
    for _ in range(steps):
        u[1:-1, :] -= dt * g * 0.5 * (h[2:, :] - h[:-2, :])
        v[:, 1:-1] -= dt * g * 0.5 * (h[:, 2:] - h[:, :-2])
        u[0, :], u[-1, :] = 0.0, 0.0
        v[:, 0], v[:, -1] = 0.0, 0.0
        flux = (u[2:, 1:-1] - u[:-2, 1:-1]) + (v[1:-1, 2:] - v[1:-1, :-2])
        h[1:-1, 1:-1] -= dt * 0.5 * h[1:-1, 1:-1] * flux
    return h


def shallow_water_inputs(n, steps):
    x = np.linspace(-1.0, 1.0, n)
    h = 1.0 + 0.1 * np.exp(-10.0 * (x[:, None] ** 2 + x[None, :] ** 2))
    return h, np.zeros((n, n)), np.zeros((n, n)), 0.02, steps
