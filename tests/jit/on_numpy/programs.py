"""Programs as people write them, with no thought for compilers."""

# ruff: noqa: B905

import math

import numpy as np

RNG = np.random.default_rng(3)
CASES = {}


def case(*args, **options):
    def register(function):
        CASES[function.__name__] = (function, args, options)
        return function

    return register


def r(*shape):
    return RNG.standard_normal(shape)


@case(r(12, 14), 4)
def heat(u, steps):
    for _ in range(steps):
        new = u.copy()
        new[1:-1, 1:-1] = u[1:-1, 1:-1] + 0.1 * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        )
        u[...] = new
    return u.sum()


@case(r(20), r(20), 5)
def wave(now, before, steps):
    for _ in range(steps):
        after = np.zeros_like(now)
        after[1:-1] = 2 * now[1:-1] - before[1:-1] + 0.2 * (now[2:] - 2 * now[1:-1] + now[:-2])
        now, before = after, now
    return now, before


@case(r(6, 6) @ np.eye(6) + 6 * np.eye(6))
def lu(a):
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
    return a


@case(np.tril(r(6, 6)) + 4 * np.eye(6), r(6))
def forward_substitution(lower, b):
    x = np.zeros(len(b))
    for i in range(len(b)):
        x[i] = (b[i] - lower[i, :i] @ x[:i]) / lower[i, i]
    return x


def _spd():
    m = r(5, 5)
    return m @ m.T + 5 * np.eye(5)


@case(_spd())
def cholesky(a):
    n = len(a)
    low = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = np.sum(low[i, :j] * low[j, :j])
            low[i, j] = np.sqrt(a[i, i] - s) if i == j else (a[i, j] - s) / low[j, j]
    return low


@case(np.array([0, 2, 3, 6]), np.array([0, 2, 1, 0, 1, 2]), r(6), r(3))
def csr(indptr, indices, data, x):
    y = np.zeros(len(indptr) - 1)
    for row in range(len(y)):
        for k in range(indptr[row], indptr[row + 1]):
            y[row] += data[k] * x[indices[k]]
    return y


@case(np.array([1, 3, 4, 5]), np.array([1, 4, 5, 7]), 7)
def knapsack(weights, values, capacity):
    best = np.zeros((len(weights) + 1, capacity + 1), dtype=int)
    for i, (w, v) in enumerate(zip(weights, values)):
        for c in range(capacity + 1):
            best[i + 1, c] = best[i, c]
            if w <= c and best[i, c - w] + v > best[i + 1, c]:
                best[i + 1, c] = best[i, c - w] + v
    return best[-1, -1]


@case(RNG.integers(0, 4, 9), RNG.integers(0, 4, 7))
def edit_distance(a, b):
    d = np.zeros((len(a) + 1, len(b) + 1), int)
    d[:, 0] = np.arange(len(a) + 1)
    d[0, :] = np.arange(len(b) + 1)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            cost = 0 if a[i - 1] == b[j - 1] else 1
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + cost)
    return d


@case(30)
def sieve(n):
    prime = np.ones(n + 1, dtype=bool)
    prime[:2] = False
    for p in range(2, int(n**0.5) + 1):
        if prime[p]:
            prime[p * p :: p] = False
    return np.nonzero(prime)[0]


@case(r(30))
def histogram(x):
    counts = np.zeros(8, dtype=np.int64)
    for v in x:
        k = int((v + 3) / 6 * 8)
        if k < 0 or k >= 8:
            continue
        counts[k] += 1
    return counts


@case(r(5, 3), r(5, 3), np.abs(r(5)) + 1)
def n_body(x, v, mass):
    for _ in range(3):
        force = np.zeros_like(x)
        for i in range(len(x)):
            for j in range(len(x)):
                if i != j:
                    d = x[j] - x[i]
                    force[i] += mass[j] * d / (np.sqrt(np.sum(d**2)) ** 3 + 0.01)
        v += 0.01 * force
        x += 0.01 * v
    return 0.5 * np.sum(mass * np.sum(v**2, axis=1))


@case(r(8) + 1j * r(8))
def fft_by_hand(x):
    n = len(x)
    if n == 1:
        return x
    even, odd = fft_by_hand(x[::2].copy()), fft_by_hand(x[1::2].copy())
    twiddle = np.exp(-2j * np.pi * np.arange(n // 2) / n)
    return np.concatenate([even + twiddle * odd, even - twiddle * odd])


@case(8, 6, 30)
def mandelbrot(w, h, limit):
    out = np.zeros((h, w), dtype=np.int64)
    for j, y in enumerate(np.linspace(-1, 1, h)):
        for i, x in enumerate(np.linspace(-2, 1, w)):
            c, z = complex(x, y), 0j
            n = 0
            while abs(z) < 2 and n < limit:
                z = z * z + c
                n += 1
            out[j, i] = n
    return out


@case((RNG.random((8, 8)) < 0.4).astype(int), 3)
def life(grid, steps):
    for _ in range(steps):
        near = sum(np.roll(np.roll(grid, i, 0), j, 1) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0))
        grid = ((near == 3) | ((grid == 1) & (near == 2))).astype(int)
    return grid


@case(r(20, 2), 3)
def k_means(points, k):
    centers = points[:k].copy()
    labels = np.zeros(len(points), dtype=int)
    for _ in range(5):
        distance = ((points[:, None, :] - centers[None, :, :]) ** 2).sum(axis=2)
        new = distance.argmin(axis=1)
        if np.all(new == labels):
            break
        labels = new
        for c in range(k):
            if np.any(labels == c):
                centers[c] = points[labels == c].mean(axis=0)
    return centers, labels


@case(r(6, 4), r(4, 3), r(3))
def softmax_layer(x, w, b):
    z = x @ w + b
    z -= z.max(axis=1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


@case(r(7, 7), r(3, 3))
def convolution(image, kernel):
    h, w = image.shape
    kh, kw = kernel.shape
    out = np.zeros((h - kh + 1, w - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (image[i : i + kh, j : j + kw] * kernel).sum()
    return out


@case(r(6, 4))
def batch_norm(x):
    mean, var = x.mean(axis=0), x.var(axis=0)
    normal = (x - mean) / np.sqrt(var + 1e-5)
    return normal, x.std(axis=1, keepdims=True)


@case(np.array([1.0, 0.5]), 10)
def runge_kutta(y, steps):
    def rate(state, t):
        return np.array([state[1], -math.sin(state[0]) + 0.1 * t])

    t, h = 0.0, 0.1
    for _ in range(steps):
        k1 = rate(y, t)
        k2 = rate(y + h / 2 * k1, t + h / 2)
        k3 = rate(y + h / 2 * k2, t + h / 2)
        k4 = rate(y + h * k3, t + h)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += h
    return y


def newton(f, df, x):
    for _ in range(50):
        step = f(x) / df(x)
        x -= step
        if abs(step) < 1e-12:
            return x
    return x


@case(2.0)
def square_root(a):
    return newton(lambda x: x * x - a, lambda x: 2 * x, a)


@case(np.array([5, 3, 9, 1, 7, 2]))
def bubble_sort(x):
    n = len(x)
    for i in range(n):
        swapped = False
        for j in range(n - 1 - i):
            if x[j] > x[j + 1]:
                x[j], x[j + 1] = x[j + 1], x[j]
                swapped = True
        if not swapped:
            break
    return x


@case(np.array([1.0, 3.0, 4.0, 9.0]), 4.0)
def binary_search(x, wanted):
    low, high = 0, len(x) - 1
    while low <= high:
        middle = (low + high) // 2
        if x[middle] == wanted:
            return middle
        if x[middle] < wanted:
            low = middle + 1
        else:
            high = middle - 1
    return -1


@case(r(10))
def masks(x):
    x[x < 0] = 0
    x[x > 1] *= 0.5
    big = x[x > 0.2]
    return big.sum(), np.where(x > 0.5, 1.0, -x), x.clip(None, 0.7)


@case(np.array([3, 1, 2]), r(5, 4), r(4))
def fancy(index, m, v):
    m[index, [0, 1, 2]] = 7.0
    m[[0, 4]] += v
    return m[index], m[index, index], m[m > 1].sum(), m[:, [0, 2]]


@case({"w": r(3, 2), "b": r(2)}, r(5, 3))
def parameters(p, x):
    z = np.tanh(x @ p["w"] + p["b"])
    grads = {"w": x.T @ z, "b": z.sum(axis=0)}
    for name, g in grads.items():
        p[name] -= 0.1 * g
    return {"z": z, "size": len(p), **grads}


@case([r(4, 3), r(3, 2), r(2, 2)], r(5, 4))
def layers(weights, x):
    activations = [x]
    for i, w in enumerate(weights):
        x = x @ w
        if i < len(weights) - 1:
            x = np.maximum(x, 0)
        activations.append(x)
    return activations[-1], len(activations)


def _scale_rows(m, *, by=2.0):
    for i in range(m.shape[0]):
        m[i] *= by * (i + 1)


@case(r(3, 4))
def writes_in_a_helper(m):
    _scale_rows(m[1:], by=0.5)
    _scale_rows(m.T)
    return None


@case(4)
def shapes(n):
    a = np.zeros((n, n + 1))
    b = np.full(n, 2.5)
    c = np.arange(n, dtype=float).reshape(2, -1)
    d = np.eye(n)
    rows, columns = a.shape
    return a, b, c, d, rows * columns, np.ones(n, dtype=np.int32) + 1


@case(100, 7)
def collatz(limit, start):
    best, length = 0, 0
    for n in range(start, limit):
        k, count = n, 1
        while k != 1:
            k = k // 2 if k % 2 == 0 else 3 * k + 1
            count += 1
        if count > length:
            best, length = n, count
    return best, length


@case(np.array([2, 7, 4, 5], dtype=np.uint64), np.uint32(77))
def bits(x, seed):
    for i in range(len(x)):
        v = x[i]
        v ^= v << np.uint64(13)
        v ^= v >> 7
        x[i] = v & 0xFFFF
    state = seed
    for _ in range(5):
        state = state * np.uint32(1664525) + np.uint32(1013904223)
    return x, state


@case(np.ones((3, 4), np.float32), np.arange(4, dtype=np.int32))
def narrow_dtypes(x, k):
    y = x * 2.0 + k.sum() * 0
    return x / 3, k * 2, k[1] + k[2], x.mean(), x.mean(axis=0), (x + 1).sum(), y.dtype == np.float64, k / 2


@case(r(5))
def conditionals(x):
    total = 0
    for v in x:
        if -0.5 < v < 0.5:
            total += 1
        elif v >= 0.5 or v < -2:
            total += 10
        else:
            total -= 1
    else:
        total *= 2
    sign = "many" if len(x) > 3 else "few"
    return total if sign == "many" else -total


@case(r(3, 4), r(4, 3))
def linear_algebra(a, b):
    c = a @ b
    return np.linalg.norm(c), np.linalg.norm(a, axis=1), np.einsum("ij,jk->ik", a, b), np.outer(a[0], b[0]), np.trace(c)


@case(np.array([1.0, 2.0, 4.0, 7.0]))
def outputs(x):
    out = np.empty_like(x)
    np.multiply(x, 2, out=out)
    np.add(out, 1, out)
    part = np.sum(x.reshape(2, 2), axis=0)
    a, *rest = x[0], x[1], x[2]
    return out, part, np.diff(x), np.cumsum(x), a, np.linspace(0, 1, 5), rest
