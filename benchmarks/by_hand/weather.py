"""Long formulas: one loop over the points in Numba, the formula itself in JAX."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numba import njit, prange

from ..programs import weather as plain
from .record import Program


@njit(fastmath=True, parallel=True)
def numba_sea_water(s, t, p):
    n = s.shape[0]
    density, sound = np.empty(n), np.empty(n)
    for i in prange(n):
        si, ti, pi = s[i], t[i], p[i]
        root = math.sqrt(si)
        fresh = 999.84 + ti * (6.79e-2 + ti * (-9.09e-3 + ti * (1.001e-4 + ti * (-1.12e-6 + ti * 6.5e-9))))
        salt = si * (0.8245 + ti * (-4.09e-3 + ti * (7.64e-5 + ti * (-8.25e-7 + ti * 5.4e-9))))
        mixed = si * root * (-5.72e-3 + ti * (1.02e-4 - ti * 1.65e-6)) + 4.83e-4 * si * si
        bulk = 19652.2 + ti * (148.4 + ti * (-2.327 + ti * (1.36e-2 - ti * 5.16e-5)))
        bulk += si * (54.67 + ti * (-0.6035 + ti * (1.1e-2 - ti * 6.17e-5)))
        bulk += si * root * (7.94e-2 + ti * (1.65e-2 - ti * 5.3e-4))
        bulk += pi * (3.24 + ti * (1.44e-3 + ti * (1.16e-4 - ti * 5.78e-7)))
        bulk += pi * si * (2.28e-3 - ti * (1.1e-5 + ti * 1.6e-6)) + 1.91e-4 * pi * si * root
        bulk += pi * pi * (8.51e-5 - ti * (6.12e-6 - ti * 5.28e-8))
        density[i] = (fresh + salt + mixed) / (1.0 - pi / bulk)
        slow = 1402.4 + ti * (5.04 + ti * (-5.8e-2 + ti * 3.3e-4))
        sound[i] = slow + si * (1.39 - 1.26e-2 * ti) + 0.156 * pi
    return density, sound


@jax.jit
def jax_sea_water(s, t, p):
    root = jnp.sqrt(s)
    fresh = 999.84 + t * (6.79e-2 + t * (-9.09e-3 + t * (1.001e-4 + t * (-1.12e-6 + t * 6.5e-9))))
    salt = s * (0.8245 + t * (-4.09e-3 + t * (7.64e-5 + t * (-8.25e-7 + t * 5.4e-9))))
    mixed = s * root * (-5.72e-3 + t * (1.02e-4 - t * 1.65e-6)) + 4.83e-4 * s * s
    bulk = 19652.2 + t * (148.4 + t * (-2.327 + t * (1.36e-2 - t * 5.16e-5)))
    bulk += s * (54.67 + t * (-0.6035 + t * (1.1e-2 - t * 6.17e-5)))
    bulk += s * root * (7.94e-2 + t * (1.65e-2 - t * 5.3e-4))
    bulk += p * (3.24 + t * (1.44e-3 + t * (1.16e-4 - t * 5.78e-7)))
    bulk += p * s * (2.28e-3 - t * (1.1e-5 + t * 1.6e-6)) + 1.91e-4 * p * s * root
    bulk += p * p * (8.51e-5 - t * (6.12e-6 - t * 5.28e-8))
    sound = 1402.4 + t * (5.04 + t * (-5.8e-2 + t * 3.3e-4)) + s * (1.39 - 1.26e-2 * t) + 0.156 * p
    return (fresh + salt + mixed) / (1.0 - p / bulk), sound


@njit(fastmath=True, parallel=True)
def numba_moist_air(t, q, p):
    n = t.shape[0]
    humidity, rain, theta, dew = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for i in prange(n):
        celsius = t[i] - 273.15
        share = min(max((celsius + 20.0) / 20.0, 0.0), 1.0)
        saturated = 0.0
        if share > 0.0:
            saturated += share * 611.2 * math.exp(17.67 * celsius / (celsius + 243.5))
        if share < 1.0:
            saturated += (1.0 - share) * 611.2 * math.exp(22.46 * celsius / (celsius + 272.62))
        limit = 0.622 * saturated / max(p[i] - 0.378 * saturated, 1.0)
        humidity[i] = q[i] / limit
        latent = 2.501e6 - 2361.0 * celsius if celsius > 0.0 else 2.834e6
        slope = 1.0 + latent * latent * limit / (1004.0 * 461.5 * t[i] * t[i])
        rain[i] = (q[i] - limit) / slope if q[i] > limit else 0.0
        warmed = t[i] + latent / 1004.0 * rain[i]
        theta[i] = warmed * (100000.0 / p[i]) ** 0.2857
        log = math.log(q[i] * p[i] / (0.622 + q[i]) / 611.2)
        dew[i] = 243.5 * log / (17.67 - log)
    return humidity, rain, theta, dew


@jax.jit
def jax_moist_air(t, q, p):
    celsius = t - 273.15
    water = 611.2 * jnp.exp(17.67 * celsius / (celsius + 243.5))
    ice = 611.2 * jnp.exp(22.46 * celsius / (celsius + 272.62))
    share = jnp.clip((celsius + 20.0) / 20.0, 0.0, 1.0)
    saturated = share * water + (1.0 - share) * ice
    limit = 0.622 * saturated / jnp.maximum(p - 0.378 * saturated, 1.0)
    latent = jnp.where(celsius > 0.0, 2.501e6 - 2361.0 * celsius, 2.834e6)
    slope = 1.0 + latent**2 * limit / (1004.0 * 461.5 * t**2)
    rain = jnp.where(q > limit, (q - limit) / slope, 0.0)
    theta = (t + latent / 1004.0 * rain) * (100000.0 / p) ** 0.2857
    log = jnp.log(q * p / (0.622 + q) / 611.2)
    return q / limit, rain, theta, 243.5 * log / (17.67 - log)


@njit(fastmath=True, parallel=True)
def numba_sunshine(latitude, day, hour, albedo, cloud):
    n = latitude.shape[0]
    out = np.empty(n)
    for i in prange(n):
        phi, year = math.radians(latitude[i]), 2.0 * math.pi * (day[i] - 1.0) / 365.0
        cos, sin = math.cos(year), math.sin(year)
        declination = 0.006918 - 0.399912 * cos + 0.070257 * sin
        declination += -0.006758 * (2.0 * cos * cos - 1.0) + 0.000907 * 2.0 * sin * cos
        equation = 229.18 * (7.5e-5 + 0.001868 * cos - 0.032077 * sin)
        angle = math.pi * ((hour[i] + equation / 60.0) / 12.0 - 1.0)
        height = math.sin(phi) * math.sin(declination) + math.cos(phi) * math.cos(declination) * math.cos(angle)
        if height > 0.0:
            top = 1361.0 * (1.0 + 0.033 * cos) * height
            mass = 1.0 / (height + 0.15 * (math.degrees(math.asin(height)) + 3.885) ** -1.253)
            direct = top * math.exp(-0.13 * mass)
            lit = direct * (1.0 - cloud[i]) + 0.3 * (top - direct) * (1.0 + 0.5 * cloud[i])
            out[i] = (1.0 - albedo[i]) * lit
        else:
            out[i] = 0.0
    return out


@jax.jit
def jax_sunshine(latitude, day, hour, albedo, cloud):
    phi, year = jnp.radians(latitude), 2.0 * jnp.pi * (day - 1.0) / 365.0
    cos, sin = jnp.cos(year), jnp.sin(year)
    declination = 0.006918 - 0.399912 * cos + 0.070257 * sin
    declination += -0.006758 * (2.0 * cos * cos - 1.0) + 0.000907 * 2.0 * sin * cos
    equation = 229.18 * (7.5e-5 + 0.001868 * cos - 0.032077 * sin)
    angle = jnp.pi * ((hour + equation / 60.0) / 12.0 - 1.0)
    height = jnp.sin(phi) * jnp.sin(declination) + jnp.cos(phi) * jnp.cos(declination) * jnp.cos(angle)
    height = jnp.maximum(height, 0.0)
    top = 1361.0 * (1.0 + 0.033 * cos) * height
    mass = 1.0 / (height + 0.15 * (jnp.degrees(jnp.arcsin(height)) + 3.885) ** -1.253)
    direct = top * jnp.exp(-0.13 * mass)
    return (1.0 - albedo) * (direct * (1.0 - cloud) + 0.3 * (top - direct) * (1.0 + 0.5 * cloud))


@njit(fastmath=True, parallel=True)
def numba_distance_on_sphere(latitude1, longitude1, latitude2, longitude2):
    n = latitude1.shape[0]
    out = np.empty(n)
    for i in prange(n):
        phi1, phi2 = math.radians(latitude1[i]), math.radians(latitude2[i])
        half = math.sin((phi2 - phi1) / 2.0)
        across = math.sin(math.radians(longitude2[i] - longitude1[i]) / 2.0)
        a = half * half + math.cos(phi1) * math.cos(phi2) * across * across
        out[i] = 2.0 * 6371.0 * math.atan2(math.sqrt(a), math.sqrt(1.0 - a))
    return out


@jax.jit
def jax_distance_on_sphere(latitude1, longitude1, latitude2, longitude2):
    phi1, phi2 = jnp.radians(latitude1), jnp.radians(latitude2)
    half, across = jnp.sin((phi2 - phi1) / 2.0), jnp.sin(jnp.radians(longitude2 - longitude1) / 2.0)
    a = half**2 + jnp.cos(phi1) * jnp.cos(phi2) * across**2
    return 2.0 * 6371.0 * jnp.arctan2(jnp.sqrt(a), jnp.sqrt(1.0 - a))


@njit(fastmath=True)
def numba_vertical_mixing(t, kappa, dz, dt, steps):
    nz, columns = t.shape
    b, c = np.empty((nz, columns)), np.empty((nz, columns))
    scale = -dt / (dz * dz)
    for _ in range(steps):
        for k in range(nz):
            for i in range(columns):
                a = scale * kappa[k, i] if k else 0.0
                c[k, i] = scale * kappa[k + 1, i] if k < nz - 1 else 0.0
                b[k, i] = 1.0 - a - c[k, i]
                if k:
                    factor = a / b[k - 1, i]
                    b[k, i] -= factor * c[k - 1, i]
                    t[k, i] -= factor * t[k - 1, i]
        for i in range(columns):
            t[nz - 1, i] /= b[nz - 1, i]
        for k in range(nz - 2, -1, -1):
            for i in range(columns):
                t[k, i] = (t[k, i] - c[k, i] * t[k + 1, i]) / b[k, i]
    return t


@functools.partial(jax.jit, static_argnums=4)
def jax_vertical_mixing(t, kappa, dz, dt, steps):
    a = (-dt * kappa[:-1] / dz**2).at[0].set(0.0)
    c = (-dt * kappa[1:] / dz**2).at[-1].set(0.0)
    diagonal = 1.0 - a - c

    def factor(before, row):
        b, a, c, c_before = row[0], row[1], row[2], before[1]
        f = a / before[0]
        b = b - f * c_before
        return (b, c), (f, b)

    zeros = jnp.zeros(t.shape[1])
    _, (factors, b) = lax.scan(factor, (zeros + 1.0, zeros), (diagonal, a, c))

    def down(before, row):
        new = row[0] - row[1] * before
        return new, new

    def up(after, row):
        new = (row[0] - row[1] * after) / row[2]
        return new, new

    def step(_, t):
        _, t = lax.scan(down, zeros, (t, factors))
        return lax.scan(up, zeros, (t, c, b), reverse=True)[1]

    return lax.fori_loop(0, steps, step, t)


PROGRAMS = (
    Program(plain.sea_water, plain.sea_water_inputs, (300_000,), (20,), numba_sea_water, jax_sea_water),
    Program(plain.moist_air, plain.moist_air_inputs, (200_000,), (20,), numba_moist_air, jax_moist_air),
    Program(plain.sunshine, plain.sunshine_inputs, (50_000,), (20,), numba_sunshine, jax_sunshine),
    Program(
        plain.distance_on_sphere,
        plain.distance_on_sphere_inputs,
        (200_000,),
        (20,),
        numba_distance_on_sphere,
        jax_distance_on_sphere,
    ),
    Program(
        plain.vertical_mixing,
        plain.vertical_mixing_inputs,
        (40, 400, 30),
        (6, 4, 2),
        numba_vertical_mixing,
        jax_vertical_mixing,
    ),
)
