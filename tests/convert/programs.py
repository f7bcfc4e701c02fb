"""Programs for the tests of converted control flow: unchanged NumPy, textbook style.


``PROGRAMS`` maps a name to ``(function, arguments)``.  Arrays among the arguments
are given as arrays of ours; the rest stays as it is.
"""

# ruff: noqa: B007, B905, E741, PERF401, RUF005, SIM102, SIM110, C416

from __future__ import annotations

import numpy as np

PROGRAMS: dict = {}


def program(*args, name=None):
    def add(function):
        label = function.__name__ + (f"-{name}" if name else "")
        PROGRAMS[label] = (function, args)
        return function

    return add


LINE = np.linspace(-1.0, 2.0, 24)
GRID = np.arange(80.0).reshape(8, 10) % 7
SMALL = np.array([3.0, 1.0, 2.0])
COUNTS = np.array([5, 3, 8, 1, 9, 2, 7, 4, 6, 0, 11, 13])


# -- stencils


@program(LINE, 11)
def heat(u, steps):
    for _ in range(steps):
        u[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
    return u


@program(LINE, 30)
def heat_with_copies(u, steps):
    for _ in range(steps):
        new = u.copy()
        for i in range(1, len(u) - 1):
            new[i] = u[i] + 0.1 * (u[i + 1] - 2 * u[i] + u[i - 1])
        u = new
    return u


@program(GRID, 9)
def jacobi(a, steps):
    for _ in range(steps):
        old = a.copy()
        for i in range(1, a.shape[0] - 1):
            for j in range(1, a.shape[1] - 1):
                a[i, j] = 0.25 * (old[i - 1, j] + old[i + 1, j] + old[i, j - 1] + old[i, j + 1])
    return a.sum()


@program(LINE, LINE * 0, 13)
def swapped_buffers(a, b, n):
    for _ in range(n):
        b[1:-1] = 0.5 * (a[:-2] + a[2:])
        a, b = b, a
    return a


@program(LINE, LINE * 0, LINE * 2, 10)
def three_levels(a, b, c, n):
    for _ in range(n):
        c[1:-1] = 2 * b[1:-1] - a[1:-1] + 0.1 * (b[2:] - 2 * b[1:-1] + b[:-2])
        a, b, c = b, c, a
    return a - b


@program(LINE)
def windows(x):
    out = np.zeros(len(x) - 2)
    for i in range(1, len(x) - 1):
        out[i - 1] = x[i - 1 : i + 2].sum()
    return out


@program(LINE)
def write_windows(x):
    for i in range(1, len(x) - 1):
        x[i - 1 : i + 2] += 0.5
    return x


# -- recurrences


@program(LINE)
def prefix(x):
    for i in range(1, len(x)):
        x[i] += x[i - 1]
    return x


@program(np.arange(1.0, 21.0))
def fibonacci_like(x):
    a, b = 0, 1
    for i in range(len(x)):
        x[i] = a
        a, b = b, a + b
    return x, b


@program(LINE, 0.3)
def exponential_average(x, alpha):
    state = 0
    out = np.empty_like(x)
    for i in range(x.size):
        state = alpha * x[i] + (1 - alpha) * state
        out[i] = state
    return out


@program(np.array([1.0, -2.0, 0.5] * 4), 1.7)
def horner(c, x):
    value = 0.0
    for k in c:
        value = value * x + k
    return value


@program(GRID)
def edit_table(d):
    n, m = d.shape
    for i in range(n):
        for j in range(m):
            if i == 0 or j == 0:
                d[i, j] = i + j
            else:
                d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + (d[i, j] > 3))
    return d[-1, -1]


# -- integers


@program(COUNTS)
def bits(x):
    total = 0
    for v in x:
        while v > 0:
            total += v & 1
            v >>= 1
    return total


@program(COUNTS)
def collatz(x):
    steps = np.zeros(len(x), int)
    for i in range(len(x)):
        n = x[i] + 1
        while n != 1:
            if n % 2 == 0:
                n //= 2
            else:
                n = 3 * n + 1
            steps[i] += 1
    return steps


@program(COUNTS)
def gcds(x):
    out = np.zeros_like(x)
    for i in range(len(x)):
        a, b = x[i], 12
        while b:
            a, b = b, a % b
        out[i] = a
    return out


@program(COUNTS)
def insertion_sort(x):
    for i in range(1, len(x)):
        key = x[i]
        j = i - 1
        while j >= 0 and x[j] > key:
            x[j + 1] = x[j]
            j -= 1
        x[j + 1] = key
    return x


@program(COUNTS)
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


@program(COUNTS)
def histogram(x):
    bins = np.zeros(16, dtype=int)
    for v in x:
        bins[v] += 1
    return bins


@program(np.sort(COUNTS), 7)
def bisect(x, wanted):
    low, high = 0, len(x)
    while low < high:
        middle = (low + high) // 2
        if x[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@program(50)
def sieve(n):
    prime = np.ones(n, dtype=bool)
    prime[:2] = False
    for i in range(2, n):
        if prime[i]:
            for j in range(i * i, n, i):
                prime[j] = False
    return prime


# -- convergence


@program(np.linspace(1, 9, 12))
def newton(x):
    guess = x
    error = 1.0
    count = 0
    while error > 1e-10:
        new = 0.5 * (guess + x / guess)
        error = np.abs(new - guess).max()
        guess = new
        count += 1
    return guess, count


@program(GRID @ GRID.T + np.eye(8))
def power_iteration(a):
    v = np.ones(a.shape[0])
    value = 0
    for step in range(500):
        w = a @ v
        new = np.sqrt((w * w).sum())
        v = w / new
        if abs(new - value) < 1e-12:
            break
        value = new
    return new, v, step < 499


@program(np.linspace(-2, 2, 15), 40)
def fractal(c, limit):
    counts = np.zeros(c.shape, int)
    for k in range(len(c)):
        z = 0.0
        for n in range(limit):
            if abs(z) > 2:
                break
            z = z * z + c[k]
            counts[k] += 1
    return counts


@program(SMALL)
def runs_out(x):
    n = 0
    while True:
        x *= 0.5
        n += 1
        if x.sum() < 1e-3:
            break
        if n > 100:
            return -1
    else:
        n = 0
    return n


# -- leaving early


@program(LINE, 0.5)
@program(LINE, 5.0, name="none")
def find_first(x, limit):
    for i in range(len(x)):
        if x[i] > limit:
            return i
    return -1


@program(GRID, 6.0)
@program(GRID, 99.0, name="none")
def find_in_grid(a, wanted):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] == wanted:
                return i, j
    return -1, -1


@program(LINE)
@program(np.abs(LINE), name="positive")
def with_else(x):
    for i in range(len(x)):
        if x[i] < 0:
            x[i] = 0
            break
    else:
        x[:] = 7
    return x


@program(LINE)
def continues(x):
    total = 0.0
    for v in x:
        if v < 0:
            continue
        if v > 1.5:
            break
        total += v
    return total


@program(SMALL)
@program(-SMALL, name="negative")
@program(SMALL * 10, name="large")
def early_returns(x):
    if x[0] < 0:
        return -x
    if x[0] > 10:
        x[0] = 0
        return x * 2
    y = x + 1
    if y.sum() > 100:
        return y
    return x


@program(SMALL, 2)
@program(SMALL, 7, name="other")
def matches(x, k):
    match k:
        case 0 | 1:
            return x
        case 2:
            y = x * 2
        case n if n > 5:
            y = x + n
        case _:
            y = x
    return y


@program(COUNTS)
def matches_values(x):
    out = np.zeros(len(x))
    for i in range(len(x)):
        match x[i] % 4:
            case 0:
                out[i] = 1.5
            case 1 | 2:
                out[i] = -1.0
            case _:
                out[i] = x[i]
    return out


# -- conditions


@program(LINE)
def conditions(x):
    n = 0
    for i in range(len(x)):
        if 0 < x[i] < 1 and not (x[i] > 0.5 or i == 3):
            n += 1
        elif x[i] >= 1 or x[i] < -0.5:
            n += 10
        else:
            n -= 1
    return n


@program(LINE)
def conditional_expressions(x):
    for i in range(len(x)):
        x[i] = x[i] if x[i] > 0 else -2 * x[i]
    return x


@program(SMALL)
@program(-SMALL, name="negative")
def branch_binds(x):
    if x.sum() > 0:
        y = x * 2
        k = 1
    else:
        y = x - 2
        k = 2.5
    return y, k


@program(SMALL)
@program(-SMALL, name="negative")
def branch_writes(x):
    view = x[1:]
    if x.sum() > 0:
        view += 10
    else:
        x[0] = 5
    return x


@program(LINE)
def minimum_so_far(x):
    best = None
    where = -1
    for i in range(len(x)):
        if best is None or x[i] ** 2 < best:
            best = x[i] ** 2
            where = i
    return best, where


# -- carries


@program(LINE)
def int_becomes_float(x):
    s = 0
    for v in x:
        s += v
    return s / 2


@program(LINE, 100)
def counter(x, n):
    k = 0
    for i in range(n):
        if i % 3 == 0:
            k += 1
    return k * x.astype(np.float32)


@program(GRID)
def number_becomes_array(a):
    total = 0
    for row in a:
        total = total + row
    return total


@program(GRID)
def rows_are_views(a):
    for row in a:
        row += 1
        row[0] = -row[0]
    return a


@program(GRID)
def views_in_loops(a):
    for i in range(a.shape[0]):
        row = a[i]
        row *= 2
        column = a[:, i]
        column -= 1
    return a


@program(LINE)
def written_then_replaced(x):
    for i in range(12):
        x[0] += 1
        x = x * 1.1
    return x


@program(LINE, LINE[::-1].copy())
def pairs(x, y):
    total = 0.0
    for i, (a, b) in enumerate(zip(x, y)):
        total += i * a * b
    for v in reversed(x):
        total = total * 0.5 + v
    return total


@program(LINE)
def downwards(x):
    for i in range(len(x) - 2, -1, -1):
        x[i] = x[i] + 0.5 * x[i + 1]
    return x


@program(np.array([4]), LINE)
def traced_bounds(n, x):
    s = 0.0
    for i in range(n[0], 2 * n[0], 2):
        s += x[i]
    return s


@program(SMALL)
def comprehension(x):
    parts = [v * 2 if v > 1.5 else v for v in x]
    return np.array(parts), sum(parts)


@program(LINE)
def after_the_loop(x):
    for i in range(len(x)):
        last = x[i] * i
    return last, i


# -- helpers and objects


def add_to(target, i, value):
    if value > 0:
        target[i] += value
    else:
        target[i] -= 2 * value


@program(LINE)
def helper_writes(x):
    out = np.zeros(6)
    for i in range(len(x)):
        add_to(out, i % 6, x[i])
    return out


def clamp(v, low, high):
    if v < low:
        return low
    if v > high:
        return high
    return v


@program(LINE)
def helper_returns(x):
    for i in range(len(x)):
        x[i] = clamp(x[i], -0.5, 1.0)
    return x


class Neuron:
    def __init__(self, n):
        self.v = np.zeros(n)
        self.spikes = np.zeros(n, dtype=int)
        self.time = 0.0

    @property
    def active(self):
        if self.v.max() > 0.5:
            return 1.0
        return 0.5

    def update(self, current):
        self.v += 0.1 * (current - self.v)
        fired = self.v > 0.6
        self.spikes += fired
        self.v[fired] = 0.0
        self.time += 0.1 * self.active


class Bursting(Neuron):
    def update(self, current):
        super().update(current)
        if self.spikes.sum() > 20:
            self.v -= 0.01


@program(LINE)
def object_state(x):
    neuron = Bursting(len(x))
    for _ in range(40):
        neuron.update(x)
    return neuron.v, neuron.spikes, neuron.time


@program(LINE)
def list_of_objects(x):
    group = [Neuron(len(x)), Bursting(len(x))]
    for _ in range(20):
        for k, member in enumerate(group):
            member.update(x * (k + 1))
    return [member.v for member in group]


@program(LINE)
def closure(x):
    total = 0.0

    def tally(v):
        nonlocal total
        total += v * v

    for v in x:
        tally(v)
    return total


@program(LINE)
def rebinds_attributes(x):
    class Holder:
        pass

    h = Holder()
    h.value = x
    h.n = 0
    for _ in range(15):
        h.value = h.value * 0.9
        h.n += 1
    return h.value, h.n


# -- growing slices and sparse rows


@program(
    np.array([0, 2, 3, 6, 7]), np.array([1, 3, 0, 0, 2, 3, 1]), np.linspace(1, 2, 7), np.array([1.0, 2.0, 3.0, 4.0])
)
def csr_product(starts, columns, values, x):
    y = np.zeros(len(starts) - 1)
    for i in range(len(y)):
        for k in range(starts[i], starts[i + 1]):
            y[i] += values[k] * x[columns[k]]
    return y


SPD = GRID @ GRID.T + 40 * np.eye(8)


@program(np.kron(np.eye(2), SPD) + 1)
def cholesky_by_elements(a):
    n = len(a)
    l = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s -= l[i, k] * l[j, k]
            if i == j:
                l[i, j] = np.sqrt(s)
            else:
                l[i, j] = s / l[j, j]
    return l


@program(np.kron(np.eye(2), SPD) + 1)
def lu_in_place(a):
    n = len(a)
    for k in range(n):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return a


@program(np.tril(np.kron(np.eye(2), SPD) + 1), np.linspace(1, 2, 16))
def forward_substitution(l, b):
    x = np.zeros_like(b)
    for i in range(len(b)):
        x[i] = (b[i] - l[i, :i] @ x[:i]) / l[i, i]
    return x


@program(LINE)
def growing_sums(x):
    out = np.zeros_like(x)
    for i in range(len(x)):
        out[i] = x[: i + 1].sum() + x[i:].max()
    return out


@program(np.kron(np.array([[1.0, 2.0], [3.0, -1.0]]), SPD) + 1)
def lu_with_pivots(a):
    n = a.shape[0]
    p = np.arange(n)
    for k in range(n - 1):
        m = k + np.argmax(np.abs(a[k:, k]))
        if m != k:
            for j in range(n):
                a[k, j], a[m, j] = a[m, j], a[k, j]
            p[k], p[m] = p[m], p[k]
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
    return a, p


@program(GRID[:, :8] + 10 * np.eye(8), np.arange(8.0))
def gauss(a, b):
    n = len(b)
    for k in range(n):
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            a[i] -= factor * a[k]
            b[i] -= factor * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - np.dot(a[i, i + 1 :], x[i + 1 :])) / a[i, i]
    return x


@program(SPD, np.arange(8.0))
def conjugate_gradients(a, b):
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    old = r @ r
    for k in range(200):
        ap = a @ p
        alpha = old / (p @ ap)
        x += alpha * p
        r -= alpha * ap
        new = r @ r
        if np.sqrt(new) < 1e-10:
            break
        p = r + (new / old) * p
        old = new
    return x


@program(GRID.ravel()[:36].reshape(12, 3), np.ones(12), 10)
def n_body(x, m, steps):
    v = np.zeros_like(x)
    n = len(m)
    for _ in range(steps):
        acc = np.zeros_like(x)
        for i in range(n):
            for j in range(n):
                if i != j:
                    d = x[j] - x[i]
                    r2 = (d**2).sum() + 0.1
                    acc[i] += m[j] * d / (r2 * np.sqrt(r2))
        v += 0.01 * acc
        x += 0.01 * v
    return x, v


@program((GRID > 3).astype(int), 9)
def life(board, steps):
    n, m = board.shape
    for _ in range(steps):
        new = np.zeros_like(board)
        for i in range(n):
            for j in range(m):
                count = 0
                for di in (-1, 0, 1):
                    for dj in (-1, 0, 1):
                        if di != 0 or dj != 0:
                            count += board[(i + di) % n, (j + dj) % m]
                if board[i, j] == 1 and count in (2, 3) or board[i, j] == 0 and count == 3:
                    new[i, j] = 1
        board = new
    return board


@program(GRID.reshape(40, 2), 3)
def k_means(points, k):
    centres = points[:k].copy()
    labels = np.zeros(len(points), dtype=int)
    for iteration in range(50):
        moved = False
        for i in range(len(points)):
            best, nearest = 1e30, -1
            for c in range(k):
                d = ((points[i] - centres[c]) ** 2).sum()
                if d < best:
                    best, nearest = d, c
            if labels[i] != nearest:
                labels[i] = nearest
                moved = True
        for c in range(k):
            members = labels == c
            count = members.sum()
            if count > 0:
                centres[c] = (points * members[:, None]).sum(axis=0) / count
        if not moved:
            break
    return centres, labels


@program(np.cos(np.arange(16.0)), np.sin(np.arange(16.0)))
def fft_by_hand(re, im):
    n = len(re)
    j = 0
    for i in range(1, n):
        bit = n >> 1
        while j & bit:
            j ^= bit
            bit >>= 1
        j ^= bit
        if i < j:
            re[i], re[j] = re[j], re[i]
            im[i], im[j] = im[j], im[i]
    size = 2
    while size <= n:
        half = size // 2
        for start in range(0, n, size):
            for k in range(half):
                angle = -2 * np.pi * k / size
                wr, wi = np.cos(angle), np.sin(angle)
                a, b = start + k, start + k + half
                tr = wr * re[b] - wi * im[b]
                ti = wr * im[b] + wi * re[b]
                re[b], im[b] = re[a] - tr, im[a] - ti
                re[a] += tr
                im[a] += ti
        size *= 2
    return re, im


@program(np.where(GRID[:, :8] > 2, GRID[:, :8], 100.0))
def shortest_paths(d):
    n = len(d)
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if d[i, k] + d[k, j] < d[i, j]:
                    d[i, j] = d[i, k] + d[k, j]
    return d


@program(np.array([1.0, 0.0]), 0.05, 100)
def runge_kutta(y, h, steps):
    def f(t, y):
        return np.array([y[1], -np.sin(y[0]) + 0.1 * t])

    path = np.zeros((steps + 1, 2))
    path[0] = y
    t = 0.0
    for n in range(steps):
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        k4 = f(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += h
        path[n + 1] = y
    return path, t


@program(GRID, np.array([[1.0, 0.0, -1.0], [2.0, 0.5, -2.0], [1.0, 0.0, -1.0]]))
def convolution(image, kernel):
    n, m = image.shape
    k = kernel.shape[0]
    out = np.zeros((n - k + 1, m - k + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + k, j : j + k] * kernel)
    return np.maximum(out, 0)


@program(LINE)
def strided_windows(x):
    out = np.zeros((8, 3))
    for i in range(8):
        out[i] = x[3 * i : 3 * (i + 1)]
        x[2 * i + 7 : 2 * i : -2] *= 1.5
    return out, x


@program(LINE)
def prefix_views(x):
    total = 0.0
    for i in range(1, len(x)):
        head = x[:i]
        head += 0.01
        total += head.mean() + np.abs(x[i:]).max() + len(head)
        x[i:] = x[i:] * 0.9
    return total, x


@program(SMALL)
def assertion(x):
    assert x.sum() > 0, "positive"
    for i in range(20):
        x = x * 0.9
        assert x[0] > 0
    return x


@program(COUNTS)
def raises_where_it_must(x):
    for v in x:
        if v < 0:
            raise ValueError("negative")
    return x.sum()


@program(LINE)
def tuples_in_state(x):
    state = (0.0, x, 1)
    for i in range(15):
        a, b, k = state
        state = (a + b.sum(), b * 0.5, k + 1)
    return state


@program(LINE)
def list_of_arrays(x):
    layers = [x, x * 2, x + 1]
    for _ in range(12):
        for k in range(len(layers)):
            layers[k] = layers[k] * 0.5 + layers[k - 1].mean()
    return layers


@program(np.linspace(0.1, 2.0, 20))
def nested_while(x):
    out = np.zeros(len(x), dtype=int)
    i = 0
    while i < len(x):
        v = x[i]
        while v < 10:
            v *= 1.5
            out[i] += 1
            if out[i] > 50:
                break
        i += 1
    return out


@program(np.array([3, 1, 2, 0, 5, 4, 6, 8, 7, 9]))
def permutation_cycles(p):
    seen = np.zeros(len(p), dtype=bool)
    cycles = 0
    for i in range(len(p)):
        if not seen[i]:
            cycles += 1
            j = i
            while not seen[j]:
                seen[j] = True
                j = p[j]
    return cycles


# -- names for one thing, and things that look alike


@program(LINE, LINE * 0)
def view_of_an_exchanged_array(a, b):
    inner = a[1:-1]
    for _ in range(11):
        b[1:-1] = inner * 0.5
        a, b = b, a
    return a, b, inner


@program(LINE)
def another_name(x):
    for i in range(20):
        t = x
        t[i] += 1
    return t


@program(LINE)
def dictionary_state(x):
    d = {"n": 0, "s": 0.0, "a": x}
    for i in range(20):
        d["n"] += 1
        d["s"] += x[i]
        d["a"][i] *= 2
    return d["n"], d["s"], d["a"]


@program(LINE)
def best_window(x):
    best = x[:3].copy()
    top = -9.0
    for i in range(20):
        if x[i] > top:
            top = x[i]
            best = x[i : i + 3]
    return best + 1


@program(LINE)
def shrinking(x):
    while len(x) > 2:
        x = x[1:-1] * 1.1
    return x


@program(GRID)
def chained_indices(a):
    for i in range(8):
        for j in range(10):
            a[i][j] = a[i][j - 1] + i
        a[i, :] = a[i - 1, ::-1]
    return a


@program(GRID)
def swapped_rows(a):
    for i in range(1, 8):
        a[i - 1], a[i] = a[i], a[i - 1]
    for i in range(9):
        a[[i % 8, 0]] = a[[0, i % 8]]
    return a


@program(LINE)
def masks(x):
    for i in range(12):
        x[x > i * 0.1] -= 0.3
        x[i] = x[x > 0].sum() + x[x < 1].mean()
        positive = x[x > 0]
        positive += 100
        x[x > 0] = x[x > 0] * 0.5
    return x


@program(GRID)
def masks_in_two_dimensions(a):
    for i in range(10):
        a[a > 5] += i
        a[:, i] = a[a >= 0].max()
        a[a[:, 0] > 4] *= 0.5
    return a


@program(np.array([3, 1, 2] * 5), LINE)
def scattered(index, x):
    for i in range(len(index)):
        x[index[i]] += i
        x[index[i] + 1 : index[i] + 3] *= 0.9
    return x


@program(LINE)
def try_in_a_loop(x):
    t = 0.0
    for i in range(20):
        try:
            if x[i] > 0:
                t += x[i]
            else:
                t -= 1
        finally:
            t *= 0.99
    return t


@program(LINE)
def while_true(x):
    i = 0
    while True:
        if x[i] > 0.5:
            return i, x[i]
        i += 1


@program(LINE)
def dictionary_items(x):
    t = 0
    for _, v in {"a": 1.0, "b": 2.0}.items():
        for i in range(10):
            t += v * x[i]
            if t > 5:
                break
    return t


@program(LINE)
def objects_with_break(x):
    t = 0.0
    for k, f in enumerate([np.sin, np.cos, np.tanh] * 10):
        t += f(x[k % 24])
        if t > 6:
            break
        if t < -6:
            return k
    else:
        t = -t
    return int(t)


def factorial(n):
    if n <= 1:
        return 1
    return n * factorial(n - 1)


@program(LINE)
def recursion(x):
    return x * factorial(5)


@program(LINE, 3)
def random_numbers_by_hand(x, n):
    k = n
    for _ in range(30):
        k = (k * 1103515245 + 12345) % 2147483648
        x[k % 24] += k / 2147483648
    return x, k


@program(GRID)
def helper_returns_from_a_loop(a):
    def holds(row):
        for v in row:
            if v == 6:
                return True
        return False

    count = 0
    for row in a:
        if holds(row):
            count += 1
    return count


@program(LINE)
def functions_that_write(x):
    y = np.zeros_like(x)
    for i in range(15):
        np.copyto(y, x)
        y[i:] = 0
        x[:i] = y[:i] * 2
        np.add(x, 0.1, out=x)
        y.fill(i)
    return x, y


@program(GRID)
def transposed_writes(a):
    b = a.T
    for i in range(10):
        b[i] = b[i] + i
        for row in b[i : i + 1]:
            row[0] = 5
    return a


@program(LINE)
def a_number_then_an_array(x):
    z = 0
    for i in range(12):
        z = z * z * 0.1 + (x[i] + 1j)
    s = np.zeros(())
    for i in range(12):
        s += x[i]
    return z, s


@program(np.array([1, 2, 3]), LINE)
def first_bound_in_a_loop_of_unknown_length(n, x):
    for i in range(n[2]):
        y = x * i
    return y


@program(np.array([1, 0, 1, 1, 0, 0, 1] * 3))
def longest_run(b):
    best = current = 0
    for v in b:
        current = current + 1 if v else 0
        if current > best:
            best = current
    return best
