"""What Python offers beside arrays: swaps, views, early returns, containers, functions in functions."""

# ruff: noqa: B007, B905, C401, C408, C416, C417, E501, E741, F841, PIE810, RUF005, RUF007, RUF012, SIM, T201, UP031

# ruff: noqa: T201

import enum
import math
from collections import namedtuple
from typing import NamedTuple

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


@case(V)
def swaps(a):
    a[0], a[1] = a[1], a[0]
    a[[2, 3]] = a[[3, 2]]
    i, j = 4, 5
    a[i], a[j] = a[j], a[i]
    b = a.copy()
    b[1:3], b[3:5] = b[3:5].copy(), b[1:3].copy()
    x, y, z = 1, 2.5, a[0]
    x, y = y, x
    return a, b, x, y


@case(M)
def row_swaps(a):
    a[[0, 2]] = a[[2, 0]]
    a[[0, 1], :] = a[[1, 0], :]
    t = a[3].copy()
    a[3] = a[2]
    a[2] = t
    a[:, [0, 1]] = a[:, [1, 0]]
    a[0], a[1] = a[1].copy(), a[0].copy()
    return a


@case(M)
def gauss(a):
    n = a.shape[0]
    A = a.copy()
    for k in range(n):
        p = k + np.argmax(np.abs(A[k:, k]))
        if p != k:
            A[[k, p]] = A[[p, k]]
        for i in range(k + 1, n):
            m = A[i, k] / A[k, k]
            A[i, k:] -= m * A[k, k:]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (A[i, n] - A[i, i + 1 : n] @ x[i + 1 :]) / A[i, i]
    return A, x


@case(V)
def rebinding(x):
    s = 0
    for v in x:
        s += v
    y = x
    y = y > 0
    z = x.reshape(-1, 1)
    x = x * 2
    x = x.sum()
    return s, y, z, x


@case(V)
def slices_augmented(a):
    a[1:] += a[:-1].copy()
    a[::2] *= 2
    a[a > 1] -= 1
    a[-1] **= 2
    a[:3] /= 2.0
    a[2:5] = 0
    a[...] += 1
    return a


@case(M)
def views(a):
    row = a[1]
    row[:] = 0
    col = a[:, 2]
    col += 10
    d = a.T
    d[0, 0] = 99
    f = a.reshape(-1)
    f[7] = -5
    sub = a[1:3, 1:3]
    sub[:] = sub.T
    r = a.ravel()
    r *= 2
    return a, row, sub


@case(V, 2)
def chained(x, n):
    c = 0
    for v in x:
        if -1 < v <= 0.5 < n:
            c += 1
        elif not v or v > 1 and n == 2:
            c -= 1
    return c, 0 < n < 3, 1 < n < 2


@case(V)
def early(x):
    if x[0] > 100:
        return 0
    for i in range(len(x)):
        if x[i] > 0.2:
            return i
    return -1


@case(V)
def early_mixed(x):
    if x.sum() > 100:
        return 0
    return x.mean()


@case(V)
def early_none(x):
    for i, v in enumerate(x):
        if v > 50:
            return i
    return None


@case(V)
def print_things(x):
    print("start", len(x))
    print(f"sum = {x.sum():.3f}")
    print("%d items" % len(x))
    return x.sum()


@case(V, "fast")
def modes(x, mode):
    if mode == "fast":
        return x * 2
    elif mode in ("slow", "slower"):
        return x / 2
    raise ValueError("unknown mode " + mode)


@case(V)
def nested_functions(x):
    def f(t, scale=2.0):
        return t * scale + off

    off = 1.5
    g = lambda t: f(t) ** 2
    total = 0.0
    for v in x:
        total += g(v) + f(v, scale=3.0)
    return total


@case(V)
def closures(x):
    def make(k):
        def inner(v):
            return v * k

        return inner

    double, triple = make(2), make(3)
    return double(x) + triple(x)


@case(V)
def functional(x):
    def rk4(f, y, t, h):
        k1 = f(y, t)
        k2 = f(y + h / 2 * k1, t + h / 2)
        k3 = f(y + h / 2 * k2, t + h / 2)
        k4 = f(y + h * k3, t + h)
        return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    def rhs(y, t):
        return -y + np.sin(t)

    ys = [x]
    t = 0.0
    while t < 0.5:
        ys.append(rk4(rhs, ys[-1], t, 0.1))
        t += 0.1
    return np.array(ys)


@case(V)
def lists(x):
    out = []
    for v in x:
        if v > 0:
            out.append(v * 2)
    idx = [i for i in range(len(x)) if x[i] > 0]
    sq = [v**2 for v in x]
    stack = [1, 2, 3]
    stack.pop()
    stack.append(7)
    stack.insert(0, 5)
    return np.array(out), idx, np.array(sq), stack, sum(sq), max(sq), len(out), sorted(idx, reverse=True)


@case(I)
def dicts(k):
    counts = {}
    for v in k:
        if v in counts:
            counts[v] += 1
        else:
            counts[v] = 1
    best = -1
    for key in counts:
        if counts[key] > best:
            best = counts[key]
    return best, len(counts)


@case(V)
def dict_state(x):
    state = {"x": x.copy(), "v": np.zeros_like(x), "t": 0.0}
    for _ in range(3):
        state["v"] -= 0.1 * state["x"]
        state["x"] = state["x"] + 0.1 * state["v"]
        state["t"] += 0.1
    return state


@case({"w": M.copy(), "b": V[:4].copy()}, V[:5])
def dict_params(p, x):
    h = p["w"] @ x + p["b"]
    p["b"] -= 0.1 * h
    return {"out": h, "norm": np.sqrt((h**2).sum())}


@case([V.copy(), V[:3].copy()], 0.5)
def list_params(ps, lr):
    for p in ps:
        p -= lr * p
    return [p.sum() for p in ps]


@case(10)
def ints(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    q, r = divmod(a, 7)
    return (
        a,
        b,
        q,
        r,
        a // 3,
        a % 4,
        -a // 3,
        -a % 4,
        a / b,
        a**2,
        2**0.5,
        n**-1,
        int(3.7),
        round(2.567, 2),
        abs(-3),
        float(n),
        bool(n),
        min(a, b),
        max(1, 2.5),
        math.gcd(12, 18),
        math.factorial(5),
        n << 2,
        n & 3,
    )


@case(27)
def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


@case(30)
def primes(n):
    found = []
    for k in range(2, n):
        for p in found:
            if p * p > k:
                found.append(k)
                break
            if k % p == 0:
                break
        else:
            found.append(k)
    return found


@case(V)
def loops(x):
    total = 0
    for i, (a, b) in enumerate(zip(x, x[1:])):
        total += i * a * b
    for a in reversed(x):
        total -= a
    for i in range(len(x) - 1, -1, -2):
        total += x[i]
    k = 0
    while True:
        k += 1
        if k > 5:
            break
        if k % 2:
            continue
        total += k
    for row in np.outer(x, x):
        total += row.max()
    for idx, v in np.ndenumerate(np.outer(x, x)):
        total += idx[0] * v
    for i, j in np.ndindex(2, 3):
        total += i * j
    return total


@case(V)
def walrus(x):
    if (n := len(x)) > 3:
        return n * x.sum()
    return 0.0


@case(V)
def none_default(x, w=None, *, scale=1.0, mode="a"):
    if w is None:
        w = np.ones_like(x)
    return (x * w).sum() * scale


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Kind(enum.IntEnum):
    A = 0
    B = 1


@case(V, Color.RED)
def enums(x, c):
    k = Kind.B
    if c is Color.RED or c == Color.BLUE:
        return x[Kind.A] + k, c.value
    return x[1], 5


Point = namedtuple("Point", "x y")


class State(NamedTuple):
    pos: np.ndarray
    t: float = 0.0


@case(Point(1.0, 2.0), State(V.copy()))
def namedtuples(p, s):
    q = Point(p.x + 1, p.y * 2)
    s2 = State(s.pos * 2, s.t + 1)
    return q, s2, p[0], s2.pos.sum()


@case(V)
def match_statement(x):
    n = len(x)
    match n:
        case 0:
            r = 1.0
        case 7 | 8:
            r = x.sum()
        case _:
            r = -1.0
    return r


@case(V)
def ternaries(x):
    s = 1 if x[0] > 0 else -1
    a = x if x[0] > 5 else -x
    n = len(x) or 5
    b = x[0] and x[1]
    return s, a, n, (x.any() and x.all()) or False


@case(V)
def scalar_types(x):
    a = x[0]
    b = np.float64(2.0)
    c = int(a * 10)
    d = np.floor(a)
    e = math.floor(a)
    return (
        a,
        a + 1,
        a * b,
        c,
        d,
        e,
        np.sqrt(2.0),
        math.sqrt(2.0),
        a > 0,
        not a > 0,
        x.dtype.itemsize,
        x.max() - x.min(),
        abs(a),
        -a,
        round(a),
        round(a, 2),
        np.round(a, 1),
        a.item(),
        np.int64(5) // 2,
        np.arange(3)[1] + 1,
    )


@case(V)
def inplace_and_return(x):
    x += 1
    return x


@case(V)
def alias(x):
    y = x
    y[0] = 100
    z = y[1:]
    z[0] = 50
    return y, z, x is y


@case(M)
def masked(a):
    m = a > 0
    a[m] = np.sqrt(a[m])
    a[~m] = 0
    a[m & (a > 0.5)] = 1
    n = m.sum()
    b = a[m]
    r, c = np.nonzero(m)
    a[r[0], c[0]] = -1
    a[a.sum(axis=1) > 2] = 7
    a[:, a.mean(axis=0) > 1] = 3
    return a, n, b, r, c


@case(M, np.array([0, 2, 1]), np.array([1, 1, 4]))
def fancy(a, i, j):
    b = a[i, j]
    a[i, j] = b * 2
    a[i, 0] += 1
    c = a[i]
    d = a[:, j]
    e = a[i][:, j]
    f = a[np.ix_(i, j)]
    g = a[i[:, None], j]
    a[i] = 0
    a[-1, ::2] = 9
    return a, b, c, d, e, f, g, a[[True, False, True, False]], a[..., 0], a[1, ...], a[None, 1]


@case(V)
def type_changes(x):
    y = 0
    for v in x:
        if v > 0:
            y = v
    z = np.zeros(3, dtype=int)
    z[0] = 2.9
    z += 1
    t = 1
    t = t / 2
    u = np.array([1, 2, 3]) / 2
    w = np.arange(3) * 1.5
    return y, z, t, u, w


@case(V)
def shape_things(x):
    x = x[:6]
    n = x.shape[0]
    (m,) = x.shape
    y = x.reshape(2, 3)
    r, c = y.shape
    z = np.empty((r, c))
    z[:] = y
    w = np.ndarray((2, 2))
    w[:] = 1
    y2 = x.copy()
    y2.shape = (3, 2)
    q = np.zeros(y.shape)
    q2 = np.zeros_like(y, dtype=int)
    q3 = np.ones((r + 1, c))
    return n, m, z, w, y2, q, q2, q3, y.ndim, y.size, len(y), y.T.shape, y.shape[::-1], x.shape
