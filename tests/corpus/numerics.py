"""Quadrature, interpolation and small numerical recipes."""

# ruff: noqa: E741

import numpy as np

from .table import program

G = np.random.default_rng(67)


@program(0.0, 1.5, 5)
def romberg(a, b, n):
    def f(x):
        return np.exp(-x * x) * np.cos(x)

    R = np.zeros((n, n))
    h = b - a
    R[0, 0] = 0.5 * h * (f(a) + f(b))
    for i in range(1, n):
        h /= 2
        total = 0.0
        for k in range(1, 2**i, 2):
            total += f(a + k * h)
        R[i, 0] = 0.5 * R[i - 1, 0] + h * total
        for j in range(1, i + 1):
            R[i, j] = R[i, j - 1] + (R[i, j - 1] - R[i - 1, j - 1]) / (4**j - 1)
    return R


@program(np.array([0.0, 1.0, 2.0, 3.0, 4.0]), np.array([0.0, 0.8, 0.9, 0.1, -0.8]), np.linspace(0.1, 3.9, 7))
def cubic_spline(x, y, where):
    n = len(x) - 1
    h = x[1:] - x[:-1]
    alpha = np.zeros(n + 1)
    for i in range(1, n):
        alpha[i] = 3 / h[i] * (y[i + 1] - y[i]) - 3 / h[i - 1] * (y[i] - y[i - 1])
    l, mu, z = np.ones(n + 1), np.zeros(n + 1), np.zeros(n + 1)
    for i in range(1, n):
        l[i] = 2 * (x[i + 1] - x[i - 1]) - h[i - 1] * mu[i - 1]
        mu[i] = h[i] / l[i]
        z[i] = (alpha[i] - h[i - 1] * z[i - 1]) / l[i]
    b, c, d = np.zeros(n), np.zeros(n + 1), np.zeros(n)
    for j in range(n - 1, -1, -1):
        c[j] = z[j] - mu[j] * c[j + 1]
        b[j] = (y[j + 1] - y[j]) / h[j] - h[j] * (c[j + 1] + 2 * c[j]) / 3
        d[j] = (c[j + 1] - c[j]) / (3 * h[j])
    out = np.zeros_like(where)
    for k, w in enumerate(where):
        i = np.searchsorted(x, w) - 1
        t = w - x[i]
        out[k] = y[i] + b[i] * t + c[i] * t**2 + d[i] * t**3
    return out


@program(np.array([0.0, 1.0, 2.5, 4.0]), np.array([1.0, 3.0, 2.0, 5.0]), 1.7)
def newton_and_lagrange(x, y, at):
    n = len(x)
    table = np.zeros((n, n))
    table[:, 0] = y
    for j in range(1, n):
        for i in range(n - j):
            table[i][j] = (table[i + 1][j - 1] - table[i][j - 1]) / (x[i + j] - x[i])
    newton, product = 0.0, 1.0
    for i in range(n):
        newton += table[0, i] * product
        product *= at - x[i]
    lagrange = 0
    for i in range(n):
        L = 1
        for j in range(n):
            if i != j:
                L *= (at - x[j]) / (x[i] - x[j])
        lagrange += y[i] * L
    return newton, lagrange, table[0]


@program(G.random((40, 2)))
def monte_carlo_pi_and_integral(u):
    inside = 0
    for x, y in u:
        if x**2 + y**2 <= 1:
            inside += 1
    pi = 4 * inside / len(u)
    f = np.exp(u[:, 0] * u[:, 1])
    estimate = f.mean()
    error = f.std() / np.sqrt(len(f))
    hits = u[np.sqrt((u**2).sum(1)) < 0.5]
    return pi, estimate, error, len(hits), hits[:, 0].sum()


@program(6)
def gauss_legendre(n):
    x = np.zeros(n)
    w = np.zeros(n)
    for i in range(n):
        z = np.cos(np.pi * (i + 0.75) / (n + 0.5))
        while True:
            p1, p2 = 1.0, 0.0
            for j in range(1, n + 1):
                p3 = p2
                p2 = p1
                p1 = ((2 * j - 1) * z * p2 - (j - 1) * p3) / j
            pp = n * (z * p1 - p2) / (z * z - 1)
            z1 = z
            z = z1 - p1 / pp
            if abs(z - z1) < 1e-13:
                break
        x[i] = z
        w[i] = 2 / ((1 - z * z) * pp * pp)
    return x, w, np.sum(w * np.cos(x))


@program(0.0, 3.0, 1e-6)
def adaptive_simpson_with_a_stack(a, b, tol):
    def f(x):
        return np.sqrt(x) * np.sin(5 * x)

    def simpson(a, b):
        return (b - a) / 6 * (f(a) + 4 * f((a + b) / 2) + f(b))

    stack = np.zeros((60, 3))
    stack[0] = a, b, tol
    n, total, evaluations = 1, 0.0, 0
    while n > 0:
        n -= 1
        lo, hi, eps = stack[n]
        mid = (lo + hi) / 2
        whole, halves = simpson(lo, hi), simpson(lo, mid) + simpson(mid, hi)
        evaluations += 1
        if abs(whole - halves) < 15 * eps or n > 55:
            total += halves + (halves - whole) / 15
        else:
            stack[n] = lo, mid, eps / 2
            stack[n + 1] = mid, hi, eps / 2
            n += 2
    return total, evaluations


@program(np.array([3.0, -1.0, 2.0, 5.0, 4.0, 0.5]), 7)
def histogram_and_statistics(data, bins):
    lo, hi = data.min(), data.max()
    width = (hi - lo) / bins
    counts = np.zeros(bins, dtype=int)
    for x in data:
        k = int((x - lo) / width)
        if k == bins:
            k -= 1
        counts[k] += 1
    n, mean, m2 = 0, 0.0, 0.0
    for x in data:
        n += 1
        delta = x - mean
        mean += delta / n
        m2 += delta * (x - mean)
    s = np.sort(data)
    median = s[len(s) // 2] if len(s) % 2 else 0.5 * (s[len(s) // 2 - 1] + s[len(s) // 2])
    return counts, mean, m2 / (n - 1), median


@program(np.array([1.0, -6.0, 11.0, -6.0]))
def durand_kerner(coefficients):
    n = len(coefficients) - 1
    roots = np.array([(0.4 + 0.9j) ** k for k in range(n)])
    for it in range(60):
        largest = 0.0
        for i in range(n):
            value = 0j
            for c in coefficients:
                value = value * roots[i] + c
            for j in range(n):
                if j != i:
                    value /= roots[i] - roots[j]
            roots[i] -= value
            largest = max(largest, abs(value))
        if largest < 1e-12:
            break
    return np.round(roots, 8)


@program(np.arange(1.0, 10.0).reshape(3, 3) + np.eye(3), 20)
def matrix_exponential_and_powers(A, terms):
    result = np.eye(len(A))
    term = np.eye(len(A))
    B = A / 16
    for k in range(1, terms):
        term = term @ B / k
        result = result + term
    for _ in range(4):
        result = result @ result
    power, base, e = np.eye(3), A.copy(), 13
    while e:
        if e % 2 == 1:
            power = power @ base
        base = base @ base
        e //= 2
    return result, power, np.trace(power)
