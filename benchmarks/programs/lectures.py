"""What lectures and text-books begin with."""

import numpy as np


def logistic_map(r, x, steps):
    for _ in range(steps):
        x = r * x * (1.0 - x)
    return x


def logistic_map_inputs(n, steps):
    return np.linspace(2.5, 3.4, n), np.full(n, 0.3), steps


def mandelbrot(c, limit):
    counts = np.zeros(c.shape, dtype=np.int64)
    z = np.zeros_like(c)
    for _ in range(limit):
        inside = np.abs(z) <= 2.0
        z[inside] = z[inside] ** 2 + c[inside]
        counts[inside] += 1
    return counts


def mandelbrot_inputs(n, limit):
    x, y = np.linspace(-2.0, 0.5, n), np.linspace(-1.2, 1.2, n)
    return x[np.newaxis, :] + 1j * y[:, np.newaxis], limit


def life(board, steps):
    for _ in range(steps):
        neighbours = np.zeros_like(board)
        for di in (-1, 0, 1):
            for dj in (-1, 0, 1):
                if di or dj:
                    neighbours += np.roll(np.roll(board, di, axis=0), dj, axis=1)
        board = ((neighbours == 3) | ((board == 1) & (neighbours == 2))).astype(board.dtype)
    return board


def life_inputs(n, steps):
    return np.random.default_rng(101).integers(0, 2, (n, n)), steps


def k_means(points, centres, steps):
    for _ in range(steps):
        distance = np.linalg.norm(points[:, np.newaxis] - centres[np.newaxis], axis=2)
        labels = distance.argmin(axis=1)
        for k in range(len(centres)):
            centres[k] = points[labels == k].mean(axis=0)
    return centres, labels


def k_means_inputs(n, k, steps):
    rng = np.random.default_rng(102)
    points = rng.normal(size=(n, 2)) + 4.0 * rng.integers(0, 3, (n, 2))
    return points, points[:k].copy(), steps


def sieve(n):
    prime = np.ones(n + 1, dtype=bool)
    prime[:2] = False
    for i in range(2, int(n**0.5) + 1):
        if prime[i]:
            prime[i * i :: i] = False
    return np.sum(prime)


def sieve_inputs(n):
    return (n,)


def insertion_sort(x):
    for i in range(1, len(x)):
        key = x[i]
        j = i - 1
        while j >= 0 and x[j] > key:
            x[j + 1] = x[j]
            j -= 1
        x[j + 1] = key


def insertion_sort_inputs(n):
    return (np.random.default_rng(103).random(n),)


def histogram(x, low, high, bins):
    counts = np.zeros(bins, dtype=int)
    width = (high - low) / bins
    for value in x:
        k = int((value - low) / width)
        if 0 <= k < bins:
            counts[k] += 1
    return counts


def histogram_inputs(n):
    return np.random.default_rng(104).normal(size=n), -3.0, 3.0, 50


def correlation(x):
    centred = x - x.mean(axis=0)
    scaled = centred / np.sqrt(np.sum(centred**2, axis=0))
    return scaled.T @ scaled


def correlation_inputs(n, m):
    return (np.random.default_rng(105).random((n, m)),)


def interpolation(x, xs, ys):
    out = np.zeros(len(x))
    for i in range(len(x)):
        j = np.searchsorted(xs, x[i])
        j = min(max(j, 1), len(xs) - 1)
        t = (x[i] - xs[j - 1]) / (xs[j] - xs[j - 1])
        out[i] = (1.0 - t) * ys[j - 1] + t * ys[j]
    return out


def interpolation_inputs(n, knots):
    rng = np.random.default_rng(106)
    return rng.random(n), np.linspace(0.0, 1.0, knots), rng.random(knots)


def simpson(a, b, n):
    def f(x):
        return np.exp(-(x**2)) * np.cos(3.0 * x)

    h = (b - a) / n
    total = f(a) + f(b)
    for i in range(1, n):
        total += (4.0 if i % 2 else 2.0) * f(a + i * h)
    return total * h / 3.0


def simpson_inputs(n):
    return 0.0, 2.0, n


def collatz(limit):
    longest, best = 0, 0
    for start in range(1, limit):
        n, length = start, 1
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            length += 1
        if length > longest:
            longest, best = length, start
    return best, longest


def collatz_inputs(limit):
    return (limit,)
