"""Options and portfolios."""

# ruff: noqa: SIM113

import numpy as np

from .table import program

G = np.random.default_rng(53)


@program(100.0, 100.0, 1.0, 0.05, 0.2, 20, narrow=True)
def binomial_american_put(S, K, T, r, sigma, N):
    dt = T / N
    u = np.exp(sigma * np.sqrt(dt))
    d = 1 / u
    p = (np.exp(r * dt) - d) / (u - d)
    discount = np.exp(-r * dt)
    values = np.zeros(N + 1)
    for j in range(N + 1):
        values[j] = max(K - S * u**j * d ** (N - j), 0)
    for i in range(N - 1, -1, -1):
        for j in range(i + 1):
            hold = discount * (p * values[j + 1] + (1 - p) * values[j])
            exercise = K - S * u**j * d ** (i - j)
            values[j] = max(hold, exercise)
    return values[0]


@program(100.0, 105.0, 0.05, 0.2, 12)
def binomial_vectorized(S0, K, r, sigma, M):
    dt = 1.0 / M
    df = np.exp(-r * dt)
    u = np.exp(sigma * dt**0.5)
    d = 1.0 / u
    q = (np.exp(r * dt) - d) / (u - d)
    mu = np.arange(M + 1)
    mu = np.resize(mu, (M + 1, M + 1))
    md = np.transpose(mu)
    mu = u ** (mu - md)
    md = d**md
    S = S0 * mu * md
    V = np.maximum(S - K, 0)
    z = 0
    for t in range(M - 1, -1, -1):
        V[0 : M - z, t] = (q * V[0 : M - z, t + 1] + (1 - q) * V[1 : M - z + 1, t + 1]) * df
        z += 1
    return V[0, 0]


@program(G.standard_normal((6, 12)), 100.0, 100.0)
def monte_carlo_barrier(z, S0, K):
    paths, steps = z.shape
    dt = 1 / steps
    payoffs = np.zeros(paths)
    knocked = 0
    for p in range(paths):
        S = S0
        alive = True
        for t in range(steps):
            S = S * np.exp((0.03 - 0.5 * 0.2**2) * dt + 0.2 * np.sqrt(dt) * z[p, t])
            if S < 85:
                alive = False
                knocked += 1
                break
        if alive:
            payoffs[p] = max(S - K, 0.0)
    return np.exp(-0.03) * payoffs.mean(), payoffs.std(ddof=1), knocked


@program(G.standard_normal((10, 5)))
def longstaff_schwartz(z):
    S = 36 * np.exp(np.cumsum((0.06 - 0.02) / 5 + 0.2 * np.sqrt(1 / 5) * z, axis=1))
    h = np.maximum(40 - S, 0)
    V = h[:, -1].copy()
    for t in range(S.shape[1] - 2, -1, -1):
        V *= np.exp(-0.06 / 5)
        X = np.vander(S[:, t], 3)
        coefficients = np.linalg.solve(X.T @ X, X.T @ V)
        C = X @ coefficients
        V = np.where((h[:, t] > C) & (h[:, t] > 0), h[:, t], V)
    return V.mean()


@program(G.standard_normal((30, 3)) * 0.01, np.array([0.5, 0.3, 0.2]))
def portfolio_risk(returns, weights):
    mean = returns.mean(axis=0)
    cov = np.cov(returns.T)
    value = np.cumprod(1 + returns @ weights)
    peak = value[0]
    drawdown = 0.0
    for v in value:
        if v > peak:
            peak = v
        drawdown = max(drawdown, (peak - v) / peak)
    ordered = np.sort(returns @ weights)
    var = -ordered[int(0.05 * len(ordered))]
    minimal = np.linalg.solve(cov, np.ones(3))
    minimal /= minimal.sum()
    return weights @ mean, np.sqrt(weights @ cov @ weights), drawdown, var, minimal


@program(np.array([95.0, 100.0, 105.0]), np.array([8.2, 5.1, 2.9]), 1e-8)
def implied_volatility(strikes, prices, tol):
    def cdf(x):
        k = 1 / (1 + 0.2316419 * abs(x))
        poly = k * (0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))))
        tail = np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi) * poly
        return 1 - tail if x >= 0 else tail

    def call(S, K, T, r, s):
        d1 = (np.log(S / K) + (r + 0.5 * s * s) * T) / (s * np.sqrt(T))
        return S * cdf(d1) - K * np.exp(-r * T) * cdf(d1 - s * np.sqrt(T))

    out = np.zeros(len(strikes))
    for i in range(len(strikes)):
        low, high = 0.01, 2.0
        while high - low > tol:
            mid = 0.5 * (low + high)
            if call(100.0, strikes[i], 0.5, 0.01, mid) > prices[i]:
                high = mid
            else:
                low = mid
        out[i] = 0.5 * (low + high)
    return np.round(out, 6)
