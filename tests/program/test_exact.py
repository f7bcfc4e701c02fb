"""What is to have NumPy's last digits has them, or is refused."""

from __future__ import annotations

import math
import warnings

import jax
import numpy as np
import pytest

import npbridge
from npbridge import errors
from npbridge._src.jit.decorator import _DEFAULTS, CompiledFunction

LENGTHS = (1, 2, 7, 8, 9, 100, 127, 128, 129, 136, 1000, 5000, 20_011)
SHAPES = ((2, 3), (3, 1), (1, 5), (9, 17), (40, 33), (130, 200), (7, 6, 5), (3, 150, 9))


def exact(function, level="all", strict=True):
    """A function that is computed to the last digit, and refused where it cannot be."""
    options = {**_DEFAULTS, "backend": "numpy", "strict": strict, "show_code": False, "exact": level}
    return CompiledFunction(function, **options)


def same(a, b) -> bool:
    """Whether two results are alike to the last bit."""
    if isinstance(b, (tuple, list)):
        return len(a) == len(b) and all(map(same, a, b))
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")


def see(function, *args, **options):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = function(*[x.copy() if isinstance(x, np.ndarray) else x for x in args])
    found = exact(function, **options)(*args)
    assert same(found, wanted), (found, wanted)


def sums(x):
    return x.sum(), np.sum(x * x + 1), x.mean(), x.std(), np.var(x, ddof=1) if len(x) > 1 else 0, x[::2].sum()


def running(x):
    return np.cumsum(x), np.cumprod(x), np.prod(x), np.diff(x)


def powers(x):
    return x**2, x**3, x**-1, x**0.5, x**1.5, x**2.5, x**-2, np.power(x, 2.0), np.power(x, x), 2.0**x


def functions(x):
    return (
        *(f(x) for f in (np.exp, np.log, np.sin, np.cos, np.tan, np.tanh, np.arctan, np.log10, np.log2, np.cbrt)),
        *(f(x) for f in (np.expm1, np.log1p, np.sinh, np.arcsinh, np.degrees, np.sqrt, np.exp2, np.reciprocal)),
        *(f(x, 2 / x) for f in (np.hypot, np.arctan2, np.logaddexp, np.fmod, np.floor_divide, np.remainder)),
        *(f(x) for f in (np.floor, np.ceil, np.rint, np.trunc, np.sign, np.square)),
        *np.divmod(x, 0.3), np.round(x, 2), np.maximum(x, 1), np.clip(x, 0.5, 2), np.copysign(x, -1.0),
    )  # fmt: skip


def products(x):
    return x @ x, np.dot(x, x), np.dot(x[::2], x[::2]), (2 * x) @ x, np.linalg.norm(x), np.outer(x[:3], x[:3])


@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("function", [sums, running, powers, functions, products])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_of_one_axis(function, n, dtype):
    see(function, (np.random.default_rng(n).random(n) * 3 + 0.01).astype(dtype))


def along_axes(a):
    last = a.ndim - 1
    return (
        a.sum(), a.sum(0), a.sum(last), a.mean(0), a.std(last), np.prod(a, last), (a * a - a).sum(), (a + 1).sum(0),
        np.exp(a).sum(last), np.sum(a, axis=(0, last)), a.max(0) - a.min(last).sum(), np.cumsum(a, axis=0),
    )  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_along_axes(shape, dtype):
    see(along_axes, np.random.default_rng(1).random(shape).astype(dtype))


def of_matrices(a, x):
    return a @ a.T, a.T @ a, a @ x, x @ a.T, (2.5 * a) @ x, a @ (x + 1), np.dot(a, a.T), a.T @ a[:, 0], np.dot(a, x)


@pytest.mark.parametrize("shape", [s for s in SHAPES if len(s) == 2])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128])
def test_products_are_blass(shape, dtype):
    rng = np.random.default_rng(2)
    see(of_matrices, rng.random(shape).astype(dtype), rng.random(shape[1]).astype(dtype))


def of_numbers(x, t):
    s = np.sum(x)
    return (
        s**2, s**3, s**0.5, np.exp(-s), math.exp(-s), math.sin(s), math.log(s), np.log(s), float(s) ** 2.2, s // 0.3,
        s % 0.7, t**2, t**3, t**2.5, math.log10(t), math.log(t, 3), math.atan2(t, s), math.tanh(t), np.tanh(t),
        t // 0.1, t % 0.1, math.pow(t, 1.7), math.sqrt(t), math.expm1(t), math.cosh(t), math.fmod(t, 0.3),
        np.hypot(t, s),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(30))
def test_numbers_are_pythons_or_numpys(seed):
    rng = np.random.default_rng(seed)
    see(of_numbers, rng.random(300), float(rng.random() * 4 + 0.1))


def of_complex(z):
    return z * z, z / (z + 1), abs(z), np.exp(z), z.sum(), (z * z).sum(), z.conj() * 2 - z, z.real + z.imag, z**2


def side_by_side(z, a):
    return z * a, a / z, np.power(a.real, z.real), np.hypot(a.imag, 2.0), np.clip(z, -1, 1), z[:, None] * a.T


def test_of_several_ranks():
    rng = np.random.default_rng(0)
    see(side_by_side, rng.random(7) + 1j * rng.random(7), rng.random((5, 7)) + 1j)


@pytest.mark.parametrize("n", LENGTHS)
def test_of_complex_numbers(n):
    rng = np.random.default_rng(n)
    see(of_complex, rng.random(n) + 1j * rng.random(n))


def of_pythons_complex(z, w):
    a, b = complex(z), complex(w)
    return a * b, a / b, abs(a), a**2, a**3, a - b, 2 * a, a / 3, abs(a * b) > 1, a.conjugate() + b, -a


@pytest.mark.parametrize("seed", range(20))
def test_of_pythons_complex_numbers(seed):
    rng = np.random.default_rng(seed)
    z, w = complex(*rng.normal(size=2)), complex(*rng.normal(size=2))
    see(of_pythons_complex, z, w)


def escapes(height, width, turns):
    counts = np.zeros((height, width), np.int64)
    for i in range(height):
        for j in range(width):
            c, z = complex(-2 + 3 * j / width, -1 + 2 * i / height), 0j
            for k in range(turns):
                z = z**2 + c
                if abs(z) > 2:
                    break
                counts[i, j] += 1
    return counts


def test_a_fractal_of_pythons_complex_numbers():
    see(escapes, 12, 18, 60, level="decisions")


def of_what_numpy_answers(x):
    return np.median(x), np.average(x, weights=x), np.nansum(x), np.argsort(x // 0.5), np.linspace(0, x[0], 7)


def test_what_has_no_such_form_is_asked_of_numpy():
    see(of_what_numpy_answers, np.random.default_rng(0).random(1000))


# -- what decides


def until(x, tolerance):
    count = 0
    while np.sum(np.abs(np.sin(x))) > tolerance:
        x = x * 0.9
        count += 1
    return count, x


def test_what_decides_is_exact_and_nothing_else():
    compiled = exact(until, "decisions")
    x = np.random.default_rng(0).random(1000) * 3
    for tolerance in np.random.default_rng(1).random(20) * 300:
        count, left = until(x, float(tolerance))
        found, ours = compiled(x, float(tolerance))
        assert found == count and np.array_equal(ours, left)


def marked(function, *args, level="decisions"):
    """How many sums and products of the program are exact."""
    compiled = exact(function, level)
    compiled(*args)
    (entry,) = compiled.loops._kept.entries.values()
    return str(entry.on_host.compiled.program).count("exact=True")


def test_only_what_leads_to_a_decision_is_slow():
    x = np.random.default_rng(0).random((50, 50))
    assert marked(lambda a: a @ a, x) == 0
    assert marked(lambda a: a @ a, x, level="all") == 1
    assert marked(lambda a: (a @ a).sum(), x) == 2  # a number that is given back may decide
    assert marked(lambda a: (a @ a, a > 0.5), x) == 0  # nothing was rounded there
    assert marked(lambda a: (a @ a, a @ a > 5), x) == 1
    assert marked(lambda a: np.where(a.sum(0) > 20, a, 0) @ a, x) == 1


def loop(x, n):
    total, turns = 0.0, 0
    for k in range(n):
        total += np.sum(x * k)
        if total > 1000:
            turns += 1
            total = 0.0
    return x * 2, turns


def test_what_loops_carry_to_a_decision():
    x = np.random.default_rng(0).random(600)
    assert marked(loop, x, 50) == 1
    see(loop, x, 50, level="decisions")


# -- parts whose length only the run knows


def parts_of_a_line(x, n):
    total = 0.0
    for k in range(n):
        total += x[: k + 1].sum() * 0.3 + x[k:].mean() + (x[k:] * x[k]).sum() + x[k:].std()
        total += x[:k] @ x[:k] + np.dot(x[k:], x[k:]) + np.cumsum(x[: k + 1])[k] + np.prod(x[: k + 1])
    return total


def parts_of_a_matrix(a):
    found, n = a * 0, len(a)
    for k in range(n):
        found[k, :k] = a[k, :k] @ a[:k, :k]
        found[k, k:] += a[k:, :] @ a[k] - a[k, k]
        found[k, 0] += a[k, k + 1 :] @ a[k + 1 :, k]
    return found


@pytest.mark.parametrize("n", [5, 60, 300])
def test_of_parts(n):
    see(parts_of_a_line, np.random.default_rng(n).random(n), n)
    see(parts_of_a_matrix, np.random.default_rng(n).random((min(n, 70), min(n, 70))))


# -- what is refused


def turned(a):
    return (a.T * 2).sum()


def moved(x, n):
    total = 0.0
    for k in range(n):
        total += x[:k] @ x[300 - k :]
    return total


def backwards(x):
    return np.arctan2(x, x[::-1])


def chosen(x, limit):
    return x[x > limit].sum()


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (backwards, (np.ones(9),)),
        (turned, (np.ones((30, 40)),)),
        (moved, (np.ones(300), 300)),
        (chosen, (np.ones(100), 0.5)),
    ],
)
def test_an_order_that_is_not_known_is_refused(function, args):
    with pytest.raises(errors.UnsupportedError, match="where last digits matter"):
        exact(function)(*args)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.FallbackWarning)
        assert same(exact(function, strict=False)(*args), function(*args))


def test_it_is_an_option_of_jit():
    x = np.random.default_rng(0).random(5001)
    for backend in ("numpy", "auto"):
        assert npbridge.jit(lambda x: np.sum(np.exp(x)), backend=backend, exact=True)(x) == np.sum(np.exp(x))
    narrow = x.astype(np.float32)
    assert npbridge.jit(lambda x: np.sum(np.exp(x)), backend="jax", exact=True)(narrow) == np.sum(np.exp(narrow))
    with pytest.raises(ValueError, match="exclude"):
        npbridge.jit(np.sum, exact=True, fastmath=True)


# -- integers of Python's


def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def factorial(n):
    product = 1
    for k in range(1, n + 1):
        product *= k
    return product


def down(n):
    total = 0
    for k in range(n):
        total -= 3**30 * k
    return total


@pytest.mark.parametrize(("function", "few", "many"), [(fibonacci, 80, 120), (factorial, 15, 30), (down, 50, 10**3)])
def test_integers_that_grow_beyond_64_bits_are_pythons(function, few, many):
    compiled = exact(function, "decisions")
    assert int(compiled(few)) == function(few)
    with pytest.raises(errors.UnsupportedError, match="larger than compiled code can hold"):
        compiled(many)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.FallbackWarning)
        assert exact(function, "decisions", strict=False)(many) == function(many)


def squares(n):
    total = 0
    for k in range(60):
        total = total % 1000 + (k * 1000 + n) * (k * 1000 + n)
    return total


def test_integers_of_32_bits_are_looked_at_as_such():
    with jax.enable_x64(False):
        compiled = npbridge.jit(squares, backend="jax", exact=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", errors.FallbackWarning)
            assert int(compiled(3)) == squares(3)


def congruent(n):
    x = 12345
    for _ in range(n):
        x = (1103515245 * x + 12345) % 2147483648
    return x


def counted(x):
    found = 0
    for k in range(len(x)):
        if x[k] > 0.5:
            found += 2
            x[k] = 0.0
    return found


def test_integers_that_stay_small_are_not_looked_at():
    for function, args in ((congruent, (1000,)), (counted, (np.random.default_rng(0).random(50),))):
        compiled = exact(function, "decisions")
        wanted = function(*[x.copy() if isinstance(x, np.ndarray) else x for x in args])
        assert compiled(*args) == wanted
        (entry,) = compiled.loops._kept.entries.values()
        assert not entry.checked or entry.on_host.compiled.program.results[-1].constant == 0


# -- numbers that are known while tracing


def of_known_numbers(x):
    grid, steps = np.linspace(0.1, 2.3, 57), np.arange(0.0, 5.7, 0.1)
    weights = np.exp(-grid) * np.hanning(57) + np.logspace(-1, 1, 57)
    return grid * x, steps + x, weights @ x, np.sum(weights), np.meshgrid(grid, steps)[0] * x, np.vander(grid[:4])


def test_of_known_numbers():
    see(of_known_numbers, np.random.default_rng(0).random(57))


def of_masks(z, x, limit):
    inside = np.abs(z) < limit
    w, y = np.zeros_like(z), x.copy()
    w[inside] = z[inside] ** 2 + 1
    y[x > limit] = x[x > limit] ** 2 * 0.1 + x[x > limit] ** 0.5
    y[x < limit] **= 2
    return w, y, x**2.0, x**-1.0, inside.sum()


@pytest.mark.parametrize("shape", [(3,), (40,), (9, 30)])
def test_under_masks(shape):
    rng = np.random.default_rng(0)
    see(of_masks, rng.normal(size=shape) + 1j * rng.normal(size=shape), rng.random(shape), 0.5)


def filtered(a, h, q, ys):
    x, p = np.zeros(len(a)), np.eye(len(a))
    for y in ys:
        x, p = a @ x, a @ p @ a.T + q
        s = h @ p @ h.T + 0.1 * np.eye(len(h))
        gain = p @ h.T @ np.linalg.inv(s)
        x = x + gain @ (y - h @ x)
        p = (np.eye(len(a)) - gain @ h) @ p
    return x, p, p.sum(), np.linalg.solve(s, h @ x) @ (h @ x)


@pytest.mark.parametrize("level", ["decisions", "all"])
def test_products_of_what_numpy_solves(level):
    rng = np.random.default_rng(0)
    a, h = np.eye(4) + 0.1 * rng.normal(size=(4, 4)), rng.normal(size=(2, 4))
    q, ys = 0.01 * np.eye(4), rng.normal(size=(20, 2))
    found, wanted = exact(filtered, level)(a, h, q, ys), filtered(a, h, q, ys)
    assert same(found[2:], wanted[2:]) and (level == "decisions" or same(found, wanted))
