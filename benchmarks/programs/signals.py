"""Signals in time."""

import numpy as np


def iir_filter(b, a, x):
    y = np.zeros_like(x)
    for n in range(len(x)):
        for k in range(len(b)):
            if n >= k:
                y[n] += b[k] * x[n - k]
        for k in range(1, len(a)):
            if n >= k:
                y[n] -= a[k] * y[n - k]
    return y


def iir_filter_inputs(n):
    b, a = np.array([0.2, 0.3, 0.2]), np.array([1.0, -0.6, 0.3])
    return b, a, np.random.default_rng(61).normal(size=n)


def fft(x):
    n = len(x)
    levels = int(np.log2(n))
    order = np.zeros(n, dtype=np.int64)
    for i in range(levels):
        order |= ((np.arange(n) >> i) & 1) << (levels - 1 - i)
    y = x[order].astype(complex)
    size = 2
    while size <= n:
        half = size // 2
        twiddle = np.exp(-2j * np.pi * np.arange(half) / size)
        blocks = y.reshape(n // size, size)
        even = blocks[:, :half].copy()
        odd = blocks[:, half:] * twiddle
        blocks[:, :half] = even + odd
        blocks[:, half:] = even - odd
        size *= 2
    return y


def fft_inputs(n):
    return (np.random.default_rng(62).normal(size=n),)


def autocorrelation(x, lags):
    x = x - x.mean()
    r = np.zeros(lags)
    for k in range(lags):
        r[k] = np.sum(x[: len(x) - k] * x[k:])
    return r / r[0]


def autocorrelation_inputs(n, lags):
    return np.random.default_rng(63).normal(size=n).cumsum(), lags


def fourier_series(x, harmonics):
    n = len(x)
    t = 2.0 * np.pi * np.arange(n) / n
    out = np.full(n, x.mean())
    for k in range(1, harmonics + 1):
        a = 2.0 / n * np.sum(x * np.cos(k * t))
        b = 2.0 / n * np.sum(x * np.sin(k * t))
        out += a * np.cos(k * t) + b * np.sin(k * t)
    return out


def fourier_series_inputs(n, harmonics):
    return np.sign(np.sin(np.linspace(0.0, 20.0, n))), harmonics


def adaptive_filter(x, desired, taps, mu):
    w = np.zeros(taps)
    error = np.zeros(len(x))
    for n in range(taps, len(x)):
        window = x[n - taps : n][::-1]
        error[n] = desired[n] - w @ window
        w += mu * error[n] * window
    return w, error


def adaptive_filter_inputs(n, taps):
    rng = np.random.default_rng(64)
    x = rng.normal(size=n)
    return x, np.convolve(x, rng.normal(size=taps))[:n], taps, 0.01
