"""Loops over numbers: solvers, dynamic programming, checksums."""

import numpy as np


def triangular_solve(lower, b):
    n = len(b)
    x = np.zeros(n)
    for i in range(n):
        total = b[i]
        for j in range(i):
            total -= lower[i, j] * x[j]
        x[i] = total / lower[i, i]
    return x


def triangular_solve_inputs(n):
    rng = np.random.default_rng(11)
    return np.tril(rng.random((n, n))) + n * np.eye(n), rng.random(n)


def gauss_seidel(u, sweeps):
    n, m = u.shape
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
    return u


def gauss_seidel_inputs(n, sweeps):
    return np.random.default_rng(12).random((n, n)), sweeps


def cholesky(a):
    n = a.shape[0]
    for i in range(n):
        for j in range(i):
            a[i, j] -= np.dot(a[i, :j], a[j, :j])
            a[i, j] /= a[j, j]
        a[i, i] -= np.dot(a[i, :i], a[i, :i])
        a[i, i] = np.sqrt(a[i, i])
    return a


def cholesky_inputs(n):
    x = np.random.default_rng(13).random((n, n))
    return (x @ x.T + n * np.eye(n),)


def lu_decomposition(a):
    n = a.shape[0]
    for k in range(n - 1):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return a


def lu_decomposition_inputs(n):
    return (np.random.default_rng(14).random((n, n)) + n * np.eye(n),)


def gaussian_elimination(a, b):
    n = len(b)
    for k in range(n):
        pivot = k + np.argmax(np.abs(a[k:, k]))
        if pivot != k:
            a[[k, pivot]] = a[[pivot, k]]
            b[[k, pivot]] = b[[pivot, k]]
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            a[i, k:] -= factor * a[k, k:]
            b[i] -= factor * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return x


def gaussian_elimination_inputs(n):
    rng = np.random.default_rng(15)
    return rng.random((n, n)), rng.random(n)


def tridiagonal_solve(a, b, c, d):
    n = len(d)
    cp, dp = np.zeros(n), np.zeros(n)
    cp[0] = c[0] / b[0]
    dp[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * cp[i - 1]
        cp[i] = c[i] / m
        dp[i] = (d[i] - a[i] * dp[i - 1]) / m
    x = np.zeros(n)
    x[-1] = dp[-1]
    for i in range(n - 2, -1, -1):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return x


def tridiagonal_solve_inputs(n):
    rng = np.random.default_rng(16)
    return rng.random(n), 4.0 + rng.random(n), rng.random(n), rng.random(n)


def edit_distance(s, t):
    n, m = len(s), len(t)
    d = np.zeros((n + 1, m + 1), dtype=np.int64)
    d[:, 0] = np.arange(n + 1)
    d[0, :] = np.arange(m + 1)
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = 0 if s[i - 1] == t[j - 1] else 1
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + cost)
    return d[n, m]


def edit_distance_inputs(n):
    rng = np.random.default_rng(17)
    return rng.integers(0, 4, n), rng.integers(0, 4, n)


def knapsack(values, weights, capacity):
    best = np.zeros(capacity + 1, dtype=np.int64)
    for i in range(len(values)):
        w = weights[i]
        with_item = best[: capacity + 1 - w] + values[i]
        best[w:] = np.maximum(best[w:], with_item)
    return best[capacity]


def knapsack_inputs(items, capacity):
    rng = np.random.default_rng(18)
    return rng.integers(1, 1000, items), rng.integers(1, 100, items), capacity


def adler_checksum(data):
    a, b = 1, 0
    for byte in data:
        a = (a + byte) % 65521
        b = (b + a) % 65521
    return (b << 16) | a


def adler_checksum_inputs(n):
    return (np.random.default_rng(19).integers(0, 256, n),)
