"""Long formulas, element by element, as in models of the ocean and the weather."""

import numpy as np


def sea_water(s, t, p):
    """A density and a sound speed of polynomials in salinity, temperature and pressure, of our own coefficients."""
    root = np.sqrt(s)
    fresh = 999.84 + t * (6.79e-2 + t * (-9.09e-3 + t * (1.001e-4 + t * (-1.12e-6 + t * 6.5e-9))))
    salt = s * (0.8245 + t * (-4.09e-3 + t * (7.64e-5 + t * (-8.25e-7 + t * 5.4e-9))))
    mixed = s * root * (-5.72e-3 + t * (1.02e-4 - t * 1.65e-6)) + 4.83e-4 * s**2
    surface = fresh + salt + mixed
    bulk = 19652.2 + t * (148.4 + t * (-2.327 + t * (1.36e-2 - t * 5.16e-5)))
    bulk = bulk + s * (54.67 + t * (-0.6035 + t * (1.1e-2 - t * 6.17e-5)))
    bulk = bulk + s * root * (7.94e-2 + t * (1.65e-2 - t * 5.3e-4))
    bulk = bulk + p * (3.24 + t * (1.44e-3 + t * (1.16e-4 - t * 5.78e-7)))
    bulk = bulk + p * s * (2.28e-3 - t * (1.1e-5 + t * 1.6e-6)) + 1.91e-4 * p * s * root
    bulk = bulk + p**2 * (8.51e-5 - t * (6.12e-6 - t * 5.28e-8))
    density = surface / (1.0 - p / bulk)
    sound = 1402.4 + t * (5.04 + t * (-5.8e-2 + t * 3.3e-4)) + s * (1.39 - 1.26e-2 * t) + 0.156 * p
    return density, sound


def sea_water_inputs(n):
    rng = np.random.default_rng(111)
    return 30.0 + 8.0 * rng.random(n), 25.0 * rng.random(n), 400.0 * rng.random(n)


def moist_air(t, q, p):
    celsius = t - 273.15
    water = 611.2 * np.exp(17.67 * celsius / (celsius + 243.5))
    ice = 611.2 * np.exp(22.46 * celsius / (celsius + 272.62))
    share = np.clip((celsius + 20.0) / 20.0, 0.0, 1.0)
    saturated = share * water + (1.0 - share) * ice
    limit = 0.622 * saturated / np.maximum(p - 0.378 * saturated, 1.0)
    humidity = q / limit
    latent = np.where(celsius > 0.0, 2.501e6 - 2361.0 * celsius, 2.834e6)
    slope = 1.0 + latent**2 * limit / (1004.0 * 461.5 * t**2)
    rain = np.where(q > limit, (q - limit) / slope, 0.0)
    warmed = t + latent / 1004.0 * rain
    theta = warmed * (100000.0 / p) ** 0.2857
    dew = 243.5 * np.log(q * p / (0.622 + q) / 611.2) / (17.67 - np.log(q * p / (0.622 + q) / 611.2))
    return humidity, rain, theta, dew


def moist_air_inputs(n):
    rng = np.random.default_rng(112)
    return 250.0 + 50.0 * rng.random(n), 0.001 + 0.01 * rng.random(n), 50000.0 + 50000.0 * rng.random(n)


def sunshine(latitude, day, hour, albedo, cloud):
    phi = np.radians(latitude)
    year = 2.0 * np.pi * (day - 1.0) / 365.0
    declination = 0.006918 - 0.399912 * np.cos(year) + 0.070257 * np.sin(year)
    declination = declination - 0.006758 * np.cos(2.0 * year) + 0.000907 * np.sin(2.0 * year)
    equation = 229.18 * (7.5e-5 + 0.001868 * np.cos(year) - 0.032077 * np.sin(year))
    angle = np.pi * ((hour + equation / 60.0) / 12.0 - 1.0)
    height = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(angle)
    height = np.maximum(height, 0.0)
    distance = 1.0 + 0.033 * np.cos(year)
    mass = 1.0 / (height + 0.15 * (np.degrees(np.arcsin(height)) + 3.885) ** -1.253)
    direct = 1361.0 * distance * height * np.exp(-0.13 * mass)
    diffuse = 0.3 * (1361.0 * distance * height - direct)
    return (1.0 - albedo) * (direct * (1.0 - cloud) + diffuse * (1.0 + 0.5 * cloud))


def sunshine_inputs(n):
    rng = np.random.default_rng(113)
    return 120.0 * rng.random(n) - 60.0, 365.0 * rng.random(n), 24.0 * rng.random(n), rng.random(n), rng.random(n)


def distance_on_sphere(latitude1, longitude1, latitude2, longitude2):
    phi1, phi2 = np.radians(latitude1), np.radians(latitude2)
    dphi = phi2 - phi1
    dlambda = np.radians(longitude2 - longitude1)
    a = np.sin(dphi / 2.0) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(dlambda / 2.0) ** 2
    return 2.0 * 6371.0 * np.arctan2(np.sqrt(a), np.sqrt(1.0 - a))


def distance_on_sphere_inputs(n):
    rng = np.random.default_rng(114)
    return tuple(span * (rng.random(n) - 0.5) for span in (180.0, 360.0, 180.0, 360.0))


def vertical_mixing(t, kappa, dz, dt, steps):
    nz = t.shape[0]
    for _ in range(steps):
        a = -dt * kappa[:-1] / dz**2
        c = -dt * kappa[1:] / dz**2
        a[0], c[-1] = 0.0, 0.0
        b = 1.0 - a - c
        for k in range(1, nz):
            factor = a[k] / b[k - 1]
            b[k] -= factor * c[k - 1]
            t[k] -= factor * t[k - 1]
        t[-1] /= b[-1]
        for k in range(nz - 2, -1, -1):
            t[k] = (t[k] - c[k] * t[k + 1]) / b[k]
    return t


def vertical_mixing_inputs(nz, columns, steps):
    rng = np.random.default_rng(115)
    return rng.random((nz, columns)), 0.01 * rng.random((nz + 1, columns)), 1.0, 50.0, steps
