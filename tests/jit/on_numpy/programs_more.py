"""More programs in the style of textbooks and notebooks."""

# ruff: noqa: B007, B905, SIM110, RUF005, PIE810, E701, E702, E731, E741, C416, E713

import numpy as np

RNG = np.random.default_rng(0)
CASES = {}


def case(*args, **options):
    def register(function):
        CASES[function.__name__] = (function, args, options)
        return function

    return register


@case(np.arange(12.0).reshape(3, 4))
def list_of_rows(x):
    res = []
    for row in x:
        res.append(row.sum())
    return res, np.array(res), max(res), sorted(res), sum(res)


@case(10)
def dict_memo(n):
    memo = {}
    memo[0] = 0
    memo[1] = 1
    for i in range(2, n + 1):
        memo[i] = memo[i - 1] + memo[i - 2]
    return memo[n]


@case(RNG.random((6, 6)))
def power_iteration(a):
    v = np.ones(a.shape[0])
    lam = 0.0
    for i in range(100):
        w = a @ v
        new = np.linalg.norm(w)
        v = w / new
        if abs(new - lam) < 1e-10:
            break
        lam = new
    return lam, v, i


@case(np.array([3, 1, 2, 0]))
def perm_cycles(perm):
    seen = np.zeros(len(perm), dtype=bool)
    cycles = []
    for s in range(len(perm)):
        if seen[s]:
            continue
        k = s
        length = 0
        while not seen[k]:
            seen[k] = True
            k = perm[k]
            length += 1
        cycles.append(length)
    return cycles


@case(RNG.standard_normal((4, 4)))
def gauss(a):
    a = a.copy()
    n = a.shape[0]
    sign = 1
    for k in range(n):
        piv = np.argmax(np.abs(a[k:, k])) + k
        if piv != k:
            a[[k, piv]] = a[[piv, k]]
            sign = -sign
        for i in range(k + 1, n):
            a[i] -= a[k] * a[i, k] / a[k, k]
    return sign * np.prod(np.diag(a))


@case(RNG.random(20), 4)
def moving(x, w):
    return np.array([x[i : i + w].mean() for i in range(len(x) - w + 1)]), np.convolve(x, np.ones(w) / w, mode="valid")


@case(RNG.random((5, 5)))
def jacobi(u):
    it = 0
    while True:
        old = u.copy()
        u[1:-1, 1:-1] = 0.25 * (old[2:, 1:-1] + old[:-2, 1:-1] + old[1:-1, 2:] + old[1:-1, :-2])
        it += 1
        if np.max(np.abs(u - old)) < 1e-6 or it >= 50:
            break
    return u, it


@case(RNG.integers(0, 5, 30))
def hist(x):
    return np.bincount(x, minlength=6), np.histogram(x.astype(float), bins=5, range=(0.0, 5.0))[0], np.unique(x)


@case(1.0, (1.0, 2.0, 3.0), "mode")
def tuples(a, t, mode="x"):
    s = 0.0
    for v in t:
        s += v * a
    x, y, z = t
    return s, (x, y), len(t), t[0] if mode == "mode" else t[1], mode


@case(RNG.random((3, 3)), None)
def optional(x, mask=None):
    if mask is None:
        mask = np.ones_like(x)
    return (x * mask).sum()


@case(RNG.random(8))
def nested_funcs(x):
    n = len(x)

    def inner(i, j=1):
        return x[i] * j + n

    total = 0
    for i in range(n):
        total += inner(i) + inner(i, j=2)
    sq = lambda v: v * v
    return sq(total)


@case(RNG.random((2, 3, 4)))
def axes3(x):
    return (
        x.transpose(2, 0, 1),
        x.sum(axis=(1, 2)),
        x[..., 0],
        x[:, None].shape,
        x.swapaxes(0, 2),
        np.moveaxis(x, 0, -1),
        x.max(axis=(0, 1)),
    )


@case(5)
def strings(n):
    name = "abc"
    kinds = ["a", "b"]
    out = np.zeros(n)
    for i in range(n):
        if name == "abc" and kinds[0] == "a":
            out[i] = i
    return out


@case(RNG.random(6) + 1j * RNG.random(6))
def complexes(z):
    return (
        z.real,
        z.imag,
        np.abs(z),
        np.angle(z),
        z.conj(),
        (z * z.conj()).real.sum(),
        np.exp(1j * z).sum(),
        abs(z[0]) ** 2,
    )


@case(RNG.standard_normal((3, 2)), RNG.standard_normal((2,)))
def broadcast(x, b):
    return x + b, x * b[None, :], x - x.mean(axis=1)[:, None], np.maximum(x, b), x / np.abs(x).max(), x @ b, b @ x.T


@case(np.array([1, 2, 3]), np.array([1.5, 2.5]))
def int_float(i, f):
    a = i / 2
    b = i // 2
    c = i % 2
    d = i**2
    e = -i
    g = i * 1.0
    return (
        a,
        b,
        c,
        d,
        e,
        g,
        f.astype(int),
        i.astype(float).sum(),
        int(f[0]),
        round(f[1]),
        i[0] / i[1],
        i[1] ** 3,
        f // 1,
    )


@case(20)
def prng(n):
    s = 12345
    out = np.empty(n)
    for i in range(n):
        s = (1103515245 * s + 12345) % 2**31
        out[i] = s / 2**31
    return out


@case(RNG.random((6, 2)))
def pairwise(x):
    d = np.sqrt(((x[:, None, :] - x[None, :, :]) ** 2).sum(-1))
    np.fill_diagonal(d, np.inf)
    return d.argmin(axis=1), d.min(axis=0)


@case(RNG.random((1, 1, 5, 5)), RNG.random((2, 1, 3, 3)))
def conv2d(x, w):
    N, C, H, W = x.shape
    F, _, kh, kw = w.shape
    out = np.zeros((N, F, H - kh + 1, W - kw + 1))
    for n in range(N):
        for f in range(F):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    out[n, f, i, j] = np.sum(x[n, :, i : i + kh, j : j + kw] * w[f])
    return out


@case(RNG.random((4, 4)))
def triu(x):
    return (
        np.triu(x),
        np.tril(x, -1),
        np.diag(x),
        np.diag(np.diag(x)),
        np.trace(x),
        np.linalg.det(x),
        np.linalg.inv(x),
        np.linalg.solve(x, np.ones(4)),
    )


@case(RNG.random(16))
def whileelse(x):
    i = 0
    while i < len(x):
        if x[i] > 2:
            break
        i += 1
    else:
        i = -1
    for j in range(3):
        if j == 5:
            break
    else:
        j = 100
    return i, j


@case([1.0, 2.0, 3.0], [4, 5, 6])
def lists(a, b):
    s = 0.0
    for x, y in zip(a, b):
        s += x * y
    a[0] = 9.0
    return s, a[-1], len(b), sum(a), max(b), np.array(a) * 2


@case(RNG.random((5,)), 3)
def walrus(x, n):
    if (m := x.mean()) > 0.1:
        n += 1
    y = [i * i for i in range(n) if i % 2 == 0]
    z = x[x > m]
    return m, n, sum(y), len(z), any(v > 0.5 for v in x), all(v > -1 for v in x)


@case(RNG.random((3, 4)))
def enumerate2d(x):
    s = 0.0
    for i, row in enumerate(x):
        for j, v in enumerate(row):
            s += i * j * v
    for (i, j), v in np.ndenumerate(x):
        s += v
    for idx in np.ndindex(2, 2):
        s += x[idx]
    for v in x.flat:
        s += v
    return s


@case(7)
def recursion(n):
    def fact(k):
        return 1 if k <= 1 else k * fact(k - 1)

    return fact(n)


@case(RNG.random(5))
def trycatch_free(x):
    assert x.ndim == 1, "need 1d"
    if not isinstance(x, np.ndarray):
        raise TypeError("no")
    with np.errstate(divide="ignore"):
        y = np.log(x)
    return y if len(x) > 2 else None


@case(np.zeros(4), 2)
def matchy(x, k):
    match k:
        case 0:
            x[0] = 1
        case 1 | 2:
            x[1] = 2
        case _:
            x[2] = 3
    return x


@case(RNG.random(5))
def fftcall(x):
    return np.fft.fft(x)


@case(RNG.random((4, 3)))
def argsorts(x):
    order = np.argsort(x[:, 0])[::-1]
    return (
        x[order],
        order[:2],
        np.searchsorted(np.sort(x[:, 1]), 0.5),
        np.percentile(x, 50),
        np.cov(x.T),
        np.corrcoef(x[:, 0], x[:, 1]),
    )


@case(RNG.random(6))
def assigns(x):
    a = b = x.sum()
    c, (d, e) = 1, (2, 3)
    x[0], x[1] = x[1], x[0]
    x[2:4] = x[4:6] * 2
    x[-1] += a
    return a, b, c, d, e, x[::-1]


@case(RNG.random((2, 2)))
def arrays_of_arrays(x):
    m = np.array([[1, 2], [3, 4.5]])
    v = np.array([x[0, 0], x.sum(), 3])
    return m @ x, v, np.array([[x[0, 0], 1], [2, 3]]), np.asarray([1, 2, 3])


@case((3, 4))
def shapearg(shape):
    a = np.zeros(shape)
    b = np.ones(shape[0])
    c = np.empty((*shape, 2))
    c[:] = 1
    return a.shape, b, c, a.size


@case(RNG.random(5), 2.0)
def kwcalls(x, a):
    def f(x, *args, scale=1, **kw):
        return x * scale + args[0] + kw["off"]

    return f(x, a, scale=3, off=1.0)
