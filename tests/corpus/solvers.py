"""Iterative and direct solvers of systems of equations."""

import numpy as np

from .table import program

G = np.random.default_rng(5)
A = G.random((8, 8)) + 8 * np.eye(8)
SPD = A @ A.T / 8
B = G.random(8)
LOWER, DIAGONAL, UPPER = -np.ones(9), 2.5 * np.ones(10), -np.ones(9)


@program(LOWER, DIAGONAL, UPPER, np.linspace(1, 2, 10), narrow=True)
def thomas(a, b, c, d):
    n = len(d)
    cp = np.zeros(n - 1)
    dp = np.zeros(n)
    cp[0] = c[0] / b[0]
    dp[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i - 1] * cp[i - 1]
        if i < n - 1:
            cp[i] = c[i] / m
        dp[i] = (d[i] - a[i - 1] * dp[i - 1]) / m
    x = np.zeros(n)
    x[-1] = dp[-1]
    for i in range(n - 2, -1, -1):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return x


@program(12, 8)
def crank_nicolson(n, steps):
    x = np.linspace(0, 1, n)
    u = np.sin(np.pi * x)
    r = 0.4
    main = (1 + r) * np.ones(n - 2)
    off = -r / 2 * np.ones(n - 3)
    for t in range(steps):
        rhs = (1 - r) * u[1:-1] + r / 2 * (u[2:] + u[:-2])
        d = main.copy()
        for i in range(1, n - 2):
            w = off[i - 1] / d[i - 1]
            d[i] -= w * off[i - 1]
            rhs[i] -= w * rhs[i - 1]
        u[-2] = rhs[-1] / d[-1]
        for i in reversed(range(n - 3)):
            u[i + 1] = (rhs[i] - off[i] * u[i + 2]) / d[i]
    return u


@program(A, B, 1e-8)
def gauss_seidel(A, b, eps):
    n = len(b)
    x = np.zeros(n)
    converged = False
    count = 0
    while not converged and count < 100:
        x_new = np.copy(x)
        for i in range(n):
            s1 = sum(A[i][j] * x_new[j] for j in range(i))
            s2 = sum(A[i][j] * x[j] for j in range(i + 1, n))
            x_new[i] = (b[i] - s1 - s2) / A[i][i]
        converged = np.sqrt(sum((x_new[i] - x[i]) ** 2 for i in range(n))) <= eps
        x = x_new
        count += 1
    return x, count


@program(SPD, B, narrow=True)
def conjugate_gradient(A, b):
    x = np.zeros_like(b)
    r = b - A @ x
    p = r.copy()
    rsold = r @ r
    for i in range(len(b)):
        Ap = A @ p
        alpha = rsold / (p @ Ap)
        x += alpha * p
        r -= alpha * Ap
        rsnew = r @ r
        if np.sqrt(rsnew) < 1e-6:
            break
        p = r + (rsnew / rsold) * p
        rsold = rsnew
    return x, i


@program(A, B, np.zeros(8), 6)
def gmres(A, b, x0, m):
    r = b - A @ x0
    beta = np.linalg.norm(r)
    n = len(b)
    Q = np.zeros((n, m + 1))
    H = np.zeros((m + 1, m))
    Q[:, 0] = r / beta
    for k in range(m):
        y = A @ Q[:, k]
        for j in range(k + 1):
            H[j, k] = Q[:, j] @ y
            y = y - H[j, k] * Q[:, j]
        H[k + 1, k] = np.linalg.norm(y)
        if H[k + 1, k] < 1e-12:
            break
        Q[:, k + 1] = y / H[k + 1, k]
    e1 = np.zeros(m + 1)
    e1[0] = beta
    # the least squares problem by Givens rotations
    for k in range(m):
        d = np.sqrt(H[k, k] ** 2 + H[k + 1, k] ** 2)
        c, s = H[k, k] / d, H[k + 1, k] / d
        top = c * H[k] + s * H[k + 1]
        H[k + 1] = -s * H[k] + c * H[k + 1]
        H[k] = top
        e1[k], e1[k + 1] = c * e1[k] + s * e1[k + 1], -s * e1[k] + c * e1[k + 1]
    y = np.zeros(m)
    for k in range(m - 1, -1, -1):
        y[k] = (e1[k] - H[k, k + 1 :] @ y[k + 1 :]) / H[k, k]
    return x0 + Q[:, :m] @ y


@program(A, 100)
def power_iteration_with_deflation(A, limit):
    M = A + A.T
    values = []
    for k in range(2):
        v = np.ones(M.shape[0])
        v[k] = 2
        old = 0.0
        for it in range(limit):
            w = M @ v
            v = w / np.linalg.norm(w)
            value = v @ M @ v
            if abs(value - old) < 1e-10:
                break
            old = value
        values.append(value)
        M = M - value * np.outer(v, v)
    return np.array(values)


@program(np.array([1.0, 0.45, 0.2, -0.1, 0.05]), 4)
def levinson_durbin(r, order):
    a = np.zeros(order + 1)
    a[0] = 1.0
    e = r[0]
    reflection = np.zeros(order)
    for m in range(1, order + 1):
        acc = r[m]
        for i in range(1, m):
            acc += a[i] * r[m - i]
        k = -acc / e
        reflection[m - 1] = k
        new = a.copy()
        for i in range(1, m):
            new[i] = a[i] + k * a[m - i]
        new[m] = k
        a = new
        e *= 1 - k * k
    return a, e, reflection


@program(np.array([1.0, 1.0, 1.0]), 1e-10)
def newton_system(x, tol):
    def F(x):
        return np.array([x[0] ** 2 + x[1] ** 2 + x[2] ** 2 - 3.5, x[0] * x[1] - 0.9, x[2] - np.cos(x[0])])

    def J(x, h=1e-7):
        n = len(x)
        jac = np.zeros((n, n))
        f0 = F(x)
        for i in range(n):
            xh = x.copy()
            xh[i] += h
            jac[:, i] = (F(xh) - f0) / h
        return jac

    for i in range(50):
        dx = np.linalg.solve(J(x), -F(x))
        x = x + dx
        if np.linalg.norm(dx) < tol:
            break
    return np.round(x, 9), i < 50
