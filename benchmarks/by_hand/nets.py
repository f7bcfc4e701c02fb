"""Small neural nets: in Numba BLAS and one loop for what stands around it."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numba import njit, prange

from ..programs import nets as plain
from .record import Program


@njit(fastmath=True, parallel=True)
def numba_softmax(x):
    n, m = x.shape
    out = np.empty((n, m))
    for i in prange(n):
        top = x[i, 0]
        for j in range(1, m):
            top = max(top, x[i, j])
        total = 0.0
        for j in range(m):
            e = math.exp(x[i, j] - top)
            out[i, j] = e
            total += e
        scale = 1.0 / total
        for j in range(m):
            out[i, j] *= scale
    return out


jax_softmax = jax.jit(lambda x: jax.nn.softmax(x, axis=-1))


@njit(fastmath=True)
def numba_layer(x, w, b):
    out = np.dot(x, w)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = max(out[i, j] + b[j], 0.0)
    return out


@njit(fastmath=True)
def numba_mlp(x, w1, b1, w2, b2, w3, b3):
    h = numba_layer(numba_layer(x, w1, b1), w2, b2)
    out = np.dot(h, w3)
    for i in range(out.shape[0]):
        top = -np.inf
        for j in range(out.shape[1]):
            out[i, j] += b3[j]
            top = max(top, out[i, j])
        total = 0.0
        for j in range(out.shape[1]):
            out[i, j] = math.exp(out[i, j] - top)
            total += out[i, j]
        for j in range(out.shape[1]):
            out[i, j] /= total
    return out


@jax.jit
def jax_mlp(x, w1, b1, w2, b2, w3, b3):
    h = jax.nn.relu(x @ w1 + b1)
    h = jax.nn.relu(h @ w2 + b2)
    return jax.nn.softmax(h @ w3 + b3)


@njit(fastmath=True, parallel=True)
def numba_convolution(images, weights, bias):
    n, height, width, channels = images.shape
    k, out = weights.shape[0], weights.shape[3]
    result = np.empty((n, height - k + 1, width - k + 1, out))
    for row in prange(n * (height - k + 1)):
        s, i = row // (height - k + 1), row % (height - k + 1)
        for j in range(width - k + 1):
            for o in range(out):
                result[s, i, j, o] = bias[o]
            for di in range(k):
                for dj in range(k):
                    for c in range(channels):
                        pixel = images[s, i + di, j + dj, c]
                        for o in range(out):
                            result[s, i, j, o] += pixel * weights[di, dj, c, o]
            for o in range(out):
                result[s, i, j, o] = max(result[s, i, j, o], 0.0)
    return result


@jax.jit
def jax_convolution(images, weights, bias):
    numbers = ("NHWC", "HWIO", "NHWC")
    return jax.nn.relu(lax.conv_general_dilated(images, weights, (1, 1), "VALID", dimension_numbers=numbers) + bias)


@njit(fastmath=True, parallel=True)
def numba_attention(q, k, v):
    heads, steps, width = q.shape
    out = np.empty((heads, steps, v.shape[2]))
    scale = 1.0 / math.sqrt(width)
    for h in prange(heads):
        scores = np.dot(q[h], k[h].T)
        for i in range(steps):
            top = -np.inf
            for j in range(i + 1):
                top = max(top, scores[i, j])
            total = 0.0
            for j in range(i + 1):
                scores[i, j] = math.exp((scores[i, j] - top) * scale)
                total += scores[i, j]
            for j in range(i + 1):
                scores[i, j] /= total
            for j in range(i + 1, steps):
                scores[i, j] = 0.0
        out[h] = np.dot(scores, v[h])
    return out


@jax.jit
def jax_attention(q, k, v):
    steps = q.shape[1]
    scores = jnp.einsum("hid,hjd->hij", q, k) / math.sqrt(q.shape[-1])
    scores = jnp.where(jnp.tri(steps, dtype=bool), scores, -jnp.inf)
    return jax.nn.softmax(scores) @ v


@njit(fastmath=True)
def numba_lstm(x, h, c, w, u, b):
    steps, batch, _ = x.shape
    n = h.shape[1]
    h, c = h.copy(), c.copy()
    for t in range(steps):
        gates = np.dot(x[t], w) + np.dot(h, u)
        for s in range(batch):
            for j in range(n):
                i = 1.0 / (1.0 + math.exp(-(gates[s, j] + b[j])))
                f = 1.0 / (1.0 + math.exp(-(gates[s, n + j] + b[n + j])))
                g = math.tanh(gates[s, 2 * n + j] + b[2 * n + j])
                o = 1.0 / (1.0 + math.exp(-(gates[s, 3 * n + j] + b[3 * n + j])))
                c[s, j] = f * c[s, j] + i * g
                h[s, j] = o * math.tanh(c[s, j])
    return h, c


@jax.jit
def jax_lstm(x, h, c, w, u, b):
    known = x @ w + b

    def step(state, xw):
        h, c = state
        i, f, g, o = jnp.split(xw + h @ u, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    return lax.scan(step, (h, c), known)[0]


@njit(fastmath=True)
def numba_logistic_regression(x, y, rate, epochs):
    n, m = x.shape
    w, slope, b = np.zeros(m), np.empty(m), 0.0
    for _ in range(epochs):
        slope[:] = 0.0
        total = 0.0
        for i in range(n):
            z = b
            for j in range(m):
                z += x[i, j] * w[j]
            error = 1.0 / (1.0 + math.exp(-z)) - y[i]
            total += error
            for j in range(m):
                slope[j] += error * x[i, j]
        for j in range(m):
            w[j] -= rate * slope[j] / n
        b -= rate * total / n
    return w, b


@functools.partial(jax.jit, static_argnums=3)
def jax_logistic_regression(x, y, rate, epochs):
    def epoch(_, state):
        w, b = state
        error = jax.nn.sigmoid(x @ w + b) - y
        return w - rate * (error @ x) / len(y), b - rate * error.mean()

    return lax.fori_loop(0, epochs, epoch, (jnp.zeros(x.shape[1]), jnp.zeros(())))


@njit(fastmath=True)
def numba_train_xor(x, y, w1, b1, w2, b2, rate, epochs):
    n, hidden = x.shape[0], b1.shape[0]
    h, out, d_h = np.empty((n, hidden)), np.empty((n, 1)), np.empty((n, hidden))
    for _ in range(epochs):
        for s in range(n):
            z = b2[0]
            for j in range(hidden):
                h[s, j] = math.tanh(x[s, 0] * w1[0, j] + x[s, 1] * w1[1, j] + b1[j])
                z += h[s, j] * w2[j, 0]
            out[s, 0] = 1.0 / (1.0 + math.exp(-z))
            for j in range(hidden):
                d_h[s, j] = (out[s, 0] - y[s, 0]) / n * w2[j, 0] * (1.0 - h[s, j] * h[s, j])
        for s in range(n):
            d_out = (out[s, 0] - y[s, 0]) / n
            b2[0] -= rate * d_out
            for j in range(hidden):
                w2[j, 0] -= rate * h[s, j] * d_out
                w1[0, j] -= rate * x[s, 0] * d_h[s, j]
                w1[1, j] -= rate * x[s, 1] * d_h[s, j]
                b1[j] -= rate * d_h[s, j]
    return out


@functools.partial(jax.jit, static_argnums=7)
def jax_train_xor(x, y, w1, b1, w2, b2, rate, epochs):
    def epoch(_, state):
        (w1, b1, w2, b2), _ = state
        h = jnp.tanh(x @ w1 + b1)
        out = jax.nn.sigmoid(h @ w2 + b2)
        d_out = (out - y) / len(x)
        d_h = d_out @ w2.T * (1.0 - h**2)
        slopes = (x.T @ d_h, d_h.sum(axis=0), h.T @ d_out, d_out.sum(axis=0))
        return tuple(p - rate * s for p, s in zip((w1, b1, w2, b2), slopes, strict=True)), out

    return lax.fori_loop(0, epochs, epoch, ((w1, b1, w2, b2), jnp.zeros_like(y)))[1]


PROGRAMS = (
    Program(plain.softmax, plain.softmax_inputs, (2000, 1000), (6, 7), numba_softmax, jax_softmax),
    Program(plain.mlp, plain.mlp_inputs, (600, 256), (4, 8), numba_mlp, jax_mlp),
    Program(plain.convolution, plain.convolution_inputs, (6, 30, 3), (2, 7, 2), numba_convolution, jax_convolution),
    Program(plain.attention, plain.attention_inputs, (6, 288, 32), (2, 6, 4), numba_attention, jax_attention),
    Program(plain.lstm, plain.lstm_inputs, (120, 16, 64), (3, 2, 4), numba_lstm, jax_lstm),
    Program(
        plain.logistic_regression,
        plain.logistic_regression_inputs,
        (2000, 20, 250),
        (12, 3, 4),
        numba_logistic_regression,
        jax_logistic_regression,
    ),
    Program(plain.train_xor, plain.train_xor_inputs, (8, 400), (3, 5), numba_train_xor, jax_train_xor),
)
