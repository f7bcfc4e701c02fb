"""Signals in time: recurrences are loops in Numba and scans in JAX."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numba import njit

from ..programs import signals as plain
from .record import Program


@njit(fastmath=True)
def numba_iir_filter(b, a, x):
    y = np.zeros_like(x)
    for n in range(x.shape[0]):
        total = 0.0
        for k in range(min(n + 1, b.shape[0])):
            total += b[k] * x[n - k]
        for k in range(1, min(n + 1, a.shape[0])):
            total -= a[k] * y[n - k]
        y[n] = total
    return y


@jax.jit
def jax_iir_filter(b, a, x):
    forced = jnp.convolve(x, b)[: len(x)]

    def step(before, value):
        new = value - a[1:] @ before
        return jnp.concatenate([new[None], before[:-1]]), new

    return lax.scan(step, jnp.zeros(len(a) - 1), forced, unroll=4)[1]


@njit(fastmath=True)
def numba_fft(x):
    n = x.shape[0]
    y = np.empty(n, dtype=np.complex128)
    twiddle = np.empty(n // 2, dtype=np.complex128)
    for k in range(n // 2):
        angle = -2.0 * math.pi * k / n
        twiddle[k] = complex(math.cos(angle), math.sin(angle))
    place = 0
    for i in range(n):
        y[place] = x[i]
        bit = n >> 1
        while bit and place & bit:
            place ^= bit
            bit >>= 1
        place |= bit
    size = 2
    while size <= n:
        half, stride = size // 2, n // size
        for first in range(0, n, size):
            for k in range(half):
                odd = y[first + half + k] * twiddle[k * stride]
                even = y[first + k]
                y[first + k] = even + odd
                y[first + half + k] = even - odd
        size *= 2
    return y


jax_fft = jax.jit(jnp.fft.fft)


@njit(fastmath=True)
def numba_autocorrelation(x, lags):
    n = x.shape[0]
    x = x - x.mean()
    r = np.zeros(lags)
    for k in range(lags):
        total = 0.0
        for i in range(n - k):
            total += x[i] * x[i + k]
        r[k] = total
    return r / r[0]


@functools.partial(jax.jit, static_argnums=1)
def jax_autocorrelation(x, lags):
    """By way of the spectrum, as one does with long signals."""
    n = len(x)
    size = 1 << (2 * n - 1).bit_length()
    spectrum = jnp.fft.rfft(x - x.mean(), size)
    r = jnp.fft.irfft(spectrum * spectrum.conj(), size)[:lags]
    return r / r[0]


@njit(fastmath=True)
def numba_fourier_series(x, harmonics):
    n = x.shape[0]
    out = np.full(n, x.mean())
    cos, sin = np.empty(n), np.empty(n)
    for k in range(1, harmonics + 1):
        a = b = 0.0
        for i in range(n):
            angle = 2.0 * math.pi * k * i / n
            cos[i], sin[i] = math.cos(angle), math.sin(angle)
            a += x[i] * cos[i]
            b += x[i] * sin[i]
        a, b = 2.0 / n * a, 2.0 / n * b
        for i in range(n):
            out[i] += a * cos[i] + b * sin[i]
    return out


@functools.partial(jax.jit, static_argnums=1)
def jax_fourier_series(x, harmonics):
    n = len(x)
    angle = 2.0 * jnp.pi * jnp.arange(n) / n * jnp.arange(1, harmonics + 1)[:, None]
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    return x.mean() + (2.0 / n) * ((cos @ x) @ cos + (sin @ x) @ sin)


@njit(fastmath=True)
def numba_adaptive_filter(x, desired, taps, mu):
    w, error = np.zeros(taps), np.zeros(x.shape[0])
    for n in range(taps, x.shape[0]):
        total = desired[n]
        for k in range(taps):
            total -= w[k] * x[n - 1 - k]
        error[n] = total
        for k in range(taps):
            w[k] += mu * total * x[n - 1 - k]
    return w, error


@functools.partial(jax.jit, static_argnums=2)
def jax_adaptive_filter(x, desired, taps, mu):
    def step(w, n):
        window = lax.dynamic_slice(x, (n - taps,), (taps,))[::-1]
        error = desired[n] - w @ window
        return w + mu * error * window, error

    w, errors = lax.scan(step, jnp.zeros(taps), jnp.arange(taps, len(x)))
    return w, jnp.concatenate([jnp.zeros(taps), errors])


PROGRAMS = (
    Program(plain.iir_filter, plain.iir_filter_inputs, (8000,), (20,), numba_iir_filter, jax_iir_filter),
    Program(plain.fft, plain.fft_inputs, (65_536,), (16,), numba_fft, jax_fft),
    Program(
        plain.autocorrelation,
        plain.autocorrelation_inputs,
        (10_000, 1500),
        (20, 5),
        numba_autocorrelation,
        jax_autocorrelation,
    ),
    Program(
        plain.fourier_series, plain.fourier_series_inputs, (5000, 40), (16, 3), numba_fourier_series, jax_fourier_series
    ),
    Program(
        plain.adaptive_filter,
        plain.adaptive_filter_inputs,
        (4000, 16),
        (20, 4),
        numba_adaptive_filter,
        jax_adaptive_filter,
    ),
)
