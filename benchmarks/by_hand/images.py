"""Filters of images: loops over pixels in Numba, shifted images in JAX."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numba import njit, prange

from ..programs import images as plain
from .record import Program


@njit(fastmath=True)
def numba_gaussian_blur(image, sigma, radius):
    height, width = image.shape
    kernel = np.empty(2 * radius + 1)
    for k in range(2 * radius + 1):
        kernel[k] = math.exp(-0.5 * ((k - radius) / sigma) ** 2)
    kernel /= kernel.sum()
    rows, out = np.zeros((height, width)), np.zeros((height, width))
    padded = np.empty(width + 2 * radius)
    for i in range(height):
        padded[:radius] = image[i, 0]
        padded[radius : radius + width] = image[i]
        padded[radius + width :] = image[i, width - 1]
        for k in range(2 * radius + 1):
            for j in range(width):
                rows[i, j] += kernel[k] * padded[j + k]
    for i in range(height):
        for k in range(2 * radius + 1):
            source = min(max(i + k - radius, 0), height - 1)
            for j in range(width):
                out[i, j] += kernel[k] * rows[source, j]
    return out


@functools.partial(jax.jit, static_argnums=2)
def jax_gaussian_blur(image, sigma, radius):
    kernel = jnp.exp(-0.5 * (jnp.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    height, width = image.shape
    padded = jnp.pad(image, ((0, 0), (radius, radius)), mode="edge")
    rows = sum(kernel[k] * padded[:, k : k + width] for k in range(2 * radius + 1))
    padded = jnp.pad(rows, ((radius, radius), (0, 0)), mode="edge")
    return sum(kernel[k] * padded[k : k + height, :] for k in range(2 * radius + 1))


@njit(fastmath=True)
def numba_sobel(image):
    height, width = image.shape
    out = np.zeros((height, width))
    top = 0.0
    for i in range(1, height - 1):
        for j in range(1, width - 1):
            gx = (image[i - 1, j + 1] + 2.0 * image[i, j + 1] + image[i + 1, j + 1]) - (
                image[i - 1, j - 1] + 2.0 * image[i, j - 1] + image[i + 1, j - 1]
            )
            gy = (image[i + 1, j - 1] + 2.0 * image[i + 1, j] + image[i + 1, j + 1]) - (
                image[i - 1, j - 1] + 2.0 * image[i - 1, j] + image[i - 1, j + 1]
            )
            size = math.sqrt(gx * gx + gy * gy)
            out[i, j] = size
            top = max(top, size)
    scale = 1.0 / top
    for i in range(1, height - 1):
        for j in range(1, width - 1):
            out[i, j] *= scale
    return out


@jax.jit
def jax_sobel(image):
    across = image[:, 2:] - image[:, :-2]
    gx = across[:-2] + 2.0 * across[1:-1] + across[2:]
    down = image[2:] - image[:-2]
    gy = down[:, :-2] + 2.0 * down[:, 1:-1] + down[:, 2:]
    size = jnp.sqrt(gx * gx + gy * gy)
    return jnp.pad(size / size.max(), 1)


@njit(fastmath=True, parallel=True)
def numba_bilateral(image, radius, sigma_space, sigma_value):
    height, width = image.shape
    out = np.empty((height, width))
    rows = np.empty(height + 2 * radius, dtype=np.int64)
    for i in range(height + 2 * radius):
        k = abs(i - radius)
        rows[i] = k if k < height else 2 * (height - 1) - k
    columns = np.empty(width + 2 * radius, dtype=np.int64)
    for j in range(width + 2 * radius):
        k = abs(j - radius)
        columns[j] = k if k < width else 2 * (width - 1) - k
    space, value = 1.0 / (2.0 * sigma_space**2), 1.0 / (2.0 * sigma_value**2)
    for i in prange(height):
        for j in range(width):
            centre, total, weights = image[i, j], 0.0, 0.0
            for di in range(2 * radius + 1):
                for dj in range(2 * radius + 1):
                    x = image[rows[i + di], columns[j + dj]]
                    far = (di - radius) ** 2 + (dj - radius) ** 2
                    weight = math.exp(-far * space - (x - centre) * (x - centre) * value)
                    total += weight * x
                    weights += weight
            out[i, j] = total / weights
    return out


@functools.partial(jax.jit, static_argnums=1)
def jax_bilateral(image, radius, sigma_space, sigma_value):
    height, width = image.shape
    padded = jnp.pad(image, radius, mode="reflect")
    total = weights = jnp.zeros_like(image)
    for di in range(2 * radius + 1):
        for dj in range(2 * radius + 1):
            shifted = padded[di : di + height, dj : dj + width]
            far = (di - radius) ** 2 + (dj - radius) ** 2
            near = jnp.exp(-far / (2.0 * sigma_space**2))
            weight = near * jnp.exp(-((shifted - image) ** 2) / (2.0 * sigma_value**2))
            total, weights = total + weight * shifted, weights + weight
    return total / weights


@njit
def numba_equalise(image):
    height, width = image.shape
    counts = np.zeros(256, dtype=np.int64)
    for i in range(height):
        for j in range(width):
            counts[image[i, j]] += 1
    table, total, low = np.zeros(256, dtype=np.uint8), 0, 0
    for k in range(256):
        total += counts[k]
        if low == 0:
            low = total
        if total:
            table[k] = np.uint8(round((total - low) / (image.size - low) * 255.0))
    out = np.empty((height, width), dtype=np.uint8)
    for i in range(height):
        for j in range(width):
            out[i, j] = table[image[i, j]]
    return out


@jax.jit
def jax_equalise(image):
    cdf = jnp.cumsum(jnp.bincount(image.ravel(), length=256))
    low = cdf[jnp.argmax(cdf > 0)]
    table = jnp.round((cdf - low) / (image.size - low) * 255.0)
    return table.astype(jnp.uint8)[image]


@njit
def numba_median_filter(image):
    height, width = image.shape
    out, nine = image.copy(), np.empty(9)
    for i in range(1, height - 1):
        for j in range(1, width - 1):
            k = 0
            for di in range(-1, 2):
                for dj in range(-1, 2):
                    x, at = image[i + di, j + dj], k
                    while at > 0 and nine[at - 1] > x:
                        nine[at] = nine[at - 1]
                        at -= 1
                    nine[at] = x
                    k += 1
            out[i, j] = nine[4]
    return out


@jax.jit
def jax_median_filter(image):
    height, width = image.shape
    nine = [image[i : i + height - 2, j : j + width - 2] for i in range(3) for j in range(3)]
    return image.at[1:-1, 1:-1].set(lax.sort(jnp.stack(nine), dimension=0)[4])


PROGRAMS = (
    Program(plain.gaussian_blur, plain.gaussian_blur_inputs, (600, 8), (12, 2), numba_gaussian_blur, jax_gaussian_blur),
    Program(plain.sobel, plain.sobel_inputs, (450,), (11,), numba_sobel, jax_sobel),
    Program(plain.bilateral, plain.bilateral_inputs, (200, 3), (10, 2), numba_bilateral, jax_bilateral),
    Program(plain.equalise, plain.equalise_inputs, (2000,), (12,), numba_equalise, jax_equalise),
    Program(plain.median_filter, plain.median_filter_inputs, (30,), (8,), numba_median_filter, jax_median_filter),
)
