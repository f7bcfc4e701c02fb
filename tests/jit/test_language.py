"""Python's statements and expressions in compiled functions, against plain NumPy."""

# ruff: noqa: PERF401, SIM105, E741, B905, PIE804

from __future__ import annotations

import contextlib

import numpy as np
import pytest

import npbridge

LINE = np.arange(12.0, dtype=np.float32) - 3
GRID = (np.arange(30.0, dtype=np.float32).reshape(5, 6) * 7) % 11
PROGRAMS: dict = {}


def program(*args):
    def add(function):
        PROGRAMS[function.__name__] = (function, args)
        return function

    return add


@program(LINE, "sum")
def match_on_text(x, how):
    match how:
        case "sum":
            return x.sum()
        case "max" | "min":
            return x.max()
        case _:
            return x[0]


@program(LINE, 3)
def match_on_numbers(x, n):
    out = np.zeros_like(x)
    for i in range(len(x)):
        match i % 4:
            case 0:
                out[i] = x[i]
            case 1 | 2:
                out[i] = -x[i] * n
            case k if k > 2:
                out[i] = k
    return out


@program(LINE)
def for_else(x):
    found = -1
    for i in range(len(x)):
        if x[i] > 4:
            found = i
            break
    else:
        found = 100
    for i in range(len(x)):
        if x[i] > 400:
            break
    else:
        found += 1000
    return found


@program(LINE)
def while_else(x):
    i = 0
    while i < len(x):
        if x[i] == 100:
            break
        i += 1
    else:
        i = -5
    return i


@program(LINE)
def dictionary_items(x):
    weights = {"a": 2.0, "b": x[0], "c": x.sum()}
    total = 0.0
    for name, w in weights.items():
        total += w * len(name)
    for k in weights:
        total += weights[k]
    return total, {k: v * 2 for k, v in weights.items()}


@program(LINE, LINE * 2)
def enumerate_of_zip(x, y):
    out = np.zeros_like(x)
    for i, (a, b) in enumerate(zip(x, y)):
        out[i] = a * b + i
    return out


@program(LINE)
def reversed_range(x):
    for i in reversed(range(1, len(x))):
        x[i - 1] += x[i] * 0.5
    return x


@program(LINE)
def negative_steps(x):
    for i in range(len(x) - 2, -1, -1):
        x[i] += x[i + 1]
    for i in range(len(x)):
        for j in range(i, 0, -2):
            x[j] -= 1
    return x


@program(LINE)
def walrus(x):
    i = 0
    total = 0.0
    while (v := x[i]) < 5:
        total += v
        i += 1
    if (n := len(x)) > 3:
        total += n
    return total


@program(LINE)
def closures(x):
    count = 0
    best = x[0]

    def look(v):
        nonlocal count, best
        count += 1
        if v > best:
            best = v

    for i in range(len(x)):
        look(x[(i * 5) % len(x)])
    return best, count


@program(LINE)
def deleted_names(x):
    y = x * 2
    z = y + 1
    del y
    y = z[0]
    del z
    return y


@program(LINE)
def with_statements(x):
    with contextlib.suppress(KeyError):
        x += 1
    with np.errstate(divide="ignore"):
        y = 1 / x
    return np.where(np.isfinite(y), y, 0)


@program(LINE)
def try_and_finally(x):
    try:
        y = x * 2
        if y.sum() > 0:
            y += 1
    finally:
        x -= 1
    try:
        int("one")
    except ValueError:
        y = y - 5
    else:
        y = y + 5
    return x + y


@program(LINE)
def stars(x):
    first, *rest = (x[0], x[1], x[2])
    *head, last = [1.0, 2.0, x[3]]

    def add(*values, scale=1.0, **named):
        return sum(values) * scale + named["shift"]

    return add(first, *rest, **{"scale": last, "shift": head[1]})


@program(LINE, 3)
def texts(x, n):
    name = f"{n:03d}-{len(x)}"
    return x * len(name) if name.startswith("003") and "12" in name else x


@program(LINE)
def sets_and_sorting(x):
    chosen = {3, 1, 2} | {5}
    order = sorted([4, 1, 3], reverse=True)
    total = 0.0
    for k in sorted(chosen):
        total += x[k]
    for k in order:
        total = total * 0.5 + x[k]
    return total if 5 in chosen else 0.0


@program(LINE)
def instance_checks(x):
    if isinstance(x, np.ndarray) and not isinstance(x, (int, list)):
        x = x + 1
    s = x.sum()
    return x * 2 if isinstance(s, (float, np.floating)) else x


@program(GRID, 3)
def early_return_in_nested_loops(a, limit):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] > 9:
                return i * 100 + j
    return -1.5


@program(LINE)
def chained_comparisons(x):
    count = 0
    for i in range(len(x)):
        if -1 < x[i] <= 4 and not x[i] == 2 or x[i] > 7:
            count += 1
    return count, 1 if 0 < len(x) < 5 else 2


@program(LINE, LINE * 3)
def swaps(a, b):
    for i in range(9):
        a, b = b, a
        a[i] += 1
        x, y = a[0], b[0]
        a[1], b[1] = y, x
    return a, b


@program(GRID)
def traced_columns_and_windows(a):
    total = 0.0
    for j in range(1, a.shape[1] - 1):
        total += a[:, j].sum() * a[2, j - 1 : j + 2].max()
        a[:, j] = a[:, j - 1] + 1
    return total


@program(LINE)
def strides_of_constant_width(x):
    out = np.zeros(4, np.float32)
    for i in range(3):
        out += x[i : i + 8 : 2] * 2
    for i in range(4):
        out[i] += x[i : i + 9 : 4].sum()
    return out


@program(GRID)
def growing_parts(a):
    n = a.shape[0]
    s = np.zeros(n, np.float32)
    for i in range(n):
        s[i] = a[i, :i] @ s[:i] + a[i, i + 1 :].sum()
    return s


@program(LINE)
def masks(x):
    y = x.copy()
    y[x > 2] = 0
    y[x < 0] += 10
    m = x > 1
    return y, x[m].mean(), (x[m] ** 2).max(), np.where(m, x, -x)


@program(LINE)
def boxed_counters(x):
    count = [0, 0.0]
    named = {"n": 0}
    for i in range(len(x)):
        if x[i] > 0:
            count[0] += 1
            count[1] += x[i]
            named["n"] += 2
    return count[0], count[1], named["n"]


@program(LINE)
def until_convergence(x):
    change = 1.0
    rounds = 0
    while change > 1e-3 and rounds < 50:
        new = 0.5 * (x + np.roll(x, 1))
        change = np.abs(new - x).max()
        x = new
        rounds += 1
    return rounds, x


@program(LINE)
def continue_and_break(x):
    total = 0.0
    for v in x:
        if v < 0:
            continue
        if v > 6:
            break
        total += v
    return total


@program(LINE)
def comprehensions(x):
    squares = np.array([v * v for v in x])
    table = np.array([[x[i] * x[j] for j in range(4)] for i in range(3)])
    return squares, table, sum(v for v in x if True), max(x[i] for i in range(5)), any(v > 7 for v in x)


@program(LINE)
def unbound_on_no_path(x):
    if x[0] > 0:
        y, kind = x * 2, 1
    elif x[1] > 0:
        y, kind = x * 3, 2
    else:
        y, kind = x * 4, 3.5
    return y, kind


@program(LINE)
def lambdas_in_lists(x):
    stages = [lambda v: v + 1, np.abs, lambda v: np.where(v > 3, v, -v)]
    for stage in stages:
        x = stage(x)
    return x


@program(LINE)
def integer_becomes_float(x):
    a = 0
    for i in range(12):
        a = a / 2 + x[i]
    return a


@program(GRID)
def creation(a):
    i, j = np.indices(a.shape)
    u, v = np.mgrid[0:5, 0:6]
    w = np.r_[0:3, 5.0, a[0, 0]]
    o, p = np.ogrid[:5, :6]
    return a * i + j * u, v + o * p, w, np.hanning(5), np.tri(3), np.eye(3)[np.tril_indices(3)], np.fft.fftfreq(4)


def same(ours, numpys):
    if isinstance(numpys, (tuple, list)):
        assert len(ours) == len(numpys)
        for a, b in zip(ours, numpys):
            same(a, b)
    elif isinstance(numpys, dict):
        assert list(ours) == list(numpys)
        for k in numpys:
            same(ours[k], numpys[k])
    else:
        assert np.shape(ours) == np.shape(numpys)
        np.testing.assert_allclose(np.asarray(ours), numpys, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name):
    function, args = PROGRAMS[name]
    plain = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
    ours = [npbridge.array(a) if isinstance(a, np.ndarray) else a for a in args]
    expected = function(*plain)
    compiled = npbridge.jit(function, backend="jax")
    same(compiled(*ours), expected)
    for a, b in zip(ours, plain):
        if isinstance(b, np.ndarray):
            same(a, b)
    again = [npbridge.array(a) if isinstance(a, np.ndarray) else a for a in args]
    same(compiled(*again), expected)
    assert compiled.cache_info()["compiles"] == 1
