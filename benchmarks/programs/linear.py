"""Linear algebra."""

import numpy as np


def conjugate_gradient(a, b, steps):
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    rs = r @ r
    for _ in range(steps):
        ap = a @ p
        alpha = rs / (p @ ap)
        x += alpha * p
        r -= alpha * ap
        rs_new = r @ r
        p = r + (rs_new / rs) * p
        rs = rs_new
    return x


def conjugate_gradient_inputs(n, steps):
    rng = np.random.default_rng(21)
    x = rng.random((n, n))
    return x @ x.T / n + np.eye(n), rng.random(n), steps


def gram_schmidt(a):
    n = a.shape[1]
    q = np.zeros_like(a)
    r = np.zeros((n, n))
    for j in range(n):
        v = a[:, j].copy()
        for i in range(j):
            r[i, j] = q[:, i] @ v
            v -= r[i, j] * q[:, i]
        r[j, j] = np.linalg.norm(v)
        q[:, j] = v / r[j, j]
    return q, r


def gram_schmidt_inputs(n):
    rng = np.random.default_rng(22)
    return (rng.random((3 * n, n)) + np.eye(3 * n, n),)


def power_iteration(a, steps):
    x = np.ones(a.shape[0])
    for _ in range(steps):
        y = a @ x
        x = y / np.linalg.norm(y)
    return x @ a @ x, x


def power_iteration_inputs(n, steps):
    x = np.random.default_rng(23).random((n, n))
    return x + x.T, steps


def covariance(data):
    mean = data.mean(axis=0)
    data -= mean
    m = data.shape[1]
    cov = np.zeros((m, m))
    for i in range(m):
        cov[i, i:] = data[:, i] @ data[:, i:] / (data.shape[0] - 1.0)
        cov[i:, i] = cov[i, i:]
    return cov


def covariance_inputs(n, m):
    return (np.random.default_rng(24).random((n, m)),)


def vector_updates(a, u1, v1, u2, v2, y, z, alpha, beta):
    a += np.outer(u1, v1) + np.outer(u2, v2)
    x = beta * a.T @ y + z
    return alpha * a @ x


def vector_updates_inputs(n):
    rng = np.random.default_rng(25)
    return (rng.random((n, n)), *(rng.random(n) for _ in range(6)), 1.5, 1.2)


def kalman_filter(x, p, f, h, q, r, measured):
    track = np.zeros((len(measured), len(x)))
    for t in range(len(measured)):
        x = f @ x
        p = f @ p @ f.T + q
        s = h @ p @ h.T + r
        gain = p @ h.T @ np.linalg.inv(s)
        x = x + gain @ (measured[t] - h @ x)
        p = (np.eye(len(x)) - gain @ h) @ p
        track[t] = x
    return track


def kalman_filter_inputs(steps):
    rng = np.random.default_rng(26)
    f = np.eye(4) + 0.1 * np.eye(4, k=2)
    h = np.eye(2, 4)
    return np.zeros(4), np.eye(4), f, h, 0.01 * np.eye(4), 0.5 * np.eye(2), rng.normal(size=(steps, 2)).cumsum(axis=0)
