"""Textbook programs: life, k-means, softmax, knapsack, CSR, n-body, moving averages."""

# ruff: noqa: B007, B905, C401, C408, C416, C417, E501, E741, F841, PIE810, RUF005, RUF007, RUF012, SIM, T201, UP031

import math

import numpy as np

R = np.random.default_rng(3)
V = R.standard_normal(7)
M = R.standard_normal((4, 5))
K = R.integers(-6, 9, (4, 5))
I = R.integers(0, 7, 5)
CASES = {}


def case(*args):
    def register(function):
        CASES[function.__name__] = (function, args, {})
        return function

    return register


def bump(x):
    x[0] += 1
    return x[0], 2.0


def noisy(x):
    x[1] += 1
    return None


@case(V)
def order(x):
    a = x[0] + bump(x)[0]
    b = (x[0], bump(x)[1], x[0])
    c = x[0] if x[0] > 100 else bump(x)[0]
    d = x[0] > 100 and bump(x)[0] > 0
    e = x[0] < 100 or bump(x)[0] > 0
    f = np.maximum(x[0], bump(x)[0])
    return a, b, c, d, e, f


@case(V)
def effects(x):
    noisy(x)
    noisy(x)
    y = x.copy()

    def inner(z):
        z *= 2
        noisy(z)
        return z.sum()

    return inner(y), inner(x), y


@case(V)
def generator_args(x):
    return (
        sum(v * v for v in x),
        max(abs(v) for v in x),
        any(v > 1 for v in x),
        all(v < 5 for v in x),
        np.array([v for v in x if v > 0]),
    )


@case(V)
def sets_and_tuples(x):
    t = (1, 2.0, x)
    a, b, c = t
    (p, q), r = (x[0], x[1]), x[2]
    first, *rest = [1, 2, 3]
    s = {1, 2, 3}
    return a, b, c, p, q, r, first, rest, 2 in s, len(t), t[0], t[-1].sum(), t + (4,)


@case(3)
def life(n):
    g = np.zeros((8, 8), dtype=int)
    g[1, 2] = g[2, 3] = g[3, 1] = g[3, 2] = g[3, 3] = 1
    for _ in range(n):
        nb = sum(np.roll(np.roll(g, i, 0), j, 1) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0))
        g = ((nb == 3) | ((g == 1) & (nb == 2))).astype(int)
    return g


@case(M, 2)
def kmeans(x, k):
    c = x[:k].copy()
    for _ in range(3):
        d = ((x[:, None, :] - c[None, :, :]) ** 2).sum(axis=2)
        lab = d.argmin(axis=1)
        for j in range(k):
            if np.any(lab == j):
                c[j] = x[lab == j].mean(axis=0)
    return c, lab


@case(M)
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    lab = np.array([0, 1, 2, 3])
    loss = -np.log(p[np.arange(len(x)), lab]).mean()
    p[np.arange(4), lab] -= 1
    return p, loss


@case(M)
def batchnorm(x):
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    return (
        (x - mu) / np.sqrt(var + 1e-5),
        (x - x.mean(0, keepdims=True)) / x.std(0),
        np.linalg.norm(x, axis=1)[:, None],
        x / np.linalg.norm(x, axis=1, keepdims=True),
    )


@case(R.standard_normal((6, 6)), R.standard_normal((3, 3)))
def conv2d(im, k):
    h, w = im.shape
    kh, kw = k.shape
    out = np.zeros((h - kh + 1, w - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(im[i : i + kh, j : j + kw] * k)
    pool = im.reshape(3, 2, 3, 2).max(axis=(1, 3))
    return out, pool


@case(12)
def mandelbrot(n):
    x = np.linspace(-2, 1, n)
    y = np.linspace(-1, 1, n)
    c = x[None, :] + 1j * y[:, None]
    z = np.zeros_like(c)
    count = np.zeros(c.shape, dtype=int)
    for _ in range(10):
        m = np.abs(z) <= 2
        z[m] = z[m] ** 2 + c[m]
        count[m] += 1
    return count


@case(np.array([3.0, 1, 2]), np.array([1.0, 5, 4]))
def knapsack(v, w):
    W = 6
    dp = np.zeros((len(v) + 1, W + 1))
    for i in range(1, len(v) + 1):
        for c in range(W + 1):
            if w[i - 1] <= c:
                dp[i, c] = max(dp[i - 1, c], dp[i - 1, int(c - w[i - 1])] + v[i - 1])
            else:
                dp[i, c] = dp[i - 1, c]
    return dp[-1, -1], dp


@case(np.array([0, 2, 3, 5]), np.array([0, 2, 1, 0, 2]), R.standard_normal(5), R.standard_normal(3))
def csr(ptr, idx, data, x):
    y = np.zeros(len(ptr) - 1)
    for i in range(len(y)):
        y[i] = np.dot(data[ptr[i] : ptr[i + 1]], x[idx[ptr[i] : ptr[i + 1]]])
    return y


@case(V)
def fft_by_hand(x):
    x = np.concatenate([x, [0.0]])

    def fft(a):
        n = len(a)
        if n == 1:
            return a.astype(complex)
        e, o = fft(a[::2]), fft(a[1::2])
        t = np.exp(-2j * np.pi * np.arange(n // 2) / n) * o
        return np.concatenate([e + t, e - t])

    return np.abs(x)


@case(R.standard_normal((5, 2)), R.standard_normal((5, 2)))
def nbody(p, v):
    n = len(p)
    for _ in range(2):
        acc = np.zeros_like(p)
        for i in range(n):
            for j in range(n):
                if i != j:
                    d = p[j] - p[i]
                    r = np.sqrt((d**2).sum() + 0.1)
                    acc[i] += d / r**3
        v += 0.01 * acc
        p += 0.01 * v
    diff = p[:, None] - p[None, :]
    dist = np.sqrt((diff**2).sum(-1))
    np.fill_diagonal(dist, np.inf)
    return p, v, dist.min(axis=1), np.argmin(dist, axis=1)


@case(V, 3)
def moving(x, k):
    w = np.lib.stride_tricks.sliding_window_view(x, k)
    c = np.cumsum(np.insert(x, 0, 0.0))
    return w.mean(axis=1), (c[k:] - c[:-k]) / k, np.convolve(x, np.ones(k) / k, mode="valid")


@case(np.array([3, 5, 250], dtype=np.uint8), np.array([1, 2, 3], dtype=np.int8), V.astype(np.float32))
def small_types(u, i, f):
    u2 = u + 10
    i2 = i * 100
    g = f * 2
    h = f + 1.5
    k = f * np.float64(2)
    m = f.sum()
    s = u.sum()
    t = i.mean()
    z = np.zeros(3, np.float32)
    z += f[:3]
    w = f[0] * 2
    return (
        u2,
        i2,
        g,
        h,
        k,
        m,
        s,
        t,
        z,
        w,
        u / 2,
        u // 2,
        -i,
        f**2,
        np.exp(f),
        f.mean(),
        f.std(),
        f @ f,
        np.arange(3, dtype=np.float32) * 0.5,
        f.astype(np.float64),
        np.where(f > 0, f, 0),
        np.maximum(f, 0),
        np.clip(f, -1, 1),
        f > 0.5,
        np.sqrt(u.astype(np.uint16)),  # of 8 bits it is of half precision, which is Python's
        f.cumsum(),
        np.dot(f, f),
    )


@case(True, 3, 2.5, V)
def numbers(b, n, f, x):
    return (
        b + n,
        not b,
        n * f,
        n**f,
        n / 2,
        x * n,
        x * b,
        n > f,
        -n,
        +f,
        x[n],
        x[:n],
        int(f),
        round(f),
        f // 1,
        f % 1,
        n & 1,
        ~n,
        n ^ 5,
        float(b),
        (x > 0) & b,
        divmod(f, 2),
        math.hypot(f, n),
        math.isclose(f, 2.5),
        math.inf > f,
        np.inf,
        np.nan != np.nan,
    )


@case(V)
def strings(x):
    s = "ab" + "c"
    name = s.upper()
    n = len(name)
    for ch in "xyz":
        n += 1
    keys = "a,b,c".split(",")
    return n, name, keys, s == "abc", "b" in s, s[0], s * 2


@case(M)
def ufunc_methods(a):
    np.add.at(a, (np.array([0, 0]), np.array([1, 1])), 1.0)
    return (
        np.add.reduce(a),
        np.multiply.accumulate(a, axis=1),
        np.subtract.outer(a[0], a[1]),
        np.maximum.reduce(a, axis=1),
        np.add.reduceat(a[0], [0, 2]),
        np.minimum.accumulate(a[0]),
        np.logical_and.reduce(a > -9),
        np.bitwise_or.reduce(np.array([1, 2, 4])),
    )


@case(V)
def global_state(x):
    return x * SCALE + TABLE[2] + LOOKUP["k"] + len(NAMES)


SCALE = 2.5
TABLE = np.arange(5.0)
LOOKUP = {"k": 3}
NAMES = ["a", "b"]


@case(V, lambda t: t**2, [np.sin, np.cos])
def callables(x, f, fs):
    t = f(x)
    for g in fs:
        t = t + g(x)
    return t


@case(V)
def nan_inf(x):
    x[0] = np.nan
    x[1] = np.inf
    x[2] = -np.inf
    return (
        np.isnan(x),
        np.isinf(x),
        np.isfinite(x),
        np.nan_to_num(x),
        np.nanmax(x[3:]),
        np.max(x),
        np.isnan(x).sum(),
        x != x,
        np.nanmean(x[3:]),
        np.isneginf(x),
        np.isposinf(x),
        max(x[3], x[4]),
        np.sort(x),
    )


@case(V)
def while_converge(x):
    it = 0
    err = 1.0
    y = 1.0
    while err > 1e-8 and it < 50:
        new = 0.5 * (y + 2.0 / y)
        err = abs(new - y)
        y = new
        it += 1
    lo, hi = 0.0, 2.0
    while hi - lo > 1e-6:
        mid = (lo + hi) / 2
        lo, hi = (mid, hi) if mid * mid < 2 else (lo, mid)
    return y, it, lo


@case(np.array([5, 2, 9, 1, 7]))
def sorting_by_hand(a):
    n = len(a)
    for i in range(n):
        for j in range(n - 1 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = a[j + 1], a[j]

    def quick(b):
        if len(b) <= 1:
            return b
        p = b[0]
        return np.concatenate((quick(b[1:][b[1:] < p]), b[:1], quick(b[1:][b[1:] >= p])))

    return a


@case(M)
def global_reductions(a):
    total = 0.0
    best = -np.inf
    arg = None
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            total += a[i, j]
            if a[i, j] > best:
                best = a[i, j]
                bi, bj = i, j
    return total, best, bi, bj


@case(V)
def star_calls(x):
    args = (x, 2.0)
    kw = {"c": 3.0}

    def f(a, b=1.0, c=1.0):
        return a * b + c

    def g(*a, **k):
        return f(*a, **k)

    return f(*args), f(x, **kw), g(x, c=2.0), np.maximum(*[x, -x]), np.add(*args), np.stack([*[x, x]])


@case(V)
def assert_and_raise(x):
    assert len(x) == 7, "wrong length"
    if x.size == 0:
        raise ValueError(f"empty {x.size}")
    return x.sum()
