"""Small neural nets."""

import numpy as np


def softmax(x):
    shifted = x - np.max(x, axis=-1, keepdims=True)
    e = np.exp(shifted)
    return e / np.sum(e, axis=-1, keepdims=True)


def softmax_inputs(n, m):
    return (np.random.default_rng(31).normal(size=(n, m)),)


def relu(x):
    return np.maximum(x, 0.0)


def mlp(x, w1, b1, w2, b2, w3, b3):
    h = relu(x @ w1 + b1)
    h = relu(h @ w2 + b2)
    return softmax(h @ w3 + b3)


def mlp_inputs(batch, width):
    rng = np.random.default_rng(32)
    sizes = (width, 2 * width, width, 10)
    layers = []
    for i in range(3):
        layers += [rng.normal(size=sizes[i : i + 2]) / np.sqrt(sizes[i]), rng.normal(size=sizes[i + 1])]
    return rng.normal(size=(batch, width)), *layers


def convolution(images, weights, bias):
    n, height, width, _ = images.shape
    k, out = weights.shape[0], weights.shape[3]
    result = np.empty((n, height - k + 1, width - k + 1, out))
    for i in range(height - k + 1):
        for j in range(width - k + 1):
            patch = images[:, i : i + k, j : j + k, :, np.newaxis]
            result[:, i, j, :] = np.sum(patch * weights[np.newaxis], axis=(1, 2, 3))
    return relu(result + bias)


def convolution_inputs(batch, size, channels):
    rng = np.random.default_rng(33)
    return rng.random((batch, size, size, channels)), rng.normal(size=(3, 3, channels, 8)), rng.normal(size=8)


def attention(q, k, v):
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
    steps = scores.shape[-1]
    scores = np.where(np.tri(steps, dtype=bool), scores, -np.inf)
    return softmax(scores) @ v


def attention_inputs(heads, steps, width):
    rng = np.random.default_rng(34)
    return tuple(rng.normal(size=(heads, steps, width)) for _ in range(3))


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def lstm(x, h, c, w, u, b):
    n = h.shape[1]
    for t in range(x.shape[0]):
        gates = x[t] @ w + h @ u + b
        i = sigmoid(gates[:, :n])
        f = sigmoid(gates[:, n : 2 * n])
        g = np.tanh(gates[:, 2 * n : 3 * n])
        o = sigmoid(gates[:, 3 * n :])
        c = f * c + i * g
        h = o * np.tanh(c)
    return h, c


def lstm_inputs(steps, batch, width):
    rng = np.random.default_rng(35)
    zeros = np.zeros((batch, width))
    w, u = (rng.normal(size=(width, 4 * width)) / np.sqrt(width) for _ in range(2))
    return rng.normal(size=(steps, batch, width)), zeros, zeros.copy(), w, u, rng.normal(size=4 * width)


def logistic_regression(x, y, rate, epochs):
    w = np.zeros(x.shape[1])
    b = 0.0
    for _ in range(epochs):
        error = sigmoid(x @ w + b) - y
        w -= rate * x.T @ error / len(y)
        b -= rate * error.mean()
    return w, b


def logistic_regression_inputs(n, m, epochs):
    rng = np.random.default_rng(36)
    x = rng.normal(size=(n, m))
    return x, (x.sum(axis=1) + rng.normal(size=n) > 0).astype(float), 0.1, epochs


def train_xor(x, y, w1, b1, w2, b2, rate, epochs):
    for _ in range(epochs):
        h = np.tanh(x @ w1 + b1)
        out = sigmoid(h @ w2 + b2)
        d_out = (out - y) / len(x)
        d_h = d_out @ w2.T * (1.0 - h**2)
        w2 -= rate * h.T @ d_out
        b2 -= rate * d_out.sum(axis=0)
        w1 -= rate * x.T @ d_h
        b1 -= rate * d_h.sum(axis=0)
    return out


def train_xor_inputs(hidden, epochs):
    rng = np.random.default_rng(37)
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([[0.0], [1.0], [1.0], [0.0]])
    return x, y, rng.normal(size=(2, hidden)), np.zeros(hidden), rng.normal(size=(hidden, 1)), np.zeros(1), 0.5, epochs
