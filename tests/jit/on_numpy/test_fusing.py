"""Expressions and assignments that become one loop give what NumPy gives, memory and errors included."""

from __future__ import annotations

import importlib.util
import random

import numpy as np
import pytest

import npbridge

from ... import settings

RNG = np.random.default_rng(11)


def expressions(x, y, s):
    a = np.where(x > y, x * 2 + s, y - 1)
    b = abs(x - y) ** 2 + x**3
    t = x * y + 1
    c = np.where(t > 2, t, -t)
    return a, b, c, np.minimum(np.maximum(x, 0), 2) + y, (x > 1) & (y < 2) | (x == y)


def in_place(x, y, s):
    x[:] = x * 2 + y
    x[1:] = x[:-1] + y[1:]
    x[...] = x[::-1] - y
    x += x * y
    x[1:-1] -= x[2:] + y[0]
    x *= y + s
    return x


def masks(x, y, s):
    x[x > 2] = 2
    x[(x > y) & (x < 5)] = s
    x[1:][y[1:] > 1] = 3
    x[y > 1] += 3
    m = x > 0
    x[m] = 1
    y[~m] = s * 2
    return m


def rows(x, y, s):
    z = np.zeros((3, x.size), x.dtype)
    z[:] = x * 2 + y
    z[1:, 1:] = z[:-1, 1:] + z[1:, :-1]
    z[:, 0] = z[:, 1] + z[:, 2] * 2
    z.T[...] = z.T * 2 - 1
    z += x + y
    return z, np.where(z.T > 1, z.T * 2, z.T + 1), z[1:, ::2] * 2 + z[:-1, ::2], x[:, None] * 2 + y[None] * x[:, None]


def names(x, y, s):
    """A name for a step on the way is the value of before."""
    t = x * 2 + y
    x[:] = t - x
    u = x + y
    x += 1
    v = u * 2 + t
    w = x * y
    w = w + x
    return v, w


PROGRAMS = [expressions, in_place, masks, rows, names]


def run(function, arguments):
    given = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
    with np.errstate(all="ignore"):
        return function(*given), given


def see_that_it_is_as_numpy(function, arguments, **how):
    wanted, theirs = run(function, arguments)
    ours = [npbridge.array(a) if isinstance(a, np.ndarray) else a for a in arguments]
    with npbridge.backend("numpy"):
        got = npbridge.jit(function, strict=True)(*ours)
    flat = [*(wanted if type(wanted) is tuple else [wanted]), *theirs]
    for a, b in zip(flat, [*(got if type(got) is tuple else [got]), *ours], strict=True):
        assert np.asarray(a).dtype == np.asarray(b).dtype
        np.testing.assert_allclose(np.asarray(b), a, **how)


@pytest.mark.parametrize("dtype", ["float64", "float32", "int32", "complex64"])
@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_as_numpy(function, dtype):
    if dtype == "complex64" and function is expressions:
        pytest.skip("complex numbers have no order for Numba")
    x, y = (RNG.uniform(0, 4, 9).astype(dtype) for _ in range(2))
    see_that_it_is_as_numpy(function, (x, y, 2), rtol=1e-5 if dtype in ("float32", "complex64") else 1e-12)


def test_shapes_that_do_not_fit_leave_everything_as_it_was():
    def too_long(x, y):
        x += 1
        x += y * 2
        return x

    def too_short(x, y):
        x[x > 0] = 0
        x[y > 1] = 5
        return x

    with npbridge.backend("numpy"):
        for function, error in ((too_long, ValueError), (too_short, IndexError)):
            x = npbridge.ones(4, dtype=np.float32)
            with pytest.raises(error):
                npbridge.jit(function, strict=True)(x, npbridge.ones(3, dtype=np.float32) * 2)
            np.testing.assert_array_equal(x, 1)


def test_an_integer_array_takes_no_fractions_in_place():
    def whole(x, y):
        x += y * 0.5

    def part(x, y):
        x[1:] += y[1:] * 0.5

    for function in (whole, part):
        x = npbridge.asarray(np.arange(4, dtype=np.int32))
        with npbridge.backend("numpy"), pytest.raises(TypeError, match="same_kind"):
            npbridge.jit(function)(x, npbridge.ones(4))
        np.testing.assert_array_equal(x, range(4))


def test_a_real_array_takes_no_complex_number():
    def assign(x):
        x[x > 1] = 1j

    x = npbridge.asarray(np.arange(4.0))
    with npbridge.backend("numpy"), pytest.raises(TypeError):
        npbridge.jit(assign)(x)
    np.testing.assert_array_equal(x, range(4))


def test_scalars_and_arrays_take_the_same_function():
    def step(x, y):
        x += y * 2 + 1
        return np.where(x > 1, x * 2, y)

    with npbridge.backend("numpy"):
        compiled = npbridge.jit(step, strict=True)
        assert compiled(1.0, 2.0) == step(1.0, 2.0)
        x = npbridge.ones((2, 3), dtype=np.float32)
        np.testing.assert_array_equal(compiled(x, np.float32(2)), step(np.ones((2, 3), np.float32), np.float32(2)))
        np.testing.assert_array_equal(x, 6)


# -- random programs

_BINARY = ["{} + {}", "{} - {}", "{} * {}", "np.maximum({}, {})", "np.where({} > {}, 1, 2)", "{} / ({} * {} + 1)"]


def _expression(rnd, depth, leaves):
    if depth == 0 or rnd.random() < 0.15:
        return rnd.choice(leaves)
    form = rnd.choice([*_BINARY, "np.sqrt(abs({}))", "-({})", "np.where({} < {}, {}, {})", "abs({})"])
    parts = (_expression(rnd, depth - 1, leaves) for _ in range(form.count("{}")))
    return form.format(*(f"({p})" for p in parts))


def _program(seed):
    rnd = random.Random(seed)
    lines = ["import numpy as np", "", "def f(x, y, z, s):"]
    leaves = ["x", "y", "z", "s", "2", "0.5", "x[::-1]", "z[1]"]
    for k in range(5):
        value = _expression(rnd, 3, leaves)
        kind = rnd.randrange(5)
        if kind == 0:
            lines.append(f"    x[1:-1] = ({value} + x)[..., 1:-1].reshape(-1)[:7]")
        elif kind == 1:
            lines.append(f"    x[x > {_expression(rnd, 1, ['y', 's'])}] = s + {k}")
        elif kind == 2:
            lines.append(f"    z += ({value}) * 0.1")
        elif kind == 3:
            lines.append(f"    z[:, 2:5] = ({value} + z)[..., 2:5]")
        else:
            lines.append(f"    t{k} = {value}")
            leaves.append(f"t{k}")
    lines.append(f"    return {_expression(rnd, 3, leaves)} + x")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("seed", range(settings.EXAMPLES // 10))
def test_random_programs(seed, tmp_path):
    text = _program(seed)
    path = tmp_path / f"program_{seed}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    dtypes = [("float64",) * 3, ("float32", "int32", "float32"), ("float32", "float32", "float64")][seed % 3]
    x, y = (RNG.uniform(0, 3, 9).astype(d) for d in dtypes[:2])
    z = RNG.uniform(0, 3, (3, 9)).astype(dtypes[2])
    see_that_it_is_as_numpy(module.f, (x, y, z, 1.5), rtol=2e-4, atol=1e-4)
