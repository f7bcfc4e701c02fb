"""Time steppers and stencils in one to three dimensions."""

# ruff: noqa: PIE808

import numpy as np

from .table import program

X = np.linspace(0.0, 1.0, 21)
HILL = np.exp(-100 * (X - 0.4) ** 2)
PLATE = np.zeros((9, 11))
PLATE[0, :] = 1.0
PLATE[:, -1] = 0.5


@program(HILL, 0.4, 15, narrow=True)
def heat_explicit(u, r, steps):
    n = len(u)
    for t in range(steps):
        un = u.copy()
        for i in range(1, n - 1):
            u[i] = un[i] + r * (un[i + 1] - 2 * un[i] + un[i - 1])
    return u


@program(PLATE, 1e-3)
def laplace_until_converged(p, tolerance):
    error = 1.0
    iterations = 0
    while error > tolerance:
        pn = p.copy()
        p[1:-1, 1:-1] = 0.25 * (pn[1:-1, 2:] + pn[1:-1, :-2] + pn[2:, 1:-1] + pn[:-2, 1:-1])
        error = np.sum(np.abs(p - pn)) / np.sum(np.abs(pn))
        iterations += 1
    return p, iterations


@program(PLATE, 1.6, 12)
def successive_over_relaxation(u, omega, sweeps):
    ny, nx = u.shape
    history = np.zeros(sweeps)
    for sweep in range(sweeps):
        largest = 0.0
        for j in range(1, ny - 1):
            for i in range(1, nx - 1):
                residual = 0.25 * (u[j - 1, i] + u[j + 1, i] + u[j, i - 1] + u[j, i + 1]) - u[j, i]
                u[j, i] += omega * residual
                if abs(residual) > largest:
                    largest = abs(residual)
        history[sweep] = largest
    return history


@program(np.arange(6.0 * 5 * 7).reshape(6, 5, 7) % 11, 4)
def heat_3d(a, steps):
    b = a.copy()
    for t in range(steps):
        b[1:-1, 1:-1, 1:-1] = (
            0.125 * (a[2:, 1:-1, 1:-1] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[:-2, 1:-1, 1:-1])
            + 0.125 * (a[1:-1, 2:, 1:-1] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[1:-1, :-2, 1:-1])
            + 0.125 * (a[1:-1, 1:-1, 2:] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[1:-1, 1:-1, :-2])
            + a[1:-1, 1:-1, 1:-1]
        )
        a[:] = b
    return a.sum()


@program(HILL, 0.9, 25, narrow=True)
def wave_leapfrog(start, courant, steps):
    previous = start.copy()
    current = start.copy()
    current[1:-1] = start[1:-1] + 0.5 * courant**2 * (start[2:] - 2 * start[1:-1] + start[:-2])
    snapshots = []
    following = np.zeros_like(start)
    for n in range(steps):
        following[1:-1] = (
            2 * current[1:-1] - previous[1:-1] + courant**2 * (current[2:] - 2 * current[1:-1] + current[:-2])
        )
        following[0] = following[-1] = 0
        previous, current, following = current, following, previous
    snapshots.append(current.copy())
    return snapshots, np.abs(current).max()


@program(12, 20)
def fdtd_1d(cells, steps):
    ez = np.zeros(cells)
    hy = np.zeros(cells - 1)
    probe = np.empty(steps)
    for t in range(steps):
        hy += 0.5 * (ez[1:] - ez[:-1])
        ez[1:-1] += 0.5 * (hy[1:] - hy[:-1])
        ez[cells // 2] += np.exp(-((t - 8.0) ** 2) / 12)
        probe[t] = ez[2]
    return ez, hy, probe


@program(np.sin(2 * np.pi * X) + 1.5, 0.01, 0.05, 12)
def burgers(u, dt, nu, steps):
    dx = 1.0 / (u.size - 1)
    for n in range(steps):
        un = u.copy()
        for i in range(1, u.size - 1):
            u[i] = (
                un[i]
                - un[i] * dt / dx * (un[i] - un[i - 1])
                + nu * dt / dx**2 * (un[i + 1] - 2 * un[i] + un[i - 1]) * dx
            )
        u[0] = un[0] - un[0] * dt / dx * (un[0] - un[-2]) + nu * dt / dx * (un[1] - 2 * un[0] + un[-2])
        u[-1] = u[0]
    return u


@program(10, 12, narrow=True)
def advection_upwind_or_downwind(n, steps):
    x = np.linspace(0, 1, n)
    q = np.where((x > 0.2) & (x < 0.6), 1.0, 0.0)
    velocity = np.cos(3 * x)
    for _ in range(steps):
        flux = np.zeros(n + 1)
        for i in range(1, n):
            v = 0.5 * (velocity[i] + velocity[i - 1])
            if v >= 0:
                flux[i] = v * q[i - 1]
            else:
                flux[i] = v * q[i]
        q = q - 0.3 * np.diff(flux)
    return q


@program(np.linspace(0.0, 1.0, 30).reshape(5, 6) ** 2, 5)
def seidel_2d(A, TSTEPS):
    N = A.shape[0]
    M = A.shape[1]
    for t in range(0, TSTEPS - 1):
        for i in range(1, N - 1):
            A[i, 1:-1] += A[i - 1, :-2] + A[i - 1, 1:-1] + A[i - 1, 2:] + A[i, 2:] + A[i + 1, :-2]
            A[i, 1:-1] += A[i + 1, 1:-1] + A[i + 1, 2:]
            for j in range(1, M - 1):
                A[i, j] += A[i, j - 1]
                A[i, j] /= 9.0


@program(np.ones((16, 16)), np.zeros((16, 16)), 10)
def gray_scott(u, v, steps):
    v[6:10, 6:10] = 0.5
    u[6:10, 6:10] = 0.25

    def laplacian(z):
        return np.roll(z, 1, 0) + np.roll(z, -1, 0) + np.roll(z, 1, 1) + np.roll(z, -1, 1) - 4 * z

    for _ in range(steps):
        uvv = u * v * v
        u += 0.16 * laplacian(u) - uvv + 0.06 * (1 - u)
        v += 0.08 * laplacian(v) + uvv - (0.06 + 0.062) * v
    return u.min(), v.max()
