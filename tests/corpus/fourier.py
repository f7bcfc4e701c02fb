"""Fourier and wavelet transforms by hand, and other signals."""

# ruff: noqa: F841

import numpy as np

from .table import program

SIGNAL = np.sin(np.arange(16.0)) + 0.3 * np.cos(3 * np.arange(16.0))
NOISE = np.random.default_rng(7).standard_normal(20)


@program(SIGNAL, narrow=True)
def dft_naive(x):
    N = len(x)
    X = np.zeros(N, dtype=complex)
    for k in range(N):
        for n in range(N):
            X[k] += x[n] * np.exp(-2j * np.pi * k * n / N)
    return X, np.abs(X) ** 2


@program(SIGNAL.astype(complex))
def fft_iterative(x):
    n = x.size
    j = 0
    for i in range(1, n):
        bit = n >> 1
        while j & bit:
            j ^= bit
            bit >>= 1
        j ^= bit
        if i < j:
            x[i], x[j] = x[j], x[i]
    length = 2
    while length <= n:
        w_step = np.exp(-2j * np.pi / length)
        for start in range(0, n, length):
            w = 1.0 + 0j
            for k in range(length // 2):
                u = x[start + k]
                v = x[start + k + length // 2] * w
                x[start + k] = u + v
                x[start + k + length // 2] = u - v
                w *= w_step
        length *= 2
    return x


@program(SIGNAL)
def fft_recursive(signal):
    def fft(x):
        x = np.asarray(x, dtype=complex)
        N = x.shape[0]
        if N <= 2:
            n = np.arange(N)
            k = n.reshape((N, 1))
            return np.dot(np.exp(-2j * np.pi * k * n / N), x)
        even = fft(x[::2])
        odd = fft(x[1::2])
        factor = np.exp(-2j * np.pi * np.arange(N) / N)
        return np.concatenate([even + factor[: N // 2] * odd, even + factor[N // 2 :] * odd])

    return fft(signal)


@program(SIGNAL)
def fft_vectorized(x):
    N = x.shape[0]
    N_min = min(N, 4)
    n = np.arange(N_min)
    k = n[:, None]
    M = np.exp(-2j * np.pi * n * k / N_min)
    X = np.dot(M, x.reshape((N_min, -1)))
    while X.shape[0] < N:
        X_even = X[:, : X.shape[1] // 2]
        X_odd = X[:, X.shape[1] // 2 :]
        factor = np.exp(-1j * np.pi * np.arange(X.shape[0]) / X.shape[0])[:, None]
        X = np.vstack([X_even + factor * X_odd, X_even - factor * X_odd])
    return X.ravel()


@program(SIGNAL)
def haar_wavelet(signal):
    output = signal.copy()
    length = len(signal)
    while length > 1:
        half = length // 2
        temp = output[:length].copy()
        for i in range(half):
            output[i] = (temp[2 * i] + temp[2 * i + 1]) / np.sqrt(2)
            output[half + i] = (temp[2 * i] - temp[2 * i + 1]) / np.sqrt(2)
        length = half
    back = output.copy()
    length = 2
    while length <= len(signal):
        half = length // 2
        temp = back[:length].copy()
        back[:length:2] = (temp[:half] + temp[half:]) / np.sqrt(2)
        back[1:length:2] = (temp[:half] - temp[half:]) / np.sqrt(2)
        length *= 2
    return output, back


@program(NOISE, np.array([0.2, 0.3]), np.array([1.0, -0.5, 0.2]), narrow=True)
def iir_filter(x, b, a):
    y = np.zeros(len(x))
    for n in range(len(x)):
        for i in range(len(b)):
            if n - i >= 0:
                y[n] += b[i] * x[n - i]
        for j in range(1, len(a)):
            if n - j >= 0:
                y[n] -= a[j] * y[n - j]
        y[n] /= a[0]
    return y


@program(NOISE, 6)
def autocorrelation(x, lags):
    x = x - x.mean()
    r = np.zeros(lags)
    for k in range(lags):
        r[k] = np.sum(x[: len(x) - k] * x[k:]) / len(x)
    return r / r[0]


@program(NOISE, 8, 4)
def spectrogram(x, size, hop):
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    frames = 1 + (len(x) - size) // hop
    out = np.zeros((frames, size // 2 + 1))
    for f in range(frames):
        segment = x[f * hop : f * hop + size] * window
        out[f] = np.abs(np.fft.rfft(segment)) ** 2
    return 10 * np.log10(out + 1e-12)


@program(NOISE, 0.05, 3)
def least_mean_squares(d, mu, taps):
    w = np.zeros(taps)
    errors = np.zeros(len(d))
    for n in range(taps, len(d)):
        x = d[n - taps : n][::-1]
        e = d[n] - np.dot(w, x)
        w += 2 * mu * e * x
        errors[n] = e
    return w, errors


@program(NOISE)
def zero_crossings_and_peaks(x):
    crossings = 0
    peaks = []
    for i in range(1, len(x) - 1):
        if x[i - 1] * x[i] < 0:
            crossings += 1
    is_peak = (x[1:-1] > x[:-2]) & (x[1:-1] > x[2:])
    where = np.where(is_peak)[0] + 1
    total = x[where].sum()
    return crossings, total, is_peak.sum()
