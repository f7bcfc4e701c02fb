"""Stencils: in Numba two buffers and loops over the rows, in JAX a loop of whole steps."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numba import njit, prange

from ..programs import stencils as plain
from .record import Program


@njit(fastmath=True)
def numba_jacobi_2d(u, f, steps):
    n, m = u.shape
    a, b = u.copy(), u.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                b[i, j] = 0.25 * (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1] + f[i, j])
        a, b = b, a
    return a


@functools.partial(jax.jit, static_argnums=2)
def jax_jacobi_2d(u, f, steps):
    def step(_, u):
        inner = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] + f[1:-1, 1:-1])
        return u.at[1:-1, 1:-1].set(inner)

    return lax.fori_loop(0, steps, step, u)


@njit(fastmath=True, parallel=True)
def numba_heat_3d(a, b, steps):
    n = a.shape[0]
    for _ in range(steps):
        for i in prange(1, n - 1):
            for j in range(1, n - 1):
                for k in range(1, n - 1):
                    c = a[i, j, k]
                    b[i, j, k] = (
                        0.125 * (a[i + 1, j, k] - 2.0 * c + a[i - 1, j, k])
                        + 0.125 * (a[i, j + 1, k] - 2.0 * c + a[i, j - 1, k])
                        + 0.125 * (a[i, j, k + 1] - 2.0 * c + a[i, j, k - 1])
                        + c
                    )
        for i in prange(1, n - 1):
            for j in range(1, n - 1):
                for k in range(1, n - 1):
                    a[i, j, k] = b[i, j, k]


@functools.partial(jax.jit, static_argnums=2)
def jax_heat_3d(a, b, steps):
    def step(_, a):
        c = a[1:-1, 1:-1, 1:-1]
        new = (
            0.125 * (a[2:, 1:-1, 1:-1] - 2.0 * c + a[:-2, 1:-1, 1:-1])
            + 0.125 * (a[1:-1, 2:, 1:-1] - 2.0 * c + a[1:-1, :-2, 1:-1])
            + 0.125 * (a[1:-1, 1:-1, 2:] - 2.0 * c + a[1:-1, 1:-1, :-2])
            + c
        )
        return a.at[1:-1, 1:-1, 1:-1].set(new)

    return lax.fori_loop(0, steps, step, a)


@njit(fastmath=True)
def numba_wave_2d(u, previous, c, steps):
    n, m = u.shape
    u, before = u.copy(), previous.copy()
    c2 = c * c
    for _ in range(steps):
        for i in range(n):
            up, down = (i - 1 if i else n - 1), (i + 1 if i < n - 1 else 0)
            for j in range(1, m - 1):
                laplacian = u[up, j] + u[down, j] + u[i, j - 1] + u[i, j + 1] - 4.0 * u[i, j]
                before[i, j] = 2.0 * u[i, j] - before[i, j] + c2 * laplacian
            laplacian = u[up, 0] + u[down, 0] + u[i, m - 1] + u[i, 1] - 4.0 * u[i, 0]
            before[i, 0] = 2.0 * u[i, 0] - before[i, 0] + c2 * laplacian
            laplacian = u[up, m - 1] + u[down, m - 1] + u[i, m - 2] + u[i, 0] - 4.0 * u[i, m - 1]
            before[i, m - 1] = 2.0 * u[i, m - 1] - before[i, m - 1] + c2 * laplacian
        u, before = before, u
    return u


@functools.partial(jax.jit, static_argnums=3)
def jax_wave_2d(u, previous, c, steps):
    def step(_, both):
        u, previous = both
        laplacian = jnp.roll(u, 1, 0) + jnp.roll(u, -1, 0) + jnp.roll(u, 1, 1) + jnp.roll(u, -1, 1) - 4.0 * u
        return 2.0 * u - previous + c**2 * laplacian, u

    return lax.fori_loop(0, steps, step, (u, previous))[0]


@njit(fastmath=True)
def numba_gray_scott(u, v, du, dv, feed, kill, steps):
    n, m = u.shape
    a, b = u.copy(), v.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                uc, vc = u[i, j], v[i, j]
                lu = u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - 4.0 * uc
                lv = v[i - 1, j] + v[i + 1, j] + v[i, j - 1] + v[i, j + 1] - 4.0 * vc
                uvv = uc * vc * vc
                a[i, j] = uc + du * lu - uvv + feed * (1.0 - uc)
                b[i, j] = vc + dv * lv + uvv - (feed + kill) * vc
        u, a = a, u
        v, b = b, v
    return u, v


@functools.partial(jax.jit, static_argnums=6)
def jax_gray_scott(u, v, du, dv, feed, kill, steps):
    def laplacian(x):
        return x[:-2, 1:-1] + x[2:, 1:-1] + x[1:-1, :-2] + x[1:-1, 2:] - 4.0 * x[1:-1, 1:-1]

    def step(_, both):
        u, v = both
        uc, vc = u[1:-1, 1:-1], v[1:-1, 1:-1]
        uvv = uc * vc * vc
        new = u.at[1:-1, 1:-1].add(du * laplacian(u) - uvv + feed * (1.0 - uc))
        return new, v.at[1:-1, 1:-1].add(dv * laplacian(v) + uvv - (feed + kill) * vc)

    return lax.fori_loop(0, steps, step, (u, v))


@njit(fastmath=True)
def numba_maxwell_2d(ez, hx, hy, source):
    n, m = ez.shape
    middle = n // 2
    for t in range(source.shape[0]):
        for i in range(n):
            for j in range(m - 1):
                hx[i, j] -= 0.5 * (ez[i, j + 1] - ez[i, j])
        for i in range(n - 1):
            for j in range(m):
                hy[i, j] += 0.5 * (ez[i + 1, j] - ez[i, j])
        for i in range(1, n):
            for j in range(1, m):
                ez[i, j] += 0.5 * (hy[i, j] - hy[i - 1, j] - hx[i, j] + hx[i, j - 1])
        ez[middle, middle] += source[t]
    return ez


@jax.jit
def jax_maxwell_2d(ez, hx, hy, source):
    middle = ez.shape[0] // 2

    def step(fields, pulse):
        ez, hx, hy = fields
        hx = hx.at[:, :-1].add(-0.5 * (ez[:, 1:] - ez[:, :-1]))
        hy = hy.at[:-1, :].add(0.5 * (ez[1:, :] - ez[:-1, :]))
        ez = ez.at[1:, 1:].add(0.5 * (hy[1:, 1:] - hy[:-1, 1:] - hx[1:, 1:] + hx[1:, :-1]))
        return (ez.at[middle, middle].add(pulse), hx, hy), None

    return lax.scan(step, (ez, hx, hy), source)[0][0]


@njit(fastmath=True)
def numba_cavity_pressure(p, b, dx, dy, sweeps):
    n, m = p.shape
    new = np.empty_like(p)
    x2, y2 = dx * dx, dy * dy
    scale = 1.0 / (2.0 * (x2 + y2))
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                around = (p[i, j + 1] + p[i, j - 1]) * y2 + (p[i + 1, j] + p[i - 1, j]) * x2
                new[i, j] = scale * (around - x2 * y2 * b[i, j])
        for i in range(1, n - 1):
            new[i, m - 1] = new[i, m - 2]
        for j in range(1, m):
            new[0, j] = new[1, j]
        for i in range(n - 1):
            new[i, 0] = new[i, 1]
        for j in range(m):
            new[n - 1, j] = 0.0
        p, new = new, p
    return p


@functools.partial(jax.jit, static_argnums=4)
def jax_cavity_pressure(p, b, dx, dy, sweeps):
    x2, y2 = dx**2, dy**2
    scale = 1.0 / (2.0 * (x2 + y2))
    known = x2 * y2 * scale * b[1:-1, 1:-1]

    def sweep(_, p):
        around = (p[1:-1, 2:] + p[1:-1, :-2]) * y2 + (p[2:, 1:-1] + p[:-2, 1:-1]) * x2
        p = p.at[1:-1, 1:-1].set(around * scale - known)
        p = p.at[:, -1].set(p[:, -2])
        p = p.at[0, :].set(p[1, :])
        p = p.at[:, 0].set(p[:, 1])
        return p.at[-1, :].set(0.0)

    return lax.fori_loop(0, sweeps, sweep, p)


@njit(fastmath=True)
def numba_shallow_water(h, u, v, dt, steps):
    n, m = h.shape
    gravity = dt * 9.81 * 0.5
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(m):
                u[i, j] -= gravity * (h[i + 1, j] - h[i - 1, j])
        for i in range(n):
            for j in range(1, m - 1):
                v[i, j] -= gravity * (h[i, j + 1] - h[i, j - 1])
        for j in range(m):
            u[0, j] = u[n - 1, j] = 0.0
        for i in range(n):
            v[i, 0] = v[i, m - 1] = 0.0
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                flux = (u[i + 1, j] - u[i - 1, j]) + (v[i, j + 1] - v[i, j - 1])
                h[i, j] -= dt * 0.5 * h[i, j] * flux
    return h


@functools.partial(jax.jit, static_argnums=4)
def jax_shallow_water(h, u, v, dt, steps):
    gravity = dt * 9.81 * 0.5

    def step(_, state):
        h, u, v = state
        u = u.at[1:-1, :].add(-gravity * (h[2:, :] - h[:-2, :]))
        v = v.at[:, 1:-1].add(-gravity * (h[:, 2:] - h[:, :-2]))
        u = u.at[0, :].set(0.0).at[-1, :].set(0.0)
        v = v.at[:, 0].set(0.0).at[:, -1].set(0.0)
        flux = (u[2:, 1:-1] - u[:-2, 1:-1]) + (v[1:-1, 2:] - v[1:-1, :-2])
        return h.at[1:-1, 1:-1].add(-dt * 0.5 * h[1:-1, 1:-1] * flux), u, v

    return lax.fori_loop(0, steps, step, (h, u, v))[0]


PROGRAMS = (
    Program(plain.jacobi_2d, plain.jacobi_2d_inputs, (150, 150), (12, 5), numba_jacobi_2d, jax_jacobi_2d),
    Program(plain.heat_3d, plain.heat_3d_inputs, (25, 60), (8, 3), numba_heat_3d, jax_heat_3d, written=(0,)),
    Program(plain.wave_2d, plain.wave_2d_inputs, (150, 80), (12, 5), numba_wave_2d, jax_wave_2d),
    Program(plain.gray_scott, plain.gray_scott_inputs, (128, 50), (15, 5), numba_gray_scott, jax_gray_scott),
    Program(plain.maxwell_2d, plain.maxwell_2d_inputs, (150, 80), (14, 30), numba_maxwell_2d, jax_maxwell_2d),
    Program(
        plain.cavity_pressure,
        plain.cavity_pressure_inputs,
        (81, 300),
        (11, 5),
        numba_cavity_pressure,
        jax_cavity_pressure,
    ),
    Program(
        plain.shallow_water, plain.shallow_water_inputs, (128, 60), (12, 5), numba_shallow_water, jax_shallow_water
    ),
)
