"""Roots, minima and linear programs."""

import numpy as np

from .table import program

G = np.random.default_rng(37)


@program(0.0, 2.0, 1e-8)
def bisection_and_secant(a, b, tol):
    def f(x):
        return x**3 - x - 2

    lo, hi, n = a, b, 0
    if f(lo) * f(hi) > 0:
        raise ValueError("no change of sign")
    while (hi - lo) / 2 > tol:
        mid = (lo + hi) / 2
        n += 1
        if f(mid) == 0:
            break
        if f(lo) * f(mid) < 0:
            hi = mid
        else:
            lo = mid
    x0, x1 = a, b
    for k in range(30):
        if abs(f(x1) - f(x0)) < 1e-14:
            break
        x0, x1 = x1, x1 - f(x1) * (x1 - x0) / (f(x1) - f(x0))
    return (lo + hi) / 2, n, x1


@program(np.array([-1.2, 1.0]), 40, rtol=1e-7)
def nelder_mead(start, iterations):
    def f(x):
        return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2

    n = len(start)
    simplex = np.zeros((n + 1, n))
    simplex[0] = start
    for i in range(n):
        simplex[i + 1] = start
        simplex[i + 1, i] += 0.5
    values = np.array([f(p) for p in simplex])
    for it in range(iterations):
        order = np.argsort(values)
        simplex = simplex[order]
        values = values[order]
        centroid = simplex[:-1].mean(axis=0)
        reflected = centroid + (centroid - simplex[-1])
        fr = f(reflected)
        if fr < values[0]:
            expanded = centroid + 2 * (centroid - simplex[-1])
            fe = f(expanded)
            if fe < fr:
                simplex[-1], values[-1] = expanded, fe
            else:
                simplex[-1], values[-1] = reflected, fr
        elif fr < values[-2]:
            simplex[-1], values[-1] = reflected, fr
        else:
            contracted = centroid + 0.5 * (simplex[-1] - centroid)
            fc = f(contracted)
            if fc < values[-1]:
                simplex[-1], values[-1] = contracted, fc
            else:
                for i in range(1, n + 1):
                    simplex[i] = simplex[0] + 0.5 * (simplex[i] - simplex[0])
                    values[i] = f(simplex[i])
    return simplex, values


@program(np.array([3.0, -2.0]), 1e-6)
def gradient_descent_with_line_search(x, tol):
    A = np.array([[3.0, 0.5], [0.5, 1.0]])
    b = np.array([1.0, -1.0])
    path = np.full((200, 2), np.nan)
    k = 0
    while True:
        g = A @ x - b
        path[k] = x
        if np.linalg.norm(g) < tol or k >= 199:
            break
        t = 1.0
        while True:
            trial = x - t * g
            if 0.5 * trial @ A @ trial - b @ trial <= 0.5 * x @ A @ x - b @ x - 0.3 * t * (g @ g):
                break
            t *= 0.5
        x = x - t * g
        k += 1
    return x, k, path[:5]


@program(np.array([3.0, 2.0]), 30, narrow=True)
def adam(theta, steps):
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    beta1, beta2, eps = 0.9, 0.999, 1e-8
    for t in range(1, steps + 1):
        g = 2 * theta + np.array([np.sin(theta[1]), 1.0])
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        mhat = m / (1 - beta1**t)
        vhat = v / (1 - beta2**t)
        theta -= 0.1 * mhat / (np.sqrt(vhat) + eps)
    return theta


@program(np.array([4.0]), G.standard_normal(40), G.random(40))
def simulated_annealing(x, moves, uniforms):
    def energy(x):
        return x**2 + 10 * np.sin(3 * x)

    current = x[0]
    best = current
    best_energy = energy(current)
    T = 10.0
    accepted = 0
    for k in range(len(moves)):
        candidate = current + moves[k]
        delta = energy(candidate) - energy(current)
        if delta < 0 or uniforms[k] < np.exp(-delta / T):
            current = candidate
            accepted += 1
            if energy(current) < best_energy:
                best, best_energy = current, energy(current)
        T *= 0.95
    return best, best_energy, accepted


@program(np.array([3.0, 5.0]), np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 2.0]]), np.array([4.0, 12.0, 18.0]))
def simplex_method(c, A, b):
    m, n = A.shape
    T = np.zeros((m + 1, n + m + 1))
    T[:m, :n] = A
    T[:m, n : n + m] = np.eye(m)
    T[:m, -1] = b
    T[-1, :n] = -c
    basis = np.arange(n, n + m)
    while np.min(T[-1, :-1]) < -1e-9:
        col = np.argmin(T[-1, :-1])
        ratios = np.full(m, np.inf)
        for i in range(m):
            if T[i, col] > 1e-9:
                ratios[i] = T[i, -1] / T[i, col]
        row = np.argmin(ratios)
        T[row] /= T[row, col]
        for i in range(m + 1):
            if i != row:
                T[i] -= T[i, col] * T[row]
        basis[row] = col
    x = np.zeros(n + m)
    x[basis] = T[:m, -1]
    return x[:n], T[-1, -1]


@program(G.random((8, 3)), G.random((8, 3)), G.random((6, 8, 3)), G.random((6, 8, 3)))
def particle_swarm(x, v, r1, r2):
    def sphere(x):
        return np.sum((x - 0.3) ** 2, axis=1)

    best = x.copy()
    best_value = sphere(x)
    g = best[np.argmin(best_value)]
    for t in range(len(r1)):
        v = 0.7 * v + 1.5 * r1[t] * (best - x) + 1.5 * r2[t] * (g - x)
        x = np.clip(x + v, 0, 1)
        value = sphere(x)
        better = value < best_value
        best[better] = x[better]
        best_value[better] = value[better]
        g = best[best_value.argmin()].copy()
    return g, best_value


@program(np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.9, 4.2, 6.1, 8.8]), np.array([1.0, 0.1]))
def gauss_newton_fit(t, y, p):
    for it in range(10):
        model = p[0] * np.exp(p[1] * t)
        r = y - model
        J = np.column_stack((np.exp(p[1] * t), p[0] * t * np.exp(p[1] * t)))
        step = np.linalg.solve(J.T @ J + 1e-3 * np.eye(2), J.T @ r)
        p = p + step
        if np.max(np.abs(step)) < 1e-9:
            break
    return p, np.sum(r**2)


@program(G.random((5, 5)), np.arange(5), G.integers(0, 5, (25, 2)), G.random(25))
def travelling_salesman(dist, tour, swaps, u):
    n = len(tour)

    def length(t):
        total = 0.0
        for i in range(n):
            total += dist[t[i], t[(i + 1) % n]]
        return total

    best = length(tour)
    temperature = 1.0
    for k in range(len(swaps)):
        i, j = swaps[k]
        tour[i], tour[j] = tour[j], tour[i]
        new = length(tour)
        if new < best or u[k] < np.exp((best - new) / temperature):
            best = new
        else:
            tour[i], tour[j] = tour[j], tour[i]
        temperature *= 0.9
    return best
