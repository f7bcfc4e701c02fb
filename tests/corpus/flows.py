"""Fluids: cavity flow, lattice Boltzmann, shallow water, shock tubes, multigrid."""

# ruff: noqa: B905

import numpy as np

from .table import program


@program(9, 6)
def cavity_flow(n, steps):
    rho, nu, dt = 1.0, 0.1, 0.005
    dx = dy = 2 / (n - 1)
    u = np.zeros((n, n))
    v = np.zeros((n, n))
    p = np.zeros((n, n))
    b = np.zeros((n, n))
    for step in range(steps):
        un = u.copy()
        vn = v.copy()
        ux = (u[1:-1, 2:] - u[1:-1, :-2]) / (2 * dx)
        vy = (v[2:, 1:-1] - v[:-2, 1:-1]) / (2 * dy)
        uy = (u[2:, 1:-1] - u[:-2, 1:-1]) / (2 * dy)
        vx = (v[1:-1, 2:] - v[1:-1, :-2]) / (2 * dx)
        b[1:-1, 1:-1] = rho * (1 / dt * (ux + vy) - ux**2 - 2 * uy * vx - vy**2)
        for q in range(10):
            pn = p.copy()
            p[1:-1, 1:-1] = ((pn[1:-1, 2:] + pn[1:-1, :-2]) * dy**2 + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * dx**2) / (
                2 * (dx**2 + dy**2)
            ) - dx**2 * dy**2 / (2 * (dx**2 + dy**2)) * b[1:-1, 1:-1]
            p[:, -1] = p[:, -2]
            p[0, :] = p[1, :]
            p[:, 0] = p[:, 1]
            p[-1, :] = 0
        u[1:-1, 1:-1] = (
            un[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (un[1:-1, 1:-1] - un[1:-1, :-2])
            - vn[1:-1, 1:-1] * dt / dy * (un[1:-1, 1:-1] - un[:-2, 1:-1])
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2])
            + nu * dt / dx**2 * (un[1:-1, 2:] - 2 * un[1:-1, 1:-1] + un[1:-1, :-2])
            + nu * dt / dy**2 * (un[2:, 1:-1] - 2 * un[1:-1, 1:-1] + un[:-2, 1:-1])
        )
        v[1:-1, 1:-1] = (
            vn[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (vn[1:-1, 1:-1] - vn[1:-1, :-2])
            - vn[1:-1, 1:-1] * dt / dy * (vn[1:-1, 1:-1] - vn[:-2, 1:-1])
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1])
        )
        u[0, :] = u[:, 0] = u[:, -1] = 0
        u[-1, :] = 1
        v[0, :] = v[-1, :] = v[:, 0] = v[:, -1] = 0
    return u, v, p


@program(8, 12, 5)
def lattice_boltzmann(ny, nx, steps):
    cxs = np.array([0, 0, 1, 1, 1, 0, -1, -1, -1])
    cys = np.array([0, 1, 1, 0, -1, -1, -1, 0, 1])
    weights = np.array([4 / 9, 1 / 9, 1 / 36, 1 / 9, 1 / 36, 1 / 9, 1 / 36, 1 / 9, 1 / 36])
    tau = 0.6
    F = np.ones((ny, nx, 9)) + 0.01 * np.cos(np.arange(ny * nx * 9.0)).reshape(ny, nx, 9)
    F[:, :, 3] += 0.2
    Y, X = np.meshgrid(np.arange(ny), np.arange(nx), indexing="ij")
    cylinder = (X - nx / 4) ** 2 + (Y - ny / 2) ** 2 < 4
    for it in range(steps):
        for i, cx, cy in zip(range(9), cxs, cys):
            F[:, :, i] = np.roll(F[:, :, i], cx, axis=1)
            F[:, :, i] = np.roll(F[:, :, i], cy, axis=0)
        bounced = F[cylinder, :]
        bounced = bounced[:, [0, 5, 6, 7, 8, 1, 2, 3, 4]]
        rho = np.sum(F, 2)
        ux = np.sum(F * cxs, 2) / rho
        uy = np.sum(F * cys, 2) / rho
        Feq = np.zeros(F.shape)
        for i in range(9):
            cu = 3 * (cxs[i] * ux + cys[i] * uy)
            Feq[:, :, i] = rho * weights[i] * (1 + cu + cu**2 / 2 - 3 * (ux**2 + uy**2) / 2)
        F += -(1.0 / tau) * (F - Feq)
        F[cylinder, :] = bounced
    return F.sum(axis=2), ux


@program(np.linspace(0, 2 * np.pi, 16, endpoint=False), 20)
def shallow_water(x, steps):
    g, dt, dx = 9.81, 0.01, x[1] - x[0]
    h = 1.0 + 0.1 * np.cos(x)
    hu = np.zeros_like(h)
    mass = np.empty(steps)
    for n in range(steps):
        f1 = hu
        f2 = hu**2 / h + 0.5 * g * h**2
        speed = np.abs(hu / h) + np.sqrt(g * h)
        a = np.maximum(speed, np.roll(speed, -1))
        F1 = 0.5 * (f1 + np.roll(f1, -1)) - 0.5 * a * (np.roll(h, -1) - h)
        F2 = 0.5 * (f2 + np.roll(f2, -1)) - 0.5 * a * (np.roll(hu, -1) - hu)
        h = h - dt / dx * (F1 - np.roll(F1, 1))
        hu = hu - dt / dx * (F2 - np.roll(F2, 1))
        mass[n] = h.sum() * dx
    return h, hu, mass


@program(16, 0.02)
def sod_shock_tube(n, t_end):
    gamma = 1.4
    U = np.zeros((3, n + 2))
    U[0] = np.where(np.arange(n + 2) < n // 2, 1.0, 0.125)
    U[2] = np.where(np.arange(n + 2) < n // 2, 1.0, 0.1) / (gamma - 1)
    t = 0.0
    count = 0
    dx = 1 / n
    while t < t_end:
        rho, mom, E = U
        vel = mom / rho
        pressure = (gamma - 1) * (E - 0.5 * rho * vel**2)
        c = np.sqrt(gamma * pressure / rho)
        dt = 0.4 * dx / np.max(np.abs(vel) + c)
        if t + dt > t_end:
            dt = t_end - t
        flux = np.array([mom, mom * vel + pressure, (E + pressure) * vel])
        a = np.max(np.abs(vel) + c)
        interface = 0.5 * (flux[:, 1:] + flux[:, :-1]) - 0.5 * a * (U[:, 1:] - U[:, :-1])
        U[:, 1:-1] -= dt / dx * (interface[:, 1:] - interface[:, :-1])
        U[:, 0] = U[:, 1]
        U[:, -1] = U[:, -2]
        t += dt
        count += 1
    return U, count


@program(16, 3)
def multigrid_v_cycle(n, cycles):
    def smooth(u, f, h, sweeps):
        for _ in range(sweeps):
            for i in range(1, len(u) - 1):
                u[i] = 0.5 * (u[i - 1] + u[i + 1] + h * h * f[i])

    def v_cycle(u, f, h):
        if len(u) <= 3:
            u[1] = 0.5 * (u[0] + u[2] + h * h * f[1])
            return
        smooth(u, f, h, 2)
        r = np.zeros_like(u)
        r[1:-1] = f[1:-1] - (2 * u[1:-1] - u[:-2] - u[2:]) / h**2
        coarse = r[::2].copy()
        coarse[1:-1] = 0.25 * r[1:-2:2] + 0.5 * r[2:-1:2] + 0.25 * r[3::2]
        e = np.zeros(len(coarse))
        v_cycle(e, coarse, 2 * h)
        u[::2] += e
        u[1::2] += 0.5 * (e[:-1] + e[1:])
        smooth(u, f, h, 2)

    x = np.linspace(0, 1, n + 1)
    f = np.pi**2 * np.sin(np.pi * x)
    u = np.zeros(n + 1)
    errors = []
    for cycle in range(cycles):
        v_cycle(u, f, 1.0 / n)
        errors.append(np.abs(u - np.sin(np.pi * x)).max())
    return u, errors


@program(np.zeros((8, 8)), np.zeros((8, 8)), 4)
def stable_fluids(density, vx, steps):
    n = density.shape[0]
    vy = 0.1 * np.ones((n, n))
    for step in range(steps):
        density[2:4, 3] += 1.0
        vx[2:5, 2:5] += 0.4
        old = density.copy()
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                x = min(max(i - vx[i, j], 0.5), n - 1.5)
                y = min(max(j - vy[i, j], 0.5), n - 1.5)
                i0 = int(x)
                j0 = int(y)
                s1 = x - i0
                t1 = y - j0
                density[i, j] = (1 - s1) * ((1 - t1) * old[i0, j0] + t1 * old[i0, j0 + 1]) + s1 * (
                    (1 - t1) * old[i0 + 1, j0] + t1 * old[i0 + 1, j0 + 1]
                )
    return density
