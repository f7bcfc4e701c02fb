"""Factorizations and triangular solves, with the growing slices of the textbooks."""

import numpy as np

from .table import program

G = np.random.default_rng(3)
A = G.random((6, 6)) + 6 * np.eye(6)
SPD = A @ A.T
TALL = G.random((7, 4))
B = G.random(6)
SYM = G.random((5, 5))
SYM = SYM + SYM.T


@program(A, B, narrow=True)
def lu_doolittle_and_solve(a, b):
    n = a.shape[0]
    L = np.eye(n)
    U = np.zeros((n, n))
    for k in range(n):
        U[k, k:] = a[k, k:] - L[k, :k] @ U[:k, k:]
        L[k + 1 :, k] = (a[k + 1 :, k] - L[k + 1 :, :k] @ U[:k, k]) / U[k, k]
    y = np.zeros(n)
    for i in range(n):
        y[i] = b[i] - np.dot(L[i, :i], y[:i])
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (y[i] - np.dot(U[i, i + 1 :], x[i + 1 :])) / U[i, i]
    return L, U, x


@program(A[::-1].copy())
def lu_with_partial_pivoting(A):
    n = len(A)
    p = np.arange(n)
    sign = 1
    for k in range(n - 1):
        m = k + np.argmax(np.abs(A[k:, k]))
        if m != k:
            A[[k, m]] = A[[m, k]]
            p[k], p[m] = p[m], p[k]
            sign = -sign
        A[k + 1 :, k] /= A[k, k]
        A[k + 1 :, k + 1 :] -= np.outer(A[k + 1 :, k], A[k, k + 1 :])
    return p, sign * np.prod(np.diag(A))


@program(SPD, narrow=True)
def cholesky_in_place(A):
    N = A.shape[0]
    A[0, 0] = np.sqrt(A[0, 0])
    for i in range(1, N):
        for j in range(i):
            A[i, j] -= np.dot(A[i, :j], A[j, :j])
            A[i, j] /= A[j, j]
        A[i, i] -= np.dot(A[i, :i], A[i, :i])
        A[i, i] = np.sqrt(A[i, i])
    return np.tril(A)


@program(SPD)
def ldlt(A):
    n = A.shape[0]
    L = np.eye(n)
    d = np.zeros(n)
    for j in range(n):
        d[j] = A[j, j] - np.sum(L[j, :j] ** 2 * d[:j])
        for i in range(j + 1, n):
            L[i, j] = (A[i, j] - np.sum(L[i, :j] * L[j, :j] * d[:j])) / d[j]
    return L, d


@program(TALL)
def qr_householder(A):
    m, n = A.shape
    Q = np.eye(m)
    R = A.copy()
    for j in range(n):
        x = R[j:, j]
        normx = np.linalg.norm(x)
        rho = -np.sign(x[0])
        u1 = x[0] - rho * normx
        u = x / u1
        u[0] = 1
        beta = -rho * u1 / normx
        R[j:, :] = R[j:, :] - beta * np.outer(u, u).dot(R[j:, :])
        Q[:, j:] = Q[:, j:] - beta * Q[:, j:].dot(np.outer(u, u))
    return Q, R


@program(TALL)
def qr_givens(A):
    m, n = A.shape
    R = A.copy()
    Q = np.eye(m)
    for j in range(n):
        for i in range(m - 1, j, -1):
            a, b = R[i - 1, j], R[i, j]
            if b != 0:
                r = np.hypot(a, b)
                c, s = a / r, -b / r
                for M in (R, Q.T):
                    upper = c * M[i - 1] - s * M[i]
                    lower = s * M[i - 1] + c * M[i]
                    M[i - 1] = upper
                    M[i] = lower
    return Q, R


@program(TALL)
def qr_modified_gram_schmidt(A):
    Q = np.zeros_like(A)
    R = np.zeros((A.shape[1], A.shape[1]))
    for k in range(A.shape[1]):
        nrm = np.sum(A[:, k] * A[:, k])
        R[k, k] = np.sqrt(nrm)
        Q[:, k] = A[:, k] / R[k, k]
        for j in range(k + 1, A.shape[1]):
            R[k, j] = np.dot(Q[:, k], A[:, j])
            A[:, j] -= Q[:, k] * R[k, j]
    return Q, R


@program(SYM)
def jacobi_eigenvalues(A):
    n = A.shape[0]
    V = np.eye(n)
    rotations = 0
    for sweep in range(50):
        off = 0.0
        for i in range(n):
            for j in range(i + 1, n):
                off += A[i, j] ** 2
        if off < 1e-18:
            break
        for p in range(n - 1):
            for q in range(p + 1, n):
                if abs(A[p, q]) < 1e-14:
                    continue
                theta = (A[q, q] - A[p, p]) / (2 * A[p, q])
                t = np.sign(theta) / (abs(theta) + np.sqrt(theta**2 + 1))
                c = 1 / np.sqrt(t**2 + 1)
                s = t * c
                rotations += 1
                for k in range(n):
                    akp, akq = A[k, p], A[k, q]
                    A[k, p] = c * akp - s * akq
                    A[k, q] = s * akp + c * akq
                for k in range(n):
                    apk, aqk = A[p, k], A[q, k]
                    A[p, k] = c * apk - s * aqk
                    A[q, k] = s * apk + c * aqk
                for k in range(n):
                    vkp, vkq = V[k, p], V[k, q]
                    V[k, p] = c * vkp - s * vkq
                    V[k, q] = s * vkp + c * vkq
    return np.sort(np.diag(A)), rotations


@program(A.copy(), np.eye(6))
def gauss_jordan_inverse(a, inverse):
    n = len(a)
    for i in range(n):
        pivot = a[i, i]
        for j in range(n):
            a[i, j] /= pivot
            inverse[i, j] /= pivot
        for k in range(n):
            if k != i:
                factor = a[k, i]
                a[k] -= factor * a[i]
                inverse[k] -= factor * inverse[i]
    return inverse


@program(SYM, B[:5])
def lanczos_tridiagonal(A, start):
    n = len(start)
    m = 4
    V = np.zeros((m, n))
    alpha = np.zeros(m)
    beta = np.zeros(m - 1)
    V[0] = start / np.linalg.norm(start)
    w = A @ V[0]
    alpha[0] = w @ V[0]
    w = w - alpha[0] * V[0]
    for j in range(1, m):
        beta[j - 1] = np.sqrt(w @ w)
        V[j] = w / beta[j - 1]
        w = A @ V[j]
        alpha[j] = w.dot(V[j])
        w = w - alpha[j] * V[j] - beta[j - 1] * V[j - 1]
    T = np.diag(alpha) + np.diag(beta, 1) + np.diag(beta, -1)
    return T
