"""Programs for the tests of converted control flow: unchanged NumPy, textbook style.

``PROGRAMS`` maps a name to ``(function, arguments)``.  Arrays among the arguments
are given as arrays of ours; the rest stays as it is.
"""

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


@program(np.array([0, 2, 3, 6, 7]), np.array([1, 3, 0, 0, 2, 3, 1]), np.linspace(1, 2, 7), np.array([1.0, 2.0, 3.0, 4.0]))
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
    l = np.zeros((n, n))  # noqa: E741
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
def forward_substitution(l, b):  # noqa: E741
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
