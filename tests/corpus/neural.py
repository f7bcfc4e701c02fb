"""Neural networks by hand."""

# ruff: noqa: B905, RUF007

import numpy as np

from .table import program

G = np.random.default_rng(23)
IMAGE = G.standard_normal((2, 6, 6))
KERNELS = G.standard_normal((3, 2, 3, 3))
XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TARGET = np.array([[0.0], [1.0], [1.0], [0.0]])


@program(IMAGE, KERNELS, np.array([0.1, 0.2, -0.3]))
def convolution_with_loops(x, w, b):
    C, H, W = x.shape
    F, _, kh, kw = w.shape
    out = np.zeros((F, H - kh + 1, W - kw + 1))
    for f in range(F):
        for i in range(H - kh + 1):
            for j in range(W - kw + 1):
                out[f, i, j] = np.sum(x[:, i : i + kh, j : j + kw] * w[f]) + b[f]
    return np.maximum(out, 0)


@program(IMAGE[None], 2, 2)
def max_pooling(x, size, stride):
    N, C, H, W = x.shape
    oh = (H - size) // stride + 1
    ow = (W - size) // stride + 1
    out = np.zeros((N, C, oh, ow))
    arg = np.zeros((N, C, oh, ow), dtype=int)
    for n in range(N):
        for c in range(C):
            for i in range(oh):
                for j in range(ow):
                    window = x[n, c, i * stride : i * stride + size, j * stride : j * stride + size]
                    out[n, c, i, j] = np.max(window)
                    arg[n, c, i, j] = window.argmax()
    return out, arg


@program(np.arange(12.0).reshape(4, 3), np.ones(3), np.zeros(3), narrow=True)
def batch_normalization(x, gamma, beta, eps=1e-5):
    N, D = x.shape
    mean = np.mean(x, axis=0)
    var = np.var(x, axis=0)
    xhat = (x - mean) / np.sqrt(var + eps)
    out = gamma * xhat + beta
    dout = np.cos(out) * x
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    dx = (N * dxhat - dxhat.sum(axis=0) - xhat * np.sum(dxhat * xhat, axis=0)) / (N * np.sqrt(var + eps))
    return out, dx, dgamma


@program(G.standard_normal((5, 4)), np.array([0, 3, 1, 2, 2]))
def softmax_cross_entropy(scores, y):
    num = scores.shape[0]
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    probs = np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True)
    loss = -np.log(probs[np.arange(num), y]).sum() / num
    dscores = probs.copy()
    dscores[np.arange(num), y] -= 1
    dscores /= num
    accuracy = np.mean(np.argmax(scores, axis=1) == y)
    return loss, dscores, accuracy


@program(XOR, TARGET, 40, narrow=True)
def backpropagation_xor(X, y, epochs):
    w1 = np.linspace(-1, 1, 8).reshape(2, 4)
    w2 = np.linspace(1, -1, 4).reshape(4, 1)
    losses = []
    for epoch in range(epochs):
        l1 = 1 / (1 + np.exp(-np.dot(X, w1)))
        l2 = 1 / (1 + np.exp(-np.dot(l1, w2)))
        error = y - l2
        if epoch == epochs - 1:
            losses.append(np.mean(np.abs(error)))
        delta2 = error * l2 * (1 - l2)
        delta1 = delta2.dot(w2.T) * (l1 * (1 - l1))
        w2 += l1.T.dot(delta2)
        w1 += X.T.dot(delta1)
    return w1, w2, losses


class TwoLayers:
    """A perceptron with a hidden layer, momentum and mini-batches."""

    def __init__(self, sizes, lr=0.1):
        self.lr = lr
        self.W = [np.cos(np.arange(a * b, dtype=float)).reshape(a, b) * 0.5 for a, b in zip(sizes[:-1], sizes[1:])]
        self.b = [np.zeros(n) for n in sizes[1:]]
        self.v = [np.zeros_like(w) for w in self.W]

    def forward(self, x):
        activations = [x]
        for W, b in zip(self.W, self.b):
            x = np.tanh(x @ W + b)
            activations.append(x)
        return activations

    def backward(self, activations, y):
        delta = (activations[-1] - y) * (1 - activations[-1] ** 2)
        for i in range(len(self.W) - 1, -1, -1):
            grad_w = activations[i].T @ delta / len(y)
            grad_b = delta.mean(axis=0)
            delta = (delta @ self.W[i].T) * (1 - activations[i] ** 2)
            self.v[i][:] = 0.9 * self.v[i] - self.lr * grad_w
            self.W[i] += self.v[i]
            self.b[i] -= self.lr * grad_b

    def fit(self, X, y, epochs, batch=2):
        history = np.zeros(epochs)
        for e in range(epochs):
            for start in range(0, len(X), batch):
                a = self.forward(X[start : start + batch])
                self.backward(a, y[start : start + batch])
            history[e] = np.mean((self.forward(X)[-1] - y) ** 2)
        return history


program(XOR, TARGET, 12, build=([2, 3, 1],), method="fit")(TwoLayers)


@program(G.standard_normal((6, 3)), 4)
def recurrent_network(x, hidden):
    T, n = x.shape
    Wx = np.sin(np.arange(n * hidden)).reshape(n, hidden)
    Wh = np.cos(np.arange(hidden * hidden)).reshape(hidden, hidden) / 2
    h = np.zeros((T + 1, hidden))
    for t in range(T):
        h[t + 1] = np.tanh(x[t] @ Wx + h[t] @ Wh)
    dWh = np.zeros_like(Wh)
    dWx = np.zeros_like(Wx)
    dh_next = np.zeros(hidden)
    for t in reversed(range(T)):
        dh = h[t + 1] - 0.5 + dh_next
        raw = (1 - h[t + 1] ** 2) * dh
        dWx += np.outer(x[t], raw)
        dWh += np.outer(h[t], raw)
        dh_next = raw @ Wh.T
    np.clip(dWh, -1, 1, out=dWh)
    return h, dWx, dWh


@program(G.standard_normal((5, 3)), G.standard_normal((12, 5)), narrow=True)
def long_short_term_memory(xs, W):
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    H = 3
    h = np.zeros(H)
    c = np.zeros(H)
    outputs = np.zeros((len(xs), H))
    for t, x in enumerate(xs):
        z = W @ np.concatenate((h[:2], x))
        i, f, o, g = sigmoid(z[:H]), sigmoid(z[H : 2 * H]), sigmoid(z[2 * H : 3 * H]), np.tanh(z[3 * H :])
        c = f * c + i * g
        h = o * np.tanh(c)
        outputs[t] = h
    return outputs, c


@program(G.standard_normal((5, 8)), 2)
def attention(x, heads):
    T, D = x.shape
    d = D // heads
    q = x.reshape(T, heads, d).transpose(1, 0, 2)
    scores = q @ q.transpose(0, 2, 1) / np.sqrt(d)
    mask = np.triu(np.ones((T, T)), k=1).astype(bool)
    scores = np.where(mask, -1e9, scores)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    y = (weights @ q).transpose(1, 0, 2).reshape(T, D)
    mean = y.mean(-1, keepdims=True)
    return (y - mean) / (y.std(-1, keepdims=True) + 1e-5)


@program(np.array([[2.0, 1.0], [3.0, 4.0], [-1.0, -2.0], [-2.0, -1.0]]), np.array([1, 1, -1, -1]))
def perceptron(X, y):
    w = np.zeros(X.shape[1])
    b = 0.0
    updates = 0
    for epoch in range(20):
        mistakes = 0
        for xi, target in zip(X, y):
            prediction = 1 if np.dot(w, xi) + b > 0 else -1
            if prediction != target:
                w += 0.1 * target * xi
                b += 0.1 * target
                mistakes += 1
        updates += mistakes
        if mistakes == 0:
            break
    return w, b, epoch, updates
