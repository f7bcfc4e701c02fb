"""Clustering, mixtures and regressions from scratch."""

import numpy as np

from .table import program

G = np.random.default_rng(31)
POINTS = np.concatenate([G.normal(m, 0.3, (6, 2)) for m in ((0, 0), (3, 3), (0, 4))])
LABELS = np.repeat([0, 1, 1], 6)
LINE = np.stack([np.ones(12), np.linspace(0, 1, 12)], axis=1)


@program(POINTS, POINTS[[0, 7, 14]].copy())
def k_means_with_masks(X, centers):
    for iteration in range(50):
        distances = np.sqrt(((X[:, None, :] - centers[None, :, :]) ** 2).sum(axis=2))
        labels = np.argmin(distances, axis=1)
        new = centers.copy()
        for k in range(len(centers)):
            members = X[labels == k]
            if len(members) > 0:
                new[k] = members.mean(axis=0)
        if np.allclose(new, centers):
            break
        centers = new
    inertia = 0.0
    for i in range(len(X)):
        inertia += np.sum((X[i] - centers[labels[i]]) ** 2)
    return centers, labels, inertia


@program(POINTS, 3, 12)
def k_means_with_loops(x, k, iterations):
    n, d = x.shape
    means = x[:: n // k][:k].copy()
    assignment = np.zeros(n, dtype=np.int64)
    for it in range(iterations):
        changed = False
        for i in range(n):
            nearest, shortest = 0, np.inf
            for c in range(k):
                dist = 0.0
                for j in range(d):
                    dist += (x[i, j] - means[c, j]) ** 2
                if dist < shortest:
                    nearest, shortest = c, dist
            if assignment[i] != nearest:
                assignment[i] = nearest
                changed = True
        counts = np.zeros(k, dtype=int)
        sums = np.zeros((k, d))
        for i in range(n):
            counts[assignment[i]] += 1
            sums[assignment[i]] += x[i]
        for c in range(k):
            if counts[c] > 0:
                means[c] = sums[c] / counts[c]
        if not changed:
            break
    return means, assignment, it


@program(POINTS[:, 0].copy(), 8)
def em_gaussian_mixture(x, iterations):
    mu = np.array([x.min(), x.max()])
    sigma = np.ones(2)
    weight = np.ones(2) / 2
    likelihood = []
    for it in range(iterations):
        density = weight / (np.sqrt(2 * np.pi) * sigma) * np.exp(-0.5 * ((x[:, None] - mu) / sigma) ** 2)
        total = density.sum(axis=1)
        r = density / total[:, None]
        likelihood.append(np.log(total).sum())
        N = r.sum(axis=0)
        mu = (r * x[:, None]).sum(axis=0) / N
        sigma = np.sqrt((r * (x[:, None] - mu) ** 2).sum(axis=0) / N)
        weight = N / len(x)
    return mu, sigma, weight, likelihood


@program(POINTS, np.where(LABELS == 1, 1.0, 0.0), 0.1, 25, narrow=True)
def logistic_regression(X, y, lr, epochs):
    m, n = X.shape
    theta = np.zeros(n + 1)
    Xb = np.c_[np.ones(m), X]
    cost = np.zeros(epochs)
    for e in range(epochs):
        h = 1.0 / (1.0 + np.exp(-Xb.dot(theta)))
        theta -= lr * Xb.T.dot(h - y) / m
        cost[e] = -np.mean(y * np.log(h + 1e-12) + (1 - y) * np.log(1 - h + 1e-12))
    predicted = (1 / (1 + np.exp(-Xb @ theta)) > 0.5).astype(int)
    return theta, cost, (predicted == y).mean()


@program(
    POINTS,
    LABELS,
    np.array([1.0, 2.0]),
    3,
    refused={"jit-jax": (TypeError, "known only|needs a value")},  # np.zeros(y.max() + 1)
)
def k_nearest_neighbours(X, y, query, k):
    d = np.array([np.sqrt(np.sum((X[i] - query) ** 2)) for i in range(len(X))])
    order = np.argsort(d)
    votes = np.zeros(y.max() + 1, dtype=int)
    for i in order[:k]:
        votes[y[i]] += 1
    return np.argmax(votes), d[order[:k]]


@program(POINTS, 2)
def principal_components(X, k):
    centered = X - X.mean(axis=0)
    covariance = centered.T @ centered / (len(X) - 1)
    components = np.zeros((k, X.shape[1]))
    variances = np.zeros(k)
    for i in range(k):
        v = np.array([1.0, 0.3])
        for _ in range(60):
            v = covariance @ v
            v /= np.linalg.norm(v)
        variances[i] = v @ covariance @ v
        components[i] = v
        covariance = covariance - variances[i] * np.outer(v, v)
    return components, variances, variances / variances.sum()


@program(LINE, 2.0 + 3.0 * LINE[:, 1], 0.01)
def lasso_by_coordinate_descent(X, y, alpha):
    n, p = X.shape
    w = np.zeros(p)
    for sweep in range(60):
        largest = 0.0
        for j in range(p):
            old = w[j]
            residual = y - X @ w + X[:, j] * old
            rho = X[:, j] @ residual / n
            z = (X[:, j] ** 2).sum() / n
            if rho < -alpha:
                w[j] = (rho + alpha) / z
            elif rho > alpha:
                w[j] = (rho - alpha) / z
            else:
                w[j] = 0.0
            largest = max(largest, abs(w[j] - old))
        if largest < 1e-7:
            break
    return w


@program(POINTS, LABELS)
def gaussian_naive_bayes(X, y):
    classes = np.unique(np.array([0, 1, 1, 0]))
    n, d = X.shape
    mean = np.zeros((2, d))
    var = np.zeros((2, d))
    prior = np.zeros(2)
    for i, c in enumerate(classes):
        Xc = X[y == c]
        mean[i, :] = Xc.mean(axis=0)
        var[i, :] = Xc.var(axis=0)
        prior[i] = Xc.shape[0] / float(n)
    predictions = np.zeros(n, dtype=int)
    for s in range(n):
        posterior = np.zeros(2)
        for i in range(2):
            p = np.exp(-((X[s] - mean[i]) ** 2) / (2 * var[i])) / np.sqrt(2 * np.pi * var[i])
            posterior[i] = np.log(prior[i]) + np.sum(np.log(p + 1e-300))
        predictions[s] = classes[np.argmax(posterior)]
    return predictions, mean, var
