"""Estimation: Kalman and particle filters, hidden Markov models, tracking."""

# ruff: noqa: E741

import numpy as np

from .table import program

G = np.random.default_rng(47)
MEASURED = np.cumsum(np.ones(15)) * 0.1 + 0.05 * G.standard_normal(15)


@program(MEASURED, narrow=True)
def kalman_scalar(z):
    n_iter = len(z)
    Q, R = 1e-5, 0.1**2
    xhat = np.zeros(n_iter)
    P = np.zeros(n_iter)
    xhatminus = np.zeros(n_iter)
    Pminus = np.zeros(n_iter)
    K = np.zeros(n_iter)
    xhat[0] = 0.0
    P[0] = 1.0
    for k in range(1, n_iter):
        xhatminus[k] = xhat[k - 1]
        Pminus[k] = P[k - 1] + Q
        K[k] = Pminus[k] / (Pminus[k] + R)
        xhat[k] = xhatminus[k] + K[k] * (z[k] - xhatminus[k])
        P[k] = (1 - K[k]) * Pminus[k]
    return xhat, P


class KalmanFilter:
    """Constant velocity in the plane; the state is kept in arrays that are written."""

    def __init__(self, dt):
        self.F = np.array([[1, 0, dt, 0], [0, 1, 0, dt], [0, 0, 1, 0], [0, 0, 0, 1.0]])
        self.H = np.array([[1.0, 0, 0, 0], [0, 1, 0, 0]])
        self.Q = 1e-3 * np.eye(4)
        self.R = 0.1 * np.eye(2)
        self.x = np.zeros((4, 1))
        self.P = np.eye(4)

    def predict(self):
        self.x[:] = self.F @ self.x
        self.P[...] = self.F @ self.P @ self.F.T + self.Q

    def update(self, z):
        y = z.reshape(2, 1) - self.H @ self.x
        S = self.H @ self.P @ self.H.T + self.R
        K = self.P @ self.H.T @ np.linalg.inv(S)
        self.x += K @ y
        self.P[...] = (np.eye(4) - K @ self.H) @ self.P

    def track(self, measurements):
        positions = np.zeros((len(measurements), 2))
        for i, z in enumerate(measurements):
            self.predict()
            self.update(z)
            positions[i] = self.x[:2, 0]
        return positions


program(np.stack([MEASURED, MEASURED[::-1]], 1), build=(0.1,), method="track")(KalmanFilter)


@program(MEASURED, G.standard_normal((15, 12)), G.random(15))
def particle_filter(z, noise, offsets):
    N = noise.shape[1]
    particles = np.linspace(-0.5, 0.5, N)
    estimates = np.zeros(len(z))
    for t in range(len(z)):
        particles = particles + 0.1 + 0.05 * noise[t]
        w = np.exp(-0.5 * ((z[t] - particles) / 0.1) ** 2) + 1e-12
        w /= w.sum()
        estimates[t] = np.sum(w * particles)
        if 1.0 / np.sum(w**2) < N / 2:
            positions = (np.arange(N) + offsets[t]) / N
            cumulative = np.cumsum(w)
            indexes = np.zeros(N, dtype=int)
            i, j = 0, 0
            while i < N:
                if positions[i] < cumulative[j] or j == N - 1:
                    indexes[i] = j
                    i += 1
                else:
                    j += 1
            particles = particles[indexes]
    return estimates, particles


@program(
    np.array([0, 1, 1, 0, 2, 1]),
    np.array([[0.8, 0.2], [0.3, 0.7]]),
    np.array([[0.6, 0.3, 0.1], [0.1, 0.3, 0.6]]),
    np.array([0.5, 0.5]),
)
def hidden_markov_forward_backward(V, a, b, initial):
    T, M = V.shape[0], a.shape[0]
    for iteration in range(3):
        alpha = np.zeros((T, M))
        scale = np.zeros(T)
        alpha[0, :] = initial * b[:, V[0]]
        scale[0] = alpha[0].sum()
        alpha[0] /= scale[0]
        for t in range(1, T):
            for j in range(M):
                alpha[t, j] = alpha[t - 1].dot(a[:, j]) * b[j, V[t]]
            scale[t] = alpha[t].sum()
            alpha[t] /= scale[t]
        beta = np.zeros((T, M))
        beta[T - 1] = np.ones(M)
        for t in range(T - 2, -1, -1):
            for j in range(M):
                beta[t, j] = (beta[t + 1] * b[:, V[t + 1]]).dot(a[j, :]) / scale[t + 1]
        xi = np.zeros((M, M, T - 1))
        for t in range(T - 1):
            denominator = np.dot(np.dot(alpha[t, :].T, a) * b[:, V[t + 1]].T, beta[t + 1, :])
            for i in range(M):
                numerator = alpha[t, i] * a[i, :] * b[:, V[t + 1]].T * beta[t + 1, :].T
                xi[i, :, t] = numerator / denominator
        gamma = np.sum(xi, axis=1)
        a = np.sum(xi, 2) / np.sum(gamma, axis=1).reshape((-1, 1))
        gamma = np.hstack((gamma, np.sum(xi[:, :, T - 2], axis=0).reshape((-1, 1))))
        denominator = np.sum(gamma, axis=1)
        b = b.copy()
        for l in range(b.shape[1]):
            b[:, l] = np.sum(gamma[:, V == l], axis=1)
        b = np.divide(b, denominator.reshape((-1, 1)))
    return a, b, np.log(scale).sum()


@program(MEASURED, 3, 0.4)
def smoothing_and_outliers(x, half, threshold):
    n = len(x)
    moving = np.zeros(n)
    for i in range(n):
        lo, hi = max(0, i - half), min(n, i + half + 1)
        moving[i] = np.mean(x[lo:hi])
    residual = x - moving
    spread = residual.std()
    keep = np.abs(residual) < 3 * spread
    s = x[0]
    smooth = [s]
    for value in x[1:]:
        s = threshold * value + (1 - threshold) * s
        smooth.append(s)
    return moving, np.array(smooth), x[keep].mean()
